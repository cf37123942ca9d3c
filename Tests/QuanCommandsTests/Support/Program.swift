import Foundation
import Glibc
import QuanTesting

/// What a program that has ended left behind.
struct Outcome {
  /// Its exit status; 128 and the signal's number when a signal ended it.
  let status: Int32
  let out: String
  let err: String

  /// Standard output without the last line's end.
  var text: String { out.hasSuffix("\n") ? String(out.dropLast()) : out }
  /// Standard output as one JSON value.
  var json: JSONValue { get throws { try JSONValue(text) } }
  /// Standard output as JSON, one value a line.
  var jsonLines: [JSONValue] { get throws { try text.split(separator: "\n").map { try JSONValue(String($0)) } } }
}

/// A program that was started and has not been waited for.
///
/// It writes into files, not pipes: nobody has to read while it runs, and what it wrote before it was killed is there.
struct Program: ~Copyable {
  let id: pid_t
  private let folder: TemporaryFolder

  /// The variables that would change what a tool does; a test that wants one gives it.
  private static let dropped = [
    "LC_ALL", "LC_MESSAGES", "LANG", "QUAN_REPLICA", "COLUMNS", "XDG_STATE_HOME", "NO_COLOR",
  ]

  /// Starts a program.
  init(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws {
    folder = TemporaryFolder(inMemory: true)
    var variables = ProcessInfo.processInfo.environment.filter { !Self.dropped.contains($0.key) }
    variables["LANG"] = "en_US.UTF-8"
    variables["XDG_STATE_HOME"] = folder.path + "/state"
    for (name, value) in environment { variables[name] = value }

    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, folder.path + "/out", O_WRONLY | O_CREAT, 0o600)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, folder.path + "/err", O_WRONLY | O_CREAT, 0o600)
    var words: [UnsafeMutablePointer<CChar>?] = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] =
      unsafe variables.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe (words + settings).forEach { unsafe free($0) } }
    // Threads that run tests block signals, and what they start would inherit that.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { _ = unsafe posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var id: pid_t = 0
    let code = unsafe posix_spawn(&id, path, &actions, &attributes, &words, &settings)
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
    self.id = id
  }

  /// What it has written on standard output so far.
  var written: String { String(decoding: TemporaryFolder.read(folder.path + "/out"), as: UTF8.self) }

  /// Asks it to stop, as Ctrl-C or a service manager does.
  func send(_ signal: Int32) { _ = Glibc.kill(id, signal) }

  /// Kills it, so that it can do nothing more.
  func kill() { _ = Glibc.kill(id, SIGKILL) }

  /// Waits until it has ended.
  consuming func wait() -> Outcome {
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7F
    return Outcome(
      status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal,
      out: String(decoding: TemporaryFolder.read(folder.path + "/out"), as: UTF8.self),
      err: String(decoding: TemporaryFolder.read(folder.path + "/err"), as: UTF8.self))
  }

  /// Runs a program to its end.
  static func run(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
    try Program(path, arguments, environment: environment).wait()
  }
}
