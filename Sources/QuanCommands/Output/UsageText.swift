/// The words that the argument parser brings along, in the language of the process.
enum UsageText {
  private static let chinese: [(english: String, chinese: String)] = [
    ("OVERVIEW:", "说明:"), ("USAGE:", "用法:"), ("ARGUMENTS:", "参数:"), ("OPTIONS:", "选项:"),
    ("SUBCOMMANDS:", "子命令:"), ("Error:", "错误:"), ("Usage:", "用法:"), ("Help:", "帮助:"),
    ("Show the version.", "显示版本."), ("Show help information.", "显示帮助."),
    ("for detailed help.", "查看详细帮助."), ("for more information.", "查看更多."),
    ("Missing expected argument", "缺少参数"), ("Unknown option", "未知选项"),
    ("Unexpected argument", "多余的参数"), ("Missing value for", "缺少值:"), ("Did you mean", "是否想写"),
    ("(default:", "(缺省:"), ("; default:", "; 缺省:"), ("(values:", "(取值:"),
    ("  See '", "  参见 '"), ("The value", "值"), ("is invalid for", "不适用于"),
  ]

  /// Puts the parser's words into the language of the process.
  static func localized(_ text: String) -> String {
    guard Language.current == .chinese else { return text }
    return chinese.reduce(text) { $0.replacing($1.english, with: $1.chinese) }
  }
}
