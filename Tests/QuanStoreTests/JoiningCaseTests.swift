import Quan
import QuanTesting
import Testing

@Suite("Merge cases: one person entered twice")
struct JoiningCaseTests {
  /// Pupils of one name on laptops that then know of each other.
  private func twins(_ bureau: Bureau, _ laptops: [Int] = [0, 1]) throws -> [RecordID] {
    let name = try bureau.field("name")
    let kind = try bureau.kind()
    let ids = try laptops.map { index in try bureau.replicas[index].write { try $0.create(kind, [name: [.text("泉泉")]]) }
    }
    try bureau.exchange()
    return ids
  }

  /// Expects that all laptops show one record under all of some IDs, the smallest in front.
  private func expectOne(_ ids: [RecordID], _ bureau: Bureau) throws {
    let sorted = ids.sorted()
    for replica in bureau.replicas {
      for id in ids {
        let record = try #require(try replica.record(id))
        #expect(record.id == sorted[0] && record.others == Array(sorted.dropFirst()))
      }
      var listed: [RecordID] = []
      try replica.records(of: try bureau.kind()) { listed.append($0.id) }
      #expect(listed.filter { ids.contains($0) } == [sorted[0]])
      #expect(try replica.search("泉泉").map(\.record).filter { ids.contains($0) } == [sorted[0]])
    }
    try bureau.expectEqual()
  }

  @Test("I-3 joined records are one under both IDs: fields united, where they differ in conflict, references follow")
  func union() throws {
    let bureau = try Bureau()
    let ids = try twins(bureau)
    let (one, other) = (ids.sorted()[0], ids.sorted()[1])
    try bureau.set(one, "phone", .text("1"), on: 0)
    try bureau.set(other, "phone", .text("2"), on: 0)
    try bureau.set(other, "note", .text("left-behind"), on: 0)
    try bureau.replicas[0].write { try $0.add(one, try bureau.field("tags"), .text("a")) }
    try bureau.replicas[0].write { try $0.add(other, try bureau.field("tags"), .text("b")) }
    try bureau.replicas[0].write { try $0.increment(one, try bureau.field("visits"), by: 2) }
    try bureau.replicas[0].write { try $0.increment(other, try bureau.field("visits"), by: 3) }
    let scope = try #require(try bureau.replicas[0].record(other)).scope
    let pupil = try bureau.field("pupil", of: "visit")
    let visit = try bureau.kind("visit")
    let seen = try bureau.replicas[0].write { try $0.create(visit, [pupil: [.reference(Reference(other, in: scope))]]) }

    try bureau.replicas[0].write { try $0.join(other, one, reason: "same ID card") }
    try bureau.exchange()
    try expectOne(ids, bureau)
    for (index, replica) in bureau.replicas.enumerated() {
      let conflict = try bureau.onlyConflict(on: index)
      #expect(conflict.record == one && Set(conflict.sides.compactMap(\.value)) == [.text("1"), .text("2")])
      #expect(try bureau.shown(other, "note", on: index) == [.text("left-behind")])
      #expect(try bureau.shown(one, "tags", on: index) == [.text("a"), .text("b")])
      #expect(try bureau.shown(one, "visits", on: index) == [.integer(5)])
      let reference = Value.reference(Reference(one, in: scope))
      var visits: [RecordID] = []
      try replica.records(of: visit, where: [(pupil, reference)]) { visits.append($0.id) }
      #expect(visits == [seen])
      #expect(try replica.follow([Trail(from: seen, in: scope, along: [pupil])]) == [one])
      // Both histories are there, under either ID.
      let history = try replica.history(of: one)
      #expect(try history == replica.history(of: other))
      #expect(history.count(where: { if case .create = $0.body { true } else { false } }) == 2)
      #expect(try replica.status().records.first { $0.kind.name == "pupil" }?.count == 1)
      #expect(throws: StoreError.self) { try replica.write { try $0.delete(one) } }
    }
  }

  @Test("I-1 the same number on two laptops is settled by joining; the problem goes, also with a verdict about others")
  func settlesDuplicate() throws {
    let schema = SchemaDraft([
      KindDraft(
        "pupil", Labels("学生", "pupil"), naturalKeys: [NaturalKey(["number"])],
        [FieldDraft("name", Labels("姓名", "name")), FieldDraft("number", Labels("学号", "number"))])
    ])
    let bureau = try Bureau(schema: schema)
    let number = try bureau.field("number")
    let kind = try bureau.kind()
    let ids = try [0, 1].map { index in
      try bureau.replicas[index].write { try $0.create(kind, [number: [.text("2025-001")]]) }
    }
    try bureau.exchange()
    #expect(try bureau.replicas[1].problemCount() == 1)
    try bureau.replicas[1].write { try $0.join(ids[0], ids[1]) }
    let third = try bureau.replicas[0].write { try $0.create(kind, [number: [.text("2025-001")]]) }
    try bureau.exchange()
    for replica in bureau.replicas {
      let problem = try #require(try replica.problems().first)
      #expect(try replica.problemCount() == 1)
      #expect(Set(problem.records.map(\.record)) == [ids.min() ?? third, third])
    }
    let problem = try #require(try bureau.replicas[0].problems().first)
    try bureau.replicas[0].write { try $0.accept(problem.id, reason: "twins") }
    try bureau.exchange()
    #expect(try bureau.replicas.map { try $0.problemCount() } == [0, 0])
    // Separated, each of the two has the number alone: nobody has said that this is right.
    try bureau.replicas[0].write { try $0.separate(ids[1]) }
    try bureau.exchange()
    #expect(try bureau.replicas.map { try $0.problemCount() } == [1, 1])
    try bureau.expectEqual()
  }

  @Test("a joined record edited under either ID leaves its lookalikes to each other")
  func leavesDuplicates() throws {
    let schema = SchemaDraft([
      KindDraft(
        "pupil", Labels("学生", "pupil"), naturalKeys: [NaturalKey(["number"])],
        [FieldDraft("number", Labels("学号", "number"))])
    ])
    let bureau = try Bureau(schema: schema)
    let (kind, number) = (try bureau.kind(), try bureau.field("number"))
    let ids = try (0..<4).map { index in
      try bureau.replicas[index % 2].write { try $0.create(kind, [number: [.text("2025-001")]]) }
    }
    .sorted()
    try bureau.exchange()
    try bureau.set(ids[2], "number", nil, on: 0)
    try bureau.exchange()
    #expect(try bureau.replicas[1].problems().map { $0.records.map(\.record) } == [[ids[0], ids[1], ids[3]]])
    try bureau.replicas[0].write { try $0.join(ids[2], ids[3]) }
    // The edit comes from a laptop that knows of no joining, to the ID that does not stand for the two.
    try bureau.set(ids[3], "number", .text("2025-002"), on: 1)
    try bureau.exchange()
    for replica in bureau.replicas {
      let found = try replica.problems().map { $0.records.map(\.record) }
      #expect(found == [[ids[0], ids[1]]])
    }
    try bureau.expectEqual()
  }

  @Test("keys that refer to joined records are equal, also by a side that is not shown, until separated")
  func joinedTargets() throws {
    let schema = SchemaDraft([
      KindDraft("class", Labels("班级", "class"), [FieldDraft("name", Labels("名称", "name"))]),
      KindDraft(
        "pupil", Labels("学生", "pupil"), naturalKeys: [NaturalKey(["name", "class"], onlyNominates: true)],
        [
          FieldDraft("name", Labels("姓名", "name")), FieldDraft("since", Labels("日期", "since"), .date),
          FieldDraft("class", Labels("班级", "class"), .reference, rule: .latest(by: "since"), target: "class"),
        ]),
    ])
    let bureau = try Bureau(schema: schema)
    let scope = try #require(try bureau.replicas[0].scopes().last).id
    let classKind = try bureau.kind("class")
    let classes = try (0..<3).map { _ in try bureau.replicas[0].write { try $0.create(classKind, [:]) } }
    let (kind, name, field, since) = (
      try bureau.kind(), try bureau.field("name"), try bureau.field("class"), try bureau.field("since")
    )
    func target(_ index: Int) -> Value { .reference(Reference(classes[index], in: scope)) }
    let ids = try [0, 2].map { index in
      try bureau.replicas[0].write { try $0.create(kind, [name: [.text("泉泉")], field: [target(index)]]) }
    }
    try bureau.exchange()
    // Both laptops move the second pupil; the later date is shown, the other side stands.
    for (index, day) in [(0, 1), (1, 2)] {
      try bureau.replicas[index].write { transaction in
        try transaction.set(ids[1], since, to: .date(try #require(CivilDate(year: 2026, month: 9, day: day))))
        try transaction.set(ids[1], field, to: target(index == 0 ? 1 : 2))
      }
    }
    try bureau.exchange()
    #expect(try bureau.replicas.map { try $0.problemCount() } == [0, 0])
    try bureau.replicas[1].write { try $0.join(classes[0], classes[1]) }
    try bureau.exchange()
    for replica in bureau.replicas {
      #expect(try replica.problems().map { Set($0.records.map(\.record)) } == [Set(ids)])
    }
    try bureau.expectEqual()
    try bureau.replicas[0].write { try $0.separate(classes[1]) }
    try bureau.exchange()
    #expect(try bureau.replicas.map { try $0.problemCount() } == [0, 0])
    try bureau.expectEqual()
  }

  @Test("the same join on two laptops at once, and crosswise, is one record everywhere", arguments: [false, true])
  func twice(crosswise: Bool) throws {
    let bureau = try Bureau()
    let ids = try twins(bureau)
    try bureau.replicas[0].write { try $0.join(ids[0], ids[1]) }
    try bureau.replicas[1].write { try crosswise ? $0.join(ids[1], ids[0]) : $0.join(ids[0], ids[1]) }
    try bureau.exchange()
    try expectOne(ids, bureau)
    // Separating removes both edges.
    try bureau.replicas[1].write { try $0.separate(ids[0]) }
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try replica.joined(ids[0]) == [ids[0]]) }
    try bureau.expectEqual()
  }

  @Test("a ring of three laptops, each joining another pair, is one record everywhere; one taken out leaves two joined")
  func ring() throws {
    let bureau = try Bureau(3)
    let ids = try twins(bureau, [0, 1, 2])
    for index in 0..<3 { try bureau.replicas[index].write { try $0.join(ids[index], ids[(index + 1) % 3]) } }
    try bureau.exchange()
    try expectOne(ids, bureau)
    try bureau.replicas[1].write { try $0.separate(ids[0]) }
    try bureau.exchange()
    for replica in bureau.replicas {
      #expect(try replica.joined(ids[0]) == [ids[0]])
      #expect(try replica.joined(ids[1]) == [ids[1], ids[2]].sorted())
    }
    try bureau.expectEqual()
  }

  @Test("one that holds two others together is taken out: the two stay one")
  func middle() throws {
    let bureau = try Bureau(3)
    let ids = try twins(bureau, [0, 1, 2])
    try bureau.replicas[0].write { try $0.join(ids[0], ids[1]) }
    try bureau.replicas[0].write { try $0.join(ids[1], ids[2]) }
    try bureau.exchange()
    try bureau.replicas[2].write { try $0.separate(ids[1]) }
    try bureau.exchange()
    for replica in bureau.replicas {
      #expect(try replica.joined(ids[0]) == [ids[0], ids[2]].sorted())
      #expect(try replica.joined(ids[1]) == [ids[1]])
    }
    try bureau.expectEqual()
  }

  @Test("a write to a joined record overwrites what it saw in all of them; a concurrent one to a member conflicts")
  func writing() throws {
    let bureau = try Bureau()
    let ids = try twins(bureau)
    try bureau.set(ids[0], "phone", .text("1"), on: 0)
    try bureau.set(ids[1], "phone", .text("2"), on: 0)
    try bureau.exchange()
    try bureau.replicas[0].write { try $0.join(ids[0], ids[1]) }
    // B has not heard of the join.
    try bureau.set(ids[1], "phone", .text("3"), on: 1)
    let phone = try bureau.field("phone")
    let representative = try #require(ids.min())
    let side = try #require(
      try bureau.onlyConflict(on: 0).sides.firstIndex { $0.value == .text("1") })
    try bureau.replicas[0].write { try $0.resolve(representative, phone, takingSide: side + 1) }
    #expect(try bureau.replicas[0].conflictCount() == 0)
    try bureau.exchange()
    for index in 0..<2 {
      let conflict = try bureau.onlyConflict(on: index)
      #expect(Set(conflict.sides.compactMap(\.value)) == [.text("1"), .text("3")])
    }
    try bureau.set(ids[0], "phone", .text("4"), on: 1)
    try bureau.exchange()
    #expect(try bureau.replicas.map { try $0.conflictCount() } == [0, 0])
    try bureau.expectEqual()
    // Apart again, each has what was written to both.
    try bureau.replicas[0].write { try $0.separate(ids[1]) }
    for id in ids { #expect(try bureau.shown(id, "phone", on: 0) == [.text("4")]) }
  }

  @Test("I-2 a joined record is deleted and restored whole; edited meanwhile under its other ID, it is disputed")
  func deleting() throws {
    let bureau = try Bureau()
    let ids = try twins(bureau)
    try bureau.replicas[0].write { try $0.join(ids[0], ids[1]) }
    try bureau.exchange()
    try bureau.replicas[0].write { try $0.delete(ids[0]) }
    #expect(try ids.allSatisfy { try bureau.replicas[0].record($0)?.presence == .deleted })
    try bureau.set(ids[1], "phone", .text("5"), on: 1)
    try bureau.exchange()
    for index in 0..<2 {
      #expect(try bureau.onlyConflict(on: index).class == .deletedAndEdited)
      #expect(try bureau.replicas[index].record(ids[0])?.presence == .disputed)
    }
    try bureau.expectEqual()
    try bureau.replicas[1].write { try $0.restore(ids[0]) }
    try bureau.exchange()
    try expectOne(ids, bureau)
    #expect(try bureau.replicas.map { try $0.conflictCount() } == [0, 0])
  }

  @Test("undo of a join separates; undo of a separation joins again")
  func undoing() throws {
    let bureau = try Bureau()
    let ids = try twins(bureau)
    let replica = bureau.replicas[0]
    try replica.write { try $0.join(ids[0], ids[1]) }
    _ = try replica.undo()
    #expect(try replica.joined(ids[0]) == [ids[0]])
    try replica.write { try $0.join(ids[0], ids[1]) }
    try replica.write { try $0.separate(ids[1]) }
    _ = try replica.undo()
    #expect(try replica.joined(ids[0]) == ids.sorted())
    try bureau.exchange()
    try expectOne(ids, bureau)
  }

  @Test("a version shows joined records as one from when they were joined, and as two before and after")
  func versions() throws {
    let bureau = try Bureau()
    let ids = try twins(bureau)
    let (one, other) = (ids.sorted()[0], ids.sorted()[1])
    try bureau.set(one, "phone", .text("1"), on: 0)
    try bureau.set(other, "note", .text("left-behind"), on: 0)
    let replica = bureau.replicas[0]
    func change() throws -> ChangeID { try #require(try replica.log(limit: 1).first).id }
    let apart = try change()
    try replica.write { try $0.join(one, other) }
    let together = try change()
    try replica.write { try $0.set(other, try bureau.field("phone"), to: .text("2")) }
    let edited = try change()
    try replica.write { try $0.separate(other) }
    let separated = try change()
    try bureau.exchange()
    // The order of a file is that in which it came to know laptops.
    func differences(_ laptop: Replica, _ first: ChangeID, _ second: ChangeID) throws -> [RecordDifference] {
      try laptop.differences(from: .at(first), to: .at(second)).sorted {
        ($0.before?.id ?? one, $0.after?.id ?? one) < ($1.before?.id ?? one, $1.after?.id ?? one)
      }
    }
    for laptop in bureau.replicas {
      for version in [Version.at(apart), .before(together), .at(separated)] {
        #expect(try laptop.record(one, at: version)?.others == [])
        #expect(try laptop.record(other, at: version)?.id == other)
        #expect(try laptop.record(one, at: version)?["note"] == nil)
      }
      for id in ids {
        let then = try #require(try laptop.record(id, at: .at(together)))
        #expect(then.id == one && then.others == [other])
        #expect(then["phone"]?.shown == [.text("1")] && then["note"]?.shown == [.text("left-behind")])
        #expect(try laptop.record(id, at: .at(edited))?["phone"]?.shown == [.text("2")])
      }
      let join = try differences(laptop, apart, together)
      #expect(join.map { $0.before?.id } == [one, other] && join.map { $0.after?.id } == [one, one])
      #expect(join[0].fields.map(\.definition.name) == ["note"] && join[1].fields.isEmpty)
      let edit = try laptop.differences(from: .at(together), to: .at(edited))
      #expect(edit.map { $0.after?.id } == [one] && edit.first?.fields.map(\.definition.name) == ["phone"])
      #expect(edit.first?.fields.first?.before == [.text("1")] && edit.first?.fields.first?.after == [.text("2")])
      let parting = try differences(laptop, edited, separated)
      #expect(parting.map { $0.before?.id } == [one, one] && parting.map { $0.after?.id } == [one, other])
    }
  }

  @Test("undoing a merge's resolutions opens conflicts of joined records again, whichever of them holds a side")
  func undoMerge() throws {
    let bureau = try Bureau()
    let ids = try twins(bureau)
    for (index, id) in ids.enumerated() { try bureau.set(id, "phone", .text("\(index)"), on: index) }
    try bureau.replicas[1].write { try $0.join(ids[0], ids[1], reason: "one ID card") }
    // The join comes with the merge, and with it the conflict.
    let report = try bureau.give(1, to: 0)
    #expect(report.newConflicts.map(\.class) == [.value])
    #expect(report.joins.map(\.isJoined) == [true] && report.joins.first.map { Set($0.records) } == Set(ids))
    #expect(report.joins.first?.stamp.author == "author B" && report.joins.first?.reason == "one ID card")
    let merge = try #require(try bureau.replicas[0].merge(nil))
    #expect(merge.report.joins == report.joins && merge.counts.joins == 1 && merge.counts.isBalanced)
    let before = try bureau.onlyConflict(on: 0)
    try bureau.replicas[0].write { try $0.resolve(ids[0], try bureau.field("phone"), takingSide: 1) }
    #expect(try bureau.replicas[0].conflictCount() == 0)
    let undone = try bureau.replicas[0].undo(resolutionsOf: merge)
    #expect(undone.reopened.count == 1 && undone.kept.isEmpty)
    try bureau.exchange()
    for index in 0..<2 {
      let after = try bureau.onlyConflict(on: index)
      #expect(Set(after.sides.map(\.value)) == Set(before.sides.map(\.value)))
      #expect(Set(after.sides.map(\.stamp)) == Set(before.sides.map(\.stamp)))
    }
    try bureau.expectEqual()
    try bureau.replicas[0].write { try $0.separate(ids[1]) }
    let parting = try bureau.give(0, to: 1)
    #expect(parting.joins.map(\.isJoined) == [false])
  }

  @Test("undoing a merge's resolutions opens again that joined records were deleted by one and edited by another")
  func undoMergedDispute() throws {
    let bureau = try Bureau()
    let ids = try twins(bureau)
    try bureau.replicas[0].write { try $0.join(ids[0], ids[1]) }
    try bureau.exchange()
    for side in [1, 2] {
      try bureau.replicas[0].write { try $0.delete(ids[0]) }
      try bureau.set(ids[1], "phone", .text("\(side)"), on: 1)
      _ = try bureau.give(1, to: 0)
      let merge = try #require(try bureau.replicas[0].merge(nil))
      let before = try bureau.onlyConflict(on: 0)
      try bureau.replicas[0].write { try $0.resolve(before.record, nil, takingSide: side) }
      #expect(try bureau.replicas[0].conflictCount() == 0)
      #expect(try bureau.replicas[0].undo(resolutionsOf: merge).reopened.count == 1)
      try bureau.exchange()
      for index in 0..<2 {
        let after = try bureau.onlyConflict(on: index)
        #expect(after.class == .deletedAndEdited && after.sides.map(\.stamp) == before.sides.map(\.stamp))
      }
      try bureau.expectEqual()
      try bureau.replicas[0].write { try $0.resolve(before.record, nil, takingSide: 2) }
      try bureau.exchange()
    }
  }

  @Test("what cannot be joined is refused, and says why")
  func refusals() throws {
    let bureau = try Bureau()
    let ids = try twins(bureau)
    let replica = bureau.replicas[0]
    let visit = try replica.write { try $0.create(try bureau.kind("visit"), [:]) }
    let scope = try replica.write { try $0.createScope(label: "second school") }
    let elsewhere = try replica.write { try $0.create(try bureau.kind(), in: scope, [:]) }
    let cases: [(RecordID, RecordID, StoreError.Code)] = [
      (ids[0], ids[0], .invalid), (ids[0], visit, .invalid), (ids[0], elsewhere, .refused),
      (ids[0], Dot(ids[0].replica, 1 << 30), .notFound),
    ]
    for (one, other, code) in cases {
      let error = #expect(throws: StoreError.self) { try replica.write { try $0.join(one, other) } }
      #expect(error?.code == code)
    }
    try replica.write { try $0.join(ids[0], ids[1]) }
    let again = #expect(throws: StoreError.self) { try replica.write { try $0.join(ids[1], ids[0]) } }
    #expect(again?.code == .alreadyExists)
    let single = #expect(throws: StoreError.self) { try replica.write { try $0.separate(visit) } }
    #expect(single?.code == .notFound)
  }

  @Test("a copy that is packed, sent and rebuilt keeps components")
  func newcomer() throws {
    let bureau = try Bureau()
    let ids = try twins(bureau)
    try bureau.replicas[0].write { try $0.join(ids[0], ids[1]) }
    let newcomer = try bureau.newcomer("N", from: 0)
    #expect(try newcomer.joined(ids[1]) == ids.sorted())
    #expect(try newcomer.verify() == [])
    try bureau.reopen(0)
    #expect(try bureau.replicas[0].joined(ids[1]) == ids.sorted())
  }
}
