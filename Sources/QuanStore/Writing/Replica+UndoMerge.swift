public import QuanCore

/// What undoing the settling of a merge's conflicts did.
public struct MergeUndoReport: Hashable, Sendable {
  /// The changes that were written, one a scope.
  public let changes: [ChangeID]
  /// Where conflicts are open again.
  public let reopened: [MergeReport.Place]
  /// What was left, because somebody has written there since it was settled.
  public let kept: [UndoReport.Kept]

  /// A report.
  public init(changes: [ChangeID], reopened: [MergeReport.Place], kept: [UndoReport.Kept]) {
    self.changes = changes
    self.reopened = reopened
    self.kept = kept
  }
}

extension Replica {
  /// Undoes what settled the conflicts of a merge, whoever did it.
  ///
  /// Those that the merge found, and those that it brought settled, are open again with their authors; what is still
  /// open, or was written to since, is left.
  ///
  /// - Parameters:
  ///   - merge: The merge as it was kept.
  ///   - author: Who writes; by default the person that the replica belongs to.
  ///   - dryRun: Gives the report and writes nothing.
  /// - Throws: ``StoreError`` with code `inUse`, `outOfSpace`, `readOnly`, `inputOutput`.
  /// - Complexity: O(*c* log *n*) in the conflicts; one that was about a whole record reads the log.
  public func undo(
    resolutionsOf merge: SavedMerge, author: String? = nil, dryRun: Bool = false
  ) throws -> MergeUndoReport {
    var places: [ScopeID: [MergeReport.Place]] = [:]
    for place in Set(merge.report.newConflicts.map { MergeReport.Place($0) } + merge.report.settled) {
      places[place.scope, default: []].append(place)
    }
    var report = MergeUndoReport(changes: [], reopened: [], kept: [])
    var written: [Batch.Written] = []
    try access { file in
      let work = { [self] in
        try renewIdentityIfNeeded(file)
        var reopening = Reopening(file: file)
        var batch = Batch(file: file, author: author ?? file.meta.author, now: environment.now)
        for (_, places) in places.sorted(by: { $0.key < $1.key }) {
          let sorted = places.sorted {
            ($0.record, $0.field ?? Dot.builtIn(0)) < ($1.record, $1.field ?? Dot.builtIn(0))
          }
          try batch.write(message: "\(UndoReport.messagePrefix)merge \(merge.number)") { transaction in
            for place in sorted { try reopening.run(place, &transaction) }
          }
        }
        try batch.log.finish(file)
        try file.contexts.save(file.connection)
        written = batch.written
        report = MergeUndoReport(
          changes: batch.written.map(\.change), reopened: reopening.reopened, kept: reopening.kept)
      }
      if dryRun { try file.trial(work) } else { try file.transaction(work) }
    }
    if !dryRun { for one in written { announcer.announce(.written(one.change, records: one.records)) } }
    return report
  }
}

/// Opens conflicts again, as acts of a transaction.
private struct Reopening {
  let file: ReplicaFile
  var reopened: [MergeReport.Place] = []
  var kept: [UndoReport.Kept] = []

  mutating func run(_ place: MergeReport.Place, _ transaction: inout Transaction) throws {
    guard let local = file.streams.local(place.record, in: place.scope) else { return }
    let representative = try file.representative(of: local)
    guard
      try !file.conflicts(of: representative, limit: nil).contains(where: {
        $0.field == place.field && $0.item == place.item
      })
    else { return }
    // Of joined records each has its part of what was settled.
    let members = try file.members(of: local.rowID).map { LocalDot(rowID: $0) }
    let states = try members.compactMap { member in try file.load(member).map { (local: member, state: $0.state) } }
    guard !states.isEmpty else { return }
    let isDone =
      if let field = place.field {
        try reopen(Self.key(field, place.item), states, &transaction)
      } else {
        try reopenRecord(states, place.scope, &transaction)
      }
    if isDone {
      reopened.append(place)
    } else {
      kept.append(UndoReport.Kept(record: place.record, field: place.field, reason: .changedSince))
    }
  }

  /// The register that a conflict is about: a field, or an item of one.
  private static func key(_ field: FieldID, _ item: FieldItem?) -> FieldKey {
    switch item {
    case .key(let key)?: FieldKey(field, key: key.text)
    case .element(let element)?: FieldKey(field, element: element)
    case nil: FieldKey(field)
    }
  }

  /// Brings back the sides that what stands in a field has settled; `false` when something else has been written there.
  private func reopen(
    _ key: FieldKey, _ members: [(local: LocalDot, state: RecordState)], _ transaction: inout Transaction
  ) throws -> Bool {
    var settled: [(record: RecordID, entries: Set<EntryID>, sides: [WrittenValue])] = []
    for (local, state) in members {
      guard let field = state.fields[key], !field.entries.isEmpty else { continue }
      var sides: [WrittenValue] = []
      for dot in Set(field.entries.map(\.id.dot)).sorted() {
        guard let write = field.writes.first(where: { $0.dot == dot }) else { return false }
        let before = try file.values(of: write.overwrites, key, local, state)
        // Several may have settled it alike.
        guard members.count > 1 || Set(before.map(\.value)).count > 1 else { return false }
        for side in before where !sides.contains(where: { $0.origin == side.origin }) { sides.append(side) }
      }
      settled.append((state.id, Set(field.entries.map(\.id)), sides))
    }
    guard Set(settled.flatMap(\.sides).map(\.value)).count > 1 else { return false }
    for (record, entries, sides) in settled { transaction.replace(record, key, entries: entries, with: sides) }
    return true
  }

  /// Opens it again that one deleted a record and another edited it.
  private func reopenRecord(
    _ members: [(local: LocalDot, state: RecordState)], _ scope: ScopeID, _ transaction: inout Transaction
  ) throws -> Bool {
    let operations = try file.operations(on: Set(members.map(\.local)))
    let last = try members.map { member in try self.last(operations[member.local] ?? [], scope) }
    guard last.contains(where: { $0?.wasDisputed == true }) else { return false }
    var isDone = false
    for ((local, state), last) in zip(members, last) {
      guard let last else { continue }
      switch last.body {
      case .delete where state.presence == .deleted:
        try transaction.restore(state.id, overwriting: [last.dot])
        isDone = true
      case .restore(let deletes) where state.presence == .present:
        for item in operations[local] ?? [] where deletes.contains(item.dot) {
          guard case .delete(let seen) = item.operation.body else { continue }
          try transaction.deleteAgain(state.id, as: item.dot, seen: seen)
          isDone = true
        }
      default: continue
      }
    }
    return isDone
  }

  /// What deleted or restored a record last, and whether it was deleted by one and edited by another before.
  private func last(
    _ operations: VersionedRecords.Operations, _ scope: ScopeID
  ) throws -> (dot: Dot, body: Operation.Body, wasDisputed: Bool)? {
    let last = operations.last { item in
      switch item.operation.body {
      case .delete, .restore: true
      default: false
      }
    }
    guard let last else { return nil }
    let id = ChangeID(stream: StreamID(last.dot.replica, scope), number: last.change.number)
    let before = file.state(of: operations, at: try file.reach(of: .before(id)))
    return (last.dot, last.operation.body, before?.presence == .disputed)
  }
}
