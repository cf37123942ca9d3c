import QuanCore

/// Takes changes into the tables, one after another in a causal order, and notes what that did.
///
/// Local and received changes go through here alike: a row is always what this makes of its operations.
struct Applier {
  let file: ReplicaFile
  /// Whether the changes come from elsewhere, so that notices are due.
  let isMerge: Bool
  var tally = MergeTally()
  /// The record whose operations are being taken in, not written yet; see ``finish()``.
  private var held: Held?
  /// The record of the last edit of a text; runs of edits are on one.
  private var edited: RecordID?

  /// How many writes a field remembers in its row for finding bases; the log has the others.
  static let rememberedWrites = 24

  init(_ file: ReplicaFile, isMerge: Bool) {
    self.file = file
    self.isMerge = isMerge
    if isMerge { file.texts = TextWork(isWatched: true) }
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
    try finish()
    tally.report.changesApplied += 1
    tally.report.operationsApplied += change.operations.count
  }

  /// Notes what the author of a stream had newly seen.
  mutating func see(_ dependencies: some Collection<Dependency>, by index: Int) throws {
    for dependency in dependencies {
      guard let row = try file.row(at: dependency) else { continue }
      let place = Contexts.Place(
        number: dependency.tip.number, counter: try file.counter(at: dependency.tip.number, in: row))
      try file.contexts.see(place, of: row.index, by: index, file.connection)
    }
  }

  /// Takes in one operation.
  ///
  /// Its record may be written only by ``finish()``, or when an operation on another one comes.
  mutating func apply(_ operation: Operation, _ arrival: Arrival) throws {
    guard arrival.dot.counter < LocalDot.counterLimit else {
      throw StoreError(.overLimit, "an operation's counter is above \(LocalDot.counterLimit)")
    }
    if case .create(let kind, let fields) = operation.body {
      try create(kind, fields, arrival)
      return
    }
    guard let local = file.streams.local(operation.record, in: arrival.scope) else { return }
    if case .edit(let key, let edit) = operation.body {
      try finish()
      try file.take(edit, arrival.dot, arrival.stamp, at: TextPlace(record: local, key: key))
      if isMerge, edited != operation.record {
        tally.report.recordsChanged.insert(operation.record)
        edited = operation.record
      }
      return
    }
    if held?.local != local { try finish() }
    if held == nil, case .write(let key, let values, let overwrites) = operation.body {
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
    if BuiltIn.isEdge(kind) { try finish() }
    var isStored = false
    if let table = file.catalog.tables[kind] { isStored = try insert(fields, at: local, into: table) }
    if !isStored {
      let state = RecordState(creating: arrival.dot, kind: kind, fields: fields, stamp: arrival.stamp)
      try file.save(state, at: local, replacing: .none)
    }
    if BuiltIn.isEdge(kind) { try regroup(by: local, arrival) }
  }

  /// Inserts a new record as a row without a blob, if its columns can say it all.
  private func insert(_ fields: [InitialField], at local: LocalDot, into table: KindTable) throws -> Bool {
    var positions: [Int] = []
    positions.reserveCapacity(fields.count)
    let order = table.order
    var next = 0
    let fields = fields.span
    for index in fields.indices {
      let key = fields[index].key
      // Fields ascend on both sides. Those that do not, or that the schema lacks, are for the state to sort out.
      while next < order.count && order[next].field < key.id { next += 1 }
      guard next < order.count, order[next].field == key.id else { return false }
      let position = order[next].place
      // Maps go through their state: several initial fields make one column.
      guard key.item == nil, key.container == table.shapes[position].container,
        ColumnCodec.canHold(fields[index].values, of: table.shapes[position])
      else { return false }
      positions.append(position)
      next += 1
    }
    let statement = try file.connection.statement(table.insertion)
    statement.bind(1, local.rowID)
    for index in 0...table.columns.count { statement.bindNull(Int32(index + 2)) }
    let codec = file.columnCodec
    for index in fields.indices {
      let position = positions[index]
      try codec.bind(fields[index].values, of: table.shapes[position], to: statement, at: Int32(position + 3))
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
      !BuiltIn.isEdge(kind), try !file.isJoined(local), let position = table.position[key],
      let (id, _) = file.streams.dot(local)
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
    let other = unseen(in: state, by: arrival)
    let former = try file.targets(of: column.definition, in: state)
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
    file.touched.write(local, kind: kind, key.id, formerTargets: former)
    let conflict = try file.refreshConflict(
      of: column.definition, key, in: state, at: local, scope: arrival.scope, hadOne: had)
    let place = MergeTally.Place(record: id, scope: arrival.scope, kind: kind, field: key.id)
    tally.note(conflict, at: place, had: had)
    if isMerge {
      tally.report.recordsChanged.insert(id)
      try notice(state, column.definition, key, decision, besides: conflict == nil ? other : nil, arrival)
    }
    return true
  }

  // MARK: Holding

  /// A record that operations are being applied to: a run of them reads and writes it once.
  private struct Held {
    let local: LocalDot
    var stored: ReplicaFile.Stored
    /// Whether it was there, and what was in conflict about it, before them.
    let presence: Presence
    let before: [Conflict]
    /// What came from elsewhere, for notices.
    var deeds: [Deed] = []
  }

  /// An operation that was applied, and the last one of somebody else that its author had not seen.
  private struct Deed {
    let body: Operation.Body
    let arrival: Arrival
    let other: Dot?

    var isMove: Bool { if case .move = body { true } else { false } }
  }

  /// Applies an operation by reading and writing the whole record.
  private mutating func applyWhole(_ body: Operation.Body, to local: LocalDot, _ arrival: Arrival) throws {
    if held == nil {
      // A record that its author's past does not create: the operation contributes nothing, here and everywhere.
      guard let stored = try file.load(local) else { return }
      held = Held(
        local: local, stored: stored, presence: stored.state.presence,
        before: try file.conflicts(of: try file.representative(of: local), limit: nil))
    }
    if isMerge {
      let other = held.flatMap { unseen(in: $0.stored.state, by: arrival) }
      held?.deeds.append(Deed(body: body, arrival: arrival, other: other))
    }
    if let state = held?.stored.state {
      note(body, on: local, state.kind, try formerTargets(of: body, in: state))
    }
    held?.stored.state.apply(body, dot: arrival.dot, stamp: arrival.stamp)
    if case .write(let key, _, _) = body { held?.stored.state.fields[key]?.forget(keeping: Self.rememberedWrites) }
  }

  /// Writes what has been taken in, and notes what that did; due before anybody else reads.
  mutating func finish() throws {
    guard let held else { return }
    self.held = nil
    let state = held.stored.state
    try file.save(state, at: held.local, replacing: held.stored.place)
    noteSchema(state.kind)
    // A write that a delete had not seen brings the record back, for those who refer to it too.
    if state.presence != held.presence { file.touched.change(held.local, kind: state.kind) }
    if BuiltIn.isEdge(state.kind) { try regroup(by: held.local, held.deeds.last?.arrival) }
    let after = try file.conflicts(of: try file.representative(of: held.local), limit: nil)
    note(after, insteadOf: held.before)
    guard isMerge else { return }
    tally.report.recordsChanged.insert(state.id)
    let standing = held.deeds.contains { $0.isMove } ? state.lists.mapValues(\.standing) : [:]
    for deed in held.deeds { try notice(deed, state, standing, isSettled: after.isEmpty) }
  }

  /// Notes what an operation did that needs no decision.
  ///
  /// - Parameter standing: Where the elements of the record's lists are.
  private mutating func notice(
    _ deed: Deed, _ state: RecordState, _ standing: [FieldKey: [EntryID: [EntryID]]], isSettled: Bool
  ) throws {
    switch deed.body {
    case .write(let key, _, _):
      guard let table = file.catalog.tables[state.kind], let position = table.position[key.whole] else { return }
      let definition = table.columns[position].definition
      try notice(
        state, definition, key, file.shown(definition, key, in: state), besides: isSettled ? deed.other : nil,
        deed.arrival)
    case .move(let list, let element, _, _):
      try noticeMoved(
        element, of: list, in: state, at: standing[list]?[element] ?? [], besides: isSettled ? deed.other : nil,
        deed.arrival)
    case .insert(let list, _, _):
      guard let other = deed.other, isSettled else { return }
      let place = MergeTally.Place(record: state.id, scope: deed.arrival.scope, kind: state.kind, field: list.id)
      let file = file
      try tally.notice(at: place, isOrder: true, isDue: true) {
        MergeReport.Notice(
          record: state.id, scope: deed.arrival.scope, kind: state.kind, field: list.id, class: .parallelUpdate,
          people: [deed.arrival.stamp] + (try file.stamp(of: other, in: deed.arrival.scope).map { [$0] } ?? []))
      }
    case .create, .edit, .increment, .delete, .restore: return
    }
  }

  /// Takes in the edits of texts that wait, and notes which conflicts came and went; due before the report.
  mutating func finishTexts() throws {
    try finish()
    for local in file.texts.records {
      let representative = try file.representative(of: local)
      let before = try file.conflicts(of: representative, limit: nil)
      try file.finishTexts(of: local)
      note(try file.conflicts(of: representative, limit: nil), insteadOf: before)
    }
    try noticePassages()
  }

  /// Notes the sentences of texts that several people changed at once.
  private mutating func noticePassages() throws {
    for (number, found) in file.texts.takePassages().enumerated() {
      guard let (record, scope) = file.streams.dot(found.place.record) else { continue }
      let kind = try file.kind(of: found.place.record, hint: file.catalog.kindOfField[found.place.key.id])
      let place = MergeTally.Place(record: record, scope: scope, kind: kind, field: found.place.key.id)
      let file = file
      try tally.notice(at: place, passage: number + 1, isDue: true) {
        let sides = try zip(found.passage.sides, found.last).map { side, last in
          Conflict.Side(
            value: .text(side.text), dot: last.dot,
            stamp: try last.stamp ?? file.stamp(of: last.dot, in: scope) ?? ReplicaFile.unread)
        }
        return MergeReport.Notice(
          record: record, scope: scope, kind: kind, field: found.place.key.id, class: .samePassage,
          people: sides.map(\.stamp), shown: [.text(found.passage.shown)], base: [.text(found.passage.base)],
          sides: sides)
      }
    }
  }

  /// Follows what an operation did to an edge; `arrival` is where it came from.
  private mutating func regroup(by edge: LocalDot, _ arrival: Arrival?) throws {
    let regrouping = try file.refreshEdge(edge)
    note(regrouping.after, insteadOf: regrouping.before)
    guard isMerge, let arrival, let (id, scope) = file.streams.dot(edge) else { return }
    for (rows, isJoined) in [(regrouping.separated, false), (regrouping.joined, true)] where !rows.isEmpty {
      // An edge says why records were joined, not why it was taken away.
      let reason = isJoined ? try file.record(edge)?["reason"]?.shown.first?.plainText : nil
      tally.note(
        MergeReport.Join(
          records: rows.compactMap { file.reference($0)?.record }, scope: scope, isJoined: isJoined, dot: arrival.dot,
          stamp: arrival.stamp, reason: reason ?? ""),
        by: id)
    }
  }

  /// Notes which conflicts stand and which stood; a field's conflict may have gone from one joined record to another.
  private mutating func note(_ after: [Conflict], insteadOf before: [Conflict]) {
    for conflict in before {
      guard let standing = after.first(where: { $0.isOver(conflict) }) else {
        tally.note(nil, at: MergeTally.Place(conflict), had: true)
        continue
      }
      if !after.contains(where: { $0.isOver(conflict) && $0.record == conflict.record }) {
        tally.rename(MergeTally.Place(conflict), to: MergeTally.Place(standing), standing)
      }
    }
    for conflict in after {
      tally.note(conflict, at: MergeTally.Place(conflict), had: before.contains { $0.isOver(conflict) })
    }
  }

  /// The records that a field referred to before a write.
  private func formerTargets(of body: Operation.Body, in state: RecordState) throws -> Set<Int64> {
    guard case .write(let key, _, _) = body, let field = file.catalog.schema.kind(state.kind)?.field(key.id) else {
      return []
    }
    return try file.targets(of: field, in: state)
  }

  /// Notes what an operation touched.
  private func note(_ body: Operation.Body, on local: LocalDot, _ kind: KindID, _ formerTargets: Set<Int64>) {
    switch body {
    case .write(let key, _, _), .edit(let key, _), .increment(let key, _):
      file.touched.write(local, kind: kind, key.id, formerTargets: formerTargets)
    case .insert(let list, _, _), .move(let list, _, _, _):
      file.touched.write(local, kind: kind, list.id, formerTargets: [])
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

  /// Notes that several people moved one element at once, or that one moved it while another worked on the record.
  private mutating func noticeMoved(
    _ element: EntryID, of list: FieldKey, in state: RecordState, at places: [EntryID], besides other: Dot?,
    _ arrival: Arrival
  ) throws {
    let key = FieldKey(list.id, element: element)
    let place = MergeTally.Place(
      record: state.id, scope: arrival.scope, kind: state.kind, field: list.id, item: key.item)
    let file = file
    let shown = state.fields[key]?.sides.map(\.value) ?? []
    try tally.notice(at: place, isOrder: true, isDue: places.count > 1 || other != nil) {
      guard places.count > 1 else {
        let beside = try other.flatMap { try file.stamp(of: $0, in: arrival.scope) }
        return MergeReport.Notice(
          record: state.id, scope: arrival.scope, kind: state.kind, field: list.id, item: key.item,
          class: .parallelUpdate, people: [arrival.stamp] + (beside.map { [$0] } ?? []), shown: shown)
      }
      return MergeReport.Notice(
        record: state.id, scope: arrival.scope, kind: state.kind, field: list.id, item: key.item, class: .moved,
        people: try places.map { try file.stamp(of: $0.dot, in: arrival.scope) ?? arrival.stamp }, shown: shown)
    }
  }

  /// Notes what the merge did to a field, or an item of one, that needs no decision.
  ///
  /// - Parameter other: An operation of somebody else at once, when no conflict came of it.
  private mutating func notice(
    _ state: RecordState, _ definition: FieldDefinition, _ key: FieldKey, _ decision: Decision, besides other: Dot?,
    _ arrival: Arrival
  ) throws {
    guard let field = state.fields[key] else { return }
    let isDecided = decision.outcome == .decided
    let isCleared = !isDecided && !field.clearings.isEmpty && !field.sides.isEmpty
    let place = MergeTally.Place(
      record: state.id, scope: arrival.scope, kind: state.kind, field: definition.id, item: key.item)
    let isDue = isDecided || isCleared || (other != nil && decision.outcome == .agreed)
    let file = file
    try tally.notice(at: place, isDue: isDue) {
      func notice(
        _ class: NoticeClass, _ people: [Stamp], rule: String = "", base: [Value] = [], sides: [Conflict.Side] = []
      ) -> MergeReport.Notice {
        MergeReport.Notice(
          record: state.id, scope: arrival.scope, kind: state.kind, field: definition.id, item: key.item,
          class: `class`, people: people, rule: rule, shown: decision.shown, base: base, sides: sides)
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

extension Conflict {
  /// Whether two conflicts are over the same field or item, though perhaps of another one of joined records.
  fileprivate func isOver(_ other: Conflict) -> Bool { field == other.field && item == other.item }
}
