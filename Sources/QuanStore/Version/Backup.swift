import GRDB
import Glibc

/// A durable, checked copy of a database that is in use.
enum Backup {
  /// Copies a database, and reads the copy through before it gets its name.
  ///
  /// - Parameter name: The path wanted; where a file is already, a number is added.
  /// - Returns: The path of the copy. A copy with the same bytes that is there already is taken instead.
  /// - Throws: ``StoreError``; nothing is left behind.
  static func make(
    of path: String, as name: String, progress: @escaping (WorkProgress) throws -> Void
  ) throws -> String {
    DurableFile.removeAbandoned(besides: name)
    let temporary = File.temporaryName(of: name)
    do {
      try copy(try readOnly(path), to: temporary, progress: progress)
      var target = name
      var number = 1
      while File.kind(of: target) != .nothing {
        if try File.haveSameBytes(temporary, target) {
          try File.remove(temporary)
          return target
        }
        number += 1
        target = "\(name)-\(number)"
      }
      try File.rename(temporary, to: target)
      return target
    } catch {
      for ending in ["", "-journal", "-wal", "-shm"] { try? File.remove(temporary + ending) }
      throw error
    }
  }

  private static func readOnly(_ path: String) throws -> DatabaseQueue {
    var reading = Configuration()
    reading.readonly = true
    do {
      return try DatabaseQueue(path: path, configuration: reading)
    } catch let error as DatabaseError {
      throw Connection.error(error.resultCode.rawValue, error.message ?? "")
    }
  }

  /// Copies a database as it is at one moment, while others may go on writing, and reads the copy through.
  ///
  /// - Throws: ``StoreError`` with code `damaged` when the copy is not sound; the caller removes what is there then.
  static func copy(
    _ source: DatabaseQueue, to path: String, progress: @escaping (WorkProgress) throws -> Void
  ) throws {
    do {
      let target = try DatabaseQueue(path: path)
      try source.backup(to: target, pagesPerStep: 512) { done in
        try progress(WorkProgress(.copying, done.completedPageCount, of: done.totalPageCount))
      }
      try target.inDatabase { database in
        let connection = try Connection(database)
        // A copy that is not being written needs no log beside it.
        try connection.execute("PRAGMA journal_mode = DELETE")
        let check = try connection.statement("PRAGMA integrity_check(1)")
        defer { check.reset() }
        guard try check.step(), check.text(0) == "ok" else {
          throw StoreError(.damaged, "the copy of the replica is not sound")
        }
      }
      try target.close()
    } catch let error as DatabaseError {
      throw Connection.error(error.resultCode.rawValue, error.message ?? "")
    }
    try File.sync(path)
  }
}
