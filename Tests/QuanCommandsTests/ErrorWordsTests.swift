import Foundation
import QuanTesting
import Testing

/// Every message of the library has its Chinese, and an error in one language carries nothing of the other.
@Suite("Words of errors")
struct ErrorWordsTests {
  /// The messages in the library's sources, with `*` for what they insert.
  private static func messages() throws -> Set<String> {
    var found: Set<String> = []
    // Errors, and what a verification finds.
    let starts = [#"(?:StoreError|self\.init)\(\s*\.\w+,\s*"#, #"\bmessage: (?="[a-z])"#, #"\breport\("#]
    let pattern = try NSRegularExpression(
      pattern: "(?:\(starts.joined(separator: "|")))" + #""((?:[^"\\]|\\\((?:[^()]|\([^()]*\))*\)|\\.)*)""#)
    let insertion = try NSRegularExpression(pattern: #"\\\((?:[^()]|\([^()]*\))*\)"#)
    for module in ["QuanStore", "QuanTransport"] {
      let root = Built.repository + "/Sources/" + module
      let files = FileManager.default.enumerator(atPath: root)
      while let name = files?.nextObject() as? String {
        guard name.hasSuffix(".swift") else { continue }
        let source = String(decoding: TemporaryFolder.read(root + "/" + name), as: UTF8.self) as NSString
        let all = NSRange(location: 0, length: source.length)
        for match in pattern.matches(in: source as String, range: all) {
          let text = source.substring(with: match.range(at: 1))
          let whole = NSRange(location: 0, length: (text as NSString).length)
          found.insert(insertion.stringByReplacingMatches(in: text, range: whole, withTemplate: "*"))
        }
      }
    }
    return found
  }

  @Test("every message of the store has a Chinese form")
  func complete() throws {
    let messages = try Self.messages()
    #expect(messages.count > 60)
    let path = Built.repository + "/Sources/QuanCommands/Localization/StoreWords.swift"
    let words = String(decoding: TemporaryFolder.read(path), as: UTF8.self)
    for message in messages.sorted() {
      // A table may end a message at its first insertion.
      let short = message.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false).first.map { $0 + "*" }
      let isKnown = words.contains("(\"\(message)\", \"") || words.contains("(\"\(short ?? "")\", \"")
      #expect(isKnown, "StoreWords.swift lacks: \(message)")
    }
  }

  @Test("an error says its status and a next step, and in Chinese carries no English")
  func oneLanguage() throws {
    let office = try Office(["A"])
    let id = try office.student("name=泉泉")
    try office.quan("A", "add", "visit", "student=\(id)")
    TemporaryFolder.write(Array("not a bundle".utf8), to: office.path("text"))
    let cases: [(status: Int32, command: [String])] = [
      (1, ["delete", id]), (1, ["restore", id]), (1, ["show", "ZZZZ-9"]), (1, ["sync", "/nowhere"]),
      (15, ["bundle", "apply", office.path("text")]), (1, ["bundle", "apply", "/nowhere"]),
      (1, ["backup", office.replica("A")]), (1, ["replica", "rename", " "]), (1, ["list", "nothing"]),
      (1, ["import", "/nowhere"]), (1, ["export", "--kind", "nothing"]), (64, ["search", " "]),
      (1, ["conflict", "show", id]), (1, ["replica", "retire", "nobody", "--yes"]),
      (1, ["edit", id, "birth=yesterday"]), (1, ["edit", id, "nothing=1"]), (1, ["scope", "use", "nothing"]),
      (1, ["bundle", "create", "/nowhere/x.quanbundle"]), (1, ["import", office.folder.path]),
    ]
    for (status, command) in cases {
      let english = try office.tool(command + office.own("A") + ["--lang", "en"], status: status)
      let chinese = try office.tool(command + office.own("A") + ["--lang", "zh"], status: status)
      #expect(english.out.isEmpty && chinese.out.isEmpty)
      #expect(english.err.hasPrefix("Error: ") && chinese.err.hasPrefix("错误: "))
      let first = chinese.err.split(separator: "\n").first.map(String.init) ?? ""
      let said = first.replacing(try Regex("'[^']*'"), with: "")
      #expect(!said.contains(try Regex("[a-z]{3,} [a-z]{2,}")), "\(command): \(chinese.err)")
      let hasChinese = english.err.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }
      #expect(!hasChinese, "\(english.err)")
    }
  }
}
