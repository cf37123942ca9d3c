import QuanCore

/// An order of operations in which what one overwrites, restores, continues or creates comes before it; else by time and
/// dot.
enum CausalOrder {
  /// An operation with its change and the row of its stream.
  typealias Item = (change: Change, index: Int, dot: Dot, operation: Operation)

  /// The operations in order; those of each replica must be in the order of their counters.
  ///
  /// - Complexity: O(*n* log *n*) in the operations and what they name.
  static func sorted(_ operations: [Item]) -> [Item] {
    let operations = operations.sorted { ($0.change.time, $0.dot) < ($1.change.time, $1.dot) }
    let places = Dictionary(operations.enumerated().map { ($1.dot, $0) }) { first, _ in first }
    var followers = [[Int]](repeating: [], count: operations.count)
    var missing = [Int](repeating: 0, count: operations.count)
    func order(_ dot: Dot, before place: Int) {
      guard let first = places[dot], first != place else { return }
      followers[first].append(place)
      missing[place] += 1
    }
    for (place, item) in operations.enumerated() {
      for dot in dots(before: item.operation) { order(dot, before: place) }
      if item.operation.record != item.dot { order(item.operation.record, before: place) }
    }
    for chain in Dictionary(grouping: places, by: \.key.replica).values {
      let own = chain.sorted { $0.key.counter < $1.key.counter }
      for (one, next) in zip(own, own.dropFirst()) { order(one.key, before: next.value) }
    }
    var ready = PlaceHeap(missing.indices.filter { missing[$0] == 0 })
    var isDone = [Bool](repeating: false, count: operations.count)
    var oldest = 0
    var ordered: [Item] = []
    ordered.reserveCapacity(operations.count)
    while ordered.count < operations.count {
      while isDone[oldest] { oldest += 1 }
      // Only garbled operations wait for each other: then the oldest goes first.
      let place = ready.pop() ?? oldest
      guard !isDone[place] else { continue }
      isDone[place] = true
      ordered.append(operations[place])
      for follower in followers[place] {
        missing[follower] -= 1
        if missing[follower] == 0 { ready.push(follower) }
      }
    }
    return ordered
  }

  /// The operations that one names as coming before it.
  private static func dots(before operation: Operation) -> [Dot] {
    switch operation.body {
    case .write(_, let values, let overwrites): overwrites.map(\.dot) + values.compactMap(\.origin)
    case .insert(_, let place, _): place.parent.map { [$0.dot] } ?? []
    case .move(_, let element, let place, let overwrites):
      overwrites.map(\.dot) + [element.dot] + (place.parent.map { [$0.dot] } ?? [])
    case .restore(let deletes): deletes
    case .delete(let context): context.map { Dot($0.key, $0.value) }
    case .edit(_, let edit): edit.parents
    case .create, .increment: []
    }
  }
}

/// Places of which the lowest is taken first: a binary heap.
private struct PlaceHeap {
  private var places: [Int]

  /// - Parameter places: Ascending.
  init(_ places: [Int]) { self.places = places }

  mutating func push(_ place: Int) {
    places.append(place)
    var child = places.count - 1
    while child > 0, places[child] < places[(child - 1) / 2] {
      places.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Int? {
    guard let first = places.first else { return nil }
    let last = places.removeLast()
    guard !places.isEmpty else { return first }
    places[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < places.count && places[child] < places[least] {
        least = child
      }
      if least == parent { return first }
      places.swapAt(least, parent)
      parent = least
    }
  }
}
