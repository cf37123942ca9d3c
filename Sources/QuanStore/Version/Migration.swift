import GRDB
import QuanCore

/// What opening a replica that an older Quan had made did to it.
///
/// Everything happens in one transaction, behind a backup: a file beside the replica, durable and checked before
/// anything is changed, which stays until people remove it. A migration that is killed has changed nothing, and the
/// next opening does it.
public struct Migration: Hashable, Sendable {
  /// The version that the file had.
  public let from: Int
  /// The version that it has now.
  public let to: Int
  /// The path of the file as it was before.
  public let backup: String

  /// Takes an open file to ``Tables/version``.
  ///
  /// - Returns: What was done; `nil` when another process was first.
  static func run(
    _ database: Database, path: String, progress: @escaping @Sendable (WorkProgress) throws -> Void
  ) throws -> Migration? {
    let connection = try Connection(database)
    return try connection.transaction { () throws -> Migration? in
      let version = try connection.number("PRAGMA user_version")
      guard version < Tables.version else { return nil }
      // Nobody writes while this transaction waits: the copy is what is about to be changed.
      let backup: String
      do {
        backup = try Backup.make(of: path, as: "\(path).before-version-\(Tables.version)", progress: progress)
      } catch let error as StoreError where error.code == .damaged {
        throw StoreError(.damaged, "the replica's file is damaged, so it was not migrated", subject: path)
      }
      for step in Tables.steps[max(version, 0)...] { try connection.execute(step) }
      try Meta.saveOldestReader(connection)
      // The schema is read from tables which must be as this version knows them.
      _ = try Catalog(schema: Schema()).reconcile(connection)
      let file = try ReplicaFile(database)
      // Whatever this version derives from the log, it now derives for old changes too.
      try file.writing { try file.rebuild(nil, progress: progress) }
      try connection.execute("PRAGMA user_version = \(Tables.version)")
      return Migration(from: version, to: Tables.version, backup: backup)
    }
  }

  /// Makes a connection to a newer file one that only reads, if the file allows it.
  ///
  /// - Throws: `newerFormat` when the file does not.
  static func openNewer(_ connection: Connection) throws {
    guard try connection.number("SELECT count(*) FROM sqlite_master WHERE name='quan_meta'") == 1,
      let oldest = try Meta.oldestReader(connection), oldest <= Tables.version
    else { throw StoreError(.newerFormat, "the replica was made by a newer Quan") }
    try connection.execute("PRAGMA query_only = 1")
  }
}
