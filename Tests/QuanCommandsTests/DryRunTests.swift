import QuanTesting
import Testing

/// Whatever takes something in can be asked first what that would be: it says so, and leaves nothing.
@Suite("Dry runs")
struct DryRunTests {
  private let office: Office
  private let pupil: String

  init() throws {
    office = try Office()
    try office.quan("A", "scope", "add", "second school")
    pupil = try office.student("name=泉泉")
  }

  /// All that a laptop shows of its replica.
  private func state(_ laptop: String) throws -> [String] {
    let commands = [
      ["log", "--json"], ["export", "--kind", "student"], ["export", "--kind", "visit"],
      ["transfer", "list", "--json"],
      ["problem", "list", "--json"], ["conflict", "list", "--json"], ["attachment", "list", "--json"],
      ["merge", "list", "--json"], ["schema", "show", "--file"], ["status", "--json"],
    ]
    return try commands.map { try office.tool($0 + office.own(laptop)).out }
  }

  /// Expects that a command says `words` and keeps nothing with `--dry-run`, and without it keeps something.
  private func expectTrial(
    _ command: [String], on laptop: String = "A", says words: String..., status: Int32 = 0,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let before = try state(laptop)
    var said = ""
    for language in ["en", "zh"] {
      let trial = try office.tool(
        command + ["--dry-run", "--lang", language] + office.own(laptop), status: status, at: location)
      said += trial.out + trial.err
    }
    for word in words { #expect(said.contains(word), "\(said)", sourceLocation: location) }
    let json = try office.tool(
      command + ["--dry-run", "--json", "--quiet"] + office.own(laptop), status: status, at: location)
    #expect(throws: Never.self, sourceLocation: location) { try json.jsonLines }
    #expect(try state(laptop) == before, sourceLocation: location)
    try office.tool(command + office.own(laptop), status: status, at: location)
    #expect(try state(laptop) != before, sourceLocation: location)
  }

  @Test("a sync, with a folder and with another replica, and a bundle")
  func merges() throws {
    try office.quan("B", "edit", pupil, "class=1班")
    try office.quan("B", "sync", office.stick)
    try expectTrial(["sync", office.stick], says: "1 changed", "变更 1")
    try office.quan("B", "edit", pupil, "class=2班")
    try expectTrial(["sync", office.replica("B")], says: "1 changed", "变更 1")
    try office.quan("B", "edit", pupil, "class=3班")
    try office.quan("B", "bundle", "create", office.path("b.quanbundle"))
    try expectTrial(["bundle", "apply", office.path("b.quanbundle")], says: "1 changed", "变更 1")
  }

  @Test("an import of JSON Lines and of a table, a schema, and decisions made in a table")
  func files() throws {
    TemporaryFolder.write(
      Array(#"{"id":"s1","kind":"student","fields":{"name":"趵突"}}"#.utf8), to: office.path("s.jsonl"))
    try expectTrial(["import", office.path("s.jsonl")], says: "1 new")
    TemporaryFolder.write(Array("name,class\n珍珠,1班\n".utf8), to: office.path("s.csv"))
    try expectTrial(["import", office.path("s.csv"), "--kind", "student"], says: "珍珠")
    let schema =
      #"{"kinds":[{"code":"student","fields":[{"code":"shoe","labels":{"zh":"鞋码","en":"shoe size"}}]}]}"#
    TemporaryFolder.write(Array(schema.utf8), to: office.path("schema.json"))
    try expectTrial(["schema", "apply", office.path("schema.json")], says: "field student.shoe", "字段 student.shoe")
    try office.quan("A", "edit", pupil, "class=1班")
    try office.quan("B", "edit", pupil, "class=2班")
    try office.exchange()
    let table = office.path("decide.csv")
    try office.quan("A", "conflict", "list", "--format", "csv", "--output", table)
    let lines = String(decoding: TemporaryFolder.read(table), as: UTF8.self).split(separator: "\r\n")
    let cells = lines[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let decided = cells.dropLast(3) + ["1"] + cells.suffix(2)
    TemporaryFolder.write(Array("\(lines[0])\r\n\(decided.joined(separator: ","))\r\n".utf8), to: table)
    try expectTrial(["conflict", "resolve", "--from", table, "--yes"], says: "泉泉")
  }

  @Test("a transfer by its ID, all that wait, and one in a file: what would arrive is named by its title")
  func transfers() throws {
    try office.quan("B", "transfer", "offer", pupil, "--to", "second school")
    let second = try office.student("name=趵突")
    try office.quan("B", "sync", office.stick)
    try office.quan("A", "sync", office.stick)
    try expectTrial(["transfer", "accept", pupil], says: "Would accept 泉泉, 1 records, in second school", "将接收 泉泉")
    try office.quan("B", "transfer", "offer", second, "--to", "second school")
    try office.exchange()
    try expectTrial(["transfer", "accept", "--all"], says: "趵突")
    let third = try office.student("name=珍珠")
    let file = office.path("move.quanoffer")
    try office.quan("B", "transfer", "offer", third, "--to", "second school", "--out", file)
    try office.exchange()
    try expectTrial(["transfer", "accept", file], says: "珍珠")
    let refused = try office.quan("A", "transfer", "accept", file, "--dry-run", status: 1)
    #expect(refused.err.contains("accepted already"))
  }

  @Test("a file that is attached, to a new record about the one that is named and to a field of its own")
  func attachments() throws {
    TemporaryFolder.write(Array("photo".utf8), to: office.path("photo.jpg"))
    try expectTrial(["attach", pupil, office.path("photo.jpg"), "kind=photo"], says: "photo.jpg (5 B)", "泉泉", "将附加")
    let empty = office.path("empty.jpg")
    TemporaryFolder.write([], to: empty)
    #expect(try office.quan("A", "attach", pupil, empty, "--dry-run", status: 1).err.contains("empty"))
  }

  @Test("a workspace that has been sealed meanwhile, and what a laptop wrote before it heard of that")
  func sealed() throws {
    let late = try office.quan("B", "add", "student", "name=趵突", "--json").json["id"].string
    let old = try #require(try office.quan("B", "status", "--json").json["replica"].string)
    let (request, welcome) = (office.path("b.request"), office.path("b.welcome"))
    try office.tool(["member", "request", request, "--from", office.stick] + office.own("B").suffix(2))
    try office.quan(
      "A", "member", "admit", request, "--name", "B", "--person", "b", "--scope", "our school", "--out", welcome)
    try office.quan("A", "sync", office.stick)
    try office.tool(["sync", office.stick] + office.own("B"), status: 13)
    try expectTrial(["member", "enter", welcome], on: "B", says: "not kept", "不保留")
    #expect(try office.quan("B", "status", "--json").json["replica"].string != old)
    try office.quan("B", "sync", office.stick)
    try office.tool(["sync", office.stick] + office.own("A"), status: 3)
    try expectTrial(["member", "accept", old], says: "1 new", "新增 1")
    #expect(try office.quan("A", "show", try #require(late)).out.contains("趵突"))
    #expect(try office.tool(["member", "accept", old, "--dry-run"] + office.own("A"), status: 1).err.contains("waits"))
  }

  @Test("a replica that would be joined is not there afterwards")
  func join() throws {
    let names = Set(TemporaryFolder.names(in: office.folder.path))
    let joined = try office.tool([
      "join", office.path("N.quan"), "--from", office.stick, "--name", "N", "--author", "N", "--dry-run", "--state",
      office.path("n"),
    ])
    #expect(joined.out.contains("1 new"))
    #expect(Set(TemporaryFolder.names(in: office.folder.path)) == names)
  }
}
