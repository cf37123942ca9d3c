import QuanTesting
import Testing

/// An office in which everything that people name is long, or hostile, so that every command has it to show.
private struct Showcase {
  let office: Office
  let commands: [[String]]

  /// - Parameter mark: Stands in every name and text.
  init(mark: String) throws {
    let office = try Office(["A", "B"])
    self.office = office
    func add(_ arguments: String...) throws -> String { try office.tool(arguments + office.own("A")).text }
    try office.quan("A", "replica", "rename", "历下区\(mark)教育局 laptop of the bureau")
    let pupil = try add(
      "add", "student", "name=泉\(mark)泉 with a name of many words", "class=三年级\(mark)一班",
      "school=济南市历下区第一实验小学\(mark)东校区", "--author", "张老师\(mark) of the bureau")
    let visit = try add(
      "add", "visit", "student=\(pupil)", "date=2026-11-01",
      "findings=孩子学习认真\(mark)。家里安静, and there is a desk by the window for homework.")
    let plan = try add("add", "student", "name=另一\(mark)人", "class=一班")
    let photo = office.path("家访\(mark)照片.jpg")
    TemporaryFolder.write(Array("photo".utf8), to: photo)
    try office.quan("A", "attach", visit, photo)
    try office.exchange()
    try office.quan("A", "edit", pupil, "class=二\(mark)班", "-m", "换班了\(mark), 由班主任在家访之后登记下来的一条比较长的说明")
    try office.quan("B", "edit", pupil, "class=三\(mark)班", "-m", "moved to another class\(mark) after the visit")
    try office.quan("A", "edit", visit, "findings=孩子学习认真\(mark)。家里很安静。")
    try office.quan("B", "edit", visit, "findings=孩子学习很认真\(mark)。家里安静。")
    try office.quan("A", "delete", plan)
    try office.quan("B", "edit", plan, "class=二\(mark)班")
    try office.exchange()
    let table = office.path("名单\(mark).csv")
    TemporaryFolder.write(Array("name,class,没有\(mark)的列\n小\(mark)明,一班,x\n,\(mark)二班,y\n".utf8), to: table)
    let change = try #require(try office.quan("A", "log", "--json").jsonLines.first?["change"].string)
    let merge = try #require(try office.quan("A", "merge", "list", "--json").jsonLines.first?["merge"].int)
    let bundle = office.path("捎\(mark)带.quanbundle")
    try office.quan("A", "bundle", "create", bundle)
    commands = [
      ["status"], ["log"], ["log", "--graph"], ["merge", "list"], ["merge", "show", "\(merge)"], ["show", pupil],
      ["show", visit], ["list", "student"], ["list", "visit"], ["history", pupil], ["history", visit, "findings"],
      ["conflict", "list"], ["conflict", "show", pupil], ["problem", "list"], ["replica", "list"], ["schema", "show"],
      ["schema", "show", "student"], ["search", "泉"], ["search", "班"], ["attachment", "list"], ["blame", pupil],
      ["diff", change], ["member", "list"], ["scope", "list"], ["bundle", "show", bundle], ["verify"],
      ["import", table, "--kind", "student", "--dry-run"], ["topic"], ["transfer", "list"], ["undo", "--dry-run"],
      ["undo", "--help"], ["import", "--help"], ["--help"], ["sync", office.stick], ["nothing\(mark)"],
      ["show", "no\(mark)body"], ["list", "no\(mark)thing"], ["import", "no\(mark)file", "--kind", "student"],
      ["edit", pupil, "no\(mark)field=1"], ["add", "student", "birth=no\(mark)day"],
      ["bundle", "show", office.path("no\(mark)bundle")], ["attach", visit, office.path("no\(mark)photo")],
    ]
  }

  /// What a command says in a language, on both ways out, line by line.
  func lines(_ command: [String], _ language: String, _ environment: [String: String]) throws -> [Substring] {
    let outcome = try Program.run(
      try Built.quan.get(), command + (command == ["--help"] ? [] : office.own("A") + ["--lang", language]),
      environment: environment.merging(["LANG": language == "zh" ? "zh_CN.UTF-8" : "en_US.UTF-8"]) { $1 })
    return (outcome.out + outcome.err).split(separator: "\n")
  }
}

@Suite("Forty columns, and hostile text")
struct NarrowTests {
  /// The columns that a character takes, by a rule of its own that is good enough for the characters used here.
  private func width(_ character: Character) -> Int {
    let value = character.unicodeScalars.first?.value ?? 0
    return (0x2E80...0xFF60).contains(value) || (0x1F300...0x1FAFF).contains(value) ? 2 : 1
  }

  /// What is to be copied is whole on its line: a command, or a word without spaces.
  private func isWhole(_ line: Substring) -> Bool {
    let text = line.drop { $0 == " " }
    return text.hasPrefix("quan ") || text.hasPrefix("(quan ") || text.hasPrefix("'quan ")
      || !text.contains { $0 == " " || width($0) == 2 }
  }

  @Test("no line is wider than a terminal of 40 columns but what is to be copied whole", arguments: ["zh", "en"])
  func narrow(language: String) throws {
    let showcase = try Showcase(mark: "")
    for command in showcase.commands {
      let lines = try showcase.lines(command, language, ["COLUMNS": "40"])
      #expect(!lines.isEmpty, "\(command)")
      for line in lines where line.reduce(0, { $0 + width($1) }) > 40 {
        #expect(isWhole(line), "\(command): \(line)")
      }
    }
  }

  @Test("what goes to a file is as long as it is, and so is what other programs read")
  func files() throws {
    let showcase = try Showcase(mark: "")
    let log = try showcase.lines(["log", "--json"], "en", ["COLUMNS": "40"])
    #expect(log.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
    let export = try showcase.lines(["export", "--kind", "student"], "en", ["COLUMNS": "40"])
    #expect(export.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
    let status = try showcase.lines(["status"], "en", [:])
    #expect(status.contains { $0.count > 60 })
  }

  @Test(
    "no code that acts on a terminal gets out of names, texts, labels, files or what was typed",
    arguments: ["\u{1B}[31m", "\u{1B}]0;t\u{7}", "\u{9B}2J", "\r\u{8}", "\u{202E}", "\u{2066}\u{200F}\u{2028}"])
  func hostile(mark: String) throws {
    let showcase = try Showcase(mark: mark)
    for command in showcase.commands {
      for language in ["zh", "en"] {
        for line in try showcase.lines(command, language, [:]) {
          let codes = line.unicodeScalars.filter { scalar in
            switch scalar.value {
            case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029: true
            default: false
            }
          }
          #expect(codes.isEmpty, "\(command): \(line.debugDescription)")
        }
      }
    }
  }
}
