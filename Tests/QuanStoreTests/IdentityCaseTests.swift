import Quan
import QuanTesting
import Testing

@Suite("Merge cases: identity, clocks, delivery")
struct IdentityCaseTests {
  /// A laptop whose disk is told apart by a number, so that it can be copied, restored and cloned whole.
  private final class Disk {
    let laptop: Laptop
    var replica: Replica
    private let inode: UInt64

    init(_ name: String, in bureau: Bureau, inode: UInt64, bytes: [UInt8], state: String? = nil) throws {
      laptop = Laptop(name, in: bureau.folder, seed: 3)
      self.inode = inode
      TemporaryFolder.write(bytes, to: laptop.path)
      if let state {
        _ = bureau.folder.folder("\(name)/state")
        for file in TemporaryFolder.names(in: state) {
          TemporaryFolder.copy(state + "/" + file, to: laptop.environment.stateDirectory + "/" + file)
        }
      }
      replica = try Self.open(laptop, inode)
    }

    private static func open(_ laptop: Laptop, _ inode: UInt64) throws -> Replica {
      var environment = laptop.environment
      environment.place = { _ in (1, inode) }
      return try Replica.open(at: laptop.path, environment: environment)
    }

    var stateDirectory: String { laptop.environment.stateDirectory }

    /// The file as it is when closed.
    func bytes() throws -> [UInt8] {
      try replica.close()
      defer { try? reopen() }
      return TemporaryFolder.read(laptop.path)
    }

    func reopen() throws { replica = try Self.open(laptop, inode) }

    /// Puts an older file in the place of the present one.
    func restore(_ bytes: [UInt8]) throws {
      try replica.close()
      for ending in ["", "-wal", "-shm"] { TemporaryFolder.remove(laptop.path + ending) }
      TemporaryFolder.write(bytes, to: laptop.path)
      try reopen()
    }
  }

  /// A laptop A on a disk of its own that has written once there, beside B and C of a bureau.
  private func diskBureau() throws -> (bureau: Bureau, pupil: RecordID, disk: Disk) {
    let bureau = try Bureau(3)
    let pupil = try bureau.pupil()
    try bureau.replicas[0].close()
    let disk = try Disk("X", in: bureau, inode: 50, bytes: TemporaryFolder.read(bureau.laptops[0].path))
    bureau.replicas[0] = disk.replica
    try disk.replica.write { try $0.set(pupil, try bureau.field("note"), to: .text("start")) }
    try disk.replica.settleRenewal(retireOld: true)
    try bureau.exchange()
    return (bureau, pupil, disk)
  }

  @Test("C-01 both branches of a cloned machine end up, whole, in every replica, whichever came first")
  func clonedMachine() throws {
    let (bureau, pupil, disk) = try diskBureau()
    let identity = try disk.replica.id
    let bytes = try disk.bytes()
    bureau.replicas[0] = disk.replica
    let clone = try Disk("Y", in: bureau, inode: 50, bytes: bytes, state: disk.stateDirectory)
    #expect(try clone.replica.id == identity)
    try disk.replica.write { try $0.set(pupil, try bureau.field("phone"), to: .text("branch one")) }
    let created = try disk.replica.write {
      try $0.create(try bureau.kind(), [try bureau.field("name"): [.text("only one")]])
    }
    try clone.replica.write { try $0.set(pupil, try bureau.field("phone"), to: .text("branch two")) }
    let other = try clone.replica.write {
      try $0.create(try bureau.kind(), [try bureau.field("name"): [.text("only two")]])
    }
    #expect(try disk.replica.id == identity)
    #expect(try clone.replica.id == identity)
    #expect(created == other)
    bureau.replicas[0] = disk.replica

    // B takes one branch first, C the other.
    let first = try bureau.bundle(from: 0)
    let second = bureau.folder.path + "/clone-bundle"
    _ = try clone.replica.writeBundle(to: second, lackedBy: VersionVector())
    try bureau.replicas[1].apply(bundleAt: first)
    try bureau.replicas[2].apply(bundleAt: second)
    let reports = [try bureau.replicas[1].apply(bundleAt: second), try bureau.replicas[2].apply(bundleAt: first)]
    for report in reports {
      let fork = try #require(report.forks.first)
      #expect(fork.stream.replica == identity)
      #expect(fork.branches.count == 2)
      #expect(Set(fork.branches.map(\.name)).isDisjoint(with: [identity]))
    }
    #expect(Set(reports[0].forks[0].branches) == Set(reports[1].forks[0].branches))

    bureau.replicas.append(clone.replica)
    try bureau.exchange()
    try bureau.exchange()
    for index in bureau.replicas.indices {
      var names: [Value] = []
      try bureau.replicas[index].records(of: try bureau.kind()) { names += $0["name"]?.shown ?? [] }
      #expect(Set(names).isSuperset(of: [.text("only one"), .text("only two")]))
      let conflict = try bureau.onlyConflict(on: index)
      #expect(Set(conflict.sides.compactMap(\.value)) == [.text("branch one"), .text("branch two")])
      #expect(try bureau.replicas[index].records(matching: created.description).count == 2)
    }
    try bureau.expectEqual()
    // Both machines go on under names of their own.
    for replica in [disk.replica, clone.replica] {
      try replica.write { try $0.set(pupil, try bureau.field("name"), to: .text("later")) }
      #expect(try replica.id != identity)
    }
    try bureau.exchange()
    try bureau.expectEqual()
  }

  @Test("a copied file with unsent changes makes no fork and loses nothing")
  func copiedFile() throws {
    let (bureau, pupil, disk) = try diskBureau()
    try disk.replica.write { try $0.set(pupil, try bureau.field("phone"), to: .text("unsent")) }
    let identity = try disk.replica.id
    let copy = try Disk("Y", in: bureau, inode: 51, bytes: try disk.bytes())
    bureau.replicas[0] = disk.replica
    #expect(try copy.replica.status().renewal?.reason == .moved)
    try copy.replica.write { try $0.set(pupil, try bureau.field("name"), to: .text("by the copy")) }
    try disk.replica.write { try $0.set(pupil, try bureau.field("aid"), to: .decimal(1)) }
    #expect(try copy.replica.id != identity)
    #expect(try disk.replica.id == identity)
    bureau.replicas[0] = disk.replica
    bureau.replicas.append(copy.replica)
    // The copy is the first to meet the others: it carries the unsent tail of the old stream as well.
    try copy.replica.sync(folder: bureau.stick)
    let report = try bureau.replicas[1].sync(folder: bureau.stick).merge
    #expect(report.forks == [])
    #expect(try bureau.shown(pupil, "phone", on: 1) == [.text("unsent")])
    try bureau.exchange()
    for index in bureau.replicas.indices {
      #expect(try bureau.shown(pupil, "name", on: index) == [.text("by the copy")])
      #expect(try bureau.shown(pupil, "aid", on: index) == [.decimal(1)])
    }
    try bureau.expectEqual()
    let known = try copy.replica.replicas().first { $0.isOwn }
    #expect(known?.predecessor == identity)
  }

  @Test("C-02 a replica restored from a backup reuses no number: what others hold of it comes back")
  func restoredBackup() throws {
    let (bureau, pupil, disk) = try diskBureau()
    let backup = try disk.bytes()
    bureau.replicas[0] = disk.replica
    try disk.replica.write { try $0.set(pupil, try bureau.field("phone"), to: .text("after the backup")) }
    try bureau.exchange()
    let identity = try disk.replica.id
    try disk.restore(backup)
    bureau.replicas[0] = disk.replica
    #expect(try disk.replica.status().renewal?.reason == .behind)
    try disk.replica.write { try $0.set(pupil, try bureau.field("name"), to: .text("restored")) }
    #expect(try disk.replica.id != identity)
    try bureau.exchange()
    for index in 0..<3 {
      #expect(try bureau.shown(pupil, "phone", on: index) == [.text("after the backup")])
      #expect(try bureau.shown(pupil, "name", on: index) == [.text("restored")])
      #expect(try bureau.replicas[index].conflictCount() == 0)
    }
    try bureau.expectEqual()
    try disk.replica.settleRenewal(retireOld: true)
    #expect(try disk.replica.status().renewal == nil)
  }

  @Test("C-03 changes of the own identity that come from elsewhere make the replica take a new one")
  func ownIdentityFromElsewhere() throws {
    let (bureau, pupil, disk) = try diskBureau()
    let backup = try disk.bytes()
    bureau.replicas[0] = disk.replica
    try disk.replica.write { try $0.set(pupil, try bureau.field("phone"), to: .text("later")) }
    let later = try bureau.bundle(from: 0)
    // The laptop and all it remembers go back in time: nothing on it tells.
    let state = bureau.folder.path + "/emptied"
    _ = bureau.folder.folder("emptied")
    let identity = try disk.replica.id
    for name in TemporaryFolder.names(in: disk.stateDirectory) {
      let text = String(decoding: TemporaryFolder.read(disk.stateDirectory + "/" + name), as: UTF8.self)
      let lines = text.split(separator: "\n").filter { !$0.hasPrefix("replica \(identity)") }
      TemporaryFolder.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: state + "/" + name)
    }
    let restored = try Disk("Y", in: bureau, inode: 50, bytes: backup, state: state)
    #expect(try restored.replica.status().renewal == nil)
    try restored.replica.apply(bundleAt: later)
    #expect(try restored.replica.status().renewal?.reason == .overtaken)
    try restored.replica.write { try $0.set(pupil, try bureau.field("name"), to: .text("renewed")) }
    #expect(try restored.replica.id != identity)
    #expect(try restored.replica.record(pupil)?["phone"]?.shown == [.text("later")])
  }

  @Test("C-04 a clock a year ahead wins nothing: a later edit that saw it stands, and its own edits are accepted")
  func clockAhead() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    bureau.laptops[1].moveClock(byMilliseconds: 365 * 86_400_000)
    try bureau.set(pupil, "phone", .text("from the future"), on: 1)
    let clocks = try bureau.give(1, to: 0).clocks
    #expect(clocks.map(\.replica) == [try bureau.replicas[1].id])
    #expect(clocks.map(\.isAhead) == [true])
    try bureau.exchange()
    #expect(try bureau.shown(pupil, "phone", on: 0) == [.text("from the future")])
    try bureau.set(pupil, "phone", .text("later indeed"), on: 0)
    try bureau.exchange()
    for index in 0..<2 {
      #expect(try bureau.shown(pupil, "phone", on: index) == [.text("later indeed")])
      #expect(try bureau.replicas[index].conflictCount() == 0)
    }
    let steps = try bureau.replicas[0].history(of: pupil, field: try bureau.field("phone"))
    let claimed = try #require(steps.first { $0.stamp.author == "author B" }).stamp.time
    #expect(claimed > (try #require(steps.last).stamp.time))
    try bureau.expectEqual()
  }

  @Test("C-05 a clock that goes back eight hours between two edits changes nothing about their order")
  func clockGoesBack() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    try bureau.set(pupil, "phone", .text("first"), on: 0)
    bureau.laptops[0].moveClock(byMilliseconds: -8 * 3_600_000)
    try bureau.set(pupil, "phone", .text("second"), on: 0)
    #expect(try bureau.give(0, to: 1).clocks.map(\.isAhead) == [false])
    try bureau.exchange()
    for index in 0..<2 { #expect(try bureau.shown(pupil, "phone", on: index) == [.text("second")]) }
    let steps = try bureau.replicas[1].history(of: pupil, field: try bureau.field("phone"))
    #expect(steps.count == 2)
    if case .write(_, let values, _) = try #require(steps.last).body {
      #expect(values.map(\.value) == [.text("second")])
    }
  }

  @Test("C-06 a bundle that comes too early waits, and says what is missing and from whom")
  func tooEarly() throws {
    let bureau = try Bureau(3)
    let pupil = try bureau.pupil()
    let before = try bureau.replicas[0].vector()
    try bureau.set(pupil, "phone", .text("A"), on: 0)
    let first = try bureau.bundle(from: 0, lackedBy: before)
    try bureau.give(0, to: 1)
    let known = try bureau.replicas[1].vector()
    try bureau.set(pupil, "phone", .text("B saw A"), on: 1)
    let second = try bureau.bundle(from: 1, lackedBy: known)
    let summary = try bureau.replicas[2].summary(ofBundleAt: second)
    #expect(summary.missing.map(\.stream.replica) == [try bureau.replicas[0].id])
    let report = try bureau.replicas[2].apply(bundleAt: second)
    #expect(report.changesApplied == 0)
    #expect(report.changesPending == 1)
    let pending = try #require(report.pending.first)
    #expect(pending.stream.replica == (try bureau.replicas[1].id))
    #expect(pending.missing.map(\.stream.replica) == [try bureau.replicas[0].id])
    #expect(try bureau.replicas[2].apply(bundleAt: first).pending == [])
    #expect(try bureau.shown(pupil, "phone", on: 2) == [.text("B saw A")])
    #expect(try bureau.replicas[2].conflictCount() == 0)
  }

  @Test("C-07 a peer that was restored to an older state is served anew")
  func restoredPeer() throws {
    let (bureau, pupil, disk) = try diskBureau()
    let backup = try disk.bytes()
    bureau.replicas[0] = disk.replica
    for number in 0..<3 { try bureau.set(pupil, "phone", .text("\(number)"), on: 1) }
    try bureau.exchange()
    #expect(try bureau.shown(pupil, "phone", on: 0) == [.text("2")])
    // Everybody has acknowledged; the stick may hold nothing of it any more. Then A goes back.
    try disk.restore(backup)
    bureau.replicas[0] = disk.replica
    try bureau.exchange()
    #expect(try bureau.shown(pupil, "phone", on: 0) == [.text("2")])
    try bureau.expectEqual()
  }

  @Test("C-08 a workspace of which only the later part is there is not joined, and nothing is left behind")
  func interruptedInitialLoad() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    let before = try bureau.replicas[0].vector()
    try bureau.set(pupil, "phone", .text("later"), on: 0)
    let later = try bureau.bundle(from: 0, lackedBy: before)
    let laptop = Laptop("N", in: bureau.folder, seed: 5)
    do {
      _ = try laptop.join(from: later)
      Issue.record("joined from half a workspace")
    } catch let error as StoreError {
      #expect(error.code == .missingPrerequisites)
      #expect(!error.details.isEmpty)
    }
    #expect(!TemporaryFolder.names(in: bureau.folder.path + "/N").contains { $0.hasSuffix(".quan") })
    let whole = try bureau.bundle(from: 0)
    #expect(try laptop.join(from: whole).record(pupil) != nil)
  }

  @Test("two laptops that define a field of one name with two types keep both, and list a conflict of the schema")
  func twoDefinitions() throws {
    let bureau = try Bureau(3)
    let pupil = try bureau.pupil()
    let kind = try bureau.kind()
    let text = try bureau.replicas[0].write { try $0.define(FieldDraft("height", Labels("身高", "height")), of: kind) }
    let number = try bureau.replicas[1].write {
      try $0.define(FieldDraft("height", Labels("身高", "height"), .integer), of: kind)
    }
    try bureau.replicas[0].write { try $0.set(pupil, text, to: .text("tall")) }
    try bureau.replicas[1].write { try $0.set(pupil, number, to: .integer(150)) }
    try bureau.exchange()
    let winner = min(text, number)
    for replica in bureau.replicas {
      let fields = try #require(try replica.schema().kind(kind)).fields
      #expect(fields.first { $0.name == "height" }?.id == winner)
      let record = try #require(try replica.record(pupil))
      #expect(record.fields.first { $0.definition.id == text }?.shown == [.text("tall")])
      #expect(record.fields.first { $0.definition.id == number }?.shown == [.integer(150)])
      let conflicts = try replica.conflicts()
      #expect(conflicts.map(\.class) == [.schema])
      #expect(Set(conflicts.flatMap(\.sides).map(\.dot)) == [text, number])
    }
    try bureau.expectEqual()
  }

  @Test("a school's data that arrives before the schema is kept, and appears when the schema comes")
  func dataBeforeSchema() throws {
    let bureau = try Bureau()
    let kind = try bureau.replicas[0].write { transaction in
      try transaction.define(
        KindDraft("meeting", Labels("会议", "meeting"), [FieldDraft("topic", Labels("议题", "topic"))]))
    }
    let topic = try #require(try bureau.replicas[0].schema().kind(kind)?.field(named: "topic")).id
    let id = try bureau.replicas[0].write { try $0.create(kind, [topic: [.text("一")]]) }
    try bureau.replicas[0].write { try $0.set(id, topic, to: .text("二")) }
    // Only the school's streams go out first.
    var presumed = try bureau.replicas[1].vector()
    for (stream, tips) in try bureau.replicas[0].vector().tips where stream.scope == .shared {
      presumed.set(tips, for: stream)
    }
    try bureau.replicas[1].apply(bundleAt: try bureau.bundle(from: 0, lackedBy: presumed))
    #expect(try bureau.replicas[1].schema().kind(kind) == nil)
    #expect(try bureau.replicas[1].record(id) != nil)
    // It is handed on unchanged by who does not understand it.
    try bureau.give(0, to: 1)
    #expect(try bureau.replicas[1].record(id)?["topic"]?.shown == [.text("二")])
    var found = 0
    try bureau.replicas[1].records(of: kind) { _ in found += 1 }
    #expect(found == 1)
    try bureau.exchange()
    try bureau.expectEqual()
  }
}
