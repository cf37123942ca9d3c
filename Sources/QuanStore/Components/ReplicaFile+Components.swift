import QuanCore

/// Records that are the same thing entered more than once: joined by edges, read as one.
///
/// An edge is a record of the built-in kind ``BuiltIn/sameKind``; a component is what edges that are there connect. Which
/// component a record is in is kept in `quan_alias`: a row for each member, with the member of the smallest ID as the
/// representative. Records that nobody has joined have no row.
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
}

extension ReplicaFile {
  /// Reads a record with all that it is joined with, as one.
  func loadJoined(_ local: LocalDot, hint: KindID? = nil) throws -> Stored? {
    guard let stored = try load(local, hint: hint) else { return nil }
    guard hasComponents else { return stored }
    let members = try members(of: local.rowID)
    guard members.count > 1 else { return stored }
    let states = try members.compactMap { try load(LocalDot(rowID: $0), hint: stored.state.kind)?.state }
    guard let joined = RecordState(joining: states) else { return stored }
    return Stored(state: joined, place: stored.place, scope: stored.scope)
  }
}
