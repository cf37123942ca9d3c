import Foundation
import QuanTesting
import Testing

/// A workspace's kinds as a file: shown, checked, made anew of, and added to.
@Suite("Schema files")
struct SchemaFileTests {
  private let office: Office

  init() throws { office = try Office(["A", "B"]) }

  private func file(_ text: String, _ name: String = "s.json") -> String {
    TemporaryFolder.write(Array(text.utf8), to: office.path(name))
    return office.path(name)
  }

  @Test("the built-in schema as a file makes the very same workspace, and applying it changes nothing")
  func roundTrip() throws {
    let shown = try office.tool(["schema", "show", "--built-in", "--file"]).out
    let path = file(shown)
    #expect(shown.components(separatedBy: "\n").count > 300, "one field a line")
    #expect(try office.tool(["schema", "check", path, "--alone"]).out.hasPrefix("Good: 30 kinds, "))
    try office.tool([
      "init", office.path("n.quan"), "--name", "n", "--author", "n", "--schema", path, "--state", office.path("n"),
    ])
    let own = ["-r", office.path("n.quan"), "--state", office.path("n")]
    #expect(try office.tool(["schema", "show", "--file"] + own).out == shown)
    #expect(try office.quan("A", "schema", "show", "--file").out == shown)
    #expect(try office.quan("A", "schema", "apply", path, "--json").json["changes"].items.isEmpty)
  }

  /// A field, a choice, labels, a rule, a key and a kind of a district's own.
  private static let district = """
    {"kinds": [
      {"code": "student", "labels": {"zh": "学生（泉城区）"}, "keys": ["id_no", "bus_no"], "fields": [
        {"code": "bus_no", "labels": {"zh": "校车号", "en": "bus number"}, "note": "since 2026"},
        {"code": "grade", "rule": "ask"}, {"code": "school", "sensitivity": "S"}
      ]},
      {"code": "visit", "fields": [
        {"code": "channel", "choices": [{"code": "wechat", "labels": {"zh": "微信", "en": "by WeChat"}}]}
      ]},
      {"code": "bus_pass", "labels": {"zh": "乘车证", "en": "bus pass"}, "fields": [
        {"code": "student", "type": "reference", "target": "student"}, {"code": "until", "type": "date"}
      ]}
    ]}
    """

  @Test("a district adds kinds, fields, choices, labels, keys and rules; a dry run only tells; other laptops get them")
  func apply() throws {
    let path = file(Self.district)
    let preview = try office.quan("A", "schema", "apply", path, "--dry-run", "--json").json
    let wanted = [
      "labels student", "new-field student.bus_no", "rule student.grade", "sensitivity student.school", "keys student",
      "choices visit.channel", "new-kind bus_pass",
    ]
    func told(_ json: JSONValue) -> [String] {
      json["changes"].items.map { ($0["change"].string ?? "") + " " + ($0["subject"].string ?? "") }
    }
    #expect(told(preview) == wanted)
    #expect(preview["applied"] == .bool(false))
    #expect(try office.quan("A", "schema", "show", "bus_pass", status: 1).err.contains("bus_pass"))
    #expect(told(try office.quan("A", "schema", "apply", path, "--json").json) == wanted)
    #expect(try office.quan("A", "schema", "apply", path).out.isEmpty)
    try office.exchange()
    let student = try office.quan("B", "add", "student", "name=泉泉", "bus_no=7").text
    try office.quan("B", "add", "visit", "student=\(student)", "channel=微信")
    try office.quan("B", "add", "bus_pass", "student=\(student)", "until=2099-07-01")
    #expect(try office.quan("B", "schema", "show", "--file").out == office.quan("A", "schema", "show", "--file").out)
    try office.exchange()
    #expect(try office.quan("A", "list", "bus_pass", "--json").jsonLines.count == 1)
    for laptop in ["A", "B"] { #expect(try office.quan(laptop, "verify").out.hasPrefix("Sound")) }
  }

  @Test("a changed merge rule decides anew what several sides show, on every laptop, and back")
  func changedRule() throws {
    let id = try office.student("name=泉泉", "class=1班")
    try office.quan("A", "edit", id, "class=2班")
    try office.quan("B", "edit", id, "class=3班")
    try office.exchange()
    let rule = { (rule: String) in
      self.file(#"{"kinds":[{"code":"student","fields":[{"code":"class","rule":"\#(rule)"}]}]}"#)
    }
    try office.quan("A", "schema", "apply", rule("ask"))
    try office.exchange()
    try office.expectEqual()
    #expect(try office.conflicts("A").count == 1)
    try office.quan("B", "schema", "apply", rule("max"))
    try office.exchange()
    try office.expectEqual()
    #expect(try office.conflicts("A").isEmpty)
    #expect(try office.shown(id, "class", on: "A").string == "3班")
    try office.quan("A", "schema", "apply", rule("min"))
    #expect(try office.shown(id, "class", on: "A").string == "2班")
    #expect(try office.quan("A", "verify").out.hasPrefix("Sound"))
  }

  @Test("a file that extends the built-in kinds begins a workspace with both")
  func extends() throws {
    let path = file(
      Self.district.replacingOccurrences(of: "{\"kinds\"", with: "{\"extends\": \"education\", \"kinds\""))
    try office.tool([
      "init", office.path("x.quan"), "--name", "x", "--author", "x", "--schema", path, "--state", office.path("x"),
    ])
    let own = ["-r", office.path("x.quan"), "--state", office.path("x")]
    let kinds = try office.tool(["schema", "show", "--json"] + own).json["kinds"].items
    #expect(kinds.count == 31)
    #expect(kinds.first?["labels"]["zh"].string == "学生（泉城区）" && kinds.first?["labels"]["en"].string == "student")
    let channels = kinds.first { $0["code"].string == "visit" }?["fields"].items
      .first { $0["code"].string == "channel" }?["choices"].items.compactMap { $0["code"].string }
    #expect(channels?.prefix(2) == ["home", "phone"] && channels?.last == "wechat", "what was there stays")
  }

  @Test("what a field has been written with cannot become something else")
  func onlyGrows() throws {
    for (members, what) in [
      ("\"code\": \"birth\", \"type\": \"text\"", "a date and cannot become a text"),
      ("\"code\": \"name_aliases\", \"container\": \"register\"", "a set text and cannot become a text"),
    ] {
      let path = file("{\"kinds\": [{\"code\": \"student\",\n\"fields\": [\n{\(members)}]}]}")
      for command in [["schema", "check", path], ["schema", "apply", path], ["schema", "apply", path, "--dry-run"]] {
        let outcome = try office.tool(command + office.own("A"), status: 1)
        #expect(outcome.err.contains("line 3: ") && outcome.err.contains(what), "\(outcome.err)")
        #expect(outcome.err.contains("add a field with another code"))
      }
    }
    let path = file(
      "{\"kinds\": [{\"code\": \"guardian\", \"fields\": [{\"code\": \"student\", \"target\": \"visit\"}]}]}")
    #expect(
      try office.tool(["schema", "check", path] + office.own("A"), status: 1).err.contains("refers to 'student'"))
  }
}

/// What is wrong with a schema file is told so that it can be mended.
@Suite("Mistakes in schema files")
struct SchemaMistakeTests {
  @Test(
    "each mistake is told with its line, what is wrong and what to do",
    arguments: [
      ("{\"kinds\": [\n{\"code\": \"task\",, }]}", 2, "no JSON", "quotes, commas and brackets"),
      ("{\"kinds\": []}", 1, "no kinds", "list \"kinds\""),
      ("[]", 1, "should be an object", "extends, kinds, note"),
      ("{\"extends\": \"health\", \"kinds\": [{\"code\": \"t\"}]}", 1, "'health'", "education"),
      ("{\"kinds\": [\n{\"code\": \"Task\"}]}", 2, "starts with a letter a to z", "visit_plan"),
      ("{\"kinds\": [\n{\"labels\": {}}]}", 2, "\"code\" is missing", "has a code"),
      ("{\"kinds\": [\n{\"code\": \"t\", \"lables\": {}}]}", 2, "\"lables\" means nothing", "labels"),
      ("{\"kinds\": [{\"code\": \"t\"},\n{\"code\": \"t\"}]}", 2, "'t' is there twice", "remove or rename"),
      ("{\"kinds\": [{\"code\": \"t\", \"keys\": [\n\"a++b\"]}]}", 2, "that is no key", "name+birth"),
      ("{\"kinds\": [{\"code\": \"t\",\n\"keys\": [\"a\"]}]}", 1, "names the field 'a'", "add the field"),
      (field("\"type\": \"strng\""), 3, "no type 'strng'", "decimal(2)"),
      (field("\"type\": 5"), 3, "should be a text", "double quotes"),
      (field("\"container\": \"bag\""), 3, "no container 'bag'", "register"),
      (field("\"rule\": \"newest\""), 3, "no rule 'newest'", "known-beats-unknown"),
      (field("\"sensitivity\": \"X\""), 3, "no sensitivity 'X'", "N, P, S, C"),
      (field("\"type\": \"choice\""), 3, "has no choices", "\"choices\""),
      (field("\"choices\": [\"a\"]"), 3, "only the type choice", "leave the choices out"),
      (field("\"type\": \"choice\", \"choices\": [\"a\", \"a\"]"), 3, "'a' is there twice", "remove or rename"),
      (field("\"type\": \"choice\", \"choices\": [\"a\\tb\"]"), 3, "tab or line break", "one line each"),
      (field("\"choices\": \"a\""), 3, "should be a list", "[ ]"),
      (field("\"target\": \"student\""), 3, "only a reference", "leave target out"),
      (field("\"type\": \"reference\", \"target\": \"nobody\""), 3, "the kind 'nobody'", "write that kind too"),
      (field("\"rule\": \"latest(by: day)\""), 3, "the field 'day', which is not there", "name a date"),
      (field("\"rule\": \"latest(by: f)\""), 3, "'f' is no date", "name a date"),
      (
        field("\"type\": \"choice\", \"choices\": [\"a\"], \"rule\": \"ladder(a<b)\""), 3, "step 'b'",
        "codes of choices"
      ),
      (field("\"rule\": \"known-beats-unknown\""), 3, "is for the type tri-state", "another rule"),
      (field("\"container\": \"set\", \"rule\": \"max\""), 3, "only a field of one value", "leave the rule out"),
      (field("\"container\": \"counter\""), 3, "a counter's type is integer", "\"integer\""),
      (field("\"code\": \"external_id\"", code: false), 3, "every kind has 'external_id'", "leave it out"),
    ])
  func mistakes(text: String, line: Int, what: String, help: String) throws {
    let folder = TemporaryFolder(inMemory: true)
    let path = folder.path + "/s.json"
    TemporaryFolder.write(Array(text.utf8), to: path)
    let outcome = try Program.run(try Built.quan.get(), ["schema", "check", path, "--alone"])
    #expect(outcome.status == 1)
    #expect(outcome.err.contains("line \(line): ") && outcome.err.contains(what), "\(outcome.err)")
    #expect(outcome.err.contains(help) && outcome.err.contains("quan schema check"), "\(outcome.err)")
    let replica = folder.path + "/m.quan"
    let made = try Program.run(
      try Built.quan.get(),
      ["init", replica, "--name", "m", "--author", "m", "--schema", path, "--state", folder.path + "/m", "--open"])
    #expect(made.err == outcome.err && !FileManager.default.fileExists(atPath: replica))
  }

  /// A file whose third line is a field of these members.
  private static func field(_ members: String, code: Bool = true) -> String {
    "{\"kinds\": [{\"code\": \"t\",\n\"fields\": [\n{\(code ? "\"code\": \"f\", " : "")\(members)}]}]}"
  }
}
