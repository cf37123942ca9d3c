import QuanCore

/// The order of a list while acts build on each other: what ``ListState`` finds by walking all places, each act finds
/// here in constant time.
struct ListOrder {
  /// For each place what comes behind it; for `nil`, what the list begins with.
  private var next: [EntryID?: EntryID] = [:]
  /// For each place what comes in front of it; nothing for the first.
  private var previous: [EntryID: EntryID] = [:]
  /// How many places each has on its right.
  private var rights: [EntryID?: Int] = [:]
  /// For each element the places where it is, the one that counts first.
  private(set) var standing: [EntryID: [EntryID]]
  /// The places that moves made here, and how many others have been put beside each.
  private var passed: [EntryID: (place: ListPlace, beside: Int)] = [:]

  /// The order of a list.
  ///
  /// - Complexity: O(*n* log *n*) in the places.
  init(_ list: ListState) {
    standing = list.standing
    for placement in list.placements.values where placement.place.side == .right {
      rights[placement.place.parent, default: 0] += 1
    }
    var last: EntryID?
    for id in list.order {
      link(last, id)
      last = id
    }
  }

  /// The place directly behind another, or at the beginning.
  func place(behind left: EntryID?) -> ListPlace {
    guard rights[left, default: 0] > 0, let next = next[left] else { return ListPlace(parent: left, side: .right) }
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
    let id = EntryID(dot)
    passed[id] = (place: put(id, behind: left), beside: 0)
    standing[element] = [id]
  }

  /// Takes the places of an element out that moves made here and beside which nothing stands, before it is moved: those
  /// moves will be no operations; see ``PassingMoves``.
  mutating func depart(_ element: EntryID, behind left: EntryID?) {
    for place in standing[element] ?? [] where place != left { leave(place) }
  }

  @discardableResult
  private mutating func put(_ id: EntryID, behind left: EntryID?) -> ListPlace {
    let place = place(behind: left)
    let follower = next[left]
    link(left, id)
    if let follower { link(id, follower) }
    if place.side == .right { rights[place.parent, default: 0] += 1 }
    if let parent = place.parent { passed[parent]?.beside += 1 }
    return place
  }

  private mutating func link(_ one: EntryID?, _ other: EntryID) {
    next[one] = other
    previous[other] = one
  }

  private mutating func leave(_ id: EntryID) {
    guard let (place, beside) = passed[id], beside == 0 else { return }
    passed[id] = nil
    let left = previous.removeValue(forKey: id)
    if let follower = next.removeValue(forKey: id) { link(left, follower) } else { next[left] = nil }
    if place.side == .right { rights[place.parent, default: 0] -= 1 }
    guard let parent = place.parent else { return }
    passed[parent]?.beside -= 1
  }
}
