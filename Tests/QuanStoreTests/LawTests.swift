import Quan
import QuanFormat
import QuanTesting
import Testing

@Suite("Laws of merging")
struct LawTests {
  /// Three laptops that have worked alone on two pupils, and a bundle of what each did.
  private func offlineWork() throws -> (bureau: Bureau, bundles: [String]) {
    let bureau = try Bureau(4)
    let (one, two) = (try bureau.pupil("一"), try bureau.pupil("二"))
    let known = try bureau.replicas[3].vector()
    for index in 0..<3 {
      try bureau.set(one, "phone", .text("\(index)"), on: index)
      try bureau.set(two, "name", .text("name \(index % 2)"), on: index)
      try bureau.replicas[index].write { try $0.increment(one, try bureau.field("visits"), by: Int64(index + 1)) }
      try bureau.replicas[index].write { try $0.add(two, try bureau.field("tags"), .text("tag \(index)")) }
      try bureau.replicas[index].write { try $0.create(try bureau.kind(), [try bureau.field("name"): [.text("new")]]) }
    }
    try bureau.replicas[2].write { try $0.delete(one) }
    return (bureau, try (0..<3).map { try bureau.bundle(from: $0, lackedBy: known) })
  }

  @Test("L-1 any order, grouping and repetition of bundles gives the same state")
  func orderGroupingRepetition() throws {
    let (bureau, bundles) = try offlineWork()
    let start = try bureau.bundle(from: 3)
    var states: Set<[CanonicalScope]> = []
    let orders = [
      [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0], [0, 0, 1, 0, 2, 1], [2, 2, 1, 0, 2],
    ]
    for (number, order) in orders.enumerated() {
      let replica = try Laptop("O\(number)", in: bureau.folder, seed: 7).join(from: start)
      // The newcomer's introduction is its own; what it took in is compared in the school's scope.
      for index in order { try replica.apply(bundleAt: bundles[index]) }
      let school = try replica.scopes()[1].id
      states.insert([try replica.canonicalForm(of: school)])
      #expect(try replica.verify() == [])
    }
    // Grouped: one laptop gathers all, and hands them on as one bundle.
    for index in 0..<3 { try bureau.replicas[3].apply(bundleAt: bundles[index]) }
    let replica = try bureau.newcomer("G", from: 3)
    states.insert([try replica.canonicalForm(of: try replica.scopes()[1].id)])
    #expect(states.count == 1)
  }

  @Test("L-2 what comes by way of a third laptop is the same, with its author")
  func proxy() throws {
    let bureau = try Bureau(3)
    let pupil = try bureau.pupil()
    try bureau.set(pupil, "phone", .text("from A"), on: 0)
    try bureau.set(pupil, "phone", .text("from C"), on: 2)
    let direct = try bureau.bundle(from: 0)
    try bureau.give(0, to: 1)
    let relayed = try bureau.bundle(from: 1)
    let onlyDirect = try bureau.newcomer("D", from: 2)
    let onlyRelayed = try bureau.newcomer("E", from: 2)
    try onlyDirect.apply(bundleAt: direct)
    try onlyRelayed.apply(bundleAt: relayed)
    let scope = try onlyDirect.scopes()[1].id
    #expect(try onlyDirect.canonicalForm(of: scope) == onlyRelayed.canonicalForm(of: scope))
    #expect(try onlyDirect.conflicts() == onlyRelayed.conflicts())
    let conflict = try #require(try onlyRelayed.conflicts().first)
    #expect(Set(conflict.sides.map(\.stamp.author)) == ["author A", "author C"])
    #expect(try onlyDirect.record(pupil)?["phone"]?.shown == onlyRelayed.record(pupil)?["phone"]?.shown)
  }

  @Test("L-3 what waits is still there after closing and opening")
  func pendingIsDurable() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    let before = try bureau.replicas[0].vector()
    try bureau.set(pupil, "phone", .text("1"), on: 0)
    let first = try bureau.bundle(from: 0, lackedBy: before)
    let between = try bureau.replicas[0].vector()
    try bureau.set(pupil, "phone", .text("2"), on: 0)
    let second = try bureau.bundle(from: 0, lackedBy: between)
    try bureau.replicas[1].apply(bundleAt: second)
    let waiting = try bureau.replicas[1].status().pending
    #expect(waiting.count == 1)
    try bureau.reopen(1)
    #expect(try bureau.replicas[1].status().pending == waiting)
    let report = try bureau.replicas[1].apply(bundleAt: first)
    #expect(report.changesApplied == 2)
    #expect(report.pending == [])
    #expect(try bureau.shown(pupil, "phone", on: 1) == [.text("2")])
  }

  @Test("L-4 a bundle that fails in its second half changes nothing")
  func failedImportChangesNothing() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    let before = try bureau.replicas[0].vector()
    for number in 0..<20 { try bureau.set(pupil, "phone", .text("\(number)"), on: 0) }
    try bureau.replicas[0].write { try $0.createScope(label: "second") }
    let path = try bureau.bundle(from: 0, lackedBy: before)

    // The last segment says something else than its digest, behind hashes that are right.
    let reader = try BundleReader(FileBytes(TemporaryFolder.read(path)))
    var segments = try reader.header.segments.indices.map { try reader.segment($0) }
    #expect(segments.count > 1)
    let last = segments.count - 1
    let (header, start) = try Segment.header(of: segments[last])
    var body = try Deflate.inflate(segments[last], start..<segments[last].count, size: header.inflatedSize)
    body[body.count - 1] ^= 1
    segments[last] = Array(segments[last][..<start]) + Deflate.deflate(body, .fast)
    let changed = BundleHeader(
      workspace: reader.header.workspace, sender: reader.header.sender, time: reader.header.time,
      schemaVersion: reader.header.schemaVersion, segments: try segments.map { try BundleSegment($0) })
    var bytes: [UInt8] = []
    try BundleWriter.write(changed, segment: { segments[$0] }, to: { bytes += $0 })
    TemporaryFolder.write(bytes, to: path)

    let state = (try bureau.canonical(1), try bureau.replicas[1].vector(), try bureau.replicas[1].status())
    #expect(throws: StoreError.self) { try bureau.replicas[1].apply(bundleAt: path) }
    #expect(try bureau.canonical(1) == state.0)
    #expect(try bureau.replicas[1].vector() == state.1)
    #expect(try bureau.replicas[1].status() == state.2)
    #expect(try bureau.replicas[1].verify() == [])
  }

  @Test("L-4 every truncation and a change of every byte of a bundle is refused and changes nothing")
  func damagedBundlesChangeNothing() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    let before = try bureau.replicas[0].vector()
    try bureau.set(pupil, "phone", .text("1"), on: 0)
    let path = try bureau.bundle(from: 0, lackedBy: before)
    let whole = TemporaryFolder.read(path)
    let state = (try bureau.canonical(1), try bureau.replicas[1].status())
    let damaged = bureau.folder.path + "/damaged"
    for place in whole.indices {
      var bytes = whole
      bytes[place] ^= 0x11
      for bytes in [bytes, Array(whole[..<place])] {
        TemporaryFolder.write(bytes, to: damaged)
        #expect(throws: StoreError.self) { try bureau.replicas[1].apply(bundleAt: damaged) }
      }
    }
    #expect(try bureau.canonical(1) == state.0)
    #expect(try bureau.replicas[1].status() == state.1)
  }

  @Test("a segment that starts from another beginning than the stream's is refused, known stream or not")
  func falseBeginning() throws {
    let bureau = try Bureau()
    let scope = try bureau.replicas[0].scopes()[1].id
    let workspace = bureau.replicas[0].workspace
    for replica in [try bureau.replicas[0].id, ReplicaID(rawValue: 77)] {
      let stream = StreamID(replica, scope)
      let change = Change(
        stream: stream, number: 1, firstCounter: 1, author: "x", time: Instant(milliseconds: 0),
        operations: [Operation(Dot(replica, 1), .create(kind: try bureau.kind(), fields: []))])
      var encoder = SegmentEncoder(stream: stream, previous: Digest(sha256: [9]), forked: [])
      encoder.append(change, canonical: CanonicalChange.encode(change))
      let segment = encoder.finish(.fast)
      let header = BundleHeader(
        workspace: workspace, sender: replica, time: Instant(milliseconds: 0), schemaVersion: 1,
        segments: [try BundleSegment(segment.bytes)])
      var bytes: [UInt8] = []
      try BundleWriter.write(header, segment: { _ in segment.bytes }, to: { bytes += $0 })
      let path = bureau.folder.path + "/false"
      TemporaryFolder.write(bytes, to: path)
      do {
        try bureau.replicas[1].apply(bundleAt: path)
        Issue.record("a false beginning was taken in")
      } catch let error as StoreError {
        #expect(error.code == .otherWorkspace)
      }
    }
    #expect(try bureau.replicas[1].verify() == [])
  }

  @Test("L-5 many small bundles and one whole one come to the same")
  func incrementalEqualsFull() throws {
    let bureau = try Bureau(3)
    let pupil = try bureau.pupil()
    var bundles: [String] = []
    for number in 0..<12 {
      let before = try bureau.replicas[number % 2].vector()
      try bureau.set(pupil, ["phone", "name", "note"][number % 3], .text("\(number)"), on: number % 2)
      bundles.append(try bureau.bundle(from: number % 2, lackedBy: before))
    }
    for bundle in bundles { try bureau.replicas[2].apply(bundleAt: bundle) }
    try bureau.give(0, to: 1)
    let whole = try bureau.newcomer("W", from: 1)
    let school = try whole.scopes()[1].id
    #expect(try whole.canonicalForm(of: school) == bureau.replicas[2].canonicalForm(of: school))
    #expect(try Set(whole.conflicts()) == Set(bureau.replicas[2].conflicts()))
  }

  @Test("L-7 what watchers are told, applied to what they showed, gives what is there")
  func toldChangesAgree() async throws {
    let bureau = try Bureau()
    let kind = try bureau.kind()
    func all() throws -> [RecordID: Record] {
      var records: [RecordID: Record] = [:]
      try bureau.replicas[1].records(of: kind) { records[$0.id] = $0 }
      return records
    }
    let pupils = try (0..<5).map { try bureau.pupil("\($0)") }
    var shown = try all()
    let stream = bureau.replicas[1].changes
    for (index, pupil) in pupils.enumerated() {
      try bureau.set(pupil, "phone", .text("A"), on: 0)
      if index % 2 == 0 { try bureau.set(pupil, "phone", .text("B"), on: 1) }
    }
    try bureau.replicas[0].write { try $0.delete(pupils[1]) }
    try bureau.replicas[0].write { try $0.create(kind, [try bureau.field("name"): [.text("new")]]) }
    try bureau.give(0, to: 1)
    try bureau.replicas[1].write { try $0.resolve(pupils[0], try bureau.field("phone"), takingSide: 1) }
    let after = try all()
    let count = try bureau.replicas[1].conflictCount()
    let live = try Dictionary(
      uniqueKeysWithValues: (pupils + after.keys.filter { !pupils.contains($0) }).map {
        ($0, try bureau.replicas[1].record($0))
      })
    try bureau.replicas[1].close()
    for await change in stream {
      let touched: [RecordID]
      switch change {
      case .written(_, let records): touched = records
      case .merged(let report):
        touched = report.createdRecords + report.recordsChanged
        #expect(!report.isSweeping)
      }
      for id in touched {
        let record = live[id].flatMap { $0 }
        shown[id] = record?.presence == .deleted ? nil : record
      }
    }
    #expect(shown == after)
    #expect(count == shown.values.flatMap(\.fields).count { $0.isConflicted })
  }

  @Test("L-8 every change sent is applied, known or pending")
  func nothingVanishes() throws {
    let bureau = try Bureau()
    let pupil = try bureau.pupil()
    let before = try bureau.replicas[0].vector()
    for number in 0..<4 { try bureau.set(pupil, "phone", .text("\(number)"), on: 0) }
    let first = try bureau.bundle(from: 0, lackedBy: before)
    let between = try bureau.replicas[0].vector()
    for number in 0..<3 { try bureau.set(pupil, "name", .text("\(number)"), on: 0) }
    let second = try bureau.bundle(from: 0, lackedBy: between)
    for path in [second, first, second, first, try bureau.bundle(from: 0)] {
      let sent = try Replica.inspect(bundleAt: path).changeCount
      let waited = try bureau.replicas[1].status().pending.reduce(0) { $0 + $1.range.count }
      let report = try bureau.replicas[1].apply(bundleAt: path)
      #expect(Int(sent) + waited == report.changesApplied + report.changesKnown + report.changesPending)
    }
    #expect(try bureau.replicas[1].status().pending == [])
    try bureau.expectEqual()
  }

  @Test("the same changes packed differently are recognised")
  func otherPacking() throws {
    let bureau = try Bureau(3)
    let pupil = try bureau.pupil()
    var last = try bureau.replicas[0].vector()
    for number in 0..<5 {
      try bureau.set(pupil, "phone", .text("\(number)"), on: 0)
      try bureau.replicas[1].apply(bundleAt: try bureau.bundle(from: 0, lackedBy: last))
      last = try bureau.replicas[0].vector()
    }
    // Laptop C gets them in one piece and packs them its own way.
    try bureau.give(0, to: 2)
    let report = try bureau.give(2, to: 1)
    #expect(report.changesApplied == 0)
    #expect(report.changesKnown > 5)
    try bureau.expectEqual()
  }
}

/// Bytes as a file.
struct FileBytes: ByteSource {
  let bytes: [UInt8]
  init(_ bytes: [UInt8]) { self.bytes = bytes }
  var count: UInt64 { UInt64(bytes.count) }
  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    let start = min(Int(offset), bytes.count)
    return Array(bytes[start..<min(start + count, bytes.count)])
  }
}
