import Foundation
import Testing

/// Text is written in UTF-8 whatever the locale says.
@Suite("Locales that are not of UTF-8")
struct CodesetTests {
  @Test("in the locale C Chinese is written all the same; at a terminal it is said once why it may look wrong")
  func plainLocale() throws {
    let office = try Office(["A"])
    _ = try office.student("name=泉泉")
    let list = ["list", "student"] + office.own("A")
    let quan = try Built.quan.get()
    for environment in [["LC_ALL": "C"], ["LC_CTYPE": "zh_CN.GB18030"], ["LC_ALL": "", "LANG": "POSIX"]] {
      let shown = try TerminalSession.run(quan, list, typing: [], environment: environment)
      #expect(shown.status == 0 && shown.screen.contains("泉泉"))
      #expect(shown.screen.components(separatedBy: "export LC_CTYPE=C.UTF-8").count == 2, "\(shown.screen)")
    }
    for (more, environment) in [
      (["--quiet"], ["LC_ALL": "C"]), ([], ["LC_CTYPE": "C.UTF-8"]), ([], ["LC_ALL": "zh_CN.utf8"]),
    ] {
      let shown = try TerminalSession.run(quan, list + more, typing: [], environment: environment)
      #expect(shown.screen.contains("泉泉") && !shown.screen.contains("export LC_CTYPE"), "\(shown.screen)")
    }
    let piped = try office.tool(list, environment: ["LC_ALL": "C"])
    #expect(piped.out.contains("泉泉") && !piped.err.contains("export LC_CTYPE"))
  }
}
