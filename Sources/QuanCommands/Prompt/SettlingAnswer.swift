import Quan

/// What a person answers to a conflict: a side by its number, both, a value of their own, or nothing for now; behind the
/// number or the word they may say why.
enum SettlingAnswer: Hashable {
  case side(Int, reason: String?)
  case both(reason: String?)
  case value(String)
  case later
  case quit
  case help

  /// Reads an answer; `nil` when it is none.
  init?(_ line: String) {
    let text = ValueParser.halfWidth(line).trimmed
    if text.hasPrefix("=") {
      // The value itself is taken as it was typed.
      let typed = line.trimmed.dropFirst()
      self = .value(String(typed).trimmed)
      return
    }
    let end = text.firstIndex(where: \.isWhitespace) ?? text.endIndex
    let rest = String(text[end...]).trimmed
    let reason = rest.isEmpty ? nil : rest
    let word = text[..<end].lowercased()
    if let number = Int(word) {
      self = .side(number, reason: reason)
      return
    }
    switch word {
    case "both", "都要", "两个都要", "全要": self = .both(reason: reason)
    case "later", "l", "稍后", "以后", "跳过", "": self = .later
    case "quit", "q", "exit", "结束", "退出": self = .quit
    case "help", "?", "h", "帮助", "说明": self = .help
    default: return nil
    }
  }
}
