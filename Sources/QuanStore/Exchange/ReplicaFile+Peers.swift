import QuanCore
import QuanFormat

/// What other replicas are known to hold: `quan_peer`.
extension ReplicaFile {
  /// Notes what a replica holds.
  ///
  /// - Parameter isWhole: Whether the vector is all that it holds; otherwise it adds to what was known.
  func note(peer: ReplicaID, holds vector: VersionVector, time: Instant, isWhole: Bool) throws {
    var known = isWhole ? VersionVector() : try peerVector(peer)
    for place in vector.places where known.number(of: place.stream) < place.tip.number {
      known.set([place.tip], for: place.stream)
    }
    if isWhole { known = vector }
    var writer = ByteWriter()
    let places = known.places
    writer.varint(UInt64(places.count))
    for place in places { writer.dependency(place) }
    let statement = try connection.statement("INSERT OR REPLACE INTO quan_peer VALUES (?,?,?)")
    statement.bind(1, bits: peer.rawValue)
    statement.bind(2, time.milliseconds)
    statement.bind(3, writer.bytes)
    try statement.run()
  }

  /// What a replica is known to hold.
  func peerVector(_ peer: ReplicaID) throws -> VersionVector {
    let statement = try connection.statement("SELECT vector FROM quan_peer WHERE replica=?")
    statement.bind(1, bits: peer.rawValue)
    guard try statement.step() else { return VersionVector() }
    defer { statement.reset() }
    return try vector(statement.blob(0))
  }

  /// What all replicas that ever told are known to hold.
  func peers() throws -> [(replica: ReplicaID, vector: VersionVector)] {
    var peers: [(replica: ReplicaID, vector: VersionVector)] = []
    let statement = try connection.statement("SELECT replica, vector FROM quan_peer ORDER BY replica")
    while try statement.step() {
      peers.append((ReplicaID(rawValue: statement.bits(0)), try vector(statement.blob(1))))
    }
    return peers
  }

  private func vector(_ bytes: [UInt8]) throws -> VersionVector {
    var reader = ByteReader(bytes)
    do {
      return VersionVector(try reader.dependencies())
    } catch {
      throw StoreError(.damaged, "what is known of another replica is damaged")
    }
  }

  /// Whether a vector proves that its replica holds a place.
  func proves(_ vector: VersionVector, _ place: Dependency) throws -> Bool {
    guard let target = try row(at: place) else {
      let carriage = try carriage()
      return (vector.tips[place.stream] ?? []).contains { tip in
        carriage.chain(from: Dependency(place.stream, tip)).contains(place)
      }
    }
    for tip in vector.tips[place.stream] ?? [] {
      guard let row = try row(at: Dependency(place.stream, tip)) else { continue }
      if row.index == target.index && tip.number >= place.tip.number { return true }
      if row.index != target.index && streams.path(to: row.index).contains(where: { $0.index == target.index }) {
        return true
      }
    }
    return false
  }
}
