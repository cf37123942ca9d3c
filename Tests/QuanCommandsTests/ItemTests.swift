import Foundation
import QuanTesting
import Testing

/// Lists and maps through the built tool: the steps of a plan, and whose phone is which.
@Suite("Lists and maps in the tool")
struct ItemTests {
  /// Two laptops that know a pupil and a plan of three steps.
  private struct Scene {
    let office: Office
    let pupil: String
    let plan: String

    init() throws {
      office = try Office()
      pupil = try office.student("name=泉泉", "contacts.母亲=13800000000", "contacts.姑姑=13900000000")
      plan = try office.quan(
        "A", "add", "visit_plan", "student=\(pupil)", "steps=预约", "steps=家访", "steps=复查"
      ).text
      try office.exchange()
    }

    /// The steps that a laptop shows.
    func steps(on laptop: String = "A") throws -> [String] {
      try office.shown(plan, "steps", on: laptop).items.compactMap(\.string)
    }

    /// What a command says in a language, on both outputs.
    func say(_ language: String, _ command: String..., on laptop: String = "A") throws -> String {
      let outcome = try office.tool(command + office.own(laptop) + ["--lang", language, "--reveal"])
      return outcome.out + outcome.err
    }
  }

  @Test("items are added, set, inserted, moved, removed, shown, told of and taken back, in both languages")
  func oneLaptop() throws {
    let scene = try Scene()
    #expect(try scene.say("en", "show", scene.plan).contains("  steps\n    1.  预约\n    2.  家访\n    3.  复查\n"))
    #expect(try scene.say("zh", "show", scene.plan).contains("  家访步骤\n    1.  预约\n    2.  家访\n    3.  复查\n"))
    let contacts = "    姑姑  13900000000\n    母亲  13800000000\n"
    #expect(try scene.say("zh", "show", scene.pupil).contains("  其他联系人电话\n" + contacts))
    #expect(try scene.office.quan("A", "show", scene.pupil).out.contains("13800000000") == false)

    try scene.office.quan("A", "edit", scene.plan, "steps[3]>1", "steps[2]=电话预约", "steps[2]+=问班主任", "steps+=归档")
    #expect(try scene.steps() == ["复查", "问班主任", "电话预约", "家访", "归档"])
    try scene.office.quan("A", "edit", scene.plan, "steps[1]=", "-m", "不再需要")
    #expect(try scene.steps() == ["问班主任", "电话预约", "家访", "归档"])
    try scene.office.quan("A", "edit", scene.pupil, "contacts.姑姑=", "contacts.父亲=13700000000")
    #expect(try scene.office.shown(scene.pupil, "contacts", on: "A").names == ["母亲", "父亲"])

    // What happened to one item is told alone.
    let step = try scene.say("en", "history", scene.plan, "steps[2]")
    #expect(step.contains("    steps[2]: 预约 -> 电话预约\n"))
    #expect(!step.contains("归档") && !step.contains("moved"))
    let whole = try scene.say("zh", "history", scene.plan, "steps")
    #expect(whole.contains("家访步骤 += 归档") && whole.contains(" 移动\n") && whole.contains("不再需要"))
    #expect(try scene.say("zh", "history", scene.pupil, "contacts.父亲").contains("其他联系人电话.父亲: (空) -> 13700000000"))

    try scene.office.quan("A", "undo")
    #expect(try scene.office.shown(scene.pupil, "contacts", on: "A").names == ["姑姑", "母亲"])
    try scene.office.quan("A", "undo")
    try scene.office.quan("A", "undo")
    #expect(try scene.steps() == ["预约", "家访", "复查"])
    try scene.office.exchange()
    try scene.office.expectEqual()
  }

  @Test("many acts on a long list in one command do what they do to an array, one after another", arguments: 0..<3)
  func manyActs(seed: UInt64) throws {
    let scene = try Scene()
    var random = SeededGenerator(seed: seed)
    var steps = try scene.steps()
    var acts: [String] = []
    for number in 0..<700 {
      let place = Int.random(in: 0..<max(1, steps.count), using: &random)
      let draw =
        steps.count < 10 || number < 350
        ? Int.random(in: 0..<6, using: &random) : Int.random(in: 0..<10, using: &random)
      switch draw {
      case 0..<3:
        acts.append("steps+=a\(number % 50)")
        steps.append("a\(number % 50)")
      case 3..<5:
        acts.append("steps[\(place + 1)]+=b\(number)")
        steps.insert("b\(number)", at: place)
      case 5..<7:
        let target = Int.random(in: 0..<steps.count, using: &random)
        acts.append("steps[\(place + 1)]>\(target + 1)")
        steps.insert(steps.remove(at: place), at: target)
      case 7:
        acts.append("steps[\(place + 1)]=c\(number % 20)")
        steps[place] = "c\(number % 20)"
      case 8:
        acts.append("steps[\(place + 1)]=")
        steps.remove(at: place)
      default:
        let gone = steps[place]
        acts.append("steps-=\(gone)")
        steps.removeAll { $0 == gone }
      }
    }
    try scene.office.tool(["edit", scene.plan] + acts + scene.office.own("A"))
    #expect(try scene.steps() == steps, "seed \(seed); replay: Tools/test ItemTests")
    try scene.office.exchange()
    #expect(try scene.steps(on: "B") == steps, "seed \(seed); replay: Tools/test ItemTests")
    try scene.office.quan("A", "edit", scene.plan, "steps=")
    #expect(try scene.steps().isEmpty)
    try scene.office.exchange()
    try scene.office.expectEqual()
  }

  @Test("what cannot be done to an item is refused with what can, in both languages")
  func refused() throws {
    let scene = try Scene()
    for (wrong, english, chinese) in [
      ("steps[7]=x", "has places 1 to 3", "只有第 1 至 3 项"), ("steps=x", "takes steps+=V", "steps+=值"),
      ("contacts=x", "takes contacts.KEY=VALUE", "contacts.键=值"), ("name.a=x", "no such items", "没有这样的项"),
    ] {
      let id = wrong.hasPrefix("steps") ? scene.plan : scene.pupil
      for (language, text) in [("en", english), ("zh", chinese)] {
        let outcome = try Program.run(
          try Built.quan.get(), ["edit", id, wrong, "--lang", language] + scene.office.own("A"))
        #expect(outcome.status != 0 && outcome.err.contains(text), "\(wrong): \(outcome.err)")
      }
    }
    #expect(try scene.steps() == ["预约", "家访", "复查"])
  }

  @Test("two values of one item are a conflict of that item, listed, shown and settled by its name")
  func conflicts() throws {
    let scene = try Scene()
    let office = scene.office
    try office.quan("A", "edit", scene.plan, "steps[2]=入户家访")
    try office.quan("B", "edit", scene.plan, "steps[2]=线上家访", "steps[3]>1")
    try office.quan("A", "edit", scene.pupil, "contacts.母亲=13811111111")
    try office.quan("B", "edit", scene.pupil, "contacts.母亲=13822222222", "contacts.父亲=13700000000")
    try office.exchange()
    // The element is third now; its conflict goes with it.
    let listed = try office.conflicts("A")
    #expect(Set(listed.map { $0["field"].string }) == ["steps", "contacts"])
    #expect(listed.first { $0["field"].string == "contacts" }?["item"].string == "母亲")
    let shown = try scene.say("en", "conflict", "show", scene.plan)
    #expect(shown.contains("steps[3] (steps[3])") && shown.contains("入户家访") && shown.contains("线上家访"))
    #expect(shown.contains("'steps[3]' --take N"))
    #expect(try scene.say("zh", "conflict", "show", scene.plan).contains("家访步骤[3] (steps[3])"))
    #expect(try scene.say("zh", "show", scene.plan).contains("2 个值待定: quan conflict show"))

    let side = try #require(sides(of: listed, "线上家访"))
    try office.quan("B", "conflict", "resolve", scene.plan, "steps[3]", "--take", side)
    try office.quan("A", "conflict", "resolve", scene.pupil, "contacts.母亲", "--value", "13833333333")
    try office.exchange()
    for laptop in office.laptops {
      #expect(try scene.steps(on: laptop) == ["复查", "预约", "线上家访"])
      let contacts = try office.shown(scene.pupil, "contacts", on: laptop)
      #expect(contacts["母亲"].string == "13833333333" && contacts["父亲"].string == "13700000000")
      #expect(try office.conflicts(laptop).isEmpty)
    }
    try office.expectEqual()
  }

  private func sides(of conflicts: [JSONValue], _ value: String) -> String? {
    conflicts.flatMap { $0["sides"].items }.first { $0["value"].string == value }?["n"].int.map(String.init)
  }

  @Test("M-4 one item moved by two people is in one place, and the merge says so in both languages")
  func movedTwice() throws {
    for (language, said, mark) in [
      ("en", "it is at one place, the same everywhere", "(moved by several people at once)"),
      ("zh", "它只在一处, 各处相同", "(多人同时移动过)"),
    ] {
      let scene = try Scene()
      try scene.office.quan("A", "edit", scene.plan, "steps[2]>1")
      try scene.office.quan("B", "edit", scene.plan, "steps[2]>3")
      try scene.office.quan("B", "sync", scene.office.stick)
      let merged = try scene.say(language, "sync", scene.office.stick)
      #expect(merged.contains(said) && merged.contains("person A") && merged.contains("person B"))
      try scene.office.exchange()
      let steps = try scene.steps()
      #expect([["家访", "预约", "复查"], ["预约", "复查", "家访"]].contains(steps))
      #expect(try scene.steps(on: "B") == steps)
      #expect(try scene.say(language, "show", scene.plan).components(separatedBy: mark).count == 2)
      try scene.office.expectEqual()
    }
  }

  @Test("one puts an item elsewhere while another rewrites it: both hold, and the merge says who did what")
  func movedAndWritten() throws {
    let scene = try Scene()
    try scene.office.quan("A", "edit", scene.plan, "steps[3]>1")
    try scene.office.quan("B", "edit", scene.plan, "steps[3]=一周后复查")
    try scene.office.quan("A", "sync", scene.office.stick)
    let merged = try scene.say("en", "sync", scene.office.stick, on: "B").split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    #expect(merged.contains("several people changed different fields, all kept: steps ("))
    #expect(merged.contains("person A") && merged.contains("person B"))
    try scene.office.exchange()
    for laptop in scene.office.laptops {
      #expect(try scene.steps(on: laptop) == ["一周后复查", "预约", "家访"])
      #expect(try scene.office.conflicts(laptop).isEmpty)
    }
    let history = try scene.say("zh", "history", scene.plan, "steps[1]")
    #expect(history.contains("家访步骤[1] 移动") && history.contains("家访步骤[1]: 复查 -> 一周后复查"))
  }

  @Test("a list or map is one cell of a table, and comes back as it was; a list is put in order, a map gains keys")
  func tables() throws {
    let scene = try Scene()
    let office = scene.office
    try office.quan("A", "edit", scene.plan, "steps+=a；b\\c; d", "steps+==SUM(1)", "steps+= 空格 ")
    try office.quan("A", "edit", scene.pupil, "contacts.a\\；b=1；2")
    let steps = try scene.steps()
    let path = office.path("plans.csv")
    let pupils = office.path("pupils.csv")
    try office.quan("A", "export", "--kind", "visit_plan", "--format", "csv", "--output", path)
    try office.quan("A", "export", "--kind", "student", "--format", "csv", "--output", pupils, "--reveal")
    func text(_ path: String) -> String { String(decoding: TemporaryFolder.read(path), as: UTF8.self) }
    #expect(text(path).contains("预约；家访；复查；a\\；b\\\\c\\; d；=SUM(1)；"))
    func take(_ path: String, _ kind: String) throws -> JSONValue {
      try office.quan("A", "import", path, "--kind", kind, "--json").json
    }
    for (path, kind) in [(path, "visit_plan"), (pupils, "student")] {
      #expect(try take(path, kind)["same"].int == 1, "\(text(path))")
    }
    #expect(try scene.steps() == steps)

    let changed = text(path).replacing("预约；家访；复查", with: "复查；预约；入户")
    TemporaryFolder.write(Array(changed.utf8), to: path)
    #expect(try take(path, "visit_plan")["changed"].int == 1)
    #expect(try scene.steps() == ["复查", "预约", "入户"] + steps.dropFirst(3))
    // What was elsewhere was moved, and is what it was.
    #expect(try scene.say("en", "history", scene.plan, "steps").contains(" moved\n"))
    let gained = text(pupils).replacing("母亲=13800000000", with: "母亲=13800000001；舅舅=1")
    TemporaryFolder.write(Array(gained.utf8), to: pupils)
    #expect(try take(pupils, "student")["changed"].int == 1)
    let contacts = try office.shown(scene.pupil, "contacts", on: "A")
    #expect(contacts["母亲"].string == "13800000001" && contacts["舅舅"].string == "1")
    #expect(contacts["姑姑"].string == "13900000000" && contacts["a\\；b"].string == "1；2")
    try office.exchange()
    try office.expectEqual()
  }

  @Test("texts and sets come back from a table as they were, line breaks, separators and formula signs included")
  func textsAndSets() throws {
    let office = try Office()
    let schema = office.path("schema.json")
    TemporaryFolder.write(
      Array(
        #"""
        {"kinds": [{"code": "note", "labels": {"zh": "笔记", "en": "note"}, "fields": [
          {"code": "title"}, {"code": "body", "container": "collaborative-text", "labels": {"zh": "正文", "en": "body"}},
          {"code": "tags", "container": "set"}]}]}
        """#.utf8), to: schema)
    try office.quan("A", "schema", "apply", schema)
    let body = "=1+1\n第一段, \"引号\"；\n\n  末段\n"
    let id = try office.quan("A", "add", "note", "title=一", "body=\(body)", "tags=甲、乙", "tags=a|b\\", "tags=丙").text
    let path = office.path("notes.csv")
    for encoding in ["utf-8", "gb18030"] {
      try office.quan(
        "A", "export", "--kind", "note", "--format", "csv", "--output", path, "--reveal", "--force", "--encoding",
        encoding)
      #expect(try office.quan("A", "import", path, "--kind", "note", "--json").json["same"].int == 1)
    }
    try office.quan("A", "export", "--kind", "note", "--format", "csv", "--output", path, "--reveal", "--force")
    let text = String(decoding: TemporaryFolder.read(path), as: UTF8.self).replacing("  末段\n", with: "  末段改\n")
      .replacing("丙", with: "丁")
    TemporaryFolder.write(Array(text.utf8), to: path)
    #expect(try office.quan("A", "import", path, "--kind", "note", "--json").json["changed"].int == 1)
    #expect(try office.shown(id, "body", on: "A").string == body.replacing("末段", with: "末段改"))
    #expect(try Set(office.shown(id, "tags", on: "A").items.compactMap(\.string)) == ["甲、乙", "a|b\\", "丙", "丁"])
    // The text is the one that it was, edited: somebody else's edit meanwhile is merged into it.
    try office.exchange()
    try office.expectEqual()
  }
}
