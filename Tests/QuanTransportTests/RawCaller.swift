import NIOCore
import NIOPosix
import NIOSSL
import Quan
import QuanFormat
import QuanStore
import QuanSync
import QuanTransport

/// An end that has a member's key, or none, and says what a test lets it say.
struct RawCaller {
  let inbound: NIOAsyncChannelInboundStream<Frame>
  let outbound: NIOAsyncChannelOutboundWriter<Frame>

  /// Calls a port and runs `body` when TLS has been agreed on; the server's key is not looked at.
  static func calling(
    _ port: Int, as keys: MemberKeys?, in workspace: WorkspaceID, _ body: (RawCaller) async throws -> Void
  ) async throws {
    let context =
      if let keys { try TLSIdentity(keys, in: workspace).client() } else {
        try NIOSSLContext(
          configuration: {
            var settings = TLSConfiguration.makeClientConfiguration()
            settings.certificateVerification = .noHostnameVerification
            return settings
          }())
      }
    let threads = MultiThreadedEventLoopGroup.singleton
    let channel = try await ClientBootstrap(group: threads).connect(host: "127.0.0.1", port: port) { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(
          try NIOSSLClientHandler(
            context: context, serverHostname: nil,
            customVerificationCallback: { _, promise in promise.succeed(.certificateVerified) }))
        return try channel.withFrames()
      }
    }
    try await channel.executeThenClose { inbound, outbound in
      try await body(RawCaller(inbound: inbound, outbound: outbound))
    }
  }

  /// Says something.
  func say(_ message: ConversationMessage) async throws { try await outbound.write(Frame(message)) }

  /// All that the server says until it closes.
  func rest() async -> [ConversationMessage] {
    var heard: [ConversationMessage] = []
    do {
      for try await frame in inbound { if let message = try? frame.message() { heard.append(message) } }
    } catch {
      // Closed in one way or another.
    }
    return heard
  }
}
