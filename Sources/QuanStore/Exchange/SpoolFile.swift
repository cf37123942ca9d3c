import Glibc

/// A file in the private state folder that holds what comes or goes over a network until that is stored.
///
/// It is gone with the last use of it; what a process that was killed left behind goes when the next one begins.
package final class SpoolFile: Sendable {
  /// Where it is.
  let path: String
  private let descriptor: Int32

  /// Makes an empty file.
  ///
  /// - Throws: ``StoreError`` with code `readOnly`, `outOfSpace`, `inputOutput`.
  package init(_ environment: Environment) throws {
    let folder = Self.folder(environment)
    try File.makeDirectory(folder)
    path = File.temporaryName(of: "\(folder)/\(String(environment.random(), radix: 36))")
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw File.failure(errno, writing: path) }
  }

  deinit {
    close(descriptor)
    _ = unsafe unlink(path)
  }

  /// Adds bytes at the end.
  package func append(_ bytes: [UInt8]) throws { try File.write(bytes, to: descriptor, path: path) }

  /// How many bytes it holds.
  package var count: UInt64 {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return 0 }
    return UInt64(status.st_size)
  }

  /// The bytes at a place; fewer when it ends before.
  package func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    try File.read(descriptor, at: offset, count: count, path: path)
  }

  private static func folder(_ environment: Environment) -> String { environment.stateDirectory + "/network" }

  /// Removes what processes that are no more left behind.
  static func tidy(_ environment: Environment) throws {
    let folder = folder(environment)
    guard File.kind(of: folder) == .directory else { return }
    for name in try File.list(folder) where File.isAbandoned(temporary: name) { try File.remove(folder + "/" + name) }
  }
}
