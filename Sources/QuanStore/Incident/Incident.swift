public import QuanCore

/// What a laptop that was lost, stolen or misused held, as far as is known here: rather too much than too little.
public struct Incident: Hashable, Sendable {
  /// A scope that the laptop could read.
  public struct Access: Hashable, Sendable {
    /// The scope.
    public let scope: ScopeID
    /// As what it was admitted last; `nil` in a workspace that is open to everybody.
    public let role: Role?
    /// Since when, by the clock of who admitted it; `nil` when nobody says.
    public let since: Instant?

    /// A scope that the laptop could read.
    public init(scope: ScopeID, role: Role?, since: Instant?) {
      self.scope = scope
      self.role = role
      self.since = since
    }
  }

  /// A record that the laptop held, or may have held.
  public struct Held: Hashable, Sendable {
    /// The record.
    public let record: Reference
    /// Its kind.
    public let kind: KindID
    /// Whether the laptop made it or said that it holds it; otherwise it was in a scope that the laptop could read.
    public let isConfirmed: Bool
    /// The earliest moment, by claimed times, at which it may have held it; `nil` when nobody says.
    public let since: Instant?

    /// A record that the laptop held.
    public init(record: Reference, kind: KindID, isConfirmed: Bool, since: Instant?) {
      self.record = record
      self.kind = kind
      self.isConfirmed = isConfirmed
      self.since = since
    }
  }

  /// What of a kind the laptop held.
  public struct Kind: Hashable, Sendable {
    /// The kind.
    public let kind: KindDefinition
    /// How many records.
    public let count: Int
    /// How many of them are confirmed.
    public let confirmedCount: Int
    /// The fields that hold something in some record of the kind, in the schema's order.
    public let fields: [FieldDefinition]

    /// What of a kind the laptop held.
    public init(kind: KindDefinition, count: Int, confirmedCount: Int, fields: [FieldDefinition]) {
      self.kind = kind
      self.count = count
      self.confirmedCount = confirmedCount
      self.fields = fields
    }

    /// The highest sensitivity of its fields.
    public var sensitivity: Sensitivity {
      let order = Sensitivity.allCases
      return fields.map(\.sensitivity).max { order.firstIndex(of: $0) ?? 0 < order.firstIndex(of: $1) ?? 0 } ?? .normal
    }
  }

  /// The identities that the laptop has written under.
  public let replicas: [ReplicaID]
  /// The member that it writes for; `nil` in an open workspace.
  public let member: ReplicaID?
  /// When its right was ended, by the clock of who did; `nil` while it has one.
  public let revoked: Instant?
  /// When it last said what it holds.
  public let lastHeard: Instant?
  /// The scopes that it could read, `shared` left out.
  public let access: [Access]
  /// What it held, by kind, in the schema's order.
  public let kinds: [Kind]
  /// What it held, by scope, kind and ID.
  public let records: [Held]

  /// What a laptop held.
  public init(
    replicas: [ReplicaID], member: ReplicaID?, revoked: Instant?, lastHeard: Instant?, access: [Access], kinds: [Kind],
    records: [Held]
  ) {
    self.replicas = replicas
    self.member = member
    self.revoked = revoked
    self.lastHeard = lastHeard
    self.access = access
    self.kinds = kinds
    self.records = records
  }
}

extension Replica {
  /// What a laptop held: every record of people's kinds in the scopes that it was ever admitted to, deleted ones and those
  /// that have been handed over among them, as far as these scopes are held here.
  ///
  /// It says too much rather than too little: what the laptop has not said that it holds may have come to it on a way that
  /// nobody here knows of. What was erased here, and what this laptop does not hold, is not listed.
  /// - Parameter replica: An identity of the laptop, or the ID of the member that it writes for.
  /// - Throws: ``StoreError`` with code `notFound` when no such replica or member is known.
  /// - Complexity: O(*n*) in the records of these scopes.
  public func incident(of replica: ReplicaID) throws -> Incident {
    try read { file in try file.incident(of: replica) }
  }
}

extension ReplicaFile {
  fileprivate func incident(of replica: ReplicaID) throws -> Incident {
    let known = try knownReplicas()
    let own = known.first { $0.id == replica }
    // A member that was let in may never have said a word.
    let membership = try membership()
    let member = try membership == nil ? nil : membership?.members[replica]?.id ?? owners()[replica]?.member
    guard own != nil || member != nil else {
      throw StoreError(.notFound, "there is no such replica", subject: replica.description)
    }
    // A laptop that found itself copied or restored has written under several identities.
    var identities: Set<ReplicaID> = own == nil ? [] : [replica]
    var hasGrown = true
    while hasGrown {
      hasGrown = false
      for one in known where !identities.contains(one.id) {
        let isOfMember = try member != nil && owners()[one.id]?.member == member
        let precedes = known.contains { identities.contains($0.id) && $0.predecessor == one.id }
        let follows = one.predecessor.map { identities.contains($0) } ?? false
        guard isOfMember || precedes || follows else { continue }
        identities.insert(one.id)
        hasGrown = true
      }
    }
    let (access, revoked) = try admissions(of: member, replica)
    var records: [Incident.Held] = []
    for one in access { records += try held(by: identities, in: one) }
    let heard = known.filter { identities.contains($0.id) }.compactMap(\.lastHeard).max()
    return Incident(
      replicas: identities.sorted(), member: member, revoked: revoked, lastHeard: heard, access: access,
      kinds: try kinds(of: records), records: records)
  }

  /// The scopes that a member was ever admitted to, and when its right ended; without members, all.
  private func admissions(
    of member: ReplicaID?, _ replica: ReplicaID
  ) throws -> (access: [Incident.Access], revoked: Instant?) {
    var scopes: [ScopeID] = []
    var since: [ScopeID: Instant] = [:]
    try eachRecord(of: BuiltIn.scopeKind, where: []) { record in
      scopes.append(ScopeID(record.id))
      since[ScopeID(record.id)] = try stamp(of: record.id, in: .shared)?.time
    }
    guard let member, let membership = try membership() else {
      let start = try introduction(of: replica)
      return (
        scopes.map { scope in
          Incident.Access(scope: scope, role: nil, since: [start, since[scope]].compactMap { $0 }.max())
        }, nil
      )
    }
    var found: [ScopeID: Incident.Access] = [:]
    func admit(_ scope: ScopeID, _ role: Role, _ time: Instant?) {
      let before = found[scope].map(\.since) ?? time
      let first = [before, time].compactMap { $0 }.min()
      found[scope] = Incident.Access(
        scope: scope, role: role, since: [first, since[scope]].compactMap { $0 }.max())
    }
    if member == membership.founder { for scope in scopes { admit(scope, .admin, since[scope]) } }
    var revoked: Instant?
    try eachRecord(of: BuiltIn.memberKind, where: [(BuiltIn.replicaIdentity, .text(member.description))]) { record in
      let time = try stamp(of: record.id, in: .shared)?.time
      guard let role = record["role"]?.shown.first?.plainText.flatMap({ Role(rawValue: $0) }) else {
        revoked = [revoked, time].compactMap { $0 }.max()
        return
      }
      let given = (record["scopes"]?.shown ?? []).compactMap { $0.plainText.flatMap { Dot($0) } }.map { ScopeID($0) }
      for scope in role == .admin ? scopes : given { admit(scope, role, time) }
    }
    if membership.standing(of: member).role != nil { revoked = nil }
    return (found.values.sorted { $0.scope < $1.scope }, revoked)
  }

  /// When a replica told of itself.
  private func introduction(of replica: ReplicaID) throws -> Instant? {
    var time: Instant?
    try eachRecord(of: BuiltIn.replicaKind, where: [(BuiltIn.replicaIdentity, .text(replica.description))]) { record in
      time = try stamp(of: record.id, in: .shared)?.time
    }
    return time
  }

  private func held(by identities: Set<ReplicaID>, in access: Incident.Access) throws -> [Incident.Held] {
    let vectors = try identities.map { try peerVector($0) }
    var records: [Incident.Held] = []
    for row in streams.rows where row.id.scope == access.scope && row.number > 0 {
      let acknowledged = vectors.map { $0.number(of: row.id) }.max() ?? 0
      let counter =
        identities.contains(row.id.replica) ? UInt64.max : try counter(at: min(acknowledged, row.number), in: row)
      let range = LocalDot.rows(ofStream: row.index)
      var places: [(row: Int64, kind: KindID)] = []
      for table in catalog.ordered where table.kind.id.replica != .builtIn {
        let statement = try connection.statement("SELECT id FROM \(table.quotedName) WHERE id BETWEEN ? AND ?")
        statement.bind(1, range.lowerBound)
        statement.bind(2, range.upperBound)
        while try statement.step() { places.append((statement.integer(0), table.kind.id)) }
      }
      let aside = try connection.statement(
        "SELECT id, kind_replica, kind_counter FROM quan_aside WHERE id BETWEEN ? AND ?")
      aside.bind(1, range.lowerBound)
      aside.bind(2, range.upperBound)
      while try aside.step() {
        let kind = Dot(ReplicaID(rawValue: aside.bits(1)), aside.bits(2))
        if kind.replica != .builtIn { places.append((aside.integer(0), kind)) }
      }
      for place in places.sorted(by: { $0.row < $1.row }) {
        let local = LocalDot(rowID: place.row)
        guard let record = reference(place.row) else { continue }
        let made = try stamp(of: record.record, in: record.scope)?.time
        records.append(
          Incident.Held(
            record: record, kind: place.kind, isConfirmed: local.counter <= counter,
            since: [made, access.since].compactMap { $0 }.max()))
      }
    }
    return records
  }

  private func kinds(of records: [Incident.Held]) throws -> [Incident.Kind] {
    let groups = Dictionary(grouping: records, by: \.kind)
    return try catalog.ordered.compactMap { table in
      guard let group = groups[table.kind.id] else { return nil }
      let filled = try table.columns.filter { column in
        let statement = try connection.statement(
          "SELECT 1 FROM \(table.quotedName) WHERE \(column.quotedName) IS NOT NULL LIMIT 1")
        defer { statement.reset() }
        return try statement.step()
      }
      return Incident.Kind(
        kind: table.kind, count: group.count, confirmedCount: group.count { $0.isConfirmed },
        fields: filled.map(\.definition).filter { $0.id != BuiltIn.externalID })
    }
  }
}
