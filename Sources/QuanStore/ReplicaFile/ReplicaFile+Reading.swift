import QuanCore
import QuanFormat

extension ReplicaFile {
  // MARK: Records

  /// A record as it is to be shown.
  func record(_ local: LocalDot) throws -> Record? {
    guard let stored = try loadJoined(local) else { return nil }
    return show(stored.state, scope: stored.scope, others: try others(thanRepresentativeOf: local), isWhole: true)
  }

  func show(_ state: RecordState, scope: ScopeID, others: [RecordID] = [], isWhole: Bool = false) -> Record {
    let kind =
      catalog.schema.kind(state.kind)
      ?? KindDefinition(id: state.kind, code: state.kind.description, labels: Labels("未知类型", "unknown kind"))
    var fields: [FieldView] = []
    for definition in kind.fields {
      let forms = isWhole ? state.otherForms(than: definition.key) : []
      guard state.holds(definition.key) || !forms.isEmpty else { continue }
      let decision = shown(definition, in: state)
      guard !decision.shown.isEmpty || !forms.isEmpty else { continue }
      let sides = definition.container == .register ? state.fields[definition.key]?.sides ?? [] : []
      fields.append(
        FieldView(
          definition: definition, shown: decision.shown, sides: sides.count > 1 ? sides : [],
          outcome: decision.outcome, items: items(definition, in: state), otherForms: forms))
    }
    return Record(id: state.id, scope: scope, kind: kind, fields: fields, presence: state.presence, others: others)
  }

  /// Gives the records of a kind that are there.
  ///
  /// - Parameter isWhole: Whether to give also those that have been handed over.
  func eachRecord(
    of kind: KindID, where conditions: [(field: FieldID, value: Value)], isWhole: Bool = false,
    _ body: (Record) throws -> Void
  ) throws {
    guard let table = catalog.tables[kind] else {
      throw StoreError(.notFound, "there is no such kind", subject: kind.description)
    }
    // What a column says rules most rows out before they are read; several values stand in it one a line.
    let filters = conditions.compactMap { condition in
      table.columns.first { column in
        column.definition.id == condition.field && column.shape.container == .register
          && column.shape.type == condition.value.type && column.shape.type != .reference && column.shape.type != .real
      }.map { (column: $0, value: condition.value) }
    }
    let clauses = filters.map { filter in
      let name = filter.column.quotedName
      return "(\(name)=? OR instr(\(name),char(10)))"
    }
    // What joined records show does not stand in one row.
    let joined = try joinedRows()
    let exception = joined.isEmpty ? "" : " OR id IN (SELECT member FROM quan_alias)"
    let filter = clauses.isEmpty ? "" : " WHERE (" + clauses.joined(separator: " AND ") + ")" + exception
    let wanted = try conditions.map { (field: $0.field, value: try followed($0.value)) }
    var seen: Set<Int64> = []
    let gone = isWhole ? [] : try handedOverRows()
    let statement = try connection.ownStatement(table.selection + filter + " ORDER BY id")
    for (index, filter) in filters.enumerated() {
      try columnCodec.bind([filter.value], of: filter.column.shape, to: statement, at: Int32(index + 1))
    }
    while try statement.step() {
      guard let (id, scope) = streams.dot(LocalDot(rowID: statement.integer(0))),
        gone.isEmpty || !gone.contains(joined[statement.integer(0)] ?? statement.integer(0))
      else { continue }
      let record: Record
      if let representative = joined[statement.integer(0)] {
        guard seen.insert(representative).inserted, let one = try self.record(LocalDot(rowID: representative)) else {
          continue
        }
        record = one
      } else {
        record = show(try state(from: statement, table: table, id: id), scope: scope)
      }
      let matches = try wanted.allSatisfy { condition in
        let field = record.fields.first { $0.definition.id == condition.field }
        return try field?.shown.contains { try followed($0) == condition.value } ?? false
      }
      if matches { try body(record) }
    }
  }

  /// Gives what some fields show in the records of a kind that are there; a record that nobody has changed since it was
  /// created is read from these columns alone.
  func eachRow(of kind: KindID, fields: [FieldID], _ body: (RecordID, [[Value]]) throws -> Void) throws {
    guard let table = catalog.tables[kind] else {
      throw StoreError(.notFound, "there is no such kind", subject: kind.description)
    }
    let columns = fields.map { field in table.columns.first { $0.definition.id == field } }
    let names = ["id", "quan_state NOTNULL"] + columns.map { $0.map { $0.quotedName } ?? "NULL" }
    let statement = try connection.ownStatement(
      "SELECT \(names.joined(separator: ",")) FROM \(table.quotedName) ORDER BY id")
    let codec = columnCodec
    let gone = try handedOverRows()
    while try statement.step() {
      let local = LocalDot(rowID: statement.integer(0))
      guard let (id, _) = streams.dot(local),
        try gone.isEmpty || !gone.contains(representative(of: local.rowID))
      else { continue }
      let changed = statement.integer(1) == 0 ? nil : try load(local, hint: kind)?.state
      var values: [[Value]] = []
      values.reserveCapacity(columns.count)
      for (index, column) in columns.enumerated() {
        if let column, let changed {
          values.append(shown(column.definition, in: changed).shown)
        } else if let column {
          values.append(try codec.values(of: column.shape, from: statement, at: Int32(index + 2)) ?? [])
        } else {
          values.append([])
        }
      }
      try body(id, values)
    }
  }

  // MARK: Finding by ID

  func records(externalID: String, of kind: KindID?) throws -> [RecordID] {
    var found: [RecordID] = []
    for table in catalog.ordered where kind == nil || table.kind.id == kind {
      guard let position = table.position[FieldKey(BuiltIn.externalID)] else { continue }
      let column = table.columns[position].quotedName
      let statement = try connection.statement("SELECT id FROM \(table.quotedName) WHERE \(column)=? LIMIT 20")
      statement.bind(1, externalID)
      while try statement.step() {
        let local = LocalDot(rowID: statement.integer(0))
        if let (id, _) = streams.dot(local), try !isHandedOver(local.rowID) { found.append(id) }
      }
    }
    return found
  }

  func records(matching text: String) throws -> [RecordID] {
    let digits = text.uppercased()
    if let id = Dot(digits) { return try matches(replicas: [id.replica], counter: id.counter) }
    let parts = digits.split(separator: "-", omittingEmptySubsequences: false)
    guard let prefix = parts.first, !prefix.isEmpty, parts.count <= 2 else { return [] }
    let normal = String(prefix.compactMap { CrockfordBase32.value(of: $0).map { CrockfordBase32.alphabet[Int($0)] } })
    guard normal.count == prefix.count else { return [] }
    let replicas = Set(streams.rows.map(\.name)).filter { $0.description.hasPrefix(normal) }
    if parts.count == 2 {
      guard let counter = UInt64(parts[1]) else { return [] }
      return try matches(replicas: replicas, counter: counter)
    }
    // Only the replica's part: clear when that replica made just one record.
    var found: [RecordID] = []
    for row in streams.rows where replicas.contains(row.name) {
      let rows = LocalDot.rows(ofStream: row.index)
      for table in catalog.ordered.map(\.quotedName) + ["quan_aside"] {
        let statement = try connection.statement("SELECT id FROM \(table) WHERE id BETWEEN ? AND ? LIMIT 20")
        statement.bind(1, rows.lowerBound)
        statement.bind(2, rows.upperBound)
        while try statement.step() {
          if let (id, _) = streams.dot(LocalDot(rowID: statement.integer(0))) { found.append(id) }
        }
      }
    }
    return Array(found.sorted().prefix(20))
  }

  private func matches(replicas: Set<ReplicaID>, counter: UInt64) throws -> [RecordID] {
    guard counter < LocalDot.counterLimit else { return [] }
    var found: Set<RecordID> = []
    for row in streams.rows where replicas.contains(row.name) {
      let local = LocalDot(stream: row.index, counter: counter)
      if try exists(local) { found.insert(Dot(row.name, counter)) }
    }
    // Before a fork an ID stood for what are now several records.
    if found.isEmpty, let replica = replicas.first, replicas.count == 1 {
      for row in streams.rows where row.id.replica == replica {
        let local = LocalDot(stream: row.index, counter: counter)
        if try exists(local) { found.insert(Dot(row.name, counter)) }
      }
    }
    return Array(found.sorted().prefix(20))
  }

  // MARK: Log

  func log(limit: Int?, author: String?, since: Instant?) throws -> [LogEntry] {
    var entries: [LogEntry] = []
    let isSifted = author != nil || since != nil
    for row in streams.rows where row.number > row.forkNumber {
      // Only the end of each stream can be among the latest.
      let end = isSifted ? nil : limit
      let from = end.map { row.number > UInt64($0) ? row.number - UInt64($0) + 1 : 1 } ?? 1
      try eachChange(of: row.index, from: max(from, row.forkNumber + 1)) { change in
        if let author, change.author != author { return }
        if let since, change.time < since { return }
        let seen = try change.dependencies.compactMap { place in
          try heldRow(of: place).map { ChangeID(stream: StreamID($0.name, $0.id.scope), number: place.tip.number) }
        }
        entries.append(
          LogEntry(
            id: ChangeID(stream: StreamID(row.name, row.id.scope), number: change.number),
            stamp: Stamp(author: change.author, time: change.time), message: change.message,
            operationCount: change.operations.count,
            records: Array(
              Set(change.operations.map { Dot($0.record.replica, $0.record.counter) }).sorted().prefix(20)),
            first: Dot(row.name, change.firstCounter), seen: seen))
      }
    }
    entries.sort { ($1.stamp.time, $1.id.stream, $1.id.number) < ($0.stamp.time, $0.id.stream, $0.id.number) }
    return limit.map { Array(entries.prefix($0)) } ?? entries
  }

  // MARK: Replicas

  func knownReplicas() throws -> [KnownReplica] {
    var introduced: [ReplicaID: (label: String, person: String, predecessor: ReplicaID?)] = [:]
    try eachRecord(of: BuiltIn.replicaKind, where: []) { record in
      guard let text = record["identity"]?.shown.first?.plainText, let id = ReplicaID(text) else { return }
      introduced[id] = (
        record["label"]?.shown.first?.plainText ?? "", record["person"]?.shown.first?.plainText ?? "",
        record["predecessor"]?.shown.first?.plainText.flatMap { ReplicaID($0) }
      )
    }
    // A branch of a cloned machine goes by the label that the machine gave before it was cloned.
    for row in streams.rows where row.parent != nil && introduced[row.name] == nil {
      introduced[row.name] = introduced[row.id.replica].map { ($0.label, $0.person, nil) }
    }
    let acknowledged = Dictionary(try peers().map { ($0.replica, $0.vector) }) { first, _ in first }
    var heard: [ReplicaID: Instant] = [:]
    let times = try connection.statement("SELECT replica, time FROM quan_peer")
    while try times.step() { heard[ReplicaID(rawValue: times.bits(0))] = Instant(milliseconds: times.integer(1)) }
    func unsent(to id: ReplicaID) -> UInt64 {
      guard id != meta.replica else { return 0 }
      let known = acknowledged[id] ?? VersionVector()
      return streams.leaves.reduce(0) { sum, row in
        let number = known.number(of: row.id)
        return sum + (row.number > number ? row.number - number : 0)
      }
    }
    var changes: [ReplicaID: UInt64] = [:]
    for row in streams.rows where row.number > row.forkNumber {
      changes[row.name, default: 0] += row.number - row.forkNumber
    }
    let all = Set(introduced.keys).union(changes.keys).union(acknowledged.keys).subtracting([.builtIn])
    return all.sorted().map { id in
      KnownReplica(
        id: id, label: introduced[id]?.label ?? "", person: introduced[id]?.person ?? "", changes: changes[id] ?? 0,
        isOwn: id == meta.replica, predecessor: introduced[id]?.predecessor, acknowledged: acknowledged[id],
        lastHeard: heard[id], unsent: unsent(to: id), isRetired: meta.retired.contains(id))
    }
  }

  /// How many own changes no other replica is known to hold.
  func unsentChanges() throws -> UInt64 {
    let own = Set([meta.replica] + meta.predecessors)
    let peers = try peers().map(\.vector)
    return streams.leaves.filter { own.contains($0.id.replica) }.reduce(0) { sum, row in
      let known = peers.map { $0.number(of: row.id) }.max() ?? 0
      return sum + (row.number > known ? row.number - known : 0)
    }
  }

  // MARK: Canonical form

  func canonicalForm(of scope: ScopeID) throws -> CanonicalScope {
    var records: [CanonicalRecord] = []
    for row in streams.rows where row.id.scope == scope {
      let rows = LocalDot.rows(ofStream: row.index)
      for table in catalog.ordered.map(\.quotedName) + ["quan_aside"] {
        var ids: [Int64] = []
        let statement = try connection.statement("SELECT id FROM \(table) WHERE id BETWEEN ? AND ? ORDER BY id")
        statement.bind(1, rows.lowerBound)
        statement.bind(2, rows.upperBound)
        while try statement.step() { ids.append(statement.integer(0)) }
        for id in ids {
          if let stored = try load(LocalDot(rowID: id)) { records.append(CanonicalRecord(stored.state)) }
        }
      }
    }
    return CanonicalScope(records: records, vector: streams.vector(of: scope))
  }
}

extension RecordState {
  /// What a field holds in other forms than one.
  fileprivate func otherForms(than key: FieldKey) -> [OtherForm] {
    ContainerType.allCases.filter { $0 != key.container }.compactMap { container in
      let other = FieldKey(key.id, container)
      guard holds(other) else { return nil }
      let values: [Value] =
        switch container {
        case .counter: [.integer(fields[other]?.sum ?? 0)]
        case .map, .list: items(of: other).flatMap { fields[$0]?.sides.map(\.value) ?? [] }
        case .register, .set, .text: fields[other]?.sides.map(\.value) ?? []
        }
      return values.isEmpty ? nil : OtherForm(container: container, values: values)
    }
  }
}
