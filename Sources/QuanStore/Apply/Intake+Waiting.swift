import QuanCore
import QuanFormat

/// What cannot be taken in, now or ever: it waits, is carried, or is refused by name.
extension Intake {
  func pendingOffers() throws -> [Offer] {
    var offers: [Offer] = []
    let statement = try file.connection.statement("SELECT id, bytes FROM quan_pending ORDER BY id")
    let file = file
    while try statement.step() {
      let id = statement.integer(0)
      let bytes = statement.blob(1)
      guard let (header, _) = try? Segment.header(of: bytes) else {
        throw StoreError(.damaged, "a pending segment is damaged")
      }
      offers.append(Self.offer(header, bytes, file, .pending(id)))
    }
    return offers
  }

  /// The carried envelopes whose key is here now, but for those offered before.
  func carriedOffers(but offered: inout Set<Int64>) throws -> [Offer] {
    try file.carriage().items.filter { item in
      guard let seal = item.header.seal, file.keyring[seal.key] != nil else { return false }
      return offered.insert(item.id).inserted
    }
    .map { Self.offer($0.header, try file.carriedBytes($0.id), file, .carried($0.id)) }
  }

  /// A segment on offer whose bytes are at hand.
  static func offer(
    _ header: SegmentHeader, _ bytes: [UInt8], _ file: ReplicaFile, _ origin: Offer.Origin
  ) -> Offer {
    let load = {
      let clear = header.seal == nil ? bytes : try Envelope.open(bytes, with: file.keyring)
      return (clear, try file.decode(clear))
    }
    return Offer(header: header, load: load, raw: { bytes }, origin: origin)
  }

  func forget(_ offer: Offer) throws {
    switch offer.origin {
    case .bundle: return
    case .carried(let id): try file.stopCarrying(id)
    case .pending(let id):
      let statement = try file.connection.statement("DELETE FROM quan_pending WHERE id=?")
      statement.bind(1, id)
      try statement.run()
    }
  }

  /// Keeps what cannot be taken in: an envelope without a key is carried when a member sealed it; all else waits.
  mutating func keep(_ offer: Offer, _ credentials: Credentials) throws {
    guard let seal = offer.header.seal, file.keyring[seal.key] == nil else {
      if case .pending = offer.origin { return }
      try keep(offer)
      return
    }
    switch credentials.sealer(of: offer.header) {
    case .good:
      guard case .good = credentials.answer(offer.header) else { fallthrough }
      if try file.carry(offer.header, try offer.raw()) {
        applier.tally.report.changesCarried += offer.header.range.count
      } else {
        applier.tally.report.changesKnown += offer.header.range.count
      }
      try forget(offer)
    case .stranger, .unsigned:
      if offer.origin == .bundle { try wait(offer, try offer.raw()) }
    case .forged: try refuse(offer, .lying)
    }
  }

  mutating func keep(_ offer: Offer) throws {
    do {
      try wait(offer, try offer.load().bytes)
      try forget(offer)
    } catch is EnvelopeError {
      try refuse(offer, .lying)
    }
  }

  private mutating func wait(_ offer: Offer, _ bytes: [UInt8]) throws {
    let statement = try file.connection.statement("INSERT OR IGNORE INTO quan_pending (digest, bytes) VALUES (?,?)")
    statement.bind(1, offer.header.digest.bytes)
    statement.bind(2, bytes)
    try statement.run()
    // The same segment has been waiting already, or came twice.
    if file.connection.changedRowCount == 0 { applier.tally.report.changesKnown += offer.header.range.count }
  }

  /// Lets go of a segment that is not what it says, and names it.
  mutating func refuse(_ offer: Offer, _ reason: RefusedSegment.Reason) throws {
    try forget(offer)
    let member = reason == .feigned ? offer.header.signature?.signer : offer.header.seal?.sealer
    applier.tally.report.refused += offer.header.range.count
    applier.tally.report.refusedSegments.append(
      RefusedSegment(
        stream: offer.header.stream, range: offer.header.range, reason: reason, member: member ?? .builtIn))
  }
}
