import Foundation
import Glibc

/// Two hosts of a kind: network namespaces with a slow line between them, which loses what does not fit in its queue.
///
/// The line has a rate and a short queue, so packets wait and are lost as on a poor radio link; where the system has netem, it delays
/// and loses others at random as well.
final class Namespaces {
  private struct Failure: Error { let outcome: Outcome }

  let first: String
  let second: String

  /// What runs a program on a host.
  var inFirst: String { "ip netns exec \(first)" }
  /// What runs a program on the other host.
  var inSecond: String { "ip netns exec \(second)" }

  /// Whether this machine lets us make hosts: some containers do not.
  static let areAvailable: Bool = {
    guard geteuid() == 0, let hosts = try? Namespaces() else { return false }
    return hosts.hasLine
  }()

  private var hasLine = false

  init() throws {
    let number = UInt32.random(in: 0...0xFF_FFFF)
    first = "quan-a-\(number)"
    second = "quan-b-\(number)"
    let made = try Program.run(
      "/bin/sh",
      [
        "-ec",
        """
        ip netns add \(first)
        ip netns add \(second)
        ip link add v0 netns \(first) type veth peer name v1 netns \(second)
        ip -n \(first) addr add 10.77.0.1/24 dev v0
        ip -n \(second) addr add 10.77.0.2/24 dev v1
        for n in "\(first) v0" "\(second) v1"; do
          set -- $n
          ip -n $1 link set lo up
          ip -n $1 link set $2 up
          tc -n $1 qdisc add dev $2 root handle 1: netem delay 40ms 10ms loss 1% rate 2mbit 2>/dev/null ||
            tc -n $1 qdisc add dev $2 root tbf rate 2mbit burst 8kb limit 20kb
        done
        """,
      ])
    guard made.status == 0 else { throw Failure(outcome: made) }
    hasLine = true
  }

  deinit {
    for name in [first, second] { _ = try? Program.run("/bin/sh", ["-c", "ip netns del \(name)"]) }
  }

  /// Runs a script; `QUAN` is the tool in it, `LOG` a file.
  func run(_ script: String, log: String) throws {
    let text = script.replacing("QUAN", with: try Built.quan.get()).replacing("LOG", with: log)
    let outcome = try Program.run("/bin/sh", ["-c", text])
    guard outcome.status == 0 else { throw Failure(outcome: outcome) }
  }
}
