import Glibc

/// What the store asks of the operating system beside SQLite: durable writes, listings, identity of files.
enum File {
  /// What the names of files end in while they are being written.
  static let temporaryEnding = ".tmp"

  /// Writes a file so that after a power cut it is there whole or not at all, as ``DurableFile`` does.
  ///
  /// - Parameters:
  ///   - path: Where the file is to be.
  ///   - mode: Its permissions.
  ///   - other: Where it grows, in the same file system, if not beside where it is to be.
  ///   - produce: Is called with a sink for the bytes, in order.
  /// - Throws: ``StoreError``; nothing is left behind.
  static func writeDurably(
    to path: String, mode: mode_t = 0o644, by other: String? = nil,
    _ produce: (_ sink: ([UInt8]) throws -> Void) throws -> Void
  ) throws {
    let file = try DurableFile(path, mode: mode, by: other)
    try produce { bytes in try file.write(bytes) }
    try file.finish()
  }

  /// What a file is called while it is being written: processes that write one at once must not write into each other's.
  static func temporaryName(of path: String) -> String { "\(path).\(getpid())\(temporaryEnding)" }

  /// Whether a file that is being written has been left by a process that is no more.
  static func isAbandoned(temporary name: String) -> Bool {
    let parts = name.dropLast(temporaryEnding.count).split(separator: ".")
    guard name.hasSuffix(temporaryEnding), let process = parts.last.flatMap({ pid_t($0) }) else { return true }
    return process != getpid() && kill(process, 0) != 0 && errno == ESRCH
  }

  /// Runs `body` while this process alone holds a lock file.
  static func locked<T>(_ path: String, _ body: () throws -> T) throws -> T {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(errno, writing: path) }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw failure(errno, writing: path) }
    }
    return try body()
  }

  /// Makes renames and removals in the folder of `path` durable.
  static func syncDirectory(of path: String) throws {
    let directory = parent(of: path)
    let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno, writing: path) }
    defer { close(descriptor) }
    // Some network file systems cannot sync a folder and say EINVAL; the rename stands all the same.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(errno, writing: path) }
  }

  /// Makes what has been written to a file durable.
  static func sync(_ path: String) throws {
    let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno, writing: path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure(errno, writing: path) }
  }

  /// Gives a file of the same folder its name, durably.
  static func rename(_ temporary: String, to path: String) throws {
    guard unsafe Glibc.rename(temporary, path) == 0 else { throw failure(errno, writing: path) }
    try syncDirectory(of: path)
  }

  /// Whether two files hold the same.
  static func haveSameBytes(_ first: String, _ second: String) throws -> Bool {
    let (first, second) = (try FileReader(first), try FileReader(second))
    guard first.count == second.count else { return false }
    var offset: UInt64 = 0
    while offset < first.count {
      guard try first.read(at: offset, count: 1 << 20) == second.read(at: offset, count: 1 << 20) else { return false }
      offset += 1 << 20
    }
    return true
  }

  /// Writes all bytes at the place where an open file stands.
  static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws {
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + offset }, buffer.count - offset)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure(errno, writing: path)
      }
      offset += count
    }
  }

  /// The bytes at a place of an open file; fewer when it ends before.
  static func read(_ descriptor: Int32, at offset: UInt64, count: Int, path: String) throws -> [UInt8] {
    try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = unsafe pread(
          descriptor, buffer.baseAddress.map { unsafe $0 + filled }, count - filled, off_t(offset) + off_t(filled))
        if got < 0 {
          if errno == EINTR { continue }
          throw failure(errno, reading: path)
        }
        if got == 0 { break }
        filled += got
      }
    }
  }

  /// Reads a whole file, at most `limit` bytes.
  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    let reader = try FileReader(path)
    guard reader.count <= UInt64(limit) else {
      throw StoreError(.overLimit, "the file has \(reader.count) bytes, more than \(limit)", subject: path)
    }
    return try reader.read(at: 0, count: Int(reader.count))
  }

  /// The names in a folder, in no order.
  static func list(_ directory: String) throws -> [String] {
    guard let stream = unsafe opendir(directory) else { throw failure(errno, reading: directory) }
    defer { _ = unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// What a path leads to.
  static func kind(of path: String) -> Kind {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return .nothing }
    return status.st_mode & S_IFMT == S_IFDIR ? .directory : .file
  }

  /// What a path may lead to.
  enum Kind { case nothing, file, directory }

  /// Device and inode of a file: what tells a file from its copy.
  static func place(of path: String) throws -> (device: UInt64, inode: UInt64) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw failure(errno, reading: path) }
    return (UInt64(status.st_dev), UInt64(status.st_ino))
  }

  /// Makes a folder with its parents; one that is there already is fine.
  static func makeDirectory(_ path: String, mode: mode_t = 0o700) throws {
    if kind(of: path) == .directory { return }
    let above = parent(of: path)
    if above != path && above != "." && above != "/" { try makeDirectory(above, mode: mode) }
    guard unsafe mkdir(path, mode) == 0 || errno == EEXIST else { throw failure(errno, writing: path) }
  }

  /// Removes a file; one that is not there is fine.
  static func remove(_ path: String) throws {
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw failure(errno, writing: path) }
  }

  /// The folder that a path is in.
  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last part of a path; a slash at its end does not count.
  static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// What an error number means when writing.
  static func failure(_ number: Int32, writing path: String) -> StoreError {
    switch number {
    case ENOSPC, EDQUOT: StoreError(.outOfSpace, "no space is left", subject: path)
    case EROFS, EACCES, EPERM: StoreError(.readOnly, "no permission to write", subject: path)
    case ENOENT, ENOTDIR, ENODEV, ENXIO: StoreError(.inputOutput, "the folder is not there", subject: path)
    default: StoreError(.inputOutput, "cannot write (\(text(of: number)))", subject: path)
    }
  }

  /// What an error number means when reading.
  static func failure(_ number: Int32, reading path: String) -> StoreError {
    switch number {
    case ENOENT, ENOTDIR: StoreError(.notFound, "there is no such file or folder", subject: path)
    case EACCES, EPERM: StoreError(.inputOutput, "no permission to read", subject: path)
    default: StoreError(.inputOutput, "cannot read (\(text(of: number)))", subject: path)
    }
  }

  private static func text(of number: Int32) -> String {
    guard let text = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: text)
  }
}

/// A file opened for reading at any place.
final class FileReader: Sendable {
  /// Its size in bytes when it was opened.
  let count: UInt64
  private let descriptor: Int32
  private let path: String

  init(_ path: String) throws {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    self.path = path
    guard descriptor >= 0 else { throw File.failure(errno, reading: path) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw StoreError(.notABundle, "not a file", subject: path)
    }
    count = UInt64(status.st_size)
  }

  deinit { close(descriptor) }

  /// The bytes at a place; fewer when the file ends before.
  func read(at offset: UInt64, count wanted: Int) throws -> [UInt8] {
    guard offset < count, wanted > 0 else { return [] }
    return try File.read(descriptor, at: offset, count: Int(min(UInt64(wanted), count - offset)), path: path)
  }
}
