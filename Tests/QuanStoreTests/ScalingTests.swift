import Quan
import QuanTesting
import Testing

private let scaledSchema = SchemaDraft([
  KindDraft(
    "visit", Labels("家访", "visit"),
    [
      FieldDraft("notes", Labels("记录", "notes"), container: .text),
      FieldDraft("steps", Labels("步骤", "steps"), container: .list),
      FieldDraft("contacts", Labels("联系人", "contacts"), container: .map),
    ])
])

/// What is twice as much takes about twice as long, never four times.
@Suite("Time that grows with the work", .serialized)
struct ScalingTests {
  /// The shortest of some runs: what else the machine does only adds to it.
  private func time(_ runs: Int = 3, _ body: () throws -> Void) rethrows -> Duration {
    var best = Duration.seconds(1_000_000)
    for _ in 0..<runs { best = min(best, try ContinuousClock().measure(body)) }
    return best
  }

  /// Expects of each of some works that twice as much takes at most 2.6 times as long.
  ///
  /// What grows with the square takes four times as long each time; a busy machine may do so once, and gets three chances.
  private func expectNearLinear(
    _ works: [String], from count: Int, _ location: SourceLocation = #_sourceLocation,
    _ measure: (Int) throws -> [Duration]
  ) throws {
    var failures: [String] = []
    for _ in 0..<3 {
      let (one, two) = (try measure(count), try measure(2 * count))
      failures = works.indices.filter { two[$0] > one[$0] * 2.6 + .milliseconds(5) }.map {
        "\(works[$0]): \(one[$0]), then \(two[$0])"
      }
      if failures.isEmpty { return }
    }
    Issue.record("\(failures)", sourceLocation: location)
  }

  /// A text that two laptops edited in turns without having met, so many times each, and then exchanged.
  private func interleaved(_ count: Int) throws -> (bureau: Bureau, id: RecordID, notes: FieldID, changes: [ChangeID]) {
    let bureau = try Bureau(2, schema: scaledSchema)
    let notes = try bureau.field("notes", of: "visit")
    let kind = try bureau.kind("visit")
    let id = try bureau.replicas[0].write { try $0.create(kind, [notes: [.text("起。")]]) }
    try bureau.exchange()
    for round in 0..<count {
      for (index, letter) in ["甲", "乙"].enumerated() {
        try bureau.replicas[index].write { transaction in
          let end = try transaction.textCount(id, notes)
          try transaction.insert(letter, at: (round * 7) % (end + 1), in: id, notes)
        }
      }
    }
    try bureau.exchange()
    let changes = try bureau.replicas[0].history(of: id).map(\.change)
    return (bureau, id, notes, changes)
  }

  @Test("who wrote what, and undoing, after edits of two people in turns: twice the edits, about twice the time")
  func interleavedEdits() throws {
    try expectNearLinear(["blame", "undo"], from: 300) { count in
      let (bureau, id, notes, changes) = try interleaved(count)
      let blame = try time {
        let passages = try bureau.replicas[0].passages(of: id, notes)
        #expect(passages.reduce(0) { $0 + $1.text.unicodeScalars.count } == 2 + 2 * count)
      }
      var next = changes.count / 2
      let undo = try time {
        next += 1
        let report = try bureau.replicas[0].undo(changes[next])
        #expect(report.operationCount == 1)
      }
      try bureau.exchange()
      try bureau.expectEqual()
      return [blame, undo]
    }
  }

  @Test("a long text that one deleted at once while another worked all over it: twice of both, about twice the time")
  func deletedAtOnce() throws {
    try expectNearLinear(["merging"], from: 300) { count in
      let bureau = try Bureau(2, schema: scaledSchema)
      let notes = try bureau.field("notes", of: "visit")
      let kind = try bureau.kind("visit")
      var merge = Duration.seconds(1_000_000)
      for _ in 0..<3 {
        let text = String(repeating: "今天家访了解情况，", count: count * 20)
        let id = try bureau.replicas[0].write { try $0.create(kind, [notes: [.text(text)]]) }
        try bureau.exchange()
        try bureau.replicas[0].write { transaction in
          for place in 0..<count { try transaction.insert("补", at: place * 150, in: id, notes) }
        }
        try bureau.replicas[1].write { try $0.setText(id, notes, to: "") }
        let bundle = try bureau.bundle(from: 1)
        merge = min(merge, try time(1) { try bureau.replicas[0].apply(bundleAt: bundle) })
        #expect(try bureau.shown(id, "notes", on: 0) == [.text(String(repeating: "补", count: count))])
        try bureau.exchange()
      }
      return [merge]
    }
  }

  /// Expects that a write which works on all elements of a list, and taking it in elsewhere, grow with the list.
  ///
  /// - Parameter act: What is done to a record, given its list's elements.
  private func expectNearLinear(
    _ act: (_ transaction: inout Transaction, _ id: RecordID, _ elements: [EntryID], _ bureau: Bureau) throws -> Void
  ) throws {
    try expectNearLinear(["writing", "taking in"], from: 1000) { count in
      let bureau = try Bureau(2, schema: scaledSchema)
      let steps = try bureau.field("steps", of: "visit")
      let kind = try bureau.kind("visit")
      let values = (0..<count).map { Value.text("\($0)") }
      var write = Duration.seconds(1_000_000)
      var merge = write
      for _ in 0..<3 {
        let id = try bureau.replicas[0].write { try $0.create(kind, [steps: values]) }
        try bureau.exchange()
        let before = try bureau.replicas[0].vector()
        write = min(
          write,
          try time(1) {
            try bureau.replicas[0].write { transaction in
              try act(&transaction, id, try transaction.elements(id, steps).compactMap(\.element), bureau)
            }
          })
        let bundle = try bureau.bundle(from: 0, lackedBy: before)
        merge = min(merge, try time(1) { try bureau.replicas[1].apply(bundleAt: bundle) })
      }
      try bureau.expectEqual()
      return [write, merge]
    }
  }

  @Test("many acts on one list in one write, and taking them in elsewhere: twice the acts, about twice the time")
  func listActs() throws {
    try expectNearLinear { transaction, id, elements, bureau in
      let steps = try bureau.field("steps", of: "visit")
      for (place, element) in elements.enumerated() where place > 0 {
        let target = elements[(place * 7919) % elements.count]
        if target != element { try transaction.move(id, steps, element: element, after: target) }
        try transaction.insert(id, steps, [.text("n")], after: element)
      }
    }
  }

  @Test("many items of a list and a map set in one write, and taking them in: twice as many, about twice the time")
  func itemWrites() throws {
    try expectNearLinear { transaction, id, elements, bureau in
      let steps = try bureau.field("steps", of: "visit")
      let contacts = try bureau.field("contacts", of: "visit")
      for (place, element) in elements.enumerated() {
        try transaction.set(id, steps, element: element, to: .text("\(place) anew"))
        try transaction.set(id, contacts, key: "\(place)", to: .text("\(place)"))
      }
    }
  }

  @Test("a move that a later one of the same write takes back becomes no operation, and keeps no place")
  func passingMoves() throws {
    let bureau = try Bureau(2, schema: scaledSchema)
    let steps = try bureau.field("steps", of: "visit")
    let kind = try bureau.kind("visit")
    let id = try bureau.replicas[0].write { try $0.create(kind, [steps: (0..<8).map { .text("\($0)") }]) }
    try bureau.exchange()
    func shown(_ index: Int) throws -> [Value] { try bureau.shown(id, "steps", on: index) }
    let before = try bureau.replicas[0].history(of: id).count
    try bureau.replicas[0].write { transaction in
      let elements = try transaction.elements(id, steps).compactMap(\.element)
      for round in 0..<400 {
        try transaction.move(id, steps, element: elements[round % 2], after: elements[2 + round % 6])
      }
      // Beside where an element only passed by: that place is kept.
      try transaction.move(id, steps, element: elements[0], after: elements[7])
      try transaction.insert(id, steps, [.text("neben")], after: elements[0])
      try transaction.move(id, steps, element: elements[0], after: nil)
    }
    #expect(try shown(0) == ["0", "2", "3", "4", "5", "1", "6", "7", "neben"].map { .text($0) })
    #expect(try bureau.replicas[0].history(of: id).count - before == 4)
    let others = try bureau.replicas[1].write { try $0.elements(id, steps).compactMap(\.element) }
    try bureau.replicas[1].write { try $0.move(id, steps, element: others[1], after: nil) }
    try bureau.exchange()
    #expect(try shown(0) == shown(1))
    try bureau.expectEqual()
    _ = try bureau.replicas[0].undo()
    #expect(try shown(0).filter { $0 != .text("neben") }.count == 8)
    try bureau.exchange()
    try bureau.expectEqual()
  }
}
