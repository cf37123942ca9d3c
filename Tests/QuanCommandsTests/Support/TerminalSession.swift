import Foundation
import Glibc

/// A program at a terminal of its own: a pseudo-terminal whose other end the test holds.
enum TerminalSession {
  /// Runs a program, types `answers`, a line each, and gives what stood on the screen and how it ended.
  ///
  /// What is typed before the program asks waits in the terminal's line buffer, as it does under a real one.
  static func run(
    _ path: String, _ arguments: [String], typing answers: [String], columns: UInt16 = 100,
    environment: [String: String] = [:]
  ) throws -> (screen: String, status: Int32) {
    // Linux's own way to a pseudo-terminal (ioctl_tty(2)): what glibc wraps is not in Swift's module map.
    let master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard master >= 0 else { throw POSIXError(.ENOTTY) }
    defer { close(master) }
    var locked: Int32 = 0
    var number: UInt32 = 0
    guard unsafe ioctl(master, 0x4004_5431, &locked) == 0, unsafe ioctl(master, 0x8004_5430, &number) == 0 else {
      throw POSIXError(.ENOTTY)
    }
    let terminal = "/dev/pts/\(number)"
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = unsafe ioctl(master, UInt(TIOCSWINSZ), &size)

    var variables = ProcessInfo.processInfo.environment
    for name in ["LC_ALL", "LC_MESSAGES", "QUAN_REPLICA", "COLUMNS", "NO_COLOR", "PAGER"] { variables[name] = nil }
    variables["LANG"] = "en_US.UTF-8"
    for (name, value) in environment { variables[name] = value }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
    for descriptor: Int32 in 0...2 {
      unsafe posix_spawn_file_actions_addopen(&actions, descriptor, terminal, O_RDWR, 0)
    }
    var words: [UnsafeMutablePointer<CChar>?] = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] =
      unsafe variables.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe (words + settings).forEach { unsafe free($0) } }
    // Held open until the program has ended, so that what it wrote is not lost with its end of the terminal.
    let held = unsafe open(terminal, O_RDWR | O_NOCTTY | O_CLOEXEC)
    var id: pid_t = 0
    let code = unsafe posix_spawn(&id, path, &actions, nil, &words, &settings)
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }

    let typed = Array(answers.map { $0 + "\n" }.joined().utf8)
    _ = unsafe typed.withUnsafeBytes { unsafe write(master, $0.baseAddress, $0.count) }
    var screen: [UInt8] = []
    var status: Int32 = 0
    var hasEnded = false
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      var poll = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      let ready = unsafe Glibc.poll(&poll, 1, 50)
      if ready > 0 {
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(master, $0.baseAddress, $0.count) }
        if count > 0 {
          screen.append(contentsOf: buffer[..<count])
        } else if hasEnded {
          break
        }
      } else if hasEnded {
        break
      } else if unsafe waitpid(id, &status, WNOHANG) == id {
        hasEnded = true
        close(held)
      }
    }
    let text = String(decoding: screen, as: UTF8.self).replacing("\r\n", with: "\n")
    return (text, status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F))
  }
}
