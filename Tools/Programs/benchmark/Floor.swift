import Foundation
import GRDBSQLite

/// Plain SQLite doing the same work: one row a record, prepared statements, WAL, FULL, no history.
@safe
final class Floor {
  private let handle: OpaquePointer
  private var statements: [String: OpaquePointer] = unsafe [:]

  /// Opens a file; a fresh one is emptied before.
  init(_ path: String, fresh: Bool) throws {
    if fresh { for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + ending) } }
    var opened: OpaquePointer?
    guard unsafe sqlite3_open(path, &opened) == SQLITE_OK, let opened = unsafe opened else {
      throw CocoaError(.fileNoSuchFile)
    }
    unsafe handle = opened
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536")
  }

  func run(_ sql: String) {
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    precondition(code == SQLITE_OK, sql)
  }

  /// Folds the log back and closes.
  func close() {
    for sql in unsafe Array(statements.keys) { unsafe sqlite3_finalize(statements[sql]) }
    run("PRAGMA wal_checkpoint(TRUNCATE)")
    unsafe sqlite3_close(handle)
  }

  private func statement(_ sql: String) -> OpaquePointer {
    if let known = unsafe statements[sql] { return unsafe known }
    var prepared: OpaquePointer?
    let code = unsafe sqlite3_prepare_v2(handle, sql, -1, &prepared, nil)
    guard code == SQLITE_OK, let prepared = unsafe prepared else { preconditionFailure(sql) }
    unsafe statements[sql] = prepared
    return unsafe prepared
  }

  /// The number that a query gives.
  func number(_ sql: String) -> Double {
    let statement = unsafe statement(sql)
    let code = unsafe sqlite3_step(statement)
    precondition(code == SQLITE_ROW, sql)
    defer { unsafe sqlite3_reset(statement) }
    return unsafe sqlite3_column_double(statement, 0)
  }

  func createTables() {
    for (kind, names) in Workload.fields {
      let columns = names.map { "\($0) \($0 == "minutes" ? "INTEGER" : "TEXT")" }.joined(separator: ", ")
      run("CREATE TABLE \(kind)s (id TEXT PRIMARY KEY NOT NULL, \(columns))")
    }
  }

  func insert(_ row: Workload.Row) {
    let marks = Array(repeating: "?", count: row.cells.count + 1).joined(separator: ",")
    let statement = unsafe statement("INSERT INTO \(row.kind)s VALUES (\(marks))")
    unsafe bind(statement, 1, .text(row.id))
    for (index, cell) in row.cells.enumerated() { unsafe bind(statement, Int32(index + 2), cell.value) }
    unsafe step(statement)
  }

  /// Inserts texts with a statement.
  func insert(_ texts: [String], with sql: String) {
    let statement = unsafe statement(sql)
    for (index, text) in texts.enumerated() { unsafe bind(statement, Int32(index + 1), .text(text)) }
    unsafe step(statement)
  }

  /// The number that a query gives.
  func number(_ sql: String) -> Int {
    let statement = unsafe statement(sql)
    unsafe sqlite3_step(statement)
    defer { unsafe sqlite3_reset(statement) }
    return Int(unsafe sqlite3_column_int64(statement, 0))
  }

  func update(_ edit: Workload.Edit, kind: String) {
    let statement = unsafe statement("UPDATE \(kind)s SET \(edit.field)=? WHERE id=?")
    unsafe bind(statement, 1, edit.value)
    unsafe bind(statement, 2, .text(edit.id))
    unsafe step(statement)
  }

  private func bind(_ statement: OpaquePointer, _ index: Int32, _ cell: Workload.Cell) {
    switch cell {
    case .text(let text):
      unsafe sqlite3_bind_text(statement, index, text, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
    case .number(let number): unsafe sqlite3_bind_int64(statement, index, number)
    }
  }

  private func step(_ statement: OpaquePointer) {
    let code = unsafe sqlite3_step(statement)
    precondition(code == SQLITE_DONE || code == SQLITE_ROW)
    unsafe sqlite3_reset(statement)
  }
}
