import QuanTesting
import Testing

/// A supervisor decides in an exported table, elsewhere, and the decisions are taken in with a preview.
@Suite("Deciding in a table")
struct DecisionTests {
  /// Two laptops with three conflicts: a school, a class, and a pupil deleted by one and edited by another.
  private struct Scene {
    let office: Office
    let pupil: String
    let gone: String

    init() throws {
      office = try Office()
      pupil = try office.student("name=泉泉", "school=第一小学", "class=1班")
      gone = try office.student("name=二宝")
      try office.quan(
        "A", "edit", pupil, "school=第二小学", "class=2班", "--author", "王老师", "--now", "2026-06-02T08:00:00Z")
      try office.quan(
        "B", "edit", pupil, "school=实验小学", "class=3班", "--author", "李老师", "--now", "2026-06-03T08:00:00Z")
      try office.quan("A", "delete", gone)
      try office.quan("B", "edit", gone, "class=4班")
      try office.exchange()
    }

    /// The table of a laptop's conflicts, heads first.
    func export(_ more: String...) throws -> [[String]] {
      let path = office.path("conflicts.csv")
      try office.tool(["conflict", "list", "--format", "csv", "--output", path] + more + office.own("A"))
      return CSVText.cells(String(decoding: TemporaryFolder.read(path), as: UTF8.self))
    }

    /// Writes a table with decisions, by field; gives its path.
    func decide(_ table: [[String]], _ decisions: [String: (decision: String, reason: String)]) throws -> String {
      let heads = table[0]
      let field = try #require(heads.firstIndex { $0 == "field" || $0 == "字段" })
      let decision = try #require(heads.firstIndex { $0 == "decision" || $0 == "决定" })
      let rows = table.dropFirst().map { row in
        var row = row
        if let wanted = decisions[row[field]] {
          row[decision] = wanted.decision
          row[decision + 1] = wanted.reason
        }
        return row
      }
      let path = office.path("decided.csv")
      TemporaryFolder.write(CSVText.bytes([heads] + rows), to: path)
      return path
    }

    /// The number of the side of a field that has a value.
    func number(_ value: String, of field: String) throws -> Int {
      let conflict = try #require(try office.conflicts("A").first { $0["field"].string == field })
      return try #require(conflict["sides"].items.first { $0["value"].string == value }?["n"].int)
    }
  }

  @Test("decisions in an exported table are shown first, written with --yes, and in the history with their reasons")
  func decide() throws {
    let scene = try Scene()
    let office = scene.office
    let table = try scene.export()
    #expect(table.count == 4)
    #expect(table[1].contains("泉泉") && table[1].contains("第一小学"))
    let side = try scene.number("第二小学", of: "school")
    // Digits in full width, a value of the supervisor's own, one left for later.
    let path = try scene.decide(
      table, ["school": (side == 1 ? "１" : "２", "户籍已核"), "class": ("值:五班", ""), "": ("稍后", "")])
    let preview = try office.quan("A", "conflict", "list", "--from", path)
    #expect(preview.out.split(separator: "\n").count == 2)
    #expect(preview.out.contains("第二小学") && preview.out.contains("五班"))
    try office.quan("A", "conflict", "resolve", "--from", path, status: 64)
    try office.quan("A", "conflict", "resolve", "--from", path, "--dry-run")
    #expect(try office.conflicts("A").count == 3)
    try office.quan("A", "conflict", "resolve", "--from", path, "--yes")
    #expect(try office.onlyConflict("A")["record"].string == scene.gone)
    #expect(try office.shown(scene.pupil, "school", on: "A") == .string("第二小学"))
    #expect(try office.shown(scene.pupil, "class", on: "A") == .string("五班"))
    #expect(try office.quan("A", "history", scene.pupil, "school").out.contains("\"户籍已核\""))
    // Taken in again, it says that they are settled and writes nothing.
    let again = try office.quan("A", "conflict", "resolve", "--from", path, "--yes", status: 3)
    #expect(again.err.contains("it is settled already"))
    try office.exchange()
    try office.expectEqual()
  }

  @Test("a decision about sides that have changed since the export is refused; the others are taken")
  func stale() throws {
    let scene = try Scene()
    let office = scene.office
    let table = try scene.export("--lang", "zh")
    try office.quan("B", "edit", scene.pupil, "school=第三小学")
    try office.quan("A", "edit", scene.pupil, "school=第四小学")
    try office.exchange()
    let path = try scene.decide(table, ["school": ("1", ""), "class": ("2", ""), "": ("nonsense", "")])
    let listed = try office.quan("A", "conflict", "list", "--from", path, status: 3)
    #expect(listed.err.contains("its sides have changed since the export"))
    #expect(listed.err.contains("'nonsense' is no decision"))
    #expect(
      try office.quan("A", "conflict", "resolve", "--from", path, "--yes", status: 3).out.contains("Settled: 1. 2 open")
    )
    try office.quan("A", "conflict", "resolve", "--from", office.replica("A"), status: 1)
  }

  @Test("the report of a merge is a table too: what was settled has no place for a decision")
  func mergeTable() throws {
    let scene = try Scene()
    let office = scene.office
    let merges = try office.quan("A", "merge", "list", "--json").jsonLines
    let number = try #require(merges.first { $0["new_conflicts"].int == 3 }?["merge"].int)
    try office.quan("A", "conflict", "resolve", scene.pupil, "school", "--take-author", "李老师")
    #expect(try office.shown(scene.pupil, "school", on: "A") == .string("实验小学"))
    let path = office.path("merge.csv")
    try office.quan("A", "merge", "show", "\(number)", "--format", "csv", "-o", path)
    let text = String(decoding: TemporaryFolder.read(path), as: UTF8.self)
    #expect(text.contains("\"conflict, settled\""))
    let lines = text.split(separator: "\r\n")
    #expect(lines.filter { $0.contains("at once") }.count == 1)
    try office.quan("A", "merge", "show", "\(number)", "--format", "csv", status: 64)
  }

  @Test("the report of a merge in which a join arrived, or its end, tells of it in JSON and in CSV, in both languages")
  func joinArrives() throws {
    let office = try Office.inOrder()
    let pupils = try [("A", "张伟"), ("B", "张偉")].map { laptop, name in
      try office.quan(laptop, "add", "student", "name=\(name)", "birth=2012-03-04").text
    }
    try office.exchange()
    try office.quan(
      "B", "merge-records", pupils[0], pupils[1], "--reason", "一张证件", "--author", "李老师", "--now",
      "2026-06-03T08:00:00Z")
    try expectJoin(office, pupils, act: "joined", words: ["合并为一条记录", "one record from now on"], reason: "一张证件")
    try office.quan("B", "merge-records", pupils[0], pupils[1], "--undo", "--author", "李老师")
    try expectJoin(office, pupils, act: "separated", words: ["又拆成两条记录", "two records again"], reason: nil)
  }

  /// Expects that the merge that brings to A what B has done tells of one join, for programs and as a table.
  private func expectJoin(
    _ office: Office, _ pupils: [String], act: String, words: [String], reason: String?
  ) throws {
    try office.quan("B", "sync", office.stick)
    let merged = try office.quan("A", "sync", office.stick, "--json").json
    let saved = try office.quan("A", "merge", "show", "--json").json
    for report in [merged, saved] {
      #expect(report["join_count"].int == 1 && report["nothing_lost"] == .bool(true))
      #expect(report["joins"].items.count == 1)
      let join = report["joins"].items.first ?? .null
      #expect(join["act"].string == act)
      #expect(Set(join["records"].items.compactMap(\.string)) == Set(pupils))
      #expect(join["author"].string == "李老师" && join["replica"].string == "laptop B")
      #expect(join["reason"].string == reason)
    }
    let shorts = pupils.map { String($0.prefix(4)) + $0.drop { $0 != "-" } }
    for (language, word) in zip(["zh", "en"], words) {
      let path = office.path("joins-\(language).csv")
      try office.quan("A", "merge", "show", "--format", "csv", "-o", path, "--force", "--lang", language)
      let table = CSVText.cells(String(decoding: TemporaryFolder.read(path), as: UTF8.self))
      let rows = table.filter { $0.first == word }
      #expect(rows.count == 1, "\(table)")
      let row = zip(table[0], rows.first ?? []).reduce(into: [String: String]()) { $0[$1.0] = $1.1 }
      #expect(pupils.contains(row[language == "zh" ? "编号" : "record"] ?? ""))
      let side = row[language == "zh" ? "第1方" : "side 1"] ?? ""
      #expect(Set(side.split(separator: " + ").map(String.init)) == Set(shorts))
      #expect((row[language == "zh" ? "第1方写者" : "by 1"] ?? "").hasPrefix("李老师, laptop B"))
      #expect(row[language == "zh" ? "理由" : "reason"] == reason ?? "")
      // There is nothing to decide about it.
      #expect(row[language == "zh" ? "核对码" : "check"] == "")
    }
  }

  @Test("one is settled by who wrote a side, one or many by what was written last")
  func byRule() throws {
    let scene = try Scene()
    let office = scene.office
    try office.quan("A", "conflict", "resolve", scene.pupil, "school", "--take-author", "nobody", status: 1)
    try office.quan("A", "conflict", "resolve", scene.pupil, "school", "--prefer-latest", "--take", "1", status: 64)
    try office.quan("A", "conflict", "resolve", scene.pupil, "school", "--take-author", "王老师")
    #expect(try office.shown(scene.pupil, "school", on: "A") == .string("第二小学"))
    try office.quan("A", "conflict", "resolve", "--prefer-latest", "--kind", "student", "--field", "class", status: 64)
    try office.quan("A", "conflict", "resolve", "--prefer-latest", "--kind", "student", "--field", "class", "--yes")
    #expect(try office.shown(scene.pupil, "class", on: "A") == .string("3班"))
    #expect(try office.onlyConflict("A")["class"].string == "deleted-and-edited")
  }

  @Test("list, show and status mark what is open by a word, until it is settled")
  func marks() throws {
    let scene = try Scene()
    let office = scene.office
    #expect(try office.quan("A", "list", "student").out.contains("! 2 conflicts"))
    #expect(try office.quan("A", "list", "student", "--lang", "zh").out.contains("! 冲突 1"))
    #expect(try office.quan("A", "show", scene.pupil, "--lang", "zh").out.contains("2 个值待定"))
    try office.quan("A", "status", "--fail-on-conflict", status: 1)
    try office.quan("A", "conflict", "resolve", "--prefer-latest", "--yes")
    #expect(!(try office.quan("A", "list", "student").out.contains("conflict")))
    try office.quan("A", "status", "--fail-on-conflict")
  }
}
