import Foundation
import QuanTesting
import Testing

/// Command lines that the argument parser refuses, at least one for each of its errors.
enum Mistakes {
  private struct Missing: Error {}

  /// What was typed, under the name that the parser has for what is wrong with it.
  static let all: [(error: String, command: [String])] = [
    ("unknownOption", ["status", "--frobnicate"]), ("unknownOption", ["status", "--colour"]),
    ("missingValueForOption", ["status", "--author"]),
    ("missingValueOrUnknownCompositeOption", ["status", "-rx"]),
    ("missingValueOrUnknownCompositeOption", ["status", "-rjson"]),
    ("unexpectedValueForOption", ["status", "--json=yes"]), ("unexpectedExtraValues", ["status", "now"]),
    ("unexpectedExtraValues", ["status", "right", "now"]), ("noValue", ["show"]),
    ("unableToParseValue", ["status", "--color", "red"]), ("unableToParseValue", ["list", "student", "--limit", "x"]),
    ("unableToParseValue", ["topic", "nothing"]), ("invalidOption", ["status", "---x"]),
    ("unsupportedShell", ["--generate-completion-script=dos"]), ("unsupportedShell", ["--generate-completion-script"]),
  ]

  /// The parser's errors that nobody can make here, with why.
  static let never = [
    "helpRequested": "help is printed", "versionRequested": "the version is printed",
    "dumpHelpRequested": "help is printed as JSON", "completionScriptRequested": "the script is printed",
    "completionScriptCustomResponse": "the completions are printed", "notImplemented": "a mistake of the parser itself",
    "invalidState": "a mistake of the parser itself", "userValidationError": "says what a command has said",
    "noArguments": "says what another error says", "missingSubcommand": "the help is printed",
    "notParentCommand": "no command asks for the one above it", "duplicateExclusiveValues": "no flag excludes another",
    "nonAlphanumericShortOption": "the parser does not make it",
  ]

  /// The names of the parser's errors, in its source.
  static func errors() throws -> Set<String> {
    var folder = URL(filePath: try Built.quan.get())
    while folder.path.count > 1 {
      folder.deleteLastPathComponent()
      let file = folder.appending(
        path: "checkouts/swift-argument-parser/Sources/ArgumentParser/Parsing/ParserError.swift")
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      let text = String(decoding: TemporaryFolder.read(file.path), as: UTF8.self)
      let start = try #require(text.firstRange(of: "enum ParserError"))
      let end = try #require(text[start.upperBound...].firstRange(of: "\n}"))
      return Set(text[start.upperBound..<end.lowerBound].matches(of: #/case (\w+)/#).map { String($0.1) })
    }
    throw Missing()
  }

  /// What the tool says about a command line in a language, without how the command is used.
  static func message(_ command: [String], _ language: String) throws -> String {
    let outcome = try Program.run(
      try Built.quan.get(), command,
      environment: ["LANG": language == "zh" ? "zh_CN.UTF-8" : "en_US.UTF-8", "SHELL": "/bin/dos"])
    #expect(outcome.status == 64 && outcome.out.isEmpty, "\(command): \(outcome.err)")
    let end = outcome.err.firstRange(of: language == "zh" ? "\n用法: " : "\nUsage: ")
    let said = outcome.err[..<(try #require(end, "\(command): \(outcome.err)")).lowerBound]
    #expect(outcome.err.contains("--help'"), "\(outcome.err)")
    return String(said)
  }
}
