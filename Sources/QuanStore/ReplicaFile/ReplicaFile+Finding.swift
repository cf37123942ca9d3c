import QuanCore

extension ReplicaFile {
  /// Where a record is known: its local dot and its scope.
  ///
  /// - Throws: `notFound`; `ambiguous` when a cloned machine made the dot in two scopes.
  func known(_ record: RecordID) throws -> (local: LocalDot, scope: ScopeID) {
    let candidates = streams.rows.filter { $0.name == record.replica && record.counter < LocalDot.counterLimit }
      .map { LocalDot(stream: $0.index, counter: record.counter) }
    let found = try candidates.filter { try exists($0) }
    guard let first = found.first else {
      throw StoreError(.notFound, "there is no such record", subject: record.description)
    }
    guard found.count == 1 else {
      throw StoreError(.ambiguous, "the ID stands for records in \(found.count) scopes", subject: record.description)
    }
    return (first, streams.rows[first.stream].id.scope)
  }

  /// Whether a record is held.
  func exists(_ local: LocalDot) throws -> Bool {
    if try table(of: local) != nil { return true }
    let statement = try connection.statement("SELECT 1 FROM quan_aside WHERE id=?")
    statement.bind(1, local.rowID)
    defer { statement.reset() }
    return try statement.step()
  }

  /// The kind of a record.
  func kind(of local: LocalDot, hint: KindID?) throws -> KindID {
    if let table = try table(of: local, hint: hint) { return table.kind.id }
    let statement = try connection.statement("SELECT kind_replica, kind_counter FROM quan_aside WHERE id=?")
    statement.bind(1, local.rowID)
    defer { statement.reset() }
    guard try statement.step() else { throw StoreError(.notFound, "there is no such record") }
    return Dot(ReplicaID(rawValue: statement.bits(0)), statement.bits(1))
  }

  /// One field of a record.
  func field(_ key: FieldKey, of local: LocalDot) throws -> FieldState? {
    guard let kind = catalog.kindOfField[key.id], let table = catalog.tables[kind], let position = table.position[key],
      let (id, _) = streams.dot(local)
    else { return try load(local)?.state.fields[key] }
    let column = table.columns[position]
    let statement = try connection.statement(column.fieldSelection)
    statement.bind(1, local.rowID)
    guard try statement.step() else { return try load(local)?.state.fields[key] }
    defer { statement.reset() }
    var state = try stateWithoutColumns(statement.isNull(0) ? nil : statement.blob(0), id: id, kind: kind)
    if !state.holds(key) { try Self.start(column, of: &state, from: statement, at: 1, columnCodec) }
    return state.fields[key]
  }

  /// Records whose shown references lead to a record or to one that it is joined with.
  func records(referringTo record: RecordID, in scope: ScopeID, limit: Int) throws -> [RecordID] {
    guard let target = streams.local(record, in: scope) else { return [] }
    return try referrers(to: try members(of: target.rowID), limit: limit).compactMap { reference($0)?.record }
  }
}
