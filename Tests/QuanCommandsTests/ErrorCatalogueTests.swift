import Foundation
import QuanTesting
import Testing

/// Every message of an error that the tool can print has its exit status, both languages and a hint, and stands in
/// `Recorded/errors.txt`.
@Suite("Catalogue of errors")
struct ErrorCatalogueTests {
  /// A message with what goes with it.
  private struct Entry: Comparable {
    let status: String
    let message: String
    let hint: String

    static func < (one: Entry, other: Entry) -> Bool {
      (one.status, one.message, one.hint) < (other.status, other.message, other.hint)
    }
  }

  /// The Swift files below a folder of the repository, with their text.
  private static func sources(_ folder: String) -> [(name: String, text: String)] {
    let root = Built.repository + "/" + folder
    let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
      (name, String(decoding: TemporaryFolder.read(root + "/" + name), as: UTF8.self))
    }
  }

  /// The English of each `say(Chinese, English)` in an expression.
  private static func english(_ expression: String) -> [String] {
    SourceScanner(expression).calls(of: "say").compactMap { $0.arguments.count == 2 ? plain($0.arguments[1]) : nil }
  }

  /// A literal without its quotes, `*` for what it inserts.
  private static func plain(_ literal: String) -> String {
    var text = literal
    while let start = text.range(of: "\\(") {
      var end = start.upperBound
      var depth = 1
      while depth > 0, end < text.endIndex {
        if text[end] == "(" { depth += 1 }
        if text[end] == ")" { depth -= 1 }
        end = text.index(after: end)
      }
      text.replaceSubrange(start.lowerBound..<end, with: "*")
    }
    return text.replacing("\\\"", with: "'").trimmingCharacters(in: CharacterSet(charactersIn: "\""))
  }

  @Test("each failure of a command says its status, its message in both languages, and what to do")
  func commands() throws {
    var entries: [Entry] = []
    let statuses = try Statuses(Self.sources("Sources/QuanCommands"))
    for (name, text) in Self.sources("Sources/QuanCommands") {
      let scanner = SourceScanner(text)
      for (line, arguments) in scanner.calls(of: "CommandFailure") {
        // One that passes on what the store has to say.
        if arguments.count == 1, !arguments[0].hasPrefix(".") { continue }
        let place = "\(name):\(line)"
        let status = try #require(arguments.first, "\(place): no exit status")
        #expect(status.hasPrefix("."), "\(place): the exit status comes first")
        let hint = arguments.first { $0.hasPrefix("hint:") }
        #expect(hint != nil, "\(place): no hint: what is the next thing to do?")
        #expect(arguments.count >= 2, "\(place): no message")
        let message = arguments.dropFirst().first ?? ""
        let said = Self.english(message)
        // A message that is passed in has been said in both languages where it was made.
        let texts = said.isEmpty ? ["(\(message))"] : said
        for text in texts {
          let hints = Self.english(hint ?? "").joined(separator: " / ")
          let help = hints.isEmpty ? (hint ?? "").replacing("hint: ", with: "(") + ")" : hints
          entries.append(Entry(status: statuses.text(of: String(status.dropFirst())), message: text, hint: help))
        }
      }
      for (line, arguments) in scanner.calls(of: "ValidationError") {
        let said = Self.english(arguments.first ?? "")
        #expect(!said.isEmpty, "\(name):\(line): not in both languages")
        for text in said {
          let status = statuses.text(of: "usage")
          entries.append(Entry(status: status, message: text, hint: "(how the command is used)"))
        }
      }
    }
    #expect(entries.count > 70)
    entries += try Self.store() + Self.rows() + Self.parser()
    let lines = Set(entries.sorted().map { "\($0.status)\t\($0.message)\t\($0.hint)" }).sorted()
    Recorded.expect(lines.joined(separator: "\n") + "\n", as: "errors.txt")
  }

  /// What the store says, with the hints of its messages or of its codes.
  private static func store() throws -> [Entry] {
    let hints = try StoreHintTable(sources("Sources/QuanCommands/Localization"))
    let statuses = try Statuses(sources("Sources/QuanCommands"))
    var entries: [Entry] = []
    for (name, text) in sources("Sources/QuanStore") + sources("Sources/QuanTransport") {
      let scanner = SourceScanner(text)
      let calls = scanner.calls(of: "StoreError") + scanner.calls(of: "self.init")
      for (line, arguments) in calls where arguments.count >= 2 {
        guard arguments[0].hasPrefix("."), arguments[1].hasPrefix("\"") else { continue }
        let code = String(arguments[0].dropFirst())
        let message = plain(arguments[1])
        let own = hints.hint(of: message)
        if ["notFound", "invalid", "refused"].contains(code) {
          #expect(own != nil, "\(name):\(line): StoreHints.swift lacks a hint for '\(message)'")
        }
        let hint = try #require(own ?? hints.hint(ofCode: code), "StoreHints.swift lacks .\(code)")
        entries.append(Entry(status: statuses.text(ofCode: code), message: message, hint: hint))
      }
    }
    #expect(entries.count > 100)
    return entries
  }

  /// What rows of a table, lines of JSON and rows of an exported table are left out for, with what is to be done.
  private static func rows() throws -> [Entry] {
    let statuses = try Statuses(sources("Sources/QuanCommands"))
    let status = statuses.text(of: "pending")
    let all = Dictionary(uniqueKeysWithValues: sources("Sources/QuanCommands").map { ($0.name, $0.text) })
    let reasons = try #require(all["CSV/RowReason.swift"]).split(separator: "var hint: String?")
    #expect(reasons.count == 2)
    let hints = cases(reasons[1])
    var entries: [Entry] = []
    for (name, said) in cases(reasons[0]) {
      guard let said else { continue }  // One that passes on a failure.
      let hint = try #require(hints[name], "RowReason.\(name) has no hint")
      entries.append(Entry(status: status, message: "line *: " + said, hint: hint ?? "(nothing is to be done)"))
    }
    for text in english(try #require(all["JSON/JSONParser.swift"])) {
      entries.append(Entry(status: status, message: "line *: no JSON: " + text, hint: "(how a line is written)"))
    }
    let decisions = SourceScanner(try #require(all["Input/DecisionReader.swift"]))
    for text in decisions.calls(of: "refuse").compactMap(\.arguments.last).map(plain) where !text.contains("String") {
      entries.append(Entry(status: status, message: "line *: " + text, hint: "(the line of the table)"))
    }
    let refusals = decisions.calls(of: "Refusal").map { $0.arguments.joined(separator: ", ") }
    for text in refusals.filter({ $0.contains("\"") }).flatMap(english) {
      entries.append(Entry(status: status, message: "line *: " + text, hint: "(the line of the table)"))
    }
    #expect(entries.count > 35)
    return entries
  }

  /// The English of each case of a switch, by the names of the cases; `nil` for one that says nothing of its own.
  private static func cases(_ source: Substring) -> [String: String?] {
    var found: [String: String?] = [:]
    let starts = source.matches(of: #/case ((?:\.\w+(?:\([^)]*\))?(?:, )?)+):/#)
    for (index, start) in starts.enumerated() {
      let end = index + 1 < starts.count ? starts[index + 1].range.lowerBound : source.endIndex
      let said = english(String(source[start.range.upperBound..<end])).first
      for name in start.1.matches(of: #/\.(\w+)/#) { found[String(name.1)] = .some(said) }
    }
    return found
  }

  /// What the argument parser says, as the tool prints it in both languages, for each of its errors.
  private static func parser() throws -> [Entry] {
    let status = try Statuses(sources("Sources/QuanCommands")).text(of: "usage")
    return try Mistakes.all.map { mistake in
      let said = try Mistakes.message(mistake.command, "en")
      let chinese = try Mistakes.message(mistake.command, "zh")
      #expect(said.hasPrefix("Error: ") && chinese.hasPrefix("错误: "))
      // What was typed and the names of options and shells are in no language.
      let own = chinese.split(separator: "\n帮助:")[0].replacing(#/'[^']*'|<[\w|]+>|-[\w-]+|shell|:\n[\s\S]*/#, with: "")
      #expect(!own.contains(#/[A-Za-z]{2,}/#), "\(mistake.command): \(chinese)")
      let parts = said.dropFirst(7).split(separator: "\nHelp:  ")
      let message = parts[0].replacing(#/(^| )'[^']*'/#) { "\($0.1)'*'" }.replacing(#/\n\s*/#, with: " ")
      let hint = parts.count == 2 ? String(parts[1]) : "(how the command is used)"
      return Entry(status: status, message: String(message), hint: hint)
    }
  }

  @Test("each error of the argument parser is made by a command line here, and each form in the words for them is met")
  func everyMistake() throws {
    let made = Set(Mistakes.all.map(\.error))
    #expect(try Mistakes.errors() == made.union(Mistakes.never.keys))
    let words = String(
      decoding: TemporaryFolder.read(Built.repository + "/Sources/QuanCommands/Localization/UsageWords.swift"),
      as: UTF8.self)
    let said = try Mistakes.all.map { String(try Mistakes.message($0.command, "en").dropFirst(7)) }
    let forms = words.matches(of: #/\(\s*"((?:[^"\\]|\\.)*)",\s*"/#).map { $0.1.replacing("\\n", with: "\n") }
    #expect(forms.count > 10)
    for form in forms {
      let pieces = form.split(separator: "*", omittingEmptySubsequences: false)
      let isMet = said.contains { message in
        var rest = message[...]
        for piece in pieces {
          guard let found = piece.isEmpty ? rest.startIndex..<rest.startIndex : rest.firstRange(of: piece) else {
            return false
          }
          rest = rest[found.upperBound...]
        }
        return message.hasPrefix(pieces[0])
      }
      #expect(isMet, "nothing leads to: \(form)")
    }
  }

  @Test("a command that is mistyped is named, with the one that was meant", arguments: ["en", "zh"])
  func mistyped(language: String) throws {
    let environment = ["LANG": language == "zh" ? "zh_CN.UTF-8" : "en_US.UTF-8"]
    let cases = [
      (["stauts", "-r", "x"], "quan stauts", "quan status"),
      (["bundle", "aply", "x"], "quan bundle aply", "bundle apply"),
      (["frobnicate"], "quan frobnicate", "quan --help"),
      (["merge", "frobnicate"], "merge frobnicate", "quan merge --help"),
    ]
    for (command, name, meant) in cases {
      let outcome = try Program.run(try Built.quan.get(), command, environment: environment)
      #expect(outcome.status == 64 && outcome.out.isEmpty)
      let lines = outcome.err.split(separator: "\n")
      #expect(lines.count == 2 && lines[0].contains(name + "'") && lines[1].hasSuffix(meant), "\(outcome.err)")
    }
    // What only looks like a command is an argument.
    #expect(try Program.run(try Built.quan.get(), ["help", "status"], environment: environment).status == 0)
  }

  @Test("a problem in a schema file, a bundle or a row of a table is told in both languages")
  func bothLanguages() throws {
    let folders = ["Sources/QuanCommands/Schema", "Sources/QuanCommands/CSV", "Sources/QuanCommands/Output"]
    var count = 0
    for folder in folders {
      for (name, text) in Self.sources(folder) {
        for (line, arguments) in SourceScanner(text).calls(of: "say") {
          count += 1
          #expect(arguments.count == 2, "\(name):\(line)")
          // Labels out of a schema have their own languages; marks and insertions have none.
          let texts = arguments.filter { $0.hasPrefix("\"") && $0.contains { $0.isLetter } && !$0.contains("\\(") }
          guard texts.count == 2 else { continue }
          let isChinese = texts.map { $0.unicodeScalars.contains { (0x3000...0x9FFF).contains($0.value) } }
          #expect(isChinese == [true, false], "\(name):\(line): \(arguments)")
        }
      }
    }
    #expect(count > 150)
  }
}

/// The exit statuses by their names, and by the codes of the store's errors.
private struct Statuses {
  private var numbers: [String: Int] = [:]
  private var names: [String: String] = [:]

  init(_ sources: [(name: String, text: String)]) throws {
    let text = try #require(sources.first { $0.name == "CommandFailure.swift" }).text
    for match in text.matches(of: #/case (\w+) = (\d+)/#) { numbers[String(match.1)] = Int(match.2) }
    for match in text.matches(of: #/case \.(\w+): \(\.(\w+), /#) { names[String(match.1)] = String(match.2) }
    #expect(numbers.count > 10 && names.count > 15)
  }

  func text(of name: String) -> String { "\(numbers[name].map(String.init) ?? "?") \(name)" }
  func text(ofCode code: String) -> String { text(of: names[code] ?? "failed") }
}

/// The English hints of the store's messages, by how these begin, and of its codes.
private struct StoreHintTable {
  private var starts: [(start: String, hint: String)] = []
  private var codes: [String: String] = [:]

  init(_ sources: [(name: String, text: String)]) throws {
    let text = try #require(sources.first { $0.name == "StoreHints.swift" }).text
    let said = #/say\(\s*"(?:[^"\\]|\\.)*",\s*"(?<english>(?:[^"\\]|\\.)*)"/#
    var shared: [String: String] = [:]
    for match in text.matches(of: #/let (\w+) = /#) {
      let rest = text[match.range.upperBound...]
      if let hint = rest.prefixMatch(of: said)?.english { shared[String(match.1)] = String(hint) }
    }
    for match in text.matches(of: #/\(\s*"((?:[^"\\]|\\.)*)",\s*/#) {
      let rest = text[match.range.upperBound...]
      if let hint = rest.prefixMatch(of: said)?.english {
        starts.append((String(match.1), String(hint)))
      } else if let name = rest.prefixMatch(of: #/\w+/#), let hint = shared[String(name.output)] {
        starts.append((String(match.1), hint))
      }
    }
    for match in text.matches(of: #/(?:case|default)((?: \.\w+,?)*):\s*/#) {
      guard let hint = text[match.range.upperBound...].prefixMatch(of: said)?.english else { continue }
      let names = match.1.split(separator: ",").map { $0.drop { $0 == " " || $0 == "." } }
      for name in names.isEmpty ? ["inputOutput"] : names { codes[String(name)] = String(hint) }
    }
  }

  func hint(of message: String) -> String? { starts.first { message.hasPrefix($0.start) }?.hint }
  func hint(ofCode code: String) -> String? { codes[code] }
}
