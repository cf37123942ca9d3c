/// A column of texts; see *Format*, "Text columns".
///
/// Texts that repeat are a dictionary and indices. Others are plain UTF-8, or *ranked*: each Unicode scalar becomes
/// the rank of its frequency in the column, one byte for the 192 commonest and two for the rest, which halves Chinese
/// prose before deflate sees it. Of identifiers of 26 base 32 digits the last sixteen take ten bytes.
package struct TextColumn: Sendable {
  private enum Mode: UInt8 {
    case plain = 0
    case ranked = 1
    case dictionary = 2
    case identifiers = 3
  }

  /// The distinct texts, or all of them.
  package let storage: TextStorage
  /// Where each stored text starts, and at the end where the last one ends.
  private let starts: [Int]
  /// For a dictionary, which stored text each value is.
  private let indices: [UInt32]?

  /// How many values there are.
  package var count: Int { indices?.count ?? starts.count - 1 }

  /// Where value `index` lies in ``storage``.
  package func range(_ index: Int) -> Range<Int> {
    let place = indices.map { Int($0[index]) } ?? index
    return starts[place]..<starts[place + 1]
  }

  /// Value `index` as a text.
  package func string(_ index: Int) -> String { storage.string(range(index)) }

  /// Value `index` in UTF-8.
  package func bytes(_ index: Int) -> [UInt8] { unsafe Array(storage.utf8(range(index))) }

  // MARK: Encoding

  /// Texts on their way into a column.
  struct Builder {
    var bytes: [UInt8] = []
    var lengths: [Int] = []

    mutating func append(_ text: String) {
      var text = text
      let before = bytes.count
      text.withUTF8 { unsafe bytes.append(contentsOf: $0) }
      lengths.append(bytes.count - before)
    }

    mutating func append(utf8: [UInt8]) {
      bytes.append(contentsOf: utf8)
      lengths.append(utf8.count)
    }

    func encode(to writer: inout ByteWriter) {
      guard !lengths.isEmpty else { return }
      if let identifiers = identifiers() {
        writer.byte(Mode.identifiers.rawValue)
        writer.append(identifiers)
      } else if let (distinct, indices) = dictionary() {
        writer.byte(Mode.dictionary.rawValue)
        writer.varint(UInt64(distinct.lengths.count))
        distinct.encodeTexts(to: &writer)
        IntegerColumn.encode(indices.map { UInt64($0) }, to: &writer)
      } else {
        encodeTexts(to: &writer)
      }
    }

    /// Plain or ranked, whichever deflates better.
    private func encodeTexts(to writer: inout ByteWriter) {
      var plain = ByteWriter()
      plain.byte(Mode.plain.rawValue)
      IntegerColumn.encode(lengths.map { UInt64($0) }, to: &plain)
      plain.append(bytes)
      guard bytes.contains(where: { $0 >= 0x80 }), let ranked = RankedText.encode(bytes, lengths) else {
        writer.append(plain.bytes)
        return
      }
      var other = ByteWriter()
      other.byte(Mode.ranked.rawValue)
      other.append(ranked)
      let isSmaller = Deflate.deflate(other.bytes, .fast).count < Deflate.deflate(plain.bytes, .fast).count
      writer.append(isSmaller ? other.bytes : plain.bytes)
    }

    /// The distinct texts in order of appearance and the index of each value, when that pays.
    private func dictionary() -> (distinct: Builder, indices: [Int])? {
      guard lengths.count >= 8 else { return nil }
      let limit = min(lengths.count / 4, 1 << 16)
      var known: [ArraySlice<UInt8>: Int] = [:]
      var distinct = Builder()
      var indices: [Int] = []
      indices.reserveCapacity(lengths.count)
      var start = 0
      for length in lengths {
        let text = bytes[start..<start + length]
        start += length
        if let index = known[text] {
          indices.append(index)
        } else {
          guard known.count < limit else { return nil }
          known[text] = known.count
          indices.append(known.count - 1)
          distinct.bytes.append(contentsOf: text)
          distinct.lengths.append(length)
        }
      }
      return (distinct, indices)
    }

    /// All values by their first ten digits and their last sixteen, if all are such identifiers.
    private func identifiers() -> [UInt8]? {
      guard lengths.allSatisfy({ $0 == IdentifierText.length }) else { return nil }
      return IdentifierText.encode(bytes, count: lengths.count)
    }
  }

  // MARK: Decoding

  init(_ count: Int, from reader: inout ByteReader, bytes: [UInt8]) throws(FormatError) {
    guard count > 0 else {
      storage = unsafe TextStorage(count: 0) { _ in }
      starts = [0]
      indices = nil
      return
    }
    let offset = reader.offset
    guard let mode = Mode(rawValue: try reader.byte()) else { throw .invalid("text column", offset: offset) }
    switch mode {
    case .plain, .ranked:
      (storage, starts) = try Self.texts(count, mode, &reader, bytes)
      indices = nil
    case .identifiers:
      (storage, starts) = try IdentifierText.decode(count, from: &reader, bytes: bytes)
      indices = nil
    case .dictionary:
      let distinct = try reader.count("text dictionary")
      let inner = reader.offset
      guard let innerMode = Mode(rawValue: try reader.byte()), innerMode == .plain || innerMode == .ranked, distinct > 0
      else { throw .invalid("text dictionary", offset: inner) }
      (storage, starts) = try Self.texts(distinct, innerMode, &reader, bytes)
      let places = try IntegerColumn.decode(count, from: &reader)
      guard places.allSatisfy({ $0 < UInt64(distinct) }) else { throw .invalid("text dictionary index", offset: inner) }
      indices = places.map { UInt32(truncatingIfNeeded: $0) }
    }
  }

  private static func texts(
    _ count: Int, _ mode: Mode, _ reader: inout ByteReader, _ bytes: [UInt8]
  ) throws(FormatError) -> (TextStorage, [Int]) {
    if mode == .ranked { return try RankedText.decode(count, from: &reader, bytes: bytes) }
    let offset = reader.offset
    let lengths = try IntegerColumn.decode(count, from: &reader)
    let starts = try self.starts(lengths, limit: reader.remaining)
    let range = try reader.range(starts[count])
    let storage = unsafe TextStorage(count: range.count) { buffer in
      unsafe bytes.withUnsafeBufferPointer { input in
        _ = unsafe buffer.update(fromContentsOf: UnsafeBufferPointer(rebasing: input[range]))
      }
    }
    guard storage.isValid(starts: starts) else { throw .invalidText(offset: offset) }
    return (storage, starts)
  }

  /// Running sums of lengths that together are at most `limit`.
  static func starts(_ lengths: [UInt64], limit: Int) throws(FormatError) -> [Int] {
    var starts: [Int] = [0]
    starts.reserveCapacity(lengths.count + 1)
    var end = 0
    for length in lengths {
      guard length <= UInt64(limit - end) else { throw .overLimit("text length") }
      end += Int(length)
      starts.append(end)
    }
    return starts
  }
}
