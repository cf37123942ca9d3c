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
  mutating func noteCreated(_ record: RecordID, kind: KindID) {
    if kind.replica != .builtIn { tally.report.createdRecords.append(record) }
    noteSchema(kind)
  }

  private mutating func create(_ kind: KindID, _ fields: [InitialField], _ arrival: Arrival) throws {
    let local = LocalDot(stream: arrival.index, counter: arrival.dot.counter)
    noteCreated(arrival.dot, kind: kind)
    if let table = file.catalog.tables[kind], try insert(fields, at: local, into: table) { return }
    let state = RecordState(creating: arrival.dot, kind: kind, fields: fields, stamp: arrival.stamp)
    try file.save(state, at: local, replacing: .none)
  }

  /// Inserts a new record as a row without a blob, if its columns can say it all.
  private func insert(_ fields: [InitialField], at local: LocalDot, into table: KindTable) throws -> Bool {
    var positions: [Int] = []
    positions.reserveCapacity(fields.count)
    for field in fields {
      // Maps go through their state: several initial fields make one column.
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
      let position = table.position[key], let (id, _) = file.streams.dot(local)
    else { return false }
    let column = table.columns[position]
    let selection = try file.connection.statement(column.fieldSelection)
    selection.bind(1, local.rowID)
    guard try selection.step() else { return false }
    var state = try file.stateWithoutColumns(selection.isNull(0) ? nil : selection.blob(0), id: id, kind: kind)
    if !state.holds(key) { try ReplicaFile.start(column, of: &state, from: selection, at: 1, file.columnCodec) }
    selection.reset()
    guard state.deletes.isEmpty else { return false }

    let had = (state.fields[key]?.sides.count ?? 0) > 1
    let parallel = isParallel(state, arrival)
    state.apply(
      .write(field: key, values: write.values, overwrites: write.overwrites), dot: write.dot, stamp: write.stamp)
    state.fields[key]?.forget(keeping: Self.rememberedWrites)
    let implicit = file.implicitFields(of: state, table)
    let blob = try file.stateCodec.encode(state, scope: arrival.scope) { implicit.contains($0.whole) }
    let decision = file.shown(column.definition, in: state)
    let update = try file.connection.statement(column.fieldUpdate)
    try file.columnCodec.bind(decision.shown, of: column.shape, to: update, at: 1)
    if let blob { update.bind(2, blob) } else { update.bindNull(2) }
    update.bind(3, local.rowID)
    try update.run()

    noteSchema(kind)
    let conflict = try file.refreshConflict(
      of: column.definition, key, in: state, at: local, scope: arrival.scope, hadOne: had)
    let place = MergeTally.Place(record: id, field: key.id)
    tally.note(conflict, at: place, had: had)
    if isMerge {
      tally.report.recordsChanged.insert(id)
      tally.notice(state, column.definition, key, decision, parallel: parallel && conflict == nil, arrival.stamp)
    }
    return true
  }

  /// Applies an operation by reading and writing the whole record.
  private mutating func applyWhole(_ body: Operation.Body, to local: LocalDot, _ arrival: Arrival) throws {
    // A record that its author's past does not create: the operation contributes nothing, here and everywhere.
    guard var stored = try file.load(local) else { return }
    let before = try file.conflicts(of: local, limit: nil)
    let parallel = isParallel(stored.state, arrival)
    stored.state.apply(body, dot: arrival.dot, stamp: arrival.stamp)
    for key in stored.state.fields.keys { stored.state.fields[key]?.forget(keeping: Self.rememberedWrites) }
    try file.save(stored.state, at: local, replacing: stored.place)
    noteSchema(stored.state.kind)
    let after = try file.conflicts(of: local, limit: nil)
    let id = stored.state.id
    func place(_ conflict: Conflict) -> MergeTally.Place {
      MergeTally.Place(record: id, field: conflict.field, item: conflict.item)
    }
    let placesBefore = Set(before.map(place))
    let placesAfter = Set(after.map(place))
    for conflict in after { tally.note(conflict, at: place(conflict), had: placesBefore.contains(place(conflict))) }
    for place in placesBefore.subtracting(placesAfter) { tally.note(nil, at: place, had: true) }
    guard isMerge else { return }
    tally.report.recordsChanged.insert(id)
    try notice(body, stored.state, parallel: parallel && after.isEmpty, arrival)
  }

  /// Notes what an operation did that needs no decision.
  private mutating func notice(
    _ body: Operation.Body, _ state: RecordState, parallel: Bool, _ arrival: Arrival
  ) throws {
    switch body {
    case .write(let key, _, _):
      guard let table = file.catalog.tables[state.kind], let position = table.position[key.whole] else { return }
      let definition = table.columns[position].definition
      tally.notice(
        state, definition, key, file.shown(definition, key, in: state), parallel: parallel, arrival.stamp)
    case .move(let list, let element, _, _):
      let places = state.lists[list]?.standing[element] ?? []
      guard places.count > 1 else { return }
      let people = try places.map { try file.stamp(of: $0.dot, in: arrival.scope) ?? arrival.stamp }
      tally.add(.moved, state, FieldKey(list.id, element: element), people)
    case .create, .insert, .increment, .delete, .restore: return
    }
  }

  /// Whether somebody else worked on the record at once: an operation on it that the arriving one's author had not seen.
  private func isParallel(_ state: RecordState, _ arrival: Arrival) -> Bool {
    guard isMerge else { return false }
    return state.seen.contains { replica, counter in
      guard replica != arrival.dot.replica,
        let index = file.streams.index(name: replica, scope: arrival.scope)
      else { return false }
      return (arrival.context[index]?.counter ?? 0) < counter
    }
  }

  private mutating func noteSchema(_ kind: KindID) {
    guard BuiltIn.isDefinition(kind) else { return }
    file.schemaIsStale = true
    tally.report.isSweeping = true
  }
}
