/// Reads the elements of the format out of bytes; never traps, whatever they are.
package struct ByteReader: Sendable {
  private let bytes: [UInt8]
  /// The place of the next byte.
  package private(set) var offset: Int
  private let end: Int

  /// Reads from the start of `bytes`.
  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    offset = 0
    end = bytes.count
  }

  /// Reads a range of `bytes`, which must lie within.
  package init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  /// How many bytes are left.
  package var remaining: Int { end - offset }

  /// Whether nothing is left.
  package var isAtEnd: Bool { offset == end }

  /// How many more elements columns may unpack; what takes no bytes must be bounded otherwise.
  package var allowance = Int.max

  /// Takes elements off ``allowance``.
  package mutating func charge(_ elements: Int) throws(FormatError) {
    guard elements <= allowance else { throw .overLimit("elements") }
    allowance -= elements
  }

  package mutating func byte() throws(FormatError) -> UInt8 {
    guard offset < end else { throw .truncated(offset: offset) }
    defer { offset += 1 }
    return bytes[offset]
  }

  /// Reads what ``ByteWriter/varint(_:)`` writes, and no longer form of it.
  package mutating func varint() throws(FormatError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    let start = offset
    while true {
      let byte = try byte()
      if shift == 63 && byte > 1 { throw .overlongInteger(offset: start) }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 {
        if byte == 0 && shift > 0 { throw .overlongInteger(offset: start) }
        return value
      }
      shift += 7
      if shift > 63 { throw .overlongInteger(offset: start) }
    }
  }

  /// Reads what ``ByteWriter/zigzag(_:)`` writes.
  package mutating func zigzag() throws(FormatError) -> Int64 { ByteReader.unzigzagged(try varint()) }

  package static func unzigzagged(_ value: UInt64) -> Int64 {
    Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// A count of things that take at least `minimum` bytes each, of which so many must be left.
  package mutating func count(_ what: String, minimum: Int = 1) throws(FormatError) -> Int {
    let value = try varint()
    guard value <= UInt64(remaining / max(1, minimum)) else { throw .overLimit(what) }
    return Int(value)
  }

  package mutating func fixed64() throws(FormatError) -> UInt64 {
    guard remaining >= 8, offset >= 0, end <= bytes.count else { throw .truncated(offset: offset) }
    // Within the array, as has just been looked at.
    let value = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
    offset += 8
    return UInt64(littleEndian: value)
  }

  package mutating func fixed32() throws(FormatError) -> UInt32 {
    guard remaining >= 4 else { throw .truncated(offset: offset) }
    var value: UInt32 = 0
    for shift in 0..<4 { value |= UInt32(bytes[offset + shift]) << UInt32(shift * 8) }
    offset += 4
    return value
  }

  /// Exactly `count` bytes.
  package mutating func take(_ count: Int) throws(FormatError) -> [UInt8] {
    guard count >= 0, count <= remaining else { throw .truncated(offset: offset) }
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  /// The range of the next `count` bytes, which are passed over.
  package mutating func range(_ count: Int) throws(FormatError) -> Range<Int> {
    guard count >= 0, count <= remaining else { throw .truncated(offset: offset) }
    defer { offset += count }
    return offset..<offset + count
  }

  /// Reads what ``ByteWriter/string(_:)`` writes.
  package mutating func string() throws(FormatError) -> String {
    let start = offset
    let count = try count("text")
    let range = try range(count)
    guard let text = String(validating: bytes[range], as: UTF8.self) else { throw .invalidText(offset: start) }
    return text
  }

  /// Fails unless all has been read.
  package func finish() throws(FormatError) {
    guard isAtEnd else { throw .trailingBytes(offset: offset) }
  }
}
