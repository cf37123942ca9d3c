import QuanCore
import QuanFormat

/// What the changes of `shared` up to some numbers say about members and keys.
struct Trust {
  let numbers: [UInt64]
  let membership: Membership
  let grants: [Grant]
  /// What the founder said when it sealed the workspace, if that was open before.
  let closing: RecordID?
  /// How far what nobody signed was accepted, by stream.
  let accepted: Set<Dependency>
}

/// Who may do what, out of the log of `shared` alone.
extension ReplicaFile {
  /// The membership; `nil` when the workspace is open to everybody.
  ///
  /// - Complexity: O(*n*) in what members and keys have been spoken of, once for each state of `shared`.
  func membership() throws -> Membership? { try trust()?.membership }

  /// The keys that have been sealed to members; none in an open workspace.
  func grants() throws -> [Grant] { try trust()?.grants ?? [] }

  func trust() throws -> Trust? {
    guard isSealed, let founder = meta.founder else { return nil }
    let rows = streams.rows.filter { $0.id.scope == .shared }
    let numbers = rows.map(\.number)
    if let cachedTrust, cachedTrust.numbers == numbers { return cachedTrust }
    let speeches = try spoken(by: rows)
    let statements = speeches.flatMap(\.statements)
    let raises = speeches.flatMap(\.raises)
    let names = try Dictionary(rows.map { ($0.name, try owner(of: $0)) }) { first, _ in first }
    let membership = try Membership(
      founder: MemberPublicKeys.identity(of: founder.signing, nonce: 0), signingKey: founder.signing,
      agreementKey: founder.agreement, label: "", person: "", statements: statements, raises: raises,
      owner: { names[$0] ?? nil }, covers: covers)
    let grants = try speeches.flatMap(\.grants).map { grant, change in
      let author = names[change.stream.replica] ?? nil
      var grant = grant
      grant.counts = try membership.standing(of: author, at: change, covers: covers).role == .admin
      return grant
    }
    let closing = statements.first { statement in
      statement.member == membership.founder && names[statement.change.stream.replica] ?? nil == membership.founder
    }
    var accepted = closing?.cuts ?? []
    for raise in raises where raise.statement == closing?.record {
      let author = names[raise.change.stream.replica] ?? nil
      let standing = try membership.standing(of: author, at: raise.change, covers: covers)
      if standing.role == .admin { accepted.formUnion(raise.cuts) }
    }
    let trust = Trust(
      numbers: numbers, membership: membership, grants: grants, closing: closing?.record, accepted: accepted)
    cachedTrust = trust
    return trust
  }

  /// Whether a change of a row is at a place or before it.
  func covers(_ change: ChangeID, _ place: Dependency) throws -> Bool {
    guard let index = streams.index(name: change.stream.replica, scope: change.stream.scope),
      place.stream == streams.rows[index].id, change.number <= place.tip.number
    else { return false }
    guard let target = try row(at: place) else { return streams.rows[index].number < place.tip.number }
    return streams.path(to: target.index).contains { $0.index == index }
  }

  // MARK: Verdicts

  /// A run of changes of a row that one verdict holds for.
  struct Stretch: Hashable {
    var last: UInt64
    let verdict: Standing.Verdict
  }

  /// What becomes of the changes of a row up to a number, by runs.
  func stretches(of row: StreamRow, from first: UInt64, upTo last: UInt64, _ membership: Membership) throws -> [Stretch]
  {
    let owner = try owner(of: row)
    let accepted = owner == nil ? try trust()?.accepted.filter { $0.stream == row.id } ?? [] : []
    let boundaries = membership.boundaries(of: owner, in: row.id) + accepted.map(\.tip.number).sorted()
    var stretches: [Stretch] = []
    for end in boundaries.filter({ $0 >= first && $0 < last }) + [last] {
      let change = ChangeID(stream: StreamID(row.name, row.id.scope), number: end)
      let isAccepted = try accepted.contains { try covers(change, $0) }
      let verdict =
        isAccepted
        ? .allowed : try membership.standing(of: owner, at: change, covers: covers).verdict(in: row.id.scope)
      if stretches.last?.verdict == verdict {
        stretches[stretches.count - 1].last = end
      } else {
        stretches.append(Stretch(last: end, verdict: verdict))
      }
    }
    return stretches
  }

  /// What becomes of every row's changes, by row.
  func verdicts() throws -> [Int: [Stretch]] {
    guard let membership = try membership() else { return [:] }
    var verdicts: [Int: [Stretch]] = [:]
    for row in streams.rows where row.number > row.forkNumber {
      verdicts[row.index] = try stretches(of: row, from: row.forkNumber + 1, upTo: row.number, membership)
    }
    return verdicts
  }

  /// The scopes in which something of what was held has become void, or counts again.
  func unsettled(since before: [Int: [Stretch]]) throws -> Set<ScopeID> {
    guard let membership = try membership() else { return [] }
    var scopes: Set<ScopeID> = []
    for (index, old) in before {
      guard let last = old.last?.last, streams.rows.indices.contains(index) else { continue }
      let row = streams.rows[index]
      let now = try stretches(of: row, from: row.forkNumber + 1, upTo: last, membership)
      if now != old { scopes.insert(row.id.scope) }
    }
    return scopes
  }

  /// Makes anew the rows of scopes in which what counts has changed.
  func settle(_ scopes: Set<ScopeID>, progress: (WorkProgress) throws -> Void) throws {
    guard !scopes.isEmpty else { return }
    try rebuild(scopes.contains(.shared) ? nil : scopes, progress: progress)
  }

  // MARK: Own right

  /// What may be written here; `nil` when the workspace is open to everybody.
  func ownStanding() throws -> Standing? { try membership()?.standing(of: meta.member) }

  /// Refuses what the right does not cover.
  func check(_ standing: Standing?, _ operations: [Operation], in scope: ScopeID) throws {
    guard let standing else { return }
    guard standing.role != nil else {
      throw StoreError(
        .notPermitted, "this laptop is not, or no longer, a member of the workspace", subject: meta.label)
    }
    guard standing.verdict(in: scope).admits(operations) else {
      throw StoreError(
        .notPermitted,
        scope == .shared ? "only an admin writes here" : "this laptop may not write in the scope",
        subject: scope.description)
    }
  }
}

extension Standing.Verdict {
  /// Whether a change of these operations counts.
  func admits(_ operations: [Operation]) -> Bool {
    switch self {
    case .allowed: true
    case .void: false
    case .introducing:
      operations.allSatisfy { operation in
        switch operation.body {
        case .create(BuiltIn.replicaKind, _), .create(BuiltIn.answerKind, _): true
        default: false
        }
      }
    }
  }
}
