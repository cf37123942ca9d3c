import QuanCore
import QuanTesting
import Testing

@Suite("The order of a list")
struct ListStateTests {
  /// Something that was done to a list.
  private enum Act {
    case insert(Dot, Int, ListPlace)
    case move(EntryID, Dot, ListPlace, [EntryID])

    func apply(to list: inout ListState) {
      switch self {
      case .insert(let dot, let count, let place): list.insert(dot, count: count, at: place)
      case .move(let element, let dot, let place, let left): list.move(element, by: dot, to: place, leaving: left)
      }
    }
  }

  /// Three people who edit copies of one list, each beside a plain array that says what the list must be.
  private struct Session {
    var random: SeededGenerator
    var lists = [ListState](repeating: ListState(), count: 3)
    var arrays = [[EntryID]](repeating: [], count: 3)
    var done: [[Act]] = [[], [], []]
    var counter: UInt64 = 0

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func edit(_ person: Int) {
      counter += 1
      let dot = Dot(ReplicaID(rawValue: UInt64(person + 1)), counter)
      let array = arrays[person]
      let act: Act
      if array.isEmpty || random.chance(0.55) {
        let index = Int.random(in: 0...array.count, using: &random)
        let count = Int.random(in: 1...2, using: &random)
        act = .insert(dot, count, place(behind: index == 0 ? nil : array[index - 1], person))
        arrays[person].insert(contentsOf: (0..<count).map { EntryID(dot, UInt32($0)) }, at: index)
      } else {
        let from = Int.random(in: 0..<array.count, using: &random)
        let element = arrays[person].remove(at: from)
        let index = Int.random(in: 0..<array.count, using: &random)
        let place = place(behind: index == 0 ? nil : arrays[person][index - 1], person)
        act = .move(element, dot, place, lists[person].standing[element] ?? [])
        arrays[person].insert(element, at: index)
      }
      act.apply(to: &lists[person])
      done[person].append(act)
    }

    private func place(behind element: EntryID?, _ person: Int) -> ListPlace {
      lists[person].place(behind: element.flatMap { lists[person].standing[$0]?.first })
    }
  }

  /// The order by the plainest reading: before a place what is left of it, behind it what is right of it.
  private func plainOrder(_ list: ListState) -> [EntryID] {
    let children = Dictionary(grouping: list.placements.values, by: \.place)
    func all(_ place: ListPlace) -> [EntryID] {
      (children[place] ?? []).sorted { $0.id < $1.id }.flatMap { placement in
        all(ListPlace(parent: placement.id, side: .left)) + [placement.id]
          + all(ListPlace(parent: placement.id, side: .right))
      }
    }
    return all(ListPlace(parent: nil, side: .right))
  }

  @Test("100,000 random inserts and moves do what they do to an array, and merge alike in any order", arguments: 0..<20)
  func random(part: UInt64) throws {
    for seed in part * 140..<(part + 1) * 140 {
      var session = Session(seed: seed)
      for _ in 0..<9 {
        session.edit(0)
        #expect(session.lists[0].elements.map(\.element) == session.arrays[0], "seed \(seed)")
      }
      for person in 1...2 {
        session.lists[person] = session.lists[0]
        session.arrays[person] = session.arrays[0]
      }
      let begun = session.lists[0]
      session.done = [[], [], []]
      for person in 0...2 {
        for _ in 0..<9 {
          session.edit(person)
          #expect(session.lists[person].elements.map(\.element) == session.arrays[person], "seed \(seed)")
        }
      }
      var merged: Set<ListState> = []
      for _ in 0..<2 {
        var list = begun
        for act in session.done.flatMap({ $0 }).shuffled(using: &session.random) { act.apply(to: &list) }
        merged.insert(list)
      }
      let list = try #require(merged.first)
      #expect(merged.count == 1, "seed \(seed)")
      #expect(list.order == plainOrder(list), "seed \(seed)")
      let elements = list.elements.map(\.element)
      #expect(Set(elements).count == elements.count, "an element stands twice; seed \(seed)")
      #expect(Set(elements) == Set(session.arrays.flatMap { $0 }), "an element is lost; seed \(seed)")
    }
  }

  @Test("T-8 what one replica showed stays in that order until somebody moves it", arguments: 0..<4)
  func strongList(part: UInt64) {
    for seed in 9000 + part * 50..<9000 + (part + 1) * 50 {
      var session = Session(seed: seed)
      var shown: [[EntryID]] = []
      for _ in 0..<12 {
        session.edit(0)
        shown.append(session.lists[0].order)
      }
      session.lists[1] = session.lists[0]
      session.arrays[1] = session.arrays[0]
      for _ in 0..<12 {
        session.edit(1)
        shown.append(session.lists[1].order)
      }
      let last = session.lists[1].order
      for order in shown {
        let kept = Set(order)
        #expect(last.filter { kept.contains($0) } == order, "seed \(seed)")
      }
    }
  }

  @Test("what stands beside a place that nobody made comes last, and loops end")
  func garbled() {
    let (a, b, c) = (Dot(ReplicaID(rawValue: 1), 1), Dot(ReplicaID(rawValue: 1), 2), Dot(ReplicaID(rawValue: 1), 3))
    var list = ListState()
    list.insert(a, count: 1, at: ListPlace(parent: nil, side: .right))
    list.insert(b, count: 1, at: ListPlace(parent: EntryID(c), side: .left))
    list.insert(c, count: 1, at: ListPlace(parent: EntryID(b), side: .right))
    #expect(list.order == [EntryID(a), EntryID(b), EntryID(c)])
  }

  @Test("a long run does not go deep")
  func longRun() {
    var list = ListState()
    list.insert(Dot(ReplicaID(rawValue: 1), 1), count: 20_000, at: ListPlace(parent: nil, side: .right))
    #expect(list.order.count == 20_000)
  }
}
