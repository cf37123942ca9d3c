import Testing

/// Help as people read it, in both languages: of every command at the width of a terminal, of some also at those of a
/// phone and of a large screen.
@Suite("Recorded help")
struct HelpSnapshotTests {
  private static let sample = [
    ["import"], ["export"], ["search"], ["backup"], ["schema"], ["schema", "show"], ["schema", "check"],
    ["schema", "apply"],
  ]

  /// All commands, each after the one that it belongs to, as the tool itself lists them.
  private static func commands() throws -> [[String]] {
    func below(_ command: JSONValue, _ path: [String]) -> [[String]] {
      let nested = command["subcommands"].items.flatMap { nested in
        nested["commandName"].string.map { $0 == "help" ? [] : below(nested, path + [$0]) } ?? []
      }
      return [path] + nested
    }
    let dump = try Program.run(try Built.quan.get(), ["--experimental-dump-help"]).json
    return below(dump["command"], [])
  }

  private static func help(_ commands: [[String]], _ language: String, _ columns: Int) throws -> String {
    let environment = ["COLUMNS": String(columns), "LANG": language == "zh" ? "zh_CN.UTF-8" : "en_US.UTF-8"]
    return try commands.map { command in
      let outcome = try Program.run(try Built.quan.get(), command + ["--help"], environment: environment)
      #expect(outcome.status == 0 && outcome.err.isEmpty)
      return "$ quan \((command + ["--help"]).joined(separator: " "))\n\(outcome.out)\n"
    }.joined()
  }

  @Test("the help of every command, and what holds for all of them, is as it was recorded", arguments: ["en", "zh"])
  func all(language: String) throws {
    let commands = try Self.commands()
    #expect(commands.count > 60)
    var text = try Self.help(commands, language, 80)
    text += "$ quan topic\n"
    text += try Program.run(try Built.quan.get(), ["topic", "--lang", language], environment: ["COLUMNS": "80"]).out
    Recorded.expect(text, as: "help.\(language).80.txt")
    // What may be left out is one word of a usage line.
    #expect(!text.contains(#/(USAGE|用法):.*\[-/#))
  }

  @Test("help is as it was recorded", arguments: ["en", "zh"], [40, 200])
  func widths(language: String, columns: Int) throws {
    Recorded.expect(try Self.help(Self.sample, language, columns), as: "help.\(language).\(columns).txt")
  }
}
