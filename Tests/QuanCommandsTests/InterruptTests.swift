import Foundation
import Glibc
import QuanTesting
import Testing

/// Ctrl-C at any moment leaves nothing half done: the command says so, ends with status 130, and completes when given
/// again.
///
/// `QUAN_SEED` repeats a run.
@Suite("Interrupted processes")
struct InterruptTests {
  private static let seed =
    ProcessInfo.processInfo.environment["QUAN_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...9999)

  private func students(_ count: Int) -> [UInt8] {
    Array(
      (0..<count).map { #"{"id":"S-\#($0)","kind":"student","fields":{"name":"学生\#($0)"}}"# + "\n" }.joined().utf8)
  }

  /// Sends SIGINT at random moments of a command; gives how many runs were stopped by it.
  private func interrupt(
    _ command: [String], on office: Office, times: Int, _ check: (Outcome, String) throws -> Void
  ) throws {
    var generator = SeededGenerator(seed: Self.seed)
    var stopped = 0
    // Narrowed down to the moments between "not watching yet" and "done already", which depend on the machine.
    var early = 0.0
    var late = 0.4
    var runs = 0
    while runs < times || (stopped == 0 && runs < 60) {
      runs += 1
      let moment = Double.random(in: early...max(early, late), using: &generator)
      let program = try Program(try Built.quan.get(), command + office.own("A"))
      usleep(UInt32(moment * 1_000_000))
      _ = Glibc.kill(program.id, SIGINT)
      let outcome = program.wait()
      let note = "QUAN_SEED=\(Self.seed): \(command[0]) interrupted after \(moment) s: \(outcome)"
      // Before the tool watches for signals, the signal ends it as it ends any program.
      #expect([0, 130].contains(outcome.status), "\(note)")
      if outcome.status == 130, !outcome.err.isEmpty {
        stopped += 1
        #expect(outcome.err.contains("nothing is half done"), "\(note)")
      }
      if outcome.status == 0 { late = (late + moment) / 2 }
      if outcome.status == 130, outcome.err.isEmpty { early = min((early + moment) / 2, late) }
      let sound = try office.quan("A", "verify").out
      #expect(sound.hasPrefix("Sound"), "\(note)")
      try check(outcome, note)
    }
    #expect(stopped > 0, "QUAN_SEED=\(Self.seed)")
  }

  @Test("an import that is interrupted has written nothing")
  func interruptedImport() throws {
    let office = try Office(["A"])
    let file = office.path("students.jsonl")
    TemporaryFolder.write(students(30_000), to: file)
    try interrupt(["import", file, "--dry-run"], on: office, times: 4) { _, note in
      let students = try office.students("A")
      #expect(students.isEmpty, "\(note)")
    }
    try interrupt(["import", file], on: office, times: 4) { outcome, note in
      let count = try office.students("A").count
      #expect(outcome.status == 130 ? count == 0 || count == 30_000 : count == 30_000, "\(note)")
    }
  }

  @Test("a table that is interrupted has brought in nothing, and leaves no report; whole, it has brought in all")
  func interruptedTable() throws {
    let office = try Office(["A"])
    let folder = office.folder.folder("tables")
    let rows = (0..<20_000).map { "学生\($0),\($0 % 9)班\n" }.joined()
    TemporaryFolder.write(Array(("name,class\n" + rows).utf8), to: folder + "/t.csv")
    let command = ["import", folder + "/t.csv", "--kind", "student"]
    try interrupt(command + ["--dry-run"], on: office, times: 3) { outcome, note in
      let names = Set(TemporaryFolder.names(in: folder))
      #expect(names == (outcome.status == 0 ? ["t.csv", "t.report.csv"] : ["t.csv"]), "\(note) \(names)")
      TemporaryFolder.remove(folder + "/t.report.csv")
      let students = try office.students("A")
      #expect(students.isEmpty, "\(note)")
    }
    let second = try Office(["A"])
    try interrupt(command, on: second, times: 3) { outcome, note in
      let count = try second.students("A").count
      #expect(outcome.status == 130 ? count == 0 || count % 20_000 == 0 : count > 0, "\(note) \(count)")
      let names = Set(TemporaryFolder.names(in: folder))
      #expect(names.isSubset(of: ["t.csv", "t.report.csv"]), "\(note) \(names)")
      TemporaryFolder.remove(folder + "/t.report.csv")
    }
  }

  @Test("a bundle, an export, a backup or a sync that is interrupted leaves no half file behind")
  func interruptedWriting() throws {
    let office = try Office(["A"])
    let file = office.path("students.jsonl")
    TemporaryFolder.write(students(30_000), to: file)
    try office.quan("A", "import", file)
    let folder = office.folder.folder("out")
    try interrupt(["bundle", "create", folder + "/b.quanbundle"], on: office, times: 6) { outcome, note in
      let names = TemporaryFolder.names(in: folder)
      #expect(names.allSatisfy { $0 == "b.quanbundle" }, "\(note) \(names)")
      if outcome.status == 0 { #expect(names.count == 1, "\(note)") }
      for name in names { try office.tool(["bundle", "verify", folder + "/" + name]) }
      TemporaryFolder.remove(folder + "/b.quanbundle")
    }
    let table = ["export", "--kind", "student", "--format", "csv", "--output", folder + "/t.csv"]
    try interrupt(table, on: office, times: 4) { outcome, note in
      let names = TemporaryFolder.names(in: folder)
      #expect(names.allSatisfy { $0 == "t.csv" }, "\(note) \(names)")
      let lines = names.isEmpty ? 0 : TemporaryFolder.read(folder + "/t.csv").count { $0 == UInt8(ascii: "\n") }
      #expect([0, 30_001].contains(lines), "\(note) \(lines)")
      TemporaryFolder.remove(folder + "/t.csv")
    }
    // The last moments alone tell whether a backup was made: copying one takes no time.
    let backup = folder + "/b.quan"
    for delay: UInt32 in [0, 2000, 10_000, 20_000, 40_000] {
      let program = try Program(try Built.quan.get(), ["backup", backup] + office.own("A"))
      usleep(delay)
      _ = Glibc.kill(program.id, SIGINT)
      let outcome = program.wait()
      let names = TemporaryFolder.names(in: folder)
      #expect([0, 130].contains(outcome.status) && names.allSatisfy { $0 == "b.quan" }, "\(outcome) \(names)")
      if !names.isEmpty { try office.tool(["verify", "-r", backup, "--state", office.path("other")]) }
      TemporaryFolder.remove(backup)
    }
    try interrupt(["sync", office.stick], on: office, times: 4) { _, _ in
      for name in TemporaryFolder.names(in: office.stick) where name.hasSuffix(".quanbundle") {
        try office.tool(["bundle", "verify", office.stick + "/" + name])
      }
    }
    try office.quan("A", "sync", office.stick)
    let names = TemporaryFolder.names(in: office.stick)
    #expect(names.allSatisfy { $0.hasSuffix(".quanbundle") || $0.hasSuffix(".quanvector") }, "\(names)")
  }
}
