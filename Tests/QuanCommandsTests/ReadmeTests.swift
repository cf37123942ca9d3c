import Foundation
import QuanTesting
import Testing

/// The screens that README.md shows are what a person at a terminal sees, but for IDs, moments and sizes.
@Suite("Screens of README.md")
struct ReadmeTests {
  /// Two teachers with a laptop each and one stick, at terminals in one language.
  private final class Tour {
    static let people = ["王老师": "a.quan", "李老师": "b.quan"]
    let folder = TemporaryFolder(inMemory: true)
    let language: String
    /// What was seen since it was last asked for.
    private var seen = ""

    init(_ language: String) throws {
      self.language = language
      _ = folder.folder("stick")
    }

    /// Runs a command as a person types it, answering what it asks; gives what it printed.
    @discardableResult
    func run(
      _ person: String, _ command: String, answering: [(question: String, answer: String)] = [], status: Int32 = 0,
      isShown: Bool = true
    ) throws -> String {
      let words = command.replacing("quan ", with: try Built.quan.get() + " ", maxReplacements: 1)
      var (screen, ended) = try TerminalSession.run(
        "/bin/sh", ["-c", "cd '\(folder.path)' && exec \(words)"], typing: answering.map(\.answer),
        columns: language == "zh" ? 80 : 120,
        environment: [
          "LANG": language == "zh" ? "zh_CN.UTF-8" : "en_US.UTF-8", "NO_COLOR": "1", "PAGER": "cat",
          "QUAN_REPLICA": Self.people[person] ?? "", "XDG_STATE_HOME": folder.path + "/state of \(person)",
        ])
      try #require(ended == status, "\(person): \(command)\n\(screen)")
      // The terminal echoes what waits to be read; a person types it after the question.
      for answer in answering where screen.hasPrefix(answer.answer + "\n") {
        screen.removeFirst(answer.answer.count + 1)
      }
      var rest = screen[...]
      var told = ""
      for (question, answer) in answering {
        guard let place = rest.range(of: question) else { continue }
        told += rest[..<place.upperBound] + answer + "\n"
        rest = rest[place.upperBound...]
      }
      screen = told + rest
      if isShown { seen += "\(person)$ \(command)\n\(screen)" }
      return screen
    }

    /// Expects that README.md shows what was seen, whole and as one excerpt.
    func expectShown(at location: SourceLocation = #_sourceLocation) {
      let readme = String(decoding: TemporaryFolder.read(Built.repository + "/README.md"), as: UTF8.self)
      if !ReadmeTests.normal(readme).contains("```\n" + ReadmeTests.normal(seen) + "```\n") {
        Issue.record("README.md shows something else than\n\(seen)", sourceLocation: location)
      }
      seen = ""
    }

    /// What was seen so far is not shown.
    func forget() { seen = "" }

    /// The full ID that a command printed.
    static func id(_ screen: String) throws -> String {
      try String(#require(screen.firstMatch(of: /[0-9A-HJKMNP-TV-Z]{13}-[0-9]+/)).output)
    }
  }

  /// A text with what differs from run to run in one form.
  private static func normal(_ text: String) -> String {
    text.replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}/, with: "MOMENT")
      .replacing(/\b[0-9A-HJKMNP-TV-Z]{26}\b/, with: "WORKSPACE")
      .replacing(/\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b/, with: "CODE")
      .replacing(/\b[0-9A-HJKMNP-TV-Z]{13}\b(?!-)/, with: "MEMBER")
      .replacing(/\b[0-9A-HJKMNP-TV-Z]{4,13}-[0-9]+\b(?!-)/, with: "ID")
      .replacing(/\b[0-9A-HJKMNP-TV-Z]{6}\b/, with: "PROBLEM")
      .replacing(/(已写入|Wrote) [0-9]+/) { "\($0.output.1) N" }
      // Columns are as wide as the IDs in them.
      .replacing(#/ {2,}/#, with: "  ").replacing(/-{3,}/, with: "---").replacing(#/ +\n/#, with: "\n")
  }

  /// Both have the workspace and the pupil, and both have changed the pupil; gives the tour and the pupil.
  private func bothEdit(_ language: String) throws -> (Tour, String) {
    for _ in 0..<20 {
      let tour = try Tour(language)
      try tour.run("王老师", "quan init a.quan --name 泉城小学-王老师 --author 王老师")
      let added = try tour.run("王老师", "quan add student name=泉泉 school=泉城小学 phone=13800000000 boarding=day")
      try tour.run("王老师", "quan sync stick")
      try tour.run("李老师", "quan member request stick/request --from stick")
      try tour.run(
        "王老师", "quan member admit stick/request --name 泉城小学-李老师 --person 李老师 --out stick/welcome")
      try tour.run("王老师", "quan sync stick", isShown: false)
      try tour.run(
        "李老师", "quan join b.quan --from stick --welcome stick/welcome --name 泉城小学-李老师 --author 李老师")
      if language == "en" { tour.expectShown() }
      let pupil = try Tour.id(added)
      // Sides stand in the order of the replicas' IDs, which are random.
      let other = try tour.run("李老师", "quan replica list --json", isShown: false)
      let ids = other.matches(of: /"replica":"([0-9A-Z]{13})"[^\n]*"own":(true|false)/)
      let own = ids.first { $0.output.2 == "true" }.map { String($0.output.1) }
      guard let own, let first = ids.first(where: { $0.output.2 == "false" }), first.output.1 < own else { continue }
      let short = String(pupil.prefix(4)) + pupil.drop { $0 != "-" }
      tour.forget()
      try tour.run("王老师", "quan edit \(short) school=泉城第二小学 phone=13900000001")
      try tour.run("李老师", "quan edit \(short) school=泉城实验小学 class=1班 -m 家访")
      try tour.run("李老师", "quan sync stick", isShown: false)
      return (tour, short)
    }
    throw Unlucky()
  }

  /// Both enter one more pupil, each under a variant of the name; 王老师 is told, says that they are one, and chooses a name.
  private func enterTwice(_ tour: Tour, answering: [(question: String, answer: String)]) throws {
    try tour.run("王老师", "quan add student name=张伟 birth=2012-03-04")
    try tour.run("李老师", "quan add student name=张偉 birth=2012-03-04")
    try tour.run("李老师", "quan sync stick", isShown: false)
    try tour.run("王老师", "quan sync stick")
    tour.expectShown()
    let listed = try tour.run("王老师", "quan problem list --json", isShown: false)
    let code = try String(#require(listed.firstMatch(of: /"id":"([0-9A-Z]{6})/)).output.1)
    try tour.run("王老师", "quan problem show \(code)")
    try tour.run("王老师", "quan problem resolve \(code) --same")
    try tour.run("王老师", "quan resolve", answering: answering)
    tour.expectShown()
  }

  /// The laptops' IDs never came in the order that the screens show.
  private struct Unlucky: Error {}

  @Test(
    "the tour: both change the pupil, the merge says so, it is settled, as is one entered twice; a form travels later")
  func english() throws {
    let (tour, pupil) = try bothEdit("en")
    try tour.run("王老师", "quan sync stick")
    tour.expectShown()
    try tour.run(
      "王老师", "quan resolve",
      answering: [("Which side? 1-2, =VALUE, later, quit, ?: ", "2"), ("Is that right? (yes/no) ", "yes")])
    tour.expectShown()
    try enterTwice(
      tour, answering: [("Which side? 1-2, =VALUE, later, quit, ?: ", "1"), ("Is that right? (yes/no) ", "yes")])
    try tour.run("王老师", "quan sync stick", isShown: false)
    try tour.run("李老师", "quan sync stick", isShown: false)
    try tour.run("王老师", "quan history \(pupil) school")
    try tour.run("李老师", "quan blame \(pupil)")
    tour.expectShown()

    TemporaryFolder.write([UInt8](repeating: 7, count: 214_000), to: tour.folder.path + "/form.jpg")
    let visit = try Tour.id(
      try tour.run(
        "王老师", "quan add visit student=\(pupil) date=2026-06-04 channel=home visitors=王老师", isShown: false))
    let short = String(visit.prefix(4)) + visit.drop { $0 != "-" }
    try tour.run("王老师", "quan attach \(short) form.jpg kind=signature")
    try tour.run("王老师", "quan sync stick")
    // The stick is pulled before the photo has been taken in.
    TemporaryFolder.remove(tour.folder.path + "/stick/quan-attachments")
    try tour.run("李老师", "quan sync stick", isShown: false)
    try tour.run("李老师", "quan show \(short) --reveal")
    tour.expectShown()
  }

  @Test("the Chinese section: the merge, the settling, a pupil entered twice, and a roster that is imported")
  func chinese() throws {
    let (tour, _) = try bothEdit("zh")
    tour.forget()
    try tour.run("王老师", "quan sync stick")
    tour.expectShown()
    try tour.run(
      "王老师", "quan resolve", answering: [("取哪一方? 1-2, =值, 稍后, 结束, ?: ", "2"), ("确定? (是/否) ", "是")])
    tour.expectShown()
    try enterTwice(tour, answering: [("取哪一方? 1-2, =值, 稍后, 结束, ?: ", "1"), ("确定? (是/否) ", "是")])
    TemporaryFolder.write(
      Array("泉城小学学生名册\n姓名,班级,就读方式,鞋码\n小明,1班,走读,34\n小红,1班,住校,33\n合计,2,,\n".utf8),
      to: tour.folder.path + "/学生名册.csv")
    try tour.run("王老师", "quan import 学生名册.csv --kind student")
    tour.expectShown()
  }
}
