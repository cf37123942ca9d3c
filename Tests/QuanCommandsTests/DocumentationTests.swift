import Foundation
import QuanTesting
import Testing

/// What the documentation shows is code that is built and run.
@Suite("Documentation")
struct DocumentationTests {
  private static let catalog = Built.repository + "/Sources/Quan/Documentation.docc"

  private static func lines(_ path: String) -> [String] {
    String(decoding: TemporaryFolder.read(path), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  /// The text without its common indentation and without empty lines.
  private static func plain(_ lines: some Collection<String>) -> String {
    let filled = lines.filter { !$0.allSatisfy(\.isWhitespace) }
    let indent = filled.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    return filled.map { String($0.dropFirst(indent)) }.joined(separator: "\n")
  }

  /// The blocks of Swift in a page.
  private static func excerpts(_ path: String) -> [String] {
    var found: [String] = []
    var block: [String]?
    for line in lines(path) {
      if line == "```swift" {
        block = []
      } else if line == "```", let whole = block {
        found.append(plain(whole))
        block = nil
      } else {
        block?.append(line)
      }
    }
    return found
  }

  /// Whether consecutive lines of a source are the excerpt.
  private static func holds(_ source: [String], _ excerpt: String) -> Bool {
    let filled = source.filter { !$0.allSatisfy(\.isWhitespace) }
    let count = excerpt.split(separator: "\n").count
    guard count > 0, filled.count >= count else { return false }
    return (0...filled.count - count).contains { plain(filled[$0..<$0 + count]) == excerpt }
  }

  @Test("every excerpt of the guides and of README.md stands in an example, which is built and run")
  func excerpts() throws {
    let examples = ["FormApp", "Guides", "Stick", "TwoReplicas"].map {
      Self.lines(Built.repository + "/Examples/\($0)/\($0).swift")
    }
    let pages = TemporaryFolder.names(in: Self.catalog).filter { $0.hasSuffix(".md") }.map { Self.catalog + "/" + $0 }
    var count = 0
    for page in pages + [Built.repository + "/README.md"] {
      for excerpt in Self.excerpts(page) where !excerpt.contains(".package(") {
        count += 1
        #expect(examples.contains { Self.holds($0, excerpt) }, "\(page):\n\(excerpt)")
      }
    }
    #expect(count > 15)
  }

  @Test("the tutorial's steps grow into the form app")
  func tutorial() throws {
    let whole = Self.lines(Built.repository + "/Examples/FormApp/FormApp.swift")
    let steps = TemporaryFolder.names(in: Self.catalog + "/Resources").filter { $0.hasPrefix("form-") }.sorted()
    #expect(steps.count == 5)
    var known = 0
    for step in steps {
      let lines = Self.lines(Self.catalog + "/Resources/" + step)
      var rest = whole[...]
      for line in lines {
        let place = rest.firstIndex(of: line)
        #expect(place != nil, "\(step): \(line)")
        if let place { rest = rest[(place + 1)...] }
      }
      #expect(lines.count > known)
      known = lines.count
    }
    #expect(Self.lines(Self.catalog + "/Resources/" + (steps.last ?? "")) == whole)
  }

  @Test("every decision is listed by its module")
  func decisions() throws {
    var count = 0
    for module in TemporaryFolder.names(in: Built.repository + "/Sources") {
      let catalog = Built.repository + "/Sources/\(module)/Documentation.docc"
      let page = Self.lines(catalog + "/\(module).md").joined(separator: "\n")
      for name in TemporaryFolder.names(in: catalog + "/Decisions") where name.hasSuffix(".md") {
        count += 1
        #expect(page.contains("<doc:\(name.dropLast(3))>"), "\(module): \(name)")
      }
    }
    #expect(count > 10)
  }
}
