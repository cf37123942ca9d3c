import Quan
import QuanTesting
import Testing

private let scaledSchema = SchemaDraft([
  KindDraft(
    "visit", Labels("家访", "visit"),
    [
      FieldDraft("notes", Labels("记录", "notes"), container: .text),
      FieldDraft("steps", Labels("步骤", "steps"), container: .list),
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

  /// Expects that twice as much takes at most so many times as long.
  private func expectNearLinear(_ what: String, _ one: Duration, _ two: Duration, atMost limit: Double = 2.6) {
    #expect(two < one * limit + .milliseconds(5), "\(what): \(one), then \(two)")
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
    var blames: [Duration] = []
    var undoes: [Duration] = []
    for count in [300, 600] {
      let (bureau, id, notes, changes) = try interleaved(count)
      blames.append(
        try time {
          let passages = try bureau.replicas[0].passages(of: id, notes)
          #expect(passages.reduce(0) { $0 + $1.text.unicodeScalars.count } == 2 + 2 * count)
        })
      var next = changes.count / 2
      undoes.append(
        try time {
          next += 1
          let report = try bureau.replicas[0].undo(changes[next])
          #expect(report.operationCount == 1)
        })
      try bureau.exchange()
      try bureau.expectEqual()
    }
    expectNearLinear("blame", blames[0], blames[1])
    expectNearLinear("undo", undoes[0], undoes[1])
  }

  @Test("many acts on one list in one write, and taking them in elsewhere: twice the acts, about twice the time")
  func listActs() throws {
    var writes: [Duration] = []
    var merges: [Duration] = []
    for count in [1000, 2000] {
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
              let elements = try transaction.elements(id, steps).compactMap(\.element)
              for (place, element) in elements.enumerated() where place > 0 {
                let target = elements[(place * 7919) % elements.count]
                if target != element { try transaction.move(id, steps, element: element, after: target) }
                try transaction.insert(id, steps, [.text("n")], after: element)
              }
            }
          })
        let bundle = try bureau.bundle(from: 0, lackedBy: before)
        merge = min(merge, try time(1) { try bureau.replicas[1].apply(bundleAt: bundle) })
      }
      try bureau.expectEqual()
      writes.append(write)
      merges.append(merge)
    }
    expectNearLinear("writing", writes[0], writes[1])
    expectNearLinear("taking in", merges[0], merges[1])
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
