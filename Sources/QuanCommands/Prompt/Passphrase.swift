import Quan
import Synchronization

/// The passphrase that the private keys on this laptop are under: out of a file, or asked for without showing it.
enum Passphrase {
  private static let known = Mutex<String?>(nil)

  /// The passphrase, asked for once; `nil` when none is given and nobody is there to be asked.
  static func current(file: String?) throws -> String? {
    if let known = known.withLock({ $0 }) { return known }
    let given = try file.map(read) ?? (Prompt.isInteractive ? Prompt.secret(say("口令:", "Passphrase:")) : nil)
    known.withLock { $0 = given }
    return given
  }

  /// A new passphrase: out of a file, or typed twice.
  static func new(file: String?) throws -> String {
    if let file { return try read(file) }
    guard Prompt.isInteractive else {
      throw CommandFailure(
        .usage, say("没有人可以输入新口令", "nobody is there to type the new passphrase"),
        hint: say("写在文件里: --new-passphrase-file 文件", "write it into a file: --new-passphrase-file FILE"))
    }
    let first = try Prompt.secret(say("新口令:", "New passphrase:")) ?? ""
    let second = try Prompt.secret(say("再输一次:", "Once more:")) ?? ""
    guard first == second else {
      throw CommandFailure(
        .failed, say("两次输入不同", "the two are not the same"),
        hint: say("再试: quan member passphrase", "try again: quan member passphrase"))
    }
    return first
  }

  /// The first line of a file.
  private static func read(_ path: String) throws -> String {
    let bytes = try FileInput(path).whole.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    return String(decoding: bytes, as: UTF8.self)
  }
}
