import Quan
import QuanTesting
import Testing

/// Undoing increments: once, however often and wherever somebody does it.
@Suite("An increment is undone once")
struct CounterUndoTests {
  /// Two laptops that know of a pupil with 10 visits, of which one change added 3.
  private struct Scene {
    let bureau: Bureau
    let pupil: RecordID
    let change: ChangeID

    init(_ count: Int = 2) throws {
      bureau = try Bureau(count)
      pupil = try bureau.pupil()
      let field = try bureau.field("visits")
      let (id, laptop) = (pupil, bureau.replicas[0])
      try laptop.write { try $0.increment(id, field, by: 7) }
      try laptop.write { try $0.increment(id, field, by: 3) }
      change = try #require(try laptop.log(limit: 1).first).id
      try bureau.exchange()
    }

    /// What the counter shows on each laptop.
    func visits() throws -> [Value] {
      try bureau.replicas.indices.flatMap { try bureau.shown(pupil, "visits", on: $0) }
    }

    func undo(_ change: ChangeID, on index: Int) throws -> UndoReport { try bureau.replicas[index].undo(change) }
  }

  @Test("a second undoing is reported as one, here and on another laptop, and writes nothing")
  func twice() throws {
    let scene = try Scene()
    #expect(try scene.undo(scene.change, on: 0).operationCount == 1)
    for index in [0, 1] {
      let again = try scene.undo(scene.change, on: index)
      #expect(again.operationCount == 0 && again.change == nil)
      #expect(again.kept.map(\.reason) == [.alreadyUndone])
      try scene.bureau.exchange()
    }
    #expect(try scene.visits() == [.integer(7), .integer(7)])
    try scene.bureau.expectEqual()
  }

  @Test("two laptops that undo one increment at once subtract it once, beside increments of others")
  func atOnce() throws {
    let scene = try Scene(3)
    let field = try scene.bureau.field("visits")
    for index in [0, 1] { #expect(try scene.undo(scene.change, on: index).operationCount == 1) }
    try scene.bureau.replicas[2].write { try $0.increment(scene.pupil, field, by: 5) }
    try scene.bureau.exchange()
    #expect(try scene.visits() == [.integer(12), .integer(12), .integer(12)])
    #expect(try scene.bureau.replicas.map { try $0.conflictCount() } == [0, 0, 0])
    try scene.bureau.expectEqual()
    // Bringing it back takes both away; once more is once more.
    let name = try #require(try scene.bureau.replicas[0].log().first { $0.message?.hasPrefix("undo ") ?? false }).id
    #expect(try scene.undo(name, on: 2).operationCount == 1)
    #expect(try scene.undo(name, on: 2).kept.map(\.reason) == [.alreadyUndone])
    try scene.bureau.exchange()
    #expect(try scene.visits() == [.integer(15), .integer(15), .integer(15)])
    try scene.bureau.expectEqual()
  }

  @Test("what is undone, brought back and undone again, also on two laptops at once, is undone")
  func backAndForth() throws {
    let scene = try Scene()
    let undoing = try #require(try scene.undo(scene.change, on: 0).change)
    try scene.bureau.exchange()
    var back: [ChangeID] = []
    for index in [0, 1] { back.append(try #require(try scene.undo(undoing, on: index).change)) }
    try scene.bureau.exchange()
    #expect(try scene.visits() == [.integer(10), .integer(10)])
    for index in [0, 1] { #expect(try scene.undo(back[index], on: index).operationCount == 1) }
    try scene.bureau.exchange()
    #expect(try scene.visits() == [.integer(7), .integer(7)])
    #expect(try scene.undo(scene.change, on: 1).kept.map(\.reason) == [.alreadyUndone])
    try scene.bureau.expectEqual()
  }

  @Test("it survives closing, packing and a newcomer, and other writes to the record")
  func kept() throws {
    let scene = try Scene()
    _ = try scene.undo(scene.change, on: 0)
    try scene.bureau.set(scene.pupil, "phone", .text("1"), on: 0)
    try scene.bureau.reopen(0)
    let newcomer = try scene.bureau.newcomer("N", from: 0)
    #expect(try newcomer.record(scene.pupil)?["visits"]?.shown == [.integer(7)])
    #expect(try newcomer.verify() == [])
    #expect(try newcomer.undo(scene.change).kept.map(\.reason) == [.alreadyUndone])
    // A later change that adds too is undone by itself.
    let field = try scene.bureau.field("visits")
    try scene.bureau.replicas[0].write { try $0.increment(scene.pupil, field, by: 1) }
    #expect(try scene.bureau.shown(scene.pupil, "visits", on: 0) == [.integer(8)])
    #expect(try scene.bureau.replicas[0].undo().operationCount == 1)
    #expect(try scene.bureau.shown(scene.pupil, "visits", on: 0) == [.integer(7)])
    #expect(try scene.bureau.replicas[0].verify() == [])
  }
}
