import Glibc
package import NIOCore
import NIOPosix
import NIOSSL
public import QuanStore
import QuanSync
import Synchronization

/// Exchanges one replica with many laptops over a network.
///
/// Each conversation is over TLS 1.3, and both ends prove with their members' keys who they are before anything is said. A server is
/// an ordinary member's replica: one that may read no scope carries what is sealed, and needs no more. Nobody harms it: what
/// one connection can use is bounded, and so is how many there are; see ``ServerLimits``.
public final class SyncServer: Sendable {
  private let replica: Replica
  private let limits: ServerLimits
  private let tell: @Sendable (ServerEvent) -> Void
  private let standing = Mutex(ServerStatus())
  private let context: NIOSSLContext
  private let gate: Gate
  /// What is done on the replica is done here, one thing at a time; the others wait, or read and write files.
  private let pool = NIOThreadPool.singleton
  private let listening: Mutex<(any Channel)?> = Mutex(nil)

  /// A server of a replica, which does not listen yet.
  ///
  /// - Parameter report: Is told what happens, on any thread.
  /// - Throws: `StoreError` with code `invalid` when the workspace is open to everybody, `notPermitted` when the replica's
  ///   member is none any more, `stranger` when its keys are not on this laptop or their passphrase is not given.
  public init(
    _ replica: Replica, limits: ServerLimits = ServerLimits(), report: @escaping @Sendable (ServerEvent) -> Void
  ) throws {
    self.replica = replica
    self.limits = limits
    tell = report
    context = try TLSIdentity(try replica.networkKeys(), in: replica.workspace).server()
    gate = Gate(limits)
    try NetworkExchange.tidy(replica)
  }

  /// How it stands.
  public var status: ServerStatus {
    var status = standing.withLock { $0 }
    status.process = getpid()
    status.connections = gate.connections
    status.updated = replica.environment.now()
    status.memory = ServerStatus.memoryInUse
    return status
  }

  private func report(_ event: ServerEvent) {
    standing.withLock { $0.add(event) }
    tell(event)
  }

  /// Listens, and speaks with whoever calls, until ``stop()``; then what is being stored is stored, and all are told.
  ///
  /// - Parameters:
  ///   - host: The address to listen at: an IPv4 or IPv6 address, or a name.
  ///   - port: The port; 0 for any that is free.
  ///   - started: Is called with the port when it listens.
  /// - Throws: `StoreError` with code `network` when it cannot listen there.
  public func run(host: String, port: Int, started: @Sendable (Int) -> Void = { _ in }) async throws {
    let server = try await listen(host, port)
    listening.withLock { $0 = server.channel }
    let bound = server.channel.localAddress?.port ?? port
    report(ServerEvent(.started, at: replica.environment.now(), NetworkPlace.text(host, bound)))
    status.write(replica)
    started(bound)
    let writing = server.channel.eventLoop.scheduleRepeatedTask(
      initialDelay: .seconds(2), delay: .seconds(2)
    ) { [self] _ in
      pool.submit { [self] _ in status.write(replica) }
    }
    defer {
      writing.cancel()
      status.write(replica)
    }
    await withDiscardingTaskGroup { group in
      // An error of one connection is not one of the server.
      try? await server.executeThenClose { connections in
        var iterator = connections.makeAsyncIterator()
        while let connection = try await iterator.next(isolation: #isolation) {
          group.addTask { await self.serve(connection) }
        }
      }
      gate.close()
    }
    report(ServerEvent(.stopped, at: replica.environment.now(), NetworkPlace.text(host, bound)))
  }

  /// Stops: nobody new is let in, conversations end where nothing is half done.
  ///
  /// Fit to be called on any thread, more than once.
  public func stop() {
    gate.close()
    listening.withLock { $0 }?.close(promise: nil)
  }

  // MARK: Connections

  /// A connection that has been accepted.
  private struct Connection: Sendable {
    let channel: NIOAsyncChannel<Frame, Frame>
    let handshake: Handshake
    let agreed: EventLoopFuture<Void>
    /// Where the other end is; a connection that is gone tells no more.
    let remote: SocketAddress?
    /// Why it may not stay, if so.
    let refusal: ServerEvent.Reason?
  }

  private func listen(_ host: String, _ port: Int) async throws -> NIOAsyncChannel<Connection, Never> {
    do {
      return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.backlog, value: 512)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
        .bind(host: host, port: port) { [self] channel in
          channel.eventLoop.makeCompletedFuture {
            try accept(channel)
          }
        }
    } catch {
      throw StoreError(.network, "cannot listen there", subject: NetworkPlace.text(host, port))
    }
  }

  /// Prepares a connection that has been accepted; one that may not stay is not even offered TLS.
  private func accept(_ channel: any Channel) throws -> Connection {
    let remote = channel.remoteAddress
    let refusal = gate.enter(from: remote?.ipAddress ?? "?")
    do {
      let handshake = Handshake(replica, pool: pool)
      let agreed = channel.eventLoop.makePromise(of: Void.self)
      if refusal == nil {
        try channel.pipeline.syncOperations.addHandler(
          NIOSSLServerHandler(context: context, customVerificationCallback: handshake.callback))
      }
      try channel.pipeline.syncOperations.addHandler(HandshakeHandler(agreed))
      return Connection(
        channel: try channel.withFrames(), handshake: handshake, agreed: agreed.futureResult, remote: remote,
        refusal: refusal)
    } catch {
      gate.leave()
      throw error
    }
  }

  private func serve(_ connection: Connection) async {
    let host = connection.remote?.ipAddress ?? "?"
    let address = NetworkPlace.text(host, connection.remote?.port ?? 0)
    defer { gate.leave() }
    do {
      try await connection.channel.executeThenClose { inbound, outbound in
        if let refusal = connection.refusal { return report(refused(address, refusal)) }
        if let event = await agree(connection, address) {
          gate.noteFailure(of: host)
          return report(event)
        }
        guard case .member(let party) = connection.handshake.found else {
          return report(refused(address, .noCertificate))
        }
        await converse(party, connection.channel.channel, inbound, outbound, address)
      }
    } catch {
      // Closing what is closed is no matter.
    }
  }

  /// Waits until the other end has proved who it is; what to report when it does not.
  private func agree(_ connection: Connection, _ address: String) async -> ServerEvent? {
    let channel = connection.channel.channel
    let handshake = limits.handshake
    let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(handshake)) { channel.close(promise: nil) }
    defer { deadline.cancel() }
    let start = ContinuousClock.now
    do {
      try await connection.agreed.get()
      return nil
    } catch {
      let isSlow = ContinuousClock.now - start >= handshake
      var event = refused(address, .handshake)
      switch connection.handshake.found {
      case .refused(let reason): event.reason = reason
      case .unknown where isSlow: event.reason = .slowHandshake
      case .unknown, .member: event.detail = Self.detail(of: error)
      }
      return event
    }
  }

  private static func detail(of error: any Error) -> String {
    switch error {
    case HandshakeFailure.cut: "closed before TLS was agreed on"
    case HandshakeFailure.otherProtocol: "speaks TLS, but not \(TLSIdentity.protocolName)"
    default: String(describing: error)
    }
  }

  private func refused(_ address: String, _ reason: ServerEvent.Reason) -> ServerEvent {
    var event = ServerEvent(.refused, at: replica.environment.now(), address)
    event.reason = reason
    return event
  }

  private func converse(
    _ party: NetworkParty, _ channel: any Channel, _ inbound: NIOAsyncChannelInboundStream<Frame>,
    _ outbound: NIOAsyncChannelOutboundWriter<Frame>, _ address: String
  ) async {
    let watch = Watch(channel, patience: limits.patience)
    func event(_ kind: ServerEvent.Kind) -> ServerEvent {
      var event = ServerEvent(kind, at: replica.environment.now(), address)
      event.member = party.member
      event.label = party.label
      return event
    }
    if let reason = gate.begin(party.member, watch) {
      try? await outbound.write(Frame(.refused(reason == .stopping ? .stopping : .busy)))
      var refused = event(.refused)
      refused.reason = reason
      return report(refused)
    }
    defer { gate.end(party.member, watch) }
    report(event(.begun))
    let start = ContinuousClock.now
    let traffic = Traffic()
    let exchange = NetworkExchange(replica, with: party)
    var end = event(.finished)
    do {
      var dialogue = Dialogue(
        inbound, outbound, exchange: exchange, watch: watch, pool: pool, traffic: traffic)
      try await dialogue.run(.host)
    } catch {
      end = event(.broken)
      (end.reason, end.detail) = Self.reason(error)
    }
    (end.changesGiven, end.changesTaken) = exchange.changes
    end.bytesSent = traffic.counts.bytesSent
    end.bytesReceived = traffic.counts.bytesReceived
    end.milliseconds = Int64((ContinuousClock.now - start) / .milliseconds(1))
    report(end)
  }

  private static func reason(_ error: any Error) -> (ServerEvent.Reason, String) {
    switch error {
    case DialogueFailure.refused(let refusal): (reason(refusal), "")
    case DialogueFailure.refusedThere(let refusal): (.leftByPeer, String(describing: refusal))
    case DialogueFailure.cut: (.cut, "")
    case let error as StoreError: (.unable, error.message)
    case let error as NIOSSLError:
      if case .uncleanShutdown = error { (.cut, "") } else { (.handshake, String(describing: error)) }
    default: (.cut, String(describing: error))
    }
  }

  private static func reason(_ refusal: Refusal) -> ServerEvent.Reason {
    switch refusal {
    case .otherVersion: .otherVersion
    case .otherWorkspace: .otherWorkspace
    case .notAdmitted: .revoked
    case .notItself: .notItself
    case .unexpected: .unexpected
    case .overLimit: .overLimit
    case .damaged: .damaged
    case .barren: .barren
    case .busy: .busy
    case .stopping: .stopping
    case .silent: .silent
    case .unable: .unable
    }
  }
}

extension Channel {
  /// Adds what turns bytes into frames and back, and hands the channel over to structured concurrency.
  package func withFrames() throws -> NIOAsyncChannel<Frame, Frame> {
    try pipeline.syncOperations.addHandlers([
      ByteToMessageHandler(FrameDecoder(), maximumBufferSize: 2 << 20), MessageToByteHandler(FrameEncoder()),
    ])
    return try NIOAsyncChannel(
      wrappingChannelSynchronously: self,
      configuration: NIOAsyncChannel.Configuration(
        // A few frames wait here; behind them the other end waits.
        backPressureStrategy: NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark(
          lowWatermark: 1, highWatermark: 4)))
  }
}
