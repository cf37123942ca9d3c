import Glibc

/// Where the tool speaks: results on standard output, talk on standard error.
enum Terminal {
  /// Writes a line of result.
  static func print(_ line: String) { write(line + "\n", to: 1) }

  /// Writes a line of talk.
  static func talk(_ line: String) { write(line + "\n", to: 2) }

  /// Writes all bytes of a text; a reader that has gone away ends the program quietly.
  private static func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + offset }, buffer.count - offset)
      }
      if count < 0 {
        if errno == EINTR { continue }
        exit(errno == EPIPE ? 0 : 1)
      }
      offset += count
    }
  }

  /// How many columns there are: the terminal's, else COLUMNS, else 80.
  static var columns: Int {
    var size = winsize()
    if isatty(1) == 1, unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return Language.environment("COLUMNS").flatMap { Int($0) }.map { max(20, $0) } ?? 80
  }

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

  /// Control characters, and the marks that turn the direction of text around.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029: true
    default: false
    }
  }
}
