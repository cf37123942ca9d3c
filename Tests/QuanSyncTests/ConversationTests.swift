import QuanCore
import QuanFormat
import QuanSync
import Testing

/// Two ends that speak in memory: what each holds is a set of numbers, and a bundle is one of them.
private struct SimulatedEnd {
  var conversation: Conversation
  var holds: Set<UInt64>
  var attachments: Set<String> = []
  var lacked: [String] = []
  var sent: Set<UInt64> = []
  var arrived: UInt64?
  var next: Conversation.Action
  var said: [ConversationMessage] = []
  /// How many bundles were stored.
  var stored = 0

  init(_ role: Conversation.Role, holds: Set<UInt64>, isTrial: Bool = false) {
    conversation = Conversation(role, greeting: Self.greeting(holds, isTrial: isTrial))
    self.holds = holds
    next = conversation.start()
  }

  static func vector(_ numbers: Set<UInt64>) -> PackedVector {
    PackedVector(
      VersionVector(
        numbers.map { Dependency(StreamID(ReplicaID(rawValue: $0), .shared), Tip(number: $0, check: $0)) }))
  }

  static func greeting(_ holds: Set<UInt64>, isTrial: Bool = false) -> Greeting {
    Greeting(
      workspace: WorkspaceID(high: 1, low: 2), replica: ReplicaID(rawValue: 9), nonce: 3, isTrial: isTrial,
      holds: vector(holds))
  }

  private static func numbers(_ vector: PackedVector) -> Set<UInt64> { Set((vector.places ?? []).map(\.tip.number)) }

  /// Does what is asked for until it waits or is through; gives whether it moved.
  mutating func act(_ line: inout [ConversationMessage], _ heard: inout [ConversationMessage]) -> Bool {
    var hasMoved = false
    while true {
      switch next {
      case .say(let message):
        line.append(message)
        said.append(message)
        next = conversation.said()
      case .hear:
        guard !heard.isEmpty else { return hasMoved }
        next = conversation.heard(heard.removeFirst())
      case .meet: next = conversation.met(Self.vector(holds))
      case .pack(let vector):
        let lacking = holds.subtracting(Self.numbers(vector)).subtracting(sent).min()
        if let lacking { sent.insert(lacking) }
        next = conversation.packed(lacking.map { Delivery(.bundle(changes: $0, following: 0), size: $0) })
      case .send(let delivery):
        line.append(.delivery(delivery))
        next = conversation.sent()
      case .receive(let delivery):
        if case .bundle(let changes, _) = delivery.content { arrived = changes }
        next = conversation.received()
      case .takeBundle:
        stored += 1
        let isNews = arrived.map { holds.insert($0).inserted } ?? false
        next = conversation.took(Self.vector(holds), isNews: isNews)
      case .takeAttachment(let name):
        attachments.insert(name)
        next = conversation.tookAttachment()
      case .note: next = conversation.noted()
      case .ask:
        let wishes = lacked.prefix(2).map { Wish(name: $0, limit: 100) }
        lacked.removeFirst(min(2, lacked.count))
        next = conversation.asked(wishes)
      case .find(let wishes):
        let name = wishes.first { attachments.contains($0.name) }?.name
        next = conversation.found(name.map { Delivery(.attachment(name: $0), size: 1) })
      case .refuse, .end, .finish: return hasMoved
      }
      hasMoved = true
    }
  }
}

@Suite("Conversations")
struct ConversationTests {
  /// Lets two ends speak until both are through or neither moves, or so many words were said.
  private func speak(
    _ host: inout SimulatedEnd, _ caller: inout SimulatedEnd, words: Int = .max
  ) {
    var toHost: [ConversationMessage] = []
    var toCaller: [ConversationMessage] = []
    var hasMoved = true
    while hasMoved, host.said.count + caller.said.count < words {
      let one = host.act(&toCaller, &toHost)
      let other = caller.act(&toHost, &toCaller)
      hasMoved = one || other
    }
  }

  @Test("both hold the same afterwards, attachments too, and each was sent just what it lacked")
  func level() {
    var host = SimulatedEnd(.host, holds: [1, 2, 3])
    var caller = SimulatedEnd(.caller, holds: [2, 4, 5, 6])
    host.attachments = ["a", "b", "c"]
    caller.lacked = ["a", "x", "b"]
    caller.attachments = ["d"]
    host.lacked = ["d", "y"]
    speak(&host, &caller)
    #expect(host.next == .finish)
    #expect(caller.next == .finish)
    #expect(host.holds == [1, 2, 3, 4, 5, 6])
    #expect(caller.holds == host.holds)
    #expect(host.stored == 3)
    #expect(caller.stored == 2)
    #expect(host.attachments == ["a", "b", "c", "d"])
    #expect(caller.attachments == ["a", "b", "d"])
  }

  @Test("the host says nothing of what it holds but in its greeting, and the caller greets after it")
  func order() {
    var caller = SimulatedEnd(.caller, holds: [7])
    var silence: [ConversationMessage] = []
    var said: [ConversationMessage] = []
    _ = caller.act(&said, &silence)
    #expect(said.isEmpty)
    var host = SimulatedEnd(.host, holds: [1])
    _ = host.act(&said, &silence)
    #expect(said == [.greeting(SimulatedEnd.greeting([1]))])
  }

  @Test("cut after any word, the next conversation sends nothing that was stored again")
  func cut() {
    for words in 0..<40 {
      var host = SimulatedEnd(.host, holds: [1, 2, 3])
      var caller = SimulatedEnd(.caller, holds: [4, 5])
      speak(&host, &caller, words: words)
      let stored = host.stored + caller.stored
      var again = SimulatedEnd(.host, holds: host.holds)
      var later = SimulatedEnd(.caller, holds: caller.holds)
      speak(&again, &later)
      #expect(again.holds == [1, 2, 3, 4, 5])
      #expect(later.holds == again.holds)
      #expect(stored + again.stored + later.stored == 5)
    }
  }

  @Test("a trial gives nothing, and is given everything")
  func trial() {
    var host = SimulatedEnd(.host, holds: [1, 2])
    var caller = SimulatedEnd(.caller, holds: [3], isTrial: true)
    caller.lacked = ["a"]
    host.attachments = ["a"]
    host.lacked = ["b"]
    caller.attachments = ["b"]
    speak(&host, &caller)
    #expect(host.next == .finish)
    #expect(caller.next == .finish)
    #expect(host.holds == [1, 2])
    #expect(caller.stored == 2)
    #expect(caller.attachments == ["b"])
  }

  @Test("what brings nothing again and again ends it")
  func barren() {
    var conversation = Conversation(.host, greeting: SimulatedEnd.greeting([]))
    _ = conversation.start()
    _ = conversation.said()
    _ = conversation.heard(.greeting(SimulatedEnd.greeting([])))
    _ = conversation.met(SimulatedEnd.vector([]))
    var action = conversation.said()
    var count = 0
    while action == .hear, count < 100 {
      _ = conversation.heard(.delivery(Delivery(.bundle(changes: 1, following: 0), size: 1)))
      _ = conversation.received()
      action = conversation.took(SimulatedEnd.vector([]), isNews: false)
      if case .say = action { action = conversation.said() }
      count += 1
    }
    #expect(action == .refuse(.barren))
    #expect(count == Conversation.barrenLimit + 1)
  }

  @Test("whatever is said out of turn is refused, at every point")
  func outOfTurn() {
    let vector = SimulatedEnd.vector([1])
    let all: [ConversationMessage] = [
      .greeting(SimulatedEnd.greeting([])), .delivery(Delivery(.bundle(changes: 1, following: 0), size: 1)),
      .delivery(Delivery(.attachment(name: "z"), size: 1)), .stored(vector), .received, .done, .wanted([]),
      .wanted([Wish(name: "a", limit: 1)]), .farewell, .refused(.busy),
    ]
    for words in 0..<12 {
      for message in all {
        for isHost in [true, false] {
          var host = SimulatedEnd(.host, holds: [1])
          var caller = SimulatedEnd(.caller, holds: [2])
          speak(&host, &caller, words: words)
          var end = isHost ? host : caller
          guard end.next == .hear else { continue }
          switch end.conversation.heard(message) {
          case .refuse(let refusal): #expect([.unexpected, .overLimit].contains(refusal))
          case .end(let refusal): #expect(message == .refused(refusal))
          // What it was waiting for.
          case .meet, .receive, .note, .find, .finish, .pack, .say, .hear, .ask: break
          default: Issue.record("\(message) after \(words) words")
          }
        }
      }
    }
  }

  @Test("every message comes back from its bytes, and whatever the bytes are, reading them never traps")
  func bytes() throws {
    let vector = SimulatedEnd.vector([1, 70_000])
    let messages: [ConversationMessage] =
      [
        .greeting(SimulatedEnd.greeting([5, 6], isTrial: true)),
        .delivery(Delivery(.bundle(changes: 12, following: 400), size: 1 << 20)),
        .delivery(Delivery(.attachment(name: "00ff"), size: 3)), .stored(vector), .received, .done,
        .wanted([Wish(name: "a", limit: 7), Wish(name: "b9", limit: .max)]), .working, .farewell,
      ] + Refusal.allCases.map { .refused($0) }
    for message in messages {
      let body = message.body
      #expect(try ConversationMessage(kind: message.kind, body: body) == message)
      #expect(body.count <= ConversationMessage.limit(of: message.kind) ?? 0)
      // Every cut and every changed byte is another message or none.
      for end in 0..<body.count { _ = try? ConversationMessage(kind: message.kind, body: Array(body[..<end])) }
      for place in body.indices {
        for bit in 0..<8 {
          var changed = body
          changed[place] ^= 1 << UInt8(bit)
          _ = try? ConversationMessage(kind: message.kind, body: changed)
        }
      }
      #expect(throws: Refusal.self) { try ConversationMessage(kind: message.kind, body: body + [0]) }
    }
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let size = Int.random(in: 0..<60, using: &generator)
      let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
      _ = try? ConversationMessage(kind: UInt8.random(in: 0...12, using: &generator), body: bytes)
    }
    #expect(throws: Refusal.unexpected) { try ConversationMessage(kind: 0, body: []) }
    #expect(throws: Refusal.overLimit) { try ConversationMessage(kind: 77, body: []) }
    for name in ["", "../x", "A", String(repeating: "a", count: 129)] {
      let body = ConversationMessage.wanted([Wish(name: name, limit: 1)]).body
      #expect(throws: Refusal.damaged) { try ConversationMessage(kind: 6, body: body) }
    }
  }
}
