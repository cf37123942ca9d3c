/// The words that the argument parser brings along, in the language of the process.
enum UsageText {
  private static let chinese: [(english: String, chinese: String)] = [
    ("OVERVIEW:", "说明:"), ("USAGE:", "用法:"), ("ARGUMENTS:", "参数:"), ("OPTIONS:", "选项:"),
    ("SUBCOMMANDS:", "子命令:"), ("[<options>]", "[<选项>]"), ("<subcommand>", "<子命令>"),
    ("Usage:", "用法:"), ("Help:", "帮助:"),
    ("Show the version.", "显示版本."), ("Show help information.", "显示帮助."),
    ("for detailed help.", "查看详细帮助."), ("for more information.", "查看更多."),
    ("(default:", "(缺省:"), ("; default:", "; 缺省:"), ("(values:", "(取值:"),
    ("  See '", "  参见 '"),
  ]

  /// What the parser prints: help, or an error with how the command is used.
  ///
  /// What was typed stands in the error alone, and is made harmless there.
  static func text(of error: String, in whole: String) -> String {
    let head = "Error: " + error
    guard whole.hasPrefix(head) else { return localized(whole) }
    let lines = UsageWords.said(error).split(separator: "\n", omittingEmptySubsequences: false)
    return say("错误: ", "Error: ") + lines.map { Terminal.neutral(String($0)) }.joined(separator: "\n")
      + localized(String(whole.dropFirst(head.count)))
  }

  /// Puts the parser's words into the language of the process.
  private static func localized(_ text: String) -> String {
    let text = shortened(text)
    guard Language.current == .chinese else { return text }
    return chinese.reduce(text) { replacing($1.english, in: $0, with: $1.chinese) }
  }

  /// Makes one word of the options in a usage line that may be left out: help lists them below it.
  private static func shortened(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard line.hasPrefix("USAGE: ") || line.hasPrefix("Usage: ") else { return String(line) }
      var words: [Substring] = []
      var isInside = false
      for word in line.split(separator: " ") {
        if word.hasPrefix("[-") || word == "<options>" {
          isInside = !word.hasSuffix("]") && word != "<options>"
          if !words.contains("[<options>]") { words.append("[<options>]") }
        } else if isInside {
          isInside = !word.hasSuffix("]")
        } else {
          words.append(word)
        }
      }
      return words.joined(separator: " ")
    }.joined(separator: "\n")
  }

  /// Replaces words also where a narrow terminal has broken the line between them.
  private static func replacing(_ words: String, in text: String, with other: String) -> String {
    let parts = words.split(separator: " ")
    guard parts.count > 1, !text.contains(words), let first = parts.first else {
      return text.replacing(words, with: other)
    }
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: first) {
      var end = start.upperBound
      var isWhole = true
      for part in parts.dropFirst() {
        let gap = rest[end...].prefix(while: \.isWhitespace)
        guard !gap.isEmpty, rest[gap.endIndex...].hasPrefix(part) else {
          isWhole = false
          break
        }
        end = rest.index(gap.endIndex, offsetBy: part.count)
      }
      result += rest[..<start.lowerBound] + (isWhole ? other[...] : rest[start])
      rest = rest[(isWhole ? end : start.upperBound)...]
    }
    return result + rest
  }
}
