/// The numbers of edits by their dots: edits that one laptop made one after another and that have successive numbers
/// take one entry.
struct EditNumbers {
  private struct Span {
    let counter: UInt64
    let number: Int
    var count: Int
  }

  /// By row of the stream; ascending by counter.
  private var spans: [[Span]] = []

  /// Numbers edits by their places.
  init(_ dots: [LocalDot]) { for (place, dot) in dots.enumerated() { append(dot, place) } }

  /// Adds an edit.
  mutating func append(_ dot: LocalDot, _ number: Int) {
    while spans.count <= dot.stream { spans.append([]) }
    let place = Self.place(of: dot.counter, in: spans[dot.stream])
    if place > 0 {
      let last = spans[dot.stream][place - 1]
      if last.counter + UInt64(last.count) == dot.counter, last.number + last.count == number {
        spans[dot.stream][place - 1].count += 1
        return
      }
    }
    spans[dot.stream].insert(Span(counter: dot.counter, number: number, count: 1), at: place)
  }

  /// The number of an edit; `nil` when it has not been added.
  func number(of dot: LocalDot) -> Int? {
    guard dot.stream < spans.count else { return nil }
    let place = Self.place(of: dot.counter, in: spans[dot.stream])
    guard place > 0 else { return nil }
    let span = spans[dot.stream][place - 1]
    return dot.counter - span.counter < UInt64(span.count) ? span.number + Int(dot.counter - span.counter) : nil
  }

  /// How many spans start at or before a counter.
  private static func place(of counter: UInt64, in spans: [Span]) -> Int {
    if let last = spans.last, last.counter <= counter { return spans.count }
    var low = 0
    var high = spans.count
    while low < high {
      let middle = (low + high) / 2
      if spans[middle].counter <= counter { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
