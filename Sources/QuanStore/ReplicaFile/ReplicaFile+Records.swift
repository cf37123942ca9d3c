import QuanCore

extension ReplicaFile {
  /// Where a record is kept.
  enum Place {
    /// In its kind's table.
    case table(KindTable)
    /// In `quan_aside`: deleted, or of a kind that is not known yet.
    case aside
    /// Nowhere yet.
    case none
  }

  /// A record as it is kept.
  struct Stored {
    var state: RecordState
    let place: Place
    let scope: ScopeID
  }

  /// The stamp of a write that created its record: who and when is told by the log, not by the row.
  static let unread = Stamp(author: "", time: Instant(milliseconds: .min))

  // MARK: Finding

  /// The table that holds a record; `hint` is asked first.
  func table(of local: LocalDot, hint: KindID? = nil) throws -> KindTable? {
    if let hint, let table = catalog.tables[hint], try holds(table, local) { return table }
    for table in catalog.ordered where table.kind.id != hint {
      if try holds(table, local) { return table }
    }
    return nil
  }

  private func holds(_ table: KindTable, _ local: LocalDot) throws -> Bool {
    let statement = try connection.statement(table.presence)
    statement.bind(1, local.rowID)
    defer { statement.reset() }
    return try statement.step()
  }

  // MARK: Loading

  /// Reads a record whole.
  func load(_ local: LocalDot, hint: KindID? = nil) throws -> Stored? {
    guard let (id, scope) = streams.dot(local) else { return nil }
    try finishTexts(of: local)
    if let table = try table(of: local, hint: hint) {
      let statement = try connection.statement(table.selection + " WHERE id=?")
      statement.bind(1, local.rowID)
      guard try statement.step() else { return nil }
      defer { statement.reset() }
      return Stored(state: try state(from: statement, table: table, id: id), place: .table(table), scope: scope)
    }
    let statement = try connection.statement("SELECT kind_replica, kind_counter, state FROM quan_aside WHERE id=?")
    statement.bind(1, local.rowID)
    guard try statement.step() else { return nil }
    let kind = Dot(ReplicaID(rawValue: statement.bits(0)), statement.bits(1))
    let blob = statement.blob(2)
    statement.reset()
    return Stored(state: try stateCodec.decode(blob, id: id, kind: kind), place: .aside, scope: scope)
  }

  /// The state that a row of `table.selection` stands for.
  func state(from statement: Statement, table: KindTable, id: RecordID) throws -> RecordState {
    var state = try stateWithoutColumns(statement.isNull(1) ? nil : statement.blob(1), id: id, kind: table.kind.id)
    let codec = columnCodec
    for (index, column) in table.columns.enumerated() where state.fields[column.key] == nil {
      guard let values = try codec.values(of: column.shape, from: statement, at: Int32(index + 2)) else {
        continue
      }
      state.fields[column.key] = Self.initial(column.key, values, id)
    }
    return state
  }

  /// The state that a row's blob tells.
  func stateWithoutColumns(_ blob: [UInt8]?, id: RecordID, kind: KindID) throws -> RecordState {
    guard let blob else { return RecordState(id: id, kind: kind, seen: [id.replica: id.counter]) }
    return try stateCodec.decode(blob, id: id, kind: kind)
  }

  /// A field as its record was created with.
  static func initial(_ key: FieldKey, _ values: [Value], _ id: RecordID) -> FieldState {
    var field = FieldState(key: key)
    if key.container == .counter {
      for case .integer(let amount) in values { field.increment(by: amount) }
    } else {
      field.apply(Write(dot: id, stamp: unread, values: values.map { WrittenValue($0) }, overwrites: []))
    }
    return field
  }

  // MARK: Saving

  /// Whether the column of a field tells all about it.
  func isImplicit(_ field: FieldState, _ table: KindTable, _ id: RecordID) -> Bool {
    guard let position = table.position[field.key] else { return false }
    if field.key.container == .counter { return true }
    guard field.writes.count == 1, field.writes[0].dot == id, field.entries.count == field.writes[0].values.count,
      !field.entries.isEmpty
    else { return false }
    return ColumnCodec.canHold(field.writes[0].values.map(\.value), of: table.shapes[position])
  }

  /// Stores a record whole, where its state says it belongs, and keeps its conflicts in step.
  func save(_ state: RecordState, at local: LocalDot, replacing place: Place) throws {
    let scope = streams.rows[local.stream].id.scope
    // The schema only grows: a definition that somebody deleted goes on naming what others have written.
    let isDeleted = state.presence == .deleted && !BuiltIn.isDefinition(state.kind)
    let table = isDeleted ? nil : catalog.tables[state.kind]
    if case .table(let old) = place {
      let statement = try connection.statement("DELETE FROM \(old.quotedName) WHERE id=?")
      statement.bind(1, local.rowID)
      try statement.run()
    } else if case .aside = place {
      let statement = try connection.statement("DELETE FROM quan_aside WHERE id=?")
      statement.bind(1, local.rowID)
      try statement.run()
    }
    if let table {
      try insert(state, at: local, scope: scope, into: table)
    } else {
      let blob = try stateCodec.encodeWhole(state, scope: scope)
      let statement = try connection.statement("INSERT INTO quan_aside VALUES (?,?,?,?,?)")
      statement.bind(1, local.rowID)
      statement.bind(2, bits: state.kind.replica.rawValue)
      statement.bind(3, bits: state.kind.counter)
      statement.bind(4, isDeleted ? 1 : 0)
      statement.bind(5, blob)
      try statement.run()
    }
    try refreshConflicts(of: state, at: local, scope: scope, table: table)
  }

  private func insert(_ state: RecordState, at local: LocalDot, scope: ScopeID, into table: KindTable) throws {
    let blob = try stateCodec.encode(state, scope: scope) { isImplicit($0, table, state.id) }
    // What columns need is looked up before the statement is filled: making a stream known uses statements too.
    let statement = try connection.statement(table.insertion)
    statement.bind(1, local.rowID)
    if let blob { statement.bind(2, blob) } else { statement.bindNull(2) }
    let codec = columnCodec
    for (index, column) in table.columns.enumerated() {
      let shown = shown(column.definition, in: state).shown
      try codec.bind(shown, of: column.shape, to: statement, at: Int32(index + 3))
    }
    try statement.run()
  }

  // MARK: Showing

  /// What a field shows, by its rule.
  func shown(_ definition: FieldDefinition, in state: RecordState) -> Decision {
    guard let field = state.fields[definition.key] else { return Decision(shown: [], outcome: .agreed) }
    switch definition.container {
    case .counter: return Decision(shown: [.integer(field.total)], outcome: .agreed)
    case .set: return Decision(shown: field.sides.map(\.value), outcome: .agreed)
    case .register, .map, .text, .list:
      var dates: [Side] = []
      if case .latest(let name) = definition.rule, let kind = catalog.schema.kind(definition.kind),
        let other = kind.field(named: name)
      {
        dates = state.fields[other.key]?.sides ?? []
      }
      return definition.rule.decide(field.sides, dates: dates)
    }
  }
}
