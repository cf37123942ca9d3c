import Quan
import QuanTesting
import Testing

/// A natural key with a field that must hold nothing: what only one record may have at a time.
@Suite("INV-7 one serial number is lent once while it is not returned")
struct OpenLoanTests {
  private static let schema = SchemaDraft([
    KindDraft(
      "loan", Labels("借用", "loan"), naturalKeys: NaturalKey.list("serial+returned_on!?"),
      [FieldDraft("serial", Labels("编号", "serial")), FieldDraft("returned_on", Labels("归还", "returned"), .date)])
  ])

  private let bureau: Bureau

  init() throws { bureau = try Bureau(2, schema: Self.schema) }

  private func lend(_ serial: String, returned: String? = nil, on index: Int) throws -> RecordID {
    var values: [FieldID: [Value]] = [try bureau.field("serial", of: "loan"): [.text(serial)]]
    if let returned { values[try bureau.field("returned_on", of: "loan")] = [.date(try #require(CivilDate(returned)))] }
    let kind = try bureau.kind("loan")
    return try bureau.replicas[index].write { try $0.create(kind, values) }
  }

  private func giveBack(_ loan: RecordID, _ day: String?, on index: Int) throws {
    let field = try bureau.field("returned_on", of: "loan")
    let value = try day.map { Value.date(try #require(CivilDate($0))) }
    try bureau.replicas[index].write { try $0.set(loan, field, to: value) }
    try bureau.exchange()
  }

  /// The records of the one problem that each laptop lists; none when there is no problem.
  private func problem() throws -> Set<RecordID> {
    let found = try bureau.replicas.map { try $0.problems() }
    #expect(found[0].map(\.id) == found[1].map(\.id) && found[0].count <= 1)
    #expect(found[0].allSatisfy { $0.class == .unique && $0.rules == ["serial+returned_on!?"] })
    try bureau.expectEqual()
    return Set(found[0].first?.records.map(\.record) ?? [])
  }

  @Test("lent by two laptops it is a problem, which ends when one is returned, and is there again when that was wrong")
  func lentTwice() throws {
    let one = try lend("SN-0001", on: 0)
    let other = try lend("SN-0001", on: 1)
    let third = try lend("SN-0002", on: 1)
    try bureau.exchange()
    #expect(try problem() == [one, other])
    try giveBack(one, "2026-03-01", on: 1)
    #expect(try problem() == [])
    try giveBack(one, nil, on: 0)
    #expect(try problem() == [one, other])
    try giveBack(other, "2026-03-02", on: 0)
    #expect(try problem() == [])
    try giveBack(third, "2026-03-02", on: 0)
    #expect(try problem() == [])
  }

  @Test("a thing that comes and goes is no problem, however often")
  func inTurn() throws {
    for day in 1...4 { _ = try lend("SN-0001", returned: "2026-03-0\(day)", on: day % 2) }
    let last = try lend("SN-0001", on: 0)
    try bureau.exchange()
    #expect(try problem() == [])
    let again = try lend("sn-0001", on: 1)
    try bureau.exchange()
    #expect(try problem() == [last, again])
  }

  @Test("a key says what it is: read, written, unique, and never of empty fields alone")
  func keys() throws {
    let key = try #require(NaturalKey("serial + returned_on!?"))
    #expect(key.text == "serial+returned_on!?" && key.onlyNominates && key.isUnique)
    #expect(key.parts.map(\.field) == ["serial", "returned_on"] && key.parts.map(\.isEmpty) == [false, true])
    #expect(NaturalKey("returned_on!") == nil && NaturalKey("a!+b!?") == nil)
    #expect(NaturalKey("name~+left!")?.isUnique == false && NaturalKey("a+b+c!")?.isUnique == false)
  }
}
