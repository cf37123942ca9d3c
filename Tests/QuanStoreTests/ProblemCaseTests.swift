import Quan
import QuanTesting
import Testing

@Suite("Merge cases: what the merged data breaks")
struct ProblemCaseTests {
  private static let schema = SchemaDraft([
    KindDraft(
      "pupil", Labels("学生", "pupil"),
      naturalKeys: NaturalKey.list("id_no; student_no; name+birth?; name~+birth+phone?"),
      [
        FieldDraft("name", Labels("姓名", "name")), FieldDraft("birth", Labels("出生", "birth"), .date),
        FieldDraft("id_no", Labels("证件号码", "ID number")), FieldDraft("student_no", Labels("学籍号", "student number")),
        FieldDraft("phone", Labels("电话", "phone"), rule: .keepAll),
      ]),
    KindDraft(
      "visit", Labels("家访", "visit"),
      [
        FieldDraft("pupil", Labels("学生", "pupil"), .reference, target: "pupil"),
        FieldDraft("present", Labels("在场", "present"), .reference, container: .set, target: "pupil"),
        FieldDraft("summary", Labels("纪要", "summary")),
      ]),
  ])

  private static func bureau(_ count: Int = 2) throws -> Bureau { try Bureau(count, schema: schema) }

  private static func enter(
    _ bureau: Bureau, on index: Int, _ name: String, birth: String? = "2012-03-04", idNo: String? = nil,
    studentNo: String? = nil, phone: String? = nil
  ) throws -> RecordID {
    var values: [FieldID: [Value]] = [try bureau.field("name"): [.text(name)]]
    if let birth { values[try bureau.field("birth")] = [.date(try #require(CivilDate(birth)))] }
    if let idNo { values[try bureau.field("id_no")] = [.text(idNo)] }
    if let studentNo { values[try bureau.field("student_no")] = [.text(studentNo)] }
    if let phone { values[try bureau.field("phone")] = [.text(phone)] }
    return try bureau.replicas[index].write { try $0.create(try bureau.kind(), values) }
  }

  @Test("I-1 one student number given twice: both records are kept, the violation is listed with both authors")
  func numberTwice() throws {
    let bureau = try Self.bureau()
    let one = try Self.enter(bureau, on: 0, "张伟", studentNo: "2025-001")
    let other = try Self.enter(bureau, on: 1, "李娜", birth: "2013-01-01", studentNo: "2025-001")
    let report = try bureau.give(1, to: 0)
    #expect(report.newProblems.map(\.class) == [.unique])
    #expect(report.openProblems == 1)
    try bureau.exchange()
    for replica in bureau.replicas {
      let problem = try #require(try replica.problems().first)
      #expect(try replica.problemCount() == 1)
      #expect(Set(problem.records.map(\.record)) == [one, other])
      #expect(problem.rules == ["student_no"])
      let authors = try problem.records.map { try replica.creation(of: $0.record)?.author }
      #expect(Set(authors) == ["author A", "author B"])
      #expect(try replica.record(one) != nil && replica.record(other) != nil)
    }
    #expect(try bureau.replicas[0].problems().map(\.id) == bureau.replicas[1].problems().map(\.id))
    try bureau.expectEqual()
    // The number is mended on one laptop; the other hears of it.
    try bureau.set(other, "student_no", .text("2025-002"), on: 1)
    #expect(try bureau.give(1, to: 0).settledProblems == 1)
    for replica in bureau.replicas { #expect(try replica.problemCount() == 0) }
    try bureau.expectEqual()
  }

  @Test("I-2 a deleted pupil with a visit added meanwhile: the visit is kept and listed, and restoring mends it")
  func deletedTarget() throws {
    let bureau = try Self.bureau()
    let pupil = try Self.enter(bureau, on: 0, "张伟")
    try bureau.exchange()
    try bureau.replicas[0].write { try $0.delete(pupil) }
    let scope = try #require(try bureau.replicas[1].record(pupil)).scope
    let field = try bureau.field("pupil", of: "visit")
    let kind = try bureau.kind("visit")
    let visit = try bureau.replicas[1].write { try $0.create(kind, [field: [.reference(Reference(pupil, in: scope))]]) }
    try bureau.exchange()
    for replica in bureau.replicas {
      let problem = try #require(try replica.problems().first)
      #expect(problem.class == .deletedTarget)
      #expect(problem.record == visit && problem.others.map(\.record) == [pupil] && problem.field == field)
      #expect(try replica.deletions(of: pupil).map(\.author) == ["author A"])
      #expect(try replica.record(visit)?.presence == .present)
    }
    try bureau.expectEqual()
    try bureau.replicas[1].write { try $0.restore(pupil) }
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try replica.problemCount() == 0) }
    try bureau.expectEqual()
  }

  @Test("I-2 a deleted pupil in a set of references is listed, and clearing the reference mends it")
  func deletedElement() throws {
    let bureau = try Self.bureau()
    let pupil = try Self.enter(bureau, on: 0, "张伟")
    let scope = try #require(try bureau.replicas[0].record(pupil)).scope
    let field = try bureau.field("present", of: "visit")
    let kind = try bureau.kind("visit")
    let target = Reference(pupil, in: scope)
    let visit = try bureau.replicas[0].write { try $0.create(kind, [field: [.reference(target)]]) }
    try bureau.replicas[0].write { try $0.delete(pupil, force: true) }
    #expect(try bureau.replicas[0].problems().map(\.record) == [visit])
    try bureau.exchange()
    try bureau.expectEqual()
    try bureau.replicas[1].write { try $0.clearReference(in: visit, field, to: target) }
    #expect(try bureau.replicas[1].problemCount() == 0)
  }

  @Test(
    "I-3 the same child entered twice is a candidate by folded name and birth, by ID number, or by a lookalike and phone",
    arguments: [
      ("张伟", "張偉", nil, nil), ("阿依古丽·买买提", "阿依古丽•买买提", nil, nil), ("张三", "李四", "99999920120304001X", nil),
      ("刘晴", "刘睛", nil, "13800000000"),
    ] as [(String, String, String?, String?)])
  func candidates(one: String, other: String, idNo: String?, phone: String?) throws {
    let bureau = try Self.bureau()
    let first = try Self.enter(bureau, on: 0, one, idNo: idNo, phone: phone)
    let second = try Self.enter(bureau, on: 1, other, idNo: idNo?.lowercased(), phone: phone)
    try bureau.exchange()
    for replica in bureau.replicas {
      let problem = try #require(try replica.problems().first)
      #expect(problem.class == (idNo == nil ? .duplicate : .unique))
      #expect(Set(problem.records.map(\.record)) == [first, second])
    }
    try bureau.expectEqual()
  }

  @Test(
    "I-3 different children are no candidates: other names, siblings of one age and one phone, a number left empty",
    arguments: [("张伟", "李娜"), ("王晓明", "王晓红"), ("张伟", "张娜")])
  func noCandidates(one: String, other: String) throws {
    let bureau = try Self.bureau()
    _ = try Self.enter(bureau, on: 0, one, idNo: "无", phone: "13800000000")
    _ = try Self.enter(bureau, on: 1, other, idNo: "无", phone: "13800000000")
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try replica.problemCount() == 0) }
  }

  @Test("A verdict that two children are different travels, is undone, and does not cover a number given twice")
  func verdict() throws {
    let bureau = try Self.bureau()
    _ = try Self.enter(bureau, on: 0, "张伟", studentNo: "1")
    let second = try Self.enter(bureau, on: 1, "张伟", studentNo: "2")
    try bureau.exchange()
    let problem = try #require(try bureau.replicas[0].problems().first)
    try bureau.replicas[0].write { try $0.accept(problem.id, reason: "不是同一人") }
    let report = try bureau.give(0, to: 1)
    #expect(report.settledProblems == 1)
    try bureau.exchange()
    for replica in bureau.replicas {
      #expect(try replica.problemCount() == 0)
      #expect(try replica.problems(accepted: true).first?.verdict?.reason == "不是同一人")
    }
    try bureau.expectEqual()
    try bureau.set(second, "student_no", .text("1"), on: 1)
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try replica.problems().map(\.class) == [.unique]) }
    try bureau.set(second, "student_no", .text("2"), on: 1)
    #expect(try bureau.replicas[1].problemCount() == 0)
    try bureau.exchange()
    try bureau.replicas[0].write { try $0.reopen(problem.id) }
    try bureau.exchange()
    for replica in bureau.replicas { #expect(try replica.problemCount() == 1) }
    try bureau.expectEqual()
  }

  @Test("R-12 an outside system's ID given to two records is listed")
  func outsideIDTwice() throws {
    let bureau = try Self.bureau()
    for index in 0..<2 {
      try bureau.replicas[index].write {
        try $0.create(
          try bureau.kind(),
          [BuiltIn.externalID: [.text("s1")], try bureau.field("name"): [.text(["甲", "乙"][index])]])
      }
    }
    try bureau.exchange()
    for replica in bureau.replicas {
      #expect(try replica.problems().map(\.rules) == [["external_id"]])
    }
    try bureau.expectEqual()
  }

  @Test("Many new records at once are checked as one by one")
  func manyAtOnce() throws {
    let bureau = try Self.bureau()
    try bureau.replicas[0].batch { batch in
      for number in 0..<1200 {
        try batch.write {
          try $0.create(
            try bureau.kind(),
            [
              try bureau.field("name"): [.text("学生\(number % 600)")],
              try bureau.field("birth"): [.date(try #require(CivilDate("2012-01-01")))],
              BuiltIn.externalID: [.text("s\(number % 1190)")],
            ])
        }
      }
    }
    #expect(try bureau.replicas[0].problemCount() == 610)
    let report = try bureau.give(0, to: 1)
    #expect(report.newProblemCount == 610)
    #expect(try bureau.replicas[0].problems().map(\.id).sorted() == bureau.replicas[1].problems().map(\.id).sorted())
    for replica in bureau.replicas { #expect(try replica.verify() == []) }
  }

  @Test(
    "a number that more than 100 share: the same 100 are listed on every laptop, and it says that there may be more")
  func crowd() throws {
    let bureau = try Self.bureau()
    let kind = try bureau.kind()
    let number = try bureau.field("student_no")
    func enter(_ count: Int, on index: Int) throws -> [RecordID] {
      try bureau.replicas[index].write { transaction in
        try (0..<count).map { _ in try transaction.create(kind, [number: [.text("2025-001")]]) }
      }
    }
    var ids = try enter(60, on: 0) + enter(60, on: 1)
    try bureau.exchange()
    for _ in 0..<2 {
      ids.sort()
      for replica in bureau.replicas {
        let problem = try #require(try replica.problems().first)
        #expect(try replica.problemCount() == 1)
        #expect(problem.records.map(\.record) == Array(ids.prefix(100)) && problem.isCut)
      }
      try bureau.expectEqual()
      let gone = ids.removeFirst()
      try bureau.replicas[0].write { try $0.delete(gone) }
      try bureau.exchange()
    }
    let rest = ids.prefix(40)
    try bureau.replicas[1].write { transaction in for id in rest { try transaction.delete(id) } }
    try bureau.exchange()
    for replica in bureau.replicas {
      let problem = try #require(try replica.problems().first)
      #expect(problem.records.count == 78 && !problem.isCut)
    }
    try bureau.expectEqual()
  }
}
