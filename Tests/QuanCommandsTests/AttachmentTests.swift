import Glibc
import QuanTesting
import Testing

/// Photos and signed forms through the built tool: attached, carried, waited for, and got again.
@Suite("Attachments in the tool")
struct ToolAttachmentTests {
  private let office: Office
  private let visit: String
  private let photo: String
  private let bytes: [UInt8]

  init() throws {
    office = try Office()
    let student = try office.student("name=泉泉")
    visit = try office.quan("A", "add", "visit", "student=\(student)").text
    try office.exchange()
    var generator = SeededGenerator(seed: 11)
    bytes = (0..<300_007).map { _ in UInt8.random(in: 0...255, using: &generator) }
    photo = office.path("家访.jpg")
    TemporaryFolder.write(bytes, to: photo)
  }

  @discardableResult
  private func attach(_ path: String? = nil, _ more: String..., on laptop: String = "A") throws -> String {
    try office.tool(["attach", visit, path ?? photo] + more + office.own(laptop)).text
  }

  /// What a laptop lists of the attachments of the visit.
  private func listed(_ laptop: String) throws -> [JSONValue] {
    try office.quan(laptop, "attachment", "list", visit, "--json").jsonLines
  }

  /// The attachment files under a folder, in order of their names.
  private func files(in folder: String) -> [String] {
    let root = folder + "/quan-attachments"
    return TemporaryFolder.names(in: root).sorted().flatMap { group in
      TemporaryFolder.names(in: "\(root)/\(group)").sorted().map { "\(root)/\(group)/\($0)" }
    }
  }

  @Test("a photo of a visit becomes evidence about it, travels by folder, and comes out as it went in")
  func byFolder() throws {
    let evidence = try attach(nil, "kind=照片", "caption=门口")
    let fields = try office.quan("A", "show", evidence, "--json").json["fields"]
    #expect(fields["kind"].string == "photo")
    #expect(fields["caption"].string == "门口")
    #expect(try office.quan("A", "sync", office.stick).err.contains("Attachments: 0 taken in, 1 written (300.1 kB)"))
    #expect(try office.quan("B", "sync", office.stick).err.contains("Attachments: 1 taken in, 0 written"))
    let line = try #require(try listed("B").first)
    #expect(try listed("B").count == 1)
    #expect(line["record"].string == evidence)
    #expect(line["name"].string == "家访.jpg")
    #expect(line["size"].int == bytes.count)
    #expect(line["here"] == .bool(true))
    let out = office.path("out.jpg")
    try office.quan("B", "attachment", "get", visit, out)
    #expect(TemporaryFolder.read(out) == bytes)
    let again = try office.quan("B", "attachment", "get", try #require(line["hash"].string), out, status: 1)
    #expect(again.err.contains("add --force"))
    try office.quan("B", "attachment", "get", evidence, out, "--force")
    // The name may say who is on it, so it is shown when asked for.
    #expect(try office.quan("B", "show", visit).out.contains("** (300.0 kB)"))
    #expect(try office.quan("B", "show", visit, "--reveal").out.contains("家访.jpg (300.0 kB)"))
    try office.exchange()
    #expect(files(in: office.stick).count == 1)
    try office.expectEqual()
  }

  @Test("a record is of use before its photo arrives, and says in both languages what is missing and who has it")
  func recordsFirst() throws {
    let evidence = try attach()
    try office.quan("A", "sync", office.stick)
    let file = try #require(files(in: office.stick).first)
    let whole = TemporaryFolder.read(file)
    TemporaryFolder.remove(file)
    #expect(try office.quan("B", "sync", office.stick).err.contains("1 not here yet"))
    #expect(try listed("B").first?["here"] == .bool(false))
    let shown = try office.quan("B", "show", evidence, "--reveal").out
    #expect(shown.contains("家访.jpg (300.0 kB), not here yet, held by laptop A"))
    #expect(try office.quan("B", "show", visit, "--lang", "zh", "--reveal").out.contains("还未到, 在 laptop A 处"))
    let refused = try office.quan("B", "attachment", "get", evidence, office.path("none"), status: 3)
    #expect(refused.err.contains("not here yet, held by laptop A") && refused.err.contains("quan sync"))
    try office.quan("B", "edit", evidence, "caption=签字表")

    // The stick is pulled while the photo is copied: half of it is there.
    TemporaryFolder.write(Array(whole.prefix(100_000)), to: file)
    let cut = try office.quan("B", "sync", office.stick, "--lang", "zh", status: 3)
    #expect(cut.err.contains("跳过附件") && cut.err.contains("附件的文件损坏或不完整"))
    #expect(try listed("B").first?["here"] == .bool(false))
    // Who has it writes it anew.
    try office.exchange()
    #expect(TemporaryFolder.read(file) == whole)
    #expect(try listed("B").first?["here"] == .bool(true))
    try office.expectEqual()
  }

  @Test("a photo whose file on the stick was damaged is refused by all, and written anew by who has it")
  func damagedOnStick() throws {
    try attach()
    try office.quan("A", "sync", office.stick)
    let file = try #require(files(in: office.stick).first)
    let whole = TemporaryFolder.read(file)
    var damaged = whole
    damaged[150_000] ^= 1
    TemporaryFolder.write(damaged, to: file)
    let told = try office.quan("B", "sync", office.stick, "--json", status: 3)
    let report = try told.json["exchange"]["attachments"]
    #expect(report["taken"].int == 0 && report["waiting"].int == 1)
    #expect(report["skipped"].items.first?["reason"].string == "the file of the attachment is damaged or cut short")
    #expect(try office.quan("B", "verify").out.hasPrefix("Sound"))
    // What is refused is set aside, so that who has the photo sees that the stick lacks it.
    #expect(files(in: office.stick) == [file + ".damaged"])
    try office.exchange()
    #expect(TemporaryFolder.read(file) == whole)
    #expect(files(in: office.stick) == [file])
    #expect(try listed("B").first?["here"] == .bool(true))
  }

  @Test("a bundle carries photos beside it: those that the receiver has not heard of, up to a size, or none")
  func byBundle() throws {
    try attach()
    let bundle = office.path("mail.quanbundle")
    let beside = bundle + "-attachments"
    try office.quan("A", "bundle", "create", bundle, "--for", "laptop B", "--no-attachments")
    #expect(files(in: beside).isEmpty)
    let small = try office.quan(
      "A", "bundle", "create", bundle, "--for", "laptop B", "--force", "--attachments-up-to", "200K")
    #expect(small.err.contains("1 attachments are over the limit"))
    #expect(files(in: beside).isEmpty)
    try office.quan("A", "bundle", "create", bundle, "--for", "laptop B", "--force")
    #expect(files(in: beside).count == 1)
    #expect(try office.quan("B", "bundle", "apply", bundle).err.contains("1 taken in"))
    #expect(try listed("B").first?["here"] == .bool(true))

    // A hears that B has the visit's photo; the next bundle brings the second one only.
    try office.quan("B", "bundle", "create", office.path("answer.quanbundle"))
    try office.quan("A", "bundle", "apply", office.path("answer.quanbundle"))
    let second = office.path("second.jpg")
    TemporaryFolder.write(Array(bytes.reversed()), to: second)
    try attach(second)
    let next = office.path("next.quanbundle")
    let made = try office.quan("A", "bundle", "create", next, "--for", "laptop B")
    #expect(made.err.contains("1 attachments that laptop has heard of were left out"))
    #expect(files(in: next + "-attachments").count == 1)
    let all = office.path("all.quanbundle")
    try office.quan("A", "bundle", "create", all, "--for", "laptop B", "--all-attachments")
    #expect(files(in: all + "-attachments").count == 2)
    try office.quan("B", "bundle", "apply", next)
    #expect(try listed("B").map { $0["here"] } == [.bool(true), .bool(true)])
  }

  @Test("a scope's limit is said once, holds on every laptop, and what is larger is said to stay")
  func limit() throws {
    try office.quan("A", "scope", "limit", "our school", "100K")
    try office.exchange()
    #expect(try office.quan("B", "scope", "limit", "our school").text == "100K")
    #expect(try office.quan("B", "scope", "limit", "our school", "--json").json["limit"].int == 102_400)
    #expect(try office.quan("A", "scope", "limit", "our school", "102401").text == "102401")
    try office.quan("A", "scope", "limit", "our school", "100K")
    let attached = try office.quan("B", "attach", visit, photo)
    #expect(attached.err.contains("over the limit of 102.4 kB"))
    let sent = try office.quan("B", "sync", office.stick)
    #expect(sent.err.contains("1 attachments are over the limit and stayed; raise it: quan scope limit"))
    #expect(files(in: office.stick).isEmpty)
    try office.quan("A", "sync", office.stick)
    #expect(try listed("A").first?["here"] == .bool(false))
    try office.quan("A", "scope", "limit", "our school", "1M")
    try office.exchange()
    #expect(try listed("A").first?["here"] == .bool(true))
    #expect(try office.quan("A", "scope", "limit", "our school", "big", status: 64).err.contains("500K"))
  }

  @Test("attaching and syncing that are killed or interrupted at any moment leave all or nothing, and complete later")
  func interrupted() throws {
    let large = office.path("large.bin")
    var generator = SeededGenerator(seed: 12)
    TemporaryFolder.write((0..<4_000_000).map { _ in UInt8.random(in: 0...255, using: &generator) }, to: large)
    for round in 0..<6 {
      let arguments = ["attach", visit, large, "caption=\(round)"] + office.own("A")
      let program = try Program(try Built.quan.get(), arguments)
      usleep(UInt32.random(in: 0...400_000, using: &generator))
      _ = Glibc.kill(program.id, round.isMultiple(of: 2) ? SIGKILL : SIGINT)
      let isDone = program.wait().status == 0
      #expect(try office.quan("A", "verify").out.hasPrefix("Sound"))
      // A killed write may have been durable before its answer was lost; it is there whole or not at all.
      let of = try listed("A").count { $0["name"].string == "large.bin" && $0["here"] == .bool(true) }
      #expect(try of == listed("A").count)
      #expect(!isDone || of > 0)
    }
    try attach(large)
    let sync = ["sync", office.stick] + office.own("A")
    for round in 0..<6 {
      let program = try Program(try Built.quan.get(), sync)
      usleep(UInt32.random(in: 0...300_000, using: &generator))
      _ = Glibc.kill(program.id, round.isMultiple(of: 2) ? SIGKILL : SIGINT)
      _ = program.wait()
      // Whatever stands under the name of an attachment is whole: half of it goes by another name.
      for file in files(in: office.stick) where file.hasSuffix(".quanattachment") {
        #expect(TemporaryFolder.read(file).count == 4_000_000 + 104)
      }
    }
    try office.exchange()
    #expect(try listed("B").allSatisfy { $0["here"] == .bool(true) })
    #expect(files(in: office.stick).count == 1)
    try office.expectEqual()
  }

  @Test("what cannot be attached or got says so, with a status and a next step")
  func refused() throws {
    let empty = office.path("empty")
    TemporaryFolder.write([], to: empty)
    for (arguments, status, said) in [
      (["attach", visit, empty], Int32(1), "the file is empty"),
      (["attach", visit, "/nowhere.jpg"], 1, "there is no such file"),
      (["attach", visit, photo, "--field", "date"], 1, "takes no attachments"),
      (["attach", visit, photo, "nothing=1"], 1, "no field 'nothing'"),
      (["attachment", "get", visit, office.path("x")], 1, "has no attachment"),
      (["edit", visit, "date=2020-06-01", "-m", "x"], 0, ""),
    ] {
      let outcome = try office.tool(arguments + office.own("A"), status: status)
      #expect(outcome.err.contains(said), "\(arguments): \(outcome.err)")
    }
    #expect(try listed("A").isEmpty)
    let evidence = try attach()
    #expect(try office.quan("A", "attach", evidence, photo, "caption=x", status: 64).err.contains("quan edit"))
    #expect(try office.quan("A", "edit", evidence, "file=x", status: 1).err.contains("quan attach ID FILE"))
  }
}
