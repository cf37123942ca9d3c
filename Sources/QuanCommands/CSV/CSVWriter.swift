import Glibc

/// Writes a CSV file as spreadsheets here open it rightly: with a byte order mark and CRLF, or in GB18030.
///
/// The file has its name only when it is whole: a disk that fills up leaves nothing behind.
final class CSVWriter {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private let encoding: TextEncoding
  private var buffer: [UInt8] = []

  /// Begins a file.
  ///
  /// - Parameter elsewhere: How to name another place, when this one cannot be written.
  init(_ path: String, encoding: TextEncoding = .utf8, elsewhere: String? = nil) throws {
    self.path = path
    temporary = path + ".part"
    descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw CommandFailure(
        .failed, say("写不了文件 '\(path)'", "the file '\(path)' cannot be written"),
        hint: elsewhere
          ?? say("检查目录和权限, 或换一个位置", "check the folder and its permissions, or choose another place"))
    }
    self.encoding = encoding
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

  /// A text in the form in which a spreadsheet shows it as it is; numbers and dates are not given to this.
  ///
  /// What it would take for a number or a date, and cut or change, is written `="..."`: numbers of ID cards and
  /// telephones, what begins with 0, what looks like a fraction. All else as ``guarded(_:)`` does.
  static func text(_ text: String) -> String { isChanged(text) ? "=\"\(text)\"" : guarded(text) }

  /// Whether a spreadsheet would take a text for a number or date and show something else.
  private static func isChanged(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard (2...40).contains(bytes.count), let first = bytes.first, (0x30...0x39).contains(first) else { return false }
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    if bytes.allSatisfy(isDigit) { return first == 0x30 || bytes.count > 10 }
    // 1-2, 3/4, 2020-6-8, 1:30, 1E5, 007.5
    let signs = bytes.filter { !isDigit($0) }
    guard let last = bytes.last, isDigit(last), signs.count <= 2, signs.allSatisfy({ "-/:.eE".utf8.contains($0) })
    else {
      return false
    }
    return true
  }

  /// A text without what ``text(_:)`` puts around it.
  static func plain(_ text: String) -> String {
    if text.hasPrefix("=\""), text.hasSuffix("\""), text.utf8.count > 2 {
      return String(text.dropFirst(2).dropLast()).replacing("\"\"", with: "\"")
    }
    guard text.utf8.first == UInt8(ascii: "'") else { return text }
    let rest = String(text.dropFirst())
    return guarded(rest) == text ? rest : text
  }

  /// A text that a spreadsheet would take for a formula, guarded by an apostrophe; numbers are not given to this.
  static func guarded(_ text: String) -> String {
    guard let first = text.unicodeScalars.first, "=+-@\t\r＝＋－＠".unicodeScalars.contains(first) else { return text }
    return "'" + text
  }

  /// A row as a line of text, without its end.
  static func line(_ cells: [String]) -> String {
    var line: [UInt8] = []
    append(cells, to: &line)
    while line.last == UInt8(ascii: "\n") || line.last == UInt8(ascii: "\r") { line.removeLast() }
    return String(decoding: line, as: UTF8.self)
  }

  /// Gives the file its name.
  func finish() throws {
    try flush()
    guard fsync(descriptor) == 0, close(descriptor) == 0, unsafe rename(temporary, path) == 0 else { throw failure() }
  }

  /// Takes back what was written.
  func abandon() {
    close(descriptor)
    _ = unsafe unlink(temporary)
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
    var offset = 0
    while offset < buffer.count {
      let count = unsafe buffer.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, bytes.baseAddress.map { unsafe $0 + offset }, bytes.count - offset)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure() }
      offset += count
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func failure() -> CommandFailure {
    let isFull = errno == ENOSPC || errno == EDQUOT
    return CommandFailure(
      .failed,
      isFull
        ? say("磁盘已满, '\(path)' 没有写成", "the disk is full, '\(path)' was not written")
        : say("写不了文件 '\(path)'", "the file '\(path)' cannot be written"),
      hint: say("清理或换一个位置再试", "make room or choose another place, and try again"))
  }
}
