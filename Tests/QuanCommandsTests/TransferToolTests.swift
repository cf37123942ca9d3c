import QuanTesting
import Testing

@Suite("Transfers through the tool")
struct TransferToolTests {
  /// Two laptops that know of two schools, a pupil in the first with a visit.
  private func office() throws -> (office: Office, pupil: String) {
    let office = try Office()
    try office.quan("A", "scope", "add", "second school")
    let pupil = try office.student("name=泉泉", "student_no=L370102201301011234")
    try office.tool(["add", "visit", "student=\(pupil)", "date=2026-03-01"] + office.own("A"))
    try office.exchange()
    return (office, pupil)
  }

  @Test(
    "a pupil is offered, accepted and listed once; both records say where it went and came from; the history is whole")
  func wholeWay() throws {
    let (office, pupil) = try office()
    let offered = try office.quan("A", "transfer", "offer", pupil, "--to", "second school", "--reason", "moved").out
    #expect(offered.contains("offered") && offered.contains("and 1 more"))
    try office.exchange()
    let listed = try office.quan("B", "transfer", "list", "--json").json
    #expect(listed["state"].string == "offered" && listed["reason"].string == "moved")
    #expect(try office.quan("B", "transfer", "list").err.contains("1 wait"))
    let accepted = try office.quan("B", "transfer", "accept", "--all", "--json").json.items
    let new = try #require(accepted.first?["record"].string)
    #expect(accepted.count == 1 && accepted[0]["records"].int == 2)
    try office.exchange()
    for laptop in ["A", "B"] {
      #expect(try office.quan(laptop, "list", "student", "--json").json["id"].string == new)
      #expect(try office.quan(laptop, "list", "student", "--handed-over", "--json").json["id"].string == pupil)
      #expect(try office.quan(laptop, "show", new).out.contains("came from"))
      #expect(try office.quan(laptop, "show", pupil).out.contains("handed over to second school"))
      let history = try office.quan(laptop, "history", new).out
      #expect(history.contains("person A, laptop A") && history.contains("--- came from"))
      #expect(history.contains("person B, laptop B"))
      #expect(try office.quan(laptop, "problem", "list", "--json").json.items.isEmpty)
    }
    let refused = try office.quan("A", "edit", pupil, "name=源源", status: 1)
    #expect(refused.err.contains("handed over") && refused.err.contains("quan show"))
    try office.expectEqual()
  }

  @Test("what was edited by somebody who did not know is named with its command, which sends it on")
  func forward() throws {
    let (office, pupil) = try office()
    try office.quan("A", "transfer", "offer", pupil, "--to", "second school")
    let new = try #require(
      try office.quan("A", "transfer", "accept", pupil, "--json").json.items.first?["record"].string)
    try office.quan("B", "edit", pupil, "remark=late")
    try office.exchange()
    let problem = try #require(try office.quan("A", "problem", "list", "--json").json.items.first)
    #expect(problem["class"].string == "transfer" && problem["rules"].items.first?.string == "edited")
    let code = try #require(problem["id"].string)
    let shown = try office.quan("A", "problem", "show", code)
    #expect(shown.out.contains("edited where it came from") && shown.err.contains("quan transfer forward"))
    #expect(try office.quan("A", "transfer", "forward", "--all").out.contains("Forwarded"))
    #expect(try office.quan("A", "transfer", "forward", "--all").err.contains("nothing to forward"))
    try office.exchange()
    for laptop in ["A", "B"] {
      #expect(try office.shown(new, "remark", on: laptop).string == "late")
      #expect(try office.quan(laptop, "problem", "list", "--json").json.items.isEmpty)
    }
    try office.expectEqual()
  }

  @Test("a transfer goes as a file, is declined or withdrawn; what cannot be done says what can")
  func fileAndAnswers() throws {
    let (office, pupil) = try office()
    let file = office.path("move.quanoffer")
    let offered = try office.quan("A", "transfer", "offer", pupil, "--to", "second school", "--out", file, "--json")
    let transfer = try #require(offered.json.items.first?["transfer"].string)
    #expect(offered.err.isEmpty)
    #expect(
      try office.quan("A", "transfer", "offer", pupil, "--to", "second school", status: 1).err.contains("on its way"))
    try office.quan("A", "transfer", "withdraw", transfer)
    #expect(try office.quan("A", "transfer", "accept", file, status: 1).err.contains("taken back"))
    let again = try office.quan("A", "transfer", "offer", pupil, "--to", "second school", "--json")
    let second = try #require(again.json.items.first?["transfer"].string)
    try office.exchange()
    #expect(try office.quan("B", "transfer", "decline", second).out.contains("Declined"))
    try office.exchange()
    #expect(try office.quan("A", "transfer", "list").out.contains("declined"))
    #expect(try office.quan("A", "transfer", "accept", "ZZZZ-1", status: 1).err.contains("quan transfer list"))
    let third = office.path("again.quanoffer")
    try office.quan("A", "transfer", "offer", pupil, "--to", "second school", "--out", third)
    let before = try office.quan("B", "transfer", "accept", third).out
    #expect(before.contains("Accepted"))
    try office.exchange()
    try office.expectEqual()
  }
}
