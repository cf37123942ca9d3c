import Quan
import QuanTesting
import Testing

/// Several processes at one replica: writers queue, and none overwrites what another wrote.
@Suite("Several processes")
struct ProcessTests {
  /// Adds students one after the other; gives the names of those that were acknowledged.
  private func add(_ count: Int, _ letter: String, _ office: Office) throws -> [String] {
    var written: [String] = []
    for number in 0..<count {
      let name = "\(letter)\(number)"
      let outcome = try Program.run(try Built.quan.get(), ["add", "student", "name=\(name)"] + office.own("A"))
      if outcome.status == 0 {
        written.append(name)
      } else {
        #expect(outcome.status == 11, "\(outcome.err)")
        #expect(outcome.err.contains(office.replica("A")))
      }
    }
    return written
  }

  @Test("of two processes that write at once, no acknowledged write is lost and no other fails than with 11")
  func twoWriters() async throws {
    let office = try Office()
    let written = try await withThrowingTaskGroup(of: [String].self) { group in
      for letter in ["x", "y"] { group.addTask { try add(40, letter, office) } }
      var all: [String] = []
      for try await names in group { all += names }
      return all
    }
    let names = try office.quan("A", "list", "student", "--json").jsonLines.compactMap { $0["fields"]["name"].string }
    #expect(names.sorted() == written.sorted())
    #expect(written.count > 40)
    try office.exchange()
    try office.expectEqual()
  }

  @Test("a writer, a reader and a sync at once disturb none of each other")
  func writerReaderSync() async throws {
    let office = try Office()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        let written = try add(25, "x", office)
        #expect(written.count == 25)
      }
      group.addTask { for _ in 0..<15 { try office.quan("A", "verify") } }
      group.addTask { for _ in 0..<15 { try office.quan("A", "sync", office.stick) } }
      group.addTask { for _ in 0..<15 { try office.quan("B", "sync", office.stick) } }
      try await group.waitForAll()
    }
    try office.exchange()
    #expect(try office.students("B").count == 25)
    try office.expectEqual()
  }

  @Test("11: while another program writes, reading goes on, and writing waits ten seconds, then says who is in the way")
  func inUse() throws {
    let office = try Office(["A"])
    let writer = try Replica.open(at: office.replica("A"), environment: .system(stateDirectory: office.state("A")))
    try writer.write { _ in
      try office.quan("A", "status")
      let refused = try office.quan("A", "add", "student", "name=泉泉", status: 11)
      #expect(refused.out.isEmpty)
      #expect(refused.err.contains(office.replica("A")))
    }
    try writer.close()
    try office.quan("A", "add", "student", "name=泉泉")
    try office.expectEqual()
  }
}
