import NIOCore
import NIOPosix
import NIOSSL
import QuanCore
public import QuanStore
public import QuanSync
import Synchronization

/// Exchanges a replica with another one over a network: with a server, or with a colleague's laptop that serves for a while.
///
/// Interrupted at any moment it loses nothing: what was stored stays, and the next exchange goes on from there.
public struct SyncClient: Sendable {
  /// What came of an exchange.
  public struct Outcome: Sendable {
    /// What taking in did; nothing for a trial, see ``SyncClient/Outcome/trial(_:)``.
    public let merge: MergeReport
    /// What was sent.
    public let sync: SyncReport
    /// What the other laptop is called.
    public let label: String
    private let exchange: NetworkExchange

    fileprivate init(_ exchange: NetworkExchange, _ sync: SyncReport, label: String) {
      self.exchange = exchange
      self.sync = sync
      self.label = label
      merge = exchange.merge
    }

    /// Shows what a merge would do, and keeps nothing.
    ///
    /// - Parameter examine: Is called with the report while the replica still is as the merge would leave it.
    public func trial(_ examine: ((MergeReport) throws -> Void)?) throws -> MergeReport { try exchange.trial(examine) }
  }

  private let replica: Replica
  private let context: NIOSSLContext
  /// How long the other end may be silent.
  public var patience = Duration.seconds(60)
  /// How long to wait until the other end answers and proves who it is.
  public var handshake = Duration.seconds(15)

  /// An end that calls.
  ///
  /// - Throws: `StoreError` with code `invalid` when the workspace is open to everybody, `notPermitted` when the replica's
  ///   member is none any more, `stranger` when its keys are not on this laptop or their passphrase is not given.
  public init(_ replica: Replica) throws {
    self.replica = replica
    context = try TLSIdentity(try replica.networkKeys(), in: replica.workspace).client()
    try NetworkExchange.tidy(replica)
  }

  /// Exchanges with what listens at an address.
  ///
  /// How far it has got is told to the replica's `Environment.progress`; what that throws ends the exchange.
  /// - Parameter dryRun: Takes what comes aside, for ``Outcome/trial(_:)``, and gives nothing.
  /// - Throws: `StoreError` with code `network` when nobody answers, or falls silent, or the connection is cut; `stranger` when
  ///   either does not take the other for a member; `otherWorkspace`, `newerFormat`, `damaged`; and what storing throws.
  public func sync(host: String, port: Int, dryRun: Bool = false) async throws -> Outcome {
    let name = NetworkPlace.text(host, port)
    let connection = try await connect(host, port, name)
    let channel = connection.channel.channel
    let traffic = Traffic()
    let environment = replica.environment
    let watch = Watch(channel, patience: patience) { try environment.progress(traffic.counts.progress) }
    let party = try await agree(connection, watch, name)
    let exchange = NetworkExchange(replica, with: party, isTrial: dryRun)
    do {
      try await connection.channel.executeThenClose { inbound, outbound in
        var dialogue = Dialogue(inbound, outbound, exchange: exchange, watch: watch, pool: .singleton, traffic: traffic)
        try await dialogue.run(.caller)
      }
    } catch {
      throw Self.failure(error, traffic.counts.bytesReceived == 0, name)
    }
    var report = SyncReport()
    report.bytesWritten = traffic.counts.bytesSent
    report.bundlesApplied = (0..<traffic.counts.bundlesReceived).map { "\(name) \($0 + 1)" }
    report.bundlesWritten = (0..<traffic.counts.bundlesSent).map { "\(name) \($0 + 1)" }
    report.attachments = try exchange.attachments()
    return Outcome(exchange, report, label: party.label)
  }

  /// A connection that has been made.
  private struct Connection: Sendable {
    let channel: NIOAsyncChannel<Frame, Frame>
    let handshake: Handshake
    let agreed: EventLoopFuture<Void>
  }

  private func connect(_ host: String, _ port: Int, _ name: String) async throws -> Connection {
    do {
      return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connectTimeout(TimeAmount(handshake))
        .channelOption(.socketOption(.tcp_nodelay), value: 1)
        .connect(host: host, port: port) { channel in
          channel.eventLoop.makeCompletedFuture {
            let handshake = Handshake(replica, pool: .singleton)
            let agreed = channel.eventLoop.makePromise(of: Void.self)
            try channel.pipeline.syncOperations.addHandlers([
              try NIOSSLClientHandler(
                context: context, serverHostname: nil, customVerificationCallback: handshake.callback),
              HandshakeHandler(agreed),
            ])
            return Connection(channel: try channel.withFrames(), handshake: handshake, agreed: agreed.futureResult)
          }
        }
    } catch {
      throw StoreError(.network, "nobody answers there", subject: name)
    }
  }

  /// Waits until both ends have proved who they are.
  private func agree(_ connection: Connection, _ watch: Watch, _ name: String) async throws -> NetworkParty {
    let channel = connection.channel.channel
    let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(handshake)) { channel.close(promise: nil) }
    defer { deadline.cancel() }
    do {
      try await connection.agreed.get()
      if case .member(let party) = connection.handshake.found { return party }
      throw HandshakeFailure.cut
    } catch {
      try? await connection.channel.executeThenClose { _, _ in }
      if let failure = watch.failure { throw Self.failure(failure, true, name) }
      switch connection.handshake.found {
      case .refused(.otherWorkspace):
        throw StoreError(.otherWorkspace, "the server there belongs to another workspace", subject: name)
      case .refused(.revoked):
        throw StoreError(.stranger, "the server there is no member of the workspace any more", subject: name)
      case .refused:
        throw StoreError(.stranger, "the server there is not known here as a member of the workspace", subject: name)
      case .member, .unknown:
        throw StoreError(
          .network, "what is there closed before anything was said: it is busy, or no server of Quan", subject: name)
      }
    }
  }

  /// What is thrown for a conversation that broke.
  ///
  /// - Parameter isEarly: Whether the other end has said nothing yet.
  private static func failure(_ error: any Error, _ isEarly: Bool, _ name: String) -> any Error {
    switch error {
    case DialogueFailure.refused(let refusal): here(refusal, name)
    case DialogueFailure.refusedThere(let refusal): there(refusal, name)
    case is StoreError: error
    case DialogueFailure.cut, is NIOSSLError, is BoringSSLError, is ChannelError, is IOError:
      if isEarly {
        // The other end looks at this one's certificate last, and says no by closing.
        StoreError(.stranger, "the server there does not take this laptop for a member", subject: name)
      } else {
        StoreError(.network, "the connection was cut; what was stored stays", subject: name)
      }
    default: error
    }
  }

  private static func here(_ refusal: Refusal, _ name: String) -> StoreError {
    switch refusal {
    case .otherVersion: StoreError(.newerFormat, "the server there speaks another version; update quan", subject: name)
    case .otherWorkspace:
      StoreError(.otherWorkspace, "the server there belongs to another workspace", subject: name)
    case .notAdmitted, .notItself:
      StoreError(.stranger, "the server there is not known here as a member of the workspace", subject: name)
    case .silent: StoreError(.network, "the server there fell silent; what was stored stays", subject: name)
    case .damaged, .unexpected, .barren:
      StoreError(.network, "what the server there sends makes no sense; what was stored stays", subject: name)
    case .overLimit: StoreError(.overLimit, "what the server there sends is too large", subject: name)
    case .busy, .stopping, .unable:
      StoreError(.network, "the exchange could not go on; what was stored stays", subject: name)
    }
  }

  private static func there(_ refusal: Refusal, _ name: String) -> StoreError {
    switch refusal {
    case .otherVersion: StoreError(.newerFormat, "the server there speaks another version; update quan", subject: name)
    case .otherWorkspace:
      StoreError(.otherWorkspace, "the server there belongs to another workspace", subject: name)
    case .notAdmitted, .notItself:
      StoreError(.stranger, "the server there does not take this laptop for a member", subject: name)
    case .busy: StoreError(.network, "the server there is busy; try again in a minute", subject: name)
    case .stopping: StoreError(.network, "the server there is stopping; what was stored stays", subject: name)
    case .silent:
      StoreError(.network, "the server there heard nothing for too long; what was stored stays", subject: name)
    case .unable: StoreError(.network, "the server there could not store what it got; see its log", subject: name)
    case .damaged, .unexpected, .overLimit, .barren:
      StoreError(.network, "the server there did not understand this laptop; see its log", subject: name)
    }
  }
}
