import QuanCore

/// A stream, or one stretch of a forked stream, as this file knows it.
struct StreamRow: Hashable {
  /// Its local index, which stands in row IDs.
  let index: Int
  /// The stream as its author numbered it.
  let id: StreamID
  /// The name its replica goes by: the author's own ID, or after a fork that of the branch.
  let name: ReplicaID
  /// The stretch that this one continues, or `nil` for the beginning.
  let parent: Int?
  /// The last change of the stretch before; 0 at the beginning.
  let forkNumber: UInt64
  /// The last change held.
  var number: UInt64
  /// The counter of the last operation held.
  var counter: UInt64
  /// The digest at ``number``.
  var digest: Digest
}

/// The streams that this file knows, by local index and by name: `quan_stream` in memory.
///
/// A stream that is not forked is one row. A forked one is a tree: the changes that the branches share, and below
/// it one row a branch.
struct StreamTable {
  private(set) var rows: [StreamRow] = []
  private var byName: [StreamID: Int] = [:]
  private var byID: [StreamID: [Int]] = [:]
  /// Whether any stream is forked; while none is, dots need no resolving.
  private(set) var hasForks = false

  /// Reads the table.
  init(_ connection: Connection) throws {
    let statement = try connection.statement(
      """
      SELECT id, replica, scope_replica, scope_counter, name, parent, fork_number, number, counter, digest
      FROM quan_stream ORDER BY id
      """)
    while try statement.step() {
      let scope = ScopeID(Dot(ReplicaID(rawValue: statement.bits(2)), statement.bits(3)))
      guard Int(statement.integer(0)) == rows.count, let digest = Digest(statement.blob(9)) else {
        throw StoreError(.damaged, "the table of streams is damaged")
      }
      append(
        StreamRow(
          index: rows.count, id: StreamID(ReplicaID(rawValue: statement.bits(1)), scope),
          name: ReplicaID(rawValue: statement.bits(4)),
          parent: statement.isNull(5) ? nil : Int(statement.integer(5)), forkNumber: statement.bits(6),
          number: statement.bits(7), counter: statement.bits(8), digest: digest))
    }
  }

  private mutating func append(_ row: StreamRow) {
    rows.append(row)
    byName[StreamID(row.name, row.id.scope)] = row.index
    byID[row.id, default: []].append(row.index)
    if row.parent != nil { hasForks = true }
  }

  /// The row of a replica's name in a scope, if known.
  func index(name: ReplicaID, scope: ScopeID) -> Int? { byName[StreamID(name, scope)] }

  /// The row of a name in a scope, made when it is not known yet.
  mutating func intern(name: ReplicaID, scope: ScopeID, start: Digest, _ connection: Connection) throws -> Int {
    if let known = index(name: name, scope: scope) { return known }
    return try add(
      id: StreamID(name, scope), name: name, parent: nil, forkNumber: 0, number: 0, counter: 0, digest: start,
      connection)
  }

  /// Adds a row.
  mutating func add(
    id: StreamID, name: ReplicaID, parent: Int?, forkNumber: UInt64, number: UInt64, counter: UInt64, digest: Digest,
    _ connection: Connection
  ) throws -> Int {
    guard rows.count < LocalDot.indexLimit else {
      throw StoreError(.overLimit, "a replica knows at most \(LocalDot.indexLimit) streams")
    }
    let row = StreamRow(
      index: rows.count, id: id, name: name, parent: parent, forkNumber: forkNumber, number: number, counter: counter,
      digest: digest)
    let statement = try connection.statement("INSERT INTO quan_stream VALUES (?,?,?,?,?,?,?,?,?,?)")
    statement.bind(1, row.index)
    statement.bind(2, bits: id.replica.rawValue)
    statement.bind(3, bits: id.scope.dot.replica.rawValue)
    statement.bind(4, bits: id.scope.dot.counter)
    statement.bind(5, bits: name.rawValue)
    if let parent { statement.bind(6, parent) } else { statement.bindNull(6) }
    statement.bind(7, bits: forkNumber)
    statement.bind(8, bits: number)
    statement.bind(9, bits: counter)
    statement.bind(10, digest.bytes)
    try statement.run()
    append(row)
    return row.index
  }

  /// Moves a row on: in memory; ``save(_:_:)`` writes it.
  mutating func advance(_ index: Int, number: UInt64, counter: UInt64, digest: Digest) {
    rows[index].number = number
    rows[index].counter = counter
    rows[index].digest = digest
  }

  /// Writes where a row stands.
  func save(_ index: Int, _ connection: Connection) throws {
    let row = rows[index]
    let statement = try connection.statement("UPDATE quan_stream SET number=?, counter=?, digest=? WHERE id=?")
    statement.bind(1, bits: row.number)
    statement.bind(2, bits: row.counter)
    statement.bind(3, row.digest.bytes)
    statement.bind(4, row.index)
    try statement.run()
  }

  /// The rows of a stream as its author numbered it: one, or the stretches of a forked one.
  func rows(of id: StreamID) -> [StreamRow] { (byID[id] ?? []).map { rows[$0] } }

  /// Whether a row is the beginning of branches rather than where changes are added.
  func hasChildren(_ index: Int) -> Bool {
    hasForks && rows.contains { $0.parent == index }
  }

  /// The streams that are forked, as their authors numbered them.
  var forked: Set<StreamID> { hasForks ? Set(rows.filter { $0.parent != nil }.map(\.id)) : [] }

  /// The rows where changes can be added and that hold some: the tips.
  var leaves: [StreamRow] { rows.filter { $0.number > 0 && !hasChildren($0.index) } }

  /// What is held, over all scopes or in one.
  func vector(of scope: ScopeID? = nil) -> VersionVector {
    VersionVector(
      leaves.filter { scope == nil || $0.id.scope == scope }.map {
        Dependency($0.id, Tip(number: $0.number, check: $0.digest.check))
      })
  }

  /// The stretches from the beginning to a row, in order.
  func path(to index: Int) -> [StreamRow] {
    var path = [rows[index]]
    while let parent = path[0].parent { path.insert(rows[parent], at: 0) }
    return path
  }

  /// The dot and the scope that a local dot stands for.
  func dot(_ local: LocalDot) -> (dot: Dot, scope: ScopeID)? {
    guard rows.indices.contains(local.stream) else { return nil }
    let row = rows[local.stream]
    return (Dot(row.name, local.counter), row.id.scope)
  }

  /// The local dot of a dot in a scope, if its stream is known and its counter fits.
  func local(_ dot: Dot, in scope: ScopeID) -> LocalDot? {
    guard dot.counter < LocalDot.counterLimit, let index = index(name: dot.replica, scope: scope) else { return nil }
    return LocalDot(stream: index, counter: dot.counter)
  }
}
