import Glibc

/// A file that a command is asked to write.
enum OutputFile {
  /// How much of a file that is there is looked at.
  private static let headSize = 64

  /// Makes sure that writing a file destroys nothing: one that is there is replaced only when somebody says so, and a
  /// replica never.
  ///
  /// - Parameters:
  ///   - isReplaced: Whether a file that is there is to be replaced; `nil` when the command never does.
  ///   - isOwn: Tells from the first bytes of a file that is there whether it may be replaced without being asked.
  /// - Throws: ``CommandFailure``.
  static func check(_ path: String, isReplaced: Bool?, isOwn: ([UInt8]) -> Bool = { _ in false }) throws {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      throw CommandFailure(
        .failed, say("'\(path)' 是文件夹", "'\(path)' is a folder"),
        hint: say("写出其中的文件名", "name a file in it"))
    case S_IFREG: break
    default: return
    }
    let head = beginning(of: path)
    guard !head.starts(with: Array("SQLite format 3\0".utf8)) else {
      throw CommandFailure(
        .failed, say("'\(path)' 是数据库或副本, 不会被替换", "'\(path)' is a database or a replica, and is never replaced"),
        hint: say("换一个文件名", "choose another file name"))
    }
    guard isReplaced == true || isOwn(head) else {
      guard isReplaced != nil else {
        throw CommandFailure(
          .failed, say("文件 '\(path)' 已存在", "the file '\(path)' is there already"),
          hint: say("换一个文件名", "choose another file name"))
      }
      throw CommandFailure(
        .failed, say("文件 '\(path)' 已存在", "the file '\(path)' is there already"),
        hint: say("换一个文件名, 或加 --force 替换它", "choose another file name, or replace it with --force"))
    }
  }

  private static func beginning(of path: String) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    return unsafe [UInt8](unsafeUninitializedCapacity: headSize) { buffer, count in
      count = unsafe max(0, Glibc.read(descriptor, buffer.baseAddress, headSize))
    }
  }
}
