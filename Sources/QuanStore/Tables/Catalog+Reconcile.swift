import QuanCore

extension Catalog {
  /// What bringing the tables in line with the schema changed.
  struct Changes {
    /// Kinds that had no table before.
    var newKinds: [KindID] = []
    /// Kinds whose tables gained a column.
    var widened: Set<KindID> = []
    /// Whether anything at all was changed.
    var isEmpty: Bool { newKinds.isEmpty && widened.isEmpty && renamed == 0 }
    /// How many tables and columns were renamed.
    var renamed = 0
  }

  /// Makes, widens and renames tables until they are as the schema says.
  ///
  /// The names in use are kept in `quan_table`, one row a table (field 0) or column.
  func reconcile(_ connection: Connection) throws -> Changes {
    try connection.execute(
      """
      CREATE TABLE IF NOT EXISTS quan_table (
        kind_replica INTEGER, kind_counter INTEGER, field_replica INTEGER, field_counter INTEGER, name TEXT,
        PRIMARY KEY (kind_replica, kind_counter, field_replica, field_counter)) WITHOUT ROWID
      """)
    var known: [KindID: [FieldID: String]] = [:]
    let statement = try connection.statement("SELECT * FROM quan_table")
    while try statement.step() {
      let kind = Dot(ReplicaID(rawValue: statement.bits(0)), statement.bits(1))
      known[kind, default: [:]][Dot(ReplicaID(rawValue: statement.bits(2)), statement.bits(3))] = statement.text(4)
    }
    var changes = Changes()
    // Whoever must give up a name does so before anybody takes it.
    for table in ordered { try free(table, known[table.kind.id], &changes, connection) }
    for table in ordered { try take(table, known[table.kind.id], connection) }
    for table in ordered { try complete(table, known[table.kind.id], &changes, connection) }
    if !changes.isEmpty { connection.forgetStatements() }
    return changes
  }

  private static let tableItself = Dot.builtIn(0)

  /// A name that no definition has, for a table or column between its old name and its new one.
  private static func interim(_ id: Dot) -> String { "quan_interim_\(id.replica)_\(id.counter)" }

  /// Takes the table and the columns that go by other names from now on off their old ones.
  private func free(
    _ table: KindTable, _ known: [FieldID: String]?, _ changes: inout Changes, _ connection: Connection
  ) throws {
    guard let known, let name = known[Self.tableItself] else { return }
    for column in table.columns {
      guard let old = known[column.definition.id], old != column.name else { continue }
      let interim = KindTable.quoted(Self.interim(column.definition.id))
      try connection.execute(
        "ALTER TABLE \(KindTable.quoted(name)) RENAME COLUMN \(KindTable.quoted(old)) TO \(interim)")
      changes.renamed += 1
    }
    if name != table.name {
      let interim = KindTable.quoted(Self.interim(table.kind.id))
      try connection.execute("ALTER TABLE \(KindTable.quoted(name)) RENAME TO \(interim)")
      try connection.execute("DROP INDEX IF EXISTS \(KindTable.quoted(name + "_external_id"))")
      changes.renamed += 1
    }
  }

  /// Gives the table and the columns that ``free(_:_:_:_:)`` took off their old names the new ones.
  private func take(_ table: KindTable, _ known: [FieldID: String]?, _ connection: Connection) throws {
    guard let known, let name = known[Self.tableItself] else { return }
    if name != table.name {
      let interim = KindTable.quoted(Self.interim(table.kind.id))
      try connection.execute("ALTER TABLE \(interim) RENAME TO \(table.quotedName)")
      try remember(table.kind.id, Self.tableItself, table.name, connection)
    }
    for column in table.columns {
      guard let old = known[column.definition.id], old != column.name else { continue }
      let interim = KindTable.quoted(Self.interim(column.definition.id))
      try connection.execute(
        "ALTER TABLE \(table.quotedName) RENAME COLUMN \(interim) TO \(column.quotedName)")
      try remember(table.kind.id, column.definition.id, column.name, connection)
    }
    if name != table.name { try createIndex(table, connection) }
  }

  /// Makes the table, or adds the columns that it lacks.
  private func complete(
    _ table: KindTable, _ known: [FieldID: String]?, _ changes: inout Changes, _ connection: Connection
  ) throws {
    guard let known, known[Self.tableItself] != nil else {
      try create(table, &changes, connection)
      return
    }
    for column in table.columns where known[column.definition.id] == nil {
      try connection.execute("ALTER TABLE \(table.quotedName) ADD COLUMN \(Self.declaration(column))")
      try remember(table.kind.id, column.definition.id, column.name, connection)
      changes.widened.insert(table.kind.id)
    }
  }

  private func create(_ table: KindTable, _ changes: inout Changes, _ connection: Connection) throws {
    let columns = ["id INTEGER PRIMARY KEY", "quan_state BLOB"] + table.columns.map { Self.declaration($0) }
    try connection.execute("CREATE TABLE \(table.quotedName) (\(columns.joined(separator: ", ")))")
    try createIndex(table, connection)
    try remember(table.kind.id, Self.tableItself, table.name, connection)
    for column in table.columns { try remember(table.kind.id, column.definition.id, column.name, connection) }
    changes.newKinds.append(table.kind.id)
  }

  /// Drops a column and forgets that there was one.
  static func drop(_ column: Column, of table: KindTable, _ connection: Connection) throws {
    connection.forgetStatements()
    // A column that an index is on cannot be dropped.
    try connection.execute("DROP INDEX IF EXISTS \(ReplicaFile.referenceIndex(of: column.definition.id))")
    try connection.execute("ALTER TABLE \(table.quotedName) DROP COLUMN \(column.quotedName)")
    let statement = try connection.statement(
      "DELETE FROM quan_table WHERE kind_replica=? AND kind_counter=? AND field_replica=? AND field_counter=?")
    statement.bind(1, bits: table.kind.id.replica.rawValue)
    statement.bind(2, bits: table.kind.id.counter)
    statement.bind(3, bits: column.definition.id.replica.rawValue)
    statement.bind(4, bits: column.definition.id.counter)
    try statement.run()
  }

  private func createIndex(_ table: KindTable, _ connection: Connection) throws {
    guard let column = table.columns.first(where: { $0.definition.id == BuiltIn.externalID }) else { return }
    let name = column.quotedName
    try connection.execute(
      """
      CREATE INDEX \(KindTable.quoted(table.name + "_external_id")) ON \(table.quotedName) (\(name))
      WHERE \(name) IS NOT NULL
      """)
  }

  private static func declaration(_ column: Column) -> String {
    let type: String
    switch (column.definition.container, column.definition.type) {
    case (.counter, _), (.register, .integer), (.register, .decimal), (.register, .reference):
      type = "INTEGER"
    case (.register, .real): type = "REAL"
    default: type = "TEXT"
    }
    return "\(column.quotedName) \(type)"
  }

  private func remember(_ kind: KindID, _ field: FieldID, _ name: String, _ connection: Connection) throws {
    let statement = try connection.statement("INSERT OR REPLACE INTO quan_table VALUES (?,?,?,?,?)")
    statement.bind(1, bits: kind.replica.rawValue)
    statement.bind(2, bits: kind.counter)
    statement.bind(3, bits: field.replica.rawValue)
    statement.bind(4, bits: field.counter)
    statement.bind(5, name)
    try statement.run()
  }
}
