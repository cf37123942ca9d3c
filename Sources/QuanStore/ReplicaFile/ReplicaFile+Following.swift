public import QuanCore

/// A record, and the reference fields that lead from it to another.
public struct Trail: Hashable, Sendable {
  /// Where it begins.
  public let record: RecordID
  /// The scope of that record.
  public let scope: ScopeID
  /// The fields, one after another.
  public let fields: [FieldID]

  /// A trail.
  public init(from record: RecordID, in scope: ScopeID, along fields: [FieldID]) {
    self.record = record
    self.scope = scope
    self.fields = fields
  }
}

extension Replica {
  /// The records that trails lead to, by what their reference fields show; a trail that breaks off leads as far as it
  /// goes.
  ///
  /// - Complexity: O(*n* log *m*) in the steps of the trails and the records held; nothing but the columns is read.
  public func follow(_ trails: [Trail]) throws -> [RecordID] {
    try read { file in try trails.map { try file.follow($0) } }
  }
}

extension ReplicaFile {
  fileprivate func follow(_ trail: Trail) throws -> RecordID {
    var end = trail.record
    var place = streams.local(trail.record, in: trail.scope)
    for field in trail.fields {
      guard let local = place, case .reference(let next)? = try shownValue(of: field, at: local) else { break }
      end = next.record
      place = streams.local(next.record, in: next.scope)
    }
    return try place.flatMap { reference(try representative(of: $0.rowID))?.record } ?? end
  }

  /// What the column of a register holds.
  private func shownValue(of field: FieldID, at local: LocalDot) throws -> Value? {
    guard let kind = catalog.kindOfField[field], let table = catalog.tables[kind],
      let position = table.position[FieldKey(field)]
    else { return nil }
    let column = table.columns[position]
    let statement = try connection.statement(column.fieldSelection)
    statement.bind(1, local.rowID)
    defer { statement.reset() }
    // Several references shown at once stand as text; they lead to no one record.
    guard try statement.step(), statement.isInteger(1) else { return nil }
    return try columnCodec.values(of: column.shape, from: statement, at: 1)?.first
  }
}
