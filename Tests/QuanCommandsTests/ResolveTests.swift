import QuanTesting
import Testing

/// People settle conflicts at a terminal, and scripts by options.
@Suite("Settling conflicts")
struct ResolveTests {
  /// Two laptops with three conflicts: two values of a school, two of a remark in a class, one deleted and edited.
  private struct Scene {
    let office: Office
    let pupil: String
    let gone: String

    init() throws {
      office = try Office()
      pupil = try office.student("name=泉泉", "school=第一小学", "class=1班")
      gone = try office.student("name=二宝", "class=1班")
      try office.quan("A", "edit", pupil, "school=第二小学", "class=2班", "--author", "王老师")
      try office.quan("B", "edit", pupil, "school=实验小学", "class=3班", "--author", "李老师")
      try office.quan("A", "delete", gone)
      try office.quan("B", "edit", gone, "class=4班")
      try office.exchange()
    }

    func resolve(_ laptop: String, _ answers: [String], _ extra: String...) throws -> (screen: String, status: Int32) {
      try TerminalSession.run(
        try Built.quan.get(), ["resolve"] + extra + office.own(laptop), typing: answers,
        environment: ["XDG_STATE_HOME": office.path("xdg")])
    }
  }

  @Test("a person settles all that is open with numbers, words and a value of their own, and sees what is left")
  func walk() throws {
    let scene = try Scene()
    #expect(try scene.office.conflicts("A").count == 3)
    // Full-width digits and Chinese words are taken; a wrong answer asks again; "no" asks again.
    let first = try scene.resolve("A", ["９", "nonsense", "１ 家长当面确认", "否", "１ 家长当面确认", "是", "later", "quit"])
    #expect(first.status == 0)
    #expect(first.screen.contains("there is no side 9"))
    #expect(first.screen.contains("a number takes that side"))
    #expect(first.screen.contains("Will be written:"))
    #expect(first.screen.contains("Still open: 2"))
    #expect(try scene.office.conflicts("A").count == 2)
    let second = try scene.resolve("A", ["=5班", "yes", "1", "y"], "--lang", "zh")
    #expect(second.screen.contains("没有待处理的冲突"))
    #expect(try scene.office.conflicts("A").isEmpty)
    try scene.office.exchange()
    #expect(try scene.office.conflicts("B").isEmpty)
    try scene.office.expectEqual()
    #expect(try scene.office.quan("B", "history", scene.pupil).out.contains("家长当面确认"))
    #expect(
      try [scene.office.shown(scene.pupil, "school", on: "B"), scene.office.shown(scene.pupil, "class", on: "B")]
        .contains(.string("5班")))
  }

  @Test("what was settled at the prompt is undone by quan undo, and the conflict is open again with its people")
  func undone() throws {
    let scene = try Scene()
    let before = Set(try scene.office.conflicts("A").flatMap { sides($0) })
    _ = try scene.resolve("A", ["2", "y", "quit"])
    #expect(try scene.office.conflicts("A").count == 2)
    try scene.office.quan("A", "undo")
    #expect(Set(try scene.office.conflicts("A").flatMap { sides($0) }) == before)
  }

  @Test("without a terminal the walk says how a script does it, and changes nothing")
  func withoutTerminal() throws {
    let scene = try Scene()
    let refused = try scene.office.quan("A", "resolve", status: 64)
    #expect(refused.err.contains("quan conflict resolve ID FIELD --take N"))
    #expect(try scene.office.conflicts("A").count == 3)
  }

  @Test("many conflicts are settled by whom people trust: a preview first, and nothing is written without a yes")
  func byAuthor() throws {
    let scene = try Scene()
    let preview = try scene.office.quan(
      "A", "conflict", "resolve", "--prefer-author", "李老师", "--kind", "student", "--dry-run")
    #expect(preview.out.split(separator: "\n").count == 2)
    #expect(try scene.office.conflicts("A").count == 3)
    // No terminal to confirm at: refused.
    let refused = try scene.office.tool(
      ["conflict", "resolve", "--prefer-author", "李老师"] + scene.office.own("A"), status: 64)
    #expect(refused.err.contains("--yes"))
    #expect(try scene.office.conflicts("A").count == 3)
    try scene.office.quan(
      "A", "conflict", "resolve", "--prefer-author", "李老师", "--kind", "student", "--where", "name=泉泉", "--field",
      "school",
      "--yes", "--reason", "按班主任")
    #expect(try scene.office.conflicts("A").count == 2)
    #expect(try scene.office.shown(scene.pupil, "school", on: "A") == .string("实验小学"))
    #expect(try scene.office.quan("A", "history", scene.pupil).out.contains("按班主任"))
    try scene.office.quan("A", "conflict", "resolve", "--prefer-author", "nobody", "--yes")
    #expect(try scene.office.conflicts("A").count == 2)
  }

  @Test("two versions of a paragraph can both be kept, dated and with their authors; of two names only one")
  func both() throws {
    let office = try Office()
    let pupil = try office.student("name=泉泉", "school=第一小学")
    let long = ["母亲在外务工, 由祖父母照看, 作业常常不能完成", "父亲已返乡, 作业由父亲检查, 比上月有进步"]
    try office.quan("A", "edit", pupil, "school=\(long[0])", "--author", "王老师", "--now", "2026-06-03T08:00:00Z")
    try office.quan("B", "edit", pupil, "school=\(long[1])", "--author", "李老师", "--now", "2026-06-05T08:00:00Z")
    try office.exchange()
    try office.quan("A", "conflict", "resolve", pupil, "school", "--both")
    #expect(
      try office.shown(pupil, "school", on: "A") == .string("2026-06-03 王老师: \(long[0])\n2026-06-05 李老师: \(long[1])"))
    #expect(try office.conflicts("A").isEmpty)
    let scene = try Scene()
    try scene.office.quan("A", "conflict", "resolve", scene.pupil, "class", "--both", status: 64)
    #expect(try scene.office.conflicts("A").count == 3)
  }

  @Test("a merge is kept and shown again, with what has become of its conflicts")
  func savedMerge() throws {
    let scene = try Scene()
    let listed = try scene.office.quan("A", "merge", "list", "--json").jsonLines
    let merge = try #require(listed.first { $0["new_conflicts"].int == 3 })
    let number = try #require(merge["merge"].int)
    let shown = try scene.office.quan("A", "merge", "show", "\(number)").out
    #expect(shown.contains("Needs you (3 then, 3 still open)"))
    _ = try scene.resolve("A", ["1", "y", "quit"])
    #expect(try scene.office.quan("A", "merge", "show", "\(number)").out.contains("Needs you (3 then, 2 still open)"))
    try scene.office.quan("A", "merge", "show", "999", status: 1)
    try scene.office.quan("A", "merge", "show", "x", status: 64)
  }
}
