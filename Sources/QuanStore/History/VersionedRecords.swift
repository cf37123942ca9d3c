import QuanCore

/// Records as they were in versions: those that were joined then are read as one, as they are now.
///
/// The log is walked once for each set of records that is asked for, with all that edges have ever connected them with.
struct VersionedRecords {
  typealias Operations = [(change: Change, index: Int, dot: Dot, operation: QuanCore.Operation)]

  /// A record as it was, under the ID that it went by.
  struct Found {
    let local: LocalDot
    let state: RecordState
    /// What it was joined with then.
    let others: [RecordID]
  }

  private let file: ReplicaFile
  private var operations: [LocalDot: Operations] = [:]
  /// Every edge that there ever was, by the records that it connects: what it was in a version, its operations tell.
  private var edges: [LocalDot: Set<LocalDot>] = [:]
  /// The ends of each edge.
  private var ends: [LocalDot: Set<LocalDot>] = [:]

  init(_ file: ReplicaFile) throws {
    self.file = file
    for edge in try file.allEdges() {
      guard let state = try file.load(edge, hint: BuiltIn.sameKind)?.state else { continue }
      let connected = try file.ends(of: state, edge)
      ends[edge] = connected
      for end in connected { edges[end, default: []].insert(edge) }
    }
  }

  /// Reads what was ever done to some records and to all that edges ever connected them with.
  mutating func load(_ records: Set<LocalDot>) throws {
    var wanted = records
    var queue = Array(records)
    while let record = queue.popLast() {
      for edge in edges[record] ?? [] {
        wanted.insert(edge)
        for end in ends[edge] ?? [] where wanted.insert(end).inserted { queue.append(end) }
      }
    }
    operations = try file.operations(on: wanted)
  }

  /// The records that are one with a record in a version, itself among them, ascending by ID.
  func members(of record: LocalDot, at reach: Reach) throws -> [LocalDot] {
    var members: Set<LocalDot> = [record]
    var queue = [record]
    while let next = queue.popLast() {
      for edge in edges[next] ?? [] {
        guard let state = file.state(of: operations[edge] ?? [], at: reach), state.presence != .deleted else {
          continue
        }
        let connected = try file.ends(of: state, edge)
        guard connected.contains(next) else { continue }
        for end in connected where members.insert(end).inserted { queue.append(end) }
      }
    }
    return members.sorted { file.precedes($0.rowID, $1.rowID) }
  }

  /// A record with all that was one with it in a version; `nil` when nobody had created any of them.
  func found(_ record: LocalDot, at reach: Reach) throws -> Found? {
    let members = try members(of: record, at: reach)
    let states = members.compactMap { member in
      file.state(of: operations[member] ?? [], at: reach).map { (member: member, state: $0) }
    }
    guard let first = states.first else { return nil }
    guard states.count > 1, let joined = RecordState(joining: states.map(\.state)) else {
      return Found(local: first.member, state: first.state, others: [])
    }
    let others = states.dropFirst().compactMap { file.reference($0.member.rowID)?.record }
    return Found(local: first.member, state: joined, others: others)
  }

  /// The operation of one version that edited a text of a record last and that another version does not have.
  func lastEdit(
    of key: FieldKey, in record: LocalDot, from first: Reach, to second: Reach
  ) throws -> (dot: Dot, stamp: Stamp)? {
    try members(of: record, at: second).flatMap { operations[$0] ?? [] }.filter { item in
      guard case .edit(key, _) = item.operation.body else { return false }
      return second.includes(item.change.number, of: item.index) && !first.includes(item.change.number, of: item.index)
    }
    .map { (dot: $0.dot, stamp: Stamp(author: $0.change.author, time: $0.change.time)) }
    .max { ($0.stamp.time, $0.dot) < ($1.stamp.time, $1.dot) }
  }

  /// All records that edges ever connected with some.
  func everConnected(with records: Set<LocalDot>) -> Set<LocalDot> {
    records.union(records.flatMap { record in (edges[record] ?? []).flatMap { ends[$0] ?? [] } })
  }
}

extension ReplicaFile {
  /// Every edge that is held, those that are deleted among them.
  func allEdges() throws -> [LocalDot] {
    guard let table = catalog.tables[BuiltIn.sameKind] else { return [] }
    let statement = try connection.statement(
      """
      SELECT id FROM \(table.quotedName)
      UNION ALL SELECT id FROM quan_aside WHERE kind_replica=? AND kind_counter=?
      """)
    statement.bind(1, bits: BuiltIn.sameKind.replica.rawValue)
    statement.bind(2, bits: BuiltIn.sameKind.counter)
    var edges: [LocalDot] = []
    while try statement.step() { edges.append(LocalDot(rowID: statement.integer(0))) }
    return edges
  }

  /// The two records that an edge names; none when it is no edge between two records of its scope.
  func ends(of edge: RecordState, _ local: LocalDot) throws -> Set<LocalDot> {
    guard let scope = streams.dot(local)?.scope, let kind = catalog.schema.kind(BuiltIn.sameKind) else { return [] }
    var ends: Set<LocalDot> = []
    for field in [BuiltIn.sameOne, BuiltIn.sameOther] {
      guard let definition = kind.field(field), case .reference(let end)? = shown(definition, in: edge).shown.first,
        end.scope == scope
      else { return [] }
      ends.insert(try self.local(end.record, in: end.scope))
    }
    return ends.count == 2 ? ends : []
  }
}
