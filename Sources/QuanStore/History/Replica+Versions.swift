public import QuanCore
import QuanFormat

extension Replica {
  /// What a record was in a version, with all that it was joined with then; `nil` when nobody had created it.
  ///
  /// Fields are named and shown by the schema of now.
  /// - Throws: ``StoreError`` with code `notFound` when there is no such record or change, `ambiguous`.
  /// - Complexity: O(*n*) in the changes of the replicas that have worked on the record.
  public func record(_ id: RecordID, at version: Version) throws -> Record? {
    try read { file in
      let known = try file.known(id)
      let reach = try file.reach(of: version)
      var records = try VersionedRecords(file)
      try records.load([known.local])
      return try records.found(known.local, at: reach).map {
        file.show($0.state, scope: known.scope, others: $0.others)
      }
    }
  }

  /// How two versions differ, record by record, definitions left out, in the order of the file.
  ///
  /// Records that are joined in the second version are one, which differs from what its first member was; each other member
  /// that stood for itself in the first is given too, as having become part of that one. So are, the other way round,
  /// records that have been separated.
  /// - Throws: ``StoreError`` with code `notFound` when a change is not held.
  /// - Complexity: O(*n*) in the changes of the scopes concerned.
  public func differences(from first: Version, to second: Version) throws -> [RecordDifference] {
    try read { file in
      let reaches = (try file.reach(of: first), try file.reach(of: second))
      let touched = try file.recordsTouched(between: reaches.0, and: reaches.1)
      var records = try VersionedRecords(file)
      try records.load(touched)
      var places: Set<LocalDot> = []
      for local in records.everConnected(with: touched) {
        // What stands for a record in either version.
        for reach in [reaches.0, reaches.1] { places.insert(try records.members(of: local, at: reach)[0]) }
      }
      return try places.sorted().compactMap { local in
        guard let scope = file.streams.dot(local)?.scope else { return nil }
        let (before, after) = (try records.found(local, at: reaches.0), try records.found(local, at: reaches.1))
        return try file.difference(before, after, isPart: after.map { $0.local != local } ?? false, scope) { key in
          try records.lastEdit(of: key, in: local, from: reaches.0, to: reaches.1)
        }
      }
    }
  }

  /// The changes that a text may mean: by the ID of any of their operations, in full or shortened as IDs of records
  /// are, or in the long form `REPLICA/SCOPE:NUMBER`.
  ///
  /// - Returns: The matches, at most 20.
  public func changes(matching text: String) throws -> [Provenance] {
    try read { file in
      let parts = text.uppercased().split(separator: "-", omittingEmptySubsequences: false)
      guard parts.count == 2, let counter = UInt64(parts[1]), !parts[0].isEmpty else {
        return try file.change(described: text).map { [$0] } ?? []
      }
      var found: [Provenance] = []
      for row in file.streams.rows where row.name.description.hasPrefix(parts[0]) {
        if let one = try file.provenance(of: Dot(row.name, counter), in: row.id.scope) { found.append(one) }
      }
      return Array(found.prefix(20))
    }
  }

  // MARK: Saved versions

  /// Writes what is held now into a file that ``savedVersion(at:)`` reads: a vector as exchange folders have them.
  public func saveVersion(to path: String) throws {
    let bytes = try read { file in
      VectorFile(
        workspace: workspace, replica: file.meta.replica, time: environment.now(), vector: file.streams.vector()
      ).encode()
    }
    try File.writeDurably(to: path) { sink in try sink(bytes) }
  }

  /// The vector that a file holds: a saved version, or what a replica has left in an exchange folder.
  ///
  /// - Throws: ``StoreError`` with code `notABundle`, `damaged`, `otherWorkspace`, `inputOutput`.
  public func savedVersion(at path: String) throws -> VersionVector {
    let file = try Self.verify(path) { try VectorFile(try File.read(path, limit: 16 << 20)) }
    guard file.workspace == workspace else {
      throw StoreError(.otherWorkspace, "it belongs to another workspace", subject: path)
    }
    return try Self.verify(path) { try file.vector }
  }
}

extension ReplicaFile {
  /// What operations on one record, in causal order, come to in a version.
  func state(
    of operations: [(change: Change, index: Int, dot: Dot, operation: Operation)], at reach: Reach
  ) -> RecordState? {
    var state: RecordState?
    for item in operations where reach.includes(item.change.number, of: item.index) {
      let stamp = Stamp(author: item.change.author, time: item.change.time)
      if case .create(let kind, let fields) = item.operation.body {
        state = RecordState(creating: item.dot, kind: kind, fields: fields, stamp: stamp)
      } else {
        state?.apply(item.operation.body, dot: item.dot, stamp: stamp)
      }
    }
    // A text is what all its edits together come to.
    for (key, replay) in Self.texts(of: operations, at: reach) where !replay.edits.isEmpty {
      state?.set(text: replay.text(), of: key)
    }
    return state
  }

  /// The records of people's kinds on which one version has operations that the other has not, or which it joins or
  /// separates.
  fileprivate func recordsTouched(between one: Reach, and other: Reach) throws -> Set<LocalDot> {
    var records: Set<LocalDot> = []
    for row in streams.rows {
      let ends = (one.numbers[row.index] ?? 0, other.numbers[row.index] ?? 0)
      guard ends.0 != ends.1 else { continue }
      try eachChange(of: row.index, from: min(ends.0, ends.1) + 1) { raw in
        guard raw.number <= max(ends.0, ends.1) else { return }
        for operation in try resolve(raw, as: row.index).operations {
          if let local = streams.local(operation.record, in: row.id.scope) { records.insert(local) }
        }
      }
    }
    return try records.reduce(into: []) { touched, local in
      guard try exists(local) else { return }
      let kind = try kind(of: local, hint: nil)
      if kind == BuiltIn.sameKind, let edge = try load(local, hint: kind)?.state {
        touched.formUnion(try ends(of: edge, local).filter { try exists($0) })
      } else if kind.replica != .builtIn {
        touched.insert(local)
      }
    }
  }

  /// - Parameter isPart: Whether the record has become part of one of a smaller ID, which tells its fields.
  fileprivate func difference(
    _ first: VersionedRecords.Found?, _ second: VersionedRecords.Found?, isPart: Bool, _ scope: ScopeID,
    lastEdit: (FieldKey) throws -> (dot: Dot, stamp: Stamp)?
  ) throws -> RecordDifference? {
    let (before, after) = (first?.state, second?.state)
    guard let state = after ?? before, let kind = catalog.schema.kind(state.kind) else { return nil }
    let definitions = isPart ? [] : kind.fields
    let fields = try definitions.compactMap { definition -> FieldDifference? in
      let old = before.map { shown(definition, in: $0).shown } ?? []
      let new = after.map { shown(definition, in: $0).shown } ?? []
      guard old != new else { return nil }
      if definition.container == .text, let last = try lastEdit(definition.key) {
        return FieldDifference(definition: definition, before: old, after: new, operation: last.dot, stamp: last.stamp)
      }
      let had = Set(before?.writes(on: definition.key).map(\.dot) ?? [])
      let last = after?.writes(on: definition.key).filter { !had.contains($0.dot) }
        .max { ($0.stamp.time, $0.dot) < ($1.stamp.time, $1.dot) }
      return FieldDifference(definition: definition, before: old, after: new, operation: last?.dot, stamp: last?.stamp)
    }
    let isRegrouped = first.map { [$0.state.id] + $0.others } != second.map { [$0.state.id] + $0.others }
    guard !fields.isEmpty || before?.presence != after?.presence || (first != nil && isRegrouped) else { return nil }
    return RecordDifference(
      before: first.map { show($0.state, scope: scope, others: $0.others) },
      after: second.map { show($0.state, scope: scope, others: $0.others) }, fields: fields)
  }

  /// The change that `REPLICA/SCOPE:NUMBER` names.
  fileprivate func change(described text: String) throws -> Provenance? {
    for row in streams.rows {
      let stream = StreamID(row.name, row.id.scope)
      guard text.hasPrefix("\(stream):"), let number = UInt64(text.dropFirst("\(stream):".count)) else { continue }
      var found: Provenance?
      try eachHead(of: row.index, from: number, through: number) { head in
        found = try provenance(of: Dot(row.name, head.firstCounter), in: row.id.scope)
      }
      if let found { return found }
    }
    return nil
  }
}
