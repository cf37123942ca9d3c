import Foundation
import Quan
import QuanFormat
import QuanTesting
import Testing

@Suite("Exchanging with a folder")
struct FolderTests {
  @Test("three laptops on one stick, in any order and again, end equal; the stick is enough for a newcomer")
  func threeLaptops() throws {
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0, 0, 2]] {
      let bureau = try Bureau(3)
      let pupil = try bureau.pupil()
      for index in 0..<3 {
        try bureau.set(pupil, ["phone", "note", "aid"][index], index == 2 ? .decimal(5) : .text("\(index)"), on: index)
      }
      for _ in 0..<3 { for index in order { try bureau.replicas[index].sync(folder: bureau.stick) } }
      try bureau.expectEqual()
      let newcomer = try Laptop("N", in: bureau.folder, seed: 5).join(from: bureau.stick)
      #expect(try newcomer.record(pupil)?["note"]?.shown == [.text("1")])
      #expect(try newcomer.status().pending == [])
    }
  }

  @Test("only what the others lack is written, and nothing when nothing happened")
  func onlyWhatLacks() throws {
    let bureau = try Bureau(2)
    let pupil = try bureau.pupil()
    try bureau.exchange()
    #expect(try bureau.replicas[0].sync(folder: bureau.stick).sync.bundlesWritten == [])
    let names = TemporaryFolder.names(in: bureau.stick)
    try bureau.set(pupil, "phone", .text("1"), on: 0)
    let report = try bureau.replicas[0].sync(folder: bureau.stick).sync
    #expect(report.bundlesWritten.count == 1)
    #expect(report.bytesWritten < 1000)
    #expect(Set(TemporaryFolder.names(in: bureau.stick)).isSuperset(of: names))
  }

  @Test("many small bundles that all have are replaced by a full one")
  func consolidation() throws {
    let bureau = try Bureau(2)
    let pupil = try bureau.pupil()
    for number in 0..<30 {
      try bureau.set(pupil, "phone", .text("\(number)"), on: number % 2)
      try bureau.replicas[number % 2].sync(folder: bureau.stick)
    }
    try bureau.exchange()
    let bundles = TemporaryFolder.names(in: bureau.stick).filter { $0.hasSuffix(".quanbundle") }
    #expect(bundles.count <= 9)
    let newcomer = try Laptop("N", in: bureau.folder, seed: 5).join(from: bureau.stick)
    #expect(try newcomer.record(pupil) == bureau.replicas[0].record(pupil))
  }

  @Test("a vector that is none behind a right hash is named, proves nothing, and is not noted")
  func vectorThatIsNone() throws {
    let bureau = try Bureau(2)
    let pupil = try bureau.pupil()
    try bureau.exchange()
    let stranger = ReplicaID(rawValue: 77)
    let file = VectorFile(
      workspace: bureau.replicas[0].workspace, replica: stranger, time: Instant(milliseconds: 0),
      vector: try bureau.replicas[0].vector())
    let damaged = Array(file.encode().dropLast(32)) + [0]
    let name = "\(stranger.description.lowercased()).quanvector"
    let bytes = damaged + Digest(sha256: damaged).bytes
    try Data(bytes).write(to: URL(filePath: bureau.stick + "/" + name))
    for number in 0..<30 {
      try bureau.set(pupil, "phone", .text("\(number)"), on: number % 2)
      let report = try bureau.replicas[number % 2].sync(folder: bureau.stick).sync
      #expect(report.skipped.map(\.name) == [name])
    }
    // Nobody knows what that laptop lacks, so nothing is tidied away.
    #expect(TemporaryFolder.names(in: bureau.stick).filter { $0.hasSuffix(".quanbundle") }.count > 30)
    try FileManager.default.removeItem(atPath: bureau.stick + "/" + name)
    try bureau.exchange()
    #expect(TemporaryFolder.names(in: bureau.stick).filter { $0.hasSuffix(".quanbundle") }.count <= 9)
    try bureau.expectEqual()
  }

  @Test("more bundles than there are threads are taken in at once")
  func manyBundles() throws {
    let bureau = try Bureau(2)
    let pupil = try bureau.pupil()
    try bureau.exchange()
    let before = try bureau.replicas[0].vector()
    var last = before
    for number in 0..<150 {
      try bureau.set(pupil, "phone", .text("\(number)"), on: 0)
      let path = try bureau.bundle(from: 0, lackedBy: last)
      last = try bureau.replicas[0].vector()
      TemporaryFolder.copy(path, to: bureau.stick + "/x\(number).quanbundle")
    }
    try bureau.replicas[1].sync(folder: bureau.stick)
    #expect(try bureau.shown(pupil, "phone", on: 1) == [.text("149")])
  }

  @Test("a half-copied bundle is said and skipped; the rest works, and it is taken when it is whole")
  func halfCopied() throws {
    let bureau = try Bureau(3)
    let pupil = try bureau.pupil()
    let before = try bureau.replicas[2].vector()
    try bureau.set(pupil, "phone", .text("late"), on: 2)
    let whole = TemporaryFolder.read(try bureau.bundle(from: 2, lackedBy: before))
    TemporaryFolder.write(Array(whole.prefix(whole.count / 2)), to: bureau.stick + "/copying.quanbundle")
    try bureau.set(pupil, "note", .text("meanwhile"), on: 0)
    try bureau.replicas[0].sync(folder: bureau.stick)
    let report = try bureau.replicas[1].sync(folder: bureau.stick)
    #expect(report.sync.skipped.map(\.name) == ["copying.quanbundle"])
    #expect(try bureau.shown(pupil, "note", on: 1) == [.text("meanwhile")])
    TemporaryFolder.write(whole, to: bureau.stick + "/copying.quanbundle")
    #expect(try bureau.replicas[1].sync(folder: bureau.stick).sync.skipped == [])
    #expect(try bureau.shown(pupil, "phone", on: 1) == [.text("late")])
  }

  @Test("files of another workspace are none of its business")
  func otherWorkspace() throws {
    let bureau = try Bureau(1)
    let other = try Bureau(1, seed: 9)
    let pupil = try other.pupil()
    try other.set(pupil, "phone", .text("theirs"), on: 0)
    try other.replicas[0].sync(folder: bureau.stick)
    let names = TemporaryFolder.names(in: bureau.stick)
    let report = try bureau.replicas[0].sync(folder: bureau.stick)
    #expect(report.sync.skipped == [])
    #expect(report.merge.changesApplied == 0)
    #expect(Set(TemporaryFolder.names(in: bureau.stick)).isSuperset(of: names))
    do {
      try bureau.replicas[0].apply(bundleAt: try other.bundle(from: 0))
      Issue.record("a bundle of another workspace was taken in")
    } catch let error as StoreError {
      #expect(error.code == .otherWorkspace)
    }
  }

  @Test("what an interrupted exchange left half written is cleared away by the next one")
  func leftovers() throws {
    let bureau = try Bureau(1)
    let own = try bureau.replicas[0].id.description.lowercased()
    TemporaryFolder.write([1, 2, 3], to: bureau.stick + "/\(own)-abc.quanbundle.tmp")
    TemporaryFolder.write([1, 2, 3], to: bureau.stick + "/another-abc.quanbundle.tmp")
    try bureau.replicas[0].sync(folder: bureau.stick)
    let rest = TemporaryFolder.names(in: bureau.stick).filter { $0.hasSuffix(".tmp") }
    #expect(rest == ["another-abc.quanbundle.tmp"])
  }

  @Test("a dry run gives the report and keeps and writes nothing")
  func dryRun() throws {
    let bureau = try Bureau(2)
    let pupil = try bureau.pupil()
    try bureau.set(pupil, "phone", .text("1"), on: 0)
    try bureau.replicas[0].sync(folder: bureau.stick)
    try bureau.set(pupil, "phone", .text("2"), on: 1)
    let names = TemporaryFolder.names(in: bureau.stick)
    let state = try bureau.canonical(1)
    let report = try bureau.replicas[1].sync(folder: bureau.stick, dryRun: true)
    #expect(report.merge.newConflicts.count == 1)
    #expect(try bureau.canonical(1) == state)
    #expect(try bureau.replicas[1].conflictCount() == 0)
    #expect(TemporaryFolder.names(in: bureau.stick) == names)
  }

  @Test("two replicas within reach exchange directly")
  func direct() throws {
    let bureau = try Bureau(2)
    let pupil = try bureau.pupil()
    try bureau.set(pupil, "phone", .text("A"), on: 0)
    try bureau.set(pupil, "phone", .text("B"), on: 1)
    try bureau.replicas[0].sync(with: bureau.replicas[1])
    try bureau.expectEqual()
    #expect(try bureau.onlyConflict(on: 1).sides.count == 2)
  }

  @Test(
    "a bundle whose hashes are right and whose content is broken is named; the good ones are merged, and never half of it"
  )
  func brokenContent() throws {
    let bureau = try Bureau(3)
    let pupil = try bureau.pupil()
    let before = try bureau.replicas[2].vector()
    try bureau.set(pupil, "phone", .text("late"), on: 2)
    let good = TemporaryFolder.read(try bureau.bundle(from: 2, lackedBy: before))
    TemporaryFolder.write(try BrokenBundle.content(of: good), to: bureau.stick + "/broken.quanbundle")
    try bureau.set(pupil, "note", .text("meanwhile"), on: 0)
    // Who holds what the broken one carries is not kept from writing it again.
    for index in [0, 1] {
      let report = try bureau.replicas[index].sync(folder: bureau.stick)
      #expect(report.sync.skipped.map(\.name) == ["broken.quanbundle"])
      #expect(try bureau.shown(pupil, "note", on: index) == [.text("meanwhile")])
      #expect(try bureau.shown(pupil, "phone", on: index) == [])
      #expect(try bureau.replicas[index].verify() == [])
    }
    let trial = try bureau.replicas[1].sync(folder: bureau.stick, dryRun: true)
    #expect(trial.sync.skipped.map(\.name) == ["broken.quanbundle"])
    try bureau.replicas[2].sync(folder: bureau.stick)
    try bureau.replicas[1].sync(folder: bureau.stick)
    #expect(try bureau.shown(pupil, "phone", on: 1) == [.text("late")])
    #expect(TemporaryFolder.names(in: bureau.stick).contains("broken.quanbundle"))
    let newcomer = try Laptop("N", in: bureau.folder, seed: 5).join(from: bureau.stick)
    #expect(try newcomer.record(pupil)?["phone"]?.shown == [.text("late")])
  }

  @Test("a broken bundle that is the only one is an error of its own, and changes nothing")
  func onlyBroken() throws {
    let bureau = try Bureau(2)
    let pupil = try bureau.pupil()
    let before = try bureau.replicas[1].vector()
    try bureau.set(pupil, "phone", .text("late"), on: 1)
    let good = TemporaryFolder.read(try bureau.bundle(from: 1, lackedBy: before))
    let path = bureau.folder.path + "/broken"
    TemporaryFolder.write(try BrokenBundle.content(of: good), to: path)
    let state = try bureau.canonical(0)
    #expect {
      try bureau.replicas[0].apply(bundleAt: path)
    } throws: {
      ($0 as? StoreError)?.code == .damaged && ($0 as? StoreError)?.subject == path
    }
    #expect(try bureau.canonical(0) == state)
  }
}
