/// Tables as the tool writes and reads them, with every cell that a test writes in quotes.
enum CSVText {
  /// The cells of a table, rows first.
  static func cells(_ text: String) -> [[String]] {
    var rows: [[String]] = [[]]
    var cell = ""
    var isQuoted = false
    for character in text.dropFirst(text.hasPrefix("\u{FEFF}") ? 1 : 0) {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        rows[rows.count - 1].append(cell)
        cell = ""
      case "\r\n" where !isQuoted:
        rows[rows.count - 1].append(cell)
        cell = ""
        rows.append([])
      default: cell.append(character)
      }
    }
    return rows.filter { !$0.isEmpty }
  }

  /// The bytes of a table.
  static func bytes(_ rows: [[String]]) -> [UInt8] {
    let lines = rows.map { $0.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") }
    return Array(lines.joined(separator: "\r\n").utf8)
  }
}
