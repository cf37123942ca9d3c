/// Who may do what: a pure function of the statements held, whatever the order in which they came.
///
/// **Seniority.** The founder is most senior; then come those that the founder admitted, in that order; then those whom
/// these admitted, and so on. A statement counts when its author was an admin there and is senior to whom it is about.
/// So two admins who revoke each other never both succeed, and a revoked one cannot win by pretending not to have known.
/// Of statements about one member that did not see each other, that of the more senior author decides.
public struct Membership: Sendable {
  /// Whether a change of a stream, by the name its replica goes by, is at a place or before it.
  public typealias Covers = (ChangeID, Dependency) throws -> Bool

  /// The place of a member in the founder's chain: for each admission on the way, which of its author's it was.
  struct Rank: Hashable, Comparable, Sendable {
    let path: [Int]
    static func < (one: Self, other: Self) -> Bool {
      one.path.count != other.path.count
        ? one.path.count < other.path.count : one.path.lexicographicallyPrecedes(other.path)
    }
  }

  /// A statement that counts, and how senior its author is.
  struct Act: Sendable {
    let statement: MemberStatement
    let rank: Rank
    let cuts: Set<Dependency>
  }

  /// A member, present or former.
  public struct Member: Sendable {
    /// The identity that it was admitted by.
    public let id: ReplicaID
    /// What its laptop is called.
    public let label: String
    /// The person.
    public let person: String
    /// The key that it signs with.
    public let signingKey: [UInt8]
    /// The key that is sealed to.
    public let agreementKey: [UInt8]
    /// Its place in the founder's chain.
    let rank: Rank
    /// The right that it was admitted with.
    let admitted: Standing
    /// What was said about it since; what counts.
    var acts: [Act] = []
  }

  /// The founder: admin for good.
  public let founder: ReplicaID
  /// The members, present and former.
  public private(set) var members: [ReplicaID: Member]
  /// Those whom somebody admitted who was no admin there, by what was said: whose keys are known and who have no right.
  public private(set) var introduced: [ReplicaID: MemberStatement] = [:]

  /// The membership that follows from statements.
  ///
  /// - Parameters:
  ///   - owner: The member that a replica, by the name it goes by, belongs to.
  ///   - covers: Whether a change is at a place or before it.
  /// - Complexity: O(*n*²) in the statements about one member.
  public init(
    founder: ReplicaID, signingKey: [UInt8], agreementKey: [UInt8], label: String, person: String,
    statements: [MemberStatement], raises: [RaisedCut], owner: (ReplicaID) -> ReplicaID?, covers: Covers
  ) rethrows {
    self.founder = founder
    members = [
      founder: Member(
        id: founder, label: label, person: person, signingKey: signingKey, agreementKey: agreementKey,
        rank: Rank(path: []), admitted: Standing(.admin))
    ]
    let byAuthor = Dictionary(grouping: statements) { owner($0.change.stream.replica) ?? .builtIn }
    let raisesByAuthor = Dictionary(grouping: raises) { owner($0.change.stream.replica) ?? .builtIn }
    var raised: [RecordID: Set<Dependency>] = [:]
    let subjects = Dictionary(statements.map { ($0.record, $0.member) }) { first, _ in first }
    var waiting = [founder]
    while let author = waiting.min(by: { rank(of: $0) < rank(of: $1) }) {
      waiting.removeAll { $0 == author }
      let rank = rank(of: author)
      // All that is senior to the author has spoken: raises of cuts come before what they bear on.
      for raise in raisesByAuthor[author] ?? []
      where try standing(of: author, at: raise.change, raised, covers).role == .admin {
        guard let subject = subjects[raise.statement], subject != author else { continue }
        guard members[subject].map({ rank < $0.rank }) ?? true else { continue }
        raised[raise.statement, default: []].formUnion(raise.cuts)
      }
      var admissions = 0
      let spoken = (byAuthor[author] ?? []).sorted { ($0.change.number, $0.record) < ($1.change.number, $1.record) }
      for statement in spoken where try standing(of: author, at: statement.change, raised, covers).role == .admin {
        if let known = members[statement.member] {
          if rank < known.rank {
            members[statement.member]?.acts.append(Act(statement: statement, rank: rank, cuts: statement.cuts))
          }
        } else {
          admissions += 1
          members[statement.member] = Member(
            id: statement.member, label: statement.label, person: statement.person, signingKey: statement.signingKey,
            agreementKey: statement.agreementKey, rank: Rank(path: rank.path + [admissions]),
            admitted: statement.standing)
          waiting.append(statement.member)
        }
      }
    }
    for statement in statements where members[statement.member] == nil && statement.standing.role != nil {
      if let known = introduced[statement.member], known.record < statement.record { continue }
      introduced[statement.member] = statement
    }
    members = members.mapValues { member in
      var member = member
      member.acts = member.acts.map { act in
        Act(statement: act.statement, rank: act.rank, cuts: act.cuts.union(raised[act.statement.record] ?? []))
      }
      return member
    }
  }

  /// The members, the most senior first.
  public var ordered: [Member] { members.values.sorted { $0.rank < $1.rank } }

  /// The key that a member, or one who was only introduced, signs with.
  public func signingKey(of member: ReplicaID) -> [UInt8]? {
    members[member]?.signingKey ?? introduced[member]?.signingKey
  }

  private func rank(of member: ReplicaID) -> Rank { members[member]?.rank ?? Rank(path: [.max]) }

  // MARK: Rights

  /// The right that a member has at a change.
  public func standing(of member: ReplicaID?, at change: ChangeID, covers: Covers) rethrows -> Standing {
    try standing(of: member, at: change, [:], covers)
  }

  private func standing(
    of member: ReplicaID?, at change: ChangeID, _ raised: [RecordID: Set<Dependency>], _ covers: Covers
  ) rethrows -> Standing {
    guard let member = member.flatMap({ members[$0] }) else { return .none }
    let beyond = try member.acts.filter { act in
      try !act.cuts.union(raised[act.statement.record] ?? []).contains { try covers(change, $0) }
    }
    return Self.decided(beyond) ?? member.admitted
  }

  /// The right that a member has now.
  public func standing(of member: ReplicaID?) -> Standing {
    guard let member = member.flatMap({ members[$0] }) else { return .none }
    return Self.decided(member.acts) ?? member.admitted
  }

  /// What the latest of some acts says; of several that did not see each other, the most senior one.
  private static func decided(_ acts: [Act]) -> Standing? {
    let latest = acts.filter { act in !acts.contains { $0.statement.saw(act.statement) } }
    return latest.min { one, other in
      one.rank != other.rank
        ? one.rank < other.rank
        : (one.statement.standing.role == nil ? 0 : 1, one.statement.record)
          < (other.statement.standing.role == nil ? 0 : 1, other.statement.record)
    }?.statement.standing
  }

  /// Whether one member may say something about another: an admin, about one who is less senior.
  public func canSpeak(_ member: ReplicaID, about other: ReplicaID) -> Bool {
    guard standing(of: member).role == .admin else { return false }
    guard let known = members[other] else { return true }
    return rank(of: member) < known.rank
  }

  /// The numbers in a stream at which the right of a member changes: the last changes under the right before.
  public func boundaries(of member: ReplicaID?, in stream: StreamID) -> [UInt64] {
    guard let member = member.flatMap({ members[$0] }) else { return [] }
    return Set(member.acts.flatMap(\.cuts).filter { $0.stream == stream }.map(\.tip.number)).sorted()
  }

  /// The latest revocation or change of a member's right, which a raise of its cut bears on.
  public func latestStatement(about member: ReplicaID) -> MemberStatement? {
    members[member]?.acts.map(\.statement).max { one, other in
      other.saw(one) || (!one.saw(other) && one.record < other.record)
    }
  }
}
