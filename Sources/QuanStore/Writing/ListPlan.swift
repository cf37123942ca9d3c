import QuanCore

/// How a list becomes another one by few changes.
struct ListPlan {
  /// Where an element of the new list comes from, by its index in the old one.
  enum Source: Hashable {
    case kept(Int)
    case changed(Int)
    case moved(Int)
    case new
  }

  /// For each element of the new list.
  private(set) var sources: [Source]
  /// The old elements that are gone, ascending.
  private(set) var removed: [Int] = []

  /// Finds the changes.
  ///
  /// Equal elements are paired: those at both ends first, then in order. Of the pairs a longest run that stands in the same
  /// order is kept, the others are moved. What is left over in one gap between kept ones, old and new, is one element with
  /// another value.
  /// - Complexity: O(*n* log *n*) in the elements, old and new.
  init(from old: [Value?], to new: [Value]) {
    let pairs = Self.pairs(old, new)
    sources = pairs.map { $0.map { .moved($0) } ?? .new }
    var isPaired = Array(repeating: false, count: old.count)
    for case let index? in pairs { isPaired[index] = true }
    let kept = Self.longestRise(pairs)
    for place in kept { sources[place] = pairs[place].map { .kept($0) } ?? .new }
    // Gap by gap: what is new there takes over what is old there and in no pair.
    var newStart = 0
    var oldStart = 0
    for place in kept + [new.count] {
      let oldEnd = place < new.count ? pairs[place] ?? old.count : old.count
      var left = (oldStart..<oldEnd).filter { !isPaired[$0] }[...]
      for target in newStart..<place where sources[target] == .new {
        if let index = left.popFirst() { sources[target] = .changed(index) }
      }
      removed += left
      newStart = place + 1
      oldStart = oldEnd + 1
    }
  }

  /// For each new element the old one that is equal, each at most once.
  private static func pairs(_ old: [Value?], _ new: [Value]) -> [Int?] {
    var pairs = [Int?](repeating: nil, count: new.count)
    let shorter = min(old.count, new.count)
    var head = 0
    while head < shorter && old[head] == new[head] {
      pairs[head] = head
      head += 1
    }
    var tail = 0
    while tail < shorter - head && old[old.count - 1 - tail] == new[new.count - 1 - tail] {
      pairs[new.count - 1 - tail] = old.count - 1 - tail
      tail += 1
    }
    var places: [Value: [Int]] = [:]
    for index in (head..<(old.count - tail)).reversed() {
      if let value = old[index] { places[value, default: []].append(index) }
    }
    for index in head..<(new.count - tail) { pairs[index] = places[new[index]]?.popLast() }
    return pairs
  }

  /// The places of a longest strictly rising sequence among the numbers given.
  ///
  /// - SeeAlso: Schensted, *Longest increasing and decreasing subsequences*, 1961.
  private static func longestRise(_ numbers: [Int?]) -> [Int] {
    // For each length the place where a sequence of that length ends lowest, and for each place the one before it.
    var ends: [Int] = []
    var before = [Int?](repeating: nil, count: numbers.count)
    for (place, number) in numbers.enumerated() {
      guard let number else { continue }
      var low = 0
      var high = ends.count
      while low < high {
        let middle = (low + high) / 2
        if (numbers[ends[middle]] ?? 0) < number { low = middle + 1 } else { high = middle }
      }
      before[place] = low > 0 ? ends[low - 1] : nil
      if low == ends.count { ends.append(place) } else { ends[low] = place }
    }
    var rise: [Int] = []
    var place = ends.last
    while let here = place {
      rise.append(here)
      place = before[here]
    }
    return rise.reversed()
  }
}
