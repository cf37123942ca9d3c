import QuanTesting
import Testing

/// What people see of problems and of joined records is pinned in both languages, narrow and wide.
@Suite("Problems through the tool")
struct ProblemToolTests {
  /// One pupil entered on both laptops; A is about to meet what B wrote.
  private struct Scene {
    let office: Office
    let one: String
    let other: String

    init() throws {
      let office = try Office.inOrder()
      one = try office.quan(
        "A", "add", "student", "name=张伟", "birth=2012-03-04", "student_no=2025-001", "--now", "2026-06-01T08:00:00Z"
      ).text
      other = try office.quan(
        "B", "add", "student", "name=张偉", "birth=2012-03-04", "student_no=2025-001", "--now", "2026-06-02T08:00:00Z"
      ).text
      try office.quan("B", "sync", office.stick)
      self.office = office
    }

    /// What a command prints on A, its result and then its talk, with IDs and codes replaced by ones of the same width.
    func read(_ language: String, _ columns: Int, _ command: String...) throws -> String {
      let outcome = try office.tool(
        command + office.own("A") + ["--lang", language], environment: ["COLUMNS": String(columns)])
      var text = outcome.out + "--\n" + outcome.err
      for (id, letter) in [(one, "A"), (other, "B")] {
        let number = id.drop { $0 != "-" }
        let short = id.prefix(4) + number
        text = text.replacing(id, with: "FULL-\(letter)")
        text = text.replacing(
          short, with: String(repeating: letter, count: 4) + "-" + String(repeating: "N", count: number.count - 1))
      }
      guard let code = try office.quan("A", "problem", "list", "--json").json.items.first?["id"].string else {
        return text
      }
      return text.replacing(code.prefix(6), with: "CODE06")
    }
  }

  @Test("I-1, I-3 one pupil entered twice: the merge says so, and list, show and status go on saying so, in Chinese")
  func chinese() throws {
    let scene = try Scene()
    let merged = try scene.office.tool(
      ["sync", scene.office.stick, "--lang", "zh"] + scene.office.own("A"), environment: ["COLUMNS": "80"])
    #expect(merged.out.contains("待您处理 0  疑似重复 1\n") && merged.out.contains("\n需要核实 (新出现 1 个):\n"))
    #expect(merged.err.hasPrefix("? 有 1 个问题等您核实. 查看: quan problem list\n"))
    #expect(
      try scene.read("zh", 80, "problem", "list") == """
        CODE06  号码重复: 姓名+出生日期; 学籍号
                [AAAA-NNN] 学生 张伟
                [BBBB-N] 学生 张偉
        --
        待处理 1 个
        下一步: quan problem show CODE06

        """)
    #expect(
      try scene.read("zh", 80, "problem", "show", scene.one) == """
        [CODE06] 号码重复: 姓名+出生日期; 学籍号
            [AAAA-NNN] 学生 张伟  <- person A, laptop A, 2026-06-01 16:00
              姓名      张伟
              出生日期  2012-**-**
              学籍号    2****1
            [BBBB-N] 学生 张偉  <- person B, laptop B, 2026-06-02 16:00
              姓名      张偉
              出生日期  2012-**-**
              学籍号    2****1
        --
        怎样处理, 任选一种:
          是同一个: 合成一条, 两边填的都保留, 不一样的项再由您选
            quan problem resolve CODE06 --same
          不是同一个: 各留各的, 以后不再提示
            quan problem resolve CODE06 --accept --reason "不是同一个"
          有一条填错了: 改正它
            quan edit AAAA-NNN 字段=新值
            quan edit BBBB-N 字段=新值
          拿不准: 先看各条的全部内容
            quan show AAAA-NNN
            quan show BBBB-N

        """)
    #expect(
      try scene.read("zh", 80, "list", "student") == """
        编号      待处理    姓名  出生日期    学籍号
        --------  --------  ----  ----------  ------
        AAAA-NNN  ! 问题 1  张伟  2012-**-**  2****1
        BBBB-N    ! 问题 1  张偉  2012-**-**  2****1
        --
        共 2 条

        """)
    #expect(
      try scene.read("zh", 80, "show", scene.other) == """
        [BBBB-N] 学生 张偉
          姓名      张偉
          出生日期  2012-**-**
          学籍号    2****1
        ? 号码重复: 姓名+出生日期; 学籍号   <- quan problem show CODE06
        --

        """)
    #expect(try scene.read("zh", 80, "status").contains("待核实的问题: 1\n"))
    #expect(try scene.office.quan("A", "status", "--json").json["problems"].int == 1)
    try scene.office.quan("A", "status", "--fail-on-problem", status: 1)
    try scene.office.quan("A", "status", "--fail-on-conflict")
    let kept = try scene.read("zh", 200, "merge", "show")
    #expect(kept.contains("CODE06  号码重复: 姓名+出生日期; 学籍号  [AAAA-NNN] 学生 张伟  ~  [BBBB-N] 学生 张偉\n"))
  }

  @Test("I-3 told to be the same, the two are one under both IDs, in English; --undo separates them")
  func joining() throws {
    let scene = try Scene()
    try scene.office.quan("A", "sync", scene.office.stick)
    #expect(
      try scene.read("en", 200, "problem", "list") == """
        CODE06  one number, several records: name+date of birth; student number  [AAAA-NNN] student 张伟  ~  [BBBB-N] student 张偉
        --
        1 open
        Next: quan problem show CODE06

        """)
    let code = try #require(try scene.office.quan("A", "problem", "list", "--json").json.items.first?["id"].string)
    #expect(
      try scene.read("en", 80, "problem", "resolve", code, "--same", "--reason", "one ID card")
        == """
        Settled. 0 open; quan undo takes it back
        --
        ! 1 conflict is waiting for you. Next: quan resolve

        """)
    let joined = try scene.read("en", 80, "show", scene.other)
    #expect(
      joined == """
        [AAAA-NNN] student 张偉
          joined of several; also goes by BBBB-N
        ! name            张偉   <- 2 values wait: quan conflict show AAAA-NNN name
          date of birth   2012-**-**
          student number  2****1
        --

        """)
    #expect(try scene.office.shown(scene.one, "name", on: "A") == scene.office.shown(scene.other, "name", on: "A"))
    #expect(try scene.office.quan("A", "list", "student", "--json").jsonLines.count == 1)
    #expect(
      try scene.office.quan("A", "show", scene.other, "--json").json["also"].items.compactMap(\.string) == [scene.other]
    )
    try scene.office.exchange()
    try scene.office.expectEqual()
    try scene.office.quan("B", "conflict", "resolve", scene.other, "name", "--take", "1")
    try scene.office.exchange()
    #expect(try scene.office.shown(scene.one, "name", on: "A").string == "张伟")
    #expect(
      try scene.read("en", 80, "merge-records", scene.one, scene.other, "--undo").hasSuffix(
        """
        --
        Separated
        ? 1 problem is to be looked into. See: quan problem list

        """))
    #expect(try scene.office.quan("A", "list", "student", "--json").jsonLines.count == 2)
    try scene.office.exchange()
    try scene.office.expectEqual()
    #expect(try scene.office.quan("B", "problem", "list", "--json").json.items.count == 1)
    try scene.office.quan("A", "merge-records", scene.one, scene.one, "--undo", status: 1)
  }

  @Test("I-3 said to be two persons, they are not listed again, on any laptop, until that is taken back")
  func verdict() throws {
    let scene = try Scene()
    try scene.office.exchange()
    let code = try #require(try scene.office.quan("B", "problem", "list", "--json").json.items.first?["id"].string)
    try scene.office.quan("B", "problem", "resolve", code, "--accept", "--reason", "cousins")
    try scene.office.exchange()
    for laptop in ["A", "B"] {
      #expect(try scene.office.quan(laptop, "problem", "list", "--json").json.items.isEmpty)
      let accepted = try scene.office.quan(laptop, "problem", "list", "--accepted", "--json").json.items
      #expect(accepted.compactMap { $0["reason"].string } == ["cousins"])
    }
    try scene.office.quan("A", "problem", "resolve", code, "--reopen")
    try scene.office.exchange()
    #expect(try scene.office.quan("B", "problem", "list", "--json").json.items.count == 1)
    try scene.office.expectEqual()
  }

  @Test("I-2 a visit to a pupil deleted meanwhile is kept and listed; restoring or clearing the reference settles it")
  func deletedTarget() throws {
    let office = try Office()
    let pupils = try ["张伟", "李娜"].map { try office.student("name=\($0)") }
    let visits = try pupils.map { try office.quan("B", "add", "visit", "student=\($0)").text }
    for pupil in pupils { try office.quan("A", "delete", pupil) }
    try office.exchange()
    for laptop in ["A", "B"] {
      let listed = try office.quan(laptop, "problem", "list", "--class", "deleted-but-referenced", "--json").json.items
      #expect(Set(listed.compactMap { $0["records"].items.first?.string }) == Set(visits))
    }
    try office.quan("A", "problem", "resolve", visits[0], "--restore")
    try office.quan("B", "problem", "resolve", visits[1], "--clear")
    try office.exchange()
    for laptop in ["A", "B"] {
      #expect(try office.quan(laptop, "problem", "list", "--json").json.items.isEmpty)
      #expect(try office.quan(laptop, "show", pupils[0], "--json").json["state"].string == "present")
      #expect(try office.shown(visits[1], "student", on: laptop) == .null)
    }
    try office.expectEqual()
  }

  @Test("I-5 two main guardians after a merge are listed with both, on both laptops, until one is corrected")
  func mainGuardians() throws {
    let office = try Office()
    let pupil = try office.student("name=张伟")
    let guardians = try ["A", "B"].map { laptop in
      try office.quan(laptop, "add", "guardian", "student=\(pupil)", "name=监护人\(laptop)", "is_main=yes").text
    }
    try office.exchange()
    for laptop in ["A", "B"] {
      let listed = try office.quan(laptop, "problem", "list", "--class", "invariant", "--json").json.items
      #expect(listed.map { Set($0["records"].items.compactMap(\.string)) } == [Set(guardians + [pupil])])
    }
    try office.quan("B", "edit", guardians[1], "is_main=no")
    try office.exchange()
    for laptop in ["A", "B"] {
      #expect(try office.quan(laptop, "problem", "list", "--class", "invariant", "--json").json.items.isEmpty)
    }
  }

  @Test("a class that there is not, two ways to settle at once, and a way that does not fit are refused")
  func refusals() throws {
    let scene = try Scene()
    try scene.office.quan("A", "sync", scene.office.stick)
    try scene.office.quan("A", "problem", "list", "--class", "nothing", status: 64)
    try scene.office.quan("A", "problem", "resolve", scene.one, "--same", "--accept", status: 64)
    try scene.office.quan("A", "problem", "resolve", scene.one, "--restore", status: 64)
    try scene.office.quan("A", "problem", "show", "ZZZZZZ", status: 1)
    let words = ["quan", "problem", "show"] + scene.office.own("A") + [""]
    let offered = try scene.office.tool(
      ["---completion", "problem", "show", "--", "positional@0", "\(words.count - 1)", "0"] + words)
    let code = try #require(try scene.office.quan("A", "problem", "list", "--json").json.items.first?["id"].string)
    #expect(offered.out.contains(code.prefix(6)))
  }
}
