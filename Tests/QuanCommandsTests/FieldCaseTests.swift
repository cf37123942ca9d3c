import QuanTesting
import Testing

/// Merge cases about fields of one record, with real files and the built tool.
@Suite("Merge cases of fields, played with the tool")
struct FieldCaseTests {
  @Test("R-2 different fields of one record changed at once are both kept: no conflict, and a word about it")
  func differentFields() throws {
    let office = try Office()
    let id = try office.student("name=泉泉", "school=old")
    try office.quan("A", "edit", id, "school=new")
    try office.quan("B", "edit", id, "enrol_status=left")
    try office.quan("B", "sync", office.stick)
    let merged = try office.quan("A", "sync", office.stick, "--json").json
    #expect(merged["new_conflicts"].items.isEmpty)
    #expect(merged["notices"].items.map { $0["class"].string } == ["parallel-update"])
    #expect(try office.quan("A", "merge", "show").out.contains("several people changed different fields, all kept"))
    try office.exchange()
    for laptop in office.laptops {
      #expect(try office.conflicts(laptop).isEmpty)
      #expect(try office.shown(id, "school", on: laptop) == .string("new"))
      #expect(try office.shown(id, "enrol_status", on: laptop) == .string("left"))
    }
    try office.expectEqual()
  }

  @Test("R-11 a field set to the value it has, while another changes it, is a confirmation: the conflict is visible")
  func confirmation() throws {
    let office = try Office()
    let id = try office.student("name=泉泉", "school=old")
    try office.quan("A", "edit", id, "school=old", "-m", "家长确认")
    try office.quan("B", "edit", id, "school=new")
    try office.exchange()
    for laptop in office.laptops {
      let conflict = try office.onlyConflict(laptop)
      #expect(sides(conflict) == ["old by person A on laptop A", "new by person B on laptop B"])
      #expect(try office.quan(laptop, "history", id, "school").out.contains("school: old -> old  (confirmed)"))
    }
    try office.expectEqual()
  }

  @Test("R-17 of a run of offline updates only what the office changed meanwhile is a conflict, though the run went on")
  func offlineRun() throws {
    let office = try Office()
    let id = try office.student("name=泉泉", "school=old", "enrol_status=enrolled")
    try office.quan("B", "edit", id, "school=device")
    try office.quan("B", "edit", id, "enrol_status=suspended")
    try office.quan("A", "edit", id, "enrol_status=left")
    try office.exchange()
    for laptop in office.laptops {
      let conflict = try office.onlyConflict(laptop)
      #expect(conflict["field"].string == "enrol_status")
      #expect(conflict["base"].string == "enrolled")
      #expect(try office.shown(id, "school", on: laptop) == .string("device"))
    }
    try office.expectEqual()
  }

  @Test("R-17 a run of updates that arrives third, first, second makes no conflict")
  func outOfOrder() throws {
    let office = try Office(["A", "B", "C", "D"])
    let id = try office.student("name=泉泉", "school=0")
    var bundles: [String] = []
    // C and D hold the run's first one and two, so that each later bundle begins where they end.
    let other = office.folder.folder("other-stick")
    try office.quan("B", "edit", id, "school=1")
    for laptop in ["B", "C", "B"] { try office.quan(laptop, "sync", other) }
    bundles.append(office.path("1.quanbundle"))
    try office.quan("C", "bundle", "create", bundles[0], "--for", "laptop A")
    try office.quan("B", "edit", id, "school=2")
    for laptop in ["B", "D", "B"] { try office.quan(laptop, "sync", other) }
    bundles.append(office.path("2.quanbundle"))
    try office.quan("B", "bundle", "create", bundles[1], "--for", "laptop C")
    try office.quan("B", "edit", id, "school=3")
    bundles.append(office.path("3.quanbundle"))
    try office.quan("B", "bundle", "create", bundles[2], "--for", "laptop D")
    var statuses: [Int32] = []
    for number in [2, 0, 1] {
      let outcome = try Program.run(
        try Built.quan.get(), ["bundle", "apply", bundles[number], "--json"] + office.own("A"))
      statuses.append(outcome.status)
      #expect(try outcome.json["new_conflicts"].items.isEmpty)
    }
    #expect(statuses[0] == 3 && statuses[2] == 0)
    #expect(try office.conflicts("A").isEmpty)
    #expect(try office.shown(id, "school", on: "A") == .string("3"))
  }
}
