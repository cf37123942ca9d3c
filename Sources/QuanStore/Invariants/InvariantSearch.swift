import QuanCore

/// Finds the records whose invariants must be looked at, around those that a transaction touched, and which they break.
struct InvariantSearch {
  private let file: ReplicaFile
  private let touched: Touched
  private var plan: InvariantPlan { file.invariants }

  init(_ file: ReplicaFile, _ touched: Touched) {
    self.file = file
    self.touched = touched
  }

  /// A search whose records have been read and, some of them, are still being judged.
  struct Begun {
    fileprivate(set) var owners: Set<Int64> = []
    fileprivate var known: [ProblemCheck.Finding] = []
    fileprivate var judging: [(judge: OwnFieldsJudge, rules: [InvariantPlan.Rule], kind: KindID)] = []

    /// What new records break.
    func findings() throws -> [ProblemCheck.Finding] {
      var findings = known
      for part in judging {
        for breach in try part.judge.finish() {
          findings.append(InvariantSearch.finding((part.rules[breach.rule].invariant, []), of: breach.id, part.kind))
        }
      }
      return findings
    }
  }

  /// Looks for what new records break, and the rows to look at again: those whose rules look at what was touched or count
  /// it.
  ///
  /// Records that were edited are looked at anyway and not among them. What looks at nothing but a record's own fields is
  /// judged on another core, and may be asked for later.
  func begin() throws -> Begun {
    guard !plan.isEmpty else { return Begun() }
    var begun = Begun()
    for (row, edit) in touched.edits where edit.kind.replica != .builtIn {
      begun.owners.formUnion(try dependents(on: row, edit))
      begun.owners.formUnion(try counting(row, edit))
    }
    for run in touched.runs where run.kind.replica != .builtIn {
      try judge(run, &begun)
      begun.owners.formUnion(try dependents(on: run))
      begun.owners.formUnion(try counting(run))
    }
    return begun
  }

  /// The rules that a record breaks.
  func findings(of row: Int64, _ state: RecordState, _ kind: KindDefinition) throws -> [ProblemCheck.Finding] {
    guard let fields = plan.fields[kind.id], plan.rules[kind.id] != nil else { return [] }
    var shown = ShownFields(fields)
    for (place, field) in fields.enumerated() { shown.values[place] = file.shown(field, in: state).shown }
    return try file.brokenRules(of: row, kind, shown: shown, state: state).map { Self.finding($0, of: row, kind.id) }
  }

  fileprivate static func finding(
    _ broken: ReplicaFile.BrokenRule, of row: Int64, _ kind: KindID
  ) -> ProblemCheck.Finding {
    ProblemCheck.Finding(
      class: .invariant, kind: kind, owner: row, others: broken.counted.filter { $0 != row },
      rules: [broken.invariant.name])
  }

  // MARK: What was edited

  /// Records whose rules look at the edited one over references.
  private func dependents(on row: Int64, _ edit: Touched.Edit) throws -> Set<Int64> {
    var found: Set<Int64> = []
    for dependent in plan.dependents[edit.kind] ?? [] where edit.isWhole || edit.fields.contains(dependent.field) {
      found.formUnion(try walkBack(from: try file.members(of: row), dependent.path))
    }
    return found
  }

  /// Records whose rules count the edited one, did so before, or listed it.
  private func counting(_ row: Int64, _ edit: Touched.Edit) throws -> Set<Int64> {
    let counted = (plan.counted[edit.kind] ?? []).filter { edit.isWhole || !edit.fields.isDisjoint(with: $0.looksAt) }
    guard !counted.isEmpty else { return [] }
    var found = edit.formerTargets
    if let stored = try file.loadJoined(LocalDot(rowID: row), hint: edit.kind),
      let kind = file.catalog.schema.kind(edit.kind)
    {
      for count in counted {
        if let field = kind.field(count.field) { found.formUnion(try file.targets(of: field, in: stored.state)) }
      }
    }
    let listed = try file.connection.statement(
      """
      SELECT p.record FROM quan_involved i JOIN quan_problem p ON p.code=i.problem
      WHERE i.record=? AND p.class='invariant'
      """)
    listed.bind(1, row)
    while try listed.step() { found.insert(listed.integer(0)) }
    return found
  }

  // MARK: What is new

  private func isNew(_ row: Int64, _ kind: KindID) -> Bool {
    touched.runs.contains { $0.kind == kind && $0.first <= row && row <= $0.last }
  }

  /// Looks at each new row of a run once.
  ///
  /// Rows that are as they were created are read straight from the columns that rules look at; a rule is asked only about
  /// those that hold something it looks at, or that something refers to which it counts. Others are to be looked at whole.
  private func judge(_ run: Touched.Run, _ begun: inout Begun) throws {
    guard let rules = plan.rules[run.kind], let table = file.catalog.tables[run.kind] else { return }
    let columns = (plan.fields[run.kind] ?? []).compactMap { field in table.columns.first { $0.key == field.key } }
    var shown = ShownFields(columns.map(\.definition))
    let judge = OwnFieldsJudge(rules, of: shown)
    var waiting: [OwnFieldsJudge.Row] = []
    let others = rules.indices.filter { !rules[$0].looksOnlyAtOwnFields }
    let looksAt = rules.map { rule in columns.indices.filter { rule.fields.contains(columns[$0].definition.name) } }
    let referred = try rules.map { rule in try rule.counts.compactMap { try ReferredRows(file, run, $0) } }
    let list = (["id", "quan_state IS NULL"] + columns.map(\.quotedName)).joined(separator: ",")
    let statement = try file.connection.ownStatement(
      "SELECT \(list) FROM \(table.quotedName) WHERE id BETWEEN ? AND ? ORDER BY id")
    statement.bind(1, run.first)
    statement.bind(2, run.last)
    let codec = file.columnCodec
    while try statement.step() {
      let row = statement.integer(0)
      guard statement.integer(1) != 0, try !file.isJoined(LocalDot(rowID: row)) else {
        begun.owners.insert(row)
        continue
      }
      for (place, column) in columns.enumerated() {
        shown.values[place] = try codec.values(of: column.shape, from: statement, at: Int32(place + 2)) ?? []
      }
      if others.count < rules.count {
        waiting.append((row, shown.values))
        if waiting.count == OwnFieldsJudge.pieceCount {
          judge.take(waiting)
          waiting.removeAll(keepingCapacity: true)
        }
      }
      var source: InvariantRow?
      for place in others {
        let rule = rules[place]
        let isCounted = try referred[place].contains { try $0.contains(row) }
        if !isCounted, rule.ofEmpty != false, looksAt[place].allSatisfy({ shown.values[$0].isEmpty }) { continue }
        let asked = source ?? InvariantRow(file, row, table.kind, shown: shown)
        source = asked
        guard let broken = try file.broken(rule, by: asked) else { continue }
        begun.known.append(Self.finding(broken, of: row, run.kind))
      }
    }
    judge.take(waiting)
    begun.judging.append((judge, rules, run.kind))
  }

  /// Older records whose rules look at new ones: they refer to what has come after them.
  private func dependents(on run: Touched.Run) throws -> Set<Int64> {
    var found: Set<Int64> = []
    for path in Set((plan.dependents[run.kind] ?? []).map(\.path)) {
      guard let last = path.last, let (table, name) = Self.column(file, last) else { continue }
      let statement = try file.connection.ownStatement(
        "SELECT id FROM \(table.quotedName) WHERE \(name) BETWEEN ? AND ?")
      statement.bind(1, run.first)
      statement.bind(2, run.last)
      var rows: [Int64] = []
      while try statement.step() {
        if !isNew(statement.integer(0), table.kind.id) { rows.append(statement.integer(0)) }
      }
      found.formUnion(try walkBack(from: rows, path.dropLast()))
    }
    return found
  }

  /// Older records that new ones refer to and whose rules count these.
  private func counting(_ run: Touched.Run) throws -> Set<Int64> {
    var found: Set<Int64> = []
    for count in plan.counted[run.kind] ?? [] {
      guard let (table, name) = Self.column(file, count.field) else { continue }
      let statement = try file.connection.ownStatement(
        "SELECT DISTINCT \(name) FROM \(table.quotedName) WHERE id BETWEEN ? AND ? AND \(name) IS NOT NULL")
      statement.bind(1, run.first)
      statement.bind(2, run.last)
      while try statement.step() {
        let target = LocalDot(rowID: statement.integer(0))
        guard let counter = try file.table(of: target), !isNew(target.rowID, counter.kind.id) else { continue }
        let row = try file.representative(of: target.rowID)
        if try isListed(row) || !file.brokenRules(of: row, counter.kind).isEmpty { found.insert(row) }
      }
    }
    return found
  }

  private func isListed(_ row: Int64) throws -> Bool {
    let statement = try file.connection.statement("SELECT 1 FROM quan_problem WHERE record=? AND class='invariant'")
    statement.bind(1, row)
    defer { statement.reset() }
    return try statement.step()
  }

  // MARK: References backwards

  /// The rows from which reference fields lead to some rows.
  private func walkBack(from rows: [Int64], _ path: some BidirectionalCollection<FieldID>) throws -> Set<Int64> {
    try Self.walkBack(file, from: rows, path)
  }

  /// The rows from which reference fields lead to some rows.
  static func walkBack(
    _ file: ReplicaFile, from rows: [Int64], _ path: some BidirectionalCollection<FieldID>
  ) throws -> Set<Int64> {
    var found = Set(rows)
    for field in path.reversed() {
      guard let (table, name) = column(file, field) else { return [] }
      var next: Set<Int64> = []
      for row in found {
        for member in try file.members(of: row) {
          let statement = try file.connection.statement("SELECT id FROM \(table.quotedName) WHERE \(name)=?")
          statement.bind(1, member)
          while try statement.step() { next.insert(statement.integer(0)) }
        }
      }
      found = next
    }
    return found
  }

  private static func column(_ file: ReplicaFile, _ field: FieldID) -> (table: KindTable, name: String)? {
    guard let kind = file.catalog.kindOfField[field], let table = file.catalog.tables[kind],
      let column = table.columns.first(where: { $0.definition.id == field }), column.shape.container == .register
    else { return nil }
    return (table, column.quotedName)
  }
}

extension ReplicaFile {
  /// The rows that a reference field of a record leads to.
  func targets(of field: FieldDefinition, in state: RecordState) throws -> Set<Int64> {
    guard field.type == .reference else { return [] }
    var rows: Set<Int64> = []
    for case .reference(let reference) in shown(field, in: state).shown {
      if let local = streams.local(reference.record, in: reference.scope) {
        rows.insert(try representative(of: local.rowID))
      }
    }
    return rows
  }
}
