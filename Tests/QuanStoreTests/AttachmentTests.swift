import Quan
import QuanFormat
import QuanTesting
import Testing

/// Photos and signed forms: kept once, carried after the records, usable in whatever order they come.
@Suite("Attachments")
struct AttachmentTests {
  private let bureau: Bureau
  private let id: RecordID
  private let photo: String
  private let bytes: [UInt8]

  init() throws {
    let schema = SchemaDraft([
      KindDraft(
        "pupil", Labels("学生", "pupil"),
        [
          FieldDraft("name", Labels("姓名", "name")), FieldDraft("form", Labels("签字表", "form"), .attachment),
          FieldDraft("photos", Labels("照片", "photos"), .attachment, container: .set),
        ])
    ])
    bureau = try Bureau(2, schema: schema)
    id = try bureau.pupil()
    var generator = SeededGenerator(seed: 7)
    // More than two chunks, and the last not whole.
    bytes = (0..<600_001).map { _ in UInt8.random(in: 0...255, using: &generator) }
    photo = bureau.folder.path + "/签字表.jpg"
    TemporaryFolder.write(bytes, to: photo)
  }

  private func attach(_ path: String? = nil, _ field: String = "form", on index: Int = 0) throws -> Digest {
    try bureau.replicas[index].attach(fileAt: path ?? photo, to: id, field: try bureau.field(field)).hash
  }

  private func content(_ hash: Digest, on index: Int) throws -> [UInt8] {
    let path = bureau.folder.path + "/got-\(index)"
    try bureau.replicas[index].writeAttachment(hash, to: path, replacing: true)
    return TemporaryFolder.read(path)
  }

  private var attachmentFolder: String { bureau.stick + "/quan-attachments" }
  private var files: [String] {
    TemporaryFolder.names(in: attachmentFolder).flatMap { group in
      TemporaryFolder.names(in: attachmentFolder + "/" + group).map { attachmentFolder + "/\(group)/\($0)" }
    }
  }

  @Test("a file attached twice, in two fields and on two laptops, is kept once, and comes out as it went in")
  func keptOnce() throws {
    let first = try attach()
    let second = try attach(nil, "photos")
    let there = try attach(nil, "photos", on: 1)
    #expect(first == second && second == there)
    try bureau.exchange()
    #expect(files.count == 1)
    for index in 0...1 {
      try bureau.replicas[index].close()
      #expect(try SQLFile(bureau.laptops[index].path).run("SELECT count(*) FROM quan_attachment") == ["1"])
      #expect(try SQLFile(bureau.laptops[index].path).run("SELECT count(*) FROM quan_attachment_chunk") == ["3"])
      bureau.replicas[index] = try bureau.laptops[index].open()
      #expect(try content(first, on: index) == bytes)
    }
    try bureau.expectEqual()
  }

  @Test("a record comes first and says what is missing, how large it is and who has it; the photo follows")
  func recordsFirst() throws {
    let hash = try attach()
    try bureau.replicas[0].sync(folder: bureau.stick)
    let path = try #require(files.first)
    let file = TemporaryFolder.read(path)
    TemporaryFolder.remove(path)
    #expect(try bureau.replicas[1].sync(folder: bureau.stick).sync.attachments.waiting == 1)
    let waiting = try bureau.replicas[1].attachment(hash)
    #expect(!waiting.isHere)
    #expect(waiting.name == "签字表.jpg")
    #expect(waiting.size == 600_001)
    #expect(waiting.attachedBy == (try bureau.replicas[0].id))
    #expect { try content(hash, on: 1) } throws: { ($0 as? StoreError)?.code == .notFound }

    // A stick pulled halfway, then whole again.
    TemporaryFolder.write(Array(file.prefix(300_000)), to: path)
    let report = try bureau.replicas[1].sync(folder: bureau.stick).sync.attachments
    #expect(report.taken == 0 && report.waiting == 1 && report.skipped.count == 1)
    // Who has it writes the cut file anew.
    #expect(try bureau.replicas[0].sync(folder: bureau.stick).sync.attachments.written == 1)
    #expect(try bureau.replicas[1].sync(folder: bureau.stick).sync.attachments.taken == 1)
    #expect(try content(hash, on: 1) == bytes)
    try bureau.expectEqual()
  }

  @Test("every changed byte of an attachment's file is found, and harms neither records nor other attachments")
  func damaged() throws {
    let small = bureau.folder.path + "/small"
    TemporaryFolder.write(Array("synthetic".utf8), to: small)
    let hash = try attach(small)
    try bureau.replicas[0].sync(folder: bureau.stick)
    let path = try #require(files.first)
    let file = TemporaryFolder.read(path)
    try bureau.replicas[1].sync(folder: bureau.stick)
    let other = try bureau.newcomer("C", from: 0)
    for place in file.indices {
      var changed = file
      changed[place] ^= 0x20
      TemporaryFolder.write(changed, to: path)
      let report = try other.takeAttachments(from: bureau.stick)
      #expect(report.taken == 0 && report.skipped.count == 1, "byte \(place)")
    }
    for length in stride(from: 0, to: file.count, by: 7) {
      TemporaryFolder.write(Array(file.prefix(length)), to: path)
      #expect(try other.takeAttachments(from: bureau.stick).taken == 0, "length \(length)")
    }
    TemporaryFolder.write(file, to: path)
    #expect(try other.takeAttachments(from: bureau.stick).taken == 1)
    #expect(try other.attachment(hash).isHere)
    #expect(try other.verify() == [])
  }

  @Test("L-1 attachments come in any order and any number of times to the same state")
  func anyOrder() throws {
    let hash = try attach()
    let bundle = try bureau.bundle(from: 0)
    let side = bureau.folder.folder("side")
    try bureau.replicas[0].writeAttachments(into: side)
    // The photo before its record: nothing refers to it yet.
    #expect(try bureau.replicas[1].takeAttachments(from: side) == AttachmentReport())
    try bureau.replicas[1].apply(bundleAt: bundle)
    #expect(try bureau.replicas[1].takeAttachments(from: side).taken == 1)
    #expect(try bureau.replicas[1].takeAttachments(from: side) == AttachmentReport())
    try bureau.replicas[1].apply(bundleAt: bundle)
    #expect(try content(hash, on: 1) == bytes)
    try bureau.exchange()
    try bureau.expectEqual()
  }

  @Test("what is over the limit of its scope stays, is counted, and travels when the limit is raised")
  func limit() throws {
    let scope = try #require(try bureau.replicas[0].record(id)).scope
    #expect(try bureau.replicas[0].attachmentLimit(of: scope) == 20 << 20)
    try bureau.replicas[0].setAttachmentLimit(of: scope, to: 600_000)
    let hash = try attach()
    let report = try bureau.replicas[0].sync(folder: bureau.stick).sync.attachments
    #expect(report.written == 0 && report.overLimit == 1)
    #expect(try bureau.replicas[1].sync(folder: bureau.stick).sync.attachments.waiting == 1)
    try bureau.replicas[1].sync(with: bureau.replicas[0])
    #expect(try !bureau.replicas[1].attachment(hash).isHere)
    try bureau.replicas[1].setAttachmentLimit(of: scope, to: 600_001)
    try bureau.replicas[1].sync(with: bureau.replicas[0])
    #expect(try content(hash, on: 1) == bytes)
    try bureau.expectEqual()
  }

  @Test("attachments of one thing entered twice are found under either record, each once")
  func joined() throws {
    let other = try bureau.pupil()
    let first: Digest = try attach()
    let path = bureau.folder.path + "/second"
    let reversed = Array(bytes.reversed())
    TemporaryFolder.write(reversed, to: path)
    let second: Digest = try bureau.replicas[0].attach(
      fileAt: path, to: other, field: try bureau.field("photos")
    ).hash
    #expect(try bureau.replicas[0].attachmentUses(of: id).map(\.hash) == [first])
    _ = try bureau.replicas[0].write { try $0.join(id, other) }
    for record in [id, other] {
      let found = try bureau.replicas[0].attachmentUses(of: record)
      #expect(found.count == 2)
      #expect(Set(found.map(\.hash)) == [first, second])
    }
    #expect(try bureau.replicas[0].attachmentUses().count == 2)
    try bureau.exchange()
    #expect(files.count == 2)
    #expect(try content(second, on: 1) == reversed)
    try bureau.expectEqual()
  }

  @Test("verify finds an attachment that is not what its hash says")
  func verified() throws {
    let hash = try attach()
    try bureau.replicas[0].close()
    try SQLFile(bureau.laptops[0].path).run("UPDATE quan_attachment_chunk SET bytes=zeroblob(length(bytes)) WHERE id&1")
    bureau.replicas[0] = try bureau.laptops[0].open()
    let findings = try bureau.replicas[0].verify()
    #expect(findings.map(\.invariant) == [7])
    #expect(findings.first?.subject == hash.description)
  }

  @Test("an empty file, a field of another type and a file that is not there are refused")
  func refused() throws {
    let empty = bureau.folder.path + "/empty"
    TemporaryFolder.write([], to: empty)
    #expect { try attach(empty) } throws: { ($0 as? StoreError)?.code == .invalid }
    #expect { try attach(nil, "name") } throws: { ($0 as? StoreError)?.code == .invalid }
    #expect { try attach("/nowhere") } throws: { ($0 as? StoreError)?.code == .notFound }
    let hash = try attach()
    #expect { try bureau.replicas[0].writeAttachment(hash, to: photo) } throws: {
      ($0 as? StoreError)?.code == .alreadyExists
    }
    #expect(TemporaryFolder.read(photo) == bytes)
  }
}
