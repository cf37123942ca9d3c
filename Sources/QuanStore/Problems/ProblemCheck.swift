import QuanCore

/// Makes `quan_problem` say what is wrong about the records that a transaction touched, and about those that depend on
/// them.
///
/// A row belongs to its first record: a reference's problem to the record that refers, an invariant's to the one that
/// breaks it, a duplicate's to the member of the smallest ID. Looking at a record takes away the rows that belong to it
/// and writes anew what is wrong now, so that what a check leaves is what looking at every record would leave.
struct ProblemCheck {
  /// What a check changed.
  struct Changes {
    /// Open problems that were not open before.
    var new: [ProblemID] = []
    /// How many of these are records that may be the same thing entered twice.
    var newDuplicates = 0
    /// How many that were open are mended, or are said to be right.
    var settled = 0
  }

  /// What stands in a row of `quan_problem`.
  struct Finding {
    let `class`: ProblemClass
    let kind: KindID
    let owner: Int64
    var others: [Int64] = []
    var field: FieldID?
    var rules: [String] = []
    /// Whether there may be more records than it lists.
    var isCut = false

    /// What tells it from others of the class over the same records; see ``Problem/distinction``.
    var distinction: String {
      switch `class` {
      case .unique, .duplicate: ""
      case .dangling, .deletedTarget: field?.description ?? ""
      case .invariant, .transfer: rules.first ?? ""
      }
    }
  }

  let file: ReplicaFile
  private var touched: Touched
  /// Problems whose rows were written or taken away, with whether they were open before.
  private var before: [Int64: Bool] = [:]
  private var connection: Connection { file.connection }

  init(_ file: ReplicaFile, _ touched: Touched) {
    self.file = file
    self.touched = touched
  }

  mutating func run() throws -> Changes {
    let handovers = try file.refreshHandovers(touched)
    if touched.everything { try forget() }
    for row in handovers.toggled where try file.exists(LocalDot(rowID: row)) {
      let local = LocalDot(rowID: row)
      touched.change(local, kind: try file.kind(of: local, hint: nil))
    }
    var verdicts: Set<Int64> = []
    var owners: Set<Int64> = handovers.others
    var suspects: Set<Int64> = []
    for (row, edit) in touched.edits {
      if edit.kind == BuiltIn.verdictKind { verdicts.insert(row) }
      guard edit.kind.replica != .builtIn else { continue }
      owners.insert(row)
      if edit.isWhole {
        suspects.insert(row)
        owners.formUnion(try file.referrers(to: try file.members(of: row)))
      } else if isKey(edit.fields, of: edit.kind) {
        suspects.insert(row)
      }
    }
    // A natural key that holds a reference holds what stands for its target.
    suspects.formUnion(try file.rowsWithSide(leadingTo: touched.regrouped.sorted()))
    for run in touched.runs where run.kind == BuiltIn.verdictKind {
      verdicts.formUnion(try rows(of: run))
    }
    for (row, edit) in touched.edits where edit.isWhole && edit.kind.replica != .builtIn {
      verdicts.formUnion(try file.verdicts(mentioning: row))
    }
    try refreshVerdicts(verdicts)
    try file.indexReferences(of: Set(touched.runs.map(\.kind)))
    // First of all: what it hands to another core is judged while keys are noted.
    let invariants = try InvariantSearch(file, touched).begin()
    owners.formUnion(invariants.owners)
    for run in touched.runs where run.kind.replica != .builtIn {
      guard let table = file.catalog.tables[run.kind] else { continue }
      owners.formUnion(try danglingRows(of: run, table))
      owners.formUnion(try file.strayRows(of: run, table))
      suspects.formUnion(try sharedKeyRows(of: run, table))
    }
    for owner in owners.sorted() { try look(at: owner) }
    // Looking at a record tells what it breaks too; nothing was said of the other new ones before.
    for finding in try invariants.findings() where !owners.contains(finding.owner) { try write(finding) }
    var duplicates = DuplicateSearch(file)
    for finding in try duplicates.findings(around: suspects, removing: { try self.removeDuplicates(of: $0) }) {
      try write(finding)
    }
    return try changes()
  }

  private func rows(of run: Touched.Run) throws -> [Int64] {
    guard let table = file.catalog.tables[run.kind] else { return [] }
    let statement = try connection.statement("SELECT id FROM \(table.quotedName) WHERE id BETWEEN ? AND ?")
    statement.bind(1, run.first)
    statement.bind(2, run.last)
    var rows: [Int64] = []
    while try statement.step() { rows.append(statement.integer(0)) }
    return rows
  }

  private func isKey(_ fields: Set<FieldID>, of kind: KindID) -> Bool {
    guard let definition = file.catalog.schema.kind(kind) else { return false }
    if fields.contains(BuiltIn.externalID) { return true }
    let names = Set(definition.naturalKeys.flatMap { $0.parts.map(\.field) })
    return definition.fields.contains { fields.contains($0.id) && names.contains($0.name) }
  }

  // MARK: All

  /// Forgets all that was found, and looks at every record.
  private mutating func forget() throws {
    let statement = try connection.statement("SELECT code, verdict IS NULL FROM quan_problem")
    while try statement.step() { before[statement.integer(0)] = statement.integer(1) != 0 }
    try connection.execute(
      "DELETE FROM quan_problem; DELETE FROM quan_involved; DELETE FROM quan_key; DELETE FROM quan_accepted;"
        + "DELETE FROM quan_reference;")
    touched = Touched()
    for table in file.catalog.ordered
    where table.kind.id.replica != .builtIn || table.kind.id == BuiltIn.verdictKind {
      let count = try connection.statement("SELECT count(*) FROM \(table.quotedName)")
      let rows = try count.step() ? Int(count.integer(0)) : 0
      count.reset()
      if rows > 0 { touched.createAll(of: table.kind.id, count: rows) }
    }
    // Joined records are read as one: rows alone do not tell what is wrong about them.
    guard file.hasComponents else { return }
    let members = try connection.statement("SELECT member FROM quan_alias")
    var joined: [Int64] = []
    while try members.step() { joined.append(members.integer(0)) }
    for row in joined {
      let local = LocalDot(rowID: row)
      touched.change(local, kind: try file.kind(of: local, hint: nil))
    }
  }

  // MARK: One record

  /// Makes the rows that belong to a record say what is wrong about it.
  private mutating func look(at row: Int64) throws {
    let standing = try connection.statement(
      "SELECT code FROM quan_problem WHERE record=? AND class NOT IN ('unique','duplicate')")
    standing.bind(1, row)
    var codes: [Int64] = []
    while try standing.step() { codes.append(standing.integer(0)) }
    for code in codes { try remove(code) }
    let representative = try file.representative(of: row)
    if representative != row {
      try look(at: representative)
      return
    }
    guard let stored = try file.loadJoined(LocalDot(rowID: row)),
      let kind = file.catalog.schema.kind(stored.state.kind), kind.id.replica != .builtIn
    else { return }
    // Where it went it is looked at; here only what happened to it since is of interest.
    if try file.isHandedOver(row) {
      for finding in try file.troubles(ofHandedOver: row, stored.state) { try write(finding) }
      return
    }
    guard stored.state.presence != .deleted else { return }
    for finding in try file.troubles(of: row, stored.state, kind) { try write(finding) }
    for finding in try danglingReferences(of: stored.state, kind, row) { try write(finding) }
    for finding in try InvariantSearch(file, touched).findings(of: row, stored.state, kind) { try write(finding) }
  }

  private func danglingReferences(
    of state: RecordState, _ kind: KindDefinition, _ row: Int64
  ) throws -> [Finding] {
    var findings: [Finding] = []
    for field in kind.fields where field.type == .reference {
      var seen: Set<Reference> = []
      let shown = file.shown(field, in: state).shown
      for case .reference(let written) in shown {
        if field.container != .register || shown.count > 1 { try file.indexReference(from: row, to: written) }
        let target = try file.followed(written)
        guard seen.insert(target).inserted else { continue }
        let hint = file.catalog.schema.kind(named: field.target)?.id
        let found: ProblemClass
        switch try file.standing(of: target, hint: hint) {
        case .here, .elsewhere: continue
        case .deleted: found = .deletedTarget
        case .missing: found = .dangling
        }
        let other = try file.local(target.record, in: target.scope).rowID
        findings.append(
          Finding(
            class: found, kind: kind.id, owner: row, others: [other], field: field.id))
      }
    }
    return findings
  }

  /// The new rows of a kind that refer to something that is not in its table.
  private func danglingRows(of run: Touched.Run, _ table: KindTable) throws -> [Int64] {
    var rows: [Int64] = []
    for column in table.columns where column.definition.type == .reference {
      let name = column.quotedName
      let targets = file.catalog.ordered.filter { target in
        target.kind.id.replica != .builtIn
          && (column.definition.target.isEmpty || target.kind.name == column.definition.target)
      }
      guard column.shape.container == .register else {
        rows += try danglingContainerRows(of: run, table, column, targets.first?.kind.id)
        continue
      }
      let absent = targets.map { "NOT EXISTS (SELECT 1 FROM \($0.quotedName) t WHERE t.id=r.\(name))" }
      let statement = try connection.statement(
        """
        SELECT r.id FROM \(table.quotedName) r WHERE r.id BETWEEN ? AND ? AND r.\(name) IS NOT NULL
        \(absent.map { "AND " + $0 }.joined(separator: " "))
        """)
      statement.bind(1, run.first)
      statement.bind(2, run.last)
      while try statement.step() { rows.append(statement.integer(0)) }
    }
    return rows
  }

  private func danglingContainerRows(
    of run: Touched.Run, _ table: KindTable, _ column: Column, _ hint: KindID?
  ) throws -> [Int64] {
    let name = column.quotedName
    let statement = try connection.ownStatement(
      "SELECT id, \(name) FROM \(table.quotedName) WHERE id BETWEEN ? AND ? AND \(name) IS NOT NULL")
    statement.bind(1, run.first)
    statement.bind(2, run.last)
    var rows: [Int64] = []
    while try statement.step() {
      for case .reference(let target) in try file.columnCodec.values(of: column.shape, from: statement, at: 1) ?? [] {
        try file.indexReference(from: statement.integer(0), to: target)
        switch try file.standing(of: target, hint: hint) {
        case .here, .elsewhere: continue
        case .deleted, .missing: rows.append(statement.integer(0))
        }
      }
    }
    return rows
  }

  /// Notes the keys of the new rows of a kind; gives those that share one with another record.
  private func sharedKeyRows(of run: Touched.Run, _ table: KindTable) throws -> Set<Int64> {
    var index = KeyIndex(file)
    return try index.add(run, table)
  }

  // MARK: Verdicts

  /// Makes `quan_accepted` say which problems some verdicts are about.
  private mutating func refreshVerdicts(_ rows: Set<Int64>) throws {
    guard !rows.isEmpty else { return }
    var codes: Set<Int64> = []
    for row in rows {
      let old = try connection.statement("DELETE FROM quan_accepted WHERE verdict=? RETURNING code")
      old.bind(1, row)
      while try old.step() { codes.insert(old.integer(0)) }
      for target in try file.records(ofVerdict: LocalDot(rowID: row)) {
        try file.indexReference(from: row, to: target)
      }
      guard let code = try file.problem(ofVerdict: LocalDot(rowID: row)) else { continue }
      codes.insert(code)
      let new = try connection.statement("INSERT OR REPLACE INTO quan_accepted VALUES (?,?)")
      new.bind(1, code)
      new.bind(2, row)
      try new.run()
    }
    for code in codes {
      try note(code)
      let update = try connection.statement(
        """
        UPDATE quan_problem SET verdict=(SELECT min(verdict) FROM quan_accepted a WHERE a.code=quan_problem.code)
        WHERE code=?
        """)
      update.bind(1, code)
      try update.run()
    }
  }

  // MARK: Rows

  /// Remembers whether a problem was open before this check, when it is asked about first.
  private mutating func note(_ code: Int64) throws {
    guard before[code] == nil else { return }
    let statement = try connection.statement("SELECT verdict IS NULL FROM quan_problem WHERE code=?")
    statement.bind(1, code)
    defer { statement.reset() }
    before[code] = try statement.step() && statement.integer(0) != 0
  }

  private mutating func remove(_ code: Int64) throws {
    try note(code)
    for table in ["quan_problem WHERE code=?", "quan_involved WHERE problem=?"] {
      let statement = try connection.statement("DELETE FROM \(table)")
      statement.bind(1, code)
      try statement.run()
    }
  }

  private mutating func removeDuplicates(of row: Int64) throws {
    let statement = try connection.statement(
      """
      SELECT code FROM quan_involved JOIN quan_problem ON code=problem
      WHERE quan_involved.record=? AND class IN ('unique','duplicate')
      """)
    statement.bind(1, row)
    var codes: [Int64] = []
    while try statement.step() { codes.append(statement.integer(0)) }
    for code in codes { try remove(code) }
  }

  private mutating func write(_ finding: Finding) throws {
    let references = ([finding.owner] + finding.others).compactMap { file.reference($0) }
    let id = ProblemID(finding.class, rule: finding.distinction, records: references)
    let code = Int64(bitPattern: id.rawValue)
    try note(code)
    let statement = try connection.statement(
      """
      INSERT OR REPLACE INTO quan_problem
      VALUES (?,?,?,?,?,?,?,?,?,(SELECT min(verdict) FROM quan_accepted WHERE code=?))
      """)
    statement.bind(1, code)
    statement.bind(2, finding.class.rawValue)
    statement.bind(3, finding.owner)
    statement.bind(4, bits: finding.kind.replica.rawValue)
    statement.bind(5, bits: finding.kind.counter)
    if let field = finding.field {
      statement.bind(6, bits: field.replica.rawValue)
      statement.bind(7, bits: field.counter)
    } else {
      statement.bindNull(6)
      statement.bindNull(7)
    }
    statement.bind(8, finding.rules.joined(separator: "\n"))
    statement.bind(9, finding.isCut ? 1 : 0)
    statement.bind(10, code)
    try statement.run()
    for row in [finding.owner] + finding.others {
      let involved = try connection.statement("INSERT OR IGNORE INTO quan_involved VALUES (?,?)")
      involved.bind(1, row)
      involved.bind(2, code)
      try involved.run()
    }
  }

  private func changes() throws -> Changes {
    var changes = Changes()
    for (code, wasOpen) in before {
      let statement = try connection.statement("SELECT class FROM quan_problem WHERE code=? AND verdict IS NULL")
      statement.bind(1, code)
      let isOpen = try statement.step()
      let `class` = isOpen ? statement.text(0) : ""
      statement.reset()
      if isOpen && !wasOpen {
        changes.new.append(ProblemID(rawValue: UInt64(bitPattern: code)))
        if [ProblemClass.unique.rawValue, ProblemClass.duplicate.rawValue].contains(`class`) {
          changes.newDuplicates += 1
        }
      }
      if wasOpen && !isOpen { changes.settled += 1 }
    }
    changes.new.sort()
    return changes
  }
}

extension ReplicaFile {
  /// Makes `quan_problem` follow what the transaction has touched so far.
  @discardableResult
  func refreshProblems() throws -> ProblemCheck.Changes {
    guard !touched.isEmpty else { return ProblemCheck.Changes() }
    var check = ProblemCheck(self, touched)
    touched = Touched()
    return try check.run()
  }

  /// Makes `quan_problem` follow what the transaction has touched, and tells in a report what that changed.
  func tellProblems(in report: inout MergeReport) throws {
    let changes = try refreshProblems()
    report.newProblems = try changes.new.prefix(MergeReport.problemLimit).compactMap { try problem($0) }.sorted {
      ($0.record, $0.class.rawValue, $0.distinction, $0.id) < ($1.record, $1.class.rawValue, $1.distinction, $1.id)
    }
    report.newProblemCount = changes.new.count
    report.settledProblems = changes.settled
    report.openProblems = try problemCount()
    report.possibleDuplicates = changes.newDuplicates
  }
}
