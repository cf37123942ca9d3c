import QuanTesting
import Testing

/// Every screen about merges, conflicts and history is pinned, in both languages, at 80 and at 200 columns.
///
/// The pinned screens are the files in `Screens`. To pin one anew, remove its file and run the test: it writes what it
/// sees, and fails once so that somebody looks at it.
@Suite("Screens")
struct ScreenTests {
  private struct Scene {
    let office: Office
    let pupil: String
    let second: String

    init() throws {
      let office = try Office.inOrder()
      pupil = try office.student(
        "name=欧阳泉泉", "school=济南市历城区泉城路第一小学", "phone=13812345678", "boarding=day", "class=1班",
        "--now", "2020-06-01T08:00:00Z")
      second = try office.student("name=二宝", "school=第一小学", "--now", "2020-06-01T08:10:00Z")
      try office.quan("A", "edit", pupil, "school=济南市历城区实验小学", "class=2班", "--now", "2020-06-02T08:00:00Z")
      try office.quan("A", "delete", second, "--now", "2020-06-02T08:10:00Z")
      try office.quan(
        "B", "edit", pupil, "school=济南市历下区第二实验小学（东校区）", "class=3班", "orphan=是", "phone=13900000000", "-m", "家访, 家长当面确认",
        "--now", "2020-06-03T08:30:00Z")
      try office.quan("B", "edit", second, "class=4班", "--now", "2020-06-03T09:00:00Z")
      try office.quan("B", "sync", office.stick, "--now", "2020-06-04T01:00:00Z")
      self.office = office
    }
  }

  @Test("each screen is as it was pinned, and fits", arguments: ["zh", "en"], [80, 200])
  func screens(language: String, columns: Int) throws {
    let scene = try Scene()
    let office = scene.office
    let rows = office.path("rows.jsonl")
    TemporaryFolder.write(
      Array("{\"id\":\"s1\",\"kind\":\"student\",\"fields\":{\"name\":\"三宝\"}}\n{\"id\":\"s2\"}\n".utf8), to: rows)
    let bundle = ["--now", "2020-06-04T02:00:00Z"]
    let screens: [(command: [String], status: Int32)] = [
      (["sync", office.stick] + bundle, 0), (["merge", "list"], 0), (["merge", "show"], 0), (["conflict", "list"], 0),
      (["conflict", "show", scene.pupil, "school"], 0), (["status"], 0), (["list", "student"], 0),
      (["show", scene.pupil], 0), (["show", scene.second], 0), (["history", scene.pupil], 0),
      (["history", scene.second], 0), (["blame", scene.pupil], 0), (["log", "--since", "2020-06-01 12:00"], 0),
      (["log", "--graph", "--since", "2020-06-01 12:00"], 0), (["diff", "merge:2"], 0),
      (["show", scene.pupil, "--at", "2020-06-01"], 0), (["conflict", "resolve", "--prefer-latest", "--dry-run"], 0),
      (["import", rows, "--skip-bad", "--dry-run"], 3), (["undo", "--dry-run"], 0),
      (["conflict", "resolve", scene.pupil, "school", "--take", "2", "--reason", "户籍已核"] + bundle, 0),
      (["undo", "--merge", "2", "--dry-run"], 0), (["merge", "show", "2"], 0), (["undo"] + bundle, 0),
    ]
    var text = ""
    for (command, status) in screens {
      let outcome = try office.tool(
        command + ["--lang", language] + office.own("A"), status: status, environment: ["COLUMNS": "\(columns)"])
      text += "$ quan " + command.joined(separator: " ") + "\n" + outcome.out + outcome.err + "\n"
    }
    // A person at a terminal of that width: a digit in full width, a word in Chinese, then no more.
    let talk = try TerminalSession.run(
      try Built.quan.get(), ["resolve", "--lang", language] + office.own("A") + bundle,
      typing: ["９", "？", "１ 家长确认", "否", "稍后", "结束"], columns: UInt16(columns),
      environment: ["XDG_STATE_HOME": office.path("xdg")])
    #expect(talk.status == 0)
    let screen = PinnedScreen(office: office, names: [scene.pupil: "PUPIL", scene.second: "SECOND"])
    screen.expectFitting(text, columns)
    try screen.expect(text + "$ quan resolve\n" + talk.screen, "\(language)-\(columns)")
  }
}
