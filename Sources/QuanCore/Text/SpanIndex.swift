/// Finds the node that holds a number: spans of numbers, each a node, by where they start.
///
/// An ordered list of short ordered lists, so that adding one moves few others.
struct SpanIndex {
  private struct Entry {
    let start: Int
    let node: Int32
  }

  private var starts: [Int] = []
  private var lists: [[Entry]] = []
  private static let limit = 256

  /// Adds a span that starts where none does.
  mutating func insert(_ start: Int, _ node: Int) {
    let entry = Entry(start: start, node: Int32(node))
    guard let last = starts.indices.last else {
      starts.append(start)
      lists.append([entry])
      return
    }
    let list = start >= starts[last] ? last : max(0, place(start))
    if start < starts[list] { starts[list] = start }
    if let end = lists[list].last, start > end.start {
      lists[list].append(entry)
    } else {
      lists[list].insert(entry, at: Self.place(start, in: lists[list]) + 1)
    }
    guard lists[list].count > Self.limit else { return }
    // Growing at the end leaves full lists behind; else both halves may grow.
    let cut = list == lists.count - 1 ? Self.limit - 1 : Self.limit / 2
    let tail = Array(lists[list][cut...])
    lists[list].removeSubrange(cut...)
    lists.insert(tail, at: list + 1)
    starts.insert(tail[0].start, at: list + 1)
  }

  /// The node of the span that holds a number, which there must be.
  func node(of number: Int) -> Int {
    let list = lists[place(number)]
    return Int(list[Self.place(number, in: list)].node)
  }

  /// The last list that starts at or before a number, or -1.
  private func place(_ number: Int) -> Int {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= number { low = middle + 1 } else { high = middle }
    }
    return low - 1
  }

  private static func place(_ number: Int, in list: [Entry]) -> Int {
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle].start <= number { low = middle + 1 } else { high = middle }
    }
    return low - 1
  }
}
