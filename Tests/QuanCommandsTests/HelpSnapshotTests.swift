import Testing

/// Help as people read it, in both languages and at the widths of a phone, a terminal and a large screen.
@Suite("Recorded help")
struct HelpSnapshotTests {
  private static let commands = [
    ["import"], ["export"], ["search"], ["backup"], ["schema"], ["schema", "show"], ["schema", "check"],
    ["schema", "apply"],
  ]

  @Test("help is as it was recorded", arguments: ["en", "zh"], [40, 80, 200])
  func help(language: String, columns: Int) throws {
    var text = ""
    for command in Self.commands {
      let outcome = try Program.run(
        try Built.quan.get(), command + ["--help"],
        environment: ["COLUMNS": String(columns), "LANG": language == "zh" ? "zh_CN.UTF-8" : "en_US.UTF-8"])
      #expect(outcome.status == 0 && outcome.err.isEmpty)
      text += "$ quan \(command.joined(separator: " ")) --help\n\(outcome.out)\n"
    }
    Recorded.expect(text, as: "help.\(language).\(columns).txt")
  }
}
