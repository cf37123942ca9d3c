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
    let steps = try scene.office.quan("A", "history", scene.visit, "findings", "--json").jsonLines
    #expect(steps.last?["passages"].items == passages)
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

  @Test("show keeps the lines of a text, below its label, and wraps long ones where they stand")
  func lines() throws {
    let scene = try Scene()
    let text = "第一段。\n\n  缩进的一行\nlast line"
    try scene.office.quan("A", "edit", scene.visit, "findings=\(text)")
    for (language, label) in [("zh", "发现的问题"), ("en", "findings")] {
      let shown = try scene.say(language, "show", scene.visit)
      let lines = shown.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      let start = try #require(lines.firstIndex { $0.hasPrefix("  ") && !$0.hasPrefix("   ") && $0.contains(label) })
      #expect(
        lines[(start + 1)...(start + 4)].map { $0.isEmpty ? "" : String($0.dropFirst(4)) }
          == ["第一段。", "", "  缩进的一行", "last line"], "\(shown)")
    }
    // What is masked stays on its line.
    #expect(try scene.office.quan("A", "show", scene.visit).out.contains("last line") == false)
    #expect(try scene.findings(on: "A") == text)
  }

  @Test("a text with a line of 12 MiB goes through the editor and through a table; one of two gigabytes is refused")
  func longLines() throws {
    let scene = try Scene()
    let office = scene.office
    let folder = TemporaryFolder()
    let size = 12 << 20
    let fill = "head -c \(size) /dev/zero | tr '\\0' x >>"
    let edit = ["edit", scene.visit, "findings", "--editor", "--reveal"] + office.own("A")
    try office.tool(edit, environment: ["VISUAL": fill])
    let long = try #require(try scene.findings(on: "A"))
    #expect(long.utf8.count == "父亲在外打工。奶奶照料。".utf8.count + size && long.hasSuffix("xxx"))

    let table = folder.path + "/visits.csv"
    try office.quan("A", "export", "--kind", "visit", "--format", "csv", "--output", table, "--reveal")
    #expect(try office.quan("A", "import", table, "--kind", "visit", "--json").json["same"].int == 1)
    let bytes = TemporaryFolder.read(table)
    TemporaryFolder.write(Array(String(decoding: bytes, as: UTF8.self).replacing("奶奶照料", with: "姑姑照料").utf8), to: table)
    #expect(try office.quan("A", "import", table, "--kind", "visit", "--json").json["changed"].int == 1)
    #expect(try scene.findings(on: "A")?.hasPrefix("父亲在外打工。姑姑照料。x") == true)
    try office.exchange()
    #expect(try scene.findings(on: "B")?.utf8.count == long.utf8.count)

    let own = office.own("A").joined(separator: " ")
    let refused = try Program.run(
      "/bin/sh",
      ["-c", "ulimit -v 1500000; exec \(try Built.quan.get()) edit \(scene.visit) findings --editor --reveal \(own)"],
      environment: ["VISUAL": "truncate -s 2G", "TMPDIR": folder.path])
    #expect(refused.status == 17, "\(refused.err)")
    #expect(refused.err.contains("is longer than 32 MiB") && refused.err.contains(folder.path), "\(refused.err)")
    #expect(try scene.findings(on: "A")?.utf8.count == long.utf8.count)
  }
}
