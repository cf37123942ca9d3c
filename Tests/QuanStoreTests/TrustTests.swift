import Quan
import QuanCore
import QuanFormat
import QuanStore
import QuanTesting
import Testing

/// Runs `body` and gives the code of the error that it must throw.
private func code(_ location: SourceLocation = #_sourceLocation, _ body: () throws -> Void) throws -> StoreError.Code? {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: location)
    return nil
  } catch let error as StoreError {
    return error.code
  }
}

@Suite("Members, roles and revocation")
struct TrustTests {
  @Test("both people see one code, and it hangs on the keys of both sides")
  func oneCode() throws {
    let guild = try Guild()
    let laptop = Laptop("B", in: guild.folder, seed: 3)
    let request = guild.path("request")
    let welcome = guild.path("welcome")
    let asked = try Replica.requestAdmission(
      to: request, from: try guild.bundle(from: 0), environment: laptop.environment)
    let code = try #require(asked.code)
    #expect(code.count == 14)
    #expect(try guild.replicas[0].readRequest(at: request).code == code)
    try guild.replicas[0].admit(
      requestAt: request, label: "B", person: "b", standing: Standing(.editor), welcome: welcome)
    #expect(try Replica.code(ofWelcomeAt: welcome, environment: laptop.environment) == code)
    #expect(try Guild(seed: 2).replicas[0].readRequest(at: request).code != code)
    let other = guild.path("request")
    _ = try Replica.requestAdmission(to: other, environment: laptop.environment)
    #expect(try guild.replicas[0].readRequest(at: other).code != code)
  }

  @Test("a welcome opens nothing for another laptop, and nobody joins without one")
  func welcomeIsPersonal() throws {
    let guild = try Guild()
    let laptop = Laptop("B", in: guild.folder, seed: 3)
    let request = guild.path("request")
    let welcome = guild.path("welcome")
    _ = try Replica.requestAdmission(to: request, environment: laptop.environment)
    try guild.replicas[0].admit(
      requestAt: request, label: "B", person: "b", standing: Standing(.editor), welcome: welcome)
    let bundle = try guild.bundle(from: 0)
    let thief = Laptop("T", in: guild.folder, seed: 4)
    #expect(
      try code {
        _ = try Replica.join(
          at: thief.path, from: bundle, welcome: welcome, label: "T", author: "t", environment: thief.environment)
      } == .stranger)
    #expect(try code { _ = try thief.join(from: bundle) } == .stranger)
    #expect(TemporaryFolder.names(in: guild.folder.path + "/T").filter { $0.hasSuffix(".quan") } == [])
  }

  @Test("private keys lie outside the replica's file, readable by their owner alone")
  func keysAreApart() throws {
    let guild = try Guild()
    let state = guild.laptops[0].environment.stateDirectory
    let name = try #require(TemporaryFolder.names(in: state).first { $0.hasSuffix(".keys") })
    #expect(TemporaryFolder.mode(of: state + "/" + name) == 0o600)
    try guild.replicas[0].close()
    let file = TemporaryFolder.read(guild.laptops[0].path)
    let text = String(decoding: TemporaryFolder.read(state + "/" + name), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let digits = String(line.split(separator: " ")[1])
      let raw = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(digits.dropFirst($0).prefix(2), radix: 16) }
      #expect(raw.count == 32)
      #expect(!contains(file, raw) && !contains(file, Array(digits.utf8)))
    }
  }

  private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    bytes.indices.dropLast(part.count - 1).contains {
      bytes[$0] == part[0] && bytes[$0..<$0 + part.count].elementsEqual(part)
    }
  }

  @Test("members exchange over relays and are equal; each segment bears its author's signature")
  func exchange() throws {
    let guild = try Guild()
    try guild.admit("B")
    try guild.admit("C")
    let mine = try guild.pupil("泉泉", on: 1)
    try guild.give(1, to: 2)
    try guild.give(2, to: 0)
    #expect(try guild.replicas[0].record(mine) != nil)
    try guild.give(0, to: 1)
    try guild.give(0, to: 2)
    try guild.expectEqual([0, 1, 2])
    for line in try guild.reader(try guild.bundle(from: 2)).header.segments { #expect(line.header.signature != nil) }
  }

  @Test("what a member may not write is refused locally")
  func refusedLocally() throws {
    let guild = try Guild()
    try guild.admit("B", .reader)
    try guild.admit("C", .editor)
    #expect(try code { _ = try guild.pupil("x", on: 1) } == .notPermitted)
    _ = try guild.pupil("y", on: 2)
    #expect(try code { try guild.replicas[2].write { _ = try $0.createScope(label: "other") } } == .notPermitted)
    #expect(
      try code {
        try guild.replicas[2].revoke(try guild.replicas[2].members()[1].id)
      } == .notPermitted)
    #expect(try guild.replicas[1].members().map(\.standing.role) == [.admin, .reader])
  }

  @Test("a stranger's segments are kept aside with a reason, and released by an admission")
  func stranger() throws {
    let guild = try Guild()
    // C is admitted by B, an admin whose admission A knows and whose own statements A lacks.
    try guild.admit("B", .admin)
    try guild.admit("C", .editor, by: 1)
    let pupil = try guild.pupil("C's", on: 2)
    let full = try guild.bundle(from: 2)
    let own = try guild.replicas[2].id
    let cut = guild.path("cut")
    try guild.rewrite(full, to: cut, by: 2) { $0.header.stream.replica == own ? $0 : nil }
    let report = try guild.replicas[0].apply(bundleAt: cut)
    #expect(report.changesApplied == 0)
    #expect(Set(report.pending.map(\.reason)) == [.stranger])
    #expect(try guild.replicas[0].record(pupil) == nil)
    #expect(try guild.replicas[0].verify() == [])
    let released = try guild.give(1, to: 0)
    #expect(released.pending == [])
    #expect(try guild.replicas[0].record(pupil) != nil)
  }

  @Test("forged, unsigned and renamed segments are not merged, are named, and do not block what is good")
  func forged() throws {
    let guild = try Guild()
    try guild.admit("B")
    try guild.give(1, to: 0)
    let bad = try guild.pupil("bad", on: 1)
    let source = try guild.bundle(from: 1)
    let own = try guild.replicas[1].id
    func alter(_ change: @escaping (SegmentHeader) -> SegmentHeader) throws -> MergeReport {
      let path = guild.path("bad")
      try guild.rewrite(source, to: path, by: 1) { segment in
        segment.header.stream.replica == own && segment.header.stream.scope != .shared
          ? Segment(header: change(segment.header), deflated: segment.deflated) : segment
      }
      return try guild.replicas[0].apply(bundleAt: path)
    }
    func unsigned(_ header: SegmentHeader, _ signature: SegmentSignature?) -> SegmentHeader {
      SegmentHeader(
        stream: header.stream, range: header.range, lastCounter: header.lastCounter, previous: header.previous,
        digest: header.digest, operationCount: header.operationCount, requires: header.requires,
        inflatedSize: header.inflatedSize, signature: signature)
    }
    let forged = try alter { header in
      var bytes = header.signature?.bytes ?? []
      bytes[3] ^= 1
      return unsigned(
        header,
        SegmentSignature(signer: header.signature?.signer ?? own, nonce: header.signature?.nonce ?? 0, bytes: bytes))
    }
    #expect(forged.refusedSegments.count == 1)
    let renamed = try alter { header in
      unsigned(
        header,
        SegmentSignature(
          signer: header.signature?.signer ?? own, nonce: 5, bytes: header.signature?.bytes ?? []))
    }
    #expect(renamed.refusedSegments.count == 1)
    let bare = try alter { unsigned($0, nil) }
    #expect(bare.pending.map(\.reason) == [.unsigned])
    #expect(try guild.replicas[0].record(bad) == nil)
    let good = try guild.replicas[0].apply(bundleAt: source)
    #expect(good.refusedSegments == [] && good.pending == [])
    #expect(try guild.replicas[0].record(bad) != nil)
    let replayed = try guild.replicas[0].apply(bundleAt: source)
    #expect(replayed.changesApplied == 0)
    try guild.give(0, to: 1)
    try guild.expectEqual([0, 1])
  }

  @Test("what lies behind a revocation is void in every replica, whatever arrived first, over relays too")
  func revocationRaces() throws {
    for order in [[0, 1], [1, 0]] {
      let guild = try Guild()
      let revoked = try guild.admit("B")
      try guild.admit("C")
      try guild.admit("D")
      for index in 1...3 { try guild.give(index, to: 0) }
      for index in 1...3 { try guild.give(0, to: index) }
      let early = try guild.pupil("early", on: 1)
      try guild.give(1, to: 0)
      try guild.replicas[0].revoke(revoked)
      let late = try guild.pupil("late", on: 1)
      // C hears of the revocation first or of the late change first, and passes on to D.
      for source in order { try guild.give(source, to: 2) }
      try guild.give(2, to: 3)
      try guild.give(2, to: 0)
      for index in [0, 2, 3] {
        #expect(try guild.replicas[index].record(early) != nil)
        #expect(try guild.replicas[index].record(late) == nil)
      }
      try guild.give(0, to: 2)
      try guild.give(0, to: 3)
      try guild.expectEqual([0, 2, 3])
      #expect(try guild.replicas[0].vector() == guild.replicas[2].vector())
      // The revoked laptop learns it, and what it wrote meanwhile goes there too.
      try guild.give(0, to: 1)
      #expect(try guild.replicas[1].record(late) == nil)
      #expect(try code { _ = try guild.pupil("after", on: 1) } == .notPermitted)
      // An admin lets stand what has arrived.
      try guild.replicas[0].raiseCut(of: revoked)
      for index in 1...3 { try guild.give(0, to: index) }
      for index in [0, 2, 3] { #expect(try guild.replicas[index].record(late) != nil) }
      try guild.expectEqual([0, 2, 3])
      // The revoked laptop has no key to what says so; it carries it.
      #expect(try guild.replicas[1].record(late) == nil)
      #expect(try guild.replicas[1].vector() == guild.replicas[0].vector())
    }
  }

  @Test("a reader's segments are void when received, and what others build on them is sound")
  func demoted() throws {
    let guild = try Guild()
    let member = try guild.admit("B")
    try guild.admit("C")
    let shared = try guild.pupil("before", on: 1)
    for index in [0, 2] { try guild.give(1, to: index) }
    // B is made a reader; not knowing, it writes on, and C builds on that.
    try guild.replicas[0].revoke(member)
    let void = try guild.pupil("void", on: 1)
    try guild.give(1, to: 2)
    let name = try #require(try guild.replicas[2].schema().kind(named: "pupil")?.field(named: "name"))
    try guild.replicas[2].write { try $0.set(void, name.id, to: .text("edited by C")) }
    try guild.replicas[2].write { try $0.set(shared, name.id, to: .text("edited by C")) }
    let report = try guild.give(2, to: 0)
    #expect(report.changesVoid == 1)
    #expect(try guild.replicas[0].record(void) == nil)
    #expect(try guild.replicas[0].record(shared)?["name"]?.shown == [.text("edited by C")])
    try guild.give(0, to: 2)
    try guild.expectEqual([0, 2])
  }

  @Test("who is admitted by a former admin writes what is void; work on it arrives, and an admission revives it")
  func introduced() throws {
    let guild = try Guild()
    let admin = try guild.admit("B", .admin)
    let school = try guild.school
    try guild.replicas[0].setStanding(of: admin, to: Standing(.editor, [school]))
    // B has not heard of it and admits C; then it builds on what C wrote, and learns.
    let member = try guild.admit("C", .editor, by: 1)
    let void = try guild.pupil("C's", on: 2)
    try guild.give(2, to: 1)
    try guild.give(0, to: 1)
    let sound = try guild.pupil("B's", on: 1)
    let report = try guild.give(1, to: 0)
    #expect(report.pending == [] && report.refusedSegments == [])
    #expect(try guild.replicas[0].vector() == guild.replicas[1].vector())
    for index in [0, 1] {
      #expect(try guild.replicas[index].record(void) == nil)
      #expect(try guild.replicas[index].record(sound) != nil)
      let listed = try #require(try guild.replicas[index].members().first { $0.id == member })
      #expect(!listed.isAdmitted && listed.standing == .none && listed.label == "C")
    }
    try guild.expectEqual([0, 1])
    try guild.replicas[0].setStanding(of: member, to: Standing(.editor, [school]))
    for index in [1, 2] { try guild.give(0, to: index) }
    for index in [0, 1, 2] {
      #expect(try guild.replicas[index].record(void) != nil)
      #expect(try guild.replicas[index].members().first { $0.id == member }?.isAdmitted == true)
    }
    try guild.expectEqual([0, 1, 2])
  }

  @Test("of two admins who revoke each other at once the one admitted earlier stands, in every replica")
  func mutualRevocation() throws {
    let guild = try Guild()
    let earlier = try guild.admit("B", .admin)
    let later = try guild.admit("C", .admin)
    for index in [1, 2] { try guild.give(0, to: index) }
    try guild.replicas[1].revoke(later)
    #expect(try code { try guild.replicas[2].revoke(earlier) } == .notPermitted)
    let scope = try guild.replicas[2].write { try $0.createScope(label: "by the revoked") }
    for (source, target) in [(2, 0), (1, 0), (1, 2), (0, 1), (0, 2)] { try guild.give(source, to: target) }
    for index in 0...2 {
      #expect(try guild.replicas[index].members().map(\.standing.role) == [.admin, .admin, nil])
      #expect(try !guild.replicas[index].scopes().contains { $0.id == scope })
    }
    try guild.expectEqual([0, 1, 2])
  }

  @Test("a member's laptop whose file was restored takes a new identity that its key proves")
  func renewal() throws {
    let guild = try Guild()
    try guild.admit("B")
    try guild.give(1, to: 0)
    let laptop = guild.laptops[1]
    let first = try guild.replicas[1].id
    try guild.replicas[1].close()
    let copy = TemporaryFolder.read(laptop.path)
    let restored = guild.path("restored.quan")
    TemporaryFolder.write(copy, to: restored)
    let reopened = try Replica.open(at: restored, environment: laptop.environment)
    let kind = try #require(try reopened.schema().kind(named: "pupil"))
    let pupil = try reopened.write { try $0.create(kind.id, [:]) }
    #expect(try reopened.id != first)
    let path = guild.path("bundle")
    try reopened.writeBundle(to: path)
    let report = try guild.replicas[0].apply(bundleAt: path)
    #expect(report.pending == [] && report.refusedSegments == [])
    #expect(try guild.replicas[0].record(pupil) != nil)
  }
}
