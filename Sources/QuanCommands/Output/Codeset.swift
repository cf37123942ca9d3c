import Synchronization

/// Text is always written in UTF-8; where the locale says that the terminal takes something else, that is said once a run.
enum Codeset {
  private static let isMet = Atomic<Bool>(false)

  /// Whether the locale of this process is one of UTF-8: by the first set of LC_ALL, LC_CTYPE and LANG.
  private static let isUTF8 = isUTF8(Language.environment)

  /// Whether a locale is one of UTF-8; without any, and in those called C and POSIX, text is ASCII.
  static func isUTF8(_ environment: (String) -> String?) -> Bool {
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
      if let value = environment(name)?.lowercased(), !value.isEmpty {
        return value.contains("utf-8") || value.contains("utf8")
      }
    }
    return false
  }

  /// Takes note of a text that goes to a terminal.
  static func note(_ text: String, to descriptor: Int32) {
    guard !isUTF8, !isMet.load(ordering: .relaxed), text.utf8.contains(where: { $0 >= 0x80 }),
      Terminal.isTerminal(descriptor)
    else { return }
    isMet.store(true, ordering: .relaxed)
  }

  /// Says at the end of a run what may have looked wrong.
  static func warn() {
    guard isMet.load(ordering: .relaxed) else { return }
    Terminal.remark(
      say(
        "本机区域设置不是 UTF-8, 文字仍按 UTF-8 写出; 如有乱码: export LC_CTYPE=C.UTF-8",
        "The locale is not one of UTF-8, and text is written in UTF-8 all the same; if it looks wrong: export LC_CTYPE=C.UTF-8"
      ))
  }
}
