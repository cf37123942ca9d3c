import Quan
import QuanTesting
import Testing

@Suite("Offers as files")
struct OfferFileTests {
  /// A founds a bureau of two schools, B edits the first, C the second; A knows what B wrote.
  private func guild() throws -> (guild: Guild, first: ScopeID, second: ScopeID) {
    let guild = try Guild()
    let first = try guild.school
    let second = try guild.replicas[0].write { try $0.createScope(label: "second school") }
    try guild.admit("B", scopes: [first])
    try guild.admit("C", scopes: [second])
    // B is to know of C, to seal to it.
    try guild.give(0, to: 1)
    return (guild, first, second)
  }

  /// Expects that laptops are equal in scopes that all of them hold, and sound.
  private func expectEqual(
    _ guild: Guild, _ indices: [Int], _ scopes: [ScopeID], _ location: SourceLocation = #_sourceLocation
  ) throws {
    for scope in scopes {
      let forms = try indices.map { try guild.replicas[$0].canonicalForm(of: scope) }
      #expect(forms.allSatisfy { $0 == forms[0] }, sourceLocation: location)
    }
    for index in indices { #expect(try guild.replicas[index].verify() == [], sourceLocation: location) }
  }

  private func name(_ record: RecordID, on replica: Replica) throws -> [Value]? {
    try replica.record(record)?["name"]?.shown
  }

  @Test("an editor of one school hands a pupil to another by a file that only that school's members open")
  func sealed() throws {
    let (guild, first, second) = try guild()
    let pupil = try guild.pupil("泉泉", on: 1)
    let transfer = try guild.replicas[1].offer(pupil, to: second)
    // B may not write in the second school: nothing is laid ready there.
    #expect(try guild.replicas[1].canonicalForm(of: second).records.isEmpty)
    let path = guild.path("offer.quanoffer")
    try guild.replicas[1].writeOffer([transfer], to: path)
    let bytes = TemporaryFolder.read(path)
    #expect(!String(decoding: bytes, as: UTF8.self).contains("泉泉"))
    #expect(throws: StoreError.self) { try guild.replicas[1].writeOffer([transfer], to: path) }

    // Who is no member of the second school opens nothing; who may not write there accepts nothing.
    #expect(throws: StoreError.self) { try guild.replicas[1].accept(offerAt: path) }
    let arrivals = try guild.replicas[2].accept(offerAt: path)
    let record = try #require(arrivals.first).record
    #expect(arrivals.count == 1 && arrivals[0].scope == second)
    #expect(try name(record, on: guild.replicas[2]) == [.text("泉泉")])
    #expect(try guild.replicas[2].continuations(of: record).first?.record == Reference(pupil, in: first))
    #expect(throws: StoreError.self) { try guild.replicas[2].accept(offerAt: path) }
    try guild.give(2, to: 1)
    #expect(try guild.replicas[1].transfers().first?.state == .accepted)
    #expect(try guild.replicas[1].transfers(about: pupil).first?.results == [record])
    try guild.give(1, to: 0)
    try guild.give(2, to: 0)
    try guild.give(0, to: 1)
    try guild.give(0, to: 2)
    try expectEqual(guild, [0, 1, 2], [.shared])
    try expectEqual(guild, [0, 1], [first])
    try expectEqual(guild, [0, 2], [second])
  }

  @Test("an offer that was changed, cut, or made by somebody without the right is refused with its reason")
  func forged() throws {
    let (guild, _, second) = try guild()
    let pupil = try guild.pupil("泉泉", on: 1)
    let transfer = try guild.replicas[1].offer(pupil, to: second)
    let path = guild.path("offer.quanoffer")
    try guild.replicas[1].writeOffer([transfer], to: path)
    let bytes = TemporaryFolder.read(path)
    let other = guild.path("bad.quanoffer")
    for place in stride(from: 0, to: bytes.count, by: 7) {
      var changed = bytes
      changed[place] ^= 1
      TemporaryFolder.write(changed, to: other)
      #expect(throws: StoreError.self) { try guild.replicas[2].accept(offerAt: other) }
      TemporaryFolder.write(Array(bytes[..<place]), to: other)
      #expect(throws: StoreError.self) { try guild.replicas[2].accept(offerAt: other) }
    }
    // Revoked, B may hand nothing over any more.
    let member = try #require(try guild.replicas[0].members().first { $0.label == "B" }).id
    try guild.replicas[0].revoke(member)
    try guild.give(0, to: 2)
    do {
      try guild.replicas[2].accept(offerAt: path)
      Issue.record("it was accepted")
    } catch let error as StoreError {
      #expect(error.code == .stranger)
    }
    #expect(try guild.replicas[2].verify() == [])
  }

  @Test("an answer by somebody who may not write in the other school does not count")
  func answeredByStranger() throws {
    let (guild, _, second) = try guild()
    let pupil = try guild.pupil("泉泉", on: 1)
    let transfer = try guild.replicas[1].offer(pupil, to: second)
    #expect(throws: StoreError.self) { try guild.replicas[1].accept(transfer) }
    #expect(throws: StoreError.self) { try guild.replicas[1].decline(transfer) }
    // A tool of their own makes for B the record that an acceptance would.
    let first = try guild.school
    try guild.replicas[1].write { transaction in
      try transaction.create(
        BuiltIn.answerKind, in: .shared,
        [
          BuiltIn.answerTransfer: [.reference(Reference(transfer, in: first))],
          BuiltIn.answerRecord: [.reference(Reference(pupil, in: first))],
          BuiltIn.transferTo: [.reference(Reference(second.dot, in: .shared))],
          BuiltIn.answerWord: [.text(TransferAnswer.accepted.rawValue)],
        ])
    }
    #expect(try guild.replicas[1].transfers().first?.state == .offered)
    try guild.give(1, to: 0)
    #expect(try guild.replicas[0].transfers().first?.state == .offered)
    // The same by A, who may, counts.
    let record = try guild.replicas[0].accept(transfer).record
    try guild.give(0, to: 1)
    #expect(try guild.replicas[1].transfers().first?.results == [record])
    try expectEqual(guild, [0, 1], [.shared, try guild.replicas[1].status().homeScope])
  }

  @Test(
    "what a revoked laptop accepted behind its cut is void, and the pupil is where it was", arguments: [false, true])
  func revoked(revocationFirst: Bool) throws {
    let (guild, _, second) = try guild()
    let pupil = try guild.pupil("泉泉", on: 1)
    try guild.give(1, to: 0)
    let transfer = try guild.replicas[0].offer(pupil, to: second)
    try guild.give(0, to: 2)
    let member = try #require(try guild.replicas[0].members().first { $0.label == "C" }).id
    try guild.replicas[0].revoke(member)
    let record = try guild.replicas[2].accept(transfer).record
    if revocationFirst {
      try guild.give(0, to: 1)
      try guild.give(2, to: 1)
    } else {
      try guild.give(2, to: 1)
      try guild.give(0, to: 1)
    }
    try guild.give(2, to: 0)
    for index in 0...1 {
      #expect(try guild.replicas[index].transfers(about: pupil).first?.state == .offered)
      #expect(try guild.replicas[index].record(record) == nil)
      var listed: [RecordID] = []
      let kind = try #require(try guild.replicas[index].schema().kind(named: "pupil"))
      try guild.replicas[index].records(of: kind.id) { listed.append($0.id) }
      #expect(listed == [pupil])
    }
    try expectEqual(guild, [0, 1], [.shared, try guild.replicas[1].status().homeScope])
  }
}
