import Quan

/// Writes a CSV file as spreadsheets here open it rightly: with a byte order mark and CRLF, or in GB18030.
///
/// The file has its name only when it is whole: a disk that fills up leaves the earlier file, and no part of the new one.
final class CSVWriter {
  private let path: String
  private let file: DurableFile
  private let encoding: TextEncoding
  /// How to name another place.
  private let elsewhere: String?
  private var buffer: [UInt8] = []

  /// Begins a file.
  ///
  /// - Parameter elsewhere: How to name another place, when this one cannot be written.
  init(_ path: String, encoding: TextEncoding = .utf8, elsewhere: String? = nil) throws {
    self.path = path
    self.encoding = encoding
    self.elsewhere = elsewhere
    DurableFile.removeAbandoned(besides: path)
    do {
      file = try DurableFile(path, mode: 0o600)
    } catch let error as StoreError {
      throw Self.failure(error, path, elsewhere)
    }
    if encoding == .utf8 { buffer = [0xEF, 0xBB, 0xBF] }
  }

  /// Adds a row.
  func write(_ cells: [String]) throws {
    if encoding == .gb18030 {
      var line: [UInt8] = []
      Self.append(cells, to: &line)
      GB18030.encode(String(decoding: line, as: UTF8.self).unicodeScalars, into: &buffer)
    } else {
      Self.append(cells, to: &buffer)
    }
    if buffer.count > 1 << 18 { try flush() }
  }

  /// A row as a line of text, without its end.
  static func line(_ cells: [String]) -> String {
    var line: [UInt8] = []
    append(cells, to: &line)
    while line.last == UInt8(ascii: "\n") || line.last == UInt8(ascii: "\r") { line.removeLast() }
    return String(decoding: line, as: UTF8.self)
  }

  /// Makes durable what has been added, so that the disk has room for all of it.
  func sync() throws {
    try flush()
    try writing { try file.sync() }
  }

  /// Gives the file its name.
  func finish() throws {
    try flush()
    try writing { try file.finish() }
  }

  private static func append(_ cells: [String], to line: inout [UInt8]) {
    for (index, cell) in cells.enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      let quote = UInt8(ascii: "\"")
      let isQuoted = cell.utf8.contains {
        $0 == quote || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D || $0 == 0x3B || $0 == 0x09
      }
      guard isQuoted else {
        line.append(contentsOf: cell.utf8)
        continue
      }
      line.append(quote)
      for byte in cell.utf8 {
        if byte == quote { line.append(quote) }
        line.append(byte)
      }
      line.append(quote)
    }
    line.append(contentsOf: [0x0D, 0x0A])
  }

  private func flush() throws {
    try writing { try file.write(buffer) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func writing(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as StoreError {
      throw Self.failure(error, path, elsewhere)
    }
  }

  private static func failure(_ error: StoreError, _ path: String, _ elsewhere: String?) -> CommandFailure {
    if error.code == .outOfSpace {
      return CommandFailure(
        .failed, say("磁盘已满, '\(path)' 没有写成", "the disk is full, '\(path)' was not written"),
        hint: say("清理或换一个位置再试", "make room or choose another place, and try again"))
    }
    return CommandFailure(
      .failed, say("写不了文件 '\(path)'", "the file '\(path)' cannot be written"),
      hint: elsewhere ?? say("检查文件夹和权限, 或换一个位置", "check the folder and its permissions, or choose another place"))
  }
}
