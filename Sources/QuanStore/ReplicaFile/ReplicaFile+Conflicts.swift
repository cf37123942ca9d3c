import QuanCore
import QuanFormat

extension ReplicaFile {
  /// The field under which a conflict about the whole record is kept.
  static let wholeRecord = Dot.builtIn(0)

  // MARK: Keeping

  /// Makes `quan_conflict` say what is in conflict about a record.
  func refreshConflicts(of state: RecordState, at local: LocalDot, scope: ScopeID, table: KindTable?) throws {
    let members = try members(of: local.rowID)
    guard members.count == 1 else { return try refreshConflicts(of: members) }
    try clearConflicts(of: local)
    if let table { try putConflicts(of: state, at: local, scope: scope, table: table) }
  }

  /// Takes away what is in conflict about a record.
  func clearConflicts(of local: LocalDot) throws {
    let clear = try connection.statement("DELETE FROM quan_conflict WHERE record=? AND class<>'schema'")
    clear.bind(1, local.rowID)
    try clear.run()
  }

  /// Lists what is in conflict about a record, or about the record that several are.
  func putConflicts(of state: RecordState, at local: LocalDot, scope: ScopeID, table: KindTable) throws {
    for field in state.fields.values where field.sides.count > 1 {
      guard let position = table.position[field.key.whole] else { continue }
      let definition = table.columns[position].definition
      // An element that a garbled operation wrote without there being one is not part of its list.
      guard field.key.item == nil || isInList(field.key, state) else { continue }
      try refreshConflict(of: definition, field.key, in: state, at: local, scope: scope, hadOne: false)
    }
    if state.presence == .disputed {
      try put(dispute(over: state, scope: scope), field: Self.wholeRecord, at: local)
    }
  }

  private func isInList(_ key: FieldKey, _ state: RecordState) -> Bool {
    guard case .element(let element)? = key.item else { return true }
    return state.lists[key.whole]?.placements[element] != nil
  }

  /// Makes `quan_conflict` say whether one field, or an item of one, is in conflict; returns the conflict.
  @discardableResult
  func refreshConflict(
    of definition: FieldDefinition, _ key: FieldKey, in state: RecordState, at local: LocalDot, scope: ScopeID,
    hadOne: Bool
  ) throws -> Conflict? {
    let decision = shown(definition, key, in: state)
    guard decision.outcome == .asked || decision.outcome == .disputed, let field = state.fields[key] else {
      if hadOne { try remove(field: definition.id, at: local) }
      return nil
    }
    let sides = field.sides
    let conflict = Conflict(
      record: state.id, scope: scope, kind: state.kind, field: definition.id, item: key.item,
      class: decision.outcome == .disputed ? .dispute : .value,
      base: try base(of: sides, in: field, record: local), sides: try describe(sides, scope))
    try put(conflict, field: definition.id, at: local)
    return conflict
  }

  /// Sides with who wrote each and when.
  func describe(_ sides: [Side], _ scope: ScopeID) throws -> [Conflict.Side] {
    try sides.map { side in
      let entries = try side.entries.map { (dot: $0.origin ?? $0.id.dot, stamp: try stamp(of: $0, scope)) }
      let latest = entries.max { ($0.stamp.time, $0.dot) < ($1.stamp.time, $1.dot) } ?? entries[0]
      return Conflict.Side(value: side.value, dot: latest.dot, stamp: latest.stamp, alike: entries.map(\.stamp))
    }
  }

  /// Who wrote an entry and when; for a value brought back, who wrote it first.
  func stamp(of entry: Entry, _ scope: ScopeID) throws -> Stamp {
    if let origin = entry.origin { return try stamp(of: origin, in: scope) ?? entry.stamp }
    return entry.stamp == Self.unread ? try stamp(of: entry.id.dot, in: scope) ?? entry.stamp : entry.stamp
  }

  /// The values that the sides started from.
  private func base(of sides: [Side], in field: FieldState, record: LocalDot) throws -> [Value] {
    if case .known(let values) = Base.find(sides: sides, writes: field.writes) { return values }
    // A write on the way is no longer remembered in the row: the log has them all.
    let writes = try members(of: record.rowID).flatMap { try self.writes(on: field.key, of: LocalDot(rowID: $0)) }
    guard case .known(let values) = Base.find(sides: sides, writes: writes) else { return [] }
    return values
  }

  private func dispute(over state: RecordState, scope: ScopeID) throws -> Conflict {
    let deletes = try state.deletes.values.sorted { $0.dot < $1.dot }.map { delete in
      try firstDelete(delete.context, of: state.id, in: scope) ?? (dot: delete.dot, stamp: delete.stamp)
    }
    let deleted = deletes.max { ($0.stamp.time, $0.dot) < ($1.stamp.time, $1.dot) }
    let edits = try edits(of: state, scope).map { (dot: $0, stamp: try stamp(of: $0, in: scope) ?? Self.unread) }
    let edited = edits.max { ($0.stamp.time, $0.dot) < ($1.stamp.time, $1.dot) }
    var sides: [Conflict.Side] = []
    if let deleted {
      sides.append(
        Conflict.Side(
          value: nil, event: "deleted", dot: deleted.dot, stamp: deleted.stamp, alike: deletes.map(\.stamp)))
    }
    if let edited {
      sides.append(
        Conflict.Side(value: nil, event: "edited", dot: edited.dot, stamp: edited.stamp, alike: edits.map(\.stamp)))
    }
    return Conflict(
      record: state.id, scope: scope, kind: state.kind, field: nil, class: .deletedAndEdited, base: [], sides: sides)
  }

  /// The last thing that each replica did on a record and no standing delete had seen; that one brought it back counts
  /// only where nobody has done anything else.
  private func edits(of state: RecordState, _ scope: ScopeID) throws -> [Dot] {
    func isRestore(_ dot: Dot) throws -> Bool {
      if case .restore? = try operation(dot, in: scope)?.operation.body { true } else { false }
    }
    let last = state.uncovered
    let restores = try last.filter { try isRestore($0) }
    guard !restores.isEmpty else { return last }
    // Who brought it back may have worked on it before.
    var edits = last.filter { !restores.contains($0) }
    let replicas = Set(restores.map(\.replica))
    var earlier: [ReplicaID: Dot] = [:]
    for item in try operations(onAllOf: try local(state.id, in: scope)) where replicas.contains(item.dot.replica) {
      let isCovered = state.deletes.values.contains { ($0.context[item.dot.replica] ?? 0) >= item.dot.counter }
      switch item.operation.body {
      case .delete, .restore: continue
      default: if !isCovered { earlier[item.dot.replica] = max(item.dot, earlier[item.dot.replica] ?? item.dot) }
      }
    }
    edits += earlier.values
    return edits.isEmpty ? last : edits.sorted()
  }

  /// The delete that one which has seen this brings back, if it does: what a delete has seen else names no delete.
  func firstDelete(
    _ seen: [ReplicaID: UInt64], of record: RecordID, in scope: ScopeID
  ) throws -> (dot: Dot, stamp: Stamp)? {
    for (replica, counter) in seen.sorted(by: { $0.key < $1.key }) {
      let dot = Dot(replica, counter)
      guard dot != record, let found = try operation(dot, in: scope), case .delete = found.operation.body else {
        continue
      }
      return (dot, found.stamp)
    }
    return nil
  }

  /// Lists the codes that several definitions claim.
  func refreshSchemaConflicts() throws {
    try connection.statement("DELETE FROM quan_conflict WHERE class='schema'").run()
    for clash in catalog.schema.clashes {
      let definitions = clash.definitions.filter { $0.replica != .builtIn }
      guard let first = definitions.first, let local = streams.local(first, in: .shared) else { continue }
      let sides = try definitions.map { dot in
        let stamp = try stamp(of: dot, in: .shared) ?? Self.unread
        return Conflict.Side(value: .text(clash.code), event: dot.description, dot: dot, stamp: stamp, alike: [stamp])
      }
      let kind = clash.kind == nil ? BuiltIn.kindKind : BuiltIn.fieldKind
      let conflict = Conflict(
        record: first, scope: .shared, kind: kind, field: BuiltIn.code, class: .schema, base: [], sides: sides)
      try put(conflict, field: Self.wholeRecord, at: local)
    }
  }

  private func put(_ conflict: Conflict, field: FieldID, at local: LocalDot) throws {
    let statement = try connection.statement("INSERT OR REPLACE INTO quan_conflict VALUES (?,?,?,?,?,?)")
    statement.bind(1, local.rowID)
    statement.bind(2, bits: field.replica.rawValue)
    statement.bind(3, bits: field.counter)
    statement.bind(4, ConflictCodec.bytes(of: conflict.item))
    statement.bind(5, conflict.class.rawValue)
    statement.bind(6, ConflictCodec.encode(conflict))
    try statement.run()
  }

  private func remove(field: FieldID, at local: LocalDot) throws {
    let statement = try connection.statement(
      "DELETE FROM quan_conflict WHERE record=? AND field_replica=? AND field_counter=?")
    statement.bind(1, local.rowID)
    statement.bind(2, bits: field.replica.rawValue)
    statement.bind(3, bits: field.counter)
    try statement.run()
  }

  // MARK: Listing

  /// The open conflicts of one record or of all, in the order of the file.
  func conflicts(of local: LocalDot?, limit: Int?, offset: Int = 0) throws -> [Conflict] {
    let condition = local == nil ? conditionOfHolding : " WHERE record=?"
    let statement = try connection.statement(
      """
      SELECT content FROM quan_conflict\(condition) ORDER BY record, field_replica, field_counter, item LIMIT ? OFFSET ?
      """)
    if let local { statement.bind(1, local.rowID) }
    statement.bind(local == nil ? 1 : 2, Int64(limit ?? -1))
    statement.bind(local == nil ? 2 : 3, Int64(offset))
    var conflicts: [Conflict] = []
    while try statement.step() { conflicts.append(try ConflictCodec.decode(statement.blob(0))) }
    return conflicts
  }

  /// What leaves out the conflicts about records that have been handed over: they are settled where these went.
  private var conditionOfHolding: String {
    hasHandovers ? " WHERE record NOT IN (SELECT record FROM quan_handover)" : ""
  }

  /// How many conflicts are open.
  func conflictCount() throws -> Int {
    let statement = try connection.statement("SELECT count(*) FROM quan_conflict\(conditionOfHolding)")
    defer { statement.reset() }
    return try statement.step() ? Int(statement.integer(0)) : 0
  }
}
