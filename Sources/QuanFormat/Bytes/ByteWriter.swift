package import QuanCore

/// Appends the elements of the format to a growing array of bytes.
package struct ByteWriter: Sendable {
  /// What has been written.
  package private(set) var bytes: [UInt8] = []

  /// Starts empty.
  package init() {}

  package mutating func byte(_ value: UInt8) { bytes.append(value) }

  package mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  /// An unsigned integer in LEB128: seven bits a byte, least significant first, as few bytes as it needs.
  package mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// A signed integer as LEB128 of its zigzag form: 0, -1, 1, -2 and so on become 0, 1, 2, 3, ...
  package mutating func zigzag(_ value: Int64) { varint(ByteWriter.zigzagged(value)) }

  package static func zigzagged(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

  /// Eight bytes, least significant first.
  package mutating func fixed64(_ value: UInt64) {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  /// The 32 bytes of a digest.
  package mutating func digest(_ value: QuanCore.Digest) {
    let words = value.words
    let bigEndian = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
    unsafe withUnsafeBytes(of: bigEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  /// Four bytes, least significant first.
  package mutating func fixed32(_ value: UInt32) {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  /// The length in bytes, then UTF-8.
  package mutating func string(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      varint(UInt64(utf8.count))
      unsafe bytes.append(contentsOf: utf8)
    }
  }

  /// Empties, keeping the storage.
  package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}
