import QuanTesting
import Testing

/// The examples are run as a newcomer would run them, and say what they promise.
@Suite("Examples")
struct ExampleTests {
  @Test("TwoReplicas: a conflict, both sides with their authors, settled on both")
  func twoReplicas() throws {
    let folder = TemporaryFolder(inMemory: true)
    let outcome = try Program.run(try Built.program("TwoReplicas"), [folder.path])
    #expect(outcome.status == 0)
    #expect(outcome.err.isEmpty)
    #expect(
      outcome.out == """
        conflict over school:
          text("Second School") by Mr Li
          text("First School") by Ms Wang
        open conflicts: 0 and 0
        away shows: [QuanCore.Value.text("First School")]

        """)
  }

  @Test("Stick: three pupils travel over a folder, and a watcher is told of them")
  func stick() throws {
    let folder = TemporaryFolder(inMemory: true)
    let stick = folder.folder("stick")
    let outcome = try Program.run(try Built.program("Stick"), [folder.path, stick])
    #expect(outcome.status == 0)
    #expect(outcome.err.isEmpty)
    #expect(
      outcome.out == """
        first wrote 1 bundle
        second took in 3 changes, 3 new records
        told of 3 new records

        """)
    #expect(TemporaryFolder.names(in: stick).contains { $0.hasSuffix(".quanbundle") })
  }
}
