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
  /// The old elements that are gone.
  private(set) var removed: [Int]

  /// Finds the changes.
  ///
  /// Equal elements of a longest common subsequence are kept, other equal ones moved. What is left over in one gap
  /// between kept ones, old and new, is one element with another value.
  /// - SeeAlso: Myers, *An O(ND) Difference Algorithm and Its Variations*, 1986, as the standard library has it.
  init(from old: [Value?], to new: [Value]) {
    let difference = new.map(Optional.some).difference(from: old).inferringMoves()
    var sources = [Source?](repeating: nil, count: new.count)
    var gone: Set<Int> = []
    var left: [Int] = []
    for change in difference {
      switch change {
      case .remove(let offset, _, let target):
        gone.insert(offset)
        if target == nil { left.append(offset) }
      case .insert(let offset, _, let origin):
        sources[offset] = origin.map { .moved($0) } ?? .new
      }
    }
    var kept = old.indices.filter { !gone.contains($0) }[...]
    // The gap of an old or new element: how many kept ones stand before it.
    var gapOfNew: [Int: [Int]] = [:]
    var keptCount = 0
    for index in new.indices {
      if sources[index] == nil {
        sources[index] = kept.popFirst().map { .kept($0) } ?? .new
        keptCount += 1
      } else if sources[index] == .new {
        gapOfNew[keptCount, default: []].append(index)
      }
    }
    removed = []
    for index in left.sorted() {
      let gap = index - gone.count { $0 < index }
      if let target = gapOfNew[gap]?.first {
        gapOfNew[gap]?.removeFirst()
        sources[target] = .changed(index)
      } else {
        removed.append(index)
      }
    }
    self.sources = sources.map { $0 ?? .new }
  }
}
