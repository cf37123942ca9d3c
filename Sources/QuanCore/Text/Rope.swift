/// A text while it is edited: pieces of UTF-8 that are found by counting Unicode scalars.
///
/// - Complexity: inserting and deleting take O(log *n*) and the size of what is inserted or deleted.
package struct Rope: Sendable {
  private var pieces: [[UInt8]] = []
  /// The pieces in order; first weight scalars, second weight bytes.
  private var order = WeightedSequence()
  /// The piece that was edited last, and how many scalars stand before it; -1 for none.
  private var cursor = (piece: -1, start: 0)

  private static let limit = 1024

  /// An empty text.
  package init() {}

  /// A text of valid UTF-8.
  package init(_ utf8: [UInt8]) {
    let all = Array(utf8)
    unsafe all.withUnsafeBufferPointer { unsafe insert($0, count: Rope.scalars(in: $0), at: 0) }
  }

  /// A text.
  package init(_ text: String) {
    var text = text
    text.withUTF8 { unsafe insert($0, count: Rope.scalars(in: $0), at: 0) }
  }

  /// How many scalars it has.
  package var count: Int { order.total.first }
  /// How many bytes of UTF-8 it has.
  package var byteCount: Int { order.total.second }

  /// The text in UTF-8.
  package var utf8: [UInt8] {
    var all: [UInt8] = []
    all.reserveCapacity(byteCount)
    var piece = order.first
    while piece >= 0 {
      all.append(contentsOf: pieces[piece])
      piece = order.next(piece)
    }
    return all
  }

  /// The text.
  package var string: String { String(decoding: utf8, as: UTF8.self) }

  /// How many scalars a buffer of valid UTF-8 has.
  @unsafe package static func scalars(in utf8: UnsafeBufferPointer<UInt8>) -> Int {
    var count = 0
    var place = 0
    while place < utf8.count {
      if unsafe utf8[place] & 0xC0 != 0x80 { count += 1 }
      place += 1
    }
    return count
  }

  // MARK: Editing

  /// Inserts `count` scalars of valid UTF-8.
  @unsafe package mutating func insert(_ text: UnsafeBufferPointer<UInt8>, count: Int, at position: Int) {
    guard !text.isEmpty else { return }
    guard order.first >= 0 else {
      unsafe append(text, after: -1)
      return
    }
    let (piece, start) = locate(position)
    let offset = Self.offset(of: position - start, in: pieces[piece], isASCII: isASCII(piece))
    if pieces[piece].count + text.count <= Self.limit {
      if offset == pieces[piece].count {
        unsafe pieces[piece].append(contentsOf: text)
      } else {
        unsafe pieces[piece].insert(contentsOf: text, at: offset)
      }
      refresh(piece, scalars: order.own(piece).first + count)
      cursor = (piece, start)
      return
    }
    let tail = Array(pieces[piece][offset...])
    pieces[piece].removeSubrange(offset...)
    refresh(piece, scalars: position - start)
    let last = unsafe append(text, after: piece)
    if !tail.isEmpty { unsafe tail.withUnsafeBufferPointer { _ = unsafe append($0, after: last) } }
    if pieces[piece].isEmpty { order.remove(piece) }
    cursor = (-1, 0)
  }

  /// Inserts a text.
  package mutating func insert(_ text: String, at position: Int) {
    var text = text
    text.withUTF8 { unsafe insert($0, count: Rope.scalars(in: $0), at: position) }
  }

  /// Deletes scalars, as many as there are.
  package mutating func delete(_ count: Int, at position: Int) {
    var rest = min(count, self.count - position)
    while rest > 0 {
      let (piece, start) = locate(position + 1)
      let isASCII = isASCII(piece)
      let scalars = order.own(piece).first
      let taken = min(rest, scalars - (position - start))
      let from = Self.offset(of: position - start, in: pieces[piece], isASCII: isASCII)
      let to = Self.offset(of: position - start + taken, in: pieces[piece], isASCII: isASCII)
      pieces[piece].removeSubrange(from..<to)
      rest -= taken
      if pieces[piece].isEmpty {
        order.remove(piece)
        pieces[piece] = []
        cursor = (-1, 0)
      } else {
        refresh(piece, scalars: scalars - taken)
        cursor = (piece, start)
      }
    }
  }

  /// The UTF-8 of scalars.
  package func utf8(_ range: Range<Int>) -> [UInt8] {
    var found: [UInt8] = []
    guard !range.isEmpty else { return found }
    var (piece, offset) = order.find(first: range.lowerBound)
    var rest = range.count
    while rest > 0 && piece >= 0 {
      let scalars = order.own(piece).first
      let taken = min(rest, scalars - offset)
      let from = Self.offset(of: offset, in: pieces[piece], isASCII: isASCII(piece))
      let to = Self.offset(of: offset + taken, in: pieces[piece], isASCII: isASCII(piece))
      found.append(contentsOf: pieces[piece][from..<to])
      rest -= taken
      offset = 0
      piece = order.next(piece)
    }
    return found
  }

  // MARK: Pieces

  /// The piece that holds the scalar before a position, or the first one, and how many scalars stand before it.
  private func locate(_ position: Int) -> (piece: Int, start: Int) {
    if cursor.piece >= 0, cursor.start < position, position <= cursor.start + order.own(cursor.piece).first {
      return cursor
    }
    guard position > 0 else { return (order.first, 0) }
    let (piece, offset) = order.find(first: position - 1)
    return (piece, position - 1 - offset)
  }

  private func isASCII(_ piece: Int) -> Bool { order.own(piece).first == pieces[piece].count }

  private mutating func refresh(_ piece: Int, scalars: Int) {
    order.set(piece, WeightedSequence.Weights(first: scalars, second: pieces[piece].count))
  }

  /// Adds pieces behind one, cut between scalars; gives the last one.
  @discardableResult
  @unsafe private mutating func append(_ text: UnsafeBufferPointer<UInt8>, after piece: Int) -> Int {
    var last = piece
    var start = 0
    while start < text.count {
      var end = min(start + Self.limit / 2, text.count)
      while unsafe end < text.count && text[end] & 0xC0 == 0x80 { end += 1 }
      let part = unsafe UnsafeBufferPointer(rebasing: text[start..<end])
      let weights = unsafe WeightedSequence.Weights(first: Self.scalars(in: part), second: part.count)
      last = order.insert(weights, after: last)
      unsafe pieces.append(Array(part))
      start = end
    }
    return last
  }

  private static func offset(of scalar: Int, in piece: [UInt8], isASCII: Bool) -> Int {
    if isASCII { return scalar }
    var rest = scalar
    var offset = 0
    while offset < piece.count {
      if piece[offset] & 0xC0 != 0x80 {
        if rest == 0 { return offset }
        rest -= 1
      }
      offset += 1
    }
    return offset
  }
}
