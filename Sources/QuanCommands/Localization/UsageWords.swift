import Quan

/// What the argument parser has to say, in the language of the process: it speaks English, and gives its errors to nobody
/// but as text.
///
/// `*` stands for what a message inserts, in the same order in both languages. The tests look for an error of the parser
/// that is missing here.
enum UsageWords {
  /// A message of the parser.
  static func said(_ message: String) -> String {
    guard Language.current == .chinese else { return message }
    for (english, chinese) in table {
      if let inserted = insertions(of: english, in: message) { return fill(chinese, inserted) }
    }
    return message
  }

  /// What stands for each `*`; `nil` when the message is another one.
  private static func insertions(of pattern: String, in message: String) -> [Substring]? {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard let first = parts.first, message.hasPrefix(first) else { return nil }
    var inserted: [Substring] = []
    var rest = message.dropFirst(first.count)
    for (index, part) in parts.enumerated().dropFirst() {
      // The last piece ends the message, so that what was typed may hold the pieces before it.
      if index == parts.count - 1 {
        guard rest.hasSuffix(part) else { return nil }
        inserted.append(rest.dropLast(part.count))
        return inserted
      }
      guard let found = rest.firstRange(of: part) else { return nil }
      inserted.append(rest[..<found.lowerBound])
      rest = rest[found.upperBound...]
    }
    return rest.isEmpty ? inserted : nil
  }

  private static func fill(_ pattern: String, _ inserted: [Substring]) -> String {
    var text = ""
    for (index, part) in pattern.split(separator: "*", omittingEmptySubsequences: false).enumerated() {
      if index > 0, index <= inserted.count { text += listed(inserted[index - 1]) }
      text += part
    }
    return text
  }

  /// A list of quoted values as Chinese has it.
  private static func listed(_ text: Substring) -> String {
    String(text).replacing("', '", with: "'、'").replacing("' or '", with: "'、'").replacing("' and '", with: "'、'")
  }

  private static let table: [(english: String, chinese: String)] = [
    (
      "Unknown option '*'. Did you mean '*'?\n   or: Missing value for '*' in '*'",
      "没有选项 '*', 是否想写 '*'?\n  或: '*' 缺少值, 在 '*'"
    ),
    ("Unknown option '*'\n   or: Missing value for '*' in '*'", "没有选项 '*'\n  或: '*' 缺少值, 在 '*'"),
    ("Unknown option '*'. Did you mean '*'?", "没有选项 '*', 是否想写 '*'?"), ("Unknown option '*'", "没有选项 '*'"),
    ("Missing value for '*'", "选项 '*' 缺少值"),
    ("The option '*' does not take any value, but '*' was specified.", "选项 '*' 不带值, 却写了 '*'"),
    ("Unexpected argument '*'", "多余的参数 '*'"), ("* unexpected arguments: '*'", "多余的参数 (* 个): '*'"),
    ("Missing expected argument '*'", "缺少参数 '*'"),
    ("The value '*' is invalid for '*'. Please provide one of the following:\n*", "值 '*' 不适用于 '*', 请写下列之一:\n*"),
    ("The value '*' is invalid for '*'. Please provide one of *.", "值 '*' 不适用于 '*', 请写 * 之一"),
    ("The value '*' is invalid for '*'", "值 '*' 不适用于 '*'"), ("Invalid option: *", "不是选项: *"),
    (
      "Can't generate completion scripts for '*'.\nPlease use --generate-completion-script=<shell> with one of:\n*",
      "没有 '*' 的补全脚本\n请写 --generate-completion-script=<shell>, 可以是:\n*"
    ),
    (
      "Can't autodetect a supported shell.\nPlease use --generate-completion-script=<shell> with one of:\n*",
      "认不出所用的 shell\n请写 --generate-completion-script=<shell>, 可以是:\n*"
    ),
  ]
}
