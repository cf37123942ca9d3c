import Foundation
import Testing

/// Where the repository is: this file lies two levels below its top.
private let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

@Suite("Modules import only what they may")
struct ImportTests {
  /// What each module may import beside itself.
  static let allowed: [(module: String, imports: Set<String>)] = [
    ("QuanCore", []),
    ("QuanFormat", ["QuanCore", "CZlib", "Crypto", "CryptoExtras", "Synchronization"]),
    ("QuanSync", ["QuanCore", "QuanFormat"]),
    (
      "QuanStore",
      ["QuanCore", "QuanFormat", "QuanSync", "GRDB", "GRDBSQLite", "Glibc", "Dispatch", "Synchronization"]
    ),
    (
      "QuanTransport",
      [
        "QuanCore", "QuanFormat", "QuanSync", "QuanStore", "Crypto", "Foundation", "Glibc", "NIOCore", "NIOPosix",
        "NIOSSL",
        "NIOTLS", "X509", "SwiftASN1", "Synchronization",
      ]
    ),
    ("Quan", ["QuanCore", "QuanStore", "QuanSync"]),
    ("QuanEducation", ["Quan"]),
    ("QuanTesting", ["Quan", "QuanCore", "QuanFormat", "QuanStore", "Dispatch", "Glibc", "Synchronization"]),
    (
      "QuanCommands",
      ["Quan", "QuanEducation", "QuanTransport", "ArgumentParser", "Dispatch", "Glibc", "Synchronization"]
    ),
    ("quan", ["QuanCommands"]),
  ]

  /// The modules that a source text imports.
  static func imports(in text: String) -> Set<String> {
    var found: Set<String> = []
    for line in text.split(separator: "\n") {
      var words = line.split(whereSeparator: \.isWhitespace)[...]
      while let first = words.first,
        first.hasPrefix("@") || ["public", "package", "internal", "private"].contains(first)
      {
        words = words.dropFirst()
      }
      guard words.first == "import", let last = words.dropFirst().last else { continue }
      found.insert(String(last.split(separator: ".")[0]))
    }
    return found
  }

  @Test("each module imports what its place allows", arguments: allowed.map(\.module))
  func importsAreAllowed(module: String) throws {
    let allowed = try #require(Self.allowed.first { $0.module == module }).imports
    let folder = top.appending(path: "Sources/\(module)")
    let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    var count = 0
    for case let file as URL in files where file.pathExtension == "swift" && !file.path.contains(".docc/") {
      count += 1
      let found = Self.imports(in: try String(contentsOf: file, encoding: .utf8))
      #expect(found.subtracting(allowed).isEmpty, "\(file.lastPathComponent)")
    }
    #expect(count > 0)
  }

  @Test("every module under Sources has its place in the list")
  func everyModuleIsListed() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: top.appending(path: "Sources").path)
    #expect(Set(folders) == Set(Self.allowed.map(\.module)).union(["CZlib"]))
  }

  @Test("the reader of imports sees every form")
  func readsImports() {
    let text = "import A\npublic import B\n@testable import C\nimport struct D.E\n// import F\n"
    #expect(Self.imports(in: text) == ["A", "B", "C", "D"])
  }

  @Test("the top level holds what it may")
  func topLevel() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: top.path).filter { !$0.hasPrefix(".") }
    let expected: Set = ["Package.swift", "Sources", "Tests", "Examples", "Tools", "README.md"]
    #expect(Set(names).subtracting(["Package.resolved"]) == expected)
  }
}
