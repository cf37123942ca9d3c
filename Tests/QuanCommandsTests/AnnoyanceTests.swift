import Foundation
import QuanTesting
import Testing

/// What a new user meets on the first day: files that are no files, terminals that are narrow, names that are long.
@Suite("Input that annoys")
struct AnnoyanceTests {
  /// A file of so many bytes of which only the start was ever written.
  private func sparse(_ start: String, _ size: UInt64, _ path: String) throws {
    TemporaryFolder.write(Array(start.utf8), to: path)
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.truncate(atOffset: size)
    try file.close()
  }

  @Test(
    "a line of two gigabytes is refused in bounded memory, whatever the file is taken for",
    arguments: ["", "name,class\n", "name\n\"", "{\"id\":\""])
  func endlessLine(start: String) throws {
    let office = try Office(["A"])
    // On the disk: it takes no room there, and in memory it would.
    let folder = TemporaryFolder()
    let path = folder.path + "/long.csv"
    try sparse(start, 2 << 30, path)
    let own = office.own("A").joined(separator: " ")
    let quan = try Built.quan.get()
    for command in ["import \(path) --kind student", "import - <\(path)", "schema check \(path) --alone"] {
      let outcome = try Program.run("/bin/sh", ["-c", "ulimit -v 1000000; exec \(quan) \(command) \(own)"])
      #expect(outcome.status == 17, "\(command): \(outcome.err)")
      #expect(outcome.err.contains("longer than 32 MiB") && outcome.err.contains("Hint: "), "\(outcome.err)")
    }
    #expect(TemporaryFolder.names(in: folder.path) == ["long.csv"], "no report is left behind")
  }

  @Test("an empty file, a folder and a file that is not there are told by every command that takes a file in")
  func noFile() throws {
    let office = try Office(["A"])
    TemporaryFolder.write([], to: office.path("empty"))
    let takers: [[String]] = [
      ["import", "--kind", "student"], ["import"], ["schema", "check"], ["schema", "apply"], ["bundle", "apply"],
      ["bundle", "show"], ["bundle", "verify"],
    ]
    for taker in takers {
      for path in [office.folder.path, office.path("none")] {
        let outcome = try Program.run(try Built.quan.get(), taker + [path] + office.own("A"))
        #expect(outcome.status != 0 && outcome.out.isEmpty, "\(taker) \(path)")
        #expect(outcome.err.hasPrefix("Error: ") && outcome.err.contains(path), "\(taker): \(outcome.err)")
        #expect(outcome.err.contains("Hint: "), "\(taker): \(outcome.err)")
      }
      let outcome = try Program.run(try Built.quan.get(), taker + [office.path("empty")] + office.own("A"))
      if taker != ["import"] {
        #expect(outcome.status != 0 && outcome.err.contains("Hint: "), "\(taker): \(outcome.err)")
        #expect(outcome.err.contains(office.path("empty")), "\(taker): \(outcome.err)")
      }
    }
  }

  @Test("a name of 200 characters is kept whole, and cut in a list of 40 columns", arguments: [40, 80])
  func longName(columns: UInt16) throws {
    let office = try Office(["A"])
    let name = String(repeating: "阿依古丽·买买提", count: 25)
    TemporaryFolder.write(Array("name,class\n\(name),1班\n".utf8), to: office.path("t.csv"))
    let quan = try Built.quan.get()
    let own = office.own("A")
    let commands = [
      ["import", office.path("t.csv"), "--kind", "student", "--dry-run"],
      ["import", office.path("t.csv"), "--kind", "student"], ["list", "student"], ["search", "古丽"],
    ]
    for command in commands {
      let shown = try TerminalSession.run(quan, command + own + ["--no-pager"], typing: [], columns: columns)
      #expect(shown.status == 0, "\(shown.screen)")
      for line in shown.screen.split(separator: "\n") where line.contains("阿") {
        let width = line.unicodeScalars.reduce(0) { $0 + ((0x2E80...0xFFFF).contains($1.value) ? 2 : 1) }
        #expect(width <= Int(columns), "\(line)")
      }
    }
    let record = try #require(try office.quan("A", "list", "student", "--json").jsonLines.first)
    #expect(record["fields"]["name"].string == name)
  }

  @Test("people call the number of an ID card 身份证号; a head that means nothing is told and left out")
  func peoplesHeads() throws {
    let office = try Office(["A"])
    TemporaryFolder.write(Array("姓名*,身份证号码,鞋码\n泉泉,999999209901010014,34\n".utf8), to: office.path("t.csv"))
    let taken = try office.quan("A", "import", office.path("t.csv"), "--kind", "student")
    #expect(taken.err.contains("left out: 鞋码") && taken.out.hasPrefix("created 1 "))
    let record = try #require(try office.quan("A", "list", "student", "--json").jsonLines.first)
    #expect(record["fields"]["id_no"].string == "999999209901010014")
  }

  @Test(
    "a table on a stick that cannot be written is taken in, with its report elsewhere",
    .enabled(if: Mounts.areAvailable, "this machine does not let us mount"))
  func writeProtected() throws {
    let office = try Office(["A"])
    let stick = office.folder.folder("protected")
    let own = office.own("A").joined(separator: " ")
    let command = "quan import \(stick)/t.csv --kind student \(own)"
    let outcome = try Mounts.script(
      """
      mount -t tmpfs none \(stick)
      printf 'name\\nA\\n' >\(stick)/t.csv
      mount -o remount,ro \(stick)
      \(command) || echo "status $?"
      \(command) --report \(office.path("rows.csv"))
      """)
    #expect(outcome.status == 0 && outcome.out.hasPrefix("status 1\ncreated 1 "), "\(outcome)")
    #expect(outcome.err.contains("t.report.csv' cannot be written") && outcome.err.contains("Hint: name another place"))
    let rows = String(decoding: TemporaryFolder.read(office.path("rows.csv")), as: UTF8.self)
    #expect(rows.contains("2,created,created,"))
  }

  @Test("heads alone bring in nothing and are no mistake; two columns of one name are")
  func heads() throws {
    let office = try Office(["A"])
    TemporaryFolder.write(Array("name,class\n".utf8), to: office.path("t.csv"))
    let nothing = try office.quan("A", "import", office.path("t.csv"), "--kind", "student", "--json").json
    #expect(nothing["created"].int == 0 && nothing["refused"].int == 0)
    TemporaryFolder.write(Array("name,班级,class\na,b,c\n".utf8), to: office.path("t.csv"))
    let twice = try office.quan("A", "import", office.path("t.csv"), "--kind", "student", status: 1)
    #expect(twice.err.contains("columns 2 and 3 are both 'class'") && twice.err.contains("Hint: "))
    #expect(try office.quan("A", "list", "student", "--json").out.isEmpty)
  }

  @Test("in the locale C a table of Chinese is taken in and shown as it is")
  func plainLocale() throws {
    let office = try Office(["A"])
    TemporaryFolder.write(Array("姓名,班级\n泉泉,1班\n".utf8), to: office.path("t.csv"))
    let taken = try office.tool(
      ["import", office.path("t.csv"), "--kind", "student"] + office.own("A"), environment: ["LC_ALL": "C"])
    #expect(taken.out.hasPrefix("created 1 "))
    let listed = try office.tool(["list", "student"] + office.own("A"), environment: ["LC_ALL": "C"])
    #expect(listed.out.contains("泉泉") && listed.out.contains("1班"))
  }

  @Test("traditional characters, full width, spaces and the dots of names make no other pupil")
  func variants() throws {
    let office = try Office(["A"])
    let head = "name,birth,school,guardian_phone\n"
    let rest = ",2099-01-01,第一小学,13800000000\n"
    TemporaryFolder.write(Array((head + "张国龙" + rest + "阿依·古丽" + rest).utf8), to: office.path("t.csv"))
    try office.quan("A", "import", office.path("t.csv"), "--kind", "student")
    let forms = ["張國龍", "张 国 龙", "阿依•古丽", "阿依・古麗"].map { $0 + rest }.joined()
    TemporaryFolder.write(Array((head + forms).utf8), to: office.path("u.csv"))
    let told = try office.quan("A", "import", office.path("u.csv"), "--kind", "student", "--json", status: 3).json
    #expect(told["needs-you"].int == 4 && told["created"].int == 0)
  }
}
