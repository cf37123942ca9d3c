/// Breaks lines by display width.
enum Wrap {
  /// A text behind a head, on as many lines as it takes; further lines are indented as far as the head reaches.
  ///
  /// It breaks at spaces where there are some near the end, else between characters, never within one.
  static func lines(_ head: String, _ text: String, columns: Int) -> [String] {
    let indent = String(repeating: " ", count: DisplayWidth.of(head))
    let room = max(16, columns - indent.count)
    var lines: [String] = []
    var rest = Substring(text)
    repeat {
      let (line, left) = cut(rest, room)
      let end = line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex
      lines.append((lines.isEmpty ? head : indent) + line[..<end])
      rest = left
    } while !rest.isEmpty
    return lines
  }

  private static func cut(_ text: Substring, _ room: Int) -> (line: Substring, rest: Substring) {
    var used = 0
    var index = text.startIndex
    while index < text.endIndex {
      used += DisplayWidth.of(text[index])
      if used > room { break }
      index = text.index(after: index)
    }
    guard index < text.endIndex else { return (text, "") }
    if let space = text[..<index].lastIndex(of: " "), DisplayWidth.of(text[..<space]) > room / 2 {
      return (text[..<space], text[text.index(after: space)...])
    }
    return (
      text[..<max(index, text.index(after: text.startIndex))], text[max(index, text.index(after: text.startIndex))...]
    )
  }
}
