import QuanTesting
import Testing

/// Each exit status of the README with the situations that give it.
///
/// On every failure standard output stays empty, and standard error names what it is about.
@Suite("Exit statuses")
struct ExitStatusTests {
  private let office: Office
  private let bundle: [UInt8]

  init() throws {
    office = try Office(["A"])
    try office.quan("A", "add", "student", "name=泉泉", "phone=13812345678")
    try office.quan("A", "bundle", "create", office.path("whole.quanbundle"))
    bundle = TemporaryFolder.read(office.path("whole.quanbundle"))
  }

  /// Expects that a command fails with a status and says `words` and nothing on standard output.
  private func refused(
    _ status: Int32, _ arguments: [String], says words: String..., at location: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try office.tool(arguments, status: status, at: location)
    #expect(outcome.out.isEmpty, sourceLocation: location)
    for word in words { #expect(outcome.err.contains(word), "\(outcome.err)", sourceLocation: location) }
  }

  /// A damaged bundle is refused by everything that reads bundles.
  private func bundleRefused(
    _ status: Int32, _ bytes: [UInt8], _ name: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    let path = office.path(name)
    TemporaryFolder.write(bytes, to: path)
    for command in [["bundle", "apply", path], ["bundle", "verify", path], ["bundle", "show", path]] {
      try refused(status, command + office.own("A"), says: path, at: location)
    }
    try refused(status, ["bundle", "show", path, "--changes", "--reveal"], says: path, at: location)
    _ = office.folder.folder("N")
    let new = [
      "join", office.replica("N"), "--from", path, "--name", "N", "--author", "N", "--state", office.state("N"),
    ]
    try refused(status, new, says: path, at: location)
    #expect(!TemporaryFolder.names(in: office.path("N")).contains { $0.hasPrefix("N.quan") }, sourceLocation: location)
  }

  @Test("1: what is asked for is not there or does not fit")
  func failed() throws {
    let own = office.own("A")
    try refused(1, ["show", "ZZZZ-9"] + own, says: "ZZZZ-9")
    try refused(1, ["list", "teacher"] + own, says: "teacher", "student")
    try refused(1, ["add", "student", "shoe=44"] + own, says: "shoe", "quan schema show student")
    try refused(1, ["bundle", "apply", office.path("none")] + own, says: office.path("none"))
    try refused(1, ["sync", office.path("none")] + own, says: office.path("none"))
    try refused(1, ["import", office.path("none.jsonl")] + own, says: office.path("none.jsonl"))
    try refused(1, ["init", office.replica("A"), "--name", "A", "--author", "A"], says: office.replica("A"))
    try refused(1, ["bundle", "create", office.path("none/b"), "-r"] + [office.replica("A")] + own, says: "none/b")
  }

  @Test("1: an import that is refused says which lines, writes nothing, and --skip-bad makes it 3")
  func badImport() throws {
    let file = office.path("bad.jsonl")
    let lines = [
      #"{"id":"S-1","kind":"student","fields":{"name":"good"}}"#,
      #"{"id":"S-2","kind":"student","fields":{"birth":"13812345678"}}"#, "no json 13812345678",
    ]
    TemporaryFolder.write(Array(lines.joined(separator: "\n").utf8), to: file)
    let outcome = try office.quan("A", "import", file, status: 1)
    #expect(outcome.out.isEmpty)
    #expect(outcome.err.contains("line  2: field 'birth'"))
    #expect(outcome.err.contains("line  3: no JSON"))
    #expect(!outcome.err.contains("13812345678"))
    #expect(try office.students("A").count == 1)
    let skipping = try office.quan("A", "import", file, "--skip-bad", status: 3)
    #expect(!(skipping.out + skipping.err).contains("13812345678"))
    #expect(try office.students("A").count == 2)
  }

  @Test("10: no replica, with the commands that make or join one")
  func noReplica() throws {
    try refused(
      10, ["status", "-r", office.path("none.quan")], says: office.path("none.quan"), "quan init", "quan join")
    try refused(10, ["status", "-r", office.stick], says: office.stick)
    let quan = try Built.quan.get()
    for command in ["cd \(office.stick)", "cd \(office.path("A")) && cp A.quan B.quan"] {
      let outcome = try Program.run("/bin/sh", ["-c", "\(command) && exec \(quan) status"])
      #expect(outcome.status == 10)
      #expect(outcome.out.isEmpty)
    }
  }

  @Test("12: a bundle that is cut short or damaged")
  func damagedBundle() throws {
    try bundleRefused(12, Array(bundle.prefix(20)), "cut20")
    try bundleRefused(12, Array(bundle.dropLast(1)), "cut1")
    try bundleRefused(12, [], "empty")
    var flipped = bundle
    flipped[bundle.count / 2] ^= 1
    try bundleRefused(12, flipped, "flipped")
  }

  @Test("12: a replica whose file is damaged, told with its name; verify lists what it finds")
  func damagedReplica() throws {
    let path = office.path("broken.quan")
    var bytes = TemporaryFolder.read(office.replica("A"))
    for place in 4096..<bytes.count where place % 4096 > 64 { bytes[place] = UInt8(truncatingIfNeeded: place &* 31) }
    TemporaryFolder.write(bytes, to: path)
    let outcome = try office.tool(["verify", "-r", path, "--state", office.path("s")], status: 12)
    #expect((outcome.out + outcome.err).contains("broken.quan") || outcome.out.contains("INV-"))
    try refused(12, ["list", "student", "-r", path, "--state", office.path("s")], says: path)
  }

  @Test("14: a bundle, a replica or a folder of another workspace")
  func otherWorkspace() throws {
    let other = try Office(["A"])
    let path = other.path("other.quanbundle")
    try other.quan("A", "bundle", "create", path)
    for command in ["apply", "verify", "show"] {
      try refused(14, ["bundle", command, path] + office.own("A"), says: path)
    }
    try refused(14, ["sync", other.replica("A")] + office.own("A"), says: other.replica("A"))
    TemporaryFolder.copy(path, to: office.stick + "/other.quanbundle")
    let join = ["--from", office.stick, "--name", "N", "--author", "N", "--state", office.path("s")]
    try refused(14, ["join", office.path("N.quan")] + join, says: office.stick)
    // What belongs to another workspace is none of a member's business: the sync goes on.
    try office.quan("A", "sync", office.stick)
  }

  @Test("15: a file that is no bundle, and a file that is no replica")
  func notABundle() throws {
    try bundleRefused(15, Array("姓名,电话\n".utf8), "table.csv")
    try bundleRefused(15, TemporaryFolder.read(office.replica("A")), "replica")
    let path = office.path("table.csv")
    try refused(15, ["status", "-r", path], says: path)
    TemporaryFolder.write(bundle, to: path)
    try refused(15, ["status", "-r", path], says: path)
    try refused(15, ["bundle", "apply", office.stick] + office.own("A"), says: office.stick)
  }

  @Test("16: a bundle and a replica of a newer format, with the advice to update")
  func newerFormat() throws {
    var newer = bundle
    newer[8] = 9
    try bundleRefused(16, newer, "newer")
    try refused(16, ["bundle", "show", office.path("newer")], says: "update quan")
    let path = office.path("newer.quan")
    var replica = TemporaryFolder.read(office.replica("A"))
    replica[60] = 0x40  // SQLite's user version.
    TemporaryFolder.write(replica, to: path)
    // What says that this version can still read it may be looked at, and nothing is written into it.
    let own = ["-r", path, "--state", office.path("s")]
    #expect(try office.tool(["status"] + own).err.contains("update quan"))
    try refused(16, ["add", "student", "name=x"] + own, says: path, "update quan")
  }

  @Test("17: a bundle that announces more than the format allows")
  func overLimit() throws {
    var huge = bundle
    huge.replaceSubrange(11..<19, with: [0, 0, 0, 0x40, 0, 0, 0, 0])  // The size of the header: 1 GiB.
    try bundleRefused(17, huge, "huge")
  }

  @Test(
    "64: what cannot be understood",
    arguments: [
      ["frobnicate"], ["status", "--colour"], ["show"], ["status", "--lang", "fr"], ["add", "student", "name"],
      ["add", "student", "name=a", "name=b"], ["edit", "S-1", "name"], ["replica", "settle"],
      ["conflict", "resolve", "S-1", "name"], ["init", "x.quan", "--name", "X"],
      ["bundle", "show", "x", "--changes"], ["conflict", "resolve", "S-1", "name", "--take", "first"],
    ])
  func usage(command: [String]) throws {
    TemporaryFolder.write(
      Array(#"{"id":"S-1","kind":"student","fields":{"name":"one"}}"#.utf8), to: office.path("one.jsonl"))
    try office.quan("A", "import", office.path("one.jsonl"))
    try refused(64, command + (command.count > 1 ? office.own("A") : []), says: "Error")
  }

  @Test("no message says the value of a sensitive field", arguments: ["zh", "en"])
  func secretsAreKept(language: String) throws {
    let secret = "37010220120230123X"
    let id = try office.quan("A", "add", "student", "name=泉泉", "id_no=\(secret)", "phone=\(secret)").text
    let refusals: [(Int32, [String])] = [
      (1, ["edit", id, "birth=\(secret)"]), (1, ["edit", id, "orphan=\(secret)"]), (1, ["edit", id, "sex=\(secret)"]),
      (64, ["edit", id, "id_no+=\(secret)"]), (64, ["add", "student", "id_no=\(secret)", "id_no=\(secret)"]),
      (1, ["edit", id, "left_behind=\(secret)"]), (1, ["list", "student", "--where", "birth=\(secret)"]),
      (1, ["add", "visit", "student=\(id)", "minutes=\(secret)"]),
    ]
    for (status, command) in refusals {
      let outcome = try office.tool(command + office.own("A") + ["--lang", language], status: status)
      #expect(outcome.out.isEmpty)
      #expect(!outcome.err.isEmpty)
      #expect(!outcome.err.contains(secret), "\(command) said: \(outcome.err)")
    }
    for command in [["show", id], ["list", "student"], ["history", id], ["log"]] {
      let outcome = try office.tool(command + office.own("A") + ["--lang", language])
      #expect(!(outcome.out + outcome.err).contains(secret), "\(command)")
    }
  }
}
