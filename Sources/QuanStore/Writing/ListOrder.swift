import QuanCore

/// The order of a list while acts build on each other: what ``ListState`` finds by walking all places, each act finds
/// here in constant time.
struct ListOrder {
  /// For each place what comes behind it; for `nil`, what the list begins with.
  private var next: [EntryID?: EntryID] = [:]
  /// The places that have others on their right.
  private var hasRight: Set<EntryID?>
  /// For each element the places where it is, the one that counts first.
  private(set) var standing: [EntryID: [EntryID]]

  /// The order of a list.
  ///
  /// - Complexity: O(*n* log *n*) in the places.
  init(_ list: ListState) {
    standing = list.standing
    hasRight = Set(list.placements.values.filter { $0.place.side == .right }.map(\.place.parent))
    var last: EntryID?
    for id in list.order {
      next[last] = id
      last = id
    }
  }

  /// The place directly behind another, or at the beginning.
  func place(behind left: EntryID?) -> ListPlace {
    guard hasRight.contains(left), let next = next[left] else { return ListPlace(parent: left, side: .right) }
    return ListPlace(parent: next, side: .left)
  }

  /// Takes in that elements were inserted directly behind a place.
  mutating func insert(_ dot: Dot, count: Int, behind left: EntryID?) {
    var left = left
    for index in 0..<count {
      let id = EntryID(dot, UInt32(index))
      put(id, behind: left)
      standing[id] = [id]
      left = id
    }
  }

  /// Takes in that an element was moved directly behind a place.
  mutating func move(_ element: EntryID, by dot: Dot, behind left: EntryID?) {
    put(EntryID(dot), behind: left)
    standing[element] = [EntryID(dot)]
  }

  private mutating func put(_ id: EntryID, behind left: EntryID?) {
    let follower = next[left]
    hasRight.insert(left)
    next[left] = id
    next[id] = follower
  }
}
