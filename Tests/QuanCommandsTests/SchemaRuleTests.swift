import QuanTesting
import Testing

/// Rules over records in a schema file: checked with their place, applied, held against what is there.
@Suite("Rules in schema files")
struct SchemaRuleTests {
  private func write(_ expression: String, to folder: TemporaryFolder, code: String = "late") -> String {
    let text = """
      {"kinds": [{"code": "visit", "rules": [
      {"code": "\(code)", "expression": "\(expression)", "labels": {"zh": "日期太早", "en": "too early"}}
      ]}]}
      """
    TemporaryFolder.write(Array(text.utf8), to: folder.path + "/s.json")
    return folder.path + "/s.json"
  }

  @Test(
    "a wrong expression is refused with line and character, in both languages",
    arguments: [
      ("date >= ", "character 9: expected a name", "第 9 个字: 这里应为 名称"),
      ("date >= 'x'", "character 9: this is a text, and a date is needed", "第 9 个字: 这是文字, 应为日期"),
      ("dat is set", "character 1: visit has no field 'dat'", "第 1 个字: visit 没有字段 'dat'"),
      ("student.nobody is set", "student has no field 'nobody'", "student 没有字段 'nobody'"),
      ("count(trip.student) = 0", "there is no kind 'trip'", "没有类型 'trip'"),
    ])
  func mistakes(_ expression: String, _ english: String, _ chinese: String) throws {
    let office = try Office(["A"])
    let path = write(expression, to: office.folder)
    for command in [["schema", "check", path], ["schema", "apply", path]] {
      let said = try office.tool(command + office.own("A") + ["--lang", "en"], status: 1).err
      #expect(
        said.contains("line 2: 'late': ") && said.contains(english) && said.contains("quan topic rules"), "\(said)")
      let translated = try office.tool(command + office.own("A") + ["--lang", "zh"], status: 1).err
      #expect(translated.contains("第 2 行: 'late': ") && translated.contains(chinese), "\(translated)")
    }
  }

  @Test("a rule that is applied is held against records that are there, here and on the next laptop, and is shown")
  func apply() throws {
    let office = try Office(["A", "B"])
    let id = try office.student("name=泉泉")
    let visit = try office.quan("A", "add", "visit", "student=\(id)", "date=2019-01-01").text
    let path = write("date >= 2020-01-01", to: office.folder)
    let steps = try office.quan("A", "schema", "apply", path, "--json").json["changes"].items
    #expect(steps.compactMap { $0["change"].string } == ["rules"])
    try office.exchange()
    for laptop in ["A", "B"] {
      let problems = try office.quan(laptop, "problem", "list", "--json").json.items
      #expect(problems.map { $0["rules"].items.compactMap(\.string) } == [["late"]])
      #expect(problems.first?["records"].items.first?.string == visit)
      #expect(try office.tool(["problem", "list", "--lang", "zh"] + office.own(laptop)).out.contains("不符合规则: 日期太早"))
      #expect(try office.quan(laptop, "verify").out.hasPrefix("Sound"))
    }
    #expect(try office.quan("B", "schema", "show", "visit").out.contains("late (too early): date >= 2020-01-01"))
    let shown = try office.quan("B", "schema", "show", "--file").out
    TemporaryFolder.write(Array(shown.utf8), to: path)
    #expect(try office.quan("A", "schema", "apply", path, "--json").json["changes"].items.isEmpty)
    try office.quan("A", "edit", visit, "date=2020-06-08")
    try office.exchange()
    #expect(try office.quan("B", "problem", "list", "--json").json.items.isEmpty)
  }
}
