import QuanCore
import QuanFormat
import Testing

@Suite("Parcels and offers")
struct ParcelTests {
  private static let from = ScopeID(Dot(ReplicaID(rawValue: 3), 9))
  private static let to = ScopeID(Dot(ReplicaID(rawValue: 3), 10))
  private static let stamp = Stamp(author: "王老师", time: Instant(milliseconds: -1))

  private static func entry(_ counter: UInt64, _ value: Value?) -> Parcel.Entry {
    Parcel.Entry(id: EntryID(Dot(ReplicaID(rawValue: 4), counter), 2), value: value, stamp: stamp, laptop: "一中")
  }

  static let parcel = Parcel(
    transfer: Reference(Dot(ReplicaID(rawValue: 4), 77), in: from), record: Dot(ReplicaID(rawValue: 4), 5), to: to,
    seen: [ReplicaID(rawValue: 4): 80, ReplicaID(rawValue: 9): 3], reason: "moved",
    items: [
      Parcel.Item(
        continues: [Dot(ReplicaID(rawValue: 4), 5), Dot(ReplicaID(rawValue: 9), 1)],
        kind: Dot(ReplicaID(rawValue: 3), 2),
        isDeleted: false,
        fields: [
          Parcel.Field(
            key: FieldKey(.builtIn(16)), entries: [entry(5, .text("a")), entry(6, .decimal(-7)), entry(7, nil)],
            total: 0),
          Parcel.Field(key: FieldKey(.builtIn(17), .counter), entries: [], total: -4),
          Parcel.Field(key: FieldKey(.builtIn(18), key: "母亲"), entries: [entry(8, .triState(.yes))], total: 0),
          Parcel.Field(
            key: FieldKey(.builtIn(19), element: EntryID(Dot(ReplicaID(rawValue: 4), 9), 1)),
            entries: [entry(9, .real(-0.0))], total: 0),
        ]),
      Parcel.Item(
        continues: [Dot(ReplicaID(rawValue: 4), 6)], kind: Dot(ReplicaID(rawValue: 3), 2), isDeleted: true, fields: []),
    ])

  private static func keys(_ seed: UInt8) throws -> MemberKeys {
    try #require(
      MemberKeys(
        signing: [UInt8](repeating: seed, count: 32), agreement: [UInt8](repeating: seed &+ 100, count: 32)))
  }

  @Test("a parcel is read as it was written, and no beginning of one is taken for a parcel")
  func roundTrip() throws {
    let bytes = Self.parcel.encode()
    #expect(try Parcel(bytes) == Self.parcel)
    for end in 0..<bytes.count { #expect(throws: FormatError.self) { try Parcel(Array(bytes[..<end])) } }
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 0x80
      _ = try? Parcel(changed)
    }
    #expect(throws: FormatError.self) { try Parcel(bytes + [0]) }
  }

  @Test("an offer in the clear is read as it was written; cut or changed it is refused")
  func clear() throws {
    let workspace = WorkspaceID(high: 1, low: 2)
    let offer = OfferFile([Self.parcel, Self.parcel], in: workspace, from: Self.from, to: Self.to)
    let bytes = offer.encode()
    let read = try OfferFile(bytes)
    #expect(read == offer && read.signer == nil)
    #expect(try read.parcels(for: nil) == [Self.parcel, Self.parcel])
    for end in 0..<bytes.count { #expect(throws: BundleError.self) { try OfferFile(Array(bytes[..<end])) } }
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 1
      #expect(throws: BundleError.self) { try OfferFile(changed) }
    }
  }

  @Test("a sealed offer is opened by those it is sealed to and nobody else, and says who signed it")
  func sealed() throws {
    let workspace = WorkspaceID(high: 1, low: 2)
    let members = try (1...3).map { try Self.keys($0) }
    let ids = members.map { MemberPublicKeys.identity(of: $0.public.signing, nonce: 0) }
    let made = try OfferFile(
      [Self.parcel], in: workspace, from: Self.from, to: Self.to, signer: (ids[0], members[0]),
      sealedTo: [(ids[1], members[1].public.agreement)])
    let offer = try OfferFile(made.encode())
    #expect(offer.signer == ids[0] && offer.isSigned(by: members[0].public.signing))
    #expect(!offer.isSigned(by: members[1].public.signing))
    #expect(try offer.parcels(for: (ids[1], members[1])) == [Self.parcel])
    for index in [0, 2] {
      #expect(throws: OfferFile.Refusal.self) { try offer.parcels(for: (ids[index], members[index])) }
    }
    #expect(throws: OfferFile.Refusal.self) { try offer.parcels(for: (ids[1], members[2])) }
    #expect(throws: OfferFile.Refusal.self) { try offer.parcels(for: nil) }
    // What is not altered in a way that the hash shows is caught by the signature.
    var body = Array(made.encode().dropLast(32))
    body[body.count - 80] ^= 1
    let altered = try OfferFile(body + Digest(sha256: body).bytes)
    #expect(!altered.isSigned(by: members[0].public.signing))
    #expect(throws: OfferFile.Refusal.self) { try altered.parcels(for: (ids[1], members[1])) }
    #expect(!made.encode().contains(subsequence: Array("王老师".utf8)))
  }
}

extension [UInt8] {
  fileprivate func contains(subsequence wanted: [UInt8]) -> Bool {
    indices.contains { self[$0...].starts(with: wanted) }
  }
}
