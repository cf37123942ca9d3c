import Quan
import QuanTesting
import Testing

private let orderSchema = SchemaDraft([
  KindDraft("pupil", Labels("学生", "pupil"), [FieldDraft("plan", Labels("计划", "plan"), container: .list)])
])

/// Lists that several laptops work on at once, through replicas and bundles in random orders, beside the reference.
@Suite("The order of lists on several laptops")
struct ListOrderTests {
  /// Three laptops that work on one list, and what each of them showed.
  private struct Session {
    let bureau: Bureau
    let id: RecordID
    let field: FieldID
    var random: SeededGenerator
    var shown: [[EntryID]] = []
    var bundles: [String] = []

    init(seed: UInt64) throws {
      random = SeededGenerator(seed: seed)
      bureau = try Bureau(3, seed: seed, schema: orderSchema)
      field = try bureau.field("plan")
      let (kind, field) = (try bureau.kind(), field)
      id = try bureau.replicas[0].write { try $0.create(kind, [field: ["a", "b", "c"].map { .text($0) }]) }
      try bureau.exchange()
    }

    func elements(_ replica: Replica) throws -> [EntryID] {
      try replica.record(id)?["plan"]?.items.compactMap(\.element) ?? []
    }

    /// Something is done on a laptop, and a bundle of it is made.
    mutating func act(_ index: Int, moving: Bool) throws {
      let replica = bureau.replicas[index]
      let elements = try elements(replica)
      let before = try replica.vector()
      let draw = Int.random(in: 0..<10, using: &random)
      let place = Int.random(in: 0...elements.count, using: &random)
      let left = place == 0 ? nil : elements[place - 1]
      let element = elements.randomElement(using: &random)
      let (id, field) = (id, field)
      try replica.write { transaction in
        if draw < 5 || element == nil {
          try transaction.insert(id, field, [.text("\(index)"), .text("\(draw)")], after: left)
        } else if draw < 8, moving, let element {
          try transaction.move(id, field, element: element, after: left)
        } else if let element {
          try transaction.set(id, field, element: element, to: draw == 9 ? .text("set") : nil)
        }
      }
      shown.append(try self.elements(replica))
      if try replica.vector() != before { bundles.append(try bureau.bundle(from: index, lackedBy: before)) }
    }

    /// Laptops work, and take in some of each other's bundles in between, in no order.
    mutating func play(_ rounds: Int, moving: Bool) throws {
      for _ in 0..<rounds {
        let index = Int.random(in: 0..<3, using: &random)
        try act(index, moving: moving)
        guard random.chance(0.3), let bundle = bundles.randomElement(using: &random) else { continue }
        try bureau.replicas[index].apply(bundleAt: bundle)
        shown.append(try elements(bureau.replicas[index]))
      }
    }

    /// Everybody, and two who join late, takes in all bundles in an order of their own; the list that all must have.
    mutating func settle(_ seed: UInt64) throws -> [EntryID] {
      var replicas = bureau.replicas
      for name in ["M", "N"] { replicas.append(try bureau.newcomer(name, from: 0)) }
      for replica in replicas {
        for bundle in bundles.shuffled(using: &random) {
          try replica.apply(bundleAt: bundle)
          shown.append(try elements(replica))
        }
        #expect(try replica.status().pending.isEmpty, "seed \(seed); replay: Tools/test ListOrderTests")
      }
      let changes = try HeldChange.read(bundleAt: try bureau.bundle(from: 0))
      let state = ModelState(changes)
      let scope = try #require(try replicas[0].record(id)).scope
      let expected = state.lists(of: scope)[id]?[field] ?? []
      for replica in replicas {
        #expect(try elements(replica) == expected, "seed \(seed); replay: Tools/test ListOrderTests")
        #expect(
          try replica.canonicalForm(of: scope).records == state.canonical(of: scope),
          "seed \(seed); replay: Tools/test ListOrderTests")
      }
      for replica in replicas.suffix(2) { try replica.close() }
      return expected
    }
  }

  @Test("T-8 all that laptops ever show of a list agrees with one order of all its elements", arguments: 0..<6)
  func strongList(part: UInt64) throws {
    let seed = 300 + part
    var session = try Session(seed: seed)
    try session.play(24, moving: false)
    _ = try session.settle(seed)
    // Whatever came before something in any view comes before it in one order: the relation has no circle.
    var following: [EntryID: Set<EntryID>] = [:]
    var waiting: [EntryID: Int] = [:]
    for view in session.shown {
      for element in view { waiting[element, default: 0] += 0 }
      for (one, other) in zip(view, view.dropFirst()) where following[one, default: []].insert(other).inserted {
        waiting[other, default: 0] += 1
      }
    }
    var ready = waiting.filter { $0.value == 0 }.map(\.key)
    var ordered = 0
    while let next = ready.popLast() {
      ordered += 1
      for other in following[next] ?? [] {
        waiting[other, default: 0] -= 1
        if waiting[other] == 0 { ready.append(other) }
      }
    }
    #expect(ordered == waiting.count, "seed \(seed); replay: Tools/test ListOrderTests")
  }

  @Test(
    "M-4 T-8 elements that several laptops move at once stand once, alike in all orders, as the reference",
    arguments: 0..<6)
  func concurrentMoves(part: UInt64) throws {
    let seed = 400 + part
    var session = try Session(seed: seed)
    // All three move one element at once, to other places, again and again.
    let moved = try #require(try session.elements(session.bureau.replicas[0]).first)
    let (id, field) = (session.id, session.field)
    for round in 0..<3 {
      for index in 0..<3 {
        let replica = session.bureau.replicas[index]
        let before = try replica.vector()
        let others = try session.elements(replica).filter { $0 != moved }
        let target = (index + round) % (others.count + 1)
        try replica.write {
          try $0.move(id, field, element: moved, after: target == 0 ? nil : others[target - 1])
        }
        session.bundles.append(try session.bureau.bundle(from: index, lackedBy: before))
      }
      try session.play(4, moving: true)
    }
    try session.play(12, moving: true)
    let elements = try session.settle(seed)
    #expect(Set(elements).count == elements.count, "seed \(seed); replay: Tools/test ListOrderTests")
    try session.bureau.exchange()
    try session.bureau.expectEqual()
  }
}
