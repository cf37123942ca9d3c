import QuanTesting
import Testing

/// Any change is taken back by its inverse, which touches what is still as the change left it, and says what it left.
@Suite("Undoing")
struct UndoTests {
  @Test("a change of somebody else, also an old one, is undone; what was written to since is left and named")
  func anyChange() throws {
    let office = try Office()
    let id = try office.student("name=泉泉", "school=第一小学", "class=1班")
    try office.quan("B", "edit", id, "school=实验小学", "class=2班", "phone=13800000000")
    try office.exchange()
    let name = try #require(
      try office.quan("A", "history", id, "class", "--json").jsonLines.last?["change"].string)
    try office.quan("A", "edit", id, "class=3班")
    let trial = try office.quan("A", "undo", name, "--dry-run", "--json").json
    #expect(trial["operations"].int == 2 && trial["change"] == .null)
    #expect(try office.shown(id, "school", on: "A") == .string("实验小学"))
    let told = try office.quan("A", "undo", name).out
    #expect(told.contains("Left, because it was written to since: "))
    #expect(told.contains("class (class)  <- person A"))
    #expect(try office.shown(id, "school", on: "A") == .string("第一小学"))
    #expect(try office.shown(id, "phone", on: "A") == .null)
    #expect(try office.shown(id, "class", on: "A") == .string("3班"))
    try office.exchange()
    try office.expectEqual()
    #expect(try office.quan("B", "history", id, "school").out.contains("(undoes "))
    try office.quan("A", "undo", "ZZZZ-1", status: 1)
    try office.quan("A", "undo", name, "--merge", "1", status: 64)
  }

  @Test("a counter's change that is undone is not undone again, and the tool says so in both languages")
  func counter() throws {
    let office = try Office()
    let schema = office.path("schema.json")
    let text = """
      {"kinds": [{"code": "student", "fields": [
      {"code": "calls", "labels": {"zh": "通话", "en": "calls"}, "type": "integer", "container": "counter"}]}]}
      """
    TemporaryFolder.write(Array(text.utf8), to: schema)
    try office.quan("A", "schema", "apply", schema)
    let id = try office.student("name=泉泉")
    try office.quan("B", "edit", id, "calls+=3")
    try office.exchange()
    let name = try #require(try office.quan("A", "history", id, "calls", "--json").jsonLines.last?["change"].string)
    for laptop in office.laptops {
      #expect(try office.quan(laptop, "undo", name, "--json").json["operations"].int == 1)
    }
    try office.exchange()
    for laptop in office.laptops {
      #expect(try office.shown(id, "calls", on: laptop).int == 0)
      #expect(
        try office.tool(["undo", name, "--lang", "en"] + office.own(laptop)).out.contains(
          "Left, because it is undone already: "))
      #expect(try office.tool(["undo", name, "--lang", "zh"] + office.own(laptop)).out.contains("未动, 已经撤销过: "))
    }
    #expect(try office.tool(["history", id, "--lang", "en"] + office.own("A")).out.contains("calls += -3  (undoes)"))
    try office.expectEqual()
  }

  @Test("undoing what settled 'deleted by one, edited by another' opens it again, whichever way it was settled")
  func dispute() throws {
    for way in ["deleted", "edited"] {
      let office = try Office(["A", "B", "C"])
      let id = try office.student("name=泉泉")
      try office.quan("A", "delete", id)
      try office.quan("B", "edit", id, "class=2班")
      try office.exchange()
      let side = try #require(try office.onlyConflict("A")["sides"].items.first { $0["value"].string == way }?["n"].int)
      // The one who did neither settles, and takes it back; then once more.
      for _ in 0..<2 {
        try office.quan("C", "conflict", "resolve", id, "--take", "\(side)")
        #expect(try office.conflicts("C").isEmpty)
        try office.exchange()
        try office.quan("C", "undo")
        try office.exchange()
      }
      for laptop in office.laptops {
        #expect(try office.onlyConflict(laptop)["class"].string == "deleted-and-edited")
        #expect(try office.shown(id, "class", on: laptop) == .string("2班"))
        // Whoever undoes it is neither who deleted nor who edited.
        #expect(
          sides(try office.onlyConflict(laptop)) == [
            "deleted by person A on laptop A", "edited by person B on laptop B",
          ])
      }
      try office.expectEqual()
    }
  }

  @Test("undoing a restore deletes again, but not what somebody has worked on since")
  func restored() throws {
    let office = try Office()
    let id = try office.student("name=泉泉")
    try office.quan("A", "delete", id)
    try office.quan("A", "restore", id)
    try office.quan("A", "undo")
    #expect(try office.quan("A", "show", id, "--json").json["state"].string == "deleted")
    try office.quan("A", "restore", id)
    let name = try #require(try office.quan("A", "history", id, "--json").jsonLines.last?["change"].string)
    try office.quan("A", "edit", id, "class=2班")
    #expect(try office.quan("A", "undo", name, "--json").json["kept"].items.first?["reason"].string == "changed-since")
    #expect(try office.quan("A", "show", id, "--json").json["state"].string == "present")
  }

  @Test("undo --merge opens a merge's conflicts again, whoever settled them, and leaves what was written to since")
  func merge() throws {
    let office = try Office()
    let first = try office.student("name=泉泉", "school=old", "class=old")
    let second = try office.student("name=二宝")
    try office.quan("A", "edit", first, "school=one", "class=one")
    try office.quan("B", "edit", first, "school=two", "class=two")
    try office.quan("A", "delete", second)
    try office.quan("B", "edit", second, "class=two")
    try office.exchange()
    let before = Set(try office.conflicts("A"))
    #expect(before.count == 3)
    let number = try #require(
      try office.quan("A", "merge", "list", "--json").jsonLines.first { $0["new_conflicts"].int == 3 }?["merge"].int)
    // One settled here, one there, both alike; one here and then written to again.
    try office.quan("A", "conflict", "resolve", first, "school", "--value", "three")
    try office.quan("B", "conflict", "resolve", first, "school", "--value", "three")
    try office.quan("B", "conflict", "resolve", second, "--take", "1")
    try office.quan("A", "conflict", "resolve", first, "class", "--value", "three")
    try office.quan("A", "edit", first, "class=four")
    try office.exchange()
    #expect(try office.conflicts("A").isEmpty)
    try office.quan("A", "undo", "--merge", "\(number)", status: 64)
    #expect(try office.conflicts("A").isEmpty)
    #expect(try office.quan("A", "undo", "--merge", "\(number)", "--dry-run").out.split(separator: "\n").count == 3)
    let undone = try office.quan("A", "undo", "--merge", "\(number)", "--yes", "--json").json
    #expect(undone["reopened"].items.count == 2)
    #expect(undone["kept"].items.map { $0["field"].string } == ["class"])
    try office.exchange()
    for laptop in office.laptops {
      let open = try office.conflicts(laptop)
      #expect(open.count == 2)
      let school = try #require(open.first { $0["field"].string == "school" })
      #expect(sides(school) == ["one by person A on laptop A", "two by person B on laptop B"])
      #expect(open.contains { $0["class"].string == "deleted-and-edited" })
      #expect(try office.shown(first, "class", on: laptop) == .string("four"))
    }
    try office.expectEqual()
    try office.quan("A", "undo", "--merge", "999", status: 1)
  }
}
