public import QuanCore

extension Transaction {
  /// Says that two records are the same thing: from now on they are read as one, under the smaller ID.
  ///
  /// Nothing is copied. Both IDs go on naming the record, references follow, and both histories stay; fields in which
  /// the two differ are in conflict. Two laptops that join the same records, crosswise or in a ring, come to one record.
  /// - Parameter reason: Why; may be empty.
  /// - Returns: The edge: a record of its own, which travels and is undone like any other.
  /// - Throws: ``StoreError`` with code `notFound`; `invalid` when they are of two kinds or one record; `refused` when
  ///   they are in two scopes, or one is deleted; `alreadyExists` when they are one already.
  @discardableResult
  public mutating func join(_ one: RecordID, _ other: RecordID, reason: String = "") throws -> RecordID {
    let left = try file.known(one)
    let right = try file.known(other)
    guard left.local != right.local else {
      throw StoreError(.invalid, "a record cannot be joined with itself", subject: one.description)
    }
    guard left.scope == right.scope else {
      throw StoreError(.refused, "records of two scopes cannot be joined", subject: other.description)
    }
    let kind = try file.kind(of: left.local, hint: nil)
    guard try file.kind(of: right.local, hint: kind) == kind else {
      throw StoreError(.invalid, "records of two kinds cannot be joined", subject: other.description)
    }
    guard kind.replica != .builtIn else {
      throw StoreError(.invalid, "records that describe the workspace are not joined", subject: one.description)
    }
    for (id, local) in [(one, left.local), (other, right.local)] {
      guard try file.loadJoined(local, hint: kind)?.state.presence != .deleted else {
        throw StoreError(.refused, "the record is deleted; restore it first", subject: id.description)
      }
    }
    guard try file.representative(of: left.local) != file.representative(of: right.local) else {
      throw StoreError(.alreadyExists, "the records are joined already", subject: other.description)
    }
    return try edge(one, other, in: left.scope, reason)
  }

  /// Takes a record out of those that it is joined with; the others stay one.
  ///
  /// What was written while they were one stays with each that it was written to. An edge that nobody here has seen
  /// yet joins it again when it comes.
  /// - Throws: ``StoreError`` with code `notFound` when it is joined with none.
  public mutating func separate(_ record: RecordID, reason: String = "") throws {
    let known = try file.known(record)
    let row = known.local.rowID
    let rest = try file.members(of: row).filter { $0 != row }
    guard !rest.isEmpty else {
      throw StoreError(.notFound, "the record is joined with no other", subject: record.description)
    }
    for (edge, _) in try file.edges(of: row)
    where try file.kind(of: LocalDot(rowID: edge), hint: BuiltIn.sameKind) == BuiltIn.arrivalKind {
      throw StoreError(
        .refused, "the records are one transfer that was accepted twice", subject: record.description)
    }
    for (edge, _) in try file.edges(of: row) {
      if let (id, _) = file.streams.dot(LocalDot(rowID: edge)) { try delete(id, force: true) }
    }
    // What only this record held together is held together by new edges.
    var waiting = Set(rest)
    while let first = rest.first(where: { waiting.contains($0) }) {
      waiting.subtract(try file.reached(from: [first], avoiding: row))
      if first != rest[0], let one = file.reference(rest[0]), let other = file.reference(first) {
        try edge(one.record, other.record, in: known.scope, reason)
      }
    }
  }

  @discardableResult
  private mutating func edge(
    _ one: RecordID, _ other: RecordID, in scope: ScopeID, _ reason: String
  ) throws -> RecordID {
    var values: [FieldID: [Value]] = [
      BuiltIn.sameOne: [.reference(Reference(min(one, other), in: scope))],
      BuiltIn.sameOther: [.reference(Reference(max(one, other), in: scope))],
    ]
    if !reason.isEmpty { values[BuiltIn.reason] = [.text(reason)] }
    return try create(BuiltIn.sameKind, in: scope, values)
  }

  /// The records that a write to one goes to: those that it is joined with and that are there, ascending by ID.
  func joined(_ record: RecordID) throws -> [RecordID] {
    guard file.hasComponents, let known = try? file.known(record) else { return [record] }
    let members = try file.members(of: known.local.rowID)
    guard members.count > 1 else { return [record] }
    let present = try members.filter { row in
      try file.load(LocalDot(rowID: row)).map { $0.state.presence != .deleted } ?? false
    }
    return (present.isEmpty ? members : present).compactMap { file.reference($0)?.record }
  }
}

extension Replica {
  /// The records that one is joined with, itself among them, ascending: the first is the ID that it is shown under.
  ///
  /// - Throws: ``StoreError`` with code `notFound`.
  public func joined(_ record: RecordID) throws -> [RecordID] {
    try read { file in
      try file.members(of: try file.known(record).local.rowID).compactMap { file.reference($0)?.record }
    }
  }
}
