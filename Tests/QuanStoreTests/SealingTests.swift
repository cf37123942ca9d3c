import Quan
import QuanCore
import QuanFormat
import QuanStore
import QuanTesting
import Testing

@Suite("Sealed segments, keys and epochs")
struct SealingTests {
  /// A second school, made by the founder.
  private func school(_ label: String, _ guild: Guild) throws -> ScopeID {
    try guild.replicas[0].write { try $0.createScope(label: label) }
  }

  private func pupil(_ name: String, in scope: ScopeID, _ guild: Guild, on index: Int) throws -> RecordID {
    let kind = try #require(try guild.replicas[index].schema().kind(named: "pupil"))
    let field = try #require(kind.field(named: "name"))
    return try guild.replicas[index].write { try $0.create(kind.id, in: scope, [field.id: [.text(name)]]) }
  }

  @Test("nothing in an exchange folder can be read: no name, number or value, not even where something inflates")
  func nothingLeaks() throws {
    let guild = try Guild()
    let kind = try #require(try guild.replicas[0].schema().kind(named: "pupil"))
    let fields = Dictionary(uniqueKeysWithValues: kind.fields.map { ($0.code, $0.id) })
    let id = try guild.replicas[0].write(message: "Besuch bei Familie Quan") { transaction in
      try transaction.create(
        kind.id,
        [
          try #require(fields["name"]): [.text("泉泉")], try #require(fields["phone"]): [.text("13900000001")],
          try #require(fields["note"]): [.text("needs a quiet place")],
          try #require(fields["tags"]): [.text("boarder")],
        ])
    }
    let photo = guild.path("photo.jpg")
    TemporaryFolder.write(Array(String(repeating: "a face in the crowd ", count: 40).utf8), to: photo)
    _ = id
    try guild.replicas[0].sync(folder: guild.stick)
    try guild.admit("B")
    try guild.replicas[1].sync(folder: guild.stick)
    let secrets = [
      "泉泉", "13900000001", "quiet place", "boarder", "Familie", "author A", "author B", "school", "pupil", "phone",
      "author",
    ]
    var count = 0
    for name in TemporaryFolder.names(in: guild.stick) {
      let bytes = TemporaryFolder.read(guild.stick + "/" + name)
      guard !bytes.isEmpty else { continue }
      count += 1
      #expect(Leaks.found(secrets, in: bytes) == [], "\(name)")
      for secret in secrets { #expect(!name.contains(secret)) }
    }
    #expect(count >= 4)
    // The search finds such things where they are: in the segments of the log, which are in the clear.
    let open = try Bureau(2)
    _ = try open.pupil("泉泉")
    let clear = TemporaryFolder.names(in: open.stick).flatMap { TemporaryFolder.read(open.stick + "/" + $0) }
    #expect(Leaks.found(["泉泉"], in: clear) == ["泉泉"])
  }

  @Test("a laptop holds the scopes that it is admitted to, carries the others unread, and passes them on")
  func relay() throws {
    let guild = try Guild()
    let first = try guild.school
    let second = try school("second school", guild)
    try guild.admit("B", scopes: [first])
    try guild.admit("C", scopes: [second])
    try guild.admit("D", scopes: [first])
    for index in 1...3 { try guild.give(index, to: 0) }
    for index in 1...3 { try guild.give(0, to: index) }
    let mine = try guild.pupil("first's", on: 1)
    let report = try guild.give(1, to: 2)
    #expect(report.changesCarried > 0 && report.counts.isBalanced)
    #expect(try guild.replicas[2].record(mine) == nil)
    #expect(try guild.give(1, to: 2).changesCarried == 0)
    #expect(try guild.replicas[2].verify() == [])
    // C, which cannot read it, brings it to D, which can.
    try guild.give(2, to: 3)
    #expect(try guild.replicas[3].record(mine) != nil)
    try guild.give(2, to: 0)
    #expect(try guild.replicas[0].record(mine) != nil)
    #expect(try guild.replicas[2].vector() == guild.replicas[1].vector())
    #expect(try guild.replicas[2].canonicalForm(of: first).records.isEmpty)
  }

  @Test("who is admitted to a scope later opens what it has carried")
  func admittedLater() throws {
    let guild = try Guild()
    let first = try guild.school
    let second = try school("second school", guild)
    try guild.admit("B", scopes: [first])
    let member = try guild.admit("C", scopes: [second])
    for index in 1...2 { try guild.give(index, to: 0) }
    let pupils = try (0..<3).map { try guild.pupil("pupil \($0)", on: 1) }
    try guild.give(1, to: 2)
    #expect(try guild.replicas[2].record(pupils[0]) == nil)
    let request = guild.folder.path + "/again"
    TemporaryFolder.write(RequestFile(keys: try guild.keys(of: 2).keys.public).encode(), to: request)
    try guild.replicas[0].admit(
      requestAt: request, label: "C", person: "author C", standing: Standing(.editor, [first, second]),
      welcome: guild.path("welcome"))
    let report = try guild.give(0, to: 2)
    #expect(report.counts.isBalanced)
    for pupil in pupils { #expect(try guild.replicas[2].record(pupil) != nil) }
    #expect(try guild.replicas[2].members().contains { $0.id == member && $0.standing.scopes.count == 2 })
    try guild.give(1, to: 0)
    try guild.give(0, to: 1)
    try guild.give(0, to: 2)
    try guild.expectEqual([0, 2])
    #expect(try guild.replicas[1].canonicalForm(of: first) == guild.replicas[2].canonicalForm(of: first))
    #expect(try guild.replicas[1].vector() == guild.replicas[2].vector())
  }

  @Test("a revocation begins a new epoch: the revoked laptop carries what it can no longer read")
  func epochs() throws {
    let guild = try Guild()
    let revoked = try guild.admit("B")
    try guild.admit("C")
    for index in 1...2 { try guild.give(index, to: 0) }
    for index in 1...2 { try guild.give(0, to: index) }
    let before = try guild.pupil("before", on: 2)
    try guild.give(2, to: 1)
    try guild.replicas[0].revoke(revoked)
    try guild.give(0, to: 2)
    let after = try guild.pupil("after", on: 2)
    try guild.give(2, to: 1)
    #expect(try guild.replicas[1].record(before) != nil)
    #expect(try guild.replicas[1].record(after) == nil)
    #expect(try guild.replicas[1].members().first { $0.id == revoked }?.standing == Standing.none)
    // A newcomer reads all epochs.
    try guild.give(2, to: 0)
    try guild.admit("D")
    #expect(try guild.replicas[3].record(before) != nil)
    #expect(try guild.replicas[3].record(after) != nil)
    try guild.give(3, to: 0)
    for index in [2, 3] { try guild.give(0, to: index) }
    try guild.expectEqual([0, 2, 3])
  }

  @Test("two admins who revoke two members at once end in one epoch that neither of these can read")
  func epochsRace() throws {
    let guild = try Guild()
    try guild.admit("B", .admin)
    let one = try guild.admit("C")
    let other = try guild.admit("D")
    for index in 1...3 { try guild.give(index, to: 0) }
    for index in 1...3 { try guild.give(0, to: index) }
    try guild.replicas[0].revoke(one)
    try guild.replicas[1].revoke(other)
    // Both give something away, and so begin their epochs.
    let first = try guild.bundle(from: 0)
    let second = try guild.bundle(from: 1)
    try guild.replicas[1].apply(bundleAt: first)
    try guild.replicas[0].apply(bundleAt: second)
    for _ in 0..<2 {
      try guild.give(0, to: 1)
      try guild.give(1, to: 0)
    }
    let late = try guild.pupil("late", on: 0)
    for index in 1...3 { try guild.give(0, to: index) }
    #expect(try guild.replicas[1].record(late) != nil)
    for index in 2...3 { #expect(try guild.replicas[index].record(late) == nil) }
    try guild.expectEqual([0, 1])
    #expect(try guild.replicas[0].vector() == guild.replicas[2].vector())
  }

  @Test("an envelope whose header lies is not merged, is named, and does not block what is good")
  func lyingHeader() throws {
    let guild = try Guild()
    try guild.admit("B")
    try guild.give(1, to: 0)
    let pupil = try guild.pupil("good", on: 1)
    let source = try guild.bundle(from: 1)
    let own = try guild.replicas[1].id
    func isOurs(_ header: SegmentHeader) -> Bool {
      header.stream.replica == own && header.stream.scope != .shared
    }
    func altered(_ lie: @escaping (Segment) throws -> Segment) throws -> MergeReport {
      let path = guild.path("lie")
      try guild.rewrite(source, to: path, by: 1, lie: { isOurs($0.header) ? try lie($0) : $0 }) { $0 }
      return try guild.replicas[0].apply(bundleAt: path)
    }
    // A header that says another size, contents exchanged, and one that is cut.
    let size = try altered { segment in
      let header = segment.header
      return Segment(
        header: SegmentHeader(
          stream: header.stream, range: header.range, lastCounter: header.lastCounter, previous: header.previous,
          digest: header.digest, operationCount: header.operationCount, requires: header.requires,
          inflatedSize: header.inflatedSize + 1, signature: header.signature, seal: header.seal),
        deflated: segment.deflated)
    }
    let exchanged = try altered { segment in
      var content = segment.deflated
      content[content.count / 2] ^= 1
      return Segment(header: segment.header, deflated: content)
    }
    let cut = try altered { Segment(header: $0.header, deflated: Array($0.deflated.dropLast(3))) }
    // Sealed well, with something inside that is no segment.
    let path = guild.path("inside")
    try guild.rewrite(source, to: path, by: 1) { segment in
      isOurs(segment.header) ? Segment(header: segment.header, deflated: Array(segment.deflated.reversed())) : segment
    }
    let inside = try guild.replicas[0].apply(bundleAt: path)
    for report in [size, exchanged, cut, inside] {
      #expect(report.refusedSegments.map(\.reason) == [.lying])
      #expect(report.refusedSegments.first?.member == (try guild.keys(of: 1).member))
      #expect(report.counts.isBalanced)
    }
    #expect(try guild.replicas[0].record(pupil) == nil)
    #expect(try guild.replicas[0].apply(bundleAt: source).refusedSegments == [])
    #expect(try guild.replicas[0].record(pupil) != nil)
    try guild.give(0, to: 1)
    try guild.expectEqual([0, 1])
  }

  @Test("a relay does not carry an envelope that no member sealed, nor one whose seal is forged")
  func relayChecks() throws {
    let guild = try Guild()
    let first = try guild.school
    let second = try school("second school", guild)
    try guild.admit("B", scopes: [first])
    try guild.admit("C", scopes: [second])
    for index in 1...2 { try guild.give(index, to: 0) }
    for index in 1...2 { try guild.give(0, to: index) }
    let pupil = try guild.pupil("first's", on: 1)
    let source = try guild.bundle(from: 1)
    let own = try guild.replicas[1].id
    func altered(_ lie: @escaping (Seal) -> Seal) throws -> MergeReport {
      let path = guild.path("lie")
      try guild.rewrite(
        source, to: path, by: 1,
        lie: { segment in
          let header = segment.header
          guard header.stream == StreamID(own, first), let seal = header.seal else { return segment }
          return Segment(
            header: SegmentHeader(
              stream: header.stream, range: header.range, lastCounter: header.lastCounter, previous: header.previous,
              digest: header.digest, operationCount: header.operationCount, requires: header.requires,
              inflatedSize: header.inflatedSize, signature: header.signature, seal: lie(seal)),
            deflated: segment.deflated)
        }, changing: { $0 })
      return try guild.replicas[2].apply(bundleAt: path)
    }
    let forged = try altered { seal in
      var signature = seal.signature
      signature[5] ^= 1
      return Seal(key: seal.key, sealer: seal.sealer, content: seal.content, signature: signature)
    }
    #expect(forged.refusedSegments.map(\.reason) == [.lying] && forged.changesCarried == 0)
    let stranger = try altered {
      Seal(key: $0.key, sealer: ReplicaID(rawValue: 99), content: $0.content, signature: $0.signature)
    }
    #expect(stranger.pending.map(\.reason) == [.stranger] && stranger.changesCarried == 0)
    // The good one is carried all the same.
    #expect(try guild.replicas[2].apply(bundleAt: source).changesCarried > 0)
    try guild.give(2, to: 0)
    #expect(try guild.replicas[0].record(pupil) != nil)
  }

  @Test("sealing the same segment twice gives the same bytes, whoever seals; other content never shares a nonce")
  func sealsAlike() throws {
    let guild = try Guild()
    try guild.admit("B")
    _ = try guild.pupil("one", on: 1)
    try guild.give(1, to: 0)
    func contents(_ index: Int) throws -> Set<QuanCore.Digest> {
      Set(try guild.reader(try guild.bundle(from: index)).header.segments.compactMap { $0.header.seal?.content })
    }
    try guild.give(0, to: 1)
    #expect(try contents(0) == contents(1))
    let reader = try guild.reader(try guild.bundle(from: 0))
    var nonces: Set<[UInt8]> = []
    for index in reader.header.segments.indices {
      nonces.insert(Array(try Segment(try reader.segment(index)).deflated.prefix(12)))
    }
    #expect(nonces.count == reader.header.segments.count)
  }

  @Test("attachments are sealed for their scope: whoever may not read it finds neither content nor name")
  func attachments() throws {
    let schema = SchemaDraft([
      KindDraft(
        "pupil", Labels("学生", "pupil"),
        [FieldDraft("name", Labels("姓名", "name")), FieldDraft("photo", Labels("照片", "photo"), .attachment)])
    ])
    let guild = try Guild(schema: schema)
    let first = try guild.school
    let second = try school("second school", guild)
    try guild.admit("B", scopes: [first])
    try guild.admit("C", scopes: [second])
    let photo = guild.path("photo")
    // Larger than a chunk, and not a multiple of one.
    let content = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    TemporaryFolder.write(content, to: photo)
    let id = try guild.pupil("泉泉", on: 1)
    let field = try #require(try guild.replicas[1].schema().kind(named: "pupil")?.field(named: "photo")).id
    let attachment = try guild.replicas[1].attach(fileAt: photo, to: id, field: field)
    for index in [1, 0, 2] { try guild.replicas[index].sync(folder: guild.stick) }
    let there = guild.path("out")
    try guild.replicas[0].writeAttachment(attachment.hash, to: there)
    #expect(TemporaryFolder.read(there) == content)
    #expect(throws: StoreError.self) {
      try guild.replicas[2].writeAttachment(attachment.hash, to: guild.path("none"))
    }
    let subfolder = guild.stick + "/quan-attachments"
    let files = TemporaryFolder.names(in: subfolder).flatMap { pair in
      TemporaryFolder.names(in: subfolder + "/" + pair).map { subfolder + "/" + pair + "/" + $0 }
    }
    #expect(files.count == 1)
    let file = try #require(files.first)
    let bytes = TemporaryFolder.read(file)
    #expect(!Leaks.contains(bytes, Array(content[1000..<1016])))
    #expect(!Leaks.contains(bytes, attachment.hash.bytes))
    #expect(
      !file.hasSuffix(AttachmentFile.name(of: attachment.hash, in: guild.replicas[0].workspace) + ".quanattachment"))
    // Changed in any chunk it is set aside, and written anew by who has it.
    try guild.admit("D", scopes: [first])
    for place in [60, 300_000, bytes.count - 40] {
      var broken = bytes
      broken[place] ^= 1
      TemporaryFolder.write(broken, to: file)
      let report = try guild.replicas[3].sync(folder: guild.stick).sync.attachments
      #expect(report.taken == 0 && report.skipped.count == 1)
      try guild.replicas[1].sync(folder: guild.stick)
    }
    #expect(try guild.replicas[3].sync(folder: guild.stick).sync.attachments.taken == 1)
  }

  @Test("a copy on a laptop that has no keys can be read there, and merges nothing and says why")
  func copyWithoutKeys() throws {
    let guild = try Guild()
    try guild.admit("B")
    let pupil = try guild.pupil("mine", on: 1)
    let bundle = try guild.bundle(from: 0)
    try guild.replicas[1].close()
    let thief = Laptop("T", in: guild.folder, seed: 12)
    TemporaryFolder.copy(guild.laptops[1].path, to: thief.path)
    let copy = try Replica.open(at: thief.path, environment: thief.environment)
    #expect(try copy.record(pupil) != nil)
    #expect(throws: StoreError.self) { try copy.apply(bundleAt: bundle) }
    #expect(throws: StoreError.self) { try copy.writeBundle(to: guild.path("bundle")) }
  }
}
