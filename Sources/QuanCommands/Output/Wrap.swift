/// Breaks lines by display width.
enum Wrap {
  /// A text behind a head, on as many lines as it takes; further lines are indented as far as the head reaches.
  ///
  /// It breaks at spaces where there are some near the end, between groups that two spaces part rather than within one,
  /// else between characters, never within one.
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
    func broken(at place: Substring.Index) -> (line: Substring, rest: Substring) {
      (text[..<place], text[place...].drop { $0 == " " })
    }
    func last(_ gap: String) -> Substring.Index? {
      text[...index].ranges(of: gap).last.map(\.lowerBound).flatMap {
        DisplayWidth.of(text[..<$0]) > room / 2 ? $0 : nil
      }
    }
    if let space = last("  ") ?? last(" ") { return broken(at: space) }
    return (
      text[..<max(index, text.index(after: text.startIndex))], text[max(index, text.index(after: text.startIndex))...]
    )
  }

  /// A line of ours on as many lines as a terminal needs for it; further ones are indented.
  ///
  /// It breaks at spaces and between wide characters. What is to be copied stays whole, though it be wider than the
  /// terminal: words without spaces such as paths and IDs, and commands.
  static func fitted(_ line: String, columns: Int) -> [String] {
    // No character takes more columns than bytes.
    guard line.utf8.count > columns else { return [line] }
    let pieces = pieces(of: line)
    guard pieces.reduce(0, { $0 + $1.width }) > columns else { return [line] }
    let margin = String(repeating: " ", count: indent(of: line, columns))
    var lines: [String] = []
    var current = ""
    var used = 0
    // Spaces before what comes next, which a break takes away.
    var gap = 0
    // Whether a label and what it says have begun: groups are what follows them behind two spaces again.
    var isBehindLabel = false
    var isEmpty = true
    for (place, piece) in pieces.enumerated() {
      if piece.isGap {
        gap += piece.width
        continue
      }
      let group = gap > 1 && isBehindLabel && used > columns / 2 ? group(at: place, of: pieces) : 0
      if gap > 1 && !isEmpty { isBehindLabel = true }
      let isFull = used + gap + max(piece.width, group <= columns - margin.count ? group : 0) > columns
      if !isEmpty && isFull {
        lines.append(current)
        (current, used, gap) = (margin, margin.count, 0)
      }
      current += String(repeating: " ", count: gap) + piece.text
      used += gap + piece.width
      gap = 0
      isEmpty = false
    }
    return lines + [current]
  }

  /// How wide the pieces are from one up to the next that two spaces part from them.
  private static func group(at place: Int, of pieces: [Piece]) -> Int {
    var width = 0
    var gap = 0
    for piece in pieces[place...] {
      if piece.isGap {
        gap += piece.width
      } else if gap > 1 {
        break
      } else {
        width += gap + piece.width
        gap = 0
      }
    }
    return width
  }

  /// What is not broken within.
  private struct Piece {
    var text: String
    var width: Int
    var isGap = false
  }

  /// Where the lines after the first begin: behind a label that leaves room, else a little further than the line does.
  private static func indent(of line: String, _ columns: Int) -> Int {
    let start = line.prefix { $0 == " " }.count
    let label = line.dropFirst(start)
    if start > 0, let end = label.firstRange(of: "  ") {
      let gap = label[end.lowerBound...].prefix { $0 == " " }.count
      let column = start + DisplayWidth.of(label[..<end.lowerBound]) + gap
      if column <= columns / 2 { return column }
    }
    return min(start + 2, columns / 2)
  }

  private static func pieces(of line: String) -> [Piece] {
    var pieces: [Piece] = []
    var rest = line[...]
    // Whether the next character goes on with the last piece.
    var isOpen = false
    while let character = rest.first {
      if character == "\u{1B}", let end = rest.firstIndex(of: "m") {
        // A colour of ours takes no room.
        append(String(rest[...end]), width: 0, to: &pieces, isOpen)
        rest = rest[rest.index(after: end)...]
        isOpen = true
        continue
      }
      if !isOpen, rest.hasPrefix("quan ") || rest.hasPrefix("export LC_") {
        let command = command(at: rest)
        pieces.append(Piece(text: String(command), width: DisplayWidth.of(command)))
        rest = rest[command.endIndex...]
        isOpen = true
        continue
      }
      rest = rest.dropFirst()
      let width = DisplayWidth.of(character)
      if character == " " {
        pieces.append(Piece(text: " ", width: 1, isGap: true))
        isOpen = false
      } else if width == 2 {
        append(String(character), width: 2, to: &pieces, "，。；：、！？）》」』".contains(character))
        isOpen = "（《「『".contains(character)
      } else {
        append(String(character), width: width, to: &pieces, isOpen || ":;,.!?)".contains(character))
        isOpen = true
      }
    }
    return pieces
  }

  private static func append(_ text: String, width: Int, to pieces: inout [Piece], _ isOpen: Bool) {
    if isOpen, let last = pieces.indices.last, !pieces[last].isGap {
      pieces[last].text += text
      pieces[last].width += width
    } else {
      pieces.append(Piece(text: text, width: width))
    }
  }

  /// A command at the start of a text: up to what goes on with the sentence around it.
  private static func command(at text: Substring) -> Substring {
    var end = text.endIndex
    for mark in ["; ", ", ", ". ", ": ", " (", ")", "；", "，", "。", "）", "'", "  ", "\u{1B}"] {
      if let found = text.firstRange(of: mark) { end = min(end, found.lowerBound) }
    }
    return text[..<end]
  }
}
