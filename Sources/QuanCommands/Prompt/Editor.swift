import Glibc

/// Lets a person change a text in the editor that they use: `VISUAL`, else `EDITOR`, else `vi`.
///
/// The text stands in a file that only its owner may read, in a folder of its own, while the editor is open.
enum Editor {
  /// The text as the person left it.
  ///
  /// A line end that editors put behind the last line does not count. When the text cannot be taken over its file stays.
  static func edit(_ text: String) throws -> String {
    let folder = try folder()
    let path = folder + "/text.txt"
    try write(text, to: path)
    guard run(path) else {
      remove(path, folder)
      throw CommandFailure(
        .failed, say("编辑器没有正常结束, 什么都没有改", "the editor did not end well; nothing was changed"),
        hint: say("设置编辑器后再试: VISUAL=nano quan edit ...", "say which editor to use: VISUAL=nano quan edit ..."))
    }
    let bytes = try FileInput(path, isOneText: true).whole
    guard var edited = String(validating: bytes, as: UTF8.self) else {
      throw CommandFailure(
        .failed, say("编辑后的文字不是 UTF-8; 它还在 '\(path)'", "the edited text is no UTF-8; it is still in '\(path)'"),
        hint: say("让编辑器存为 UTF-8 后再试", "let the editor save UTF-8, and try again"))
    }
    remove(path, folder)
    edited.replace("\r\n", with: "\n")
    if !text.hasSuffix("\n"), edited.hasSuffix("\n") { edited.removeLast() }
    return edited
  }

  private static func folder() throws -> String {
    let root = Language.environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var template = Array("\(root)/quan-XXXXXX".utf8) + [0]
    let isMade = unsafe template.withUnsafeMutableBytes { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { unsafe $0.baseAddress.map { unsafe mkdtemp($0) } != nil }
    }
    guard isMade else { throw unwritable(root) }
    return String(decoding: template.dropLast(), as: UTF8.self)
  }

  private static func unwritable(_ path: String) -> CommandFailure {
    CommandFailure(
      .failed, say("写不了文件 '\(path)'", "the file '\(path)' cannot be written"),
      hint: say("检查文件夹和权限, 或换一个位置", "check the folder and its permissions, or choose another place"))
  }

  private static func write(_ text: String, to path: String) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw unwritable(path) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + offset }, buffer.count - offset)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw unwritable(path) }
      offset += count
    }
  }

  private static func remove(_ path: String, _ folder: String) {
    _ = unsafe unlink(path)
    _ = unsafe rmdir(folder)
  }

  /// Runs the editor on a file; whether it ended well.
  private static func run(_ path: String) -> Bool {
    let wanted = ["VISUAL", "EDITOR"].compactMap { Language.environment($0) }.first { !$0.isEmpty } ?? "vi"
    let arguments = ["/bin/sh", "-c", "\(wanted) \"$1\"", "sh", path]
    var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var process: pid_t = 0
    guard unsafe posix_spawn(&process, "/bin/sh", nil, nil, &words, environ) == 0 else { return false }
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 {
      if errno != EINTR { return false }
    }
    return status == 0
  }
}
