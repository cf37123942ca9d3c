import Glibc

/// A file that is being written: after a power cut it is there whole or not at all.
///
/// It grows under a name of its own in the same folder, is synced, takes its name, and the folder is synced. Let go of
/// before it is finished, it leaves nothing behind, and what had its name before is still there.
package final class DurableFile {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var isOpen = true
  private var isThere = true

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: Where the file is to be.
  ///   - mode: Its permissions.
  ///   - other: Where it grows, in the same file system, if not beside where it is to be.
  /// - Throws: ``StoreError``.
  package init(_ path: String, mode: UInt32 = 0o644, by other: String? = nil) throws {
    let temporary = other ?? File.temporaryName(of: path)
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw File.failure(errno, writing: path) }
    self.path = path
    self.temporary = temporary
    self.descriptor = descriptor
  }

  deinit {
    if isOpen { close(descriptor) }
    if isThere { _ = unsafe unlink(temporary) }
  }

  /// Adds bytes.
  ///
  /// - Throws: ``StoreError``.
  package func write(_ bytes: [UInt8]) throws { try File.write(bytes, to: descriptor, path: path) }

  /// Makes durable what has been added: the disk has room for all of it.
  ///
  /// - Throws: ``StoreError``.
  package func sync() throws {
    guard fsync(descriptor) == 0 else { throw File.failure(errno, writing: path) }
  }

  /// Gives the file its name.
  ///
  /// - Throws: ``StoreError``; the file is not there then.
  package func finish() throws {
    try sync()
    isOpen = false
    guard close(descriptor) == 0 else { throw File.failure(errno, writing: path) }
    try File.rename(temporary, to: path)
    isThere = false
  }

  /// Removes what processes that are no more left of files that they were writing to a path.
  package static func removeAbandoned(besides path: String) {
    let folder = File.parent(of: path)
    let start = File.name(of: path) + "."
    for other in (try? File.list(folder)) ?? [] where other.hasPrefix(start) {
      // People's own files may be called much alike: only what has a process's number in its name is one of these.
      guard let ending = other.firstRange(of: File.temporaryEnding),
        pid_t(other[..<ending.lowerBound].dropFirst(start.count)) != nil
      else { continue }
      if File.isAbandoned(temporary: String(other[..<ending.upperBound])) { try? File.remove(folder + "/" + other) }
    }
  }
}
