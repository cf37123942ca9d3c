public import QuanCore

/// What undoing a change did.
public struct UndoReport: Hashable, Sendable {
  /// Something that was left as it is.
  public struct Kept: Hashable, Sendable {
    /// Why something was left.
    public enum Reason: String, Hashable, Sendable {
      /// Somebody has written there since.
      case changedSince = "changed-since"
      /// The record has been worked on since it was created.
      case recordInUse = "record-in-use"
      /// It has been undone already.
      case alreadyUndone = "already-undone"
      /// Records of its kind are only added, and stand as they were recorded.
      case appendOnly = "append-only"
    }
    /// The record.
    public let record: RecordID
    /// The field, or `nil` for the whole record.
    public let field: FieldID?
    /// Why.
    public let reason: Reason

    /// Something that was left.
    public init(record: RecordID, field: FieldID?, reason: Reason) {
      self.record = record
      self.field = field
      self.reason = reason
    }
  }

  /// The change that was undone.
  public let undone: ChangeID
  /// The change that undid it; `nil` when everything had to be left.
  public let change: ChangeID?
  /// How many operations were undone.
  public let operationCount: Int
  /// What was left, because it is no longer as the change made it.
  public let kept: [Kept]

  /// A report.
  public init(undone: ChangeID, change: ChangeID?, operationCount: Int, kept: [Kept]) {
    self.undone = undone
    self.change = change
    self.operationCount = operationCount
    self.kept = kept
  }
}

extension Replica {
  /// Undoes a change by writing its inverse: values come back with their authors, so that a conflict that the change
  /// had settled is open again.
  ///
  /// Touches only what is still as the change made it, and reports the rest.
  /// - Parameters:
  ///   - change: The change; by default the last one written here that is not itself an undoing of another.
  ///   - dryRun: Gives the report and writes nothing.
  /// - Throws: ``StoreError`` with code `notFound` when there is no such change.
  public func undo(_ change: ChangeID? = nil, author: String? = nil, dryRun: Bool = false) throws -> UndoReport {
    var report: UndoReport?
    var written: Batch.Written?
    try access { file in
      let work = { [self] in
        try renewIdentityIfNeeded(file)
        let target = try change ?? file.lastOwnChange()
        guard let index = file.streams.index(name: target.stream.replica, scope: target.stream.scope),
          let raw = try file.change(target.number, of: index)
        else { throw StoreError(.notFound, "there is no such change", subject: target.description) }
        let resolved = try file.resolve(raw, as: index)
        var undoing = Undoing(file: file, id: target, change: resolved, name: file.streams.rows[index].name)
        var batch = Batch(file: file, author: author ?? file.meta.author, now: environment.now)
        try batch.write(message: "\(UndoReport.messagePrefix)\(target)") { transaction in try undoing.run(&transaction)
        }
        try batch.log.finish(file)
        try file.contexts.save(file.connection)
        written = batch.written.first
        report = UndoReport(
          undone: target, change: batch.written.first?.change, operationCount: undoing.count, kept: undoing.kept)
      }
      if dryRun { try file.trial(work) } else { try file.transaction(work) }
    }
    guard let report else { throw StoreError(.notFound, "there is no such change") }
    if !dryRun, let written { announcer.announce(.written(written.change, records: written.records)) }
    return report
  }
}

extension UndoReport {
  /// What the message of an undoing begins with; the change undone follows.
  static let messagePrefix = "undo "
}

extension ReplicaFile {
  /// The last change written under the own identity that is not an undoing and has not been undone.
  func lastOwnChange() throws -> ChangeID {
    var candidates: [(counter: UInt64, change: Change)] = []
    var undone: Set<String> = []
    for row in streams.rows where row.name == meta.replica {
      try eachChange(of: row.index, from: row.number > 200 ? row.number - 200 : 1) { change in
        if let message = change.message, message.hasPrefix(UndoReport.messagePrefix) {
          undone.insert(String(message.dropFirst(UndoReport.messagePrefix.count)))
        } else {
          candidates.append((change.firstCounter, change))
        }
      }
    }
    let last = candidates.sorted { $0.counter > $1.counter }.first { candidate in
      !undone.contains(ChangeID(stream: candidate.change.stream, number: candidate.change.number).description)
    }
    guard let last else { throw StoreError(.notFound, "nothing has been written here that could be undone") }
    return ChangeID(stream: last.change.stream, number: last.change.number)
  }
}

extension ReplicaFile {
  /// Whether a change that operations on a record belong to has been undone, and that has not been undone in turn.
  func isUndone(
    _ id: ChangeID, in operations: [(change: Change, index: Int, dot: Dot, operation: Operation)]
  ) -> Bool {
    var undone: Set<String> = []
    for item in operations.reversed() {
      let change = ChangeID(
        stream: StreamID(streams.rows[item.index].name, item.change.stream.scope), number: item.change.number)
      guard let message = item.change.message, message.hasPrefix(UndoReport.messagePrefix),
        !undone.contains(change.description)
      else { continue }
      undone.insert(String(message.dropFirst(UndoReport.messagePrefix.count)))
    }
    return undone.contains(id.description)
  }

  /// The values that entries of a field held, each citing who first wrote it.
  func values(
    of entries: [EntryID], _ key: FieldKey, _ local: LocalDot, _ state: RecordState
  ) throws -> [WrittenValue] {
    var remembered = state.fields[key]?.writes ?? []
    let dots = Set(remembered.map(\.dot))
    if !entries.allSatisfy({ dots.contains($0.dot) }) { remembered = try writes(on: key, of: local) }
    return entries.compactMap { entry in
      guard let write = remembered.first(where: { $0.dot == entry.dot }),
        write.values.indices.contains(Int(entry.index))
      else { return nil }
      let written = write.values[Int(entry.index)]
      return WrittenValue(written.value, origin: written.origin ?? entry.dot)
    }
  }
}

/// The inverse of a change, as acts of a transaction.
private struct Undoing {
  let file: ReplicaFile
  let id: ChangeID
  let change: Change
  let name: ReplicaID
  var kept: [UndoReport.Kept] = []
  var count = 0
  /// The record that was read last, with where the elements of its lists are: the operations of a change on one stand
  /// together, and nothing is written until all are undone.
  private var last: (local: LocalDot, stored: ReplicaFile.Stored, standing: [FieldKey: [EntryID: [EntryID]]])?

  init(file: ReplicaFile, id: ChangeID, change: Change, name: ReplicaID) {
    self.file = file
    self.id = id
    self.change = change
    self.name = name
  }

  mutating func run(_ transaction: inout Transaction) throws {
    for (position, operation) in change.operations.enumerated().reversed() {
      let dot = Dot(name, change.firstCounter + UInt64(position))
      let local = try file.local(operation.record, in: change.stream.scope)
      if last?.local != local {
        last = try file.load(local).map { (local, $0, $0.state.lists.mapValues(\.standing)) }
      }
      guard let (_, stored, standing) = last else { continue }
      let isFixed = file.catalog.schema.kind(stored.state.kind)?.isAppendOnly == true
      if isFixed && !operation.body.isDelete {
        keep(operation.record, nil, .appendOnly)
        continue
      }
      switch operation.body {
      case .create: try undoCreate(dot, stored, &transaction)
      case .write(let key, _, let overwrites): try undoWrite(dot, key, overwrites, stored, local, &transaction)
      case .insert(let list, _, let values):
        for index in values.indices {
          let key = FieldKey(list.id, element: EntryID(dot, UInt32(index)))
          try undoWrite(dot, key, [], stored, local, &transaction)
        }
      case .move(let list, let element, _, let overwrites):
        guard standing[list]?[element] == [EntryID(dot)], let before = overwrites.max() else {
          keep(operation.record, list.id, .changedSince)
          continue
        }
        try transaction.move(operation.record, list, element, behindPlace: before)
        count += 1
      case .edit(let key, _): try undoEdit(dot, key, stored, local, &transaction)
      case .increment(let key, let amount):
        undoIncrement(dot, key, amount, stored, &transaction)
      case .delete:
        guard stored.state.deletes[dot] != nil else {
          keep(operation.record, nil, .changedSince)
          continue
        }
        try transaction.restore(operation.record, overwriting: [dot])
        count += 1
      case .restore(let deletes): try undoRestore(dot, deletes, stored, local, &transaction)
      }
    }
  }

  /// Where one had deleted and another edited, that is open again; else the record is deleted as it was.
  private mutating func undoRestore(
    _ dot: Dot, _ deletes: [Dot], _ stored: ReplicaFile.Stored, _ local: LocalDot, _ transaction: inout Transaction
  ) throws {
    let record = stored.state.id
    guard stored.state.deletes.isEmpty else {
      keep(record, nil, .changedSince)
      return
    }
    let operations = try file.operations(on: local)
    let before = file.state(of: operations, at: try file.reach(of: .before(id)))
    let undone = operations.compactMap { item -> (dot: Dot, seen: [ReplicaID: UInt64])? in
      if case .delete(let context) = item.operation.body, deletes.contains(item.dot) {
        (item.dot, context)
      } else {
        nil
      }
    }
    if before?.presence == .disputed {
      for delete in undone { try transaction.deleteAgain(record, as: delete.dot, seen: delete.seen) }
    } else {
      let isUntouched = stored.state.seen.allSatisfy { replica, counter in
        Dot(replica, counter) == dot || undone.contains { ($0.seen[replica] ?? 0) >= counter }
      }
      guard isUntouched else {
        keep(record, nil, .changedSince)
        return
      }
      try transaction.delete(record, force: true)
    }
    count += 1
  }

  /// Takes back an edit of a text as far as nobody else has deleted the same; an undone edit is not undone again.
  private mutating func undoEdit(
    _ dot: Dot, _ key: FieldKey, _ stored: ReplicaFile.Stored, _ local: LocalDot, _ transaction: inout Transaction
  ) throws {
    let record = stored.state.id
    let operations = try file.operations(on: local)
    guard !file.isUndone(id, in: operations), let replay = ReplicaFile.texts(of: operations)[key],
      let place = replay.place(of: dot)
    else {
      keep(record, key.id, .changedSince)
      return
    }
    let inverse = replay.inverse(of: place)
    if inverse.isPartial || inverse.steps.isEmpty { keep(record, key.id, .changedSince) }
    for step in inverse.steps {
      switch step {
      case .insert(let text, let position): try transaction.insert(text, at: position, in: record, key.id)
      case .delete(let range): try transaction.delete(range, from: record, key.id)
      }
    }
    if !inverse.steps.isEmpty { count += 1 }
  }

  private mutating func undoCreate(
    _ dot: Dot, _ stored: ReplicaFile.Stored, _ transaction: inout Transaction
  ) throws {
    let last = change.firstCounter + UInt64(change.operations.count) - 1
    let isUntouched = stored.state.seen.allSatisfy { $0.key == name && $0.value <= last }
    guard isUntouched && stored.state.presence == .present && !BuiltIn.isDefinition(stored.state.kind) else {
      keep(dot, nil, .recordInUse)
      return
    }
    try transaction.delete(dot, force: true)
    count += 1
  }

  private mutating func undoWrite(
    _ dot: Dot, _ key: FieldKey, _ overwrites: [EntryID], _ stored: ReplicaFile.Stored, _ local: LocalDot,
    _ transaction: inout Transaction
  ) throws {
    let record = stored.state.id
    let standing = stored.state.fields[key]?.entries ?? []
    let own = standing.filter { $0.id.dot == dot }
    // On a register every side must be the change's own; on a set other elements are nobody's business. A removal has
    // no entries of its own: what it took away comes back unless it is there again.
    if key.container == .counter {
      try undoUndoing(own, overwrites, key, stored, local, &transaction)
      return
    }
    let isIntact = key.container == .set || (!own.isEmpty && own.count == standing.count)
    guard isIntact else {
      keep(record, key.id, .changedSince)
      return
    }
    let before = try file.values(of: overwrites, key, local, stored.state)
    transaction.replace(record, key, entries: Set(own.map(\.id)), with: before)
    count += 1
  }

  /// Puts beside a counter an entry that undoes one increment, citing it: two who do so undo it once.
  private mutating func undoIncrement(
    _ dot: Dot, _ key: FieldKey, _ amount: Int64, _ stored: ReplicaFile.Stored, _ transaction: inout Transaction
  ) {
    guard stored.state.fields[key]?.undoings(of: dot).isEmpty ?? true else {
      keep(stored.state.id, key.id, .alreadyUndone)
      return
    }
    transaction.replace(
      stored.state.id, key, entries: [], with: [WrittenValue(.integer(0 &- amount), origin: dot)])
    count += 1
  }

  /// Takes away what undoes increments, whoever else has undone them at once; or brings that back.
  private mutating func undoUndoing(
    _ own: [Entry], _ overwrites: [EntryID], _ key: FieldKey, _ stored: ReplicaFile.Stored, _ local: LocalDot,
    _ transaction: inout Transaction
  ) throws {
    let record = stored.state.id
    guard let field = stored.state.fields[key] else { return }
    let standing = own.compactMap(\.origin).flatMap { field.undoings(of: $0) }
    let back = try file.values(of: overwrites, key, local, stored.state).filter { value in
      value.origin.map { field.undoings(of: $0).isEmpty } ?? false
    }
    var distinct: [WrittenValue] = []
    for value in back where !distinct.contains(where: { $0.origin == value.origin }) { distinct.append(value) }
    guard !standing.isEmpty || !distinct.isEmpty else {
      keep(record, key.id, .alreadyUndone)
      return
    }
    transaction.replace(record, key, entries: Set(standing.map(\.id)), with: distinct)
    count += 1
  }

  private mutating func keep(_ record: RecordID, _ field: FieldID?, _ reason: UndoReport.Kept.Reason) {
    kept.append(UndoReport.Kept(record: record, field: field, reason: reason))
  }
}

extension Operation.Body {
  /// Whether it deletes a record.
  fileprivate var isDelete: Bool { if case .delete = self { true } else { false } }
}
