/// Where in the tree of a list something is put: beside a place that its author saw.
public struct ListPlace: Hashable, Sendable {
  /// The side of the parent.
  ///
  /// The raw values are those of the format.
  public enum Side: UInt8, Hashable, Sendable {
    /// Before the parent.
    case left = 1
    /// Behind the parent.
    case right = 2
  }

  /// The place beside which it is put; `nil` for the list itself, which is always on the left of everything.
  public let parent: EntryID?
  /// On which side.
  public let side: Side

  /// Puts something beside a place.
  public init(parent: EntryID?, side: Side) {
    self.parent = parent
    self.side = parent == nil ? .right : side
  }
}

/// A place in a list that an insert or a move made: never forgotten, because others may still stand beside it.
public struct Placement: Hashable, Sendable {
  /// The place: named as the element is when an insert made it, by the operation and 0 when a move did.
  public let id: EntryID
  /// The element that was put there.
  public let element: EntryID
  /// Where it is.
  public let place: ListPlace
  /// The places that the element left.
  public let overwrites: [EntryID]

  /// A place.
  public init(id: EntryID, element: EntryID, place: ListPlace, overwrites: [EntryID] = []) {
    self.id = id
    self.element = element
    self.place = place
    self.overwrites = overwrites
  }
}

/// The order of a list: a set that only grows, of the places that elements were ever put at.
///
/// All else is a function of that set, so it does not matter in what order operations come. The places are a Fugue
/// tree, whose order never interleaves what two people inserted at one position at once. An element is at the places
/// that no known move left; of several (it was moved by several people at once) the one with the greatest name counts,
/// and the others stay readable, so an element is always at one place.
/// - SeeAlso: Weidner and Kleppmann, *The Art of the Fugue*, arXiv:2305.00583; Kleppmann, *Moving elements in list
///   CRDTs*, PaPoC 2020.
public struct ListState: Hashable, Sendable {
  /// The places, by name.
  public private(set) var placements: [EntryID: Placement]

  /// A list of given places.
  public init(_ placements: [Placement] = []) {
    self.placements = Dictionary(placements.map { ($0.id, $0) }) { first, _ in first }
  }

  /// Puts new elements in, the first at `place`, each other one right behind the one before.
  public mutating func insert(_ dot: Dot, count: Int, at place: ListPlace) {
    var place = place
    for index in 0..<count {
      let id = EntryID(dot, UInt32(index))
      placements[id] = Placement(id: id, element: id, place: place)
      place = ListPlace(parent: id, side: .right)
    }
  }

  /// Puts an element at another place.
  public mutating func move(_ element: EntryID, by dot: Dot, to place: ListPlace, leaving overwrites: [EntryID]) {
    let id = EntryID(dot)
    placements[id] = Placement(id: id, element: element, place: place, overwrites: overwrites)
  }

  /// All places in the order of the list, those that elements have left too.
  ///
  /// - Complexity: O(*n* log *n*) in the places.
  public var order: [EntryID] {
    var children: [ListPlace: [EntryID]] = [:]
    for placement in placements.values { children[placement.place, default: []].append(placement.id) }
    var order: [EntryID] = []
    var visited: Set<EntryID> = []
    order.reserveCapacity(placements.count)
    // A step: a place whose left side is still to be looked at, or one that comes next.
    var steps: [(id: EntryID, isOpen: Bool)] = []
    func push(_ place: ListPlace) {
      for id in (children[place] ?? []).sorted().reversed() where visited.insert(id).inserted {
        steps.append((id, true))
      }
    }
    func walk() {
      while let (id, isOpen) = steps.popLast() {
        if isOpen {
          steps.append((id, false))
          push(ListPlace(parent: id, side: .left))
        } else {
          order.append(id)
          push(ListPlace(parent: id, side: .right))
        }
      }
    }
    push(ListPlace(parent: nil, side: .right))
    walk()
    // Beside a place that nobody made: only a garbled operation is there. It comes last, the same way everywhere.
    if order.count < placements.count {
      for id in placements.keys.sorted() where visited.insert(id).inserted {
        steps.append((id, true))
        walk()
      }
    }
    return order
  }

  /// For each element the places where it is, the one that counts first.
  public var standing: [EntryID: [EntryID]] {
    var left: Set<EntryID> = []
    for placement in placements.values { left.formUnion(placement.overwrites) }
    var standing: [EntryID: [EntryID]] = [:]
    for placement in placements.values where !left.contains(placement.id) {
      standing[placement.element, default: []].append(placement.id)
    }
    return standing.mapValues { $0.sorted(by: >) }
  }

  /// The elements in the order of the list, those that have been removed too, each with the place where it is.
  ///
  /// - Complexity: O(*n* log *n*) in the places.
  public var elements: [(element: EntryID, place: EntryID)] {
    let standing = standing
    return order.compactMap { id in
      guard let element = placements[id]?.element, standing[element]?.first == id else { return nil }
      return (element, id)
    }
  }

  /// The place that is directly behind another, or at the beginning of the list.
  ///
  /// - Complexity: O(*n* log *n*) in the places.
  public func place(behind left: EntryID?) -> ListPlace {
    let right = ListPlace(parent: left, side: .right)
    guard placements.values.contains(where: { $0.place == right }) else { return right }
    let order = order
    let index = left.flatMap { order.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
    return index < order.count ? ListPlace(parent: order[index], side: .left) : right
  }
}
