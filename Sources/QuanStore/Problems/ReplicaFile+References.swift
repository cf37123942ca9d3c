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
  /// - Complexity: O(log *n*) by the indexes of reference columns; sets of references are scanned.
  func referrers(to targets: [Int64], limit: Int? = nil) throws -> [Int64] {
    var found: [Int64] = []
    for table in catalog.ordered where table.kind.id.replica != .builtIn {
      for column in table.columns where column.definition.type == .reference {
        for target in targets {
          try referrers(to: target, in: column, of: table) { found.append($0) }
          if let limit, found.count >= limit { return Array(found.prefix(limit)) }
        }
      }
    }
    return found
  }

  private func referrers(
    to target: Int64, in column: Column, of table: KindTable, _ body: (Int64) -> Void
  ) throws {
    let name = KindTable.quoted(column.name)
    let statement: Statement
    if column.shape.container == .register {
      statement = try connection.statement("SELECT id FROM \(table.quotedName) WHERE \(name)=?")
      statement.bind(1, target)
    } else {
      guard let reference = reference(target) else { return }
      statement = try connection.statement("SELECT id FROM \(table.quotedName) WHERE instr(\(name), ?)")
      statement.bind(1, "\"" + ColumnCodec.text(.reference(reference)) + "\"")
    }
    while try statement.step() { body(statement.integer(0)) }
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
        let id = column.definition.id
        let name = KindTable.quoted("quan_reference_\(id.replica)_\(id.counter)")
        try connection.execute(
          """
          CREATE INDEX IF NOT EXISTS \(name) ON \(table.quotedName) (\(KindTable.quoted(column.name)))
          """)
      }
    }
  }
}
