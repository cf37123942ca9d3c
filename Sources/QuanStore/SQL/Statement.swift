import GRDBSQLite
import Glibc
import QuanCore

/// A prepared statement over the raw handle: bind, step, read.
///
/// Parameters count from 1, columns from 0, as in SQLite.
@safe final class Statement {
  private let handle: OpaquePointer
  /// For SQLite to copy what is bound before the call returns.
  private static let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  init(_ database: OpaquePointer, _ sql: String) throws {
    var made: OpaquePointer?
    let code = unsafe sqlite3_prepare_v3(database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
    guard code == SQLITE_OK, let made = unsafe made else {
      throw Connection.error(code, unsafe String(cString: sqlite3_errmsg(database)) + " in " + sql)
    }
    unsafe handle = made
  }

  deinit { _ = unsafe sqlite3_finalize(handle) }

  /// Ends the run; bound parameters stay.
  func reset() { _ = unsafe sqlite3_reset(handle) }

  // MARK: Binding

  func bind(_ index: Int32, _ value: Int64) { _ = unsafe sqlite3_bind_int64(handle, index, value) }
  func bind(_ index: Int32, _ value: Int) { bind(index, Int64(value)) }
  func bind(_ index: Int32, bits value: UInt64) { bind(index, Int64(bitPattern: value)) }
  func bind(_ index: Int32, _ value: Double) { _ = unsafe sqlite3_bind_double(handle, index, value) }
  func bindNull(_ index: Int32) { _ = unsafe sqlite3_bind_null(handle, index) }

  func bind(_ index: Int32, _ text: String) {
    var text = text
    text.withUTF8 { unsafe bind(index, copyingText: $0) }
  }

  /// Binds UTF-8 bytes, which SQLite copies.
  func bind(_ index: Int32, copyingText bytes: UnsafeBufferPointer<UInt8>) {
    let start = unsafe UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
    // A nil pointer would bind NULL: the empty text has a place of its own.
    if let start = unsafe start {
      _ = unsafe sqlite3_bind_text(handle, index, start, Int32(bytes.count), Statement.copied)
    } else {
      _ = unsafe sqlite3_bind_text(handle, index, "", 0, Statement.copied)
    }
  }

  /// Binds UTF-8 bytes that stay where they are until the statement is stepped and reset or bound anew.
  func bind(_ index: Int32, stayingText bytes: UnsafeBufferPointer<UInt8>) {
    if let start = bytes.baseAddress {
      let text = unsafe UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)
      _ = unsafe sqlite3_bind_text(handle, index, text, Int32(bytes.count), nil)
    } else {
      _ = unsafe sqlite3_bind_text(handle, index, "", 0, Statement.copied)
    }
  }

  /// Binds a date, given in days since 1970, as `YYYY-MM-DD`.
  func bind(_ index: Int32, isoDate days: Int32) {
    guard let parts = CivilDate(daysSince1970: days)?.parts else {
      bindNull(index)
      return
    }
    let zero = UInt8(ascii: "0")
    let hyphen = UInt8(ascii: "-")
    func digit(_ value: Int) -> UInt8 { zero + UInt8(value % 10) }
    let text: [10 of UInt8] = [
      digit(parts.year / 1000), digit(parts.year / 100), digit(parts.year / 10), digit(parts.year), hyphen,
      digit(parts.month / 10), digit(parts.month), hyphen, digit(parts.day / 10), digit(parts.day),
    ]
    unsafe text.span.withUnsafeBufferPointer { unsafe bind(index, copyingText: $0) }
  }

  func bind(_ index: Int32, _ blob: [UInt8]) {
    if blob.isEmpty {
      _ = unsafe sqlite3_bind_zeroblob(handle, index, 0)
    } else {
      _ = unsafe blob.withUnsafeBytes { bytes in
        unsafe sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), Statement.copied)
      }
    }
  }

  // MARK: Stepping

  /// Steps to the next row; `false` when there is none.
  func step() throws -> Bool {
    let code = unsafe sqlite3_step(handle)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      _ = unsafe sqlite3_reset(handle)
      return false
    default:
      let database = unsafe sqlite3_db_handle(handle)
      let text = unsafe String(cString: sqlite3_errmsg(database))
      _ = unsafe sqlite3_reset(handle)
      throw Connection.error(code, text)
    }
  }

  /// Runs a statement that gives no rows.
  func run() throws { while try step() {} }

  // MARK: Reading

  func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }
  func isInteger(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_INTEGER }
  func isText(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_TEXT }
  func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }
  func bits(_ column: Int32) -> UInt64 { UInt64(bitPattern: integer(column)) }
  func real(_ column: Int32) -> Double { unsafe sqlite3_column_double(handle, column) }

  func text(_ column: Int32) -> String {
    guard let start = unsafe sqlite3_column_text(handle, column) else { return "" }
    let count = Int(unsafe sqlite3_column_bytes(handle, column))
    return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func blob(_ column: Int32) -> [UInt8] {
    guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
    let count = Int(unsafe sqlite3_column_bytes(handle, column))
    return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }

  /// Whether a column's text, folded, contains folded bytes; `folded` is room to work in.
  func contains(_ wanted: [UInt8], _ column: Int32, _ folded: inout [UInt8]) -> Bool {
    guard let start = unsafe sqlite3_column_text(handle, column) else { return false }
    let count = Int(unsafe sqlite3_column_bytes(handle, column))
    folded.removeAll(keepingCapacity: true)
    unsafe FoldedText.fold(UnsafeBufferPointer(start: start, count: count), into: &folded)
    return Self.contains(wanted, in: folded)
  }

  /// Whether bytes stand in others; no bytes stand nowhere.
  static func contains(_ wanted: [UInt8], in text: [UInt8]) -> Bool {
    guard text.count >= wanted.count, !wanted.isEmpty else { return false }
    return unsafe text.withUnsafeBytes { text in
      unsafe wanted.withUnsafeBytes { part in
        guard let start = text.baseAddress, let part = part.baseAddress else { return false }
        let first = Int32(wanted[0])
        var place = 0
        let last = text.count - wanted.count
        while place <= last, let found = unsafe memchr(start + place, first, last - place + 1) {
          if unsafe memcmp(found, part, wanted.count) == 0 { return true }
          place = unsafe UnsafeRawPointer(found) - start + 1
        }
        return false
      }
    }
  }
}
