import QuanCore

/// Records that are the same thing entered more than once: joined by edges, read as one.
///
/// An edge is a record of the built-in kind ``BuiltIn/sameKind``. Those that are there stand in `quan_edge`, with their
/// ends; a component is what they connect. Which component a record is in is kept in `quan_alias`: a row for each
/// member, with the member of the smallest ID as the representative. Records that nobody has joined have no row.
extension ReplicaFile {
  /// Looks whether any records are joined.
  func findComponents() throws {
    guard try tableExists("quan_alias") else { return }
    let statement = try connection.statement("SELECT 1 FROM quan_alias LIMIT 1")
    defer { statement.reset() }
    hasComponents = try statement.step()
  }

  /// The record that stands for a record: itself, unless it is joined with one of a smaller ID.
  func representative(of row: Int64) throws -> Int64 {
    guard hasComponents else { return row }
    let statement = try connection.statement("SELECT representative FROM quan_alias WHERE member=?")
    statement.bind(1, row)
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : row
  }

  /// The record that stands for a record.
  func representative(of local: LocalDot) throws -> LocalDot {
    LocalDot(rowID: try representative(of: local.rowID))
  }

  /// A record and all that it is joined with, ascending by ID.
  func members(of row: Int64) throws -> [Int64] {
    guard hasComponents else { return [row] }
    let representative = try representative(of: row)
    let statement = try connection.statement("SELECT member FROM quan_alias WHERE representative=?")
    statement.bind(1, representative)
    var members: [Int64] = []
    while try statement.step() { members.append(statement.integer(0)) }
    return members.isEmpty ? [row] : members.sorted { precedes($0, $1) }
  }

  /// Whether a record is joined with another.
  func isJoined(_ local: LocalDot) throws -> Bool {
    try hasComponents && members(of: local.rowID).count > 1
  }

  /// The members of all components, each with its representative.
  func joinedRows() throws -> [Int64: Int64] {
    guard hasComponents else { return [:] }
    let statement = try connection.statement("SELECT member, representative FROM quan_alias")
    var rows: [Int64: Int64] = [:]
    while try statement.step() { rows[statement.integer(0)] = statement.integer(1) }
    return rows
  }

  /// Whether one row's ID is the smaller one.
  func precedes(_ one: Int64, _ other: Int64) -> Bool {
    guard let left = streams.dot(LocalDot(rowID: one)), let right = streams.dot(LocalDot(rowID: other)) else {
      return one < other
    }
    return (left.dot, left.scope) < (right.dot, right.scope)
  }

  /// A row as a reference.
  func reference(_ row: Int64) -> Reference? {
    streams.dot(LocalDot(rowID: row)).map { Reference($0.dot, in: $0.scope) }
  }

  /// What a reference leads to: the record that stands for its target.
  func followed(_ reference: Reference) throws -> Reference {
    guard hasComponents, let local = streams.local(reference.record, in: reference.scope) else { return reference }
    let row = try representative(of: local.rowID)
    return row == local.rowID ? reference : self.reference(row) ?? reference
  }

  /// What a value says, where it is a reference to a joined record: the record that stands for it.
  func followed(_ value: Value) throws -> Value {
    guard hasComponents, case .reference(let reference) = value else { return value }
    return .reference(try followed(reference))
  }
}

extension ReplicaFile {
  /// Reads a record with all that it is joined with, as one.
  func loadJoined(_ local: LocalDot, hint: KindID? = nil) throws -> Stored? {
    guard hasComponents else { return try load(local, hint: hint) }
    let members = try members(of: local.rowID)
    guard members.count > 1 else { return try load(local, hint: hint) }
    let all = try members.compactMap { try load(LocalDot(rowID: $0), hint: hint) }
    guard let first = all.first else { return nil }
    let alike = all.filter { $0.state.kind == first.state.kind }
    guard var joined = RecordState(joining: alike.map(\.state)) else { return first }
    try countArrivalsOnce(in: &joined, at: members[0])
    let kept = alike.first { if case .table = $0.place { true } else { false } }
    return Stored(state: joined, place: (kept ?? first).place, scope: first.scope)
  }

  /// The other records that a record is joined with, ascending.
  func others(thanRepresentativeOf local: LocalDot) throws -> [RecordID] {
    guard hasComponents else { return [] }
    return try members(of: local.rowID).dropFirst().compactMap { reference($0)?.record }
  }
}

extension ReplicaFile {
  /// How many records a table holds, joined ones counted once and those that have been handed over not at all.
  func recordCount(in table: KindTable) throws -> Int {
    let joined =
      hasComponents
      ? " - (SELECT count(*) - count(DISTINCT representative) FROM quan_alias JOIN \(table.quotedName) ON id=member)"
      : ""
    let gone =
      hasHandovers
      ? " - (SELECT count(DISTINCT coalesce(representative, h.record)) FROM quan_handover h"
        + " JOIN \(table.quotedName) ON id=h.record LEFT JOIN quan_alias ON member=h.record)"
      : ""
    let statement = try connection.statement("SELECT (SELECT count(*) FROM \(table.quotedName))\(joined)\(gone)")
    defer { statement.reset() }
    return try statement.step() ? Int(statement.integer(0)) : 0
  }

  /// The operations on a record and on all that it is joined with: each record's in causal order, those of several by
  /// claimed time.
  func operations(
    onAllOf record: LocalDot
  ) throws -> [(change: Change, index: Int, dot: Dot, operation: Operation)] {
    let members = try members(of: record.rowID).map { LocalDot(rowID: $0) }
    guard members.count > 1 else { return try operations(on: record) }
    let byRecord = try operations(on: Set(members))
    var queues = members.compactMap { byRecord[$0].map { Array($0.reversed()) } }
    var merged: [(change: Change, index: Int, dot: Dot, operation: Operation)] = []
    while let next = queues.indices.filter({ !queues[$0].isEmpty }).min(by: { one, other in
      guard let left = queues[one].last, let right = queues[other].last else { return false }
      return (left.change.time, left.dot) < (right.change.time, right.dot)
    }) {
      merged.append(queues[next].removeLast())
    }
    return merged
  }
}
