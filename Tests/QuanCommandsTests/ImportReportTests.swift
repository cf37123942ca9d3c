import QuanTesting
import Testing

/// An import ends with a merge report like any other, kept and shown again.
@Suite("The merge report of an import")
struct ImportReportTests {
  @Test(
    "JSON Lines: counts in are counts out, what was left out is listed again, a dry run and a repetition keep nothing")
  func lines() throws {
    let office = try Office(["A"])
    let file = office.path("students.jsonl")
    func write(_ lines: String...) { TemporaryFolder.write(Array(lines.joined(separator: "\n").utf8), to: file) }
    write(
      #"{"id":"s1","kind":"student","fields":{"name":"泉泉"}}"#, #"{"id":"s2","kind":"student","fields":{"nam":"二宝"}}"#,
      #"{"id":"s3","kind":"student","fields":{"name":"三宝"}}"#)
    let before = try office.quan("A", "merge", "list", "--json").jsonLines.count
    let trial = try office.quan("A", "import", file, "--skip-bad", "--dry-run", status: 3)
    #expect(trial.out.contains("Trial merge, not kept: 2 new"))
    #expect(try office.quan("A", "merge", "list", "--json").jsonLines.count == before)
    let imported = try office.quan("A", "import", file, "--skip-bad", status: 3)
    #expect(imported.out.contains("(3 in = 2 taken in + 0 same + 0 waiting + 1 left out; nothing lost)"))
    #expect(imported.out.contains("Lines left out (1):\n  line 2: "))
    let again = try office.quan("A", "merge", "show").out
    #expect(again.contains("imported from students.jsonl"))
    #expect(again.contains("(3 in = 2 taken in + 0 same + 0 waiting + 1 left out; nothing lost)"))
    #expect(again.contains("Lines left out (1):\n  line 2: "))
    let report = try office.quan("A", "merge", "show", "--json").json
    #expect(report["records_created"].int == 2 && report["refused"].int == 1)
    #expect(report["rows"].items.map { $0["line"].int } == [2])

    write(#"{"id":"s1","kind":"student","fields":{"name":"泉泉"}}"#, #"{"id":"s3","field":"class","value":"1班"}"#)
    let edited = try office.quan("A", "import", file, "--json").json
    #expect(edited["merge_report"]["records_changed"].int == 1 && edited["merge_report"]["changes_known"].int == 1)
    #expect(edited["merge_report"]["nothing_lost"] == .bool(true))
    #expect(edited["merge"].int != nil)
    #expect(try office.quan("A", "import", file, "--json").json["merge"] == .null)
  }

  @Test("a row that is refused names the record that its number or ID leads to")
  func refused() throws {
    let office = try Office(["A"])
    let file = office.path("pupils.csv")
    func records(_ text: String) throws -> [String] {
      TemporaryFolder.write(Array(text.utf8), to: file)
      try office.quan("A", "import", file, "--kind", "student", status: 3)
      let report = String(decoding: TemporaryFolder.read(office.path("pupils.report.csv")), as: UTF8.self)
      return report.split(separator: "\r\n").dropFirst().map {
        String($0.split(separator: ",", omittingEmptySubsequences: false)[3])
      }
    }
    #expect(try records("外部编号,姓名,出生日期\nG1,泉泉,2012-03-04\nG2,二宝,昨天\n")[1] == "")
    let pupil = try #require(try office.quan("A", "list", "student", "--json").jsonLines.first?["id"].string)
    #expect(try records("外部编号,姓名,出生日期\nG1,泉泉,昨天\nG3,三宝,昨天\n\(pupil),泉泉,明天\n") == [pupil, "", pupil])
  }

  @Test("CSV: rows that need a person or were passed over are listed in the report, with status 3")
  func table() throws {
    let office = try Office(["A"])
    let id = "999999201203040010"
    try office.quan("A", "add", "student", "name=泉泉", "id_no=\(id)")
    let file = office.path("pupils.csv")
    TemporaryFolder.write(Array("姓名,证件号码,班级\n王一,,1班\n泉泉,\(id),2班\n合计,,2\n".utf8), to: file)
    let imported = try office.quan("A", "import", file, "--kind", "student", "--lang", "zh", status: 3)
    #expect(imported.out.contains("(收到 3 = 并入 1 + 相同 0 + 等待 0 + 未导入 2; 没有丢失)"))
    // People who read Chinese are told of fields and keys by their labels.
    #expect(imported.out.contains("待您处理: 证件号码 与 "), "\(imported.out)")
    let shown = try office.quan("A", "merge", "show", "--lang", "zh").out
    #expect(shown.contains("导入自 pupils.csv"))
    #expect(shown.contains("未导入的行 (2):\n  第 3 行: "))
    #expect(shown.contains("第 4 行: 略过: 合计行"))
    // The first line of what needs a person leads to the record that it may be.
    #expect(shown.contains("学生 泉泉: 待您处理"))
    let decided = try office.quan("A", "import", file, "--kind", "student", "--match", "id_no", "--json", status: 0)
      .json
    #expect(decided["merge_report"]["records_changed"].int == 1)
  }

  @Test("CSV: a file of somebody's own where the report would go stays, and the hint names no option that is not there")
  func foreign() throws {
    let office = try Office(["A"])
    TemporaryFolder.write(Array("姓名\n泉泉\n".utf8), to: office.path("own.csv"))
    TemporaryFolder.write(Array("my notes".utf8), to: office.path("own.report.csv"))
    let refused = try office.quan("A", "import", office.path("own.csv"), "--kind", "student", status: 1)
    #expect(refused.err.contains("is there already") && refused.err.contains("Hint: choose another file name\n"))
    #expect(TemporaryFolder.read(office.path("own.report.csv")) == Array("my notes".utf8))
    #expect(try office.quan("A", "list", "student", "--json").jsonLines.isEmpty)
  }
}
