/// Texts as they stand in cells so that a spreadsheet leaves them as they are, and as they are read from there.
enum SpreadsheetText {
  /// A text in the form in which a spreadsheet shows it as it is; numbers and dates are not given to this.
  ///
  /// What it would take for a number or a date, and cut or change, is written `="..."`: numbers of ID cards and
  /// telephones, what begins with 0, what looks like a fraction. All else as ``guarded(_:)`` does.
  static func kept(_ text: String) -> String { isChanged(text) ? "=\"\(text)\"" : guarded(text) }

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

  /// A text without what ``kept(_:)`` puts around it.
  static func plain(_ text: String) -> String {
    guard let first = text.utf8.first, first == UInt8(ascii: "=") || first == UInt8(ascii: "'") else { return text }
    if text.hasPrefix("=\""), text.hasSuffix("\""), text.utf8.count > 2 {
      return String(text.dropFirst(2).dropLast()).replacing("\"\"", with: "\"")
    }
    guard first == UInt8(ascii: "'") else { return text }
    let rest = String(text.dropFirst())
    return guarded(rest) == text ? rest : text
  }

  /// A text that a spreadsheet would take for a formula, guarded by an apostrophe; numbers are not given to this.
  static func guarded(_ text: String) -> String {
    guard let first = text.unicodeScalars.first, "=+-@\t\r＝＋－＠".unicodeScalars.contains(first) else { return text }
    return "'" + text
  }
}
