import Glibc

/// The languages of the tool.
enum Language: String, CaseIterable, Sendable {
  case chinese = "zh"
  case english = "en"

  /// The language of this process: `--lang`, else the first set of LC_ALL, LC_MESSAGES and LANG.
  static let current = choose(arguments: CommandLine.arguments, environment: Self.environment)

  /// Chooses by arguments and environment.
  static func choose(arguments: [String], environment: (String) -> String?) -> Language {
    for (index, argument) in arguments.enumerated() {
      if argument == "--lang", index + 1 < arguments.count, let language = Language(rawValue: arguments[index + 1]) {
        return language
      }
      if argument.hasPrefix("--lang="), let language = Language(rawValue: String(argument.dropFirst(7))) {
        return language
      }
    }
    for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
      if let value = environment(name), !value.isEmpty { return value.hasPrefix("zh") ? .chinese : .english }
    }
    return .english
  }

  /// A variable of the environment.
  static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }
}

/// Says something in the language of the process; both languages stand side by side wherever the tool speaks.
func say(_ chinese: @autoclosure () -> String, _ english: @autoclosure () -> String) -> String {
  switch Language.current {
  case .chinese: chinese()
  case .english: english()
  }
}
