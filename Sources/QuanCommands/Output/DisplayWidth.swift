/// How many columns of a terminal a text takes.
enum DisplayWidth {
  /// The columns of one character: that of its widest scalar; emoji sequences take two.
  static func of(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      // The half-width voicing marks stand in a column of their own.
      if width > 0, scalar.value == 0xFF9E || scalar.value == 0xFF9F {
        width += 1
        continue
      }
      if scalar.value == 0xFE0F { width = max(width, 2) }
      width = max(width, of(scalar))
    }
    return width
  }

  /// The columns of a text.
  static func of(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + of($1) } }

  /// The start of a text that takes at most `width` columns; what is cut is cut between characters and marked `..`.
  static func truncate(_ text: String, to width: Int) -> String {
    if of(text) <= width { return text }
    guard width > 2 else { return String(repeating: ".", count: max(0, width)) }
    var kept = ""
    var used = 0
    for character in text {
      let own = of(character)
      if used + own > width - 2 { break }
      kept.append(character)
      used += own
    }
    return kept + ".."
  }

  /// A text with spaces behind it up to `width` columns.
  static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - of(text)))
  }

  private static func of(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < (Style.isAmbiguousWide ? 0xA0 : 0x300) {
      return scalar.value < 0x20 || scalar.value == 0x7F ? 0 : 1
    }
    if contains(WidthTable.zero, scalar.value) { return 0 }
    if Style.isAmbiguousWide && contains(WidthTable.ambiguous, scalar.value) { return 2 }
    // Emoji that are newer than the table.
    return contains(WidthTable.wide, scalar.value) || scalar.properties.isEmojiPresentation ? 2 : 1
  }

  private static func contains(_ ranges: [(UInt32, UInt32)], _ value: UInt32) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].1 < value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].0 <= value
  }
}
