/// The scalars that concurrent edits inserted, in the order in which they stand, deleted ones among them.
///
/// It tells what an edit means that was made elsewhere: an edit's positions are those of its own version, the *prepared*
/// one, to which the tracker is brought by taking edits back and putting them on again; what it does to the text
/// that holds everything known, the *effect*, is what comes out. What was there before the edits concerned is one span
/// whose history does not matter.
///
/// Inserted scalars are ordered by the rule of YjsMod, which is that of FugueMax: runs of concurrent typing do not
/// interleave, forwards or backwards. Ties go by the dots of the edits, so that all replicas agree.
/// - SeeAlso: Gentle and Kleppmann, *Collaborative Text Editing with Eg-walker*, EuroSys 2025; Weidner and Kleppmann,
///   *The Art of the Fugue*, arXiv:2305.00583.
struct TextTracker {
  /// Scalars that stand together and have had the same fate.
  struct Span {
    /// The number of the first scalar; the others follow.
    let id: Int
    var count: Int
    /// The scalar that stood before the first one when it was inserted, or -1.
    let left: Int
    /// The scalar that stood behind it, deleted ones too, or -1.
    let right: Int
    /// The edit that inserted the first one, or one before it in the same stint; -1 for none.
    let event: Int
    /// In the prepared version: 0 not inserted yet, 1 there, more: deleted so many times less one.
    var prepared = 1
    /// Whether any edit deleted it.
    var isDeleted = false
  }

  /// The number of the first scalar that was there before.
  static let base = 1 << 40

  private(set) var spans: [Span] = []
  /// The spans in their order; first weight scalars in the prepared version, second in the effect, third those that the
  /// prepared version knows, deleted ones too.
  private(set) var order = WeightedSequence()
  private var index = SpanIndex()

  /// Starts from a text of so many scalars.
  init(count: Int) {
    if count > 0 { _ = add(Span(id: Self.base, count: count, left: -1, right: -1, event: -1), after: -1) }
  }

  /// How many scalars the prepared version has.
  var preparedCount: Int { order.total.first }

  // MARK: Editing

  /// Inserts scalars into the prepared version; gives their span.
  ///
  /// - Complexity: O(log *n*); O(*n*) where others inserted at the same place at once, which happens once for each stretch
  ///   that people typed without having seen each other.
  mutating func insert(_ count: Int, id: Int, at position: Int, by event: Int, _ dots: borrowing [Dot]) -> Int {
    var cursor = -1
    var left = -1
    if position > 0 {
      let (span, offset) = order.find(first: position - 1)
      if offset + 1 < spans[span].count { _ = split(span, at: offset + 1) }
      cursor = span
      left = spans[span].id + offset
    }
    let next = cursor < 0 ? order.first : order.next(cursor)
    var right = next
    if right >= 0 && spans[right].prepared == 0 { right = order.nextWithThird(after: cursor) }
    let rightID = right < 0 ? -1 : spans[right].id
    if right != next {
      // Others inserted between the two neighbours at once. The new scalars stand before the right one if that was put
      // directly behind the left one, else directly behind the left one; unless others were put there just like them.
      if right >= 0 && spans[right].left == left {
        let before = order.previous(right)
        if spans[before].right != rightID {
          cursor = before
        } else {
          cursor = place(from: next, to: right, behind: cursor, left, rightID, event, dots)
        }
      } else if spans[next].left == left {
        cursor = place(from: next, to: right, behind: cursor, left, rightID, event, dots)
      }
    }
    return add(Span(id: id, count: count, left: left, right: rightID, event: event), after: cursor)
  }

  /// Where a span stands in the effect.
  func effectPlace(of span: Int) -> Int { order.before(span).second }

  /// The span behind which scalars stand among those that others inserted at the same place at once.
  private func place(
    from next: Int, to right: Int, behind cursor: Int, _ left: Int, _ rightID: Int, _ event: Int,
    _ dots: borrowing [Dot]
  ) -> Int {
    var cursor = cursor
    var isScanning = false
    var other = next
    while other != right {
      let span = spans[other]
      let byLeft = span.left == left ? 0 : compare(span.left, left, none: false)
      if byLeft < 0 { break }
      if byLeft == 0 {
        let byRight = compare(span.right, rightID, none: true)
        if byRight == 0 && dots[event] < dots[span.event] { break }
        isScanning = byRight < 0
      }
      if !isScanning { cursor = other }
      other = order.next(other)
    }
    return cursor
  }

  /// Deletes scalars that stand at a place of the prepared version.
  ///
  /// - Parameters:
  ///   - targets: Gains the numbers of the scalars deleted.
  ///   - effect: Is called for what this deletes in the effect, with the number of the first scalar, place and count.
  mutating func delete(
    _ count: Int, at position: Int, _ targets: inout [Range<Int>], effect: (Int, Int, Int) -> Void
  ) {
    var rest = count
    while rest > 0 {
      var (span, offset) = order.find(first: position)
      if offset > 0 { span = split(span, at: offset) }
      if spans[span].count > rest { _ = split(span, at: rest) }
      let id = spans[span].id
      let length = spans[span].count
      if !spans[span].isDeleted {
        effect(id, order.before(span).second, length)
        spans[span].isDeleted = true
      }
      spans[span].prepared = 2
      refresh(span)
      if let last = targets.indices.last, targets[last].upperBound == id {
        targets[last] = targets[last].lowerBound..<id + length
      } else {
        targets.append(id..<id + length)
      }
      rest -= length
    }
  }

  /// Moves the prepared version of scalars on by a step or back by one.
  mutating func move(_ ids: Range<Int>, by step: Int) {
    var id = ids.lowerBound
    while id < ids.upperBound {
      let span = index.node(of: id)
      spans[span].prepared += step
      refresh(span)
      id = spans[span].id + spans[span].count
    }
  }

  /// Gives the spans that hold scalars which stand in one run of numbers.
  func eachSpan(in ids: Range<Int>, _ body: (Span) -> Void) {
    var id = ids.lowerBound
    while id < ids.upperBound {
      let span = spans[index.node(of: id)]
      body(span)
      id = span.id + span.count
    }
  }

  /// Gives the spans in their order.
  func eachSpan(_ body: (Span) -> Void) {
    var span = order.first
    while span >= 0 {
      body(spans[span])
      span = order.next(span)
    }
  }

  // MARK: Spans

  private mutating func add(_ span: Span, after other: Int) -> Int {
    let node = order.insert(weights(of: span), after: other)
    spans.append(span)
    index.insert(span.id, node)
    return node
  }

  private func weights(of span: Span) -> WeightedSequence.Weights {
    WeightedSequence.Weights(
      first: span.prepared == 1 ? span.count : 0, second: span.isDeleted ? 0 : span.count,
      third: span.prepared == 0 ? 0 : span.count)
  }

  private mutating func refresh(_ span: Int) { order.set(span, weights(of: spans[span])) }

  /// Cuts a span; gives the second part.
  private mutating func split(_ span: Int, at offset: Int) -> Int {
    let whole = spans[span]
    spans[span].count = offset
    refresh(span)
    let tail = Span(
      id: whole.id + offset, count: whole.count - offset, left: whole.id + offset - 1, right: whole.right,
      event: whole.event, prepared: whole.prepared, isDeleted: whole.isDeleted)
    return add(tail, after: span)
  }

  /// Which of two scalars stands first: negative for `one`, positive for `other`; -1 stands at the end if `none` says so,
  /// else at the beginning.
  private func compare(_ one: Int, _ other: Int, none isEnd: Bool) -> Int {
    if one == other { return 0 }
    if one < 0 { return isEnd ? 1 : -1 }
    if other < 0 { return isEnd ? -1 : 1 }
    let a = index.node(of: one)
    let b = index.node(of: other)
    if a == b { return one < other ? -1 : 1 }
    return order.isBefore(a, b) ? -1 : 1
  }
}
