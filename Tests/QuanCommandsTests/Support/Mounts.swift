import Glibc
import QuanTesting

/// Runs shell scripts in which file systems can be mounted without anybody else seeing them.
enum Mounts {
  /// A namespace of mounts; who is not root becomes so inside.
  private static let start = ["-c", "exec unshare \(geteuid() == 0 ? "-m" : "-rm") /bin/sh -e \"$@\"", "sh"]

  /// Whether this machine lets us mount at all: some containers do not.
  static let areAvailable: Bool = {
    let folder = TemporaryFolder()
    let outcome = try? script("mount -t tmpfs -o size=16k none \(folder.path)")
    return outcome?.status == 0
  }()

  /// Runs a script; `quan` is the tool in it.
  static func script(_ text: String) throws -> Outcome {
    try Program.run("/bin/sh", start + ["-c", "quan() { \(try Built.quan.get()) \"$@\"; }\n\(text)"])
  }
}
