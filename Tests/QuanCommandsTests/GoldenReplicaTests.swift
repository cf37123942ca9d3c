import QuanTesting
import Testing

/// A replica of each version that files have had is opened with all that it held.
///
/// `version-N.quan` was made by `Tools/make-golden-replica` with the tool of its time, whose export is `version-N.jsonl`.
@Suite("Golden replicas")
struct GoldenReplicaTests {
  private static let golden = Built.repository + "/Tests/QuanStoreTests/Golden"
  private static let versions = [2, 3]

  private let folder = TemporaryFolder(inMemory: true)
  private var replica: String { folder.path + "/a.quan" }

  private func quan(_ arguments: String..., at location: SourceLocation = #_sourceLocation) throws -> Outcome {
    let outcome = try Program.run(
      try Built.quan.get(), arguments + ["-r", replica, "--state", folder.path + "/state", "--author", "王老师"])
    #expect(outcome.status == 0, "\(outcome.err)", sourceLocation: location)
    return outcome
  }

  /// The version that a replica file says it has: SQLite's user version, of which this is the last byte.
  private func version(_ path: String) -> Int { Int(TemporaryFolder.read(path).dropFirst(63).first ?? 0) }

  @Test("a file of each version shows what it showed, migrated behind a backup if it was older", arguments: versions)
  func opens(version: Int) throws {
    TemporaryFolder.copy(Self.golden + "/version-\(version).quan", to: replica)
    #expect(self.version(replica) == version)
    let said = try quan("status").err
    let current = self.version(replica)
    let backup = "\(replica).before-version-\(current)"
    if version < current {
      #expect(self.version(backup) == version && said.contains(backup), "\(said)")
    } else {
      #expect(TemporaryFolder.names(in: folder.path).filter { $0.contains("before") } == [])
    }
    let shown = try quan("export", "--kind", "pupil").out + quan("export", "--kind", "visit").out
    let then = String(decoding: TemporaryFolder.read(Self.golden + "/version-\(version).jsonl"), as: UTF8.self)
    #expect(try shown.split(separator: "\n").map { try JSONValue(String($0)) } == lines(then))
    #expect(try quan("verify").out.hasPrefix("Sound"))
    // What no record shows is there too: conflicts, what is to be looked into, the joined records, the attachment.
    #expect(try quan("conflict", "list", "--json").json.items.count == 3)
    #expect(try quan("problem", "list", "--json").json.items.count == 1)
    let photo = try #require(try quan("attachment", "list", "--json").jsonLines.first)
    #expect(photo["here"] == .bool(true) && photo["size"].int == 17)
    #expect(try quan("merge", "list", "--json").jsonLines.count > 1)
    // And it goes on: the tool writes into it.
    let first = try #require(try lines(then).first?["id"].string)
    _ = try quan("edit", first, "weight=40")
    #expect(try quan("show", first, "--json").json["fields"]["weight"] == .number(40))
  }

  private func lines(_ text: String) throws -> [JSONValue] {
    try text.split(separator: "\n").map { try JSONValue(String($0)) }
  }

  @Test("there is a golden replica of the version that the tool writes")
  func isUpToDate() throws {
    let made = folder.path + "/new.quan"
    let state = ["--state", folder.path + "/state"]
    let outcome = try Program.run(
      try Built.quan.get(), ["init", made, "--open", "--name", "n", "--author", "n"] + state)
    #expect(outcome.status == 0, "\(outcome.err)")
    #expect(Self.versions.last == version(made))
  }
}
