import Quan
import QuanStore
import QuanTesting
import QuanTransport
import Synchronization
import Testing

/// Two laptops over a real socket, both in this process.
@Suite("Exchanges over a network")
struct ExchangeTests {
  @Test("both hold the same afterwards, and both tell what came")
  func level() async throws {
    let members = try MemberLaptops(schema: sampleSchema)
    try members.admit(["B"])
    try members.pupil("泉泉", on: 0)
    try members.pupil("明明", on: 1)
    let (host, laptop) = (members.replicas[0], members.replicas[1])
    try await Host.serving(host) { server in
      let outcome = try await call(laptop, server.port)
      #expect(outcome.label == "A")
      #expect(outcome.merge.recordsCreated == 1)
      #expect(outcome.merge.counts.isBalanced)
      let event = try await server.event(.finished)
      #expect(event.changesTaken == 2)
      #expect(event.label == "B")
      #expect(event.bytesReceived > 0 && event.bytesSent > 0)
      let again = try await call(laptop, server.port)
      #expect(again.merge.received == 0)
      #expect(again.sync.bundlesWritten.isEmpty)
    }
    try expectEqual([host, laptop])
    #expect(try host.merge()?.source == .laptop("B"))
  }

  @Test("who is behind in a stream gives nothing of it, and who is ahead gives only what comes after")
  func behind() async throws {
    let members = try MemberLaptops(schema: sampleSchema)
    try members.admit(["B"])
    for number in 0..<200 { try members.pupil("学生 \(number)", on: 0) }
    try await Host.serving(members.replicas[0]) { server in
      _ = try await call(members.replicas[1], server.port)
      try members.pupil("新", on: 0)
      let caller = try await call(members.replicas[1], server.port)
      #expect(caller.sync.bundlesWritten.isEmpty)
      #expect(caller.merge.received == 1)
      try members.pupil("又", on: 0)
    }
    // The other way round: the one that is called is behind.
    try await Host.serving(members.replicas[1]) { server in
      let caller = try await call(members.replicas[0], server.port)
      #expect(caller.sync.bundlesWritten.count == 1)
      #expect(caller.merge.received == 0)
      #expect(try await server.event(.finished).changesTaken == 1)
      try members.pupil("再", on: 0)
      let trial = try await call(members.replicas[0], server.port, dryRun: true)
      #expect(try trial.trial(nil).received == 0)
    }
    let (here, there) = try members.replicas[1].sync(with: members.replicas[0])
    #expect(here.received == 1)
    #expect(there.received == 0)
    try expectEqual(members.replicas)
  }

  @Test("a trial shows what would come and gives and keeps nothing")
  func trial() async throws {
    let members = try MemberLaptops(schema: sampleSchema)
    try members.admit(["B"])
    try members.pupil("泉泉", on: 0)
    try members.pupil("明明", on: 1)
    let (host, laptop) = (members.replicas[0], members.replicas[1])
    try await Host.serving(host) { server in
      let outcome = try await call(laptop, server.port, dryRun: true)
      var examined = 0
      let report = try outcome.trial { examined = $0.recordsCreated }
      #expect(report.recordsCreated == 1)
      #expect(examined == 1)
      let event = try await server.event(.finished)
      #expect(event.changesTaken == 0)
    }
    for replica in [host, laptop] { #expect(try pupilCount(replica) == 1) }
  }

  @Test("what is larger than one bundle comes in several, one report tells of all, and conflicts are found")
  func several() async throws {
    let members = try MemberLaptops(schema: sampleSchema)
    try members.admit(["B"])
    let kind = try #require(try members.replicas[0].schema().kind(named: "pupil"))
    let name = try #require(kind.field(named: "name")).id
    var generator = SeededGenerator(seed: 3)
    // Text that does not shrink, so that it takes several bundles.
    for _ in 0..<4 {
      try members.replicas[0].batch { batch in
        for _ in 0..<750 {
          let text = (0..<60).map { _ in String(UInt64.random(in: 0...UInt64.max, using: &generator), radix: 36) }
          try batch.write { _ = try $0.create(kind.id, [name: [.text(text.joined())]]) }
        }
      }
      // What is given away ends a segment.
      _ = try members.bundle(from: 0)
    }
    let shared = try members.pupil("共", on: 0)
    try await Host.serving(members.replicas[0]) { server in
      let first = try await call(members.replicas[1], server.port)
      #expect(first.sync.bundlesApplied.count > 1)
      #expect(first.merge.recordsCreated == 3001)
      #expect(first.merge.counts.isBalanced)
      for (index, text) in [(0, "甲"), (1, "乙")] {
        try members.replicas[index].write { try $0.set(shared, name, to: .text(text)) }
      }
      let second = try await call(members.replicas[1], server.port)
      #expect(second.merge.newConflicts.count == 1)
    }
    try expectEqual(members.replicas)
  }

  @Test("attachments come after the records, for those who may read them, each once")
  func attachments() async throws {
    let members = try MemberLaptops(schema: sampleSchema)
    try members.admit(["B", "C"])
    let kind = try #require(try members.replicas[0].schema().kind(named: "pupil"))
    let photo = try #require(kind.field(named: "photo")).id
    let pupil = try members.pupil("泉泉", on: 1)
    let files = (0..<3).map { members.folder.path + "/photo\($0)" }
    var generator = SeededGenerator(seed: 5)
    for (index, file) in files.enumerated() {
      let size = [10, 70_000, 900_000][index]
      TemporaryFolder.write((0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }, to: file)
    }
    try members.replicas[1].attach(fileAt: files[0], to: pupil, field: photo)
    let other = try members.pupil("明明", on: 1)
    try members.replicas[1].attach(fileAt: files[1], to: other, field: photo)
    let third = try members.pupil("亮亮", on: 1)
    try members.replicas[1].attach(fileAt: files[2], to: third, field: photo)
    try await Host.serving(members.replicas[0]) { server in
      let sent = try await call(members.replicas[1], server.port)
      #expect(sent.sync.attachments.written == 3)
      let taken = try await call(members.replicas[2], server.port)
      #expect(taken.sync.attachments.taken == 3)
      #expect(taken.sync.attachments.waiting == 0)
      let again = try await call(members.replicas[2], server.port)
      #expect(again.sync.attachments.taken == 0)
      _ = try await call(members.replicas[1], server.port)
    }
    try expectEqual(members.replicas)
  }

  @Test("a relay that may read nothing carries what is sealed from one to the other")
  func relay() async throws {
    let members = try MemberLaptops(schema: sampleSchema)
    try members.admit(["relay"], .reader, scopes: [])
    try members.admit(["B"])
    try members.pupil("泉泉", on: 0)
    try await Host.serving(members.replicas[1]) { server in
      for index in [0, 2, 0] { _ = try await call(members.replicas[index], server.port) }
    }
    try expectEqual([members.replicas[0], members.replicas[2]])
    #expect(try pupilCount(members.replicas[2]) == 1)
    #expect(try pupilCount(members.replicas[1]) == 0)
  }

  @Test("many laptops at once with one server converge, and nothing is lost")
  func many() async throws {
    let members = try MemberLaptops(schema: sampleSchema, inMemory: true)
    try members.admit((1...12).map { "L\($0)" })
    for index in members.replicas.indices { try members.pupil("学生\(index)", on: index) }
    let laptops = Array(members.replicas.dropFirst())
    try await Host.serving(members.replicas[0]) { server in
      for _ in 0..<2 {
        try await withThrowingTaskGroup { group in
          for laptop in laptops { group.addTask { _ = try await call(laptop, server.port) } }
          try await group.waitForAll()
        }
      }
      #expect(server.events.filter { $0.kind == .finished }.count == 24)
    }
    try expectEqual(members.replicas)
    #expect(try pupilCount(members.replicas[0]) == 13)
  }

  @Test("an open workspace is not served: nobody could be told from a stranger")
  func open() throws {
    let folder = TemporaryFolder()
    let replica = try Laptop("A", in: folder, seed: 1).create(schema: sampleSchema)
    #expect(throws: StoreError.self) { try SyncServer(replica) { _ in } }
    #expect(throws: StoreError.self) { try SyncClient(replica) }
  }
}
