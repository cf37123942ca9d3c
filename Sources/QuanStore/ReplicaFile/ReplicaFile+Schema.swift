import QuanCore

extension ReplicaFile {
  /// Reads the schema out of the records of the built-in kinds.
  func readSchema() throws -> Schema {
    var kinds: [KindDefinition] = []
    var fields: [FieldDefinition] = []
    guard try tableExists("quan_kind") else { return Schema() }
    try eachRow(of: BuiltIn.kindKind) { id, row in
      kinds.append(
        KindDefinition(
          id: id, code: row.text(BuiltIn.code), labels: row.labels, order: row.integer(BuiltIn.order),
          naturalKeys: NaturalKey.list(row.text(BuiltIn.kindNaturalKeys)),
          invariants: Invariant.list(row.text(BuiltIn.kindInvariants)),
          isAppendOnly: row.values[BuiltIn.kindAppendOnly] == .triState(.yes)))
    }
    try eachRow(of: BuiltIn.fieldKind) { id, row in
      // A definition that this version cannot read names a type or container of a newer one: its data is kept.
      guard let type = FieldText.type(row.text(BuiltIn.fieldType)),
        let container = FieldText.container(row.text(BuiltIn.fieldContainer)),
        case .reference(let kind)? = row.values[BuiltIn.fieldOf]
      else { return }
      fields.append(
        FieldDefinition(
          id: id, kind: kind.record, code: row.text(BuiltIn.code), labels: row.labels, type: type.type,
          scale: type.scale, container: container, rule: MergeRule(row.text(BuiltIn.fieldRule)) ?? .ask,
          sensitivity: Sensitivity(rawValue: row.text(BuiltIn.fieldSensitivity)) ?? .sensitive,
          choices: FieldText.choices(row.text(BuiltIn.fieldChoices)), target: row.text(BuiltIn.fieldTarget),
          belongs: row.values[BuiltIn.fieldBelongs] == .triState(.yes), order: row.integer(BuiltIn.order)))
    }
    return Schema(kinds: kinds, fields: fields)
  }

  /// The shown values of one record of a built-in kind.
  private struct BuiltInRow {
    let values: [FieldID: Value]
    func text(_ field: FieldID) -> String {
      if case .text(let text)? = values[field] { text } else { "" }
    }
    func integer(_ field: FieldID) -> Int64 {
      if case .integer(let number)? = values[field] { number } else { 0 }
    }
    var labels: Labels { Labels(text(BuiltIn.labelChinese), text(BuiltIn.labelEnglish)) }
  }

  private func eachRow(of kind: KindID, _ body: (RecordID, BuiltInRow) throws -> Void) throws {
    guard let table = catalog.tables[kind] else { return }
    let codec = columnCodec
    let statement = try connection.statement(table.selection + " ORDER BY id")
    while try statement.step() {
      guard let (id, _) = streams.dot(LocalDot(rowID: statement.integer(0))) else { continue }
      var values: [FieldID: Value] = [:]
      for (index, column) in table.columns.enumerated() {
        values[column.definition.id] =
          try codec.values(of: column.shape, from: statement, at: Int32(index + 2))?.first
      }
      try body(id, BuiltInRow(values: values))
    }
  }

  func tableExists(_ name: String) throws -> Bool {
    let statement = try connection.statement("SELECT 1 FROM sqlite_master WHERE type='table' AND name=?")
    statement.bind(1, name)
    defer { statement.reset() }
    return try statement.step()
  }

  /// Makes the tables of the built-in kinds, in a new file.
  func createTables() throws {
    _ = try catalog.reconcile(connection)
  }

  /// Brings the tables in line with the schema, if a change of it has been taken in, and takes into tables the
  /// records and fields that had been waiting for their definitions.
  func finishSchema() throws {
    guard schemaIsStale else { return }
    schemaIsStale = false
    let before = catalog.schema
    let new = Catalog(schema: try readSchema())
    let reshaped = try emptyReshapedColumns(for: new)
    catalog = new
    let changes = try catalog.reconcile(connection)
    if before.rules != catalog.schema.rules { touched.everything = true }
    for kind in changes.newKinds { try adoptRecords(of: kind) }
    for kind in changes.widened.union(Self.ruledAnew(catalog.schema, before)) { try rewriteRows(of: kind) }
    for (local, state) in reshaped {
      guard let table = catalog.tables[state.kind] else { continue }
      try save(state, at: local, replacing: .table(table))
    }
    if !changes.isEmpty { try refreshSchemaConflicts() }
  }

  /// The kinds of which some field has another merge rule than before: what their fields show is decided anew.
  private static func ruledAnew(_ schema: Schema, _ before: Schema) -> Set<KindID> {
    var kinds: Set<KindID> = []
    for old in before.kinds {
      guard let kind = schema.kind(old.id) else { continue }
      if old.fields.contains(where: { field in kind.field(field.id).map { $0.rule != field.rule } ?? false }) {
        kinds.insert(old.id)
      }
    }
    return kinds
  }

  /// Drops the columns whose definitions have another container or type from now on, so that they are made anew.
  ///
  /// - Returns: The records of their tables, whose columns may be all that tells of the fields as they were.
  /// - Complexity: O(*n*) in the records of the kinds concerned, all in memory; definitions hardly ever change so.
  private func emptyReshapedColumns(for new: Catalog) throws -> [(LocalDot, RecordState)] {
    var kept: [(LocalDot, RecordState)] = []
    for table in catalog.ordered {
      let shapes = new.tables[table.kind.id]?.columns.map { ($0.definition.id, $0.shape) } ?? []
      let changed = table.columns.filter { column in
        shapes.first { $0.0 == column.definition.id }.map { $0.1 != column.shape } ?? true
      }
      if changed.isEmpty { continue }
      let statement = try connection.statement(table.selection)
      while try statement.step() {
        let local = LocalDot(rowID: statement.integer(0))
        guard let (id, _) = streams.dot(local) else { continue }
        kept.append((local, try state(from: statement, table: table, id: id)))
      }
      for column in changed { try Catalog.drop(column, of: table, connection) }
    }
    return kept
  }

  /// Takes the records of a kind that has just become known out of `quan_aside`.
  private func adoptRecords(of kind: KindID) throws {
    var waiting: [LocalDot] = []
    let statement = try connection.statement(
      "SELECT id FROM quan_aside WHERE kind_replica=? AND kind_counter=? AND deleted=0 ORDER BY id")
    statement.bind(1, bits: kind.replica.rawValue)
    statement.bind(2, bits: kind.counter)
    while try statement.step() { waiting.append(LocalDot(rowID: statement.integer(0))) }
    for local in waiting {
      guard let stored = try load(local) else { continue }
      try save(stored.state, at: local, replacing: stored.place)
    }
  }

  /// Stores rows anew whose blobs may hold what now has a column.
  func rewriteRows(of kind: KindID) throws {
    guard let table = catalog.tables[kind] else { return }
    var rows: [LocalDot] = []
    let statement = try connection.statement("SELECT id FROM \(table.quotedName) WHERE quan_state IS NOT NULL")
    while try statement.step() { rows.append(LocalDot(rowID: statement.integer(0))) }
    for local in rows {
      guard let stored = try load(local) else { continue }
      try save(stored.state, at: local, replacing: stored.place)
    }
  }
}

extension Schema {
  /// What of a schema decides which problems there are.
  fileprivate struct Rules: Hashable {
    let kind: KindID
    let name: String
    let keys: [NaturalKey]
    let invariants: [Invariant]
    let fields: [FieldDefinition]
  }

  /// What of the schema decides which problems there are.
  fileprivate var rules: [Rules] {
    let named = InvariantPlan(self).names
    return kinds.filter { $0.id.replica != .builtIn }.map { kind in
      let keys = Set(kind.naturalKeys.flatMap { $0.parts.map(\.field) }).union(named)
      return Rules(
        kind: kind.id, name: kind.name, keys: kind.naturalKeys, invariants: kind.invariants,
        fields: kind.fields.filter { $0.type == .reference || keys.contains($0.name) })
    }
  }
}
