import QuanTesting
import Testing

/// What happened to records, who wrote what stands in them, and what they were before.
@Suite("History that people can read")
struct HistoryTests {
  /// Three laptops: one conflict of values, settled with a reason; one pupil deleted by one and edited by another,
  /// brought back; one more edit after it all.
  private struct Scene {
    let office: Office
    let pupil: String
    let second: String

    init() throws {
      office = try Office(["A", "B", "C"])
      pupil = try office.quan(
        "A", "add", "student", "name=泉泉", "school=第一小学", "--now", "2026-06-01T08:00:00Z"
      ).text
      second = try office.quan("A", "add", "student", "name=二宝", "--now", "2026-06-01T08:10:00Z").text
      try office.exchange()
      try office.quan("A", "edit", pupil, "school=第二小学", "--now", "2026-06-02T08:00:00Z")
      try office.quan(
        "B", "edit", pupil, "school=实验小学", "class=1班", "-m", "家访", "--now", "2026-06-03T08:30:00Z")
      try office.quan("B", "delete", second, "--now", "2026-06-03T08:40:00Z")
      try office.quan("C", "edit", second, "class=2班", "--now", "2026-06-03T09:30:00Z")
      try office.exchange()
      let side = try number(of: "第二小学")
      try office.quan(
        "A", "conflict", "resolve", pupil, "school", "--take", side, "--reason", "家长确认", "--now",
        "2026-06-04T02:00:00Z")
      let edited = try number(of: "edited")
      try office.quan("A", "conflict", "resolve", second, "--take", edited, "--now", "2026-06-04T02:10:00Z")
      try office.exchange()
      try office.quan("B", "edit", pupil, "class=5班", "--now", "2026-06-05T02:00:00Z")
      try office.exchange()
    }

    private func number(of value: String) throws -> String {
      let sides = try office.conflicts("A").flatMap { $0["sides"].items }
      return String(try #require(sides.first { $0["value"].string == value }?["n"].int))
    }

    /// The name of the change in which a person gave a field a value.
    func change(_ value: String, on laptop: String = "A") throws -> String {
      let steps = try office.quan(laptop, "history", pupil, "--json").jsonLines
      let step = try #require(steps.first { $0["values"] == .array([.string(value)]) && $0["settles"] != .bool(true) })
      return try #require(step["change"].string)
    }
  }

  @Test("history says from what to what, by whom, where, when and why, and which change settled the conflict")
  func history() throws {
    let scene = try Scene()
    let told = try scene.office.quan("C", "history", scene.pupil).out
    #expect(told.contains("    school: 第一小学 -> 实验小学\n    class: (empty) -> 1班\n"))
    #expect(told.contains("person B, laptop B, 2026-06-03 16:30  change "))
    #expect(told.contains("\"家访\""))
    let settling = try scene.office.quan("C", "history", scene.pupil, "school", "--json").jsonLines.filter {
      $0["settles"] == .bool(true)
    }
    #expect(settling.count == 1)
    #expect(settling.first?["author"].string == "person A")
    #expect(settling.first?["message"].string == "家长确认")
    #expect(Set(settling.first?["replaced"].items ?? []) == [.string("第二小学"), .string("实验小学")])
    #expect(told.contains("-> 第二小学  (settles the conflict)"))
    // A deletion is told after it was overwritten too, and what settled it.
    let second = try scene.office.quan("C", "history", scene.second).out
    #expect(second.contains("person B, laptop B, 2026-06-03 16:40"))
    #expect(second.contains("    deleted\n"))
    #expect(second.contains("    restored  (settles the conflict)\n"))
  }

  @Test("blame says for each field who wrote what stands there, when, on which laptop and in which change")
  func blame() throws {
    let scene = try Scene()
    let fields = try scene.office.quan("C", "blame", scene.pupil, "--json").jsonLines
    func origin(_ field: String) -> JSONValue {
      fields.first { $0["field"].string == field }?["values"].items.first ?? .null
    }
    #expect(origin("name")["author"].string == "person A")
    #expect(origin("name")["change"].string == scene.pupil)
    #expect(origin("school")["author"].string == "person A")
    #expect(origin("school")["message"].string == "家长确认")
    #expect(origin("class")["author"].string == "person B")
    #expect(origin("class")["replica"].string == "laptop B")
    #expect(origin("class")["change"].string == (try scene.change("5班")))
    #expect(try scene.office.quan("C", "blame", scene.pupil, "class", "--json").jsonLines.count == 1)
    #expect(try scene.office.quan("C", "blame", scene.pupil).out.contains("2026-06-05 10:00"))
  }

  @Test(
    "a version is a change, what was before it, a moment, a merge or a saved vector; a record is shown as it was then")
  func versions() throws {
    let scene = try Scene()
    let office = scene.office
    func shown(_ version: String, _ field: String) throws -> String? {
      try office.quan("A", "show", scene.pupil, "--at", version, "--json").json["fields"][field].string
    }
    #expect(try shown("2026-06-01", "school") == "第一小学")
    #expect(try shown("2026-06-02 16:00", "school") == "第二小学")
    #expect(try shown("2026年6月2日", "class") == nil)
    #expect(try shown("now", "class") == "5班")
    // What B saw when it wrote: not what A had written at the same time.
    let change = try scene.change("实验小学")
    #expect(try shown(change, "school") == "实验小学")
    #expect(try shown(change + "^", "school") == "第一小学")
    try office.quan("A", "show", scene.pupil, "--at", "2026-05-01", status: 1)
    try office.quan("A", "show", scene.pupil, "--at", "nonsense", status: 1)

    let saved = office.path("then.quanvector")
    try office.quan("A", "status", "--save", saved)
    try office.quan("A", "edit", scene.pupil, "class=6班")
    #expect(try shown(saved, "class") == "5班")
    let differences = try office.quan("A", "diff", saved, "--json").jsonLines
    #expect(differences.count == 1)
    let field = try #require(differences.first?["fields"].items.first)
    #expect(field["before"].string == "5班" && field["after"].string == "6班" && field["author"].string == "person A")
    // A merge is compared with what was before it: the second brought what B and C had done.
    let merges = try office.quan("A", "merge", "list", "--json").jsonLines
    let merge = try #require(merges.first { $0["new_conflicts"].int == 2 }?["merge"].int)
    let brought = try office.quan("A", "diff", "merge:\(merge)", "--json").jsonLines
    #expect(Set(brought.map { $0["record"].string }) == [scene.pupil, scene.second])
    #expect(brought.contains { $0["after"].string == "disputed" })
  }

  @Test("L-6 a version that was current is the same when it is computed later")
  func timeTravel() throws {
    let office = try Office()
    let id = try office.student("name=泉泉", "school=0")
    var seen: [(file: String, shown: JSONValue)] = []
    for step in 0..<5 {
      for laptop in office.laptops { try office.quan(laptop, "edit", id, "school=\(laptop)\(step)") }
      if step == 2 { try office.quan("B", "delete", id) }
      try office.exchange()
      let file = office.path("\(step).quanvector")
      try office.quan("A", "status", "--save", file)
      seen.append((file, try office.quan("A", "show", id, "--json").json))
    }
    for (file, shown) in seen { #expect(try office.quan("A", "show", id, "--at", file, "--json").json == shown) }
  }

  @Test("the log is sifted by person and by time, and drawn as a graph that fits the terminal", arguments: [80, 200])
  func log(columns: Int) throws {
    let scene = try Scene()
    let office = scene.office
    let byB = try office.quan("A", "log", "--author", "person B", "--json").jsonLines
    #expect(byB.count == 4 && byB.allSatisfy { $0["author"].string == "person B" })
    #expect(try office.quan("A", "log", "--since", "2026-06-04", "--limit", "0", "--json").jsonLines.count >= 3)
    try office.quan("A", "log", "--since", "some day", status: 64)
    for language in ["zh", "en"] {
      let drawn = try office.tool(
        ["log", "--graph", "--lang", language] + office.own("A"), environment: ["COLUMNS": "\(columns)"])
      let lines = drawn.out.split(separator: "\n")
      #expect(lines.allSatisfy { width($0) <= columns })
      // Each laptop has a lane, and a change that took in another's is joined to it.
      #expect(lines.contains { $0.hasPrefix("*-+") || $0.hasPrefix("*-.") || $0.hasPrefix("+-*") })
      #expect(!drawn.out.contains("\u{FFFD}"))
    }
  }

  @Test("no change of the graph stands above one that has seen it")
  func order() throws {
    let scene = try Scene()
    let entries = try scene.office.quan("A", "log", "--limit", "0", "--json").jsonLines
    let drawn = try scene.office.tool(
      ["log", "--graph", "--limit", "0"] + scene.office.own("A"), environment: ["COLUMNS": "300"])
    // The name stands behind the drawing.
    let names = drawn.out.split(separator: "\n").map { $0.drop { !$0.isNumber && !$0.isLetter }.prefix { $0 != " " } }
    #expect(names.count == entries.count)
    func place(_ name: String) -> Int? {
      names.firstIndex { shown in
        let parts = shown.split(separator: "-")
        return name.hasPrefix(parts[0]) && name.hasSuffix("-" + parts[1])
      }
    }
    for entry in entries {
      let name = try #require(entry["name"].string)
      let own = try #require(place(name))
      for seen in entry["seen"].items {
        guard let other = entries.first(where: { $0["change"] == seen })?["name"].string else { continue }
        let below = try #require(place(other))
        #expect(below > own)
      }
    }
  }

  /// The columns that a text takes, by a rule that is good enough for the characters used here.
  private func width(_ text: some StringProtocol) -> Int {
    text.reduce(0) { $0 + ((0x2E80...0xFF60).contains($1.unicodeScalars.first?.value ?? 0) ? 2 : 1) }
  }
}
