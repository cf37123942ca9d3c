import Quan
import QuanTesting
import Synchronization
import Testing

/// How far the work on an attachment has got is told in bytes, and whoever is told can end it.
@Suite("Progress of attachments")
struct AttachmentProgressTests {
  private struct Stop: Error {}

  /// What has been told.
  private final class Told: Sendable {
    let reports = Mutex<[WorkProgress]>([])
    let limit = Mutex(Int.max)

    func tell(_ progress: WorkProgress) throws {
      let count = reports.withLock { reports in
        reports.append(progress)
        return reports.count { $0.stage.isInBytes }
      }
      if count > limit.withLock({ $0 }) { throw Stop() }
    }

    /// What was told of some work since this was asked last.
    func take(_ stage: WorkProgress.Stage) -> [WorkProgress] {
      let all = reports.withLock { reports in
        defer { reports = [] }
        return reports
      }
      return all.filter { $0.stage == stage }
    }
  }

  private static let size = 900_001
  private let bureau: Bureau
  private let id: RecordID
  private let photo: String
  private let told = Told()

  init() throws {
    let schema = SchemaDraft([
      KindDraft(
        "pupil", Labels("学生", "pupil"),
        [FieldDraft("name", Labels("姓名", "name")), FieldDraft("form", Labels("签字表", "form"), .attachment)])
    ])
    bureau = try Bureau(2, schema: schema)
    id = try bureau.pupil()
    photo = bureau.folder.path + "/form.jpg"
    TemporaryFolder.write([UInt8](repeating: 7, count: Self.size), to: photo)
    try bureau.exchange()
    for index in 0...1 {
      try bureau.replicas[index].close()
      var environment = bureau.laptops[index].environment
      environment.progress = { [told] in try told.tell($0) }
      bureau.replicas[index] = try Replica.open(at: bureau.laptops[index].path, environment: environment)
    }
  }

  private func attach() throws -> Digest {
    try bureau.replicas[0].attach(fileAt: photo, to: id, field: try bureau.field("form")).hash
  }

  /// Expects reports that go forward, to the end.
  private func expectWhole(_ reports: [WorkProgress], at location: SourceLocation = #_sourceLocation) {
    #expect(reports.count > 3, sourceLocation: location)
    #expect(reports.map(\.done) == reports.map(\.done).sorted(), sourceLocation: location)
    #expect(Set(reports.map(\.total)).count == 1, sourceLocation: location)
    #expect(reports.last.map { $0.done == $0.total && $0.total >= Self.size } == true, sourceLocation: location)
  }

  @Test("attaching, writing out and taking in go forward to the last byte, over a folder and between two replicas")
  func whole() throws {
    let hash = try attach()
    expectWhole(told.take(.attaching))
    try bureau.replicas[0].sync(folder: bureau.stick)
    expectWhole(told.take(.carrying))
    try bureau.replicas[1].sync(folder: bureau.stick)
    expectWhole(told.take(.collecting))
    try bureau.replicas[1].writeAttachment(hash, to: bureau.folder.path + "/got")
    expectWhole(told.take(.carrying))
    // A stick that holds all already takes no work.
    try bureau.replicas[0].sync(folder: bureau.stick)
    #expect(told.take(.carrying).isEmpty)
    TemporaryFolder.write([UInt8](repeating: 8, count: Self.size), to: photo)
    _ = try attach()
    _ = told.take(.attaching)
    try bureau.replicas[0].sync(with: bureau.replicas[1])
    expectWhole(told.take(.collecting))
  }

  @Test("work that is ended in the middle leaves nothing half done, and goes through when it is done again")
  func ended() throws {
    told.limit.withLock { $0 = 2 }
    #expect(throws: Stop.self) { try attach() }
    #expect(try bureau.replicas[0].attachmentUses().isEmpty)
    told.limit.withLock { $0 = .max }
    let hash = try attach()
    try bureau.replicas[0].sync(folder: bureau.stick)
    _ = told.take(.carrying)
    told.limit.withLock { $0 = 2 }
    #expect(throws: Stop.self) { try bureau.replicas[1].sync(folder: bureau.stick) }
    #expect(try !bureau.replicas[1].attachment(hash).isHere)
    told.limit.withLock { $0 = .max }
    try bureau.replicas[1].sync(folder: bureau.stick)
    #expect(try bureau.replicas[1].attachment(hash).isHere)
  }
}
