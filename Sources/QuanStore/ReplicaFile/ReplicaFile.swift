import GRDB
import QuanCore
import QuanFormat

/// The open file of a replica with what is kept in memory of it.
///
/// Used only on the queue that owns the connection.
/// What the file promises is numbered at ``Tables``.
final class ReplicaFile {
  let connection: Connection
  var meta: Meta
  var streams: StreamTable
  var catalog: Catalog { didSet { knownInvariants = nil } }
  private var knownInvariants: InvariantPlan?
  /// Stream to other stream to the highest counter of the other that the stream's author had seen.
  var contexts: Contexts
  /// Whether a change of the schema has been taken in that the tables do not follow yet.
  var schemaIsStale = false
  /// The segments that were unpacked last for looking something up.
  var cachedSegments: [(id: Int64, segment: DecodedSegment)] = []
  /// The change of which it was asked last when it was written.
  var cachedTime: (stream: Int, counters: Range<UInt64>, time: Instant)?
  static let cachedSegmentLimit = 4
  /// What is being taken in and is not in the log yet.
  var unlogged = Unlogged.none
  /// What the transaction has touched since problems were looked for last.
  var touched = Touched()
  /// Whether any records are joined; while none are, a record is what its row says.
  var hasComponents = false
  /// Whether any records have been handed over to other scopes.
  var hasHandovers = false
  /// The kinds whose reference columns are known to have indexes.
  var indexedKinds: Set<KindID> = []
  /// What followed from the changes of `shared` when it was looked at last.
  var cachedTrust: Trust?
  /// What has been read of the changes of `shared`, by row.
  var cachedSpeech: [Int: SpokenTrust] = [:]
  /// The keys of scopes that are known; what they are follows from the log and the member's own keys.
  let keyring = Keyring()
  /// The envelopes that are carried, read when asked for.
  var cachedCarriage: Carriage?
  /// Grants to the own member that did not open.
  var unopened: Set<Grant> = []
  /// The key that segments of `shared` are noted to be sealed under while keys are being granted.
  var pinnedKey: UInt64?
  /// Gives the keys of the member that the replica writes for; `nil` when they are not on this laptop.
  let ownKeys: () throws -> MemberKeys?
  /// The member that each replica belongs to, as its signatures prove; read when asked for.
  var cachedOwners: [ReplicaID: Owner]?
  /// The texts that the transaction works on.
  var texts = TextWork()
  /// Whether a write is being done, so that memory is ahead of the file.
  private var isWriting = false
  private var dataVersion: Int64 = -1
  /// Whether a newer Quan made the file, so that this one only reads it.
  private let isReadOnly: Bool

  /// Takes over a database that GRDB has opened.
  init(_ database: Database, isReadOnly: Bool = false, ownKeys: @escaping () throws -> MemberKeys? = { nil }) throws {
    self.ownKeys = ownKeys
    connection = try Connection(database)
    self.isReadOnly = isReadOnly
    // Before all else: should another process write meanwhile, the next look finds another version.
    dataVersion = try Self.dataVersion(connection)
    meta = try Meta(connection)
    streams = try StreamTable(connection)
    contexts = Contexts()
    catalog = Catalog(schema: Schema())
    catalog = Catalog(schema: try readSchema())
    try findComponents()
    try findHandovers()
  }

  /// Runs `body` on one moment of the file, whatever other processes write meanwhile.
  func reading<T>(_ body: () throws -> T) throws -> T {
    try connection.snapshot {
      try refresh()
      return try body()
    }
  }

  /// Looks whether another process has written, and if so reads anew what is kept in memory.
  func refresh() throws {
    if isWriting { return }
    let current = try Self.dataVersion(connection)
    if current != dataVersion { try reload() }
  }

  /// Reads anew what is kept in memory.
  func reload() throws { try connection.snapshot { try readAll() } }

  private func readAll() throws {
    dataVersion = try Self.dataVersion(connection)
    meta = try Meta(connection)
    streams = try StreamTable(connection)
    contexts = Contexts()
    cachedSegments = []
    cachedTime = nil
    cachedTrust = nil
    cachedSpeech = [:]
    cachedCarriage = nil
    cachedOwners = nil
    unlogged = .none
    texts = TextWork()
    connection.forgetStatements()
    catalog = Catalog(schema: Schema())
    catalog = Catalog(schema: try readSchema())
    schemaIsStale = false
    touched = Touched()
    indexedKinds = []
    try findComponents()
    try findHandovers()
  }

  /// Runs `body` in a write transaction; when it fails, nothing is written and memory is as the file is.
  func transaction<T>(_ body: () throws -> T) throws -> T {
    guard !isWriting else { throw StoreError(.refused, "a write cannot be begun within a write") }
    try requireWritable()
    do {
      return try connection.transaction {
        try refresh()
        return try writing(body)
      }
    } catch {
      try reload()
      throw error
    }
  }

  /// Runs `body` in a transaction that is rolled back.
  func trial<T>(_ body: () throws -> T) throws -> T {
    try requireWritable()
    do {
      let result = try connection.trial {
        try refresh()
        return try writing(body)
      }
      try reload()
      return result
    } catch {
      try reload()
      throw error
    }
  }

  /// Runs `body` within the transaction that is open, and lets the tables follow what it did to the schema.
  func writing<T>(_ body: () throws -> T) throws -> T {
    isWriting = true
    defer { isWriting = false }
    let result = try body()
    try finishTexts()
    texts = TextWork()
    try finishSchema()
    try refreshProblems()
    return result
  }

  private func requireWritable() throws {
    if isReadOnly { throw StoreError(.newerFormat, "a newer Quan made the replica, and this one can only read it") }
  }

  private static func dataVersion(_ connection: Connection) throws -> Int64 {
    let statement = try connection.statement("PRAGMA data_version")
    defer { statement.reset() }
    return try statement.step() ? statement.integer(0) : 0
  }

  /// The invariants of the schema, read.
  var invariants: InvariantPlan {
    if let known = knownInvariants { return known }
    let plan = InvariantPlan(catalog.schema)
    knownInvariants = plan
    return plan
  }

  // MARK: Dots

  /// The digest that a stream starts from.
  func start(of stream: StreamID) -> Digest { DigestChain.start(workspace: meta.workspace, stream: stream) }

  /// The local dot of a dot; its stream becomes known if need be.
  func local(_ dot: Dot, in scope: ScopeID) throws -> LocalDot {
    guard dot.counter < LocalDot.counterLimit else {
      throw StoreError(.overLimit, "an operation's counter is above \(LocalDot.counterLimit)")
    }
    let index =
      try streams.index(name: dot.replica, scope: scope)
      ?? streams.intern(
        name: dot.replica, scope: scope, start: start(of: StreamID(dot.replica, scope)), connection)
    return LocalDot(stream: index, counter: dot.counter)
  }

  /// How values stand in columns.
  var columnCodec: ColumnCodec {
    ColumnCodec(
      rowID: { [unowned self] reference in try self.local(reference.record, in: reference.scope).rowID },
      reference: { [unowned self] rowID in
        self.streams.dot(LocalDot(rowID: rowID)).map { Reference($0.dot, in: $0.scope) }
      })
  }

  /// How states stand in blobs.
  var stateCodec: StateCodec {
    StateCodec(
      local: { [unowned self] dot, scope in try self.local(dot, in: scope) },
      dot: { [unowned self] local in self.streams.dot(local)?.dot })
  }
}
