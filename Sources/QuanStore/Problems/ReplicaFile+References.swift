import QuanCore

/// Who refers to whom.
extension ReplicaFile {
  /// How the target of a reference stands here.
  enum TargetStanding {
    /// It is there.
    case here
    /// It is in a scope that is not held, or has not arrived yet.
    case elsewhere
    /// Somebody deleted it.
    case deleted
    /// It should be there and is not.
    case missing
  }

  /// How the target of a reference stands here; joined records stand together.
  func standing(of target: Reference, hint: KindID? = nil) throws -> TargetStanding {
    guard let local = streams.local(target.record, in: target.scope) else { return .elsewhere }
    if try table(of: local, hint: hint) != nil { return .here }
    let statement = try connection.statement("SELECT deleted FROM quan_aside WHERE id=?")
    statement.bind(1, local.rowID)
    guard try statement.step() else {
      // What its maker wrote up to there has not come yet, or the scope is not held at all.
      return streams.rows[local.stream].counter >= local.counter ? .missing : .elsewhere
    }
    let isDeleted = statement.integer(0) != 0
    statement.reset()
    guard isDeleted else { return .here }
    for member in try members(of: local.rowID) where member != local.rowID {
      if try table(of: LocalDot(rowID: member), hint: hint) != nil { return .here }
    }
    return .deleted
  }

  /// Rows whose shown references lead to one of some rows.
  ///
  /// - Complexity: O(log *n*) by the indexes of reference columns and, for sets of references, by `quan_reference`.
  func referrers(to targets: [Int64], limit: Int? = nil) throws -> [Int64] {
    var found: [Int64] = []
    for table in catalog.ordered where table.kind.id.replica != .builtIn {
      for column in table.columns
      where column.definition.type == .reference && column.shape.container == .register {
        for target in targets {
          try referrers(to: target, in: column, of: table) { found.append($0) }
          if let limit, found.count >= limit { return Array(found.prefix(limit)) }
        }
      }
    }
    for target in targets {
      for row in try rowsWithSet(holding: target, limit: limit) where !found.contains(row) { found.append(row) }
    }
    return limit.map { Array(found.prefix($0)) } ?? found
  }

  /// Notes that a record has a reference to another in a set, or among several sides.
  func indexReference(from row: Int64, to target: Reference) throws {
    let statement = try connection.statement("INSERT OR IGNORE INTO quan_reference VALUES (?,?)")
    statement.bind(1, try local(target.record, in: target.scope).rowID)
    statement.bind(2, row)
    try statement.run()
  }

  /// Rows of which any side of a field that is not a container refers to one of some rows, shown or not.
  ///
  /// Such are the rows whose natural keys hang on what the targets are joined with.
  func rowsWithSide(leadingTo targets: [Int64]) throws -> Set<Int64> {
    var found = Set(try referrers(to: targets))
    for target in targets {
      found.formUnion(try indexedReferences(to: target).filter { $0.holding.contains(.side) }.map(\.row))
    }
    return found
  }

  /// Rows that show a reference to a record in a set, or among several values.
  private func rowsWithSet(holding target: Int64, limit: Int?) throws -> [Int64] {
    let rows = try indexedReferences(to: target).filter { $0.holding.contains(.shown) }.map(\.row)
    return limit.map { Array(rows.prefix($0)) } ?? rows
  }

  /// How a record has a reference.
  private struct Holding: OptionSet {
    let rawValue: Int
    /// It shows it, in a container or among several values.
    static let shown = Holding(rawValue: 1)
    /// A side of a field that is not a container has it.
    static let side = Holding(rawValue: 2)
  }

  /// Rows that `quan_reference` says have a reference to a record.
  ///
  /// It says that a record had it once; whoever finds it looks whether that is still so, and takes it away otherwise.
  private func indexedReferences(to target: Int64) throws -> [(row: Int64, holding: Holding)] {
    guard let wanted = reference(target) else { return [] }
    // Verdicts stand there too; they refer to nobody.
    let verdicts = catalog.tables[BuiltIn.verdictKind].map { table in
      " AND NOT EXISTS (SELECT 1 FROM \(table.quotedName) WHERE id=r.record)"
    }
    let statement = try connection.statement(
      "SELECT record FROM quan_reference r WHERE target=?\(verdicts ?? "")")
    statement.bind(1, target)
    var candidates: [Int64] = []
    while try statement.step() { candidates.append(statement.integer(0)) }
    var rows: [(row: Int64, holding: Holding)] = []
    for row in candidates {
      let holding = try holding(of: wanted, LocalDot(rowID: row))
      if holding.isEmpty {
        let stale = try connection.statement("DELETE FROM quan_reference WHERE target=? AND record=?")
        stale.bind(1, target)
        stale.bind(2, row)
        try stale.run()
      } else {
        rows.append((row, holding))
      }
    }
    return rows
  }

  /// How a record of people's kinds has a reference.
  private func holding(of reference: Reference, _ local: LocalDot) throws -> Holding {
    guard let stored = try loadJoined(local), stored.state.presence != .deleted,
      let kind = catalog.schema.kind(stored.state.kind), kind.id.replica != .builtIn
    else { return [] }
    var holding: Holding = []
    for field in kind.fields where field.type == .reference {
      let shown = shown(field, in: stored.state).shown
      if field.container != .register || shown.count > 1, shown.contains(.reference(reference)) {
        holding.insert(.shown)
      }
      if stored.state.fields[field.key]?.sides.contains(where: { $0.value == .reference(reference) }) ?? false {
        holding.insert(.side)
      }
    }
    return holding
  }

  private func referrers(
    to target: Int64, in column: Column, of table: KindTable, _ body: (Int64) -> Void
  ) throws {
    let name = column.quotedName
    let statement = try connection.statement("SELECT id FROM \(table.quotedName) WHERE \(name)=?")
    statement.bind(1, target)
    while try statement.step() { body(statement.integer(0)) }
  }

  /// What the index is called by which those are found who refer to something in a field.
  static func referenceIndex(of field: FieldID) -> String {
    KindTable.quoted("quan_reference_\(field.replica)_\(field.counter)")
  }

  /// Makes the indexes by which referrers are found, for the kinds that have records.
  ///
  /// They are made when the first records are there, and not with the table: sorting once costs a fraction of keeping an
  /// index in order through a large import.
  func indexReferences(of kinds: Set<KindID>) throws {
    for kind in kinds.subtracting(indexedKinds) {
      guard let table = catalog.tables[kind] else { continue }
      indexedKinds.insert(kind)
      for column in table.columns
      where column.definition.type == .reference && column.shape.container == .register {
        let name = Self.referenceIndex(of: column.definition.id)
        try connection.execute(
          """
          CREATE INDEX IF NOT EXISTS \(name) ON \(table.quotedName) (\(column.quotedName))
          """)
      }
    }
  }
}
