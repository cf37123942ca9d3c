import GRDB
import GRDBSQLite
import QuanCore

/// The raw handle of a database that GRDB has opened, with its prepared statements.
///
/// GRDB opens, configures, queues and closes; what runs once a record runs through here, without a value
/// boxed or a statement compiled twice. Used only on the queue that owns the handle.
@safe final class Connection {
  private let handle: OpaquePointer
  private var statements: [String: Statement] = [:]
  /// Statements by the text object that they were made of, which is kept so that no other takes its place.
  private var ownedStatements: [ObjectIdentifier: (text: SQLText, statement: Statement)] = [:]

  init(_ database: Database) throws {
    guard let handle = unsafe database.sqliteConnection else {
      throw StoreError(.inputOutput, "the replica is closed")
    }
    unsafe self.handle = handle
  }

  /// A statement, compiled at first use and kept.
  func statement(_ sql: String) throws -> Statement {
    if let known = statements[sql] {
      known.reset()
      return known
    }
    let made = try unsafe Statement(handle, sql)
    statements[sql] = made
    return made
  }

  /// The prepared statement of a text that is used once for every cell: found by what it is, not by what it says.
  func statement(_ text: SQLText) throws -> Statement {
    if let known = ownedStatements[ObjectIdentifier(text)] {
      known.statement.reset()
      return known.statement
    }
    let made = try unsafe Statement(handle, text.sql)
    ownedStatements[ObjectIdentifier(text)] = (text, made)
    return made
  }

  /// A statement that nobody else uses, for a walk during which other statements run.
  func ownStatement(_ sql: String) throws -> Statement { try unsafe Statement(handle, sql) }

  /// Forgets all prepared statements; to be called when tables change.
  func forgetStatements() {
    statements.removeAll()
    ownedStatements.removeAll()
  }

  /// Runs statements that give no rows.
  func execute(_ sql: String) throws {
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw error(code, sql) }
  }

  /// The number that a query gives; 0 when it gives none.
  func number(_ query: String) throws -> Int {
    let statement = try statement(query)
    defer { statement.reset() }
    return try statement.step() ? Int(statement.integer(0)) : 0
  }

  /// How many rows the last statement changed.
  var changedRowCount: Int { Int(unsafe sqlite3_changes(handle)) }

  /// Whether a transaction is open.
  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

  /// Runs `body` in a write transaction: all of it, or nothing.
  func transaction<T>(_ body: () throws -> T) throws -> T {
    try execute("BEGIN IMMEDIATE")
    do {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      forgetBusyStatements()
      if isInTransaction { try? execute("ROLLBACK") }
      throw error
    }
  }

  /// Runs `body` on one moment of the file; within a transaction, on what that sees.
  func snapshot<T>(_ body: () throws -> T) throws -> T {
    if isInTransaction { return try body() }
    try execute("BEGIN")
    defer {
      forgetBusyStatements()
      if isInTransaction { try? execute("COMMIT") }
    }
    return try body()
  }

  /// Runs `body` in a transaction that is always rolled back.
  func trial<T>(_ body: () throws -> T) throws -> T {
    try execute("BEGIN IMMEDIATE")
    defer {
      forgetBusyStatements()
      if isInTransaction { try? execute("ROLLBACK") }
    }
    return try body()
  }

  private func forgetBusyStatements() {
    for statement in statements.values { statement.reset() }
    for owned in ownedStatements.values { owned.statement.reset() }
  }

  private func error(_ code: Int32, _ sql: String) -> StoreError {
    let text = unsafe String(cString: sqlite3_errmsg(handle))
    return Connection.error(code, text)
  }

  /// What an SQLite result code means to a caller.
  static func error(_ code: Int32, _ text: String) -> StoreError {
    switch code & 0xFF {
    case SQLITE_BUSY, SQLITE_LOCKED: StoreError(.inUse, "the replica is in use by another program")
    case SQLITE_FULL: StoreError(.outOfSpace, "no space is left on the disk of the replica")
    case SQLITE_READONLY, SQLITE_PERM: StoreError(.readOnly, "the replica cannot be written")
    case SQLITE_CORRUPT: StoreError(.damaged, "the replica's file is damaged (\(text))")
    case SQLITE_NOTADB: StoreError(.notABundle, "the file is no replica")
    case SQLITE_CANTOPEN: StoreError(.inputOutput, "the replica's file cannot be opened")
    default: StoreError(.inputOutput, "SQLite failed with code \(code) (\(text))")
    }
  }
}

/// A statement's text that is looked up often.
final class SQLText: Sendable {
  let sql: String

  init(_ sql: String) { self.sql = sql }
}
