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
  /// - Parameter change: The change; by default the last one written here that is not itself an undoing of another.
  /// - Throws: ``StoreError`` with code `notFound` when there is no such change.
  public func undo(_ change: ChangeID? = nil, author: String? = nil) throws -> UndoReport {
    var report: UndoReport?
    var written: Batch.Written?
    try access { file in
      try file.transaction {
        try renewIdentityIfNeeded(file)
        let target = try change ?? file.lastOwnChange()
        guard let index = file.streams.index(name: target.stream.replica, scope: target.stream.scope),
          let raw = try file.change(target.number, of: index)
        else { throw StoreError(.notFound, "there is no such change", subject: target.description) }
        let resolved = try file.resolve(raw, as: index)
        var undoing = Undoing(file: file, change: resolved, name: file.streams.rows[index].name)
        var batch = Batch(file: file, author: author ?? file.meta.author, now: environment.now)
        try batch.write(message: "\(UndoReport.messagePrefix)\(target)") { transaction in try undoing.run(&transaction)
        }
        try batch.log.finish(file)
        try file.contexts.save(file.connection)
        written = batch.written.first
        report = UndoReport(
          undone: target, change: batch.written.first?.change, operationCount: undoing.count, kept: undoing.kept)
      }
    }
    guard let report else { throw StoreError(.notFound, "there is no such change") }
    if let written { announcer.announce(.written(written.change, records: written.records)) }
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

/// The inverse of a change, as acts of a transaction.
private struct Undoing {
  let file: ReplicaFile
  let change: Change
  let name: ReplicaID
  var kept: [UndoReport.Kept] = []
  var count = 0
  /// The record that was read last, with where the elements of its lists are: the operations of a change on one stand
  /// together, and nothing is written until all are undone.
  private var last: (local: LocalDot, stored: ReplicaFile.Stored, standing: [FieldKey: [EntryID: [EntryID]]])?

  init(file: ReplicaFile, change: Change, name: ReplicaID) {
    self.file = file
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
      case .edit(let key, _):
        keep(operation.record, key.id, .changedSince)
      case .increment(let key, let amount):
        try transaction.increment(operation.record, key.id, by: 0 &- amount)
        count += 1
      case .delete:
        guard stored.state.deletes[dot] != nil else {
          keep(operation.record, nil, .changedSince)
          continue
        }
        try transaction.restore(operation.record)
        count += 1
      case .restore:
        guard stored.state.deletes.isEmpty else {
          keep(operation.record, nil, .changedSince)
          continue
        }
        try transaction.delete(operation.record, force: true)
        count += 1
      }
    }
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
    let isIntact = key.container == .set || (!own.isEmpty && own.count == standing.count)
    guard isIntact else {
      keep(record, key.id, .changedSince)
      return
    }
    let before = try values(overwrites, key, local, stored)
    transaction.replace(record, key, entries: Set(own.map(\.id)), with: before)
    count += 1
  }

  /// The values that entries held, each citing who first wrote it.
  private func values(
    _ entries: [EntryID], _ key: FieldKey, _ local: LocalDot, _ stored: ReplicaFile.Stored
  ) throws -> [WrittenValue] {
    var remembered = stored.state.fields[key]?.writes ?? []
    let dots = Set(remembered.map(\.dot))
    if !entries.allSatisfy({ dots.contains($0.dot) }) { remembered = try file.writes(on: key, of: local) }
    return entries.compactMap { entry in
      guard let write = remembered.first(where: { $0.dot == entry.dot }),
        write.values.indices.contains(Int(entry.index))
      else { return nil }
      let written = write.values[Int(entry.index)]
      return WrittenValue(written.value, origin: written.origin ?? entry.dot)
    }
  }

  private mutating func keep(_ record: RecordID, _ field: FieldID?, _ reason: UndoReport.Kept.Reason) {
    kept.append(UndoReport.Kept(record: record, field: field, reason: reason))
  }
}
