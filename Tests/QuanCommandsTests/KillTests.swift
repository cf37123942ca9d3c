import Foundation
import Glibc
import QuanTesting
import Testing

/// A process that is killed at any moment loses nothing and breaks nothing: what is there opens and is sound, and the
/// same command, given again, comes to what an undisturbed run comes to.
///
/// `QUAN_KILLS` sets how many moments are tried of each command, `QUAN_SEED` repeats a run.
@Suite("Killed processes")
struct KillTests {
  /// How many moments of each command are tried: 200 of all three by default.
  private static func moments(_ usual: Int) -> Int {
    ProcessInfo.processInfo.environment["QUAN_KILLS"].flatMap { Int($0) } ?? usual
  }

  private static let seed =
    ProcessInfo.processInfo.environment["QUAN_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...9999)

  /// Laptops A and B of an office, with what the stick held and what both were at one moment.
  private struct Scene {
    let office: Office
    private let moments: [(laptop: String, moment: Moment)]
    private let stick: [String: [UInt8]]

    init(_ office: Office) {
      self.office = office
      moments = office.laptops.map { ($0, Moment($0, in: office)) }
      stick = Dictionary(
        uniqueKeysWithValues: TemporaryFolder.names(in: office.stick).map {
          ($0, TemporaryFolder.read(office.stick + "/" + $0))
        })
    }

    /// Puts everything back to the moment, in the same files: identities stay.
    func reset() throws {
      for (laptop, moment) in moments { try moment.putBackMachine(laptop, in: office) }
      for name in TemporaryFolder.names(in: office.stick) { TemporaryFolder.remove(office.stick + "/" + name) }
      for (name, bytes) in stick { TemporaryFolder.write(bytes, to: office.stick + "/" + name) }
    }
  }

  /// Kills a command on laptop A at random moments of its run time.
  ///
  /// - Parameter result: What stands after the command, run to its end.
  private func kill(
    _ command: [String], times: Int, _ scene: Scene, result: () throws -> [String]
  ) throws {
    let office = scene.office
    let arguments = command + office.own("A")
    var durations: [Double] = []
    var expected: [String] = []
    for _ in 0..<3 {
      try scene.reset()
      let start = ContinuousClock.now
      try office.tool(arguments)
      durations.append((ContinuousClock.now - start) / .seconds(1))
      expected = try result()
    }
    var duration = durations.sorted()[1]
    var generator = SeededGenerator(seed: Self.seed)
    var killed = 0
    for _ in 0..<times {
      let moment = Double.random(in: 0...duration, using: &generator)
      try scene.reset()
      let program = try Program(try Built.quan.get(), arguments)
      usleep(UInt32(moment * 1_000_000))
      program.kill()
      if program.wait().status == 128 + SIGKILL {
        killed += 1
      } else {
        duration *= 0.95  // The machine has less to do than when the run was measured.
      }
      let note = "QUAN_SEED=\(Self.seed): \(command[0]) killed after \(moment) s of \(duration) s"
      let sound = try office.quan("A", "verify")
      #expect(sound.out == "Sound: file, log and records agree\n", "\(note)")
      let again = try office.tool(arguments)
      #expect(again.status == 0, "\(note)")
      #expect(try result() == expected, "\(note)")
    }
    print("\(command[0]): \(killed) of \(times) runs killed within \(duration) s, QUAN_SEED=\(Self.seed)")
    #expect(killed * 2 > times, "most of the moments lie within the run")
  }

  /// A line of JSON for each of many students, of which the fields follow from the number and the round.
  private func students(_ count: Int, round: Int = 0) -> [UInt8] {
    var text = ""
    for number in 0..<count {
      text +=
        #"{"id":"S-\#(number)","kind":"student","fields":{"name":"学生\#(number)","school":"第\#(number % 7 + round)小学","#
      text +=
        #""boarding":"\#(number % 3 == 0 ? "day" : "boarding")","birth":"2012-01-\#(number % 28 + 10 > 28 ? 28 : number % 28 + 10)","#
      text += #""phone":"138\#(10_000_000 + number)"}}"# + "\n"
    }
    return Array(text.utf8)
  }

  @Test("import, killed at any moment, leaves nothing or everything, and completes when given again")
  func killedImport() throws {
    let office = try Office()
    let file = office.path("students.jsonl")
    TemporaryFolder.write(students(3000), to: file)
    let scene = Scene(office)
    try kill(["import", file], times: Self.moments(60), scene) {
      [try office.quan("A", "export", "--kind", "student").out]
    }
  }

  @Test("bundle apply, killed at any moment, leaves nothing or everything, and completes when given again")
  func killedApply() throws {
    let office = try Office()
    try prepare(office)
    let bundle = office.path("b.quanbundle")
    try office.quan("B", "bundle", "create", bundle)
    let scene = Scene(office)
    try kill(["bundle", "apply", bundle], times: Self.moments(70), scene) {
      [try office.quan("A", "export", "--kind", "student").out, try office.quan("A", "conflict", "list", "--json").out]
    }
  }

  @Test("sync, killed at any moment, completes when given again, and what it left on the stick serves the others")
  func killedSync() throws {
    let office = try Office()
    try prepare(office)
    try office.quan("B", "sync", office.stick)
    let scene = Scene(office)
    try kill(["sync", office.stick], times: Self.moments(70), scene) {
      try office.quan("B", "sync", office.stick)
      return try ["A", "B"].flatMap { laptop in
        let status = try office.quan(laptop, "status", "--json").json
        return [
          try office.quan(laptop, "export", "--kind", "student").out,
          try office.quan(laptop, "conflict", "list", "--json").out, "\(status["pending"].items.count) pending",
        ]
      }
    }
  }

  /// Students that both have, then changed on both sides at once, some of them the same field.
  private func prepare(_ office: Office) throws {
    let file = office.path("students.jsonl")
    TemporaryFolder.write(students(1200), to: file)
    try office.quan("A", "import", file)
    try office.exchange()
    TemporaryFolder.write(students(200, round: 1), to: file)
    try office.quan("A", "import", file)
    TemporaryFolder.write(students(1500, round: 2), to: file)
    try office.quan("B", "import", file)
  }

  @Test("a migration, killed at any moment, changes nothing or everything, and the next command completes it")
  func killedMigration() throws {
    let office = try Office(["A"])
    TemporaryFolder.copy(
      Built.repository + "/Tests/QuanStoreTests/Golden/version-1.quan", to: office.replica("A"))
    let scene = Scene(office)
    try kill(["status"], times: Self.moments(20), scene) {
      [try office.quan("A", "export", "--kind", "pupil").out, try office.quan("A", "conflict", "list", "--json").out]
    }
    #expect(!TemporaryFolder.names(in: office.path("A")).contains { $0.contains(".tmp") })
  }
}
