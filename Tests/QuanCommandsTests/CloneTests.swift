import QuanTesting
import Testing

/// Copied, restored and cloned laptops, with real files: what tells them apart is the file's inode and what the
/// laptop's private state remembers.
@Suite("Merge cases of identity, played with the tool")
struct CloneTests {
  @Test("C-01 both branches of a machine cloned whole end up in every replica, whichever came first")
  func clonedMachine() throws {
    let office = try Office(["A", "B", "C"])
    let id = try office.student("name=泉泉", "school=old")
    let identity = try office.quan("A", "status", "--json").json["replica"]
    let cloned = Moment("A", in: office)
    let sticks = [office.folder.folder("stick1"), office.folder.folder("stick2")]
    var created: [String] = []
    for (branch, stick) in zip(["one", "two"], sticks) {
      try cloned.putBackMachine("A", in: office)
      try office.quan("A", "edit", id, "school=branch \(branch)")
      created.append(try office.quan("A", "add", "student", "name=only \(branch)").text)
      try office.quan("A", "sync", stick)
      #expect(try office.quan("A", "status", "--json").json["replica"] == identity)
    }
    // The same numbers were used twice.
    #expect(created[0] == created[1])

    try office.quan("B", "sync", sticks[0])
    try office.quan("C", "sync", sticks[1])
    let reports = [
      try office.quan("B", "sync", sticks[1], "--json").json, try office.quan("C", "sync", sticks[0], "--json").json,
    ]
    for report in reports {
      let fork = try #require(report["forks"].items.first)
      #expect(fork["replica"] == identity)
      #expect(fork["laptop"].string == "laptop A")
      #expect(fork["branches"].items.count == 2)
      #expect(Set(fork["branches"].items.compactMap { $0["digest"].string }).count == 2)
      #expect(!fork["branches"].items.contains { $0["replica"] == identity })
    }
    #expect(
      Set(reports[0]["forks"].items[0]["branches"].items) == Set(reports[1]["forks"].items[0]["branches"].items))

    for _ in 0..<2 { for stick in sticks { for laptop in office.laptops { try office.quan(laptop, "sync", stick) } } }
    for laptop in office.laptops {
      let names = try office.quan(laptop, "list", "student", "--json").jsonLines.map { $0["fields"]["name"].string }
      #expect(Set(names) == ["泉泉", "only one", "only two"])
      let values = try office.onlyConflict(laptop)["sides"].items.map { $0["value"].string }
      #expect(Set(values) == ["branch one", "branch two"])
      // The old ID means two records now: the tool lists both instead of choosing.
      let asked = try office.quan(laptop, "show", created[0], status: 1)
      #expect(asked.out.isEmpty)
      #expect(asked.err.contains("fits several records"))
    }
    try office.expectEqual()
    // Both branches go by the label that the machine gave before it was cloned.
    let labels = try office.quan("C", "replica", "list", "--json").jsonLines.map { $0["name"].string }
    #expect(labels.filter { $0 == "laptop A" }.count == 3)
    #expect(!labels.contains(""))
    try office.quan("A", "edit", id, "school=settled")
    #expect(try office.quan("A", "status", "--json").json["replica"] != identity)
    for _ in 0..<2 { for laptop in office.laptops { try office.quan(laptop, "sync", sticks[0]) } }
    #expect(try office.conflicts("C").isEmpty)
    try office.expectEqual()
  }

  @Test("C-01 the fork is told to people with the laptop and both hashes")
  func forkIsTold() throws {
    let office = try Office()
    let cloned = Moment("A", in: office)
    for branch in ["one", "two"] {
      try cloned.putBackMachine("A", in: office)
      try office.quan("A", "add", "student", "name=only \(branch)")
      try office.quan("A", "bundle", "create", office.path(branch))
    }
    try office.quan("B", "bundle", "apply", office.path("one"))
    let told = try office.quan("B", "bundle", "apply", office.path("two"))
    // The note is broken into lines.
    let words = told.out.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    let note = try #require(words.split(separator: "Note: the identity of laptop A was used by two machines").last)
    #expect(note != words)
    #expect(note.matches(of: /\([0-9a-f]{16}\)/).count == 2)
  }

  @Test("C-02 a replica restored from a backup reuses no number, and what others hold of it comes back")
  func restoredBackup() throws {
    let office = try Office(["A", "B", "C"])
    let id = try office.student("name=泉泉", "school=old")
    let backup = Moment("A", in: office)
    try office.quan("A", "edit", id, "school=after the backup")
    try office.exchange()
    let identity = try office.quan("A", "status", "--json").json["replica"]
    try backup.putBackFile("A", in: office)

    let status = try office.quan("A", "status", "--json").json
    #expect(status["renewal"]["reason"].string == "behind")
    #expect(status["renewal"]["predecessor"] == identity)
    #expect(try office.shown(id, "school", on: "A") == .string("old"))
    try office.quan("A", "edit", id, "class=restored")
    #expect(try office.quan("A", "status", "--json").json["replica"] != identity)
    #expect(try office.quan("A", "status").err.contains("Copy or restore?"))
    try office.exchange()
    for laptop in office.laptops {
      #expect(try office.shown(id, "school", on: laptop) == .string("after the backup"))
      #expect(try office.shown(id, "class", on: laptop) == .string("restored"))
      #expect(try office.conflicts(laptop).isEmpty)
    }
    try office.expectEqual()
    try office.quan("A", "replica", "settle", "--restore")
    #expect(try office.quan("A", "status", "--json").json["renewal"] == .null)
  }

  @Test("a copied file takes a new identity before it writes, and the original keeps its own")
  func copiedFile() throws {
    let office = try Office()
    let id = try office.student("name=泉泉")
    let identity = try office.quan("A", "status", "--json").json["replica"]
    _ = office.folder.folder("copy")
    let copy = office.path("copy/copy.quan")
    TemporaryFolder.copy(office.replica("A"), to: copy)
    let own = ["-r", copy, "--state", office.path("copy/state")]
    let status = try office.tool(["status", "--json"] + own).json
    #expect(status["renewal"]["reason"].string == "moved")
    try office.tool(["edit", id, "school=by the copy"] + own)
    try office.quan("A", "edit", id, "school=by the original")
    #expect(try office.tool(["status", "--json"] + own).json["replica"] != identity)
    #expect(try office.quan("A", "status", "--json").json["replica"] == identity)
    try office.tool(["sync", office.stick] + own)
    try office.exchange()
    let conflict = try office.onlyConflict("B")
    #expect(Set(conflict["sides"].items.map { $0["value"].string }) == ["by the copy", "by the original"])
    try office.expectEqual()
  }
}
