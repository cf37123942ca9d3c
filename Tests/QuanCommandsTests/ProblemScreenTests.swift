import QuanTesting
import Testing

/// Every screen about problems, joined records and what choosing a side comes to is pinned, in both languages, at 80 and at
/// 200 columns.
@Suite("Screens of problems")
struct ProblemScreenTests {
  private struct Scene {
    let office: Office
    let pupil: String
    let gone: String
    let twins: [String]
    let guardians: [String]
    let visit: String

    init() throws {
      let office = try Office.inOrder()
      func add(_ laptop: String, _ words: String..., at time: String) throws -> String {
        try office.tool(["add"] + words + office.own(laptop) + ["--now", "2020-06-\(time)Z"]).text
      }
      pupil = try add("A", "student", "name=欧阳泉泉", "birth=2099-03-04", "sex=1", at: "01T08:00:00")
      gone = try add("A", "student", "name=二宝", at: "01T08:10:00")
      try office.exchange()
      let number = "99999920990304123"
      try office.quan("A", "edit", pupil, "id_no=\(number)1", "low_income=是", "--now", "2020-06-02T08:00:00Z")
      try office.quan(
        "B", "edit", pupil, "id_no=\(number)X", "low_income=否", "statuses_proved_on=2020-05-30", "--now",
        "2020-06-02T09:00:00Z")
      twins = [
        try add("A", "student", "name=张伟", "birth=2012-03-04", "class=1班", at: "02T08:10:00"),
        try add("B", "student", "name=张偉", "birth=2012-03-04", "class=2班", at: "02T09:10:00"),
      ]
      guardians = [
        try add("A", "guardian", "student=\(pupil)", "name=欧阳父", "is_main=是", at: "02T08:20:00"),
        try add("B", "guardian", "student=\(pupil)", "name=欧阳母", "is_main=是", at: "02T09:20:00"),
      ]
      visit = try add("B", "visit", "student=\(gone)", "date=2020-06-01", "channel=home", at: "02T09:30:00")
      _ = try add("B", "visit", "student=\(twins[1])", "date=2020-07-01", "channel=phone", at: "02T09:40:00")
      try office.quan("A", "delete", gone, "--now", "2020-06-02T10:00:00Z")
      try office.quan("B", "sync", office.stick, "--now", "2020-06-04T01:00:00Z")
      self.office = office
    }

    /// The code of the problem of a class, or of a rule.
    func code(_ name: String) throws -> String {
      let listed = try office.quan("A", "problem", "list", "--json").json.items
      let found = listed.first { item in
        item["class"].string == name || item["rules"].items.contains { $0.string == name }
      }
      return try #require(found?["id"].string, "no problem \(name) among \(listed)")
    }
  }

  @Test("each screen is as it was pinned, and fits", arguments: ["zh", "en"], [80, 200])
  func screens(language: String, columns: Int) throws {
    let scene = try Scene()
    let office = scene.office
    let now = ["--now", "2020-06-04T02:00:00Z"]
    var text = ""
    func run(_ command: [String], on laptop: String = "A", status: Int32 = 0) throws {
      let outcome = try office.tool(
        command + ["--lang", language] + office.own(laptop), status: status, environment: ["COLUMNS": "\(columns)"])
      text += "$ quan " + command.joined(separator: " ") + "\n" + outcome.out + outcome.err + "\n"
    }
    try run(["sync", office.stick] + now)
    let codes = try ["duplicate", "deleted-but-referenced", "one_main_guardian", "date_to_come"].map {
      try scene.code($0)
    }
    try run(["problem", "list"])
    for code in codes { try run(["problem", "show", String(code.prefix(6))]) }
    for command in [
      ["status"], ["list", "student"], ["show", scene.pupil], ["show", scene.visit], ["merge", "show"],
    ] {
      try run(command)
    }
    for field in ["id_no", "low_income"] { try run(["conflict", "show", scene.pupil, field]) }
    try run(["conflict", "resolve", "--prefer-author", "person B", "--dry-run"])
    // A person at a terminal of that width sees what each side comes to, and before it is written.
    let talk = try TerminalSession.run(
      try Built.quan.get(), ["resolve", "--lang", language] + office.own("A") + now,
      typing: ["２", "否", "１ 户口本", "是", "稍后"], columns: UInt16(columns),
      environment: ["XDG_STATE_HOME": office.path("xdg")])
    #expect(talk.status == 0)
    try run(["problem", "resolve", String(codes[0].prefix(6)), "--same", "--reason", "同一张身份证"] + now)
    try run(["show", scene.twins[0]])
    try run(["diff", "2020-06-04 09:30"])
    try run(["show", scene.twins[1], "--at", "2020-06-03"])
    try run(["problem", "resolve", String(codes[1].prefix(6)), "--restore"] + now)
    try run(["problem", "resolve", String(codes[2].prefix(6)), "--accept", "--reason", "父母共同监护"] + now)
    try run(["problem", "list", "--accepted"])
    try run(["problem", "resolve", String(codes[3].prefix(6)), "--clear"], status: 64)
    try run(["sync", office.stick] + now)
    try run(["sync", office.stick, "--now", "2020-06-05T01:00:00Z"], on: "B")
    try run(["merge-records", scene.twins[0], scene.twins[1], "--undo"] + now)
    try run(["status"])
    let ids = [
      scene.pupil: "PUPIL", scene.gone: "GONE", scene.twins[0]: "TWIN-A", scene.twins[1]: "TWIN-B",
      scene.visit: "VISIT",
    ]
    let screen = PinnedScreen(office: office, names: ids)
    screen.expectFitting(text, columns)
    try screen.expect(text + "$ quan resolve\n" + talk.screen, "problems-\(language)-\(columns)")
  }
}
