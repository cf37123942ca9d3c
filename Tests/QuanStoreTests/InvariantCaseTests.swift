import Quan
import QuanEducation
import QuanTesting
import Testing

@Suite("Merge cases: rules that a schema declares")
struct InvariantCaseTests {
  private static func bureau(_ count: Int = 2) throws -> Bureau { try Bureau(count, schema: EducationSchema.draft) }

  /// Writes a record of a kind with values by field name.
  private func add(
    _ kind: String, _ values: [String: Value], to bureau: Bureau, on index: Int = 0
  ) throws -> RecordID {
    var fields: [FieldID: [Value]] = [:]
    for (name, value) in values { fields[try bureau.field(name, of: kind)] = [value] }
    return try bureau.replicas[index].write { try $0.create(try bureau.kind(kind), fields) }
  }

  private func set(
    _ id: RecordID, _ kind: String, _ name: String, _ value: Value?, _ bureau: Bureau, on index: Int = 0
  ) throws {
    let field = try bureau.field(name, of: kind)
    try bureau.replicas[index].write { try $0.set(id, field, to: value) }
  }

  private func reference(_ id: RecordID, _ bureau: Bureau) throws -> Value {
    .reference(Reference(id, in: try #require(try bureau.replicas[0].record(id)).scope))
  }

  private func day(_ text: String) throws -> Value { .date(try #require(CivilDate(text))) }

  private func noon(_ day: String) throws -> Instant {
    let date = try #require(CivilDate(day))
    return Instant(milliseconds: (Int64(date.daysSince1970) * 24 + 12) * 3_600_000)
  }

  /// The names of the rules that a replica lists as broken, with the record of each.
  private func broken(_ replica: Replica) throws -> [String] {
    try replica.problems(class: .invariant).flatMap(\.rules).sorted()
  }

  @Test("I-5 two main guardians after a merge are listed with both, on every laptop, until one is corrected")
  func mainGuardians() throws {
    let bureau = try Self.bureau()
    let pupil = try add("student", ["name": .text("泉泉")], to: bureau)
    try bureau.exchange()
    let student = try reference(pupil, bureau)
    let guardians = try [0, 1].map { index in
      try add(
        "guardian", ["student": student, "name": .text("g\(index)"), "is_main": .triState(.yes)], to: bureau, on: index)
    }
    for replica in bureau.replicas { #expect(try broken(replica) == []) }
    let report = try bureau.give(1, to: 0)
    #expect(report.newProblems.map(\.class) == [.invariant])
    try bureau.exchange()
    for replica in bureau.replicas {
      let problem = try #require(try replica.problems(class: .invariant).first)
      #expect(problem.record == pupil && problem.rules == ["one_main_guardian"])
      #expect(Set(problem.others.map(\.record)) == Set(guardians))
    }
    try bureau.expectEqual()
    try set(guardians[1], "guardian", "is_main", .triState(.no), bureau, on: 1)
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try broken(replica) == []) }
    try bureau.expectEqual()
  }

  @Test("INV-5 a visit before the pupil's birth is listed, whichever of the two was written last")
  func chronology() throws {
    let bureau = try Self.bureau()
    let pupil = try add("student", ["birth": try day("2012-03-04")], to: bureau)
    try bureau.exchange()
    let visit = try add(
      "visit", ["student": try reference(pupil, bureau), "date": try day("2020-06-08")], to: bureau, on: 1)
    try bureau.exchange()
    #expect(try broken(bureau.replicas[0]) == [])
    // The pupil is corrected, wrongly; the visit's laptop hears of it.
    try set(pupil, "student", "birth", try day("2021-03-04"), bureau)
    #expect(try broken(bureau.replicas[0]) == ["after_birth"])
    try bureau.exchange()
    #expect(try bureau.replicas[1].problems(class: .invariant).map(\.record) == [visit])
    try set(visit, "visit", "follow_up_due", try day("2020-06-01"), bureau)
    #expect(try broken(bureau.replicas[0]) == ["after_birth", "follow_up"])
    try set(visit, "visit", "date", try day("2021-06-08"), bureau)
    #expect(try broken(bureau.replicas[0]) == ["follow_up"])
    try bureau.exchange()
    try bureau.expectEqual()
  }

  @Test(
    "INV-5 a visit that lies ahead of the day when it was written is listed alike everywhere; who writes it later mends it"
  )
  func future() throws {
    let bureau = try Self.bureau()
    let pupil = try add("student", ["name": .text("泉泉")], to: bureau)
    try bureau.exchange()
    let student = try reference(pupil, bureau)
    bureau.laptops[1].setClock(try noon("2026-06-08"))
    let tomorrow = try add("visit", ["student": student, "date": try day("2026-06-09")], to: bureau, on: 1)
    #expect(try broken(bureau.replicas[1]) == [])
    let ahead = try add("visit", ["student": student, "date": try day("2026-06-10")], to: bureau, on: 1)
    #expect(try bureau.replicas[1].problems(class: .invariant).map(\.record) == [ahead])
    // Many in one change, as an import writes them, and a laptop whose own clock says something else.
    let field = (try bureau.field("student", of: "visit"), try bureau.field("date", of: "visit"))
    let kind = try bureau.kind("visit")
    let late = try day("2026-07-01")
    let others = try bureau.replicas[1].write { transaction in
      try (0..<5).map { _ in try transaction.create(kind, [field.0: [student], field.1: [late]]) }
    }
    bureau.laptops[0].setClock(try noon("2030-01-01"))
    try bureau.exchange()
    for replica in bureau.replicas {
      #expect(Set(try replica.problems(class: .invariant).map(\.record)) == Set([ahead] + others))
      #expect(try replica.verify() == [])
    }
    try bureau.expectEqual()
    // What was to come has come, and somebody says so; the other is put right.
    bureau.laptops[1].setClock(try noon("2026-06-10"))
    try set(ahead, "visit", "date", try day("2026-06-10"), bureau, on: 1)
    #expect(Set(try bureau.replicas[1].problems(class: .invariant).map(\.record)) == Set(others))
    try set(tomorrow, "visit", "date", try day("2026-06-30"), bureau, on: 1)
    for other in others { try set(other, "visit", "date", try day("2026-06-01"), bureau, on: 1) }
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try replica.problems(class: .invariant).map(\.record) == [tomorrow]) }
    try bureau.expectEqual()
  }

  @Test("INV-5 a ledger entry closed before the last visit that checked it is listed, whichever was written last")
  func closedBeforeVisit() throws {
    let bureau = try Self.bureau()
    let pupil = try add("student", ["name": .text("泉泉")], to: bureau)
    let visit = try add(
      "visit", ["student": try reference(pupil, bureau), "date": try day("2026-05-20")], to: bureau)
    let entry = try add(
      "ledger",
      [
        "student": try reference(pupil, bureau), "visit": try reference(visit, bureau),
        "closed_on": try day("2026-05-25"),
      ], to: bureau)
    try bureau.exchange()
    #expect(try broken(bureau.replicas[0]) == [])
    try set(visit, "visit", "date", try day("2026-05-28"), bureau, on: 1)
    try bureau.exchange()
    for replica in bureau.replicas {
      #expect(try broken(replica) == ["checked"])
      #expect(try replica.problems(class: .invariant).map(\.record) == [entry])
    }
    try set(entry, "ledger", "closed_on", try day("2026-05-28"), bureau)
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try broken(replica) == []) }
    try bureau.expectEqual()
  }

  @Test("INV-6 an ID number must check, and agree with birth and sex; one known to be so is said to be right, with why")
  func identity() throws {
    let bureau = try Self.bureau()
    let cases: [(id: String, birth: String, sex: String, broken: [String])] = [
      ("999999209903041235", "2099-03-04", "1", []),
      ("999999209903041235", "2099-03-05", "2", ["id_no_birth", "id_no_sex"]),
      ("999999209903041234", "2099-03-04", "1", ["id_no_check"]), ("12", "2099-03-04", "1", ["id_no_check"]),
      ("999370100112345678", "2099-03-04", "1", []),
    ]
    let digits = ResidentID.checkCharacter(Array("99999920990304123".utf8))
    for (id, birth, sex, expected) in cases {
      var number = id
      if id == "999999209903041235" { number = "99999920990304123" + String(UnicodeScalar(digits)) }
      if id == "999999209903041234" { number = "99999920990304123" + (digits == 48 ? "1" : "0") }
      let pupil = try add(
        "student", ["id_no": .text(number), "birth": try day(birth), "sex": .choice(sex)], to: bureau)
      #expect(try bureau.replicas[0].problems(of: pupil, class: .invariant).flatMap(\.rules).sorted() == expected)
    }
    let check = try #require(try bureau.replicas[0].problems(class: .invariant).first { $0.rules == ["id_no_check"] })
    let before = try bureau.replicas[0].problemCount()
    try bureau.replicas[0].write { try $0.accept(check.id, reason: "so on the paper") }
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try replica.problemCount() == before - 1) }
    try bureau.expectEqual()
  }

  @Test("INV-8 a deferral without a number of approval, and two current places after a merge, are listed")
  func placements() throws {
    let bureau = try Self.bureau()
    let pupil = try add("student", ["name": .text("泉泉")], to: bureau)
    try bureau.exchange()
    let student = try reference(pupil, bureau)
    let deferred = try add(
      "placement", ["student": student, "kind": .choice("deferred"), "from": try day("2026-09-01")], to: bureau)
    #expect(try broken(bureau.replicas[0]) == ["approval"])
    let regular = try add("placement", ["student": student, "kind": .choice("regular")], to: bureau, on: 1)
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try broken(replica) == ["approval", "one_place"]) }
    try set(deferred, "placement", "approval_no", .text("济教 2026-1"), bureau)
    try set(deferred, "placement", "to", try day("2026-08-01"), bureau)
    #expect(try broken(bureau.replicas[0]) == ["order"])
    try set(deferred, "placement", "to", nil, bureau)
    #expect(try broken(bureau.replicas[0]) == ["one_place"])
    // One of the two was about another pupil; a deleted one does not count.
    let other = try add("student", ["name": .text("源源")], to: bureau)
    try set(regular, "placement", "student", try reference(other, bureau), bureau)
    #expect(try broken(bureau.replicas[0]) == [])
    try set(regular, "placement", "student", student, bureau)
    #expect(try broken(bureau.replicas[0]) == ["one_place"])
    try bureau.replicas[0].write { try $0.delete(regular) }
    #expect(try broken(bureau.replicas[0]) == [])
    try bureau.exchange()
    try bureau.expectEqual()
  }

  @Test("records that are joined are counted and looked at as one")
  func joined() throws {
    let bureau = try Self.bureau()
    let pupils = try [0, 1].map { index in
      try add("student", ["name": .text("泉泉"), "birth": try day("2012-03-04")], to: bureau, on: index)
    }
    try bureau.exchange()
    for (index, pupil) in pupils.enumerated() {
      _ = try add(
        "guardian", ["student": try reference(pupil, bureau), "is_main": .triState(.yes)], to: bureau, on: index)
    }
    try bureau.exchange()
    #expect(try broken(bureau.replicas[0]) == [])
    try bureau.replicas[0].write { try $0.join(pupils[0], pupils[1]) }
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try broken(replica) == ["one_main_guardian"]) }
    try bureau.expectEqual()
    try bureau.replicas[1].write { try $0.separate(pupils[0]) }
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try broken(replica) == []) }
    try bureau.expectEqual()
  }

  @Test("a rule that comes later is held against all records; a wrong one is refused with the character")
  func laterRule() throws {
    let bureau = try Bureau()
    let id = try bureau.pupil("泉")
    let kind = try bureau.kind()
    let replica = bureau.replicas[0]
    for (expression, position) in [("name = ", 8), ("name < 3", 8), ("nme is set", 1)] {
      let error = #expect(throws: StoreError.self) {
        try replica.write { try $0.setInvariants([Invariant("name", expression, Labels("名", "name"))], of: kind) }
      }
      #expect(error?.message == "the rule is wrong at character \(position)")
    }
    try replica.write { transaction in
      try transaction.setInvariants([Invariant("name", "length(name) >= 2", Labels("名太短", "short"))], of: kind)
    }
    #expect(try replica.problems(class: .invariant).map(\.record) == [id])
    try bureau.exchange()
    #expect(try bureau.replicas[1].problems(class: .invariant).map(\.record) == [id])
    try bureau.expectEqual()
    try replica.write { try $0.setInvariants([], of: kind) }
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try replica.problemCount() == 0) }
    try bureau.expectEqual()
  }
}
