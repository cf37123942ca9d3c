import Foundation
import QuanTesting
import Testing

/// A workspace that was begun with an earlier built-in schema gets what the kinds have had added since.
///
/// `Earlier/education-1.json` was written by the tool when it had that schema, and is never made anew.
@Suite("The built-in schema grows")
struct SchemaUpgradeTests {
  private let folder = TemporaryFolder()

  /// Runs the tool on a laptop of the workspace.
  @discardableResult
  private func quan(_ laptop: String, _ arguments: String..., status: Int32 = 0) throws -> Outcome {
    try run(arguments + ["-r", folder.path + "/\(laptop).quan", "--state", folder.path + "/\(laptop)"], status)
  }

  private func run(_ arguments: [String], _ status: Int32 = 0) throws -> Outcome {
    let outcome = try Program.run(try Built.quan.get(), arguments + ["--lang", "en"])
    #expect(outcome.status == status, "\(arguments): \(outcome.err)")
    return outcome
  }

  @Test("every kind, field, choice and code of the earlier one is still there, and the rest is added, on all laptops")
  func upgrade() throws {
    let earlier = Built.repository + "/Tests/QuanCommandsTests/Earlier/education-1.json"
    let stick = folder.folder("stick")
    try quan("A", "init", folder.path + "/A.quan", "--name", "A", "--author", "甲", "--schema", earlier, "--open")
    try quan("A", "sync", stick)
    try quan("B", "join", folder.path + "/B.quan", "--from", stick, "--name", "B", "--author", "乙")
    let pupil = try quan(
      "A", "add", "student", "name=泉泉", "phone=13800000000", "ethnicity=回", "disability=言语残疾一级", "left_behind=1",
      "school=历城二中", "enrol_status=enrolled"
    ).text
    let visit = try quan(
      "A", "add", "visit", "student=\(pupil)", "date=2020-05-01", "lead_visitor=李老师", "start=8:30", "purpose+=routine"
    ).text
    let call = try quan("A", "add", "hotline_call", "call_no=H-1", "mandatory_report=yes").text
    let before = try [pupil, visit, call].map { try quan("A", "show", $0, "--json", "--reveal").json["fields"] }
    try quan("A", "edit", call, "topic=失眠")

    let shown = folder.path + "/now.json"
    TemporaryFolder.write(Array(try run(["schema", "show", "--built-in", "--file"]).out.utf8), to: shown)
    let changes = try quan("A", "schema", "apply", shown, "--json").json["changes"].items
    #expect(changes.count > 100)
    #expect(!changes.contains { $0["change"].string == "new-kind" })
    #expect(try quan("A", "schema", "apply", shown, "--json").json["changes"].items.isEmpty)
    for laptop in ["A", "B", "A"] { try quan(laptop, "sync", stick) }

    for laptop in ["A", "B"] {
      for (id, fields) in zip([pupil, visit], before) {
        #expect(try quan(laptop, "show", id, "--json", "--reveal").json["fields"] == fields)
      }
      #expect(try quan(laptop, "edit", call, "topic=头痛", status: 1).err.contains("only added"))
      #expect(try quan(laptop, "delete", call, status: 1).err.contains("only added"))
      #expect(try quan(laptop, "schema", "apply", shown, "--json").json["changes"].items.isEmpty)
      #expect(try quan(laptop, "verify").out.hasPrefix("Sound"))
      // The time that does not stand as a clock shows it is told of, and so are the rules that are new.
      #expect(try quan(laptop, "problem", "list").out.contains("should be written as 08:30"))
    }
    let teacher = try quan("B", "add", "staff", "name=李老师", "staff_no=T-1").text
    try quan("B", "edit", visit, "lead_visitor_ref=\(teacher)", "start=08:30", "met_names.母亲=泉妈")
    try quan("B", "edit", pupil, "ethnic_group=回族", "other_phones+=13800000001", "disability_type=言语残疾")
    for laptop in ["B", "A"] { try quan(laptop, "sync", stick) }
    #expect(try quan("A", "problem", "list", "--json").json.items.isEmpty)
    #expect(try quan("A", "show", pupil, "--json", "--reveal").json["fields"]["ethnic_group"].string == "03")
  }

  @Test("tables with names of teachers and one telephone number come in as before, and their rows once")
  func tables() throws {
    let office = try Office(["A"])
    let path = office.path("t.csv")
    TemporaryFolder.write(
      Array(
        """
        姓名,出生日期,民族,学校,联系电话,残疾类别与等级,留守
        泉泉,2012-03-04,汉,历城二中,13800000000,言语残疾一级,单亲留守
        趵突,2012-05-06,回族,历城二中,13800000001,,未知

        """.utf8), to: path)
    try office.quan("A", "import", path, "--kind", "student")
    let pupils = try office.quan("A", "list", "student", "--json").jsonLines
    #expect(pupils.map { $0["fields"]["ethnicity"].string } == ["汉", "回族"])
    #expect(pupils.map { $0["fields"]["left_behind"].string } == ["1", "unknown"])
    #expect(pupils.map { $0["fields"]["phone"].string } == ["13800000000", "13800000001"])
    let pupil = try #require(pupils[0]["id"].string)
    TemporaryFolder.write(
      Array("学生,日期,主访人,家访人,负责人\n\(pupil),2020-05-01,李老师,李老师；王芳,\n".utf8), to: path)
    try office.quan("A", "import", path, "--kind", "visit")
    let visit = try #require(try office.quan("A", "list", "visit", "--json").jsonLines.first)
    #expect(visit["fields"]["lead_visitor"].string == "李老师")
    #expect(visit["fields"]["visitors"].items == [.string("李老师"), .string("王芳")])

    let loans = office.path("l.csv")
    TemporaryFolder.write(
      Array("设备编号,借出日期,归还日期\nSN-1,2026-01-01,2026-02-01\nSN-1,2026-03-01,\nSN-2,2026-03-01,\n".utf8), to: loans)
    try office.quan("A", "import", loans, "--kind", "support_loan")
    #expect(try office.quan("A", "problem", "list", "--json").json.items.isEmpty)
    // Lent again while it is out: a person has to look.
    TemporaryFolder.write(Array("设备编号,借出日期,归还日期\nSN-2,2026-04-01,\n".utf8), to: loans)
    let told = try office.tool(["import", loans, "--kind", "support_loan"] + office.own("A"), status: 3)
    #expect((told.out + told.err).contains("serial+returned_on!?"))
    #expect(try office.quan("A", "list", "support_loan", "--json").jsonLines.count == 3)
  }

  @Test("a table brings new events, and a row that differs from a recorded one is refused, not written over it")
  func events() throws {
    let office = try Office(["A"])
    let path = office.path("c.csv")
    func take(_ rows: String, status: Int32 = 0) throws -> Outcome {
      TemporaryFolder.write(Array("来电编号,日期,主题\n\(rows)\n".utf8), to: path)
      return try office.tool(
        ["import", path, "--kind", "hotline_call", "--match", "call_no"] + office.own("A"), status: status)
    }
    _ = try take("H-1,2026-05-01,失眠")
    let told = try take("H-1,2026-05-01,头痛\nH-2,2026-05-02,失眠", status: 3)
    #expect(told.out.contains("refused 1") && told.out.contains("the row differs from the one recorded"))
    _ = try take("H-1,2026-05-01,失眠")
    let topics = try office.quan("A", "list", "hotline_call", "--json").jsonLines.map { $0["fields"]["topic"].string }
    #expect(topics.sorted { ($0 ?? "") < ($1 ?? "") }.contains("失眠") && !topics.contains("头痛"))
  }
}
