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
    try note(peer: peer, PackedVector(known), time: time)
  }

  /// Notes all that a replica holds, in a vector that is known to be one.
  func note(peer: ReplicaID, _ packed: PackedVector, time: Instant) throws {
    let statement = try connection.statement("INSERT OR REPLACE INTO quan_peer VALUES (?,?,?)")
    statement.bind(1, bits: peer.rawValue)
    statement.bind(2, time.milliseconds)
    statement.bind(3, packed.bytes)
    try statement.run()
  }

  /// What a replica is known to hold.
  func peerVector(_ peer: ReplicaID) throws -> VersionVector {
    try packedVector(of: peer).map { try vector($0) } ?? VersionVector()
  }

  /// What a replica is known to hold, packed; `nil` when nothing is known.
  func packedVector(of peer: ReplicaID) throws -> PackedVector? {
    let statement = try connection.statement("SELECT vector FROM quan_peer WHERE replica=?")
    statement.bind(1, bits: peer.rawValue)
    guard try statement.step() else { return nil }
    defer { statement.reset() }
    return PackedVector(bytes: statement.blob(0))
  }

  /// What all replicas that ever told are known to hold.
  func peers() throws -> [(replica: ReplicaID, vector: VersionVector)] {
    var peers: [(replica: ReplicaID, vector: VersionVector)] = []
    let statement = try connection.statement("SELECT replica, vector FROM quan_peer ORDER BY replica")
    while try statement.step() {
      peers.append((ReplicaID(rawValue: statement.bits(0)), try vector(PackedVector(bytes: statement.blob(1)))))
    }
    return peers
  }

  private func vector(_ packed: PackedVector) throws -> VersionVector {
    guard let places = packed.places else {
      throw StoreError(.damaged, "what is known of another replica is damaged")
    }
    return VersionVector(places)
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
