/// Ranges of changes of one stream, which may reach over one another, to be asked which of them hold a change.
struct SegmentRanges {
  private struct Item {
    let range: ClosedRange<UInt64>
    let place: Int
    /// The first change of this range and of all behind it.
    var start: UInt64
  }

  /// By the end of their ranges.
  private var items: [Item]

  /// - Parameter ranges: The ranges, each with what it goes by.
  init(_ ranges: [(range: ClosedRange<UInt64>, place: Int)]) {
    items = ranges.map { Item(range: $0.range, place: $0.place, start: $0.range.lowerBound) }
    items.sort { $0.range.upperBound < $1.range.upperBound }
    for index in items.indices.dropLast().reversed() {
      items[index].start = min(items[index].start, items[index + 1].start)
    }
  }

  /// What the ranges that hold a change go by.
  ///
  /// - Complexity: O(log *n*) for ranges of which each follows the one before.
  func holding(_ number: UInt64) -> [Int] {
    var (low, high) = (0, items.count)
    while low < high {
      let middle = (low + high) / 2
      if items[middle].range.upperBound < number { low = middle + 1 } else { high = middle }
    }
    var found: [Int] = []
    while low < items.count, items[low].start <= number {
      if items[low].range.contains(number) { found.append(items[low].place) }
      low += 1
    }
    return found
  }
}
