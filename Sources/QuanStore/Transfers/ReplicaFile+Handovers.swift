import QuanCore

/// Which records have been handed over: `quan_handover`, a row for each record of each transfer that has been accepted.
///
/// It follows from the transfers of the scopes held and from the answers in `shared` alone: every laptop that holds both
/// comes to the same, whatever arrived first. Whether the other scope is held does not matter.
extension ReplicaFile {
  /// Looks whether any records have been handed over.
  func findHandovers() throws {
    guard try tableExists("quan_handover") else { return }
    let statement = try connection.statement("SELECT 1 FROM quan_handover LIMIT 1")
    defer { statement.reset() }
    hasHandovers = try statement.step()
  }

  /// Whether a record, or one that it is joined with, has been handed over.
  func isHandedOver(_ row: Int64) throws -> Bool {
    guard hasHandovers else { return false }
    return try members(of: row).contains { try !transfers(handingOver: $0).isEmpty }
  }

  /// The rows that stand for records that have been handed over.
  func handedOverRows() throws -> Set<Int64> {
    guard hasHandovers else { return [] }
    let statement = try connection.statement("SELECT DISTINCT record FROM quan_handover")
    var rows: [Int64] = []
    while try statement.step() { rows.append(statement.integer(0)) }
    return Set(try rows.map { try representative(of: $0) })
  }

  /// The accepted transfers by which one row went.
  func transfers(handingOver row: Int64) throws -> [Int64] {
    let statement = try connection.statement("SELECT transfer FROM quan_handover WHERE record=?")
    statement.bind(1, row)
    var transfers: [Int64] = []
    while try statement.step() { transfers.append(statement.integer(0)) }
    return transfers
  }

  /// Refuses to write to records that have been handed over.
  func checkHandovers(_ operations: [Operation], in scope: ScopeID) throws {
    guard hasHandovers else { return }
    for operation in operations {
      if case .create = operation.body { continue }
      guard let local = streams.local(operation.record, in: scope), try isHandedOver(local.rowID) else { continue }
      throw StoreError(
        .refused, "the record has been handed over to another scope", subject: operation.record.description)
    }
  }

  /// Counts once what counters came with by several acceptances of one transfer.
  func countArrivalsOnce(in joined: inout RecordState, at row: Int64) throws {
    let arrivals = Dictionary(grouping: try arrivals(of: row)) { $0.continues }
    for alike in arrivals.values where alike.count > 1 {
      func latest(_ arrivals: [ArrivalFacts]) -> ArrivalFacts? {
        arrivals.max { ($0.seen.values.reduce(0, &+), $0.id) < ($1.seen.values.reduce(0, &+), $1.id) }
      }
      let brought = Dictionary(grouping: alike) { $0.record }.values.compactMap(latest)
      guard brought.count > 1, let last = latest(brought) else { continue }
      for field in Set(brought.flatMap { $0.origins.totals.keys }) {
        let totals = brought.map { $0.origins.totals[field] ?? 0 }
        let surplus = totals.reduce(0, &+) &- (last.origins.totals[field] ?? 0)
        joined.fields[FieldKey(field, .counter)]?.increment(by: 0 &- surplus)
      }
    }
  }

  // MARK: Keeping

  /// Makes `quan_handover` follow what a transaction touched.
  ///
  /// - Returns: The records that went or came back, and all others about which there may be something else to say.
  func refreshHandovers(_ touched: Touched) throws -> (toggled: Set<Int64>, others: Set<Int64>) {
    var transfers: Set<Int64> = []
    let kinds = Set(touched.runs.map(\.kind)).union(touched.edits.values.map(\.kind))
    let isAll = touched.everything || kinds.contains(BuiltIn.memberKind)
    guard isAll || !kinds.isDisjoint(with: [BuiltIn.transferKind, BuiltIn.answerKind, BuiltIn.arrivalKind]) else {
      return ([], [])
    }
    var others: Set<Int64> = []
    for row in try rows(touched, of: BuiltIn.answerKind, isAll: isAll) {
      if let transfer = try transfer(ofAnswer: row) { transfers.insert(transfer) }
    }
    transfers.formUnion(try rows(touched, of: BuiltIn.transferKind, isAll: isAll))
    if isAll {
      let known = try connection.statement("SELECT DISTINCT transfer FROM quan_handover")
      while try known.step() { transfers.insert(known.integer(0)) }
    }
    for row in try rows(touched, of: BuiltIn.arrivalKind, isAll: false) {
      if let record = try arrivalFacts(row)?.record { others.insert(try local(record.record, in: record.scope).rowID) }
    }
    var toggled: Set<Int64> = []
    for transfer in transfers {
      let old = try handedOver(by: transfer)
      let facts = try transferFacts(transfer)
      let results = try facts.map { try acceptances(of: $0) } ?? []
      let new =
        results.isEmpty ? [] : Set(try (facts?.records ?? []).map { try local($0.record, in: $0.scope).rowID })
      for row in old.subtracting(new) {
        try write("DELETE FROM quan_handover WHERE record=? AND transfer=?", row, transfer)
      }
      for row in new.subtracting(old) { try write("INSERT INTO quan_handover VALUES (?,?)", row, transfer) }
      toggled.formUnion(old.symmetricDifference(new))
      others.formUnion(old.union(new))
      // Where two scopes have accepted one record, it shows at what each has.
      if let record = facts?.record {
        let row = try local(record.record, in: record.scope).rowID
        for answer in try answers(where: BuiltIn.answerRecord, leadsTo: row) {
          if let result = answer.result { others.insert(try local(result.record, in: result.scope).rowID) }
        }
      }
    }
    try findHandovers()
    return (toggled, others)
  }

  private func write(_ sql: String, _ record: Int64, _ transfer: Int64) throws {
    let statement = try connection.statement(sql)
    statement.bind(1, record)
    statement.bind(2, transfer)
    try statement.run()
  }

  private func handedOver(by transfer: Int64) throws -> Set<Int64> {
    let statement = try connection.statement("SELECT record FROM quan_handover WHERE transfer=?")
    statement.bind(1, transfer)
    var rows: Set<Int64> = []
    while try statement.step() { rows.insert(statement.integer(0)) }
    return rows
  }

  /// The rows of a built-in kind that were touched, or all.
  private func rows(_ touched: Touched, of kind: KindID, isAll: Bool) throws -> Set<Int64> {
    guard let table = catalog.tables[kind] else { return [] }
    var rows = Set(touched.edits.filter { $0.value.kind == kind }.keys)
    let ranges =
      isAll ? [(Int64.min, Int64.max)] : touched.runs.filter { $0.kind == kind }.map { ($0.first, $0.last) }
    for (first, last) in ranges {
      let statement = try connection.statement("SELECT id FROM \(table.quotedName) WHERE id BETWEEN ? AND ?")
      statement.bind(1, first)
      statement.bind(2, last)
      while try statement.step() { rows.insert(statement.integer(0)) }
    }
    return rows
  }
}
