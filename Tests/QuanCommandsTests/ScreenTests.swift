import Foundation
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
      // Sides are in the order of the replicas' IDs, which are random: make them come as the names do.
      var office = try Office()
      func identity(_ laptop: String) throws -> String {
        try #require(try office.quan(laptop, "status", "--json").json["replica"].string)
      }
      while try identity("B") < identity("A") { office = try Office() }
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
    for line in normal(text, scene).split(separator: "\n") where !line.hasPrefix("$") {
      #expect(width(line) <= columns, "too wide: \(line)")
    }
    text = normal(text + "$ quan resolve\n" + talk.screen, scene)
    #expect(!text.contains("\u{FFFD}"))
    let path = Built.repository + "/Tests/QuanCommandsTests/Screens/\(language)-\(columns).txt"
    guard FileManager.default.fileExists(atPath: path) else {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      Issue.record("there was no such file: what was seen has been written to \(path); look at it")
      return
    }
    let pinned = String(decoding: TemporaryFolder.read(path), as: UTF8.self)
    if text != pinned {
      let (now, then) = (text.split(separator: "\n"), pinned.split(separator: "\n"))
      let place =
        zip(now, then).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(now.count, then.count)
      Issue.record(
        "line \(place + 1) of \(path) differs:\nis:  \(now.dropFirst(place).first ?? "-")\nwas: \(then.dropFirst(place).first ?? "-")"
      )
    }
  }

  /// The text with what is random or counts bytes put in one form of the same width.
  private func normal(_ text: String, _ scene: Scene) -> String {
    var text = text.replacing(scene.office.folder.path, with: "FOLDER")
    for (id, name) in [(scene.pupil, "PUPIL"), (scene.second, "SECOND")] { text = text.replacing(id, with: name) }
    // Moments at which the office was set up.
    text = text.replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}/) { match in
      match.output.hasPrefix("2020-") ? String(match.output) : "SET-UP-THEN HH:MM"
    }
    // How much the set-up wrote is not what the screens are about.
    text = text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      !["SET-UP-THEN", "definitions,", "表结构与设置"].contains { line.contains($0) }
    }.joined(separator: "\n")
    // IDs of records and changes, by the order in which they come.
    var known: [Substring: String] = [:]
    text = text.replacing(/\b[0-9A-HJKMNP-TV-Z]{4}-[0-9]+\b(?!-)/) { match in
      let digits = match.output.count - 5
      if known[match.output] == nil {
        let number = String(known.count + 1, radix: 36, uppercase: true)
        known[match.output] = "XXXX-" + String(repeating: "0", count: max(0, digits - number.count)) + number
      }
      return known[match.output] ?? ""
    }
    text = text.replacing(/[0-9A-HJKMNP-TV-Z]{26}/, with: "WORKSPACE")
    text = text.replacing(/\b[0-9A-HJKMNP-TV-Z]{13}\b/, with: "REPLICA")
    return text.replacing(/(已写入|Wrote) [0-9]+/) { "\($0.output.1) N" }
  }

  /// The columns that a text takes, by a rule that is good enough for the characters used here.
  private func width(_ text: some StringProtocol) -> Int {
    text.reduce(0) { sum, character in
      let value = character.unicodeScalars.first?.value ?? 0
      return sum + ((0x2E80...0xFF60).contains(value) ? 2 : value < 0x20 ? 0 : 1)
    }
  }
}
