import QuanTesting
import Testing

/// What is looked for is found whatever the width, case or dots it is written with, and shown masked.
@Suite("Search, backup, replicas, completions, manual")
struct SearchTests {
  @Test("what is sensitive is masked whatever its type: choices, flags, dates, amounts and whom it is about")
  func everyType() throws {
    let office = try Office(["A"])
    let pupil = try office.student("name=泉泉", "low_income=yes")
    try office.quan(
      "A", "add", "care_case", "case_no=C-1", "risk=4", "opened=2099-01-02", "student=\(pupil)", "source=hotline")
    try office.quan("A", "add", "ledger", "type=poverty_file", "student=\(pupil)", "state=placed", "responsible=李老师")
    let number = String(pupil.drop { $0 != "-" })
    for command in [["list", "care_case"], ["search", "C-1"]] {
      let shown = try office.tool(command + office.own("A")).out
      for word in ["acute", "hotline", "2099-01-02", number, "泉"] {
        #expect(!shown.contains(word), "\(word): \(shown)")
      }
    }
    let masked = try office.quan("A", "list", "ledger").out
    #expect(!masked.contains("poverty") && !masked.contains("placed") && masked.contains("李老师"), "\(masked)")
    let open = try office.quan("A", "list", "ledger", "--reveal").out
    #expect(open.contains("poverty") && open.contains("placed"))
    let one = try office.quan("A", "show", pupil).out
    #expect(one.contains("****") && !one.contains("yes"), "\(one)")
  }

  @Test("search finds folded forms, says in which field, and masks what is sensitive")
  func search() throws {
    let office = try Office(["A"])
    let id = try office.quan("A", "add", "student", "name=Ａli・泉", "phone=13812345678", "school=第一小学").text
    try office.quan("A", "add", "student", "name=张三", "school=第二小学")
    let gone = try office.quan("A", "add", "student", "name=Ali·泉二").text
    try office.quan("A", "delete", gone)
    for wanted in ["ali·泉", "ALI•泉", "ａｌｉ・泉", " 泉 "] {
      let hits = try office.quan("A", "search", wanted, "--json").jsonLines
      #expect(hits.map { $0["id"].string } == [id], "\(wanted)")
      #expect(hits.first?["field"].string == "name")
    }
    let phone = try office.quan("A", "search", "3812345")
    #expect(phone.out.contains("138****5678") && !phone.out.contains("13812345678"))
    #expect(try office.quan("A", "search", "3812345", "--reveal").out.contains("13812345678"))
    #expect(try office.quan("A", "search", "小学", "--limit", "1").err.contains("--limit 0"))
    #expect(try office.quan("A", "search", "小学", "--kind", "visit").out.isEmpty)
    #expect(try office.quan("A", "search", "nothing of the kind").out.isEmpty)
    try office.quan("A", "search", " ", status: 64)
    try office.quan("A", "search", "x", "--kind", "nothing", status: 1)
  }

  @Test(
    "a backup holds everything, is one file, and takes a new identity before it writes; an old file is never replaced")
  func backup() throws {
    let office = try Office(["A"])
    let id = try office.student("name=泉泉")
    let copy = office.path("copy.quan")
    try office.quan("A", "backup", copy)
    #expect(TemporaryFolder.names(in: office.folder.path).filter { $0.hasPrefix("copy") } == ["copy.quan"])
    let refusal = try office.quan("A", "backup", copy, status: 1)
    #expect(refusal.err.contains(copy) && refusal.err.contains("Hint"))
    let own = ["-r", copy, "--state", office.state("A")]
    let before = try office.quan("A", "status", "--json").json["replica"].string
    #expect(try office.tool(["status"] + own).err.contains("Copy or restore?"))
    try office.tool(["edit", id, "name=改"] + own)
    #expect(try office.tool(["status", "--json"] + own).json["replica"].string != before)
    #expect(try office.tool(["verify"] + own).out.hasPrefix("Sound"))
    try office.tool(["replica", "settle", "--restore"] + own)
    let listed = try office.tool(["replica", "list", "--json"] + own).jsonLines
    #expect(listed.contains { $0["replica"].string == before && $0["retired"] == .bool(true) })
    #expect(try office.tool(["status"] + own).err.contains("Copy or restore?") == false)
    // Into a folder it goes under the replica's name and the moment.
    let folder = office.folder.folder("backups")
    try office.quan("A", "backup", folder)
    #expect(TemporaryFolder.names(in: folder).count == 1)
    try office.quan("A", "backup", "/nowhere/x.quan", status: 1)
  }

  @Test("a laptop is renamed for all, renewed, and retired only when that is confirmed")
  func replicas() throws {
    let office = try Office()
    try office.quan("A", "replica", "rename", "历城二中-王老师")
    try office.exchange()
    let known = try office.quan("B", "replica", "list", "--json").jsonLines
    #expect(known.contains { $0["name"].string == "历城二中-王老师" })
    try office.quan("A", "replica", "rename", " ", status: 1)
    let old = try office.quan("A", "status", "--json").json["replica"].string
    let new = try office.quan("A", "replica", "renew", "--json").json["replica"].string
    #expect(old != new)
    try office.quan("A", "add", "student", "name=泉泉")
    try office.exchange()
    try office.expectEqual()
    #expect(try office.quan("B", "replica", "retire", "历城二中-王老师", status: 1).err.contains(try #require(new)))
    let refusal = try office.quan("B", "replica", "retire", try #require(old), status: 64)
    #expect(refusal.err.contains("--yes"))
    try office.quan("B", "replica", "retire", try #require(old), "--yes")
    let listed = try office.quan("B", "replica", "list", "--json").jsonLines
    #expect(listed.filter { $0["retired"] == .bool(true) }.map { $0["replica"].string } == [old])
    try office.quan("B", "replica", "retire", "laptop B", "--yes", status: 1)
    try office.expectEqual()
  }

  @Test("list pages: so many, from there on, and says how to go on")
  func paging() throws {
    let office = try Office(["A"])
    for number in 1...5 { try office.quan("A", "add", "student", "name=n\(number)") }
    let page = try office.quan("A", "list", "student", "--limit", "2", "--offset", "2")
    #expect(page.out.contains("n3") && page.out.contains("n4") && !page.out.contains("n2") && !page.out.contains("n5"))
    #expect(page.err.contains("--offset 4"))
    #expect(try office.quan("A", "list", "student", "--limit", "0", "-q").err.isEmpty)
    #expect(try office.quan("A", "list", "student", "--where", "name=n4", "--json").jsonLines.count == 1)
  }

  // MARK: Completions and manual

  /// What the shell's script would be offered for the last of `words`.
  private func offered(_ office: Office, _ argument: String, _ words: String...) throws -> [Substring] {
    let commands: Set<String> = [
      "show", "search", "conflict", "resolve", "list", "bundle", "create", "edit", "replica", "retire", "import",
      "export",
      "undo", "diff", "merge", "attachment", "get", "add",
    ]
    let path = words.prefix { commands.contains($0) }
    let all = ["quan"] + words.dropLast() + office.own("A") + [words.last ?? ""]
    return try office.tool(["---completion"] + path + ["--", argument, "\(all.count - 1)", "0"] + all)
      .out.split(separator: "\n")
  }

  @Test("completions offer what is there: kinds, records, fields, conflicts, laptops; and are silent without a replica")
  func completions() throws {
    let office = try Office()
    let id = try office.student("name=泉泉")
    try office.quan("A", "edit", id, "name=甲")
    try office.quan("B", "edit", id, "name=乙")
    try office.exchange()
    let short = id.prefix(4) + id.drop { $0 != "-" }
    #expect(try offered(office, "--kind", "search", "--kind", "").contains("student"))
    #expect(try offered(office, "positional@0", "list", "").contains("visit"))
    #expect(try offered(office, "positional@0", "show", "").contains(short))
    #expect(try offered(office, "positional@0", "conflict", "resolve", "") == [short])
    #expect(try offered(office, "positional@1", "conflict", "resolve", String(short), "") == ["name"])
    #expect(try offered(office, "positional@1", "edit", String(short), "").contains("boarding="))
    #expect(try offered(office, "--for", "bundle", "create", "--for", "") == ["laptop B"])
    #expect(try offered(office, "positional@0", "replica", "retire", "") == ["laptop B"])
    #expect(try offered(office, "positional@1", "edit", String(short), "boarding=").contains("boarding=day"))
    #expect(
      try offered(office, "positional@1", "add", "student", "low_income=") == [
        "low_income=yes", "low_income=no", "low_income=unknown",
      ])
    #expect(try offered(office, "--kind", "import", "x.csv", "--kind", "").contains("visit"))
    #expect(try offered(office, "--match", "import", "x.csv", "--kind", "student", "--match", "").contains("id_no"))
    #expect(
      try offered(office, "--columns", "export", "--kind", "student", "--columns", "name,").contains("name,class"))
    let change = try #require(try office.quan("A", "log", "--json").jsonLines.first?["name"].string)
    #expect(try offered(office, "positional@0", "undo", "").contains { change.hasSuffix($0.drop { $0 != "-" }) })
    #expect(try offered(office, "positional@1", "diff", change, "").count > 2)
    #expect(try offered(office, "positional@0", "merge", "show", "").contains("1"))
    TemporaryFolder.write(Array("photo".utf8), to: office.path("photo.jpg"))
    try office.quan("A", "attach", id, office.path("photo.jpg"))
    let hash = try #require(try office.quan("A", "attachment", "list", "--json").jsonLines.first?["hash"].string)
    #expect(try offered(office, "positional@0", "attachment", "get", "") == [hash.prefix(8)])
    let none = try office.tool([
      "---completion", "show", "--", "positional@0", "4", "0", "quan", "-r", "/nowhere.quan", "show", "",
    ])
    #expect(none.out.split(separator: "\n").isEmpty && none.err.isEmpty)
    for shell in ["bash", "zsh", "fish"] {
      let script = try office.tool(["--generate-completion-script", shell]).out
      #expect(script.contains("---completion") && script.contains("retire"))
    }
  }

  @Test("the manual names every command and common option, in one language, and the topics are in it")
  func manual() throws {
    let office = try Office(["A"])
    let english = try office.tool(["manual", "--lang", "en"]).out
    let chinese = try office.tool(["manual", "--lang", "zh"]).out
    for command in [
      "init", "join", "add", "edit", "show", "list", "search", "backup", "sync", "import", "export", "undo", "verify",
      "bundle create", "conflict resolve", "replica retire", "schema show",
    ] {
      #expect(english.contains(".Ss quan \(command)"), "\(command)")
      #expect(chinese.contains(".Ss quan \(command)"), "\(command)")
    }
    #expect(english.contains("EXIT STATUS") && english.contains("QUAN_REPLICA") && chinese.contains("退出状态"))
    #expect(english.split(separator: "\\-\\-replica FILE").count == 2, "said once")
    for topic in ["environment", "exit-status", "json", "input"] {
      #expect(!(try office.tool(["topic", topic]).out.isEmpty))
      let lines = try office.tool(["topic", topic], environment: ["COLUMNS": "40"]).out.split(separator: "\n")
      #expect(lines.allSatisfy { $0.unicodeScalars.count <= 40 }, "\(lines)")
    }
  }
}
