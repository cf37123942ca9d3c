import QuanCore

/// What is wrong about records that have been handed over; see ``TransferTrouble``.
extension ReplicaFile {
  /// What is wrong about a record that has been handed over.
  func troubles(ofHandedOver row: Int64, _ state: RecordState) throws -> [ProblemCheck.Finding] {
    var troubles: Set<TransferTrouble> = []
    var seen: [ScopeID: [SeenOperations]] = [:]
    var results: Set<Int64> = []
    for transfer in Set(try members(of: row).flatMap { try transfers(handingOver: $0) }) {
      guard let facts = try transferFacts(transfer) else { continue }
      seen[facts.to, default: []].append(facts.seen)
      if facts.isWithdrawn { troubles.insert(.withdrawn) }
      for answer in try acceptances(of: facts) {
        if let result = answer.result { results.insert(try local(result.record, in: result.scope).rowID) }
      }
    }
    // Every scope that has accepted it is to learn of everything.
    func isCovered(_ dot: Dot) -> Bool { seen.values.allSatisfy { $0.contains { $0.covers(dot) } } }
    if !state.seen.allSatisfy({ isCovered(Dot($0.key, $0.value)) }) { troubles.insert(.edited) }
    if !state.deletes.keys.allSatisfy(isCovered) { troubles.insert(.deleted) }
    if seen.count > 1 { troubles.insert(.twice) }
    return troubles.sorted { $0.rawValue < $1.rawValue }.map { trouble in
      ProblemCheck.Finding(
        class: .transfer, kind: state.kind, owner: row, others: results.sorted { precedes($0, $1) },
        rules: [trouble.rawValue])
    }
  }

  /// What is wrong about a record that is here: that it should have gone along, or that another scope has it too.
  func troubles(of row: Int64, _ state: RecordState, _ kind: KindDefinition) throws -> [ProblemCheck.Finding] {
    var findings: [ProblemCheck.Finding] = []
    if hasHandovers {
      for field in kind.fields where field.belongs && field.type == .reference {
        for target in try targets(of: field, in: state).sorted(by: { precedes($0, $1) })
        where try isHandedOver(target) {
          findings.append(
            ProblemCheck.Finding(
              class: .transfer, kind: kind.id, owner: row, others: [target], field: field.id,
              rules: [TransferTrouble.stray.rawValue]))
        }
      }
    }
    var scopes: Set<ScopeID> = []
    var elsewhere: Set<Int64> = []
    for arrival in try arrivals(of: row) {
      let old = try local(arrival.continues.record, in: arrival.continues.scope).rowID
      for answer in try answers(where: BuiltIn.answerRecord, leadsTo: old) where answer.word == .accepted {
        scopes.insert(answer.to)
        guard let result = answer.result, result.scope != arrival.id.scope else { continue }
        elsewhere.insert(try local(result.record, in: result.scope).rowID)
      }
    }
    if scopes.count > 1 && !elsewhere.isEmpty {
      findings.append(
        ProblemCheck.Finding(
          class: .transfer, kind: kind.id, owner: row, others: elsewhere.sorted { precedes($0, $1) },
          rules: [TransferTrouble.twice.rawValue]))
    }
    return findings
  }

  /// New rows of a kind that belong to records that have been handed over.
  func strayRows(of run: Touched.Run, _ table: KindTable) throws -> [Int64] {
    guard hasHandovers else { return [] }
    var rows: [Int64] = []
    for column in table.columns where column.definition.belongs && column.shape.container == .register {
      let name = KindTable.quoted(column.name)
      let statement = try connection.statement(
        """
        SELECT id FROM \(table.quotedName) WHERE id BETWEEN ? AND ?
        AND (\(name) IN (SELECT record FROM quan_handover)
          OR \(name) IN (SELECT member FROM quan_alias WHERE representative IN
            (SELECT a.representative FROM quan_handover h JOIN quan_alias a ON a.member=h.record)))
        """)
      statement.bind(1, run.first)
      statement.bind(2, run.last)
      while try statement.step() { rows.append(statement.integer(0)) }
    }
    return rows
  }
}
