import QuanCore

/// What a record shows in the fields that the rules of its kind look at.
struct ShownFields: Sendable {
  let fields: [FieldDefinition]
  /// How many digits behind the point the decimals of each field have.
  private let scales: [Int]
  private let names: [String]
  /// Of each field.
  var values: [[Value]]

  init(_ fields: [FieldDefinition]) {
    self.fields = fields
    scales = fields.map(\.scale)
    names = fields.map(\.name)
    values = Array(repeating: [], count: fields.count)
  }

  /// The place of a field.
  func place(of name: String) -> Int? { names.firstIndex(of: name) }

  /// The values of a field.
  func operands(at name: String) -> [InvariantOperand] {
    guard let place = place(of: name) else { return [] }
    return values[place].map { InvariantOperand($0, scale: scales[place]) }
  }

  /// The one value of a field; nothing when it shows none or several.
  func value(at name: String) -> InvariantOperand {
    guard let place = place(of: name), values[place].count == 1 else { return .nothing }
    return InvariantOperand(values[place][0], scale: scales[place])
  }
}

/// A record as an invariant looks at it: what it and those that it refers to show.
final class InvariantRow: InvariantSource {
  /// That a field of some records, which are one, shows something else than it does.
  struct Assumption {
    let rows: Set<Int64>
    let field: FieldID
    let values: [Value]
    /// When it is written.
    let time: Instant

    func covers(_ row: Int64, _ field: FieldID) -> Bool { field == self.field && rows.contains(row) }
  }

  private let file: ReplicaFile
  private let row: Int64
  private let kind: KindDefinition
  /// All that rules may ask of the record itself, when it has been read.
  private let shown: ShownFields?
  /// The record's state, if it has been read; a record whose fields are all in ``shown`` and that has none is as it was
  /// created.
  private var state: RecordState?
  private let assumption: Assumption?
  /// Whether what is assumed has been looked at.
  private(set) var usedAssumption = false
  /// The records that the rule which is judged has counted.
  private var counted: Set<Int64> = []

  /// A record whose fields are read as they are asked for, or are all in `shown`.
  init(
    _ file: ReplicaFile, _ row: Int64, _ kind: KindDefinition, shown: ShownFields? = nil, state: RecordState? = nil,
    assuming assumption: Assumption? = nil
  ) {
    self.file = file
    self.row = row
    self.kind = kind
    self.shown = shown
    self.state = state
    self.assumption = assumption
  }

  /// What is assumed of a field of a record.
  private func assumed(_ field: FieldID, of row: Int64) -> [Value]? {
    guard let assumption, assumption.covers(row, field) else { return nil }
    usedAssumption = true
    return assumption.values
  }

  /// Whether a rule holds of the record, and the records that it counted.
  func judge(_ rule: InvariantPlan.Rule) throws -> (holds: Bool?, counted: Set<Int64>) {
    counted = []
    return (try rule.expression.holds(in: self), counted)
  }

  func value(at path: [String]) throws -> InvariantOperand {
    guard let shown, path.count == 1 else { return .only(try values(at: path)) }
    return shown.value(at: path[0])
  }

  func values(at path: [String]) throws -> [InvariantOperand] {
    if let shown {
      if path.count == 1 { return shown.operands(at: path[0]) }
      guard let place = path.first.flatMap({ shown.place(of: $0) }) else { return [] }
      return try follow(path.dropFirst(), from: shown.fields[place], shown.values[place])
    }
    guard let name = path.first, let field = kind.field(named: name) else { return [] }
    return try follow(path.dropFirst(), from: field, own(field))
  }

  /// What the rest of a path leads to.
  private func follow(
    _ path: ArraySlice<String>, from field: FieldDefinition, _ values: [Value]
  ) throws -> [InvariantOperand] {
    var values = values
    var last = field
    for name in path {
      guard values.count == 1, case .reference(let reference) = values[0],
        let target = file.catalog.schema.kind(named: last.target), let next = target.field(named: name),
        let local = file.streams.local(reference.record, in: reference.scope)
      else { return [] }
      values = try assumed(next.id, of: local.rowID) ?? file.shownValues(of: next, in: target, at: local)
      last = next
    }
    return values.map { InvariantOperand($0, scale: last.scale) }
  }

  func timeWritten(_ name: String) throws -> Instant? {
    guard let field = kind.field(named: name), field.container == .register else { return nil }
    let values: [Value]
    if let shown {
      values = shown.place(of: name).map { shown.values[$0] } ?? []
    } else {
      values = try own(field)
    }
    guard values.count == 1 else { return nil }
    if let assumption, assumption.covers(row, field.id) { return assumption.time }
    if state == nil {
      if shown != nil { return try file.timeWritten(LocalDot(rowID: row)) }
      state = try file.loadJoined(LocalDot(rowID: row), hint: kind.id)?.state
    }
    guard let side = state?.fields[field.key]?.sides.first(where: { $0.value == values[0] }),
      let scope = file.streams.dot(LocalDot(rowID: row))?.scope
    else { return nil }
    // Whoever wrote it last vouches for it: by then it may have come to pass.
    return try side.entries.compactMap { entry in
      guard entry.stamp == ReplicaFile.unread else { return entry.stamp.time }
      return try file.streams.local(entry.id.dot, in: scope).flatMap { try file.timeWritten($0) }
    }.max()
  }

  /// What a field shows that has not been read, or is assumed to.
  private func own(_ field: FieldDefinition) throws -> [Value] {
    try assumed(field.id, of: row) ?? file.shownValues(of: field, in: kind, at: LocalDot(rowID: row))
  }

  func count(of name: String, in field: String, _ condition: (any InvariantSource) throws -> Bool) throws -> Int {
    guard let kind = file.catalog.schema.kind(named: name), let table = file.catalog.tables[kind.id],
      let field = kind.field(named: field), let position = table.position[field.key]
    else { return 0 }
    let column = table.columns[position].quotedName
    var found: Set<Int64> = []
    for member in try file.members(of: row) {
      let statement = try file.connection.statement("SELECT id FROM \(table.quotedName) WHERE \(column)=?")
      statement.bind(1, member)
      while try statement.step() { found.insert(statement.integer(0)) }
    }
    let fulfilling = try Set(found.map { try file.representative(of: $0) }).filter { row in
      guard try !file.isHandedOver(row) else { return false }
      let counted = InvariantRow(file, row, kind, assuming: assumption)
      defer { usedAssumption = usedAssumption || counted.usedAssumption }
      return try condition(counted)
    }
    counted.formUnion(fulfilling)
    return fulfilling.count
  }
}

extension ReplicaFile {
  /// What a field of a record shows, joined records as one; nothing when the record is not there.
  ///
  /// - Complexity: O(log *n*); the record's other fields are not read, unless it is joined or has been written since it was made.
  func shownValues(of field: FieldDefinition, in kind: KindDefinition, at local: LocalDot) throws -> [Value] {
    guard let table = catalog.tables[kind.id], let position = table.position[field.key] else { return [] }
    if try isJoined(local) {
      guard let stored = try loadJoined(local, hint: kind.id), stored.state.presence != .deleted else { return [] }
      return shown(field, in: stored.state).shown
    }
    let column = table.columns[position]
    let statement = try connection.statement(column.fieldSelection)
    statement.bind(1, local.rowID)
    guard try statement.step() else { return [] }
    defer { statement.reset() }
    if statement.isNull(0) { return try columnCodec.values(of: column.shape, from: statement, at: 1) ?? [] }
    // What several wrote stands in the column as text.
    return try load(local, hint: kind.id).map { shown(field, in: $0.state).shown } ?? []
  }

  /// A rule that a record breaks, with the records that the rule counted.
  typealias BrokenRule = (invariant: Invariant, counted: [Int64])

  /// The rules of a record's kind that it breaks.
  func brokenRules(
    of row: Int64, _ kind: KindDefinition, shown: ShownFields? = nil, state: RecordState? = nil
  ) throws -> [BrokenRule] {
    let source = InvariantRow(self, row, kind, shown: shown, state: state)
    return try (invariants.rules[kind.id] ?? []).compactMap { try broken($0, by: source) }
  }

  /// A rule, if a record breaks it.
  func broken(_ rule: InvariantPlan.Rule, by source: InvariantRow) throws -> BrokenRule? {
    let verdict = try source.judge(rule)
    guard verdict.holds == false else { return nil }
    return (rule.invariant, verdict.counted.sorted { precedes($0, $1) })
  }
}
