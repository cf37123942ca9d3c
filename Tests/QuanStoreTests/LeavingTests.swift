import Quan
import QuanTesting
import Testing

@Suite("Leaving a scope, and what a lost laptop held")
struct LeavingTests {
  @Test("a scope that was left is nowhere in the file; its references are elsewhere; it comes back whole")
  func leave() throws {
    let schools = try TwoSchools()
    let bureau = schools.bureau
    let (pupil, _, _) = try schools.household()
    let marker = "只有这里写着的一句话"
    try bureau.set(pupil, "phone", .text(marker), on: 1)
    // A record of the second school refers to the pupil.
    let replica = schools.replica(1)
    let visit = try replica.write { transaction in
      try transaction.create(
        try bureau.kind("visit"), in: schools.second,
        [try bureau.field("pupil", of: "visit"): [.reference(Reference(pupil, in: schools.first))]])
    }
    // Nobody has what was written here yet.
    try replica.setHomeScope(schools.second)
    #expect(try replica.leaving(of: schools.first).unsent > 0)
    do {
      try replica.leave(schools.first)
      Issue.record("it was left")
    } catch let error as StoreError {
      #expect(error.code == .refused)
    }
    try bureau.exchange()
    try bureau.exchange()
    let leaving = try replica.leaving(of: schools.first)
    #expect(leaving.unsent == 0 && leaving.records.map(\.count).reduce(0, +) == 3)

    let identity = try replica.id
    #expect(try replica.leave(schools.first) == leaving)
    #expect(try replica.id != identity)
    #expect(try replica.leftScopes() == [schools.first])
    #expect(try replica.record(pupil) == nil && schools.listed(on: 1).isEmpty)
    #expect(try replica.record(visit)?["pupil"]?.shown == [.reference(Reference(pupil, in: schools.first))])
    #expect(try replica.problems() == [] && replica.verify() == [])
    #expect(throws: StoreError.self) {
      try replica.write { try $0.create(try bureau.kind(), in: schools.first, [:]) }
    }
    #expect(throws: StoreError.self) { try replica.leave(schools.first) }
    try replica.close()
    for ending in ["", "-wal"] {
      #expect(!TemporaryFolder.read(bureau.laptops[1].path + ending).contains(text: marker))
      #expect(!TemporaryFolder.read(bureau.laptops[1].path + ending).contains(text: "2025-001"))
    }
    // What comes of it later is not kept; the rest goes on.
    bureau.replicas[1] = try bureau.laptops[1].open()
    try bureau.set(pupil, "name", .text("源源"), on: 0)
    try bureau.exchange()
    #expect(try schools.replica(1).record(pupil) == nil)
    #expect(try schools.replica(1).verify() == [])
    let other = try schools.replica(1).write {
      try $0.create(try bureau.kind(), [try bureau.field("name"): [.text("清清")]])
    }
    try bureau.exchange()
    #expect(try schools.replica(0).record(other)?["name"]?.shown == [.text("清清")])
    // Taken in again it is as others have it.
    try schools.replica(1).hold(schools.first)
    try bureau.exchange()
    #expect(try bureau.shown(pupil, "phone", on: 1) == [.text(marker)])
    #expect(try bureau.shown(pupil, "name", on: 1) == [.text("源源")])
    try bureau.expectEqual()
  }

  @Test("shared, a scope that is none, and the home scope are not left")
  func refused() throws {
    let schools = try TwoSchools()
    let replica = schools.replica(1)
    #expect(throws: StoreError.self) { try replica.leave(.shared) }
    #expect(throws: StoreError.self) { try replica.leave(ScopeID(Dot(ReplicaID(rawValue: 9), 9))) }
    #expect(throws: StoreError.self) { try replica.leave(schools.first) }
    #expect(throws: StoreError.self) { try replica.hold(schools.first) }
  }

  @Test("an incident lists the records of the scopes that a laptop was admitted to, and of no other")
  func incident() throws {
    let guild = try Guild(schema: transferSchema)
    let first = try guild.school
    let second = try guild.replicas[0].write { try $0.createScope(label: "second school") }
    let third = try guild.replicas[0].write { try $0.createScope(label: "third school") }
    let kind = try #require(try guild.replicas[0].schema().kind(named: "pupil")).id
    func pupil(_ index: Int, _ scope: ScopeID) throws -> RecordID {
      try guild.replicas[index].write { try $0.create(kind, in: scope, [:]) }
    }
    let early = try pupil(0, first)
    try guild.admit("B", scopes: [first])
    try guild.admit("C", scopes: [first, second])
    let own = try pupil(1, first)
    let deleted = try pupil(0, first)
    try guild.replicas[0].write { try $0.delete(deleted) }
    let late = try pupil(0, second)
    _ = try pupil(0, third)
    try guild.give(1, to: 0)
    let lost = try guild.replicas[1].id
    let incident = try guild.replicas[0].incident(of: lost)
    #expect(incident.member != nil && incident.revoked == nil && incident.replicas == [lost])
    #expect(incident.access.map(\.scope) == [first] && incident.access.map(\.role) == [.editor])
    #expect(Set(incident.records.map(\.record.record)) == [early, own, deleted])
    // What it made is certain, and what it said that it holds; the rest may have come to it.
    let confirmed = Set(incident.records.filter(\.isConfirmed).map(\.record.record))
    #expect(confirmed.contains(own) && !confirmed.contains(deleted))
    let since = try #require(incident.access[0].since)
    #expect(incident.records.allSatisfy { ($0.since ?? since) >= since })
    #expect(incident.kinds.map(\.count) == [3])
    // The other laptop could read the second school too.
    let other = try guild.replicas[0].incident(
      of: try #require(try guild.replicas[0].members().first { $0.label == "C" }).id)
    #expect(Set(other.records.map(\.record.record)) == [early, own, deleted, late])
    // Revoked, the moment is said, and nothing of what it held is forgotten.
    try guild.replicas[0].revoke(try #require(incident.member))
    let after = try guild.replicas[0].incident(of: lost)
    #expect(after.revoked != nil && after.records == incident.records)
    #expect(throws: StoreError.self) { try guild.replicas[0].incident(of: ReplicaID(rawValue: 5)) }
  }

  @Test("in an open workspace a laptop held everything, and what it acknowledged is certain")
  func openIncident() throws {
    let schools = try TwoSchools()
    let (pupil, visit, task) = try schools.household()
    let incident = try schools.replica(0).incident(of: try schools.replica(1).id)
    #expect(incident.member == nil && incident.access.allSatisfy { $0.role == nil && $0.since != nil })
    #expect(Set(incident.records.filter(\.isConfirmed).map(\.record.record)) == [pupil, visit, task])
    #expect(incident.kinds.map(\.kind.name) == ["pupil", "visit", "task"])
  }
}

extension [UInt8] {
  /// Whether the bytes of a text are among these.
  fileprivate func contains(text: String) -> Bool {
    let wanted = Array(text.utf8)
    guard let first = wanted.first, count >= wanted.count else { return false }
    return indices.dropLast(wanted.count - 1).contains {
      self[$0] == first && self[$0..<$0 + wanted.count].elementsEqual(wanted)
    }
  }
}
