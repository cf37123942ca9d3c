import Quan
import QuanTesting
import Testing

@Suite("Merge cases: registers, sets, counters, records")
struct RecordCaseTests {
  @Test("R-2 different fields of one record are both kept, with a notice and no conflict")
  func differentFields() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    try bureau.set(pupil, "phone", .text("1"), on: 0)
    try bureau.set(pupil, "aid", .decimal(31250), on: 1)
    let report = try bureau.give(0, to: 1)
    #expect(report.newConflicts == [])
    #expect(report.notices.map(\.class) == [.parallelUpdate])
    #expect(try bureau.shown(pupil, "phone", on: 1) == [.text("1")])
    #expect(try bureau.shown(pupil, "aid", on: 1) == [.decimal(31250)])
    try bureau.exchange()
    try bureau.expectEqual()
  }

  @Test("R-3 a clearing yields to a concurrent value, with the notice who cleared")
  func clearingYields() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    try bureau.set(pupil, "phone", .text("x"), on: 0)
    try bureau.exchange()
    try bureau.set(pupil, "phone", nil, on: 0)
    try bureau.set(pupil, "phone", .text("y"), on: 1)
    let report = try bureau.give(0, to: 1)
    try bureau.exchange()
    for index in 0..<2 {
      #expect(try bureau.shown(pupil, "phone", on: index) == [.text("y")])
      #expect(try bureau.replicas[index].conflictCount() == 0)
    }
    #expect(report.notices.map(\.class) == [.cleared])
    #expect(report.notices.first?.people.map(\.author) == ["author A"])
    try bureau.expectEqual()
  }

  @Test("R-4 a record deleted by one and edited by another stays visible, as one conflict", arguments: [1, 2])
  func deleteBesideEdit(side: Int) throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    try bureau.replicas[0].write { try $0.delete(pupil) }
    try bureau.set(pupil, "phone", .text("edited"), on: 1)
    try bureau.exchange()
    for index in 0..<2 {
      let conflict = try bureau.onlyConflict(on: index)
      #expect(conflict.class == .deletedAndEdited)
      #expect(conflict.sides.map(\.event) == ["deleted", "edited"])
      #expect(conflict.sides.map(\.stamp.author) == ["author A", "author B"])
      let record = try #require(try bureau.replicas[index].record(pupil))
      #expect(record.presence == .disputed)
      #expect(record["phone"]?.shown == [.text("edited")])
    }
    try bureau.expectEqual()
    try bureau.replicas[1].write { try $0.resolve(pupil, nil, takingSide: side) }
    try bureau.exchange()
    for index in 0..<2 {
      #expect(try bureau.replicas[index].conflictCount() == 0)
      #expect(try bureau.replicas[index].record(pupil)?.presence == (side == 1 ? .deleted : .present))
    }
    try bureau.expectEqual()
  }

  @Test("R-7 a shared counter adds up what both counted")
  func counterAddsUp() throws {
    let bureau = try Bureau()
    let pupil = try bureau.replicas[0].write {
      try $0.create(try bureau.kind(), [try bureau.field("visits"): [.integer(0)]])
    }
    try bureau.exchange()
    for index in 0..<2 {
      try bureau.replicas[index].write { try $0.increment(pupil, try bureau.field("visits"), by: Int64(index + 1)) }
    }
    try bureau.exchange()
    for index in 0..<2 { #expect(try bureau.shown(pupil, "visits", on: index) == [.integer(3)]) }
    try bureau.expectEqual()
  }

  @Test("R-8 a counter that nobody had touched is one counter, whoever begins")
  func counterIsOne() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    for (index, amount) in [Int64(1), 3].enumerated() {
      try bureau.replicas[index].write { try $0.increment(pupil, try bureau.field("visits"), by: amount) }
    }
    try bureau.exchange()
    for index in 0..<2 {
      #expect(try bureau.shown(pupil, "visits", on: index) == [.integer(4)])
      #expect(try bureau.replicas[index].conflictCount() == 0)
    }
  }

  @Test("R-9 a write overwrites what it saw and nothing else")
  func resolvesWhatItSaw() throws {
    let bureau = try Bureau(4)
    let pupil = try bureau.pupil()
    try bureau.set(pupil, "phone", .text("one"), on: 0)
    try bureau.set(pupil, "phone", .text("two"), on: 1)
    try bureau.give(0, to: 3)
    try bureau.give(0, to: 2)
    try bureau.give(1, to: 2)
    #expect(try bureau.onlyConflict(on: 2).sides.count == 2)
    try bureau.set(pupil, "phone", .text("three"), on: 2)
    try bureau.set(pupil, "phone", .text("four"), on: 3)
    try bureau.exchange()
    for index in 0..<4 {
      let conflict = try bureau.onlyConflict(on: index)
      #expect(Set(conflict.sides.compactMap(\.value)) == [.text("three"), .text("four")])
      #expect(conflict.base == [.text("one")])
    }
    try bureau.expectEqual()
  }

  @Test("R-10 two who settle a conflict alike leave none, and both are in the history")
  func equalResolutions() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    for index in 0..<2 { try bureau.set(pupil, "phone", .text("\(index)"), on: index) }
    try bureau.exchange()
    for index in 0..<2 {
      try bureau.replicas[index].write { try $0.resolve(pupil, try bureau.field("phone"), to: .text("agreed")) }
    }
    try bureau.exchange()
    for index in 0..<2 {
      #expect(try bureau.replicas[index].conflictCount() == 0)
      let steps = try bureau.replicas[index].history(of: pupil, field: try bureau.field("phone"))
      let settling = steps.filter { step in
        if case .write(_, let values, _) = step.body { values.map(\.value) == [.text("agreed")] } else { false }
      }
      #expect(Set(settling.map(\.stamp.author)) == ["author A", "author B"])
    }
    try bureau.expectEqual()
  }

  @Test("R-11 setting a field to the value it has confirms it, and stands beside a concurrent change")
  func confirmation() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    try bureau.set(pupil, "phone", .text("same"), on: 0)
    try bureau.exchange()
    try bureau.set(pupil, "phone", .text("same"), on: 0)
    try bureau.set(pupil, "phone", .text("other"), on: 1)
    try bureau.exchange()
    for index in 0..<2 {
      let conflict = try bureau.onlyConflict(on: index)
      #expect(Set(conflict.sides.compactMap(\.value)) == [.text("same"), .text("other")])
      #expect(conflict.base == [.text("same")])
    }
  }

  @Test("R-12 an outside ID used twice leaves two records, both found under it")
  func outsideIDTwice() throws {
    let bureau = try Bureau()
    let kind = try bureau.kind()
    let external = BuiltIn.externalID(of: kind).id
    let ids = try (0..<2).map { index in
      try bureau.replicas[index].write { try $0.create(kind, [external: [.text("S-1")]]) }
    }
    try bureau.exchange()
    for index in 0..<2 {
      #expect(try Set(bureau.replicas[index].records(externalID: "S-1")) == Set(ids))
    }
    #expect(ids[0] != ids[1])
  }

  @Test("R-13 four laptops end equal when a delete reaches one that a loser's values went through")
  func deleteThroughLoser() throws {
    let bureau = try Bureau(4)
    let pupil = try bureau.pupil()
    try bureau.set(pupil, "phone", .text("B"), on: 1)
    try bureau.set(pupil, "phone", .text("C"), on: 2)
    try bureau.give(2, to: 3)
    try bureau.set(pupil, "phone", .text("settled"), on: 3)
    try bureau.give(1, to: 3)
    try bureau.replicas[0].write { try $0.delete(pupil) }
    try bureau.give(0, to: 1)
    try bureau.give(1, to: 2)
    try bureau.exchange()
    try bureau.expectEqual()
    #expect(try bureau.replicas[0].record(pupil)?.presence == .disputed)
  }

  @Test("R-14 a restore overwrites the delete it saw; concurrent edits stand, without conflict")
  func restoreAndEdits() throws {
    let bureau = try Bureau(3)
    let pupil = try bureau.pupil()
    try bureau.replicas[0].write { try $0.delete(pupil) }
    try bureau.set(pupil, "phone", .text("edited"), on: 1)
    try bureau.give(0, to: 2)
    try bureau.replicas[2].write { try $0.restore(pupil) }
    try bureau.exchange()
    for index in 0..<3 {
      #expect(try bureau.replicas[index].conflictCount() == 0)
      #expect(try bureau.replicas[index].record(pupil)?.presence == .present)
      #expect(try bureau.shown(pupil, "phone", on: index) == [.text("edited")])
    }
    try bureau.expectEqual()
  }

  @Test("a restore does not cover a delete that it had not seen")
  func restoreCoversWhatItSaw() throws {
    let bureau = try Bureau(3)
    let pupil = try bureau.pupil()
    try bureau.replicas[0].write { try $0.delete(pupil) }
    try bureau.replicas[1].write { try $0.delete(pupil) }
    try bureau.give(0, to: 2)
    try bureau.replicas[2].write { try $0.restore(pupil) }
    try bureau.exchange()
    for index in 0..<3 { #expect(try bureau.onlyConflict(on: index).class == .deletedAndEdited) }
    try bureau.expectEqual()
  }

  @Test("R-15 a natural key changed here and another field there are one record with both edits")
  func naturalKey() throws {
    let bureau = try Bureau()
    let kind = try bureau.kind()
    let external = BuiltIn.externalID(of: kind).id
    let id = try bureau.replicas[0].write { try $0.create(kind, [external: [.text("OLD")]]) }
    try bureau.exchange()
    try bureau.replicas[0].write { try $0.set(id, external, to: .text("NEW")) }
    try bureau.set(id, "phone", .text("1"), on: 1)
    try bureau.exchange()
    for index in 0..<2 {
      #expect(try bureau.replicas[index].records(externalID: "NEW") == [id])
      #expect(try bureau.replicas[index].records(externalID: "OLD") == [])
      #expect(try bureau.shown(id, "phone", on: index) == [.text("1")])
      #expect(try bureau.replicas[index].status().records.first { $0.kind.id == kind }?.count == 1)
    }
  }

  @Test("R-16 equal values by two laptops are one value, with both authors")
  func equalValues() throws {
    let bureau = try Bureau(3)
    let pupil = try bureau.pupil()
    for index in 0..<2 { try bureau.set(pupil, "phone", .text("same"), on: index) }
    try bureau.set(pupil, "phone", .text("other"), on: 2)
    try bureau.exchange()
    let conflict = try bureau.onlyConflict(on: 0)
    #expect(conflict.sides.count == 2)
    let same = try #require(conflict.sides.first { $0.value == .text("same") })
    #expect(Set(same.alike.map(\.author)) == ["author A", "author B"])
    try bureau.expectEqual()
  }

  @Test("R-17 a run of offline edits conflicts where the office edited, and only there, in any order of arrival")
  func offlineRun() throws {
    let orders = [[0, 1, 2], [2, 0, 1], [1, 2, 0], [2, 1, 0]]
    for order in orders {
      let bureau = try Bureau()
      let entity = try bureau.pupil()
      var bundles: [String] = []
      for (name, value) in [("name", "v2"), ("phone", "v3"), ("note", "v4")] {
        let before = try bureau.replicas[1].vector()
        try bureau.set(entity, name, .text(value), on: 1)
        bundles.append(try bureau.bundle(from: 1, lackedBy: before))
      }
      try bureau.set(entity, "phone", .text("office"), on: 0)
      for index in order { try bureau.replicas[0].apply(bundleAt: bundles[index]) }
      let conflict = try bureau.onlyConflict(on: 0)
      #expect(conflict.field == (try bureau.field("phone")))
      #expect(try bureau.shown(entity, "name", on: 0) == [.text("v2")])
      #expect(try bureau.shown(entity, "note", on: 0) == [.text("v4")])
    }
  }

  @Test("R-18 values come back exactly as they were written")
  func exactValues() throws {
    let bureau = try Bureau()
    let texts = ["", "👩‍👩‍👧‍👦 家庭", "e\u{301}", "\u{e9}", "\u{0}a", "𠮷野家", String(repeating: "泉", count: 5000)]
    let reals: [Double] = [
      -0.0, .nan, .infinity, -.infinity, -1.17549435082228751e-38, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
      0.1,
    ]
    func round(_ name: String, _ value: Value) throws {
      let id = try bureau.replicas[0].write { try $0.create(try bureau.kind(), [try bureau.field(name): [value]]) }
      try bureau.give(0, to: 1)
      #expect(try bureau.shown(id, name, on: 1) == [value])
      try bureau.set(id, name, value, on: 1)
      try bureau.give(1, to: 0)
      #expect(try bureau.shown(id, name, on: 0) == [value])
    }
    for text in texts { try round("phone", .text(text)) }
    for real in reals { try round("weight", .real(real)) }
    for number: Int64 in [.min, -1, 0, .max] {
      try round("risk", .integer(number))
      try round("aid", .decimal(number))
    }
    for date in ["1899-12-31", "1969-12-31", "2026-02-28", "0001-01-01"] {
      try round("birth", .date(try #require(CivilDate(date))))
    }
    let visit = try bureau.kind("visit")
    for milliseconds: Int64 in [-1, -86_400_001, 0, 1_780_000_000_123] {
      let held = try bureau.field("held", of: "visit")
      let id = try bureau.replicas[0].write {
        try $0.create(visit, [held: [.instant(Instant(milliseconds: milliseconds))]])
      }
      try bureau.give(0, to: 1)
      #expect(try bureau.shown(id, "held", on: 1) == [.instant(Instant(milliseconds: milliseconds))])
    }
    #expect(Value.text("e\u{301}") != Value.text("\u{e9}"))
    #expect(try bureau.replicas[1].verify() == [])
  }

  @Test("an element added stays, though another laptop removed it without having seen that")
  func observedRemove() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    let tags = try bureau.field("tags")
    try bureau.replicas[0].write { try $0.add(pupil, tags, .text("x")) }
    try bureau.exchange()
    try bureau.replicas[0].write { try $0.remove(pupil, tags, .text("x")) }
    try bureau.replicas[1].write { try $0.add(pupil, tags, .text("x")) }
    try bureau.replicas[1].write { try $0.add(pupil, tags, .text("y")) }
    try bureau.exchange()
    for index in 0..<2 { #expect(try bureau.shown(pupil, "tags", on: index) == [.text("x"), .text("y")]) }
    try bureau.expectEqual()
  }

  @Test("a delete does not cover a concurrent operation of the same laptop in another scope")
  func deleteAndScopes() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    let second = try bureau.replicas[0].write { try $0.createScope(label: "second school") }
    try bureau.exchange()
    let before = try bureau.replicas[0].vector()
    try bureau.set(pupil, "phone", .text("unseen"), on: 0)
    let elsewhere = try bureau.replicas[0].write { try $0.create(try bureau.kind(), in: second, [:]) }
    // B gets only what happened in the second scope: later operations of A than the one on the pupil.
    var presumed = before
    for (stream, tips) in try bureau.replicas[0].vector().tips where stream.scope != second {
      presumed.set(tips, for: stream)
    }
    try bureau.replicas[1].apply(bundleAt: try bureau.bundle(from: 0, lackedBy: presumed))
    #expect(try bureau.replicas[1].record(elsewhere) != nil)
    try bureau.replicas[1].write { try $0.delete(pupil) }
    try bureau.exchange()
    for index in 0..<2 {
      #expect(try bureau.onlyConflict(on: index).class == .deletedAndEdited)
      #expect(try bureau.shown(pupil, "phone", on: index) == [.text("unseen")])
    }
    try bureau.expectEqual()
  }

  @Test("undoing a resolution opens the conflict again, with both authors and their laptops")
  func undoResolution() throws {
    let bureau = try Bureau(3)
    let pupil = try bureau.pupil()
    for index in 0..<2 { try bureau.set(pupil, "phone", .text("\(index)"), on: index) }
    try bureau.exchange()
    let before = try bureau.onlyConflict(on: 2)
    try bureau.replicas[2].write { try $0.resolve(pupil, try bureau.field("phone"), takingSide: 2) }
    #expect(try bureau.replicas[2].conflictCount() == 0)
    let report = try bureau.replicas[2].undo()
    #expect(report.kept == [])
    try bureau.exchange()
    for index in 0..<3 {
      let after = try bureau.onlyConflict(on: index)
      #expect(after.sides.map(\.value) == before.sides.map(\.value))
      #expect(after.sides.map(\.stamp) == before.sides.map(\.stamp))
      #expect(after.sides.map(\.dot.replica) == before.sides.map(\.dot.replica))
      #expect(after.base == before.base)
    }
    try bureau.expectEqual()
  }

  @Test("undo touches only what is still as the change made it, and reports the rest")
  func undoReportsTheRest() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    try bureau.replicas[0].write {
      try $0.set(pupil, try bureau.field("phone"), to: .text("1"))
      try $0.set(pupil, try bureau.field("name"), to: .text("changed"))
    }
    try bureau.exchange()
    try bureau.set(pupil, "phone", .text("2"), on: 1)
    try bureau.exchange()
    let report = try bureau.replicas[0].undo()
    #expect(report.operationCount == 1)
    #expect(report.kept.map(\.field) == [try bureau.field("phone")])
    #expect(try bureau.shown(pupil, "name", on: 0) == [.text("泉泉")])
    #expect(try bureau.shown(pupil, "phone", on: 0) == [.text("2")])
  }

  @Test("a record made of values beside their fields is that made of a dictionary; unknown fields are refused")
  func valuesBesideFields() throws {
    let bureau = try Bureau()
    let (kind, name, note, tags) = (
      try bureau.kind(), try bureau.field("name"), try bureau.field("note"), try bureau.field("tags")
    )
    let ids = try bureau.replicas[0].write { transaction in
      [
        try transaction.create(kind, [name: [.text("泉泉")], tags: [.text("b"), .text("a")]]),
        try transaction.create(
          kind, fields: [tags, note, name], [[.text("b"), .text("a")], [], [.text("泉泉")]]),
      ]
    }
    try bureau.exchange()
    for replica in bureau.replicas {
      for field in ["name", "note", "tags"] {
        #expect(try replica.record(ids[0])?[field]?.shown == replica.record(ids[1])?[field]?.shown)
      }
      #expect(try replica.record(ids[1])?["tags"]?.shown == [.text("b"), .text("a")])
    }
    let unknown = FieldID(ReplicaID(rawValue: 1), 1)
    let error = #expect(throws: StoreError.self) {
      try bureau.replicas[0].write { _ = try $0.create(kind, fields: [name, unknown], [[], []]) }
    }
    #expect(error?.code == .notFound)
    try bureau.expectEqual()
  }
}
