import QuanCore
import QuanFormat

/// The member that a replica belongs to, and the number from which its identity follows with the member's key.
struct Owner: Hashable {
  let member: ReplicaID
  let nonce: UInt64
}

/// Whose streams are whose, and the signatures that vouch for them: `quan_owner` and `quan_signature`.
extension ReplicaFile {
  /// The owners of the replicas that have been proved, by the identity that they write under.
  func owners() throws -> [ReplicaID: Owner] {
    if let cachedOwners { return cachedOwners }
    var owners: [ReplicaID: Owner] = [:]
    let statement = try connection.statement("SELECT replica, member, nonce FROM quan_owner")
    while try statement.step() {
      owners[ReplicaID(rawValue: statement.bits(0))] = Owner(
        member: ReplicaID(rawValue: statement.bits(1)), nonce: statement.bits(2))
    }
    cachedOwners = owners
    return owners
  }

  /// Notes whose a replica is.
  func note(_ owner: Owner, of replica: ReplicaID) throws {
    guard try owners()[replica] != owner else { return }
    let statement = try connection.statement("INSERT OR REPLACE INTO quan_owner VALUES (?,?,?)")
    statement.bind(1, bits: replica.rawValue)
    statement.bind(2, bits: owner.member.rawValue)
    statement.bind(3, bits: owner.nonce)
    try statement.run()
    cachedOwners?[replica] = owner
  }

  /// The member that a stretch of a stream belongs to.
  func owner(of row: StreamRow) throws -> ReplicaID? { try owners()[row.id.replica]?.member }

  // MARK: Signatures

  /// Keeps a signature beside the log, where it outlasts all repacking.
  func keep(_ signature: SegmentSignature, at digest: Digest) throws {
    let statement = try connection.statement("INSERT OR REPLACE INTO quan_signature VALUES (?,?,?,?)")
    statement.bind(1, digest.bytes)
    statement.bind(2, bits: signature.signer.rawValue)
    statement.bind(3, bits: signature.nonce)
    statement.bind(4, signature.bytes)
    try statement.run()
  }

  /// The signature for a segment that bears none: one that is kept, or the own one, when the stream is the own member's
  /// and this laptop has the keys; else `nil`.
  func signature(for header: SegmentHeader) throws -> SegmentSignature? {
    let known = try connection.statement("SELECT signer, nonce, bytes FROM quan_signature WHERE digest=?")
    known.bind(1, header.digest.bytes)
    if try known.step() {
      defer { known.reset() }
      return SegmentSignature(
        signer: ReplicaID(rawValue: known.bits(0)), nonce: known.bits(1), bytes: known.blob(2))
    }
    guard let member = meta.member, let owner = try owners()[header.stream.replica], owner.member == member,
      let keys = try ownKeys()
    else { return nil }
    guard
      let signature = SegmentSignature(
        workspace: meta.workspace, stream: header.stream, number: header.range.upperBound, digest: header.digest,
        signer: member, nonce: owner.nonce, keys: keys)
    else { throw StoreError(.inputOutput, "a signature cannot be made") }
    try keep(signature, at: header.digest)
    return signature
  }
}
