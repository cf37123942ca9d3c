import QuanTesting
import Testing

/// `Tools/read-bundle` reads a bundle without Quan, from the page of the format alone.
@Suite("The independent reader")
struct ReaderTests {
  private let reader = Built.repository + "/Tools/read-bundle"
  private let golden = Built.repository + "/Tests/QuanFormatTests/Golden/"

  /// What the tool tells of a bundle's changes.
  private func told(_ path: String) throws -> Outcome {
    try Program.run(try Built.quan.get(), ["bundle", "show", path, "--changes", "--reveal"])
  }

  @Test("reads the golden bundles as they were written down, and as the tool does", arguments: ["golden", "texts"])
  func readsGolden(name: String) throws {
    let golden = self.golden + name + "."
    let read = try Program.run(reader, [golden + "quanbundle"])
    #expect(read.status == 0)
    #expect(read.err.isEmpty)
    let written = String(decoding: TemporaryFolder.read(golden + "jsonl"), as: UTF8.self)
    #expect(read.out.utf8.elementsEqual(written.utf8))
    #expect(try told(golden + "quanbundle").out == read.out)
  }

  @Test(
    "golden bundles can be made: an open workspace, so that whoever has one reads it without keys",
    arguments: [("make-golden", "golden"), ("make-golden-texts", "texts")])
  func makesGolden(tool: String, name: String) throws {
    let folder = TemporaryFolder(inMemory: true)
    let made = try Program.run(Built.repository + "/Tools/" + tool, [folder.path, try Built.quan.get()])
    #expect(made.status == 0, "\(made.err)")
    #expect(TemporaryFolder.names(in: folder.path) == ["\(name).jsonl", "\(name).quanbundle"])
    let lines = String(decoding: TemporaryFolder.read("\(folder.path)/\(name).jsonl"), as: UTF8.self)
    let golden = String(decoding: TemporaryFolder.read("\(golden)\(name).jsonl"), as: UTF8.self)
    // The same operations as in the file that is kept, in the same changes.
    func acts(_ text: String) throws -> [[String]] {
      try text.split(separator: "\n").map { line in
        try JSONValue(String(line))["operations"].items.compactMap { $0["op"].string }.sorted()
      }.sorted { $0.joined() < $1.joined() }
    }
    #expect(try acts(lines) == acts(golden))
    // No signature and no seal: the independent reader has no keys.
    #expect(try Program.run(reader, ["\(folder.path)/\(name).quanbundle"]).status == 0)
  }

  @Test("reads a bundle with every sort of operation as the tool does")
  func readsNewBundle() throws {
    let office = try Office()
    let first = try office.student(
      "name=泉泉\t\"一\"\\", "birth=2012-02-29", "orphan=yes", "name_aliases=甲", "name_aliases=乙")
    let second = try office.student("name=\u{1F30A}\u{200D}e\u{301}", "school=old")
    let visit = try office.quan(
      "A", "add", "visit", "student=\(first)", "date=2020-06-10", "minutes=-45", "visitors=李老师", "findings=父亲在外打工。"
    ).text
    let plan = try office.quan("A", "add", "visit_plan", "student=\(first)", "steps=一", "steps=二\\", "steps=三\"").text
    try countKind(office)
    let count = try office.quan("A", "add", "tally", "visits=3").text
    try office.exchange()
    try office.quan("A", "edit", visit, "findings=父亲在县城外打工。e\u{301}")
    try office.quan("B", "edit", visit, "findings=母亲在外打工。👩\u{200D}👧")
    try office.quan("A", "edit", plan, "steps[3]>1", "steps+=四", "steps[2]=改", "steps[1]=")
    try office.quan("B", "edit", plan, "steps[3]>2", "steps[1]+=零")
    try office.quan("A", "edit", first, "contacts.母亲=1", "contacts.\"父\\亲\"=2")
    try office.quan("B", "edit", first, "contacts.母亲=")
    for laptop in office.laptops { try office.quan(laptop, "edit", count, "visits+=2", "visits-=5") }
    try office.quan("A", "edit", count, "visits+=1")
    try office.quan("A", "edit", first, "name_aliases+=丙", "name_aliases-=甲", "orphan=", "-m", "说明\n两行")
    try office.quan("A", "edit", second, "school=one")
    try office.quan("B", "edit", second, "school=two", "boarding=住校")
    try office.quan("A", "delete", first, "--force")
    try office.quan("B", "edit", first, "phone=13800000000")
    try office.exchange()
    try office.quan("A", "conflict", "resolve", second, "school", "--take", "1")
    try office.quan("B", "restore", first)
    try office.quan("B", "undo")
    try office.quan("B", "add", "student", "name=later", "--now", "1969-12-31T23:59:59Z")
    try office.exchange()
    let path = office.path("all.quanbundle")
    try office.quan("B", "bundle", "create", path)
    let read = try Program.run(reader, [path])
    #expect(read.status == 0, "\(read.err)")
    #expect(try told(path).out == read.out)
    let acts = Set(try read.jsonLines.flatMap { $0["operations"].items }.map { $0["op"].string })
    #expect(acts == ["create", "write", "insert", "move", "edit", "increment", "delete", "restore"])
  }

  /// A kind with a counter, which the schema for schools has none of.
  private func countKind(_ office: Office) throws {
    let schema = office.path("tally.json")
    TemporaryFolder.write(
      Array(
        #"""
        {"kinds": [{"code": "tally", "labels": {"zh": "计数", "en": "tally"}, "fields": [
          {"code": "visits", "type": "integer", "container": "counter"}]}]}
        """#.utf8), to: schema)
    try office.quan("A", "schema", "apply", schema)
  }

  @Test("reads an attachment file, knows the name that it must have, and finds a changed byte")
  func readsAttachment() throws {
    let office = try Office(["A"])
    let student = try office.student("name=泉泉")
    let photo = office.path("photo")
    TemporaryFolder.write(Array("a synthetic photo".utf8), to: photo)
    try office.quan("A", "attach", student, photo)
    try office.quan("A", "sync", office.stick)
    let root = office.stick + "/quan-attachments"
    let group = try #require(TemporaryFolder.names(in: root).first)
    let name = try #require(TemporaryFolder.names(in: "\(root)/\(group)").first)
    let path = "\(root)/\(group)/\(name)"
    let read = try Program.run(reader, [path])
    #expect(read.status == 0, "\(read.err)")
    #expect(try read.json["name"].string == name)
    #expect(try read.json["size"].int == 17)
    let listed = try office.quan("A", "attachment", "list", "--json").json
    #expect(try read.json["hash"] == listed["hash"])
    #expect(try read.json["workspace"] == office.quan("A", "status", "--json").json["workspace"])
    var bytes = TemporaryFolder.read(path)
    bytes[80] ^= 1
    TemporaryFolder.write(bytes, to: path)
    #expect(try Program.run(reader, [path]).status == 12)
  }

  @Test("refuses what the tool refuses, with the same status")
  func refusesAlike() throws {
    let folder = TemporaryFolder()
    let whole = TemporaryFolder.read(golden + "golden.quanbundle")
    try #require(whole.count > 100)
    var newer = whole
    newer[8] = 1
    var flipped = whole
    flipped[whole.count - 40] ^= 0x10
    let files: [(name: String, bytes: [UInt8])] = [
      ("newer", newer), ("flipped", flipped), ("cut", Array(whole.dropLast(9))), ("text", Array("no bundle".utf8)),
      ("empty", []),
    ]
    for (name, bytes) in files {
      let path = folder.path + "/" + name
      TemporaryFolder.write(bytes, to: path)
      let read = try Program.run(reader, [path])
      let told = try told(path)
      #expect(read.status == told.status, "\(name)")
      #expect(read.err.contains(path))
    }
  }
}
