import QuanTesting
import Testing

@Suite("Members through the tool")
struct MemberTests {
  /// Two laptops: A founds a workspace of members, B asks, is admitted with the code read out, and joins.
  private func office() throws -> Office {
    let office = try Office([])
    for laptop in ["A", "B"] { _ = office.folder.folder(laptop) }
    try office.tool(
      [
        "init", office.replica("A"), "--name", "laptop A", "--author", "person A", "--state", office.state("A"),
      ])
    try office.quan("A", "sync", office.stick)
    let asked = try office.tool([
      "member", "request", office.path("ask"), "--from", office.stick, "--state", office.state("B"), "--json",
    ]).json
    let code = try #require(asked["code"].string)
    let refused = try office.quan(
      "A", "member", "admit", office.path("ask"), "--name", "laptop B", "--person", "person B", "--code",
      "AAAA-AAAA-AAAA", "--out", office.path("welcome"), status: 13)
    #expect(refused.err.contains("exchanged"))
    try office.quan(
      "A", "member", "admit", office.path("ask"), "--name", "laptop B", "--person", "person B", "--code",
      code.lowercased(), "--out", office.path("welcome"))
    let early = try office.tool(
      [
        "join", office.replica("B"), "--from", office.stick, "--welcome", office.path("welcome"), "--name",
        "laptop B", "--author", "person B", "--state", office.state("B"),
      ], status: 3)
    #expect(early.err.contains("admission"))
    try office.quan("A", "sync", office.stick)
    let joined = try office.tool([
      "join", office.replica("B"), "--from", office.stick, "--welcome", office.path("welcome"), "--name", "laptop B",
      "--author", "person B", "--state", office.state("B"),
    ])
    #expect(joined.err.contains(code))
    return office
  }

  @Test("a laptop asks, is admitted by a code read aloud, joins and writes; revoked, it writes no more")
  func wholeWay() throws {
    let office = try office()
    let pupil = try office.tool(["add", "student", "name=泉泉"] + office.own("B")).text
    try office.quan("B", "sync", office.stick)
    try office.quan("A", "sync", office.stick)
    #expect(try office.shown(pupil, "name", on: "A").string == "泉泉")
    #expect(try office.quan("A", "member", "list").out.contains("laptop B"))
    #expect(try office.quan("B", "member", "revoke", "laptop A", status: 13).err.contains("admin"))
    try office.quan("A", "member", "revoke", "laptop B")
    try office.quan("A", "sync", office.stick)
    let late = try office.tool(["add", "student", "name=晚"] + office.own("B")).text
    try office.quan("B", "sync", office.stick)
    #expect(try office.quan("B", "add", "student", "name=x", status: 13).err.contains("member"))
    let merged = try office.quan("A", "sync", office.stick, "--json").json
    #expect(merged["changes_void"].int == 1)
    try office.quan("A", "show", late, status: 1)
    #expect(try office.quan("A", "verify").out.hasPrefix("Sound"))
    #expect(try office.quan("B", "status").out.contains("revoked"))
  }

  @Test("nobody joins a workspace of members without a welcome, and an open one says that it is open")
  func uninvited() throws {
    let office = try office()
    _ = office.folder.folder("C")
    let refused = try office.tool(
      [
        "join", office.replica("C"), "--from", office.stick, "--name", "c", "--author", "c", "--state",
        office.state("C"),
      ], status: 13)
    #expect(refused.err.contains("quan member request"))
    #expect(try office.quan("A", "status").out.contains("members only"))
    #expect(try office.quan("A", "status").out.contains("what is exchanged is sealed"))
    #expect(try Office(["A"]).quan("A", "status").out.contains("open: whoever has a copy may write"))
  }
}
