import QuanTesting
import Testing

/// What people read about a merge and its conflict is pinned in both languages, at fixed times.
@Suite("Snapshots of what people read")
struct SnapshotTests {
  /// A pupil whom both changed at once; A is about to meet what B wrote.
  private struct Scene {
    let office: Office
    let id: String

    init() throws {
      // Sides are in the order of the replicas' IDs, which are random: make them come as the names do.
      var office = try Office()
      func identity(_ laptop: String) throws -> String {
        try #require(try office.quan(laptop, "status", "--json").json["replica"].string)
      }
      while try identity("B") < identity("A") { office = try Office() }
      id = try office.student(
        "name=泉泉", "school=第一小学", "phone=13812345678", "boarding=day", "--now", "2026-06-01T08:00:00Z")
      try office.quan("A", "edit", id, "school=第二小学", "--now", "2026-06-02T08:00:00Z")
      try office.quan("B", "edit", id, "school=实验小学", "class=1班", "-m", "家访", "--now", "2026-06-03T08:30:00Z")
      try office.quan("B", "delete", id, "--now", "2026-06-03T09:00:00Z")
      try office.quan("B", "restore", id, "--now", "2026-06-03T09:01:00Z")
      try office.quan("B", "sync", office.stick)
      self.office = office
    }

    /// What a command prints on A, its result and then its talk, with random IDs replaced by ones of the same width.
    func read(_ language: String, _ command: String...) throws -> String {
      let outcome = try office.tool(command + office.own("A") + ["--lang", language])
      let short = id.prefix(4) + id.drop { $0 != "-" }
      let text = (outcome.out + "--\n" + outcome.err).replacing(id, with: "FULL-ID").replacing(short, with: "XXXX-NN")
      // Changes go by their first operation.
      return text.replacing(/(更改|change) [0-9A-Z]{4}-\d+/) { "\($0.output.1) C" }
    }
  }

  @Test("a merge that makes a conflict, the conflict, the record and its history, in Chinese")
  func chinese() throws {
    let scene = try Scene()
    let merged = try scene.read("zh", "sync", scene.office.stick)
    #expect(
      merged.hasPrefix(
        """
        合并 2: 新增 0  变更 1  相同 0  待您处理 1  疑似重复 0
          (收到 3 = 并入 3 + 相同 0 + 等待 0; 没有丢失)

        需要您处理 (新出现 1 处):
        [XXXX-NN] 学生 泉泉  (our school)
          学校 (school): 多人同时改了这一项
            原值  第一小学
            1  第二小学  <- person A, laptop A, 2026-06-02 16:00
            2  实验小学  <- person B, laptop B, 2026-06-03 16:30  "家访"
            处理之前显示第 2 方
        --
        ! 还有 1 处冲突等您处理. 下一步: quan resolve
        已写入
        """))
    #expect(merged.hasSuffix(" 字节. 可以安全拔出.\n"))
    #expect(
      try scene.read("zh", "conflict", "list") == """
        [XXXX-NN] 学生 泉泉  (our school)
          学校 (school): 多人同时改了这一项
            原值  第一小学
            1  第二小学  <- person A, laptop A, 2026-06-02 16:00
            2  实验小学  <- person B, laptop B, 2026-06-03 16:30  "家访"
            处理之前显示第 2 方
        --
        待处理 1 处
        下一步: quan resolve

        """)
    #expect(
      try scene.read("zh", "show", scene.id) == """
        [XXXX-NN] 学生 泉泉
          姓名      泉泉
          联系电话  138****5678
        ! 学校      实验小学   <- 2 个值待定: quan conflict show XXXX-NN school
          班级      1班
          就读方式  走读
        --

        """)
    #expect(
      try scene.read("zh", "list", "student") == """
        编号      待处理    姓名  联系电话     学校      班级  就读方式
        --------  --------  ----  -----------  --------  ----  --------
        XXXX-NN  ! 冲突 1  泉泉  138****5678  实验小学  1班   走读
        --
        共 1 条

        """)
    #expect(
      try scene.read("zh", "history", scene.id, "school") == """
        person A, laptop A, 2026-06-01 16:00  更改 XXXX-NN
            新建
              学校 = 第一小学
        person A, laptop A, 2026-06-02 16:00  更改 C
            学校: 第一小学 -> 第二小学
        person B, laptop B, 2026-06-03 16:30  更改 C  "家访"
            学校: 第一小学 -> 实验小学
        --

        """)
    #expect(
      try scene.read("zh", "conflict", "resolve", scene.id, "school", "--take", "1")
        == "已处理. 待处理 0 处; 反悔: quan undo\n--\n")
  }

  @Test("a merge that makes a conflict, the conflict, the record and its history, in English")
  func english() throws {
    let scene = try Scene()
    let merged = try scene.read("en", "sync", scene.office.stick)
    #expect(
      merged.hasPrefix(
        """
        Merge 2: 0 new, 1 changed, 0 same, 1 need you, 0 possible duplicates
          (3 in = 3 taken in + 0 same + 0 waiting; nothing lost)

        Needs you (1 new):
        [XXXX-NN] student 泉泉  (our school)
          school (school): several people changed this at once
            was  第一小学
            1  第二小学  <- person A, laptop A, 2026-06-02 16:00
            2  实验小学  <- person B, laptop B, 2026-06-03 16:30  "家访"
            until it is settled side 2 is shown
        --
        ! 1 conflict is waiting for you. Next: quan resolve
        Wrote
        """))
    #expect(merged.hasSuffix(" bytes. Safe to remove.\n"))
    #expect(
      try scene.read("en", "conflict", "list") == """
        [XXXX-NN] student 泉泉  (our school)
          school (school): several people changed this at once
            was  第一小学
            1  第二小学  <- person A, laptop A, 2026-06-02 16:00
            2  实验小学  <- person B, laptop B, 2026-06-03 16:30  "家访"
            until it is settled side 2 is shown
        --
        1 open
        Next: quan resolve

        """)
    #expect(
      try scene.read("en", "show", scene.id) == """
        [XXXX-NN] student 泉泉
          name             泉泉
          phone            138****5678
        ! school           实验小学
                           <- 2 values wait: quan conflict show XXXX-NN school
          class            1班
          day or boarding  day
        --

        """)
    #expect(
      try scene.read("en", "list", "student") == """
        ID        open          name  phone        school    class  day or boarding
        --------  ------------  ----  -----------  --------  -----  ---------------
        XXXX-NN  ! 1 conflict  泉泉  138****5678  实验小学  1班    day
        --
        1 record

        """)
    #expect(
      try scene.read("en", "history", scene.id, "school") == """
        person A, laptop A, 2026-06-01 16:00  change XXXX-NN
            created
              school = 第一小学
        person A, laptop A, 2026-06-02 16:00  change C
            school: 第一小学 -> 第二小学
        person B, laptop B, 2026-06-03 16:30  change C  "家访"
            school: 第一小学 -> 实验小学
        --

        """)
    #expect(
      try scene.read("en", "conflict", "resolve", scene.id, "school", "--take", "1")
        == "Settled. 0 open; quan undo takes it back\n--\n")
  }

  @Test("a record that one deleted and another edited, in both languages")
  func deletedAndEdited() throws {
    let scene = try Scene()
    try scene.office.exchange()
    let id = try scene.office.quan("A", "add", "student", "name=二宝", "--now", "2026-06-01T08:00:00Z").text
    try scene.office.exchange()
    try scene.office.quan("A", "delete", id, "--now", "2026-06-04T08:00:00Z")
    try scene.office.quan("B", "edit", id, "class=2班", "--now", "2026-06-04T09:00:00Z")
    try scene.office.exchange()
    func read(_ language: String) throws -> String {
      let outcome = try scene.office.tool(["conflict", "show", id, "--lang", language] + scene.office.own("A"))
      return outcome.out.replacing(id.prefix(4) + id.drop { $0 != "-" }, with: "XXXX-NN")
    }
    #expect(
      try read("zh") == """
        [XXXX-NN] 学生 二宝  (our school)
          有人删除, 有人修改
            1  删除了记录  <- person A, laptop A, 2026-06-04 16:00
            2  修改了记录  <- person B, laptop B, 2026-06-04 17:00
            处理之前记录仍然保留

        """)
    #expect(
      try read("en") == """
        [XXXX-NN] student 二宝  (our school)
          deleted by one, edited by another
            1  deleted the record  <- person A, laptop A, 2026-06-04 16:00
            2  worked on the record  <- person B, laptop B, 2026-06-04 17:00
            until it is settled the record stays

        """)
  }
}
