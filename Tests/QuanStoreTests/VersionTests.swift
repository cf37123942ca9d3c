import Foundation
import Quan
import QuanTesting
import Testing

/// Replicas of other versions: an older one is migrated, whole or not at all; a newer one is read or refused.
///
/// `Golden/version-1.quan` was made by the tool when files had version 1, and is never made anew.
@Suite("Versions of the replica file")
struct VersionTests {
  private let folder = TemporaryFolder()
  private let laptop: Laptop

  init() throws {
    laptop = Laptop("A", in: folder, seed: 1)
    let golden = try #require(Bundle.module.url(forResource: "Golden/version-1", withExtension: "quan"))
    TemporaryFolder.copy(golden.path, to: laptop.path)
  }

  private var names: [String] { TemporaryFolder.names(in: folder.path + "/A").filter { $0 != "state" } }

  /// The records of the golden file, a line each.
  private func lines(_ replica: Replica) throws -> [String] {
    var lines: [String] = []
    for kind in ["pupil", "visit"] {
      let definition = try #require(try replica.schema().kind(named: kind))
      try replica.records(of: definition.id) { record in
        let fields = record.fields.map { "\($0.definition.name)=\($0.shown.map { "\($0)" }.sorted())" }
        lines.append("\(record.id) \(fields)")
      }
    }
    return lines
  }

  @Test("a file of version 1 is migrated behind a backup, with all its records, and is sound")
  func migrates() throws {
    let before = TemporaryFolder.read(laptop.path)
    let replica = try laptop.open()
    let migration = try #require(replica.migration)
    #expect(migration.from == 1)
    #expect(migration.backup == laptop.path + ".before-version-\(migration.to)")
    #expect(names == ["A.quan", "A.quan-shm", "A.quan-wal", "A.quan.before-version-\(migration.to)"])
    #expect(try replica.verify() == [])

    let records = try lines(replica)
    #expect(records.count == 5)
    #expect(records.contains { $0.contains("泉泉") && $0.contains("13800000002") && $0.contains("chess") })
    #expect(records.contains { $0.contains("明明") && $0.contains("甲") && $0.contains("乙") && $0.contains("integer(5)") })
    #expect(try replica.conflicts().map(\.class.rawValue).sorted() == ["deleted-and-edited", "value"])

    // The backup is the file as it was: migrating it comes to the same.
    #expect(try SQLFile(migration.backup).version == ["1"])
    #expect(TemporaryFolder.read(migration.backup).count == before.count)
    let other = Laptop("B", in: folder, seed: 2)
    TemporaryFolder.copy(migration.backup, to: other.path)
    let again = try other.open()
    #expect(again.migration?.from == 1)
    #expect(try lines(again) == records)
    #expect(try again.scopes().map { try again.canonicalForm(of: $0.id) } == canonical(replica))
  }

  private func canonical(_ replica: Replica) throws -> [CanonicalScope] {
    try replica.scopes().map { try replica.canonicalForm(of: $0.id) }
  }

  @Test("a migrated file has the very tables of a new one, and the second opening changes nothing")
  func sameTables() throws {
    let migrated = try laptop.open()
    let schema = try migrated.schema()
    let drafts = schema.kinds.filter { $0.id.replica != .builtIn }.map { kind in
      KindDraft(
        kind.code, kind.labels,
        kind.fields.filter { $0.id.replica != .builtIn }.map {
          FieldDraft(
            $0.code, $0.labels, $0.type, scale: $0.scale, container: $0.container, rule: $0.rule,
            sensitivity: $0.sensitivity, choices: $0.choices, target: $0.target)
        })
    }
    let fresh = Laptop("B", in: folder, seed: 2)
    try fresh.create(schema: SchemaDraft(drafts)).close()
    try migrated.close()
    // The indexes of reference columns are made with a kind's first records, which the new file has not.
    func tables(_ path: String) throws -> [String] {
      try SQLFile(path).schema.filter { !$0.hasPrefix("index quan_reference_") }
    }
    #expect(try tables(laptop.path) == tables(fresh.path))
    #expect(try SQLFile(laptop.path).version == SQLFile(fresh.path).version)
    let again = try laptop.open()
    #expect(again.migration == nil)
    #expect(names.filter { $0.contains("before") }.count == 1)
  }

  @Test("a migration that fails half-way changes nothing, and the next opening completes with the same backup")
  func failsHalfWay() throws {
    // Version 2 makes this table: here it is in the way.
    try SQLFile(laptop.path).run("CREATE TABLE quan_attachment_chunk (in_the_way)")
    #expect(throws: StoreError.self) { try laptop.open() }
    #expect(try SQLFile(laptop.path).version == ["1"])
    #expect(try SQLFile(laptop.path).run("SELECT name FROM sqlite_master WHERE name='quan_attachment'") == [])
    #expect(throws: StoreError.self) { try laptop.open() }
    #expect(names.filter { $0.contains("before") }.count == 1)

    try SQLFile(laptop.path).run("DROP TABLE quan_attachment_chunk")
    let replica = try laptop.open()
    #expect(try replica.verify() == [])
    // The file is another than the one of the first backup, which stays.
    #expect(names.filter { $0.contains("before") }.count == 2)
  }

  @Test("a file that is damaged is not migrated")
  func damaged() throws {
    var bytes = TemporaryFolder.read(laptop.path)
    for page in 8..<bytes.count / 4096 {
      bytes.replaceSubrange(page * 4096..<page * 4096 + 64, with: repeatElement(0xA5, count: 64))
    }
    TemporaryFolder.write(bytes, to: laptop.path)
    #expect(throws: StoreError.self) { try laptop.open() }
    #expect(try SQLFile(laptop.path).version == ["1"])
    #expect(!names.contains { $0.contains("before") })
  }

  @Test("a newer file that older ones can read is opened for reading, and every write says: update")
  func newerReadable() throws {
    try laptop.open().close()
    let file = try SQLFile(laptop.path)
    try file.run("PRAGMA user_version = 900")
    let replica = try laptop.open()
    #expect(replica.isReadOnly)
    #expect(try lines(replica).count == 5)
    let kind = try #require(try replica.schema().kind(named: "pupil"))
    #expect { try replica.write { try $0.create(kind.id, [:]) } } throws: { ($0 as? StoreError)?.code == .newerFormat }
    #expect { try replica.sync(folder: folder.folder("stick")) } throws: { ($0 as? StoreError)?.code == .newerFormat }
    #expect(try lines(replica).count == 5)
    try replica.close()
    #expect(try file.version == ["900"])
  }

  @Test("a newer file that older ones cannot read, or that does not say, is refused")
  func newerRefused() throws {
    try SQLFile(laptop.path).run("PRAGMA user_version = 900")
    #expect { try laptop.open() } throws: { ($0 as? StoreError)?.code == .newerFormat }
    try SQLFile(laptop.path).run("INSERT INTO quan_meta VALUES ('oldest_reader', '899')")
    #expect { try laptop.open() } throws: { ($0 as? StoreError)?.code == .newerFormat }
  }
}
