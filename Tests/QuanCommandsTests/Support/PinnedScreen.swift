import Foundation
import QuanTesting
import Testing

/// Screens as they are pinned in `Screens`: with what is random or counts bytes put in one form of the same width.
///
/// To pin one anew, remove its file and run the test: it writes what it sees, and fails once so that somebody looks at it.
struct PinnedScreen {
  let office: Office
  /// What stands for the full IDs of records.
  let names: [String: String]

  /// Expects that no line of what commands printed is wider than the screen.
  func expectFitting(_ text: String, _ columns: Int, at location: SourceLocation = #_sourceLocation) {
    for line in normal(text).split(separator: "\n") where !line.hasPrefix("$") {
      #expect(width(line) <= columns, "too wide: \(line)", sourceLocation: location)
    }
  }

  /// Expects what was pinned.
  func expect(_ seen: String, _ name: String, at location: SourceLocation = #_sourceLocation) throws {
    let text = normal(seen)
    #expect(!text.contains("\u{FFFD}"), sourceLocation: location)
    let path = Built.repository + "/Tests/QuanCommandsTests/Screens/\(name).txt"
    guard FileManager.default.fileExists(atPath: path) else {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      Issue.record(
        "there was no such file: what was seen has been written to \(path); look at it", sourceLocation: location)
      return
    }
    let pinned = String(decoding: TemporaryFolder.read(path), as: UTF8.self)
    guard text != pinned else { return }
    let (now, then) = (text.split(separator: "\n"), pinned.split(separator: "\n"))
    let place =
      zip(now, then).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(now.count, then.count)
    let (is_, was) = (now.dropFirst(place).first ?? "-", then.dropFirst(place).first ?? "-")
    Issue.record("line \(place + 1) of \(path) differs:\nis:  \(is_)\nwas: \(was)", sourceLocation: location)
  }

  private func normal(_ text: String) -> String {
    var text = text.replacing(office.folder.path, with: "FOLDER")
    for (id, name) in names { text = text.replacing(id, with: name) }
    // Codes of problems, by the order in which they come.
    var codes: [Substring] = []
    for match in text.matches(of: /(?:\n|\[|problem (?:show|resolve) )([0-9A-HJKMNP-TV-Z]{6})(?=\]|\s)/)
    where !codes.contains(match.output.1) {
      codes.append(match.output.1)
    }
    for (index, code) in codes.enumerated() { text = text.replacing(code, with: "CODE0\(index + 1)") }
    // Moments at which the office was set up.
    text = text.replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}/) { match in
      match.output.hasPrefix("2020-") ? String(match.output) : "SET-UP-THEN HH:MM"
    }
    // How much the set-up wrote is not what the screens are about.
    text = text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      !["SET-UP-THEN", "definitions,", "表结构与设置"].contains { line.contains($0) }
    }.joined(separator: "\n")
    // Codes that members compare.
    text = text.replacing(/\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b/, with: "CODE-CODE-CODE")
    // IDs of records and changes, by the order in which they come.
    var known: [Substring: String] = [:]
    text = text.replacing(/\b[0-9A-HJKMNP-TV-Z]{4}-[0-9]+\b(?!-)/) { match in
      let digits = match.output.count - 5
      if known[match.output] == nil {
        let number = String(known.count + 1, radix: 36, uppercase: true)
        known[match.output] = "XXXX-" + String(repeating: "0", count: max(0, digits - number.count)) + number
      }
      return known[match.output] ?? ""
    }
    text = text.replacing(/[0-9A-HJKMNP-TV-Z]{26}/, with: "WORKSPACE")
    text = text.replacing(/\b[0-9A-HJKMNP-TV-Z]{13}\b/, with: "REPLICA......")
    return text.replacing(/(已写入|Wrote) [0-9]+/) { "\($0.output.1) N" }
  }

  /// The columns that a text takes, by a rule that is good enough for the characters used here.
  private func width(_ text: some StringProtocol) -> Int {
    text.reduce(0) { sum, character in
      let value = character.unicodeScalars.first?.value ?? 0
      return sum + ((0x2E80...0xFF60).contains(value) ? 2 : value < 0x20 ? 0 : 1)
    }
  }
}
