import QuanTesting
import Testing

/// Sticks and shares as they are in real life: missing, read-only, full, half copied, used by anybody in any order.
@Suite("Exchange folders")
struct FolderTests {
  private func students(_ count: Int) -> [UInt8] {
    Array(
      (0..<count).map { #"{"id":"S-\#($0)","kind":"student","fields":{"name":"学生\#($0 * $0)"}}"# + "\n" }.joined().utf8)
  }

  private func bundles(_ office: Office) -> [String] {
    TemporaryFolder.names(in: office.stick).filter { $0.hasSuffix(".quanbundle") }
  }

  @Test("a folder that is not there, or is a file, is named, and nothing is made in its place")
  func missing() throws {
    let office = try Office(["A"])
    let path = office.path("none")
    let outcome = try office.quan("A", "sync", path, status: 1)
    #expect(outcome.out.isEmpty)
    #expect(outcome.err.contains(path))
    #expect(!TemporaryFolder.names(in: office.folder.path).contains("none"))
    let file = office.path("file")
    TemporaryFolder.write([1], to: file)
    #expect(try office.quan("A", "sync", file, status: 1).err.contains(file))
  }

  @Test(
    "from a read-only folder all is taken in, then the failure to write is told",
    .enabled(if: Mounts.areAvailable, "this machine does not let us mount, and root may write whatever the permissions")
  )
  func readOnly() throws {
    let office = try Office()
    try office.quan("B", "add", "student", "name=from B")
    try office.quan("B", "sync", office.stick)
    try office.quan("A", "add", "student", "name=from A")
    let held = TemporaryFolder.names(in: office.stick)
    let own = office.own("A").joined(separator: " ")
    let outcome = try Mounts.script(
      "mount --bind \(office.stick) \(office.stick); mount -o remount,ro,bind \(office.stick); quan sync \(office.stick) \(own)"
    )
    #expect(outcome.status == 1)
    #expect(outcome.out.isEmpty)
    #expect(outcome.err.contains(office.stick))
    #expect(outcome.err.contains("no permission to write"))
    #expect(TemporaryFolder.names(in: office.stick) == held)
    #expect(try office.students("A").count == 2)
    try office.exchange()
    try office.expectEqual()
  }

  @Test(
    "a full stick is told, keeps nothing half, and serves once there is room",
    .enabled(if: Mounts.areAvailable, "this machine does not let us mount a small file system"))
  func full() throws {
    let office = try Office()
    TemporaryFolder.write(students(3000), to: office.path("students.jsonl"))
    try office.quan("A", "import", office.path("students.jsonl"))
    let stick = office.folder.folder("small")
    let (own, other) = (office.own("A").joined(separator: " "), office.own("B").joined(separator: " "))
    let outcome = try Mounts.script(
      """
      mount -t tmpfs -o size=16k none \(stick)
      quan sync \(stick) \(own) || echo "status $?"
      ls \(stick)
      mount -o remount,size=4m \(stick)
      quan sync \(stick) \(own) >/dev/null && echo "status $?"
      quan sync \(stick) \(other) --json
      """)
    #expect(outcome.status == 0, "\(outcome.err)")
    let lines = outcome.text.split(separator: "\n")
    #expect(lines.prefix(2) == ["status 1", "status 0"], "nothing half lies between: \(outcome.out)")
    #expect(outcome.err.contains("no space is left '\(stick)"))
    #expect(try JSONValue(String(lines.last ?? ""))["records_created"].int == 3000)
    try office.expectEqual()
  }

  @Test(
    "an import that fills the disk of the replica writes nothing, and the replica stays sound",
    .enabled(if: Mounts.areAvailable, "this machine does not let us mount a small file system"))
  func fullDisk() throws {
    let office = try Office()
    TemporaryFolder.write(students(30_000), to: office.path("students.jsonl"))
    let disk = office.folder.folder("disk")
    let own = "-r \(disk)/N.quan --state \(office.path("N-state"))"
    let outcome = try Mounts.script(
      """
      mount -t tmpfs -o size=1500k none \(disk)
      quan join \(disk)/N.quan --from \(office.stick) --name N --author N --state \(office.path("N-state")) >/dev/null
      quan add student name=before \(own) >/dev/null
      quan import \(office.path("students.jsonl")) \(own) || echo "status $?"
      quan list student --json \(own) | wc -l
      quan verify \(own)
      mount -o remount,size=32m \(disk)
      quan import \(office.path("students.jsonl")) \(own) >/dev/null
      quan list student --json \(own) | wc -l
      quan verify \(own)
      """)
    #expect(outcome.status == 0, "\(outcome.err)")
    let sound = "Sound: file, log and records agree"
    #expect(outcome.text.split(separator: "\n") == ["status 1", "1", "\(sound)", "30001", "\(sound)"])
    #expect(outcome.err.contains("no space is left"))
  }

  @Test("a bundle that is half copied is skipped and said, with status 3; the rest is taken, and it when it is whole")
  func halfCopied() throws {
    let office = try Office(["A", "B", "C"])
    try office.quan("B", "add", "student", "name=from B")
    try office.quan("B", "bundle", "create", office.path("b"))
    try office.quan("C", "add", "student", "name=from C")
    try office.quan("C", "sync", office.stick)
    let whole = TemporaryFolder.read(office.path("b"))
    let copy = office.stick + "/from-b.quanbundle"
    for part in [0, 7, 60, whole.count / 2, whole.count - 1] {
      TemporaryFolder.write(Array(whole.prefix(part)), to: copy)
      let outcome = try office.quan("A", "sync", office.stick, status: 3)
      #expect(outcome.err.contains("Skipped 'from-b.quanbundle': the bundle is cut short"), "\(part)")
      #expect(try office.students("A").count == 1)
      #expect(TemporaryFolder.read(copy).count == part)
    }
    let report = try office.quan("A", "sync", office.stick, "--json", status: 3).json
    #expect(report["exchange"]["skipped"].items.map { $0["name"].string } == ["from-b.quanbundle"])
    TemporaryFolder.write(whole, to: copy)
    let outcome = try office.quan("A", "sync", office.stick)
    #expect(!outcome.err.contains("Skipped"))
    #expect(try office.students("A").count == 2)
    try office.exchange()
    try office.expectEqual()
  }

  @Test("laptops that use one stick in any order and again end equal, it does not fill up, and it is enough to join")
  func anyOrder() throws {
    let office = try Office(["A", "B", "C"])
    let id = try office.student("name=泉泉", "school=old")
    var generator = SeededGenerator(seed: 7)
    for round in 0..<25 {
      let laptop = ["A", "B", "C"][Int.random(in: 0..<3, using: &generator)]
      try office.quan(laptop, "add", "student", "name=\(laptop)\(round)")
      if round % 5 == 0 { try office.quan(laptop, "edit", id, "class=\(round)", "remark=\(laptop)\(round)") }
      for laptop in ["A", "B", "C", "C"].shuffled(using: &generator).prefix(2) {
        try office.quan(laptop, "sync", office.stick)
      }
    }
    for _ in 0..<2 { try office.exchange() }
    try office.expectEqual()
    #expect(try office.students("A").count == 26)

    // One bundle with all, beside it at most eight small ones that are together less than half as large.
    let sizes = bundles(office).map { TemporaryFolder.read(office.stick + "/" + $0).count }.sorted()
    #expect(sizes.count <= 9)
    #expect(sizes.dropLast().reduce(0, +) < (sizes.last ?? 0) / 2)
    let before = TemporaryFolder.names(in: office.stick)
    try office.exchange()
    #expect(TemporaryFolder.names(in: office.stick) == before, "when nothing happened, nothing is written")

    _ = office.folder.folder("N")
    try office.tool(
      [
        "join", office.replica("N"), "--from", office.stick, "--name", "N", "--author", "N", "--state",
        office.state("N"),
      ])
    try office.expectEqual(["A", "N"])
  }

  @Test("what is wiped off a stick is written again by whoever comes next")
  func wiped() throws {
    let office = try Office()
    try office.quan("A", "add", "student", "name=泉泉")
    try office.exchange()
    for name in TemporaryFolder.names(in: office.stick) { TemporaryFolder.remove(office.stick + "/" + name) }
    try office.quan("B", "sync", office.stick)
    _ = office.folder.folder("N")
    try office.tool(
      [
        "join", office.replica("N"), "--from", office.stick, "--name", "N", "--author", "N", "--state",
        office.state("N"),
      ])
    try office.expectEqual(["A", "N"])
  }

  @Test("join --dry-run says what would be brought in and leaves nothing; where a file is it says so")
  func joinDryRun() throws {
    let office = try Office(["A"])
    _ = try office.student("name=泉泉")
    let folder = office.folder.folder("N")
    let command = ["join", folder + "/N.quan", "--from", office.stick, "--name", "N", "--author", "N"]
    let state = ["--state", office.path("N-state")]
    let told = try office.tool(command + state + ["--dry-run"])
    #expect(told.out.contains("1 new"), "\(told)")
    #expect(TemporaryFolder.names(in: folder).isEmpty && TemporaryFolder.names(in: office.path("N-state")).isEmpty)
    let missing = try office.tool(
      ["join", folder + "/N.quan", "--from", office.path("none"), "--name", "N", "--author", "N", "--dry-run"] + state,
      status: 1)
    #expect(missing.err.contains(office.path("none")))
    #expect(TemporaryFolder.names(in: folder).isEmpty)
    try office.tool(command + state)
    #expect(try office.tool(command + state + ["--dry-run"], status: 1).err.contains("there is a file already"))
  }
}
