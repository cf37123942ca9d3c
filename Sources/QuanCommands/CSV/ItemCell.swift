import Quan

/// The items of a set, list or map in one cell of a table.
///
/// One stands behind another with `；` between them; `;` and line breaks are read as well, in sets also `、` and `|`. An item
/// of a map is `KEY=VALUE`. A backslash makes what follows it a plain character: `\；`, `\=`, `\\`, a space at an end.
enum ItemCell {
  /// What a cell separates items by.
  private static let separators: Set<Character> = ["；", ";", "\n", "\r\n", "\r"]

  private static func separators(of container: ContainerType) -> Set<Character> {
    container == .set ? separators.union(["、", "|"]) : separators
  }

  // MARK: Writing

  /// A set or list in a cell.
  static func text(_ items: [String], of container: ContainerType) -> String {
    let separators = separators(of: container)
    return items.map { escaped($0, separators) }.joined(separator: "；")
  }

  /// A map in a cell.
  static func text(_ pairs: [(key: String, value: String)]) -> String {
    pairs.map { escaped($0.key, separators.union(["=", "＝"])) + "=" + escaped($0.value, separators) }
      .joined(separator: "；")
  }

  private static func escaped(_ text: String, _ separators: Set<Character>) -> String {
    let characters = Array(text)
    var escaped = ""
    for (place, character) in characters.enumerated() {
      let isAtEnd = place == 0 || place == characters.count - 1
      if character == "\\" || separators.contains(character) || (isAtEnd && character.isWhitespace) { escaped += "\\" }
      escaped.append(character)
    }
    return escaped
  }

  // MARK: Reading

  /// A character of a cell, and whether a backslash stood before it.
  private struct Mark {
    let character: Character
    let isPlain: Bool
  }

  /// The items of a set or list; empty ones are passed over.
  static func items(_ cell: String, of container: ContainerType) -> [String] {
    parts(cell, separators(of: container)).map { String($0.map(\.character)) }
  }

  /// The keys and values of a map; `nil` when an item has no key.
  static func pairs(_ cell: String) -> [(key: String, value: String)]? {
    var pairs: [(key: String, value: String)] = []
    for part in parts(cell, separators) {
      guard let sign = part.firstIndex(where: { !$0.isPlain && "=＝".contains($0.character) }) else { return nil }
      let key = String(trimmed(part[..<sign]).map(\.character))
      guard !key.isEmpty else { return nil }
      pairs.append((key, String(trimmed(part[(sign + 1)...]).map(\.character))))
    }
    return pairs
  }

  private static func parts(_ cell: String, _ separators: Set<Character>) -> [ArraySlice<Mark>] {
    var marks: [Mark] = []
    var isEscape = false
    for character in cell {
      if character == "\\" && !isEscape {
        isEscape = true
        continue
      }
      marks.append(Mark(character: character, isPlain: isEscape))
      isEscape = false
    }
    return marks.split { !$0.isPlain && separators.contains($0.character) }.map { trimmed($0) }.filter { !$0.isEmpty }
  }

  private static func trimmed(_ marks: ArraySlice<Mark>) -> ArraySlice<Mark> {
    func isSpace(_ mark: Mark) -> Bool { !mark.isPlain && mark.character.isWhitespace }
    let head = marks.drop(while: isSpace)
    return head.prefix((head.lastIndex { !isSpace($0) } ?? head.startIndex - 1) - head.startIndex + 1)
  }
}
