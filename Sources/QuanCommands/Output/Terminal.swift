import Glibc

/// Where the tool speaks: results on standard output, talk on standard error.
enum Terminal {
  /// Writes a line of result.
  static func print(_ line: String) {
    if isTerminal(1) { ProgressBar.clear() }
    for part in Style.isData ? [line] : fitted(line, to: 1) {
      if Pager.take(part) { continue }
      write((isTerminal(1) ? bare(part) : part) + "\n", to: 1)
    }
  }

  /// Writes a line of talk.
  static func talk(_ line: String) {
    ProgressBar.clear()
    if Pager.takeTalk(line) { return }
    for part in fitted(line, to: 2) { write(part + "\n", to: 2) }
  }

  /// Text on lines that a terminal has room for; as it is where it goes to a file, unless COLUMNS says how wide that is.
  private static func fitted(_ text: String, to descriptor: Int32) -> [String] {
    guard isTerminal(descriptor) || Language.environment("COLUMNS") != nil else { return [text] }
    let columns = columns(of: descriptor)
    return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap {
      Wrap.fitted(String($0), columns: columns)
    }
  }

  /// Writes a line of talk that is said once a run and matters to nobody who asked for quiet.
  static func remark(_ line: String) { if !Style.isQuiet { talk(line) } }

  /// Writes all bytes of a text; a reader that has gone away ends the program quietly.
  static func write(_ text: String, to descriptor: Int32) {
    Codeset.note(text, to: descriptor)
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + offset }, buffer.count - offset)
      }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EPIPE { exit(0) }
        // What was asked for is not there whole: that must not look like success.
        if descriptor == 1 {
          let isFull = errno == ENOSPC
          ProgressBar.clear()
          write(
            (isFull
              ? say(
                "错误: 磁盘空间不足, 输出不完整\n提示: 清理后再试, 未丢失任何数据",
                "Error: no space is left, the output is cut\nHint: make room and try again; nothing was lost")
              : say(
                "错误: 输出写不进去, 不完整\n提示: 换一个地方输出",
                "Error: the output cannot be written and is cut\nHint: write it to another place"))
              + "\n", to: 2)
        }
        exit(1)
      }
      offset += count
    }
  }

  /// Whether a descriptor leads to a terminal.
  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// How many columns there are: the terminal's, else COLUMNS, else 80.
  static var columns: Int { columns(of: 1) }

  /// How many columns the terminal behind a descriptor has.
  static func columns(of descriptor: Int32) -> Int {
    size(of: descriptor)?.columns ?? Language.environment("COLUMNS").flatMap { Int($0) }.map { max(20, $0) } ?? 80
  }

  /// The size of the terminal behind a descriptor; `nil` when there is none.
  static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
    var size = winsize()
    guard isTerminal(descriptor), unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return (max(20, Int(size.ws_col)), Int(size.ws_row))
  }

  // MARK: Harmless text

  /// Makes control characters and escape codes in data visible instead of letting them act on the terminal.
  static func neutral(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var safe = ""
    for scalar in text.unicodeScalars {
      if scalar == "\n" || scalar == "\t" {
        safe.append(" ")
      } else if isControl(scalar) {
        safe.append("\\u{\(String(scalar.value, radix: 16))}")
      } else {
        safe.unicodeScalars.append(scalar)
      }
    }
    return safe
  }

  /// A line for a terminal: our own colours stay, any other control character in it is shown in the way of JSON.
  ///
  /// A last guard: data is made harmless where it enters a line, but JSON carries it as it is.
  static func bare(_ line: String) -> String {
    guard line.unicodeScalars.contains(where: { $0 != "\u{1B}" && $0 != "\n" && $0 != "\t" && isControl($0) }) else {
      return line
    }
    var safe = ""
    for scalar in line.unicodeScalars {
      if scalar != "\u{1B}" && scalar != "\n" && scalar != "\t" && isControl(scalar) {
        let digits = String(scalar.value, radix: 16)
        safe += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      } else {
        safe.unicodeScalars.append(scalar)
      }
    }
    return safe
  }

  /// Control characters, and the marks that turn the direction of text around.
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029: true
    default: false
    }
  }
}
