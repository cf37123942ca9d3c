import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import QuanCore
import QuanStore
import Synchronization

/// Looks who the other end is, during the handshake, and says when that is proved.
///
/// The other end's certificate shows a key; whether that is a member's is asked of the replica. Only then does TLS go on, and
/// only when it is done does a conversation begin.
final class Handshake: Sendable {
  /// What was found out about the other end.
  enum Finding: Hashable, Sendable {
    case unknown
    /// A member.
    case member(NetworkParty)
    /// Nobody to speak with, and why.
    case refused(ServerEvent.Reason)
  }

  private let finding = Mutex(Finding.unknown)
  private let replica: Replica
  private let pool: NIOThreadPool

  init(_ replica: Replica, pool: NIOThreadPool) {
    self.replica = replica
    self.pool = pool
  }

  /// What was found out.
  var found: Finding { finding.withLock { $0 } }

  /// What TLS asks.
  var callback: NIOSSLCustomVerificationCallback {
    { [self] certificates, promise in
      guard let shown = ShownCertificate(certificates) else {
        finding.withLock { $0 = .refused(.noCertificate) }
        return promise.succeed(.failed)
      }
      pool.submit { [self] state in
        guard case .active = state else { return promise.succeed(.failed) }
        let found = find(shown)
        finding.withLock { $0 = found }
        if case .member = found { promise.succeed(.certificateVerified) } else { promise.succeed(.failed) }
      }
    }
  }

  private func find(_ shown: ShownCertificate) -> Finding {
    do {
      guard shown.workspace == replica.workspace.description else { return .refused(.otherWorkspace) }
      if let party = try replica.networkParty(withKey: shown.key) { return .member(party) }
      return .refused(try replica.isRevoked(key: shown.key) ? .revoked : .stranger)
    } catch {
      return .refused(.unable)
    }
  }
}

/// Fulfils a promise when TLS has been agreed on, or fails it.
final class HandshakeHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let promise: EventLoopPromise<Void>

  init(_ promise: EventLoopPromise<Void>) { self.promise = promise }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? TLSUserEvent, case .handshakeCompleted(let name) = event {
      if name == TLSIdentity.protocolName { promise.succeed() } else { promise.fail(HandshakeFailure.otherProtocol) }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    promise.fail(error)
    context.fireErrorCaught(error)
  }

  func channelInactive(context: ChannelHandlerContext) {
    promise.fail(HandshakeFailure.cut)
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { promise.fail(HandshakeFailure.cut) }
}

/// Why no conversation came about.
enum HandshakeFailure: Error {
  /// The other end speaks TLS, but not what is spoken here.
  case otherProtocol
  /// The connection was closed before TLS was agreed on.
  case cut
}
