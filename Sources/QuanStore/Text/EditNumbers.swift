/// The numbers of edits by their dots: edits that one laptop made one after another and that have successive numbers
/// take one entry.
struct EditNumbers {
  private struct Span {
    let counter: UInt64
    let number: Int
    var count: Int
  }

  /// By row of the stream; ascending by counter.
  private var spans: [Int: [Span]] = [:]

  /// Adds an edit.
  mutating func append(_ dot: LocalDot, _ number: Int) {
    let place = Self.place(of: dot.counter, in: spans[dot.stream, default: []])
    if place > 0, let last = spans[dot.stream]?[place - 1], last.counter + UInt64(last.count) == dot.counter,
      last.number + last.count == number
    {
      spans[dot.stream]?[place - 1].count += 1
    } else {
      spans[dot.stream, default: []].insert(Span(counter: dot.counter, number: number, count: 1), at: place)
    }
  }

  /// The number of an edit; `nil` when it has not been added.
  func number(of dot: LocalDot) -> Int? {
    guard let own = spans[dot.stream] else { return nil }
    let place = Self.place(of: dot.counter, in: own)
    guard place > 0, dot.counter - own[place - 1].counter < UInt64(own[place - 1].count) else { return nil }
    return own[place - 1].number + Int(dot.counter - own[place - 1].counter)
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
