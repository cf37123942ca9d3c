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
    entries += try Self.store()
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
