public import QuanCore

extension Replica {
  /// The problems: what the merged data breaks although no field is in conflict.
  ///
  /// - Parameters:
  ///   - record: Only those that it has a part in.
  ///   - class: Only those of a class.
  ///   - kind: Only those about records of a kind.
  ///   - accepted: Those that somebody says are right as they are, instead of the open ones; `nil` for both.
  ///   - limit: At most so many.
  /// - Complexity: O(*p*) in the problems that are there.
  public func problems(
    of record: RecordID? = nil, class: ProblemClass? = nil, kind: KindID? = nil, accepted: Bool? = false,
    limit: Int? = nil
  ) throws -> [Problem] {
    try read { file in
      let row = try record.map { try file.representative(of: try file.known($0).local.rowID) }
      return try file.problems(
        ReplicaFile.ProblemSelection(record: row, class: `class`, kind: kind, accepted: accepted, limit: limit))
    }
  }

  /// The problem of an identity, if it is there.
  public func problem(_ id: ProblemID) throws -> Problem? {
    try read { file in try file.problem(id) }
  }

  /// The problems whose code begins with what a person typed, at most 20.
  public func problems(matching text: String) throws -> [Problem] {
    try read { file in try file.problems(matching: text) }
  }

  /// How many problems are open, of all records or of one.
  public func problemCount(of record: RecordID? = nil) throws -> Int {
    try read { file in
      try file.problemCount(of: try record.map { try file.representative(of: try file.known($0).local.rowID) })
    }
  }

  /// The records that have a part in open problems, joined ones under the ID that they are shown under.
  ///
  /// - Complexity: O(*p*) in the problems that are open.
  public func recordsWithProblems() throws -> Set<RecordID> {
    try read { file in Set(try file.rowsWithProblems().compactMap { file.reference($0)?.record }) }
  }

  /// Who made a record, and when by their clock; `nil` when its maker's changes are not held.
  public func creation(of record: RecordID) throws -> Stamp? {
    try read { file in try file.stamp(of: record, in: try file.known(record).scope) }
  }

  /// Who deleted a record, for the deletes that stand.
  public func deletions(of record: RecordID) throws -> [Stamp] {
    try read { file in
      guard let state = try file.load(try file.known(record).local)?.state else { return [] }
      return state.deletes.values.sorted { $0.dot < $1.dot }.map(\.stamp)
    }
  }
}

extension Transaction {
  /// Says of a problem that it is right as it is: two persons of one name, say.
  ///
  /// Other laptops do not ask again.
  /// The verdict is a record in the problem's scope: it travels, is undone, and is taken back like any other.
  /// - Throws: ``StoreError`` with code `notFound` when there is no such problem; `refused` when the write has acted in
  ///   another scope.
  @discardableResult
  public mutating func accept(_ id: ProblemID, reason: String = "") throws -> RecordID {
    guard let problem = try file.problem(id) else { throw Self.noProblem(id) }
    var values: [FieldID: [Value]] = [
      BuiltIn.verdictClass: [.text(problem.class.rawValue)],
      BuiltIn.verdictRecords: problem.records.map { .reference($0) },
    ]
    let rule = problem.distinction
    if !rule.isEmpty { values[BuiltIn.verdictRule] = [.text(rule)] }
    if !reason.isEmpty { values[BuiltIn.reason] = [.text(reason)] }
    return try create(BuiltIn.verdictKind, in: problem.scope, values)
  }

  /// Takes back all verdicts about a problem that are here, so that it is open again.
  ///
  /// - Throws: ``StoreError`` with code `notFound` when nobody has said anything about it.
  public mutating func reopen(_ id: ProblemID) throws {
    let verdicts = try file.verdicts(about: id)
    guard !verdicts.isEmpty else { throw Self.noProblem(id) }
    for verdict in verdicts { if let (record, _) = file.streams.dot(verdict) { try delete(record, force: true) } }
  }

  /// Takes a reference to a record out of a field: clears a register, removes from a set, and takes the elements of a list
  /// and the keys of a map away that show it.
  public mutating func clearReference(in record: RecordID, _ field: FieldID, to target: Reference) throws {
    let kind = try file.kind(of: try file.known(record).local, hint: file.catalog.kindOfField[field])
    guard let definition = file.catalog.schema.kind(kind)?.field(field) else { return }
    switch definition.container {
    case .set: try remove(record, field, .reference(target))
    case .list, .map:
      guard let state = try file.loadJoined(try file.known(record).local)?.state else { return }
      for item in file.items(definition, in: state) where item.shown.contains(.reference(target)) {
        if let key = item.key { try set(record, field, key: key, to: nil) }
        if let element = item.element { try set(record, field, element: element, to: nil) }
      }
    case .register, .counter, .text: try set(record, field, to: nil)
    }
  }

  private static func noProblem(_ id: ProblemID) -> StoreError {
    StoreError(.notFound, "there is no such problem", subject: id.description)
  }
}
