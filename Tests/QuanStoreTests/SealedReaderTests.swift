import Foundation
import Quan
import QuanCore
import QuanFormat
import QuanStore
import QuanTesting
import Testing

/// `Tools/read-bundle` opens sealed segments from the page of the format alone.
@Suite("The independent reader of sealed bundles")
struct SealedReaderTests {
  private let reader = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Tools/read-bundle").path

  private func read(_ arguments: [String]) throws -> (status: Int32, lines: [[String: Any]]) {
    let process = Process()
    process.executableURL = URL(filePath: reader)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let lines = try output.split(separator: UInt8(ascii: "\n")).map {
      try #require(try JSONSerialization.jsonObject(with: $0) as? [String: Any])
    }
    return (process.terminationStatus, lines)
  }

  @Test("opens with the keys what the library opens, and without them tells only what is in the clear")
  func opens() throws {
    let guild = try Guild()
    try guild.admit("B")
    let pupil = try guild.pupil("泉泉", on: 1)
    let bundle = try guild.bundle(from: 1)
    let keys = guild.path("keys")
    let lines = try guild.keyring(of: 1).all.map { key in
      let digits = key.bytes.map { String(256 + Int($0), radix: 16).dropFirst() }.joined()
      let scope = key.scope.dot
      return "\(scope.replica)-\(scope.counter) \(key.epoch) \(digits)\n"
    }
    TemporaryFolder.write(Array(lines.joined().utf8), to: keys)
    let opened = try read([bundle, keys])
    #expect(opened.status == 0)
    var expected: [String] = []
    try guild.replicas[1].changes(ofBundleAt: bundle) { _, digest in expected.append(digest.description) }
    #expect(opened.lines.compactMap { $0["digest"] as? String } == expected)
    #expect(expected.count > 3)
    let text = try String(data: JSONSerialization.data(withJSONObject: opened.lines), encoding: .utf8) ?? ""
    #expect(text.contains("泉泉") && text.contains(pupil.replica.description))
    let closed = try read([bundle])
    #expect(closed.status == 0)
    #expect(closed.lines.count == (try guild.reader(bundle).header.segments.count))
    #expect(closed.lines.allSatisfy { $0["sealed_under"] != nil && $0["operations"] == nil })
  }
}
