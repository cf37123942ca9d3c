import Foundation
import QuanTesting
import Testing

/// Colour, pages, ambiguous characters and the line of progress, at a terminal.
@Suite("Looks at a terminal")
struct LookTests {
  private let office: Office
  private let quan: String

  init() throws {
    office = try Office(["A"])
    quan = try Built.quan.get()
  }

  private func screen(
    _ arguments: [String], columns: UInt16 = 100, _ environment: [String: String] = [:]
  ) throws -> String {
    let shown = try TerminalSession.run(
      quan, arguments + office.own("A"), typing: [], columns: columns, environment: environment)
    #expect(shown.status == 0, "\(shown.screen)")
    return shown.screen
  }

  @Test("colour is for terminals; NO_COLOR and a dumb terminal end it, a flag beats both, and never is never")
  func colour() throws {
    let topic = ["topic", "exit-status", "--no-pager"]
    func isColoured(_ more: [String], _ environment: [String: String]) throws -> Bool {
      try screen(topic + more, environment).contains("\u{1B}[1m")
    }
    #expect(try isColoured([], ["TERM": "xterm"]))
    #expect(try !isColoured([], ["TERM": "xterm", "NO_COLOR": "1"]))
    #expect(try !isColoured([], ["TERM": "dumb"]))
    #expect(try isColoured(["--color", "always"], ["TERM": "dumb", "NO_COLOR": "1"]))
    #expect(try !isColoured(["--color", "never"], ["TERM": "xterm"]))
    #expect(try !office.tool(topic).out.contains("\u{1B}"))
    #expect(try office.tool(topic + ["--color", "always"]).out.contains("\u{1B}[1m"))
    #expect(try office.tool(topic + ["--color", "sometimes"], status: 64).err.contains("--color"))
  }

  @Test("long results go through the pager that is asked for, short ones and --no-pager do not")
  func pager() throws {
    let pages = ["PAGER": "sed s/^/PAGE:/"]
    #expect(try screen(["schema", "show"], pages).contains("PAGE:"))
    #expect(try screen(["schema", "show"], ["QUAN_PAGER": "sed s/^/OWN:/", "PAGER": "false"]).contains("OWN:"))
    #expect(try !screen(["schema", "show", "--no-pager"], pages).contains("PAGE:"))
    #expect(try !screen(["topic", "exit-status"], pages).contains("PAGE:"))
    #expect(try !screen(["schema", "show"], ["PAGER": "cat"]).contains("PAGE:"))
  }

  @Test("what to do next stands under the result, whether it fits the screen or goes through the pager")
  func talkAfterResults() throws {
    try office.quan("A", "add", "student", "name=泉泉")
    for rows in [1, 40] {
      for number in 1..<rows { try office.quan("A", "add", "student", "name=小\(number)") }
      let lines = try screen(["list", "student"], ["PAGER": "sed s/^/PAGE:/"]).split(separator: "\n")
      #expect(lines.last?.hasPrefix("\(rows) record") == true, "\(lines)")
      #expect(lines.contains { $0.hasPrefix("PAGE:") } == (rows > 1))
    }
  }

  @Test("characters of ambiguous width take one column or two, as the terminal has it")
  func ambiguous() throws {
    try office.quan("A", "add", "student", "name=①②", "class=1班")
    func gap(_ more: [String], _ environment: [String: String] = [:]) throws -> Int {
      let out = try office.tool(["list", "student"] + more + office.own("A"), environment: environment).out
      let line = try #require(out.split(separator: "\n").first { $0.contains("①②") })
      return line.drop { $0 != "②" }.dropFirst().prefix { $0 == " " }.count
    }
    let narrow = try gap([])
    #expect(try gap(["--ambiguous", "narrow"]) == narrow)
    #expect(try gap(["--ambiguous", "wide"]) == narrow - 2)
    #expect(try gap([], ["QUAN_AMBIGUOUS": "wide"]) == narrow - 2)
    #expect(try gap(["--ambiguous", "narrow"], ["QUAN_AMBIGUOUS": "wide"]) == narrow)
  }

  @Test("an import of many rows says how far it has got, fits its terminal, and wipes the line; not for quiet or JSON")
  func progress() throws {
    let text = "name,class\n" + (0..<120_000).map { "学生\($0),1班\n" }.joined()
    TemporaryFolder.write(Array(text.utf8), to: office.path("t.csv"))
    let command = ["import", office.path("t.csv"), "--kind", "student", "--dry-run"]
    let wipe = "\r\u{1B}[K"
    for columns: UInt16 in [40, 100] {
      let shown = try screen(command, columns: columns)
      let drawn = shown.components(separatedBy: wipe).dropFirst().compactMap { part in
        part.hasPrefix("importing") ? part.prefix { $0 != "\n" } : nil
      }
      #expect(!drawn.isEmpty, "\(shown.prefix(400))")
      for line in drawn { #expect(line.count < Int(columns), "\(line)") }
      #expect(drawn.allSatisfy { $0.contains("%") }, "\(drawn)")
      if columns == 100 { #expect(drawn.contains { $0.contains("/s") && $0.contains("[") }, "\(drawn)") }
      #expect(shown.contains(wipe + "line") || shown.contains(wipe + "---"), "the result begins on a clean line")
    }
    for more in ["--quiet", "--json"] { #expect(try !screen(command + [more]).contains(wipe)) }
  }
}
