import Glibc

/// Writes a CSV file as spreadsheets here open it rightly: with a byte order mark and CRLF, or in GB18030.
///
/// The file has its name only when it is whole: a disk that fills up leaves nothing behind.
@safe final class CSVWriter {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private let converter: iconv_t?
  private var buffer: [UInt8] = []

  init(_ path: String, encoding: TextEncoding = .utf8) throws {
    self.path = path
    temporary = path + ".part"
    descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw CommandFailure(.failed, say("写不了文件 '\(path)'", "the file '\(path)' cannot be written"))
    }
    if encoding == .gb18030 {
      let made = unsafe iconv_open("GB18030", "UTF-8")
      unsafe converter = Int(bitPattern: made) == -1 ? nil : unsafe made
      guard unsafe converter != nil else {
        close(descriptor)
        _ = unsafe unlink(temporary)
        throw CommandFailure(.failed, say("这台电脑不能转换 gb18030", "this laptop cannot convert gb18030"))
      }
    } else {
      unsafe converter = nil
      buffer = [0xEF, 0xBB, 0xBF]
    }
  }

  deinit {
    if let converter = unsafe converter { unsafe iconv_close(converter) }
  }

  /// Adds a row.
  func write(_ cells: [String]) throws {
    if unsafe converter == nil {
      Self.append(cells, to: &buffer)
    } else {
      var line: [UInt8] = []
      Self.append(cells, to: &line)
      buffer += try convert(line)
    }
    if buffer.count > 1 << 18 { try flush() }
  }

  /// A text that a spreadsheet would take for a formula, guarded by an apostrophe; numbers are not given to this.
  static func guarded(_ text: String) -> String {
    guard let first = text.unicodeScalars.first, "=+-@\t\r＝＋－＠".unicodeScalars.contains(first) else { return text }
    return "'" + text
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

  private func convert(_ input: [UInt8]) throws -> [UInt8] {
    var input = input
    var output = [UInt8](repeating: 0, count: input.count * 4 + 16)
    var free = output.count
    var left = 0
    let failed = unsafe input.withUnsafeMutableBytes { source in
      unsafe output.withUnsafeMutableBytes { out in
        var from = unsafe source.baseAddress?.assumingMemoryBound(to: CChar.self)
        var to = unsafe out.baseAddress?.assumingMemoryBound(to: CChar.self)
        left = source.count
        return unsafe iconv(converter, &from, &left, &to, &free) == Int(bitPattern: UInt.max)
      }
    }
    guard !failed else {
      throw CommandFailure(
        .failed, say("有字符不能写成 GB18030", "a character has no place in GB18030"),
        hint: say("改用 --encoding utf-8", "use --encoding utf-8"))
    }
    output.removeLast(free)
    return output
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
