import QuanCore

/// Takes changes into the tables, one after another in a causal order, and notes what that did.
///
/// Local and received changes go through here alike: a row is always what this makes of its operations.
struct Applier {
  let file: ReplicaFile
  /// Whether the changes come from elsewhere, so that notices are due.
  let isMerge: Bool
  var tally = MergeTally()

  /// How many writes a field remembers in its row for finding bases; the log has the others.
  static let rememberedWrites = 24

  init(_ file: ReplicaFile, isMerge: Bool) {
    self.file = file
    self.isMerge = isMerge
  }

  /// Where an operation comes from.
  struct Arrival {
    /// Its stream's row.
    let index: Int
    let scope: ScopeID
    let dot: Dot
    let stamp: Stamp
    /// What its author had seen: other streams' rows to counters.
    let context: [Int: Contexts.Place]
  }

  /// Takes in a change, whose dots are resolved, as the next of stream row `index`.
  mutating func apply(_ change: Change, to index: Int) throws {
    try see(change.dependencies, by: index)
    let row = file.streams.rows[index]
    let context = isMerge ? try file.contexts.seen(by: index, file.connection) : [:]
    let stamp = Stamp(author: change.author, time: change.time)
    for (position, operation) in change.operations.enumerated() {
      let dot = Dot(row.name, change.firstCounter + UInt64(position))
      let arrival = Arrival(index: index, scope: row.id.scope, dot: dot, stamp: stamp, context: context)
      try apply(operation, arrival)
    }
    tally.report.changesApplied += 1
    tally.report.operationsApplied += change.operations.count
  }

  /// Notes what the author of a stream had newly seen.
  mutating func see(_ dependencies: [Dependency], by index: Int) throws {
    guard !dependencies.isEmpty else { return }
    var places: [Int: Contexts.Place] = [:]
    for dependency in dependencies {
      guard let row = try file.row(at: dependency) else { continue }
      places[row.index] = Contexts.Place(
        number: dependency.tip.number, counter: try file.counter(at: dependency.tip.number, in: row))
    }
    try file.contexts.see(places, by: index, file.connection)
  }

  /// Takes in one operation.
  mutating func apply(_ operation: Operation, _ arrival: Arrival) throws {
    guard arrival.dot.counter < LocalDot.counterLimit else {
      throw StoreError(.overLimit, "an operation's counter is above \(LocalDot.counterLimit)")
    }
    if case .create(let kind, let fields) = operation.body {
      try create(kind, fields, arrival)
      return
    }
    guard let local = file.streams.local(operation.record, in: arrival.scope) else { return }
    if case .write(let key, let values, let overwrites) = operation.body {
      let write = Write(dot: arrival.dot, stamp: arrival.stamp, values: values, overwrites: overwrites)
      if try applyAlone(write, to: key, of: local, arrival) { return }
    }
    try applyWhole(operation.body, to: local, arrival)
  }

  // MARK: Creating

  /// Notes that a record has been created without going through ``apply(_:_:)``.
  mutating func noteCreated(_ record: RecordID, kind: KindID, at local: LocalDot) {
    file.touched.create(local, kind: kind)
    if kind.replica != .builtIn { tally.report.createdRecords.append(record) }
    noteSchema(kind)
  }

  private mutating func create(_ kind: KindID, _ fields: [InitialField], _ arrival: Arrival) throws {
    let local = LocalDot(stream: arrival.index, counter: arrival.dot.counter)
    noteCreated(arrival.dot, kind: kind, at: local)
    var isStored = false
    if let table = file.catalog.tables[kind] { isStored = try insert(fields, at: local, into: table) }
    if !isStored {
      let state = RecordState(creating: arrival.dot, kind: kind, fields: fields, stamp: arrival.stamp)
      try file.save(state, at: local, replacing: .none)
    }
    if kind == BuiltIn.sameKind { try regroup(by: local) }
  }

  /// Inserts a new record as a row without a blob, if its columns can say it all.
  private func insert(_ fields: [InitialField], at local: LocalDot, into table: KindTable) throws -> Bool {
    var positions: [Int] = []
    positions.reserveCapacity(fields.count)
    for field in fields {
      guard let position = table.keys.firstIndex(of: field.key),
        ColumnCodec.canHold(field.values, of: table.shapes[position])
      else {
        return false
      }
      positions.append(position)
    }
    let statement = try file.connection.statement(table.insertion)
    statement.bind(1, local.rowID)
    for index in 0...table.columns.count { statement.bindNull(Int32(index + 2)) }
    let codec = file.columnCodec
    for (field, position) in zip(fields, positions) {
      try codec.bind(field.values, of: table.shapes[position], to: statement, at: Int32(position + 3))
    }
    try statement.run()
    return true
  }

  // MARK: Changing

  /// Applies a write by reading and writing only its column and the blob, where that is enough.
  private mutating func applyAlone(
    _ write: Write, to key: FieldKey, of local: LocalDot, _ arrival: Arrival
  ) throws -> Bool {
    guard let kind = file.catalog.kindOfField[key.id], let table = file.catalog.tables[kind], !table.hasLinkedRules,
      kind != BuiltIn.sameKind, try !file.isJoined(local), let position = table.position[key],
      let (id, _) = file.streams.dot(local)
    else { return false }
    let column = table.columns[position]
    let selection = try file.connection.statement(column.fieldSelection)
    selection.bind(1, local.rowID)
    guard try selection.step() else { return false }
    var state = try file.stateWithoutColumns(selection.isNull(0) ? nil : selection.blob(0), id: id, kind: kind)
    if state.fields[key] == nil,
      let values = try file.columnCodec.values(of: column.shape, from: selection, at: 1)
    {
      state.fields[key] = ReplicaFile.initial(key, values, id)
    }
    selection.reset()
    guard state.deletes.isEmpty else { return false }

    let had = (state.fields[key]?.sides.count ?? 0) > 1
    let other = unseen(in: state, by: arrival)
    state.apply(
      .write(field: key, values: write.values, overwrites: write.overwrites), dot: write.dot, stamp: write.stamp)
    state.fields[key]?.forget(keeping: Self.rememberedWrites)
    let blob = try file.stateCodec.encode(state, scope: arrival.scope) { file.isImplicit($0, table, id) }
    let decision = file.shown(column.definition, in: state)
    let update = try file.connection.statement(column.fieldUpdate)
    try file.columnCodec.bind(decision.shown, of: column.shape, to: update, at: 1)
    if let blob { update.bind(2, blob) } else { update.bindNull(2) }
    update.bind(3, local.rowID)
    try update.run()

    noteSchema(kind)
    file.touched.write(local, kind: kind, key.id)
    let conflict = try file.refreshConflict(
      of: column.definition, in: state, at: local, scope: arrival.scope, hadOne: had)
    let place = MergeTally.Place(record: id, scope: arrival.scope, kind: kind, field: key.id)
    tally.note(conflict, at: place, had: had)
    if isMerge {
      tally.report.recordsChanged.insert(id)
      try notice(state, column.definition, decision, besides: conflict == nil ? other : nil, arrival)
    }
    return true
  }

  /// Applies an operation by reading and writing the whole record.
  private mutating func applyWhole(_ body: Operation.Body, to local: LocalDot, _ arrival: Arrival) throws {
    // A record that its author's past does not create: the operation contributes nothing, here and everywhere.
    guard var stored = try file.load(local) else { return }
    let standing = try file.representative(of: local)
    let before = try file.conflicts(of: standing, limit: nil)
    let other = unseen(in: stored.state, by: arrival)
    let presence = stored.state.presence
    stored.state.apply(body, dot: arrival.dot, stamp: arrival.stamp)
    for key in stored.state.fields.keys { stored.state.fields[key]?.forget(keeping: Self.rememberedWrites) }
    try file.save(stored.state, at: local, replacing: stored.place)
    noteSchema(stored.state.kind)
    note(body, on: local, stored.state.kind)
    // A write that a delete had not seen brings the record back, for those who refer to it too.
    if stored.state.presence != presence { file.touched.change(local, kind: stored.state.kind) }
    if stored.state.kind == BuiltIn.sameKind { try regroup(by: local) }
    let after = try file.conflicts(of: standing, limit: nil)
    let id = stored.state.id
    note(after, insteadOf: before)
    guard isMerge else { return }
    tally.report.recordsChanged.insert(id)
    if case .write(let key, _, _) = body, let table = file.catalog.tables[stored.state.kind],
      let position = table.position[key]
    {
      let definition = table.columns[position].definition
      try notice(
        stored.state, definition, file.shown(definition, in: stored.state), besides: after.isEmpty ? other : nil,
        arrival)
    }
  }

  /// Follows what an operation did to an edge.
  private mutating func regroup(by edge: LocalDot) throws {
    let conflicts = try file.refreshEdge(edge)
    note(conflicts.after, insteadOf: conflicts.before)
  }

  /// Notes which conflicts stand and which stood; a field's conflict may have gone from one joined record to another.
  private mutating func note(_ after: [Conflict], insteadOf before: [Conflict]) {
    for conflict in before {
      guard let standing = after.first(where: { $0.field == conflict.field }) else {
        tally.note(nil, at: MergeTally.Place(conflict), had: true)
        continue
      }
      if !after.contains(where: { $0.field == conflict.field && $0.record == conflict.record }) {
        tally.rename(MergeTally.Place(conflict), to: MergeTally.Place(standing), standing)
      }
    }
    for conflict in after {
      tally.note(conflict, at: MergeTally.Place(conflict), had: before.contains { $0.field == conflict.field })
    }
  }

  /// Notes what an operation touched.
  private func note(_ body: Operation.Body, on local: LocalDot, _ kind: KindID) {
    switch body {
    case .write(let key, _, _), .increment(let key, _): file.touched.write(local, kind: kind, key.id)
    case .delete, .restore: file.touched.change(local, kind: kind)
    case .create: return
    }
  }

  /// The last operation on the record of somebody else who worked on it at once: one that the arriving one's author had
  /// not seen.
  private func unseen(in state: RecordState, by arrival: Arrival) -> Dot? {
    guard isMerge else { return nil }
    return state.seen.filter { replica, counter in
      guard replica != arrival.dot.replica,
        let index = file.streams.index(name: replica, scope: arrival.scope)
      else { return false }
      return (arrival.context[index]?.counter ?? 0) < counter
    }.map { Dot($0.key, $0.value) }.max()
  }

  /// Notes what the merge did to a field that needs no decision.
  ///
  /// - Parameter other: An operation of somebody else at once, when no conflict came of it.
  private mutating func notice(
    _ state: RecordState, _ definition: FieldDefinition, _ decision: Decision, besides other: Dot?, _ arrival: Arrival
  ) throws {
    guard let field = state.fields[definition.key] else { return }
    let isDecided = decision.outcome == .decided
    let isCleared = !isDecided && !field.clearings.isEmpty && !field.sides.isEmpty
    let place = MergeTally.Place(record: state.id, scope: arrival.scope, kind: state.kind, field: definition.id)
    let isDue = isDecided || isCleared || (other != nil && decision.outcome == .agreed)
    let file = file
    try tally.notice(at: place, isDue: isDue) {
      func notice(
        _ class: NoticeClass, _ people: [Stamp], rule: String = "", base: [Value] = [], sides: [Conflict.Side] = []
      ) -> MergeReport.Notice {
        MergeReport.Notice(
          record: state.id, scope: arrival.scope, kind: state.kind, field: definition.id, class: `class`,
          people: people, rule: rule, shown: decision.shown, base: base, sides: sides)
      }
      if isDecided {
        // What the record no longer remembers is not worth a walk through the log here: history tells it.
        var base: [Value] = []
        if case .known(let values) = Base.find(sides: field.sides, writes: field.writes) { base = values }
        return notice(
          .decidedByRule, try field.entries.map { try file.stamp(of: $0, arrival.scope) }, rule: definition.rule.text,
          base: base, sides: try file.describe(field.sides, arrival.scope))
      }
      if isCleared { return notice(.cleared, field.clearings.map(\.stamp)) }
      let beside = try other.flatMap { try file.stamp(of: $0, in: arrival.scope) }
      return notice(.parallelUpdate, [arrival.stamp] + (beside.map { [$0] } ?? []))
    }
  }

  private mutating func noteSchema(_ kind: KindID) {
    guard BuiltIn.isDefinition(kind) else { return }
    file.schemaIsStale = true
    tally.report.isSweeping = true
  }
}
