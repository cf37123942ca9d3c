import GRDB
public import QuanCore
import QuanFormat

/// A replica: one copy of a workspace, in one SQLite file on one laptop.
///
/// Safe to use from several threads and processes; writers queue. Every acknowledged write is durable. Reading and
/// merging never ask and never fail half-way: what people must decide is stored as a conflict, and work goes on.
///
/// ```swift
/// let replica = try Replica.open(at: "school.quan", environment: .system(stateDirectory: state))
/// let pupil = try replica.write { transaction in
///   try transaction.create(student.id, [name.id: [.text("泉泉")]])
/// }
/// ```
public final class Replica: Sendable {
  /// The path of the file.
  public let path: String
  /// What the library may not find out by itself.
  public let environment: Environment
  /// The workspace that it is a replica of.
  public let workspace: WorkspaceID
  /// What opening it changed, when an older Quan had made it.
  public let migration: Migration?
  /// Whether a newer Quan made it, so that this one only reads it.
  public let isReadOnly: Bool
  private let queue: DatabaseQueue
  private let box: FileBox
  let announcer = Announcer()

  /// Holds the open file for the queue that owns it: only ``Replica/access(_:)`` reaches in, on that queue.
  private final class FileBox: @unchecked Sendable {
    var file: ReplicaFile?
  }

  private init(
    path: String, environment: Environment, queue: DatabaseQueue, migration: Migration? = nil, isReadOnly: Bool = false
  ) throws {
    self.path = path
    self.environment = environment
    self.queue = queue
    self.migration = migration
    self.isReadOnly = isReadOnly
    let box = FileBox()
    self.box = box
    workspace = try queue.inDatabase { database in
      let file = try ReplicaFile(database, isReadOnly: isReadOnly) { [weak box] in
        try box?.file?.meta.member.flatMap { try KeyFile(environment).keys(of: $0) }
      }
      box.file = file
      return file.meta.workspace
    }
  }

  /// Runs `body` on the open file, alone; within a write, on what has been written so far.
  func access<T>(_ body: (ReplicaFile) throws -> T) throws -> T {
    try queue.unsafeReentrantWrite { _ in
      guard let file = box.file else { throw StoreError(.noReplica, "the replica is closed", subject: path) }
      return try StoreError.naming(path) { try body(file) }
    }
  }

  /// Runs `body` on the open file as it is at one moment, whatever other processes write meanwhile.
  func read<T>(_ body: (ReplicaFile) throws -> T) throws -> T {
    try access { file in try file.reading { try body(file) } }
  }

  // MARK: Opening

  /// Opens a replica.
  ///
  /// One that an older Quan made is migrated first, see ``Migration``. One that a newer made is opened for reading
  /// alone, if it says that this version can read it.
  ///
  /// - Throws: ``StoreError`` with code `noReplica` when nothing is there, `notABundle` when it is no replica,
  ///   `newerFormat` when a newer Quan made it and this one cannot read it, `damaged`, `inUse`, `inputOutput`.
  /// - Complexity: O(1) in the number of records; migrating O(*n*).
  public static func open(at path: String, environment: Environment) throws -> Replica {
    guard File.kind(of: path) == .file else {
      throw StoreError(.noReplica, "there is no replica", subject: path)
    }
    return try StoreError.naming(path) {
      let queue = try queue(at: path)
      let (version, migration) = try queue.inDatabase { database -> (Int, Migration?) in
        let connection = try Connection(database)
        guard try connection.number("PRAGMA application_id") == Tables.applicationID else {
          throw StoreError(.notABundle, "the file is no replica")
        }
        let version = try connection.number("PRAGMA user_version")
        if version > Tables.version { try Migration.openNewer(connection) }
        guard version < Tables.version else { return (version, nil) }
        return (version, try Migration.run(database, path: path, progress: environment.progress))
      }
      return try Replica(
        path: path, environment: environment, queue: queue, migration: migration,
        isReadOnly: version > Tables.version)
    }
  }

  /// Makes a new workspace and its first replica.
  ///
  /// - Parameters:
  ///   - label: What the laptop is called, such as 历城二中-王老师.
  ///   - author: The person that it writes for.
  ///   - schema: The kinds that the workspace starts with.
  ///   - scopeLabel: What the first scope is called; records go there unless another is named.
  ///   - membersOnly: Seals what is exchanged, signs what is written, and takes in only what members signed; otherwise
  ///     whoever has a copy may write, until this laptop first admits somebody. The keys are made in either case.
  /// - Throws: ``StoreError`` with code `alreadyExists` when something is at the path; nothing is left behind.
  public static func create(
    at path: String, label: String, author: String, schema: SchemaDraft, scopeLabel: String, membersOnly: Bool = false,
    environment: Environment
  ) throws -> Replica {
    if let wrong = schema.invariantErrors().first {
      throw StoreError(
        .invalid, "the rule is wrong at character \(wrong.error.position)",
        subject: "\(wrong.kind).\(wrong.invariant.name)", details: [wrong.error.message])
    }
    let (member, keys) = try KeyFile(environment).make()
    let entrance = Entrance(member: member, founder: keys.public, isOpen: !membersOnly)
    return try make(
      at: path, workspace: MemberPublicKeys.workspace(foundedBy: keys.public.signing), label: label, author: author,
      entrance: entrance, environment: environment
    ) { replica in
      try replica.write { transaction in
        for kind in schema.kinds { try transaction.define(kind) }
      }
      let scope = try replica.write { transaction in
        let scope = try transaction.createScope(label: scopeLabel)
        try transaction.introduce(label: label, author: author, predecessor: nil)
        return scope
      }
      try replica.setHomeScope(scope)
      if membersOnly { try replica.access { file in try file.transaction { try replica.provideKeys(file) } } }
    }
  }

  /// Makes an empty replica of a workspace, fills it, and removes it again when that fails.
  static func make(
    at path: String, workspace: WorkspaceID, label: String, author: String, entrance: Entrance?,
    environment: Environment, filling: (Replica) throws -> Void
  ) throws -> Replica {
    guard File.kind(of: path) == .nothing else {
      throw StoreError(.alreadyExists, "there is a file already", subject: path)
    }
    guard File.kind(of: File.parent(of: path)) == .directory else {
      throw StoreError(.notFound, "there is no such folder", subject: File.parent(of: path))
    }
    do {
      let queue = try queue(at: path)
      let identity = try newIdentity(of: entrance?.member, environment)
      try queue.inDatabase { database in
        let connection = try Connection(database)
        try connection.execute("PRAGMA application_id = \(Tables.applicationID)")
        try connection.execute("PRAGMA user_version = \(Tables.version)")
        try connection.transaction {
          for step in Tables.steps { try connection.execute(step) }
          let place = try environment.place(path)
          let laptop = try LaptopState(environment).laptop()
          var meta = Meta(
            workspace: workspace, replica: identity.replica, label: label, author: author, homeScope: .shared,
            laptop: laptop, device: place.device, inode: place.inode)
          meta.member = entrance?.member
          meta.founder = entrance?.founder
          meta.isOpen = entrance?.isOpen ?? false
          try meta.save(connection)
          try Meta.saveOldestReader(connection)
          try addBuiltInStream(connection)
        }
      }
      let replica = try Replica(path: path, environment: environment, queue: queue)
      try replica.access { file in
        for key in entrance?.keys ?? [] { file.keyring.add(key) }
        try file.transaction {
          try file.createTables()
          if let owner = identity.owner { try file.note(owner, of: identity.replica) }
        }
        try file.reload()
      }
      do {
        try filling(replica)
      } catch {
        try? replica.close()
        throw error
      }
      return replica
    } catch {
      for suffix in ["", "-wal", "-shm"] { try? File.remove(path + suffix) }
      throw error
    }
  }

  /// A new identity, never the built-in one: a random one, or for a member whose keys this laptop has one that follows
  /// from its key and a random number.
  static func newIdentity(
    of member: ReplicaID?, _ environment: Environment
  ) throws -> (replica: ReplicaID, owner: Owner?) {
    let key = try member.flatMap { try KeyFile(environment).signingKey(of: $0) }
    while true {
      let random = environment.random()
      let replica = key.map { MemberPublicKeys.identity(of: $0, nonce: random) } ?? ReplicaID(rawValue: random)
      guard replica != .builtIn else { continue }
      return (replica, key == nil ? nil : member.map { Owner(member: $0, nonce: random) })
    }
  }

  /// Local index 0 is the stream of built-in dots.
  private static func addBuiltInStream(_ connection: Connection) throws {
    var streams = try StreamTable(connection)
    _ = try streams.add(
      id: StreamID(.builtIn, .shared), name: .builtIn, parent: nil, forkNumber: 0, number: 0, counter: 0,
      digest: Digest(words: (0, 0, 0, 0)), connection)
  }

  private static func queue(at path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.label = "quan"
    configuration.prepareDatabase { database in
      let connection = try Connection(database)
      try connection.execute(
        """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA cache_size = -43008;
        PRAGMA wal_autocheckpoint = 4000;
        """)
    }
    do {
      return try DatabaseQueue(path: path, configuration: configuration)
    } catch let error as DatabaseError {
      throw Connection.error(error.resultCode.rawValue, error.message ?? "")
    }
  }

  /// Closes the file; its log is folded back, so that one `.quan` file is left.
  ///
  /// Closing twice is fine.
  public func close() throws {
    queue.inDatabase { _ in box.file = nil }
    announcer.finish()
    do {
      try queue.close()
    } catch let error as DatabaseError {
      throw Connection.error(error.resultCode.rawValue, error.message ?? "")
    }
  }

  // MARK: Backup

  /// Writes a copy of the replica as it is at one moment, while others may go on writing.
  ///
  /// The copy is checked, synced and only then takes its name; opened, it finds that it is a copy and takes a new
  /// identity before it writes.
  /// - Throws: ``StoreError`` with code `alreadyExists` when something is at the path, `outOfSpace`, `readOnly`,
  ///   `inputOutput`, `damaged` when the copy is not sound; nothing is left behind then.
  public func backup(to path: String) throws {
    guard File.kind(of: path) == .nothing else {
      throw StoreError(.alreadyExists, "there is a file already", subject: path)
    }
    guard File.kind(of: File.parent(of: path)) == .directory else {
      throw StoreError(.notFound, "there is no such folder", subject: File.parent(of: path))
    }
    let temporary = File.temporaryName(of: path)
    defer { for suffix in ["", "-wal", "-shm", "-journal"] { try? File.remove(temporary + suffix) } }
    try StoreError.naming(path) { try Backup.copy(queue, to: temporary, progress: environment.progress) }
    try File.rename(temporary, to: path)
  }

  // MARK: Facts

  /// The identity that it writes under.
  public var id: ReplicaID {
    get throws { try access { $0.meta.replica } }
  }

  /// The kinds and fields that it knows.
  public func schema() throws -> Schema {
    try read { file in file.catalog.schema }
  }

  /// Names the scope that new records go to unless another is named.
  public func setHomeScope(_ scope: ScopeID) throws {
    try access { file in
      try file.transaction {
        file.meta.homeScope = scope
        try file.meta.save(file.connection)
      }
    }
  }
}
