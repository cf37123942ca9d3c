import QuanTesting
import Testing

/// A visit's findings, which two people write at once, through the built tool.
@Suite("Collaborative texts in the tool")
struct TextToolTests {
  /// Two laptops that know a visit with findings.
  private struct Scene {
    let office: Office
    let visit: String

    init() throws {
      office = try Office()
      let pupil = try office.student("name=泉泉")
      visit = try office.quan(
        "A", "add", "visit", "student=\(pupil)", "date=2026-06-08", "findings=父亲在外打工。奶奶照料。"
      ).text
      try office.exchange()
    }

    func findings(on laptop: String) throws -> String? {
      try office.shown(visit, "findings", on: laptop).string
    }

    /// What a command says in a language, on both outputs.
    func say(_ language: String, _ command: String..., on laptop: String = "A") throws -> String {
      let outcome = try office.tool(command + office.own(laptop) + ["--lang", language, "--reveal"])
      return outcome.out + outcome.err
    }
  }

  @Test("two people change one sentence: both changes stand, the merge report has both versions, and blame tells who")
  func together() throws {
    let scene = try Scene()
    try scene.office.quan("A", "edit", scene.visit, "findings=父亲在县城外打工。奶奶照料。")
    try scene.office.quan("B", "edit", scene.visit, "findings=母亲在外打工。奶奶照料。每周来电。")
    try scene.office.exchange()
    for laptop in scene.office.laptops {
      #expect(try scene.findings(on: laptop) == "母亲在县城外打工。奶奶照料。每周来电。")
      #expect(try scene.office.conflicts(laptop).isEmpty)
    }
    let reports = try scene.office.laptops.map { laptop in
      let outcome = try scene.office.tool(["merge", "show", "--json", "--reveal"] + scene.office.own(laptop))
      return try outcome.json["notices"].items.filter { $0["class"].string == "same-passage" }
    }
    let notice = try #require(reports.flatMap { $0 }.first)
    #expect(Set(notice["sides"].items.map { $0["value"].string }) == ["父亲在县城外打工。", "母亲在外打工。"])

    let blame = try scene.office.quan("A", "blame", scene.visit, "findings", "--json").jsonLines
    let passages = try #require(blame.first)["values"].items
    #expect(passages.compactMap { $0["value"].string }.joined() == "母亲在县城外打工。奶奶照料。每周来电。")
    #expect(passages.map { $0["value"].string } == ["母", "亲在", "县城", "外打工。奶奶照料", "。每周来电", "。"])
    let history = try scene.say("en", "history", scene.visit, "findings")
    #expect(history.contains("typed 2, deleted 0: \"县城\"") && history.contains("\"县城\"  <- person A"))
    #expect(try scene.say("zh", "history", scene.visit, "findings").contains("各段由谁写"))

    let change = try #require(passages.first?["change"].string)
    let difference = try scene.say("en", "diff", change)
    #expect(difference.contains("{+。每周来电+}") && difference.contains("[-父-]{+母+}"))
    try scene.office.quan("B", "undo", change)
    #expect(try scene.findings(on: "B") == "父亲在县城外打工。奶奶照料。")
  }

  @Test("a text is changed in the editor that the environment names; a sensitive one only when it is to be revealed")
  func editor() throws {
    let scene = try Scene()
    let edit = ["edit", scene.visit, "findings", "--editor"] + scene.office.own("A")
    try scene.office.tool(edit, status: 1, environment: ["VISUAL": "sed -i s/父亲/母亲/"])
    try scene.office.tool(edit + ["--reveal"], environment: ["VISUAL": "sed -i s/父亲/母亲/"])
    #expect(try scene.findings(on: "A") == "母亲在外打工。奶奶照料。")
    try scene.office.tool(edit + ["--reveal"], environment: ["VISUAL": "", "EDITOR": "printf 完。 >>"])
    #expect(try scene.findings(on: "A") == "母亲在外打工。奶奶照料。完。")
    try scene.office.tool(edit + ["--reveal"], environment: ["EDITOR": "true"])
    try scene.office.tool(edit + ["--reveal"], status: 1, environment: ["EDITOR": "false"])
    try scene.office.tool(edit + ["--reveal"], status: 1, environment: ["EDITOR": "printf '\\377' >>"])
    #expect(try scene.findings(on: "A") == "母亲在外打工。奶奶照料。完。")
    try scene.office.tool(["edit", scene.visit, "date", "--editor"] + scene.office.own("A"), status: 64)
  }
}
