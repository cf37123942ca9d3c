import QuanTesting
import Testing

/// Rows of a table that wait for a person are answered at the terminal, or in the report beside the table.
@Suite("Answers to rows that wait")
struct AnswerTests {
  private static let number = "999999201203040010"
  private let office: Office
  private let pupil: String
  private var file: String { office.path("t.csv") }
  private var report: String { office.path("t.report.csv") }

  init() throws {
    office = try Office(["A"])
    pupil = try office.quan("A", "add", "student", "name=泉泉", "id_no=\(Self.number)", "class=1班").text
  }

  // MARK: What is there

  private func write(_ rows: String...) {
    TemporaryFolder.write(Array(("name,id_no,class\n" + rows.joined(separator: "\n") + "\n").utf8), to: file)
  }

  @discardableResult
  private func take(_ more: String..., status: Int32 = 0, at location: SourceLocation = #_sourceLocation) throws
    -> Outcome
  {
    try office.tool(["import", file, "--kind", "student"] + more + office.own("A"), status: status, at: location)
  }

  /// The cells of a line of the report; the heads are its line 0.
  private func cells(_ line: Int) throws -> [String] {
    try #require(rows.first { $0[0] == (line == 0 ? "line" : String(line)) })
  }

  private var rows: [[String]] { CSVText.cells(String(decoding: TemporaryFolder.read(report), as: UTF8.self)) }

  /// Writes an answer into a line of the report, as a spreadsheet does that quotes every cell.
  private func answer(_ line: Int, _ text: String) {
    let answered = rows.map { $0[0] == String(line) ? $0[..<6] + [text] + $0[7...] : $0[...] }
    TemporaryFolder.write(CSVText.bytes(answered.map(Array.init)) + Array("\r\n".utf8), to: report)
  }

  private func pupils() throws -> [JSONValue] { try office.quan("A", "list", "student", "--json").jsonLines }
  private func classes() throws -> [String] { try pupils().map { $0["fields"]["class"].string ?? "" }.sorted() }

  // MARK: In the report

  @Test("the report has a place for the answer: an ID makes the row that record, new another; twice changes nothing")
  func inReport() throws {
    write("泉泉,\(Self.number),2班", "泉 泉,\(Self.number),3班", "趵突,,1班")
    let first = try take(status: 3)
    let command = "quan import \(file) --kind student --answers \(report)"
    #expect(first.err.contains("wait for your answer: 2. Be asked: \(command) --review\n"), "\(first.err)")
    #expect(try cells(0).suffix(2) == ["answer", "check"])
    let waiting = try cells(2)
    #expect(waiting[1] == "needs-you" && waiting[3] == pupil && waiting[6].isEmpty && waiting[7].hasPrefix("#"))
    #expect(try cells(4)[7].isEmpty)
    let taken = rows
    answer(2, pupil)
    answer(3, "新")
    let trial = try take("--answers", report, "--dry-run")
    #expect(trial.out.contains("1班 -> 2班"))
    #expect(try classes() == ["1班", "1班"])
    // What a trial has read stays in the report for the import itself.
    try take("--answers", report)
    #expect(try classes() == ["1班", "2班", "3班"])
    // A row without any number, which was taken at first, is not taken once more.
    #expect(try [cells(2)[1], cells(3)[1], cells(4)[1]] == ["changed", "created", "skipped"])
    #expect(try cells(2)[6].isEmpty && cells(3)[6].isEmpty)
    #expect(try take("--answers", report, status: 1).err.contains("no answers in '\(report)'"))
    // The same answers once more make no third pupil of that number.
    let checks = try [waiting[7], #require(taken.first { $0[0] == "3" })[7]]
    TemporaryFolder.write(
      CSVText.bytes([["line", "answer", "check"], ["2", pupil, checks[0]], ["3", "new", checks[1]]]), to: report)
    let again = try office.tool(
      ["import", file, "--kind", "student", "--answers", report, "--report", office.path("r.csv")] + office.own("A"))
    #expect(again.out.hasPrefix("created 0  changed 0  same 2"), "\(again.out)")
    #expect(try pupils().count == 3)
  }

  @Test("one record is answered as the same by a word; a row left for later goes on waiting, its answer beside it")
  func words() throws {
    write("泉泉,\(Self.number),2班", "泉泉,\(Self.number),3班")
    try take(status: 3)
    answer(2, "same")
    answer(3, "later")
    try take("--answers", report, status: 3)
    #expect(try classes() == ["2班"])
    #expect(try cells(3)[1] == "needs-you" && cells(3)[6] == "later")
  }

  @Test(
    "an answer that cannot be taken leaves the row waiting and says why, in both languages",
    arguments: [
      ("nobody-99", "no such record", "没有这条记录"), ("VISIT", "is a visit, not a student", "不是 student"),
      ("DELETED", "deleted", "已被删除"), ("=1+1", "no such record", "没有这条记录"),
    ])
  func nonsense(answer text: String, english: String, chinese: String) throws {
    write("泉泉,\(Self.number),2班")
    try take(status: 3)
    var text = text
    if text == "VISIT" { text = try office.quan("A", "add", "visit", "student=\(pupil)").text }
    if text == "DELETED" {
      text = try office.quan("A", "add", "student", "name=二宝").text
      try office.quan("A", "delete", text)
    }
    answer(2, text)
    try take("--answers", report, status: 3)
    #expect(try cells(2)[4].contains(english), "\(rows)")
    try take("--answers", report, "--lang", "zh", status: 3)
    #expect(try cells(2)[4].contains(chinese), "\(rows)")
    #expect(try cells(2)[1] == "needs-you" && cells(2)[6].contains(text))
    #expect(try classes().contains("1班") && !classes().contains("2班"))
  }

  @Test("an answer to a row that has changed since is not taken; one to a row that waits for none is told")
  func changedRow() throws {
    write("泉泉,\(Self.number),2班", "趵突,,1班")
    try take(status: 3)
    answer(2, pupil)
    answer(3, "new")
    write("泉泉,\(Self.number),4班", "趵突,,1班")
    let said = try take("--answers", report, status: 3)
    #expect(try cells(2)[4].hasPrefix("the row has changed since it was answered"))
    #expect(said.err.contains("Answers not used, of lines 3"), "\(said.err)")
    #expect(try classes() == ["1班", "1班"])
  }

  @Test("several records alike: the word same does not say which, an ID does; the outside number stays one record's")
  func several() throws {
    let other = try office.quan("A", "add", "student", "name=泉 泉", "id_no=\(Self.number)", "class=9班").text
    write("泉泉,\(Self.number),2班")
    try take(status: 3)
    answer(2, "same")
    try take("--answers", report, status: 3)
    #expect(try cells(2)[4].contains("does not say which record"))
    answer(2, other)
    try take("--answers", report)
    #expect(try office.shown(other, "class", on: "A").string == "2班")
    #expect(try classes() == ["1班", "2班"])
    TemporaryFolder.write(Array("外部编号,name\nS-1,甲\nS-1,乙\n".utf8), to: file)
    try take(status: 3)
    answer(3, "new")
    try take("--answers", report, status: 3)
    #expect(try cells(3)[4].hasPrefix("its outside number is that of another record"))
  }

  @Test("a row whose number a spreadsheet has damaged is taken as answered, without the number")
  func damaged() throws {
    write("泉泉,\(Self.number.prefix(15))000,2班")
    try take(status: 3)
    answer(2, pupil)
    try take("--answers", report)
    #expect(try classes() == ["2班"])
    #expect(try office.shown(pupil, "id_no", on: "A").string == Self.number)
    #expect(try cells(2)[4].contains("damaged by a spreadsheet"))
  }

  @Test("answers that nobody has read are not lost to the next import, and another file is no report")
  func kept() throws {
    write("泉泉,\(Self.number),2班")
    try take(status: 3)
    answer(2, pupil)
    let refused = try take(status: 1)
    #expect(refused.err.contains("not used yet") && refused.err.contains("--answers \(report)"))
    #expect(try cells(2)[6] == pupil)
    #expect(try take("--answers", file, status: 1).err.contains("no report of an import"))
    TemporaryFolder.write(CSVText.bytes(rows + [try cells(2)]), to: report)
    #expect(try take("--answers", report, status: 1).err.contains("line 2 is answered twice"))
  }

  // MARK: At the terminal

  private func review(_ answers: [String], _ more: String..., columns: UInt16 = 80) throws -> (String, Int32) {
    let (screen, status) = try TerminalSession.run(
      try Built.quan.get(), ["import", file, "--kind", "student", "--review"] + more + office.own("A"),
      typing: answers, columns: columns, environment: ["XDG_STATE_HOME": office.path("xdg")])
    return (screen, status)
  }

  @Test("a person sees row and record side by side and answers each: same, new, another, later; nonsense asks again")
  func atTerminal() throws {
    let other = try office.quan("A", "add", "student", "name=二宝", "class=5班").text
    write(
      "泉泉,\(Self.number),2班", "泉 泉,\(Self.number),3班", "全全,\(Self.number),4班", "泉荃,\(Self.number),6班", "趵突,,1班")
    let (screen, status) = try review(["nonsense", "9", "s", "n", "=nobody-99", "=\(other)", "later"])
    #expect(status == 3)
    #expect(screen.contains("(1/4) line 2: "))
    let shown = screen.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(shown.contains(["class", "2班", "1班", "differs"]), "\(screen)")
    #expect(shown.contains(["name", "泉泉", "泉泉"]), "\(screen)")
    #expect(!screen.contains(Self.number), "masked unless revealed")
    #expect(screen.contains("it is that record") && screen.contains("no such record 'nobody-99'"))
    #expect(screen.contains("created 1  changed 2  same 0  refused 0  needs you 1  skipped 1"), "\(screen)")
    #expect(try classes() == ["1班", "2班", "3班", "4班"])
    #expect(try pupils().count == 4)
    #expect(try office.shown(other, "name", on: "A").string == "全全")
    #expect(try cells(5)[1] == "needs-you")
  }

  @Test("rows that waited are asked about afterwards, by the report that they stand in")
  func afterwards() throws {
    write("泉泉,\(Self.number),2班", "趵突,,1班")
    try take(status: 3)
    let (screen, status) = try review(["1"], "--answers", report)
    #expect(status == 0 && screen.contains("(1/1) line 2"), "\(screen)")
    #expect(try classes() == ["1班", "2班"])
  }

  @Test("who stops has answered what came before; in Chinese, in forty columns", arguments: [40, 80])
  func stopped(columns: Int) throws {
    write("泉泉,\(Self.number),2班", "泉 泉,\(Self.number),3班")
    let (screen, status) = try review(["同一条", "结束"], "--lang", "zh", columns: UInt16(columns))
    #expect(status == 3)
    #expect(screen.contains("(2/2) 第 3 行"))
    #expect(try classes() == ["2班"])
    for line in screen.split(separator: "\n") where !line.contains("quan ") && !line.contains("/") {
      let width = line.reduce(0) { $0 + ((0x2E80...0xFF60).contains($1.unicodeScalars.first?.value ?? 0) ? 2 : 1) }
      #expect(width <= columns, "\(line)")
    }
  }

  @Test("without a terminal the review says how the report is answered; it goes with no preview and no JSON")
  func withoutTerminal() throws {
    write("泉泉,\(Self.number),2班")
    let refused = try take("--review", status: 64)
    #expect(refused.err.contains("--answers REPORT.csv"))
    for more in ["--dry-run", "--json"] { try take("--review", more, status: 64) }
    #expect(try classes() == ["1班"])
  }
}
