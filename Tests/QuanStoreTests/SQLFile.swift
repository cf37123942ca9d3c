import GRDBSQLite
import Testing

/// A replica's file as any SQLite tool sees it.
@safe final class SQLFile {
  private let handle: OpaquePointer

  init(_ path: String) throws {
    var made: OpaquePointer?
    try #require(unsafe sqlite3_open(path, &made) == SQLITE_OK)
    unsafe handle = try #require(unsafe made)
  }

  deinit { _ = unsafe sqlite3_close(handle) }

  /// Runs statements, and gives the first column of their rows.
  @discardableResult
  func run(_ sql: String) throws -> [String] {
    var statement: OpaquePointer?
    var rows: [String] = []
    try #require(unsafe sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK)
    defer { _ = unsafe sqlite3_finalize(statement) }
    while true {
      let code = unsafe sqlite3_step(statement)
      guard code == SQLITE_ROW else {
        try #require(code == SQLITE_DONE)
        return rows
      }
      let text = unsafe sqlite3_column_text(statement, 0)
      if let text = unsafe text { rows.append(unsafe String(cString: text)) }
    }
  }

  /// What SQLite keeps of the tables and indexes, in order of their names.
  var schema: [String] {
    get throws { try run("SELECT type||' '||name||' '||ifnull(sql,'') FROM sqlite_master ORDER BY type, name") }
  }

  /// The version that the file says it has.
  var version: [String] { get throws { try run("PRAGMA user_version") } }
}
