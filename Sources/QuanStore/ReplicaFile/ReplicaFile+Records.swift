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
    try finishTexts(of: local)
    return try loadRow(local, hint: hint)
  }

  /// Reads a record whole, but for edits of its texts that are being taken in.
  func loadRow(_ local: LocalDot, hint: KindID? = nil) throws -> Stored? {
    guard let (id, scope) = streams.dot(local) else { return nil }
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
    for (index, column) in table.columns.enumerated() where !state.holds(column.key) {
      try Self.start(column, of: &state, from: statement, at: Int32(index + 2), codec)
    }
    return state
  }

  /// Gives a state what a column tells of a field that is as its record was created.
  static func start(
    _ column: Column, of state: inout RecordState, from statement: Statement, at index: Int32, _ codec: ColumnCodec
  ) throws {
    if column.key.container == .map {
      for (key, value) in try codec.pairs(of: column.shape, from: statement, at: index) {
        state.start(InitialField(FieldKey(column.key.id, key: key), [value]), dot: state.id, stamp: unread)
      }
    } else if let values = try codec.values(of: column.shape, from: statement, at: index) {
      state.start(InitialField(column.key, values), dot: state.id, stamp: unread)
    }
  }

  /// The state that a row's blob tells.
  func stateWithoutColumns(_ blob: [UInt8]?, id: RecordID, kind: KindID) throws -> RecordState {
    guard let blob else { return RecordState(id: id, kind: kind, seen: [id.replica: id.counter]) }
    return try stateCodec.decode(blob, id: id, kind: kind)
  }

  // MARK: Saving

  /// The fields, as a whole, of which the column tells all.
  func implicitFields(of state: RecordState, _ table: KindTable) -> Set<FieldKey> {
    var implicit = Set(table.keys.filter { state.holds($0) })
    for field in state.fields.values {
      if field.key.container == .counter {
        // The column tells the sum, which is the total while no increment is undone.
        if !field.writes.isEmpty { implicit.remove(field.key) }
        continue
      }
      guard let position = table.position[field.key.whole],
        implicit.contains(field.key.whole)
      else { continue }
      let isAsCreated =
        field.writes.count == 1 && field.writes[0].dot == state.id && !field.entries.isEmpty
        && field.entries.count == field.writes[0].values.count
      // The elements of a list are looked at one by one here; that they stand in their first order, below.
      let values = field.writes.first?.values.map(\.value) ?? []
      if !isAsCreated || !ColumnCodec.canHold(values, of: table.shapes[position]) || Self.hasNUL(field.key) {
        implicit.remove(field.key.whole)
      }
    }
    for (key, list) in state.lists where !list.placements.keys.allSatisfy({ $0.dot == state.id }) {
      implicit.remove(key)
    }
    return implicit
  }

  private static func hasNUL(_ key: FieldKey) -> Bool {
    if case .key(let key)? = key.item { key.text.utf8.contains(0) } else { false }
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
    let implicit = implicitFields(of: state, table)
    let blob = try stateCodec.encode(state, scope: scope) { implicit.contains($0.whole) }
    // What columns need is looked up before the statement is filled: making a stream known uses statements too.
    let statement = try connection.statement(table.insertion)
    statement.bind(1, local.rowID)
    if let blob { statement.bind(2, blob) } else { statement.bindNull(2) }
    let codec = columnCodec
    for (index, column) in table.columns.enumerated() {
      if column.key.container == .map {
        codec.bind(shownPairs(column.definition, in: state), to: statement, at: Int32(index + 3))
        continue
      }
      let shown = shown(column.definition, in: state).shown
      try codec.bind(shown, of: column.shape, to: statement, at: Int32(index + 3))
    }
    try statement.run()
  }

  // MARK: Showing

  /// What a field shows, by its rule; of a map or list, all that its items show.
  func shown(_ definition: FieldDefinition, in state: RecordState) -> Decision {
    guard definition.container == .map || definition.container == .list else {
      return shown(definition, definition.key, in: state)
    }
    let items = state.items(of: definition.key).map { shown(definition, $0, in: state) }
    let outcome = [Decision.Outcome.asked, .disputed, .decided].first { wanted in
      items.contains { $0.outcome == wanted }
    }
    return Decision(shown: items.flatMap(\.shown), outcome: outcome ?? .agreed)
  }

  /// What a field, or an item of one, shows.
  func shown(_ definition: FieldDefinition, _ key: FieldKey, in state: RecordState) -> Decision {
    guard let field = state.fields[key] else { return Decision(shown: [], outcome: .agreed) }
    switch definition.container {
    case .counter: return Decision(shown: [.integer(field.sum)], outcome: .agreed)
    case .set: return Decision(shown: field.sides.map(\.value), outcome: .agreed)
    case .text:
      // Only joined records have several.
      guard field.entries.count > 1 else { return Decision(shown: field.sides.map(\.value), outcome: .agreed) }
      let whole = JoinedText(field.entries.compactMap(\.value?.plainText)).whole
      return Decision(shown: whole.isEmpty ? [] : [.text(whole)], outcome: .agreed)
    case .register, .map, .list:
      var dates: [Side] = []
      if let name = definition.rule.dateField, let kind = catalog.schema.kind(definition.kind),
        let other = kind.field(named: name)
      {
        dates = state.fields[other.key]?.sides ?? []
      }
      return definition.rule.decide(field.sides, dates: dates)
    }
  }

  /// What the keys of a map show.
  private func shownPairs(_ definition: FieldDefinition, in state: RecordState) -> [(key: String, shown: [Value])] {
    state.items(of: definition.key).compactMap { item in
      guard case .key(let key)? = item.item else { return nil }
      return (key.text, shown(definition, item, in: state).shown)
    }
  }

  /// The items of a map or list, as they are to be shown.
  func items(_ definition: FieldDefinition, in state: RecordState) -> [ItemView] {
    guard definition.container == .map || definition.container == .list else { return [] }
    let standing = state.lists[definition.key]?.standing ?? [:]
    return state.items(of: definition.key).compactMap { key in
      guard let item = key.item else { return nil }
      let decision = shown(definition, key, in: state)
      let sides = state.fields[key]?.sides ?? []
      var places: [EntryID] = []
      if case .element(let element) = item { places = standing[element] ?? [] }
      return ItemView(
        item: item, shown: decision.shown, sides: sides.count > 1 ? sides : [], outcome: decision.outcome,
        otherPlaces: Array(places.dropFirst()))
    }
  }
}
