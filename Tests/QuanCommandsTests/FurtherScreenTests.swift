import QuanTesting
import Testing

/// The screens about tables, files, members, schools and laptops are pinned too, in both languages, at 80 and at 40
/// columns.
@Suite("Further screens")
struct FurtherScreenTests {
  /// A sealed workspace of two schools: A founds it, B is admitted and has joined.
  private struct Scene {
    let office: Office
    let pupil: String
    private(set) var text = ""
    /// What of it the tool printed, without commands to be copied, which stay whole.
    private(set) var fitting = ""
    private let settings: (language: String, columns: Int)
    private var minute = 0

    init(language: String, columns: Int) throws {
      settings = (language, columns)
      office = try Self.twoLaptops()
      pupil = try office.tool(
        [
          "add", "student", "name=欧阳泉泉", "student_no=L370102201301011234", "birth=2013-01-01", "class=1班",
          "home_address=济南市历城区泉城路88号3号楼2单元", "phone=13812345678", "--now", "2020-06-01T08:00:00Z",
        ] + office.own("A")
      ).text
    }

    /// The replicas' IDs come as the laptops' names do, so that lists are in one order.
    private static func twoLaptops() throws -> Office {
      while true {
        let office = try Office([])
        for laptop in ["A", "B"] { _ = office.folder.folder(laptop) }
        let setUp = ["--now", "2020-06-01T07:00:00Z"]
        let (ask, welcome) = (office.path("ask"), office.path("welcome"))
        try office.tool(
          [
            "init", office.replica("A"), "--name", "历城二中-王老师", "--author", "王老师", "--scope", "历城二中", "--state",
            office.state("A"),
          ] + setUp)
        try office.tool(["scope", "add", "高新区第二实验小学"] + setUp + office.own("A"))
        try office.tool(["sync", office.stick] + setUp + office.own("A"))
        try office.tool(["member", "request", ask, "--from", office.stick, "--state", office.state("B")] + setUp)
        try office.tool(
          [
            "member", "admit", ask, "--name", "高新二小-李老师", "--person", "李老师", "--out", welcome, "--scope", "历城二中",
            "--scope", "高新区第二实验小学",
          ] + setUp
            + office.own("A"))
        try office.tool(["sync", office.stick] + setUp + office.own("A"))
        try office.tool(
          [
            "join", office.replica("B"), "--from", office.stick, "--welcome", welcome, "--name", "高新二小-李老师", "--author",
            "李老师", "--state", office.state("B"),
          ] + setUp)
        for laptop in ["B", "A", "B"] { try office.tool(["sync", office.stick] + setUp + office.own(laptop)) }
        let identities = try ["A", "B"].map { laptop in
          try #require(try office.quan(laptop, "status", "--json").json["replica"].string)
        }
        if identities == identities.sorted() { return office }
      }
    }

    /// Runs a command, each a minute after the one before, and keeps what it printed.
    mutating func show(_ command: [String], on laptop: String = "A", status: Int32 = 0) throws {
      minute += 1
      let now = "2020-06-03T09:\(minute < 10 ? "0" : "")\(minute):00Z"
      let outcome = try office.tool(
        command + ["--lang", settings.language, "--now", now] + office.own(laptop), status: status,
        environment: ["COLUMNS": "\(settings.columns)"])
      text += "$ quan \(command.joined(separator: " "))\n" + outcome.out + outcome.err + "\n"
      fitting += (outcome.out + outcome.err).split(separator: "\n").filter { line in
        !line.drop { $0 == " " }.hasPrefix("quan ")
      }.map { $0 + "\n" }.joined()
    }

    /// Keeps what stands in a file.
    mutating func show(file: String) {
      let content = String(decoding: TemporaryFolder.read(file), as: UTF8.self)
      text += "$ cat \(file)\n" + content.replacing("\u{FEFF}", with: "").replacing("\r\n", with: "\n") + "\n"
    }
  }

  @Test("each screen is as it was pinned, and fits", arguments: ["zh", "en"], [40, 80])
  func screens(language: String, columns: Int) throws {
    var scene = try Scene(language: language, columns: columns)
    let office = scene.office
    let pupil = scene.pupil
    let (photo, table, out) = (office.path("家访照片.jpg"), office.path("roster.csv"), office.path("out.csv"))
    TemporaryFolder.write(Array("an invented photo".utf8), to: photo)
    TemporaryFolder.write(
      Array(
        """
        历城二中学生花名册
        序号,姓名,学籍号,出生日期,班级,联系电话
        1,欧阳泉泉,L370102201301011234,2013-01-01,2班,13812345678
        2,趵突,G999999201302020010,2013年2月2日,1班,1.38E+10
        3,珍珠,G999999201303030010,2013-13-03,1班,
        4,五龙,G999999201304040010,2013.4.4,1班,13800000004
        合计,4
        填表人：王老师

        """.utf8), to: table)
    let schema = office.path("schema.json")
    TemporaryFolder.write(
      Array(
        #"{"extends":"education","kinds":[{"code":"visit","fields":[{"code":"weather","labels":{"zh":"天气","en":"weather"}}]}]}"#
          .utf8), to: schema)
    let wrong = office.path("wrong.json")
    TemporaryFolder.write(
      Array("{\"kinds\":[{\"code\":\"visit\",\n\"fields\":[{\"code\":\"weather\",\"type\":\"txt\"}]}]}".utf8), to: wrong
    )

    try scene.show(["attach", pupil, photo, "kind=photo", "caption=家长签字"])
    try scene.show(["attachment", "list"])
    try scene.show(["import", table, "--kind", "student", "--dry-run"], status: 3)
    try scene.show(["import", table, "--kind", "student"], status: 3)
    scene.show(file: office.path("roster.report.csv"))
    try scene.show(["list", "student"])
    try scene.show(["search", "泉"])
    try scene.show(["search", "没有这个人"])
    try scene.show(["export", "--kind", "student", "--format", "csv", "--output", out, "--columns", "name,class,phone"])
    scene.show(file: out)
    try scene.show(["export", "--kind", "student", "--format", "csv", "--output", out], status: 1)
    try scene.show(["schema", "show", "guardian"])
    try scene.show(["schema", "check", schema])
    try scene.show(["schema", "check", wrong], status: 1)
    try scene.show(["schema", "apply", schema, "--dry-run"])
    try scene.show(["scope", "list"])
    try scene.show(["scope", "limit", "历城二中"])
    try scene.show(["transfer", "offer", pupil, "--to", "高新区第二实验小学", "--reason", "随父母迁居"])
    try scene.show(["transfer", "list"])
    try scene.show(["sync", office.stick])
    try scene.show(["sync", office.stick], on: "B")
    try scene.show(["transfer", "list", "--open"], on: "B")
    try scene.show(["transfer", "accept", "--all"], on: "B")
    try scene.show(["scope", "leave", "历城二中", "--dry-run"], on: "B")
    try scene.show(["member", "list"])
    try scene.show(["member", "change", "高新二小-李老师", "--role", "reader"])
    try scene.show(["member", "revoke", "高新二小-李老师"])
    try scene.show(["member", "list"])
    try scene.show(["replica", "list"])
    try scene.show(["replica", "rename", "历城第二中学-王老师"])
    try scene.show(["replica", "retire", "高新二小-李老师", "--yes"])
    try scene.show(["backup", office.path("backup.quan")])
    try scene.show(["backup", office.path("backup.quan")], status: 1)
    try scene.show(["replica", "list"])
    try scene.show(["replica", "renew"])
    let screen = PinnedScreen(office: office, names: [pupil: "PUPIL"])
    try screen.expect(scene.text, "further-\(language)-\(columns)")
    screen.expectFitting(scene.fitting, columns)
  }
}
