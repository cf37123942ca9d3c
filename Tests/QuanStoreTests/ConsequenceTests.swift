import Quan
import QuanEducation
import QuanTesting
import Testing

/// What choosing a side comes to is said where declared rules, keys or references know it.
@Suite("Consequences of taking a side")
struct ConsequenceTests {
  private let bureau: Bureau
  private let pupil: RecordID

  init() throws {
    bureau = try Bureau(schema: EducationSchema.draft)
    let kind = try bureau.kind("student")
    let name = try bureau.field("name", of: "student")
    pupil = try bureau.replicas[0].write { try $0.create(kind, [name: [.text("泉泉")]]) }
    try bureau.exchange()
  }

  private func add(_ kind: String, _ values: [String: Value], on index: Int = 0) throws -> RecordID {
    var fields: [FieldID: [Value]] = [:]
    for (name, value) in values { fields[try bureau.field(name, of: kind)] = [value] }
    let id = try bureau.kind(kind)
    return try bureau.replicas[index].write { try $0.create(id, fields) }
  }

  /// Lets both laptops write a field at once; gives the conflict that comes of it, with what each value would come to.
  private func clash(
    _ record: RecordID, _ kind: String, _ field: String, _ values: [Value]
  ) throws -> [Value: [Consequence]] {
    let id = try bureau.field(field, of: kind)
    for (index, value) in values.enumerated() { try bureau.replicas[index].write { try $0.set(record, id, to: value) } }
    try bureau.exchange()
    let replica = bureau.replicas[1]
    let conflict = try #require(try replica.conflicts(of: record).first { $0.field == id })
    let consequences = try replica.consequences(of: conflict)
    #expect(consequences == (try bureau.replicas[0].consequences(of: conflict)))
    for (side, found) in zip(conflict.sides, consequences) {
      #expect(try replica.consequences(of: conflict, writing: side.value) == found)
    }
    return Dictionary(uniqueKeysWithValues: zip(conflict.sides.compactMap(\.value), consequences))
  }

  private func day(_ text: String) throws -> Value { .date(try #require(CivilDate(text))) }
  private var student: Value {
    get throws { .reference(Reference(pupil, in: try #require(try bureau.replicas[0].record(pupil)).scope)) }
  }

  @Test("the check of each side's ID number is told, and whether somebody else has the number")
  func checksum() throws {
    let other = try add("student", ["id_no": .text("99999920990304123X")], on: 1)
    let found = try clash(
      pupil, "student", "id_no", [.text("999999209903041231"), .text("99999920990304123X")])
    let matters = found.mapValues { $0.map(\.matter) }
    #expect(matters[.text("999999209903041231")] == [.breaks("id_no_check")])
    #expect(matters[.text("99999920990304123X")] == [.shares("id_no"), .keeps(1)])
    #expect(found[.text("99999920990304123X")]?.first?.records == [other])
  }

  @Test("a side that breaks the rules of other records names them: a visit before the pupil's birth")
  func dependents() throws {
    let visit = try add("visit", ["student": try student, "date": try day("2020-06-08")])
    let found = try clash(pupil, "student", "birth", [try day("2012-03-04"), try day("2021-03-04")])
    #expect(found[try day("2012-03-04")] == [])
    let broken = try #require(found[try day("2021-03-04")])
    #expect(broken.map(\.matter) == [.breaks("after_birth")] && broken.first?.records == [visit])
  }

  @Test("a side that makes a rule count too many says so: a second main guardian")
  func counted() throws {
    _ = try add("guardian", ["student": try student, "name": .text("a"), "is_main": .triState(.yes)])
    let second = try add("guardian", ["student": try student, "name": .text("b")])
    try bureau.exchange()
    let found = try clash(second, "guardian", "is_main", [.triState(.yes), .triState(.no)])
    #expect(found[.triState(.no)] == [])
    let broken = try #require(found[.triState(.yes)])
    #expect(broken.map(\.matter) == [.breaks("one_main_guardian")] && broken.first?.records == [pupil])
  }

  @Test("aid twice: a side that makes two awards of one pupil, programme and term names the other")
  func twice() throws {
    let programme = try add("aid_programme", ["code": .text("P")])
    try bureau.exchange()
    let scope = try #require(try bureau.replicas[0].record(programme)).scope
    let shared: [String: Value] = [
      "student": try student, "programme": .reference(Reference(programme, in: scope)), "school_year": .text("2019"),
    ]
    let first = try add("aid_award", shared.merging(["term": .choice("1")]) { $1 })
    let second = try add("aid_award", shared)
    try bureau.exchange()
    let found = try clash(second, "aid_award", "term", [.choice("1"), .choice("2")])
    #expect(found[.choice("2")] == [])
    let sharing = try #require(found[.choice("1")])
    #expect(sharing.map(\.matter) == [.shares("student+programme+school_year+term")])
    #expect(sharing.first?.records == [first])
  }

  @Test("taking a deletion tells who refers to the record; a side that refers to something deleted says so")
  func references() throws {
    let visit = try add("visit", ["student": try student])
    try bureau.exchange()
    try bureau.replicas[0].write { try $0.delete(pupil, force: true) }
    try bureau.replicas[1].write { try $0.set(pupil, try bureau.field("class", of: "student"), to: .text("2班")) }
    try bureau.exchange()
    let conflict = try #require(try bureau.replicas[0].conflicts(of: pupil).first)
    let consequences = try bureau.replicas[0].consequences(of: conflict)
    let deleted = try #require(conflict.sides.firstIndex { $0.event == "deleted" })
    #expect(
      consequences[deleted].map(\.matter) == [.leavesReferences] && consequences[deleted].first?.records == [visit])
    #expect(consequences[1 - deleted] == [])

    let other = try add("student", ["name": .text("源源")])
    let gone = try add("student", ["name": .text("二宝")])
    let scope = try #require(try bureau.replicas[0].record(other)).scope
    try bureau.exchange()
    try bureau.replicas[0].write { try $0.delete(gone, force: true) }
    try bureau.exchange()
    let (kept, lost) = (Value.reference(Reference(other, in: scope)), Value.reference(Reference(gone, in: scope)))
    let found = try clash(visit, "visit", "student", [kept, lost])
    #expect(found[kept] == [] && found[lost]?.map(\.matter) == [.refersToNothing])
  }
}
