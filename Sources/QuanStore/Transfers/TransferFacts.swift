import QuanCore

/// What the record of a transfer says; see ``BuiltIn/transferKind``.
struct TransferFacts {
  let row: Int64
  let id: Reference
  /// The record that it is about.
  let record: Reference
  /// All records that go.
  let records: [Reference]
  let to: ScopeID
  let seen: SeenOperations
  let reason: String
  let isWithdrawn: Bool
}

/// What an answer to a transfer says; see ``BuiltIn/answerKind``.
struct AnswerFacts {
  let id: RecordID
  let record: Reference
  let to: ScopeID
  let word: TransferAnswer
  let result: Reference?
  let overrides: Set<RecordID>
}

/// That a record continues one of another scope; see ``BuiltIn/arrivalKind``.
struct ArrivalFacts {
  let row: Int64
  let id: Reference
  let record: Reference
  let continues: Reference
  let transfer: Reference?
  let seen: [ReplicaID: UInt64]
  let origins: OriginList
}

/// The operations of a scope up to one of each replica.
struct SeenOperations {
  private let counters: [ReplicaID: UInt64]
  private let scope: ScopeID
  private let streams: StreamTable

  init(_ counters: [ReplicaID: UInt64], in scope: ScopeID, _ streams: StreamTable) {
    self.counters = counters
    self.scope = scope
    self.streams = streams
  }

  /// Whether an operation, by the name that its replica goes by, is among them.
  ///
  /// Who saw a branch of a forked identity saw what the branches share.
  func covers(_ dot: Dot) -> Bool {
    if let counter = counters[dot.replica], counter >= dot.counter { return true }
    guard streams.hasForks, let index = streams.index(name: dot.replica, scope: scope) else { return false }
    return counters.contains { replica, counter in
      guard counter >= dot.counter, let other = streams.index(name: replica, scope: scope) else { return false }
      return other != index && streams.path(to: other).contains { $0.index == index }
    }
  }
}

extension ReplicaFile {
  /// The shown values of a record of a built-in kind, also a deleted one; `nil` when it is not held.
  private func shownValues(
    _ row: Int64, _ kind: KindID
  ) throws -> (id: Reference, isDeleted: Bool, values: [FieldID: [Value]])? {
    guard let stored = try load(LocalDot(rowID: row), hint: kind), stored.state.kind == kind,
      let definition = catalog.schema.kind(kind)
    else { return nil }
    var values: [FieldID: [Value]] = [:]
    for field in definition.fields { values[field.id] = shown(field, in: stored.state).shown }
    return (Reference(stored.state.id, in: stored.scope), stored.state.presence == .deleted, values)
  }

  func transferFacts(_ row: Int64) throws -> TransferFacts? {
    guard let (id, isDeleted, values) = try shownValues(row, BuiltIn.transferKind),
      let record = values[BuiltIn.transferRecord]?.reference, let to = values[BuiltIn.transferTo]?.reference
    else { return nil }
    let records = values[BuiltIn.transferRecords]?.references ?? []
    return TransferFacts(
      row: row, id: id, record: record, records: Set(records + [record]).filter { $0.scope == id.scope }.sorted(),
      to: ScopeID(to.record),
      seen: SeenOperations(Self.counters(values[BuiltIn.transferSeen]), in: id.scope, streams),
      reason: values[BuiltIn.reason]?.first?.plainText ?? "", isWithdrawn: isDeleted)
  }

  func arrivalFacts(_ row: Int64) throws -> ArrivalFacts? {
    guard let (id, isDeleted, values) = try shownValues(row, BuiltIn.arrivalKind), !isDeleted,
      let record = values[BuiltIn.arrivalRecord]?.reference, record.scope == id.scope,
      let continues = values[BuiltIn.arrivalContinues]?.reference
    else { return nil }
    return ArrivalFacts(
      row: row, id: id, record: record, continues: continues, transfer: values[BuiltIn.transferSource]?.reference,
      seen: Self.counters(values[BuiltIn.arrivalSeen]),
      origins: OriginList(values[BuiltIn.transferContent]?.first?.plainText ?? ""))
  }

  private func answerFacts(_ row: Int64) throws -> AnswerFacts? {
    guard let (id, isDeleted, values) = try shownValues(row, BuiltIn.answerKind), !isDeleted,
      let record = values[BuiltIn.answerRecord]?.reference, let to = values[BuiltIn.transferTo]?.reference,
      let word = values[BuiltIn.answerWord]?.first?.plainText.flatMap({ TransferAnswer(rawValue: $0) })
    else { return nil }
    return AnswerFacts(
      id: id.record, record: record, to: ScopeID(to.record), word: word,
      result: values[BuiltIn.answerResult]?.reference,
      overrides: Set((values[BuiltIn.answerOverrides]?.references ?? []).map(\.record)))
  }

  /// The record that an arrival continues, also one that was taken back.
  func continued(byArrival row: Int64) throws -> Reference? {
    try shownValues(row, BuiltIn.arrivalKind)?.values[BuiltIn.arrivalContinues]?.reference
  }

  /// The transfer that the record of an answer names, also of one that was taken back.
  func transfer(ofAnswer row: Int64) throws -> Int64? {
    try shownValues(row, BuiltIn.answerKind)?.values[BuiltIn.answerTransfer]?.reference.map {
      try local($0.record, in: $0.scope).rowID
    }
  }

  private static func counters(_ values: [Value]?) -> [ReplicaID: UInt64] {
    (values?.references ?? []).reduce(into: [:]) {
      $0[$1.record.replica] = max($0[$1.record.replica] ?? 0, $1.record.counter)
    }
  }

  // MARK: Finding

  /// The rows of a built-in kind, not deleted, of which a reference field leads to a row.
  func rows(of kind: KindID, where field: FieldID, leadsTo row: Int64) throws -> [Int64] {
    guard let table = catalog.tables[kind], let column = table.columns.first(where: { $0.definition.id == field })
    else {
      return []
    }
    let statement = try connection.statement(
      "SELECT id FROM \(table.quotedName) WHERE \(KindTable.quoted(column.name))=?")
    statement.bind(1, row)
    var rows: [Int64] = []
    while try statement.step() { rows.append(statement.integer(0)) }
    return rows
  }

  /// The answers that count among those that a field of theirs leads to a row: their authors might write where the
  /// transfer goes, and no later answer takes them back.
  func answers(where field: FieldID, leadsTo row: Int64) throws -> [AnswerFacts] {
    let given = try rows(of: BuiltIn.answerKind, where: field, leadsTo: row).compactMap { try answerFacts($0) }
      .filter { try mayAnswer($0) }
    let overridden = given.reduce(into: Set<RecordID>()) { $0.formUnion($1.overrides) }
    return given.filter { !overridden.contains($0.id) }.sorted { $0.id < $1.id }
  }

  private func mayAnswer(_ answer: AnswerFacts) throws -> Bool {
    guard let membership = try membership() else { return true }
    guard let change = try provenance(of: answer.id, in: .shared)?.change,
      let index = streams.index(name: change.stream.replica, scope: .shared)
    else { return false }
    return try membership.standing(of: try owner(of: streams.rows[index]), at: change, covers: covers)
      .canWrite(in: answer.to)
  }

  /// The answers that say that a transfer was accepted where it goes to.
  func acceptances(of transfer: TransferFacts) throws -> [AnswerFacts] {
    try answers(where: BuiltIn.answerTransfer, leadsTo: transfer.row)
      .filter { $0.word == .accepted && $0.to == transfer.to && $0.record == transfer.record }
  }

  /// The arrivals of a scope that continue a record of another one.
  func arrivals(continuing old: Reference, in scope: ScopeID) throws -> [ArrivalFacts] {
    guard let local = streams.local(old.record, in: old.scope) else { return [] }
    return try rows(of: BuiltIn.arrivalKind, where: BuiltIn.arrivalContinues, leadsTo: local.rowID)
      .compactMap { try arrivalFacts($0) }.filter { $0.id.scope == scope }
  }

  /// The arrivals by which a record, or one that it is joined with, came into its scope.
  func arrivals(of row: Int64) throws -> [ArrivalFacts] {
    try members(of: row).flatMap { member in
      try rows(of: BuiltIn.arrivalKind, where: BuiltIn.arrivalRecord, leadsTo: member)
    }.compactMap { try arrivalFacts($0) }.sorted { $0.id < $1.id }
  }
}

extension [Value] {
  /// The first reference.
  var reference: Reference? { references.first }
  /// The references.
  var references: [Reference] { compactMap { if case .reference(let reference) = $0 { reference } else { nil } } }
}
