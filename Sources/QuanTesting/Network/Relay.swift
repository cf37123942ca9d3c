import Dispatch
import Glibc
import Synchronization

/// Stands between two ends of a connection, as a cable or somebody who means harm: passes on what comes, changed or not.
package final class Relay: Sendable {
  /// Which way bytes go.
  package enum Direction: Hashable, Sendable { case toServer, toCaller }

  package let port: Int
  private let listener: Int32
  private let seen = Seen()

  private final class Seen: Sendable {
    let bytes = Mutex<[Direction: [UInt8]]>([:])
  }

  /// Listens at a port of its own, and passes on to another.
  ///
  /// - Parameter change: Is given what came, and how much had come before that way; what it returns is passed on, and
  ///   `nil` cuts the connection.
  package init(to target: Int, change: @escaping @Sendable (Direction, [UInt8], Int) -> [UInt8]?) throws {
    let (listener, port) = try Socket.listen()
    self.listener = listener
    self.port = port
    let seen = seen
    DispatchQueue.global().async {
      while true {
        let caller = accept(listener, nil, nil)
        guard caller >= 0 else { return }
        let server = Socket.connect(to: target)
        for (from, to, direction) in [(caller, server, Direction.toServer), (server, caller, .toCaller)] {
          DispatchQueue.global().async {
            var count = 0
            while let bytes = Socket.read(from), let changed = change(direction, bytes, count) {
              count += bytes.count
              seen.bytes.withLock { $0[direction, default: []] += bytes }
              guard Socket.write(changed, to: to) else { break }
            }
            _ = shutdown(from, Int32(SHUT_RDWR))
            _ = shutdown(to, Int32(SHUT_RDWR))
          }
        }
      }
    }
  }

  deinit { _ = shutdown(listener, Int32(SHUT_RDWR)) }

  /// What has come one way.
  package func bytes(_ direction: Direction) -> [UInt8] { seen.bytes.withLock { $0[direction] ?? [] } }
}
