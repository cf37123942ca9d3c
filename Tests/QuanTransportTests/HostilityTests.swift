import NIOCore
import Quan
import QuanFormat
import QuanStore
import QuanSync
import QuanTesting
import QuanTransport
import Synchronization
import Testing

/// Whoever means harm, or is broken, over real sockets: none gets data, none harms the server, each is logged with a reason.
@Suite("Hostile and broken ends of a network")
struct HostilityTests {
  private static let impatient = {
    var limits = ServerLimits()
    limits.handshake = .seconds(8)
    return limits
  }()

  /// A founder, and two who have been admitted.
  private func members() throws -> MemberLaptops {
    let members = try MemberLaptops(schema: sampleSchema)
    try members.admit(["B"])
    try members.admit(["C"])
    for index in 0..<3 { try members.pupil("学生\(index)", on: index) }
    return members
  }

  /// A member's private keys.
  private func keys(_ members: MemberLaptops, _ index: Int) throws -> MemberKeys {
    try members.replicas[index].networkKeys()
  }

  /// That the server still serves a member.
  private func expectAlive(_ server: Host, _ replica: Replica) async throws {
    _ = try await call(replica, server.port)
  }

  // MARK: Who may not

  @Test("a stranger gets nothing")
  func stranger() async throws {
    let members = try members()
    // B has not heard yet that C was admitted.
    try await Host.serving(members.replicas[1]) { server in
      await expect(.stranger) { _ = try await call(members.replicas[2], server.port) }
      let event = try await server.event(.refused, .stranger)
      #expect(event.bytesSent == 0)
      #expect(event.address.hasPrefix("127.0.0.1:"))
      try await expectAlive(server, members.replicas[0])
    }
    #expect(try pupilCount(members.replicas[2]) == 1)
  }

  @Test("a stranger that feigns to be a server gets nothing")
  func strangeServer() async throws {
    let members = try members()
    try await Host.serving(members.replicas[2]) { server in
      await expect(.stranger) { _ = try await call(members.replicas[1], server.port) }
    }
    #expect(try pupilCount(members.replicas[2]) == 1)
  }

  @Test("a member whose right has ended gets nothing")
  func revoked() async throws {
    let members = try members()
    let member = try #require(try members.replicas[0].members().first { $0.label == "B" }).id
    try members.replicas[0].revoke(member)
    try await Host.serving(members.replicas[0]) { server in
      await expect(.stranger) { _ = try await call(members.replicas[1], server.port) }
      _ = try await server.event(.refused, .revoked)
      try await expectAlive(server, members.replicas[2])
    }
    #expect(try pupilCount(members.replicas[1]) == 1)
  }

  @Test("a member whose right ends while it speaks gets nothing more")
  func revokedMeanwhile() async throws {
    let members = try members()
    let keys = try keys(members, 1)
    let member = try #require(try members.replicas[0].members().first { $0.label == "B" }).id
    try await Host.serving(members.replicas[0]) { server in
      let greeting = try await greeting(of: members, 1)
      try await RawCaller.calling(server.port, as: keys, in: members.replicas[0].workspace) { caller in
        try await caller.say(.greeting(greeting))
        _ = try await server.event(.begun)
        try members.replicas[0].revoke(member)
        try await caller.say(.done)
        let heard = await caller.rest()
        #expect(heard.last == .refused(.notAdmitted))
        #expect(!heard.contains { if case .delivery = $0 { true } else { false } })
      }
      _ = try await server.event(.broken, .revoked)
    }
  }

  @Test("a laptop of another workspace gets nothing, and is told")
  func otherWorkspace() async throws {
    let members = try members()
    let others = try MemberLaptops(seed: 9, schema: sampleSchema)
    try await Host.serving(members.replicas[0]) { server in
      await expect(.otherWorkspace) { _ = try await call(others.replicas[0], server.port) }
      // One that does not look at the server's certificate is turned away by it.
      let keys = try others.replicas[0].networkKeys()
      try? await RawCaller.calling(server.port, as: keys, in: others.replicas[0].workspace) { caller in
        #expect(await caller.rest().isEmpty)
      }
      _ = try await server.event(.refused, .otherWorkspace)
      try await expectAlive(server, members.replicas[1])
    }
  }

  @Test("somebody without a certificate gets nothing")
  func noCertificate() async throws {
    let members = try members()
    try await Host.serving(members.replicas[0]) { server in
      try? await RawCaller.calling(server.port, as: nil, in: members.replicas[0].workspace) { caller in
        #expect(await caller.rest().isEmpty)
      }
      _ = try await server.event(.refused)
      try await expectAlive(server, members.replicas[1])
    }
  }

  /// What a member says of itself.
  private func greeting(
    of members: MemberLaptops, _ index: Int, replica: ReplicaID? = nil
  ) async throws -> Greeting {
    let party = try #require(
      try members.replicas[index].networkParty(withKey: try keys(members, index).public.signing))
    let own = try NetworkExchange(members.replicas[index], with: party).greeting()
    return Greeting(
      workspace: own.workspace, replica: replica ?? own.replica, nonce: own.nonce, isTrial: false, holds: own.holds)
  }

  @Test("a member that claims to be another's laptop is refused")
  func notItself() async throws {
    let members = try members()
    let keys = try keys(members, 1)
    try await Host.serving(members.replicas[0]) { server in
      let feigned = try await greeting(of: members, 1, replica: try members.replicas[2].id)
      try await RawCaller.calling(server.port, as: keys, in: members.replicas[0].workspace) { caller in
        try await caller.say(.greeting(feigned))
        #expect(await caller.rest().last == .refused(.notItself))
      }
      _ = try await server.event(.broken, .notItself)
      try await expectAlive(server, members.replicas[1])
    }
  }

  // MARK: In the middle

  @Test("a man in the middle sees no word and changes none")
  func middle() async throws {
    let members = try members()
    let plain = Array("学生0".utf8)
    try await Host.serving(members.replicas[0]) { server in
      for place in [3, 200, 700, 1500, 4000] {
        let relay = try Relay(to: server.port) { direction, bytes, count in
          guard direction == .toServer, (count..<count + bytes.count).contains(place) else { return bytes }
          var changed = bytes
          changed[place - count] ^= 0x20
          return changed
        }
        // What was not reached does not matter.
        _ = try? await call(members.replicas[1], relay.port)
        for direction in [Relay.Direction.toServer, .toCaller] {
          #expect(relay.bytes(direction).firstRange(of: plain) == nil)
        }
      }
      #expect(server.events.contains { $0.kind == .refused || $0.kind == .broken })
      // Whoever shows another key than a member's is found out before anything is said.
      let impostor = try MemberLaptops(seed: 11, schema: sampleSchema)
      try await Host.serving(impostor.replicas[0]) { false_ in
        let relay = try Relay(to: false_.port) { _, bytes, _ in bytes }
        await expect(.otherWorkspace) { _ = try await call(members.replicas[1], relay.port) }
      }
      try await expectAlive(server, members.replicas[1])
    }
    #expect(try members.replicas[0].verify() == [])
  }

  @Test("a session that is played again, or out of order, is refused")
  func replayed() async throws {
    let members = try members()
    try await Host.serving(members.replicas[0]) { server in
      let relay = try Relay(to: server.port) { _, bytes, _ in bytes }
      _ = try await call(members.replicas[1], relay.port)
      let said = relay.bytes(.toServer)
      let before = server.events.filter { $0.kind == .refused }.count
      let descriptor = Socket.connect(to: server.port)
      _ = Socket.write(said, to: descriptor)
      await Socket.closed(descriptor)
      // Two parts of the conversation change places.
      let held = Mutex<[UInt8]>([])
      let swapping = try Relay(to: server.port) { direction, bytes, count in
        guard direction == .toServer, count > 900 else { return bytes }
        return held.withLock { held in
          defer { held = bytes }
          return held.isEmpty ? [] : bytes + held
        }
      }
      try members.pupil("新", on: 1)
      _ = try? await call(members.replicas[1], swapping.port)
      for _ in 0..<100 where server.events.filter({ $0.kind == .refused }).count == before {
        try await Task.sleep(for: .milliseconds(50))
      }
      #expect(server.events.filter { $0.kind == .refused }.count > before)
      try await expectAlive(server, members.replicas[1])
    }
    try expectEqual([members.replicas[0], members.replicas[1]])
  }

  @Test("cut at any moment, an exchange loses nothing, and the next one completes it", arguments: 0..<8)
  func cut(part: Int) async throws {
    let members = try members()
    for number in 0..<40 { try members.pupil("学生 \(number) 号", on: number % 2) }
    try await Host.serving(members.replicas[0]) { server in
      // Handshake, greetings, each bundle and its answer: all within a few kilobytes.
      for place in stride(from: part * 97, to: 9000, by: 8 * 97) {
        for direction in [Relay.Direction.toServer, .toCaller] {
          let relay = try Relay(to: server.port) { way, bytes, count in
            guard way == direction, count + bytes.count > place else { return bytes }
            return nil
          }
          _ = try? await call(members.replicas[1], relay.port)
        }
        try members.pupil("又 \(place)", on: place % 2)
      }
      try await expectAlive(server, members.replicas[1])
    }
    try expectEqual([members.replicas[0], members.replicas[1]])
  }

  // MARK: Nonsense

  @Test("garbage instead of TLS is turned away")
  func garbage() async throws {
    let members = try members()
    var generator = SeededGenerator(seed: 17)
    try await Host.serving(members.replicas[0], limits: Self.impatient) { server in
      for size in [1, 5, 300, 20_000] {
        let descriptor = Socket.connect(to: server.port)
        _ = Socket.write((0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }, to: descriptor)
        await Socket.closed(descriptor)
      }
      _ = try await server.event(.refused, .handshake)
    }
  }

  @Test("half-open connections are closed, and others are served meanwhile")
  func halfOpen() async throws {
    let members = try members()
    try await Host.serving(members.replicas[0], limits: Self.impatient) { server in
      let descriptors = (0..<20).map { _ in Socket.connect(to: server.port) }
      try await expectAlive(server, members.replicas[1])
      let event = try await server.event(.refused, .slowHandshake)
      #expect(event.bytesSent == 0)
      for descriptor in descriptors {
        await Socket.closed(descriptor)
      }
      try await server.empty()
    }
  }

  @Test("words out of turn, frames of a sort that is not known, and too large ones end the conversation")
  func nonsense() async throws {
    let members = try members()
    let keys = try keys(members, 1)
    let workspace = members.replicas[0].workspace
    try await Host.serving(members.replicas[0]) { server in
      let greeting = try await greeting(of: members, 1)
      let vector = greeting.holds
      let nonsense: [(ConversationMessage, Refusal)] = [
        (.farewell, .unexpected), (.stored(vector), .unexpected), (.received, .unexpected), (.wanted([]), .unexpected),
        (.delivery(Delivery(.attachment(name: "a"), size: 1)), .unexpected),
        (.delivery(Delivery(.bundle(changes: 1, following: 0), size: 1 << 40)), .overLimit),
        (.greeting(greeting), .unexpected),
      ]
      for (message, refusal) in nonsense {
        try await RawCaller.calling(server.port, as: keys, in: workspace) { caller in
          try await caller.say(.greeting(greeting))
          try await caller.say(message)
          #expect(await caller.rest().last == .refused(refusal), "\(message)")
        }
      }
      for frame in [
        Frame(kind: 200, body: ByteBuffer()), Frame(kind: 5, body: ByteBuffer(repeating: 0, count: 1000)),
        Frame(kind: 1, body: ByteBuffer(repeating: 0, count: 2_000_000)),
        Frame(kind: 1, body: ByteBuffer(repeating: 9, count: 50)),
      ] {
        try await RawCaller.calling(server.port, as: keys, in: workspace) { caller in
          try await caller.outbound.write(frame)
          let heard = await caller.rest()
          #expect(!heard.contains { if case .delivery = $0 { true } else { false } })
        }
      }
      for _ in 0..<100 where server.events.filter({ $0.kind == .broken }).count < 11 {
        try await Task.sleep(for: .milliseconds(50))
      }
      #expect(server.events.filter { $0.kind == .broken }.count == 11)
      #expect(server.events.filter { $0.kind == .broken }.allSatisfy { $0.label == "B" && $0.reason != nil })
      try await expectAlive(server, members.replicas[1])
    }
  }

  @Test("a bundle that is damaged, or another's, is not stored")
  func badBundles() async throws {
    let members = try members()
    let keys = try keys(members, 1)
    let bundle = TemporaryFolder.read(try members.bundle(from: 1))
    var damaged = bundle
    damaged[damaged.count / 2] ^= 1
    let others = TemporaryFolder.read(try members.bundle(from: 2))
    try await Host.serving(members.replicas[0]) { server in
      let greeting = try await greeting(of: members, 1)
      for (bytes, refusal) in [(damaged, Refusal.damaged), (Array("text".utf8), .damaged), (others, .notItself)] {
        try await RawCaller.calling(server.port, as: keys, in: members.replicas[0].workspace) { caller in
          try await caller.say(.greeting(greeting))
          try await caller.say(.delivery(Delivery(.bundle(changes: 1, following: 0), size: UInt64(bytes.count))))
          try await caller.outbound.write(Frame(kind: ConversationMessage.data, body: ByteBuffer(bytes: bytes)))
          #expect(await caller.rest().last == .refused(refusal))
        }
      }
      #expect(try pupilCount(members.replicas[0]) == 1)
      try await expectAlive(server, members.replicas[1])
    }
  }

  @Test("a peer that sends forever what brings nothing, or asks for patience forever, is sent away")
  func endless() async throws {
    let members = try members()
    let keys = try keys(members, 1)
    let bytes = TemporaryFolder.read(try members.bundle(from: 1))
    try await Host.serving(members.replicas[0]) { server in
      let greeting = try await greeting(of: members, 1)
      try await RawCaller.calling(server.port, as: keys, in: members.replicas[0].workspace) { caller in
        try await caller.say(.greeting(greeting))
        for _ in 0..<40 {
          try? await caller.say(.delivery(Delivery(.bundle(changes: 1, following: 0), size: UInt64(bytes.count))))
          try? await caller.outbound.write(Frame(kind: ConversationMessage.data, body: ByteBuffer(bytes: bytes)))
        }
        #expect(await caller.rest().last == .refused(.barren))
      }
      _ = try await server.event(.broken, .barren)
      try await RawCaller.calling(server.port, as: keys, in: members.replicas[0].workspace) { caller in
        for _ in 0..<400 { try? await caller.say(.working) }
        #expect(await caller.rest().last == .refused(.unexpected))
      }
      _ = try await server.event(.broken, .unexpected)
      // Crumbs instead of full frames.
      try await RawCaller.calling(server.port, as: keys, in: members.replicas[0].workspace) { caller in
        try await caller.say(.greeting(greeting))
        try await caller.say(.delivery(Delivery(.bundle(changes: 1, following: 0), size: 1_000_000)))
        try await caller.outbound.write(Frame(kind: ConversationMessage.data, body: ByteBuffer(bytes: [1])))
        #expect(await caller.rest().last == .refused(.unexpected))
      }
      try await expectAlive(server, members.replicas[1])
    }
  }

  @Test("a peer that is silent, or reads nothing, is sent away")
  func silent() async throws {
    let members = try members()
    let keys = try keys(members, 1)
    var generator = SeededGenerator(seed: 23)
    let kind = try #require(try members.replicas[0].schema().kind(named: "pupil"))
    let (name, photo) = (try #require(kind.field(named: "name")).id, try #require(kind.field(named: "photo")).id)
    let pupil = try members.replicas[0].write { try $0.create(kind.id, [name: [.text("泉泉")]]) }
    // More than the buffers of both ends' systems hold.
    let file = members.folder.path + "/photo"
    TemporaryFolder.write(
      (0..<15_000_000).map { _ in UInt8(truncatingIfNeeded: generator.next()) }, to: file)
    try members.replicas[0].attach(fileAt: file, to: pupil, field: photo)
    _ = try members.replicas[1].apply(bundleAt: try members.bundle(from: 0))
    var limits = ServerLimits()
    limits.patience = .seconds(4)
    try await Host.serving(members.replicas[0], limits: limits) { server in
      let greeting = try await greeting(of: members, 1)
      try await RawCaller.calling(server.port, as: keys, in: members.replicas[0].workspace) { caller in
        try await caller.say(.greeting(greeting))
        #expect(await caller.rest().last == .refused(.silent))
      }
      _ = try await server.event(.broken, .silent)
      let party = try #require(try members.replicas[0].networkParty(withKey: keys.public.signing))
      let wishes = try NetworkExchange(members.replicas[1], with: party).wishes()
      #expect(wishes.count == 1)
      try await RawCaller.calling(server.port, as: keys, in: members.replicas[0].workspace) { caller in
        try await caller.say(.greeting(greeting))
        try await caller.say(.done)
        try await caller.say(.wanted(wishes))
        // It reads nothing for longer than the server waits.
        for _ in 0..<600 where server.events.filter({ $0.reason == .silent }).count < 2 {
          try await Task.sleep(for: .milliseconds(50))
        }
        #expect(server.events.filter { $0.reason == .silent }.count == 2)
      }
    }
  }

  // MARK: Limits

  @Test("as many connections as may be, and no more; who fails too often waits")
  func limits() async throws {
    let members = try members()
    var limits = Self.impatient
    limits.connections = 3
    limits.failuresAMinute = 6
    try await Host.serving(members.replicas[0], limits: limits) { server in
      let descriptors = (0..<5).map { _ in Socket.connect(to: server.port) }
      _ = try await server.event(.refused, .busy)
      for descriptor in descriptors {
        await Socket.closed(descriptor)
      }
      for _ in 0..<6 {
        try await server.empty()
        let descriptor = Socket.connect(to: server.port)
        _ = Socket.write(Array("GET / HTTP/1.1\r\n\r\n".utf8), to: descriptor)
        await Socket.closed(descriptor)
      }
      try await server.empty()
      await expect(.network) { _ = try await call(members.replicas[1], server.port) }
      _ = try await server.event(.refused, .tooOften)
    }
  }

  @Test("a server that stops tells who is there, and leaves nothing half done")
  func stopping() async throws {
    let members = try members()
    let keys = try keys(members, 1)
    try await Host.serving(members.replicas[0]) { server in
      let greeting = try await greeting(of: members, 1)
      try await RawCaller.calling(server.port, as: keys, in: members.replicas[0].workspace) { caller in
        try await caller.say(.greeting(greeting))
        _ = try await server.event(.begun)
        server.server.stop()
        #expect(await caller.rest().last == .refused(.stopping))
      }
      try await server.stop()
      #expect(server.events.last?.kind == .stopped)
      await expect(.network) { _ = try await call(members.replicas[1], server.port) }
    }
    #expect(try members.replicas[0].verify() == [])
  }

  @Test("nobody there, something else there, and a server that falls silent are told apart")
  func nobody() async throws {
    let members = try members()
    let (listener, port) = try Socket.listen()
    var client = try SyncClient(members.replicas[1])
    client.handshake = .seconds(1)
    let impatient = client
    await expect(.network) { _ = try await impatient.sync(host: "127.0.0.1", port: port) }
    Socket.close(listener)
    await expect(.network) { _ = try await call(members.replicas[1], port) }
    await expect(.network) { _ = try await call(members.replicas[1], 1) }
  }
}
