public import QuanCore

extension Replica {
  // MARK: Records

  /// A record, also a deleted one; `nil` when there is none.
  ///
  /// - Throws: ``StoreError`` with code `ambiguous` when a cloned machine gave the ID twice.
  public func record(_ id: RecordID) throws -> Record? {
    try read { file in
      do {
        return try file.record(try file.known(id).local)
      } catch let error as StoreError where error.code == .notFound {
        return nil
      }
    }
  }

  /// Gives the records of a kind that are there, in the order of the file.
  ///
  /// - Parameters:
  ///   - conditions: Fields with the value that they must show.
  ///   - body: Is called for each record; it must not use the replica.
  /// - Complexity: O(*n*) in the records of the kind.
  public func records(
    of kind: KindID, where conditions: [(field: FieldID, value: Value)] = [], _ body: (Record) throws -> Void
  ) throws {
    try read { file in
      try file.eachRecord(of: kind, where: conditions, body)
    }
  }

  /// Gives what some fields show in the records of a kind that are there, in the order of the file.
  ///
  /// - Parameters:
  ///   - fields: The fields; one that the kind has not shows nothing.
  ///   - body: Is called for each record, with the values of each field; it must not use the replica.
  /// - Complexity: O(*n*) in the records of the kind; of a record that nobody has changed only these fields are read.
  public func values(
    of kind: KindID, fields: [FieldID], _ body: (RecordID, [[Value]]) throws -> Void
  ) throws {
    try read { file in
      try file.eachRow(of: kind, fields: fields, body)
    }
  }

  /// The records whose ID a person may mean: the full ID; the start of the replica's part, a hyphen and the number,
  /// `W3F9-17`; or the start of either.
  ///
  /// - Returns: The matches, at most 20, ascending.
  public func records(matching text: String) throws -> [RecordID] {
    try read { file in
      return try file.records(matching: text)
    }
  }

  /// The records that an outside system's ID belongs to, of one kind or of any.
  ///
  /// - Complexity: O(log *n*), by an index.
  public func records(externalID: String, of kind: KindID? = nil) throws -> [RecordID] {
    try read { file in
      return try file.records(externalID: externalID, of: kind)
    }
  }

  /// The shortest form of an ID that is clear here: at least four characters of the replica's part, and the number.
  public func shortForm(of id: RecordID) throws -> String {
    try access { file in
      let full = id.replica.description
      let others = Set(file.streams.rows.map(\.name)).subtracting([id.replica]).map(\.description)
      for length in 4..<full.count {
        let prefix = String(full.prefix(length))
        if !others.contains(where: { $0.hasPrefix(prefix) }) { return "\(prefix)-\(id.counter)" }
      }
      return id.description
    }
  }

  // MARK: Conflicts

  /// The open conflicts, of one record or of all, in the order of the file.
  ///
  /// - Complexity: O(*c*) in the conflicts listed; nothing else is read.
  public func conflicts(of record: RecordID? = nil, limit: Int? = nil, offset: Int = 0) throws -> [Conflict] {
    try read { file in
      return try file.conflicts(
        of: try record.map { try file.representative(of: try file.known($0).local) }, limit: limit, offset: offset)
    }
  }

  /// How many conflicts are open.
  public func conflictCount() throws -> Int {
    try read { file in
      return try file.conflictCount()
    }
  }

  // MARK: History

  /// What happened to a record or one of its fields, oldest first.
  ///
  /// - Complexity: O(*n*) in the changes of the replicas that have worked on the record.
  public func history(of record: RecordID, field: FieldID? = nil) throws -> [HistoryStep] {
    try read { file in
      return try file.operations(onAllOf: try file.known(record).local).compactMap { item in
        if let field, !item.operation.body.touches(field) { return nil }
        let stream = StreamID(file.streams.rows[item.index].name, item.change.stream.scope)
        return HistoryStep(
          dot: item.dot, body: item.operation.body, stamp: Stamp(author: item.change.author, time: item.change.time),
          message: item.change.message, change: ChangeID(stream: stream, number: item.change.number))
      }
    }
  }

  /// The changes held, the latest claimed times first.
  ///
  /// - Parameters:
  ///   - limit: At most so many.
  ///   - author: Only what this person wrote.
  ///   - since: Only what claims to be written then or later.
  public func log(limit: Int? = nil, author: String? = nil, since: Instant? = nil) throws -> [LogEntry] {
    try read { file in
      return try file.log(limit: limit, author: author, since: since)
    }
  }

  // MARK: Replica

  /// The scopes, `shared` first, with their labels.
  public func scopes() throws -> [(id: ScopeID, label: String)] {
    try read { file in
      var scopes: [(id: ScopeID, label: String)] = [(.shared, "shared")]
      try file.eachRecord(of: BuiltIn.scopeKind, where: []) { record in
        scopes.append((ScopeID(record.id), record["label"]?.shown.first?.plainText ?? ""))
      }
      return scopes
    }
  }

  /// The replicas of the workspace that have introduced themselves or written something, by ID.
  public func replicas() throws -> [KnownReplica] {
    try read { file in
      return try file.knownReplicas()
    }
  }

  /// How the replica stands.
  public func status() throws -> Status {
    try read { file in
      let counts = try file.catalog.ordered.filter { $0.kind.id.replica != .builtIn }.map { table in
        KindCount(kind: table.kind, count: try file.recordCount(in: table))
      }
      var renewal = file.meta.renewal
      if renewal == nil, let reason = try reasonToRenew(file) {
        renewal = Renewal(predecessor: file.meta.replica, reason: reason)
      }
      return Status(
        workspace: workspace, replica: file.meta.replica, label: file.meta.label, author: file.meta.author,
        homeScope: file.meta.homeScope, records: counts, conflicts: try file.conflictCount(),
        problems: try file.problemCount(),
        pending: try file.pendingSegments(), unsentChanges: try file.unsentChanges(), renewal: renewal)
    }
  }

  /// What the replica holds, over all scopes, also what it carries for others and cannot read.
  public func vector() throws -> VersionVector {
    try read { file in try file.vector() }
  }

  /// How many changes are carried for others, sealed: of scopes that are not read here.
  public func carriedChanges() throws -> Int {
    try read { file in try file.carriage().changeCount }
  }

  /// A scope in the form in which replicas are compared.
  ///
  /// - Complexity: O(*n*) in the records of the file.
  public func canonicalForm(of scope: ScopeID) throws -> CanonicalScope {
    try read { file in
      return try file.canonicalForm(of: scope)
    }
  }
}

extension Operation.Body {
  /// Whether the operation is about a field.
  func touches(_ field: FieldID) -> Bool {
    switch self {
    case .create(_, let fields): fields.contains { $0.key.id == field }
    case .write(let key, _, _), .increment(let key, _), .edit(let key, _), .insert(let key, _, _),
      .move(let key, _, _, _):
      key.id == field
    case .delete, .restore: false
    }
  }
}

extension Value {
  /// The text of a text.
  var plainText: String? {
    if case .text(let text) = self { text } else { nil }
  }
}
