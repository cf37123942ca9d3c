import QuanTesting
import Testing

@Suite("Lost laptops and scopes that are left, through the tool")
struct IncidentToolTests {
  @Test("an incident names pupils and kinds with their sensitivity, and what to do; as CSV and JSON all records")
  func incident() throws {
    let office = try Office()
    let pupil = try office.student("name=泉泉", "id_no=11010519491231002X")
    try office.tool(["add", "visit", "student=\(pupil)", "date=2026-03-01"] + office.own("A"))
    let named = try office.tool(
      ["incident", "--replica", "laptop B", "--state", office.state("A")],
      environment: ["QUAN_REPLICA": office.replica("A")])
    #expect(named.out.contains("person B"))
    let text = try office.quan("A", "incident", "--laptop", "laptop B")
    #expect(text.out.contains("person B") && text.out.contains("since") && text.out.contains("student"))
    #expect(!text.out.contains("11010519491231002X") && text.err.contains("quan replica retire laptop B"))
    let json = try office.quan("A", "incident", "--laptop", "laptop B", "--json").json
    #expect(json["records"].items.count == 2 && json["scopes"].items.count == 1)
    #expect(json["kinds"].items.first { $0["kind"].string == "student" }?["sensitivity"].string == "S")
    #expect(json["records"].items.first { $0["record"].string == pupil }?["confirmed"] == .bool(true))
    let rows = try office.quan("A", "incident", "--laptop", "laptop B", "--csv").out.split(separator: "\n")
    #expect(rows.count == 3 && rows[0].hasPrefix("scope,kind,record,title"))
    #expect(try office.quan("A", "incident", status: 64).err.contains("--laptop NAME"))
    #expect(try office.quan("A", "incident", "--laptop", "nobody", status: 1).err.contains("quan replica list"))
  }

  @Test("leaving a scope says what will go, asks, and is refused while something was not sent")
  func leave() throws {
    let office = try Office()
    try office.quan("A", "scope", "add", "second school")
    try office.exchange()
    let school = try #require(
      try office.quan("B", "scope", "list", "--json").out.split(separator: "\n").map { try JSONValue(String($0)) }
        .first { $0["home"] == .bool(true) }?["scope"].string)
    let pupil = try office.student("name=泉泉")
    try office.quan("B", "scope", "use", "second school")
    let plan = try office.quan("B", "scope", "leave", school, "--dry-run")
    #expect(plan.out.contains("student: 1") && plan.out.contains("changes of the log"))
    try office.quan("B", "edit", pupil, "name=源源")
    let refused = try office.quan("B", "scope", "leave", school, "--yes", status: 1)
    #expect(refused.out.contains("!") && refused.err.contains("quan sync FOLDER"))
    try office.exchange()
    let asked = try TerminalSession.run(
      try Built.quan.get(), ["scope", "leave", school] + office.own("B"), typing: ["no"])
    #expect(asked.status == 0 && asked.screen.contains("yes/no"))
    try office.quan("B", "show", pupil)
    #expect(try office.quan("B", "scope", "leave", school, "--yes").out.contains("Left"))
    try office.quan("B", "show", pupil, status: 1)
    #expect(try office.quan("B", "scope", "list").out.contains("(left)"))
    #expect(try office.quan("B", "verify").out.hasPrefix("Sound"))
    try office.quan("B", "scope", "hold", school)
    try office.quan("B", "sync", office.stick)
    #expect(try office.shown(pupil, "name", on: "B").string == "源源")
  }
}
