/// A sentence that several people changed without having seen each other's changes.
package struct SharedPassage: Hashable {
  /// One version of it.
  package struct Side: Hashable {
    /// The last edit of this side that changed the sentence, by place.
    package let event: Int
    /// The sentence as this side left it.
    package let text: String
  }

  /// The sentence as all of them found it.
  package let base: String
  /// The sentence with all changes.
  package let shown: String
  /// How each side left it.
  package let sides: [Side]
}

extension TextWalker {
  /// The sentences that the newest versions changed in different ways and that nobody has seen together yet, in the order
  /// of the text; for a run that watched deletions.
  ///
  /// Sentences end at lines' ends and at full stops, question marks, exclamation marks and semicolons, Chinese ones or
  /// followed by a space, that all versions have had; what was deleted is looked at as well.
  /// - Parameters:
  ///   - known: Only sentences are given in which an edit from here on has a part.
  ///   - text: The text with all edits.
  ///   - limit: At most so many.
  ///   - deleted: What an edit deleted, as far as it was there, in UTF-8.
  /// - Complexity: O(*n*) in the text and the edits, times the versions that nobody has seen together.
  package func sharedPassages(
    since known: Int, in text: [UInt8], limit: Int, deleted: @escaping (Int) -> [UInt8]
  ) -> [SharedPassage] {
    // So many that who belongs to which version takes a bounded room; of texts that people write, all.
    let heads = newest.filter { $0 >= 0 }.suffix(max(8, (16 << 20) / max(1, replicas.count)))
    guard heads.count > 1 else { return [] }
    var search = PassageSearch(
      pasts: heads.map { past(ofNewest: $0) }, replicas: replicas, known: known, limit: limit)
    var deletions = DeletedText(self, deleted)
    var place = 0
    for stretch in stretches() {
      if stretch.deletedBy.isEmpty {
        let end = Self.end(of: stretch.count, from: place, in: text)
        search.add(text[place..<end], of: stretch)
        place = end
      } else {
        search.add(deletions.text(of: stretch), of: stretch)
      }
      if search.isFull { break }
    }
    search.finish()
    return search.found
  }

  fileprivate static func end(of count: Int, from start: Int, in utf8: [UInt8]) -> Int {
    unsafe utf8.withUnsafeBufferPointer { unsafe Rope.end(of: count, from: start, in: $0) }
  }
}

/// Finds the text of stretches that have been deleted.
private struct DeletedText {
  private let deletions: [TextWalker.Deletion]
  private let source: (Int) -> [UInt8]
  private var texts: [Int: MarkedText] = [:]

  init(_ walker: TextWalker, _ source: @escaping (Int) -> [UInt8]) {
    deletions = walker.deletions.sorted { $0.ids.lowerBound < $1.ids.lowerBound }
    self.source = source
  }

  /// What a deleted stretch says; nothing where that is not known.
  mutating func text(of stretch: TextWalker.Stretch) -> ArraySlice<UInt8> {
    var low = 0
    var high = deletions.count
    while low < high {
      let middle = (low + high) / 2
      if deletions[middle].ids.lowerBound <= stretch.id { low = middle + 1 } else { high = middle }
    }
    guard low > 0, deletions[low - 1].ids.contains(stretch.id) else { return [] }
    let deletion = deletions[low - 1]
    let text = texts[deletion.event] ?? MarkedText(source(deletion.event))
    texts[deletion.event] = text
    let offset = deletion.source + stretch.id - deletion.ids.lowerBound
    let start = text.place(of: offset)
    return text.utf8[start..<TextWalker.end(of: stretch.count, from: start, in: text.utf8)]
  }
}

/// A text in which a scalar is found without counting from the beginning: what was deleted at once may be asked for in
/// many pieces.
private struct MarkedText {
  private static let stride = 512
  let utf8: [UInt8]
  /// Where every so manieth scalar starts.
  private let marks: [Int]

  init(_ utf8: [UInt8]) {
    self.utf8 = utf8
    var marks = [0]
    while let last = marks.last, last < utf8.count {
      marks.append(TextWalker.end(of: Self.stride, from: last, in: utf8))
    }
    self.marks = marks
  }

  /// The place of a scalar; behind the last it is the end.
  func place(of scalar: Int) -> Int {
    let mark = min(scalar / Self.stride, marks.count - 1)
    return TextWalker.end(of: scalar - mark * Self.stride, from: marks[mark], in: utf8)
  }
}

/// Collects a sentence after another, and keeps those that several sides changed.
private struct PassageSearch {
  private struct Piece {
    let text: ArraySlice<UInt8>
    let event: Int
    let deletedBy: [Int]
  }

  /// For each newest version, which edits belong to it.
  let pasts: [[Bool]]
  let replicas: [ReplicaID]
  let known: Int
  let limit: Int
  private(set) var found: [SharedPassage] = []
  private var pieces: [Piece] = []
  private var isTouched = false
  /// Whether the scalar before ends a sentence if a space follows.
  private var isStop = false

  init(pasts: [[Bool]], replicas: [ReplicaID], known: Int, limit: Int) {
    self.pasts = pasts
    self.replicas = replicas
    self.known = known
    self.limit = limit
  }

  var isFull: Bool { found.count >= limit }

  mutating func add(_ text: ArraySlice<UInt8>, of stretch: TextWalker.Stretch) {
    if stretch.event >= 0 || !stretch.deletedBy.isEmpty { isTouched = true }
    // A mark that only some have ends no sentence of the others.
    let isShared = stretch.event < 0 || pasts.allSatisfy { $0[stretch.event] }
    var start = text.startIndex
    var place = text.startIndex
    func piece(_ end: Int) -> Piece {
      Piece(text: text[start..<end], event: stretch.event, deletedBy: stretch.deletedBy)
    }
    while isShared && place < text.endIndex {
      let byte = text[place]
      let isSpace = byte == 0x20 || byte == 0x0A || byte == 0x0D
      if byte == 0x0A || (isStop && isSpace) || Self.endsSentence(text, place) {
        // The end belongs to the sentence; a wide one has three bytes.
        let end = place + (byte < 0x80 ? 1 : 3)
        pieces.append(piece(end))
        finish()
        if stretch.event >= 0 || !stretch.deletedBy.isEmpty { isTouched = true }
        start = end
        place = end
        continue
      }
      isStop = byte == 0x2E || byte == 0x21 || byte == 0x3F || byte == 0x3B
      place += 1
    }
    if start < text.endIndex || text.isEmpty { pieces.append(piece(text.endIndex)) }
  }

  /// Whether a Chinese mark that ends a sentence stands at a place.
  private static func endsSentence(_ text: ArraySlice<UInt8>, _ place: Int) -> Bool {
    guard text[place] >= 0xE3, place + 2 < text.endIndex else { return false }
    switch (text[place], text[place + 1], text[place + 2]) {
    case (0xE3, 0x80, 0x82), (0xEF, 0xBC, 0x81), (0xEF, 0xBC, 0x9F), (0xEF, 0xBC, 0x9B): return true
    default: return false
    }
  }

  /// Ends the sentence.
  mutating func finish() {
    defer {
      pieces.removeAll(keepingCapacity: true)
      isTouched = false
      isStop = false
    }
    guard isTouched, !isFull else { return }
    var touching: Set<Int> = []
    for piece in pieces {
      if piece.event >= 0 { touching.insert(piece.event) }
      touching.formUnion(piece.deletedBy)
    }
    let events = touching.sorted()
    guard let last = events.last, last >= known, events.count > 1 else { return }
    // A side counts when it changed the sentence in a way that another side that did so had not seen.
    var sides: [Int] = []
    var hasFresh = false
    for side in pasts.indices {
      for other in pasts.indices where other != side {
        let own = events.filter { pasts[side][$0] && !pasts[other][$0] }
        let others = events.filter { pasts[other][$0] && !pasts[side][$0] }
        guard own.contains(where: { one in others.contains { replicas[$0] != replicas[one] } }) else { continue }
        if own.contains(where: { $0 >= known }) || others.contains(where: { $0 >= known }) { hasFresh = true }
        if sides.last != side { sides.append(side) }
      }
    }
    guard sides.count > 1, hasFresh else { return }
    found.append(
      SharedPassage(
        base: text { $0.event < 0 }, shown: text { $0.deletedBy.isEmpty },
        sides: sides.map { side in
          SharedPassage.Side(
            event: events.last { pasts[side][$0] } ?? last,
            text: text { piece in
              (piece.event < 0 || pasts[side][piece.event]) && !piece.deletedBy.contains { pasts[side][$0] }
            })
        }))
  }

  private static let textLimit = 2000

  /// What the pieces that a version has say together; no more than so many bytes.
  private func text(_ has: (Piece) -> Bool) -> String {
    var utf8: [UInt8] = []
    for piece in pieces where has(piece) && utf8.count < Self.textLimit { utf8.append(contentsOf: piece.text) }
    let text = String(decoding: utf8, as: UTF8.self)
    return utf8.count < Self.textLimit ? text : text.prefix(Self.textLimit / 3) + "..."
  }
}
