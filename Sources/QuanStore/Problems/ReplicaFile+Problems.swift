import QuanCore

extension ReplicaFile {
  // MARK: Verdicts

  /// The problem that a verdict is about: of the records that stand for those it names; `nil` when it does not count.
  func problem(ofVerdict local: LocalDot) throws -> Int64? {
    guard let stored = try load(local), stored.state.presence != .deleted, stored.state.kind == BuiltIn.verdictKind,
      let kind = catalog.schema.kind(BuiltIn.verdictKind)
    else { return nil }
    func shown(_ field: FieldID) -> [Value] {
      kind.field(field).map { self.shown($0, in: stored.state).shown } ?? []
    }
    guard let `class` = shown(BuiltIn.verdictClass).first?.plainText.flatMap({ ProblemClass(rawValue: $0) }) else {
      return nil
    }
    let rule = shown(BuiltIn.verdictRule).first?.plainText ?? ""
    var records: Set<Reference> = []
    for case .reference(let reference) in shown(BuiltIn.verdictRecords) { records.insert(try followed(reference)) }
    return Int64(bitPattern: ProblemID(`class`, rule: rule, records: Array(records)).rawValue)
  }

  /// The records that a verdict names.
  func records(ofVerdict local: LocalDot) throws -> [Reference] {
    guard let stored = try load(local, hint: BuiltIn.verdictKind),
      let field = catalog.schema.kind(BuiltIn.verdictKind)?.field(BuiltIn.verdictRecords)
    else { return [] }
    return shown(field, in: stored.state).shown.compactMap { value in
      if case .reference(let reference) = value { reference } else { nil }
    }
  }

  /// The verdicts that name a record.
  func verdicts(mentioning row: Int64) throws -> [Int64] {
    guard let table = catalog.tables[BuiltIn.verdictKind] else { return [] }
    let statement = try connection.statement(
      "SELECT record FROM quan_reference r WHERE target=? AND EXISTS (SELECT 1 FROM \(table.quotedName) WHERE id=r.record)"
    )
    statement.bind(1, row)
    var rows: [Int64] = []
    while try statement.step() { rows.append(statement.integer(0)) }
    return rows
  }

  /// The verdicts that are there about a problem.
  func verdicts(about id: ProblemID) throws -> [LocalDot] {
    let statement = try connection.statement("SELECT verdict FROM quan_accepted WHERE code=?")
    statement.bind(1, bits: id.rawValue)
    var verdicts: [LocalDot] = []
    while try statement.step() { verdicts.append(LocalDot(rowID: statement.integer(0))) }
    return verdicts
  }

  // MARK: Listing

  /// Which problems to list.
  struct ProblemSelection {
    var record: Int64?
    var `class`: ProblemClass?
    var kind: KindID?
    /// Only those about which there is a verdict, instead of the open ones; `nil` for both.
    var accepted: Bool? = false
    var limit: Int?
  }

  /// The problems of a selection, in the order of the records.
  func problems(_ selection: ProblemSelection) throws -> [Problem] {
    var conditions: [String] = []
    if selection.record != nil { conditions.append("code IN (SELECT problem FROM quan_involved WHERE record=?1)") }
    if selection.class != nil { conditions.append("class=?2") }
    if selection.kind != nil { conditions.append("kind_replica=?3 AND kind_counter=?4") }
    if let accepted = selection.accepted { conditions.append("verdict IS \(accepted ? "NOT " : "")NULL") }
    let condition = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
    let statement = try connection.statement(
      "SELECT code FROM quan_problem\(condition) ORDER BY record, code LIMIT ?5")
    if let record = selection.record { statement.bind(1, record) }
    if let `class` = selection.class { statement.bind(2, `class`.rawValue) }
    if let kind = selection.kind {
      statement.bind(3, bits: kind.replica.rawValue)
      statement.bind(4, bits: kind.counter)
    }
    statement.bind(5, selection.limit ?? -1)
    var codes: [UInt64] = []
    while try statement.step() { codes.append(statement.bits(0)) }
    return try codes.compactMap { try problem(ProblemID(rawValue: $0)) }
  }

  /// A problem by its identity.
  func problem(_ id: ProblemID) throws -> Problem? {
    let statement = try connection.statement(
      """
      SELECT class, record, kind_replica, kind_counter, field_replica, field_counter, rules, verdict, is_cut
      FROM quan_problem WHERE code=?
      """)
    statement.bind(1, bits: id.rawValue)
    guard try statement.step() else { return nil }
    defer { statement.reset() }
    guard let `class` = ProblemClass(rawValue: statement.text(0)), let owner = reference(statement.integer(1)) else {
      throw StoreError(.damaged, "a problem's row is damaged")
    }
    let rules = statement.text(6)
    return Problem(
      id: id, class: `class`, scope: owner.scope,
      kind: Dot(ReplicaID(rawValue: statement.bits(2)), statement.bits(3)), record: owner.record,
      others: try others(in: id, than: statement.integer(1)),
      field: statement.isNull(4) ? nil : Dot(ReplicaID(rawValue: statement.bits(4)), statement.bits(5)),
      rules: rules.isEmpty ? [] : rules.split(separator: "\n").map(String.init),
      isCut: statement.integer(8) != 0,
      verdict: statement.isNull(7) ? nil : try verdict(LocalDot(rowID: statement.integer(7))))
  }

  private func others(in id: ProblemID, than owner: Int64) throws -> [Reference] {
    let statement = try connection.statement("SELECT record FROM quan_involved WHERE problem=? AND record<>?")
    statement.bind(1, bits: id.rawValue)
    statement.bind(2, owner)
    var others: [Reference] = []
    while try statement.step() { if let other = reference(statement.integer(0)) { others.append(other) } }
    return others.sorted()
  }

  private func verdict(_ local: LocalDot) throws -> Problem.Verdict? {
    guard let record = try record(local) else { return nil }
    return Problem.Verdict(record: record.id, reason: record["reason"]?.shown.first?.plainText ?? "")
  }

  /// The problems whose code begins with some digits, at most 20.
  func problems(matching text: String) throws -> [Problem] {
    let digits = String(
      text.uppercased().compactMap { digit in
        CrockfordBase32.value(of: digit).map { CrockfordBase32.alphabet[Int($0)] }
      })
    guard !digits.isEmpty, digits.count == text.count, digits.count <= CrockfordBase32.digitsPerUInt64,
      let first = CrockfordBase32.decode(digits.padded("0")), let last = CrockfordBase32.decode(digits.padded("Z"))
    else { return [] }
    // Codes count without a sign, SQLite's integers with one.
    let statement = try connection.statement(
      "SELECT code FROM quan_problem WHERE code BETWEEN ? AND ? ORDER BY code LIMIT 20")
    var codes: [UInt64] = []
    for half in Self.halves(first...last) {
      statement.bind(1, bits: half.lowerBound)
      statement.bind(2, bits: half.upperBound)
      while try statement.step() { codes.append(statement.bits(0)) }
    }
    return try codes.prefix(20).compactMap { try problem(ProblemID(rawValue: $0)) }
  }

  private static func halves(_ range: ClosedRange<UInt64>) -> [ClosedRange<UInt64>] {
    let middle = UInt64(1) << 63
    guard range.lowerBound < middle, range.upperBound >= middle else { return [range] }
    return [range.lowerBound...middle - 1, middle...range.upperBound]
  }

  /// The rows that have a part in open problems.
  func rowsWithProblems() throws -> [Int64] {
    let statement = try connection.statement(
      "SELECT DISTINCT record FROM quan_involved WHERE problem IN (SELECT code FROM quan_problem WHERE verdict IS NULL)"
    )
    var rows: [Int64] = []
    while try statement.step() { rows.append(statement.integer(0)) }
    return rows
  }

  /// How many problems are open, of all records or of one.
  func problemCount(of record: Int64? = nil) throws -> Int {
    let condition = record == nil ? "" : " AND code IN (SELECT problem FROM quan_involved WHERE record=?)"
    let statement = try connection.statement("SELECT count(*) FROM quan_problem WHERE verdict IS NULL\(condition)")
    if let record { statement.bind(1, record) }
    defer { statement.reset() }
    return try statement.step() ? Int(statement.integer(0)) : 0
  }
}

extension String {
  /// Filled up to a code's length.
  fileprivate func padded(_ digit: Character) -> String {
    self + String(repeating: digit, count: CrockfordBase32.digitsPerUInt64 - count)
  }
}
