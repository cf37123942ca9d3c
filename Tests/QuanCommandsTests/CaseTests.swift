import QuanTesting
import Testing

/// The merge cases once more, with real files and the built tool: what people and scripts are told.
@Suite("Merge cases, played with the tool")
struct CaseTests {
  @Test("R-1 two values of one field stand side by side on both laptops, with person, laptop and base")
  func bothValuesStand() throws {
    let office = try Office()
    let id = try office.student("name=泉泉", "school=old")
    try office.quan("A", "edit", id, "school=one")
    try office.quan("B", "edit", id, "school=two")
    try office.exchange()
    for laptop in office.laptops {
      let conflict = try office.onlyConflict(laptop)
      #expect(conflict["record"].string == id)
      #expect(conflict["field"].string == "school")
      #expect(conflict["class"].string == "value")
      #expect(conflict["base"].string == "old")
      #expect(sides(conflict) == ["one by person A on laptop A", "two by person B on laptop B"])
      #expect(try office.quan(laptop, "show", id, "--json").json["conflicts"] == .array([.string("school")]))
      try office.quan(laptop, "conflict", "list", "--fail-on-conflict", status: 1)
    }
    #expect(try office.shown(id, "school", on: "A") == office.shown(id, "school", on: "B"))
    try office.expectEqual()
  }

  @Test("R-4 a record that one deletes while another edits it stays visible, as one open conflict")
  func deletedAndEdited() throws {
    let office = try Office()
    let id = try office.student("name=泉泉")
    try office.quan("A", "delete", id)
    try office.quan("B", "edit", id, "school=two")
    try office.exchange()
    for laptop in office.laptops {
      let conflict = try office.onlyConflict(laptop)
      #expect(conflict["class"].string == "deleted-and-edited")
      #expect(sides(conflict) == ["deleted by person A on laptop A", "edited by person B on laptop B"])
      let record = try office.quan(laptop, "show", id, "--json").json
      #expect(record["state"].string == "disputed")
      #expect(record["fields"]["school"].string == "two")
      #expect(try office.quan(laptop, "list", "student", "--json").jsonLines.count == 1)
    }
    let edited = try #require(try office.onlyConflict("A")["sides"].items.first { $0["value"].string == "edited" })
    try office.quan("A", "conflict", "resolve", id, "--take", String(try #require(edited["n"].int)))
    try office.exchange()
    for laptop in office.laptops {
      #expect(try office.conflicts(laptop).isEmpty)
      #expect(try office.quan(laptop, "show", id, "--json").json["state"].string == "present")
    }
    try office.expectEqual()
  }

  @Test("R-9 a value overwrites those that its author had seen, and no other")
  func overwritesWhatWasSeen() throws {
    let office = try Office(["A", "B", "C", "D"])
    let id = try office.student("name=泉泉", "school=old")
    try office.quan("A", "edit", id, "school=one")
    try office.quan("A", "sync", office.stick)
    try office.quan("D", "sync", office.stick)
    try office.quan("B", "edit", id, "school=two")
    try office.quan("B", "sync", office.stick)
    try office.quan("C", "sync", office.stick)
    #expect(
      sides(try office.onlyConflict("C")) == ["one by person A on laptop A", "two by person B on laptop B"])
    try office.quan("C", "conflict", "resolve", id, "school", "--value", "three")
    #expect(try office.conflicts("D").isEmpty)
    try office.quan("D", "edit", id, "school=four")
    try office.exchange()
    for laptop in office.laptops {
      let conflict = try office.onlyConflict(laptop)
      // D had not seen "two", so only C's value overwrites it; both overwrite "one", where they started from.
      #expect(sides(conflict) == ["three by person C on laptop C", "four by person D on laptop D"])
      #expect(conflict["base"].string == "one")
    }
    try office.expectEqual()
  }

  @Test("R-10 two people who settle a conflict alike make no new one, and history keeps both")
  func settledAlike() throws {
    let office = try Office()
    let id = try office.student("name=泉泉", "school=old")
    try office.quan("A", "edit", id, "school=one")
    try office.quan("B", "edit", id, "school=two")
    try office.exchange()
    for laptop in office.laptops { try office.quan(laptop, "conflict", "resolve", id, "school", "--value", "three") }
    try office.exchange()
    for laptop in office.laptops {
      #expect(try office.conflicts(laptop).isEmpty)
      #expect(try office.shown(id, "school", on: laptop) == .string("three"))
      let steps = try office.quan(laptop, "history", id, "school", "--json").jsonLines
      let settling = steps.filter { $0["values"] == .array([.string("three")]) }
      #expect(Set(settling.map { $0["author"].string }) == ["person A", "person B"])
      #expect(settling.allSatisfy { $0["overwrites"].items.count == 2 })
    }
    try office.expectEqual()
  }

  @Test("C-04 a clock a year ahead wins nothing: who wrote later, having seen it, stands")
  func clockAhead() throws {
    let office = try Office()
    let id = try office.student("name=泉泉", "school=old")
    try office.quan("B", "edit", id, "school=from the future", "--now", "2027-06-01T08:00:00Z")
    try office.exchange()
    #expect(try office.shown(id, "school", on: "A") == .string("from the future"))
    try office.quan("A", "edit", id, "school=later indeed", "--now", "2026-06-01T08:00:00Z")
    try office.exchange()
    for laptop in office.laptops {
      #expect(try office.shown(id, "school", on: laptop) == .string("later indeed"))
      #expect(try office.conflicts(laptop).isEmpty)
      let times = try office.quan(laptop, "history", id, "school", "--json").jsonLines.map { $0["time"].string }
      #expect(times.suffix(2) == ["2027-06-01T08:00:00.000Z", "2026-06-01T08:00:00.000Z"])
    }
    try office.expectEqual()
  }

  @Test("C-06 a bundle that comes too early waits with status 3, says what is missing and from whom, and is released")
  func tooEarly() throws {
    let office = try Office(["A", "B", "C"])
    let id = try office.student("name=泉泉", "school=old")
    let (first, second) = (office.path("1.quanbundle"), office.path("2.quanbundle"))
    try office.quan("A", "edit", id, "school=one")
    try office.quan("A", "bundle", "create", first, "--for", "laptop B")
    try office.quan("B", "bundle", "apply", first)
    try office.quan("B", "edit", id, "school=two")
    try office.quan("B", "bundle", "create", second, "--for", "laptop A")

    let checked = try office.quan("C", "bundle", "verify", second, status: 3)
    #expect(checked.out.contains("Missing: change 2 of laptop A"))
    let merged = try office.quan("C", "bundle", "apply", second, status: 3)
    #expect(merged.out.contains("1 waiting"))
    #expect(merged.out.contains("of laptop B, for change 2 of laptop A"))
    let pending = try #require(try office.quan("C", "status", "--json").json["pending"].items.first)
    let ids = try office.quan("C", "replica", "list", "--json").jsonLines
    func identity(_ name: String) -> JSONValue { ids.first { $0["name"].string == name }?["replica"] ?? .null }
    #expect(pending["replica"] == identity("laptop B"))
    #expect(pending["missing"].items.map { $0["replica"] } == [identity("laptop A")])
    #expect(pending["missing"].items.map { $0["change"].int } == [2])
    #expect(try office.shown(id, "school", on: "C") == .string("old"))
    #expect(try office.quan("C", "status").out.contains("for change 2 of laptop A"))

    let released = try office.quan("C", "bundle", "apply", first, "--json").json
    #expect(released["changes_applied"].int == 2)
    #expect(released["pending"].items.isEmpty)
    #expect(try office.quan("C", "status", "--json").json["pending"].items.isEmpty)
    #expect(try office.shown(id, "school", on: "C") == .string("two"))
    try office.exchange()
    try office.expectEqual()
  }
}
