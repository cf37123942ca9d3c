import NIOCore
import NIOPosix
import QuanCore
import QuanStore
import QuanSync

/// Why a conversation ended before all was said.
enum DialogueFailure: Error {
  /// This end refused to go on.
  case refused(Refusal)
  /// The other end refused to go on.
  case refusedThere(Refusal)
  /// The connection was cut.
  case cut
}

/// Carries one conversation: does what its state machine asks for, over a connection on which both ends have proved who they are.
///
/// What is kept for it in memory is a few frames: files wait on the disk, and neither end reads on before the other has taken what was
/// sent. What is done on the replica is done on another thread, one thing at a time.
struct Dialogue {
  /// How many times in a row the other end may ask for patience.
  private static let patienceLimit = 240

  let inbound: NIOAsyncChannelInboundStream<Frame>
  let outbound: NIOAsyncChannelOutboundWriter<Frame>
  let exchange: NetworkExchange
  let watch: Watch
  let pool: NIOThreadPool
  let traffic: Traffic
  /// The iterator of what arrives.
  private var frames: NIOAsyncChannelInboundStream<Frame>.AsyncIterator
  /// What is being sent or was received.
  private var file: SpoolFile?

  init(
    _ inbound: NIOAsyncChannelInboundStream<Frame>, _ outbound: NIOAsyncChannelOutboundWriter<Frame>,
    exchange: NetworkExchange, watch: Watch, pool: NIOThreadPool, traffic: Traffic
  ) {
    self.inbound = inbound
    self.outbound = outbound
    self.exchange = exchange
    self.watch = watch
    self.pool = pool
    self.traffic = traffic
    frames = inbound.makeAsyncIterator()
  }

  /// Speaks until all is said.
  ///
  /// - Throws: ``DialogueFailure``, `StoreError`, or what ends the watch.
  mutating func run(_ role: Conversation.Role) async throws {
    do {
      let exchange = exchange
      var conversation = Conversation(role, greeting: try await work { try exchange.greeting() })
      try await follow(&conversation)
    } catch {
      if let failure = watch.failure { throw failure as? DialogueFailure ?? Self.own(failure) }
      guard error is Refusal || error is StoreError else { throw Self.own(error) }
      // It may not be there to be told.
      try? await outbound.write(Frame(.refused(error as? Refusal ?? .unable)))
      throw Self.own(error)
    }
  }

  /// What is thrown for what went wrong.
  private static func own(_ error: any Error) -> any Error {
    if let refusal = error as? Refusal { return DialogueFailure.refused(refusal) }
    return error is ChannelError || error is IOError ? DialogueFailure.cut : error
  }

  private mutating func follow(_ conversation: inout Conversation) async throws {
    let exchange = exchange
    var action = conversation.start()
    while true {
      if watch.isStopping { throw Refusal.stopping }
      switch action {
      case .say(let message):
        try await write(Frame(message))
        action = conversation.said()
      case .hear: action = conversation.heard(try await hear())
      case .meet(let greeting):
        action = conversation.met(try await work { try exchange.meet(greeting) })
      case .pack(let vector):
        let packed = try await work { try exchange.pack(lackedBy: vector) }
        file = packed?.file
        action = conversation.packed(packed?.delivery)
      case .send(let delivery):
        try await send(delivery)
        action = conversation.sent()
      case .receive(let delivery):
        try await receive(delivery)
        action = conversation.received()
      case .takeBundle:
        let file = try taken()
        let (holds, isNews) = try await work { try exchange.take(file) }
        action = conversation.took(holds, isNews: isNews)
      case .takeAttachment(let name):
        let file = try taken()
        try await work { try exchange.takeAttachment(name, file) }
        action = conversation.tookAttachment()
      case .note(let vector):
        try await work { try exchange.note(vector) }
        action = conversation.noted()
      case .ask: action = conversation.asked(try await work { try exchange.wishes() })
      case .find(let wishes):
        let found = try await work { try exchange.find(wishes) }
        file = found?.file
        action = conversation.found(found?.delivery)
      case .refuse(let refusal): throw refusal
      case .end(let refusal): throw DialogueFailure.refusedThere(refusal)
      case .finish: return
      }
    }
  }

  /// The file that was received.
  private mutating func taken() throws -> SpoolFile {
    guard let file else { throw Refusal.unexpected }
    self.file = nil
    return file
  }

  /// Does something on the replica, on another thread, while the other end is told to be patient.
  private func work<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    watch.beginWork()
    defer { watch.endWork() }
    return try await pool.runIfActive(body)
  }

  // MARK: Words

  private func write(_ frame: Frame) async throws {
    watch.extend()
    try await outbound.write(frame)
    traffic.sent(frame.body.readableBytes + 5)
  }

  /// The next frame; asks for patience are heeded and not given.
  private mutating func frame() async throws -> Frame {
    watch.extend()
    var asked = 0
    while let frame = try await frames.next(isolation: #isolation) {
      traffic.received(frame.body.readableBytes + 5)
      guard frame.kind == ConversationMessage.working.kind else { return frame }
      asked += 1
      guard asked <= Self.patienceLimit else { throw Refusal.unexpected }
      watch.extend()
    }
    throw DialogueFailure.cut
  }

  private mutating func hear() async throws -> ConversationMessage {
    let frame = try await frame()
    guard frame.kind != ConversationMessage.data else { throw Refusal.unexpected }
    return try frame.message()
  }

  // MARK: Files

  private mutating func send(_ delivery: Delivery) async throws {
    let file = try taken()
    traffic.sending(delivery)
    try await write(Frame(.delivery(delivery)))
    var offset: UInt64 = 0
    while offset < delivery.size {
      let bytes = try file.read(at: offset, count: ConversationMessage.dataLimit)
      guard !bytes.isEmpty else { throw Refusal.unable }
      try await write(Frame(kind: ConversationMessage.data, body: ByteBuffer(bytes: bytes)))
      offset += UInt64(bytes.count)
      traffic.moved(offset, of: delivery, .carrying)
    }
  }

  private mutating func receive(_ delivery: Delivery) async throws {
    let exchange = exchange
    let file = try await work { try exchange.makeSpool() }
    var missing = delivery.size
    while missing > 0 {
      let frame = try await frame()
      // Frames are full but for the last: nobody keeps this end busy with crumbs.
      guard frame.kind == ConversationMessage.data,
        frame.body.readableBytes == Int(min(missing, UInt64(ConversationMessage.dataLimit)))
      else {
        if let message = try? frame.message(), case .refused(let refusal) = message {
          throw DialogueFailure.refusedThere(refusal)
        }
        throw Refusal.unexpected
      }
      missing -= UInt64(frame.body.readableBytes)
      try file.append(Array(frame.body.readableBytesView))
      traffic.moved(delivery.size - missing, of: delivery, .collecting)
    }
    traffic.received(delivery)
    self.file = file
  }
}
