import QuanTesting
import Testing

/// The language is that of `--lang`, else of the first set of LC_ALL, LC_MESSAGES and LANG; whatever the tool says, it
/// says in that language alone.
@Suite("Languages")
struct LanguageTests {
  /// Environments and arguments, and whether they ask for Chinese.
  static let choices: [(arguments: [String], environment: [String: String], isChinese: Bool)] = [
    ([], ["LANG": "zh_CN.UTF-8"], true), ([], ["LANG": "en_US.UTF-8"], false), ([], ["LANG": ""], false),
    ([], ["LANG": "C"], false), ([], ["LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"], true),
    ([], ["LC_ALL": "C", "LANG": "zh_CN.UTF-8"], false), ([], ["LC_ALL": "", "LANG": "zh_CN.UTF-8"], true),
    ([], ["LC_MESSAGES": "zh_CN", "LANG": "en_US.UTF-8"], true),
    ([], ["LC_ALL": "en_US", "LC_MESSAGES": "zh_CN", "LANG": "zh_CN"], false),
    (["--lang", "en"], ["LC_ALL": "zh_CN.UTF-8"], false), (["--lang=zh"], ["LC_ALL": "en_US.UTF-8"], true),
    (["--lang", "zh"], [:], true),
  ]

  @Test("--lang wins, then LC_ALL, LC_MESSAGES, LANG", arguments: choices.indices)
  func choice(index: Int) throws {
    let (arguments, environment, isChinese) = Self.choices[index]
    let path = "/nowhere/none.quan"
    let outcome = try Program.run(try Built.quan.get(), ["status", "-r", path] + arguments, environment: environment)
    #expect(outcome.status == 10)
    #expect(outcome.err.hasPrefix(isChinese ? "错误: 没有找到副本 '\(path)'" : "Error: there is no replica '\(path)'"))
  }

  private func hasChinese(_ text: String) -> Bool {
    text.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }
  }

  @Test(
    "help is in one language",
    arguments: [
      [], ["init"], ["join"], ["status"], ["add"], ["edit"], ["show"], ["list"], ["delete"], ["restore"], ["undo"],
      ["history"], ["log"], ["sync"], ["import"], ["export"], ["verify"], ["bundle"], ["bundle", "create"],
      ["bundle", "apply"], ["bundle", "verify"], ["bundle", "show"], ["conflict"], ["conflict", "list"],
      ["conflict", "show"], ["conflict", "resolve"], ["schema"], ["replica"], ["replica", "list"],
      ["replica", "settle"],
      ["scope"],
    ])
  func help(command: [String]) throws {
    let english = try Program.run(try Built.quan.get(), command + ["--help"], environment: ["LANG": "en_US.UTF-8"])
    let chinese = try Program.run(try Built.quan.get(), command + ["--help"], environment: ["LANG": "zh_CN.UTF-8"])
    for outcome in [english, chinese] {
      #expect(outcome.status == 0)
      #expect(outcome.err.isEmpty)
      #expect(outcome.out.contains((["quan"] + command).joined(separator: " ")))
    }
    #expect(english.out.hasPrefix("OVERVIEW: "))
    #expect(!hasChinese(english.out), "\(english.out)")
    #expect(chinese.out.hasPrefix("说明: "))
    for word in [
      "OVERVIEW:", "USAGE:", "ARGUMENTS:", "OPTIONS:", "SUBCOMMANDS:", "Show ", "See '", "The ", "(default:",
      "(values:",
    ] {
      #expect(!chinese.out.contains(word), "\(chinese.out)")
    }
  }

  @Test("usage errors are in one language")
  func usage() throws {
    for command in [
      ["frobnicate"], ["show"], ["status", "--colour"], ["sync", "a", "b"], ["list", "student", "--limit", "x"],
    ] {
      let english = try Program.run(try Built.quan.get(), command, environment: ["LANG": "en_US.UTF-8"])
      let chinese = try Program.run(try Built.quan.get(), command, environment: ["LANG": "zh_CN.UTF-8"])
      #expect(english.status == 64 && chinese.status == 64)
      #expect(english.err.hasPrefix("Error: "))
      #expect(!hasChinese(english.err), "\(english.err)")
      #expect(chinese.err.hasPrefix("错误: "))
      for word in ["Error", "Usage", "Missing", "Unknown", "Unexpected", "See '"] {
        #expect(!chinese.err.contains(word), "\(chinese.err)")
      }
    }
  }
}
