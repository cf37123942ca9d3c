/// What an admin said about a member, in scope `shared`: an admission, a change of role or scopes, or a revocation.
public struct MemberStatement: Hashable, Sendable {
  /// The record that holds it.
  public let record: RecordID
  /// The change that made it, of the stream by the name that its replica goes by.
  public let change: ChangeID
  /// What its author had seen of other streams of `shared`, and of its own: stream by name to number.
  public let seen: [StreamID: UInt64]
  /// The member that it is about.
  public let member: ReplicaID
  /// What the member's laptop is called.
  public let label: String
  /// The person.
  public let person: String
  /// The key that the member signs with; what counts is that of its admission.
  public let signingKey: [UInt8]
  /// The key that is sealed to; what counts is that of its admission.
  public let agreementKey: [UInt8]
  /// The right from the cut on.
  public let standing: Standing
  /// For each stream of the member the last change that keeps the right it had before; of a stream that is not named, none.
  public let cuts: Set<Dependency>

  /// A statement of given parts.
  public init(
    record: RecordID, change: ChangeID, seen: [StreamID: UInt64], member: ReplicaID, label: String, person: String,
    signingKey: [UInt8], agreementKey: [UInt8], standing: Standing, cuts: Set<Dependency>
  ) {
    self.record = record
    self.change = change
    self.seen = seen
    self.member = member
    self.label = label
    self.person = person
    self.signingKey = signingKey
    self.agreementKey = agreementKey
    self.standing = standing
    self.cuts = cuts
  }

  /// Whether its author had seen another statement.
  func saw(_ other: MemberStatement) -> Bool {
    if other.change.stream == change.stream { return (other.change.number, other.record) < (change.number, record) }
    return (seen[other.change.stream] ?? 0) >= other.change.number
  }
}

/// That an admin let more of a member's changes stand than a statement did.
public struct RaisedCut: Hashable, Sendable {
  /// The statement.
  public let statement: RecordID
  /// The change that raised it.
  public let change: ChangeID
  /// The last changes that keep the right, beside those of the statement.
  public let cuts: Set<Dependency>

  /// A raise of given parts.
  public init(statement: RecordID, change: ChangeID, cuts: Set<Dependency>) {
    self.statement = statement
    self.change = change
    self.cuts = cuts
  }
}
