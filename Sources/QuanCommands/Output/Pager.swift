import Glibc
import Synchronization

/// Shows long results page by page, when standard output is a terminal and they are longer than its screen.
///
/// Lines are held back until there are more than fit; then `PAGER`, else `less`, gets them and all that follow. What is said
/// meanwhile is said after them, where a person reads on, and not into the pages.
enum Pager {
  private struct State {
    var isOn = false
    var held: [String] = []
    var talk: [String] = []
    var rows = 0
    var columns = 80
    var used = 0
    var pipe: Int32 = -1
    var process: pid_t = 0
  }

  private static let state = Mutex(State())

  /// Begins to hold back lines, if there is a screen that they could be longer than.
  static func begin() {
    guard Terminal.isTerminal(0), let size = Terminal.size(of: 1), size.rows > 4, command() != nil else { return }
    state.withLock {
      $0.isOn = true
      $0.rows = size.rows
      $0.columns = size.columns
    }
  }

  /// What shows pages; `nil` when nothing is to.
  ///
  /// `PAGER=` and `PAGER=cat` ask for none.
  private static func command() -> String? {
    let wanted = Language.environment("QUAN_PAGER") ?? Language.environment("PAGER") ?? "less"
    return wanted.isEmpty || wanted == "cat" ? nil : wanted
  }

  /// Takes over a line of result; `false` when it is to be written as usual.
  static func take(_ line: String) -> Bool {
    state.withLock { state in
      guard state.isOn else { return false }
      let safe = Terminal.bare(line)
      if state.pipe >= 0 {
        send(safe + "\n", &state)
        return true
      }
      state.held.append(safe)
      state.used += max(1, (DisplayWidth.of(safe) + state.columns - 1) / state.columns)
      if state.used >= state.rows - 1 { start(&state) }
      return true
    }
  }

  /// Takes over a line of talk, to be said after the result; `false` when it is to be said now.
  static func takeTalk(_ line: String) -> Bool {
    state.withLock { state in
      if state.isOn { state.talk.append(line) }
      return state.isOn
    }
  }

  /// Writes what is held back, or waits until the reader has put the pages away.
  static func finish() {
    let (held, talk, process) = state.withLock { state in
      let result = (state.held, state.talk, state.process)
      if state.pipe >= 0 { close(state.pipe) }
      state = State()
      return result
    }
    for line in held { Terminal.write(line + "\n", to: 1) }
    var status: Int32 = 0
    while process > 0, unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
    for line in talk { Terminal.talk(line) }
  }

  private static func start(_ state: inout State) {
    guard let command = command() else { return }
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else {
      state.isOn = false
      return
    }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    unsafe posix_spawn_file_actions_addclose(&actions, ends[0])
    unsafe posix_spawn_file_actions_addclose(&actions, ends[1])
    // Colours are shown, a page that fits is not held, and Chinese is shown as Chinese.
    unsafe setenv("LESS", "FRX", 0)
    unsafe setenv("LESSCHARSET", "utf-8", 0)
    let arguments: [String] = ["/bin/sh", "-c", command]
    var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let code = unsafe posix_spawn(&process, "/bin/sh", &actions, nil, &words, environ)
    close(ends[0])
    let held = state.held
    state.held = []
    guard code == 0 else {
      close(ends[1])
      state.isOn = false
      for line in held { Terminal.write(line + "\n", to: 1) }
      return
    }
    state.process = process
    state.pipe = ends[1]
    send(held.map { $0 + "\n" }.joined(), &state)
  }

  private static func send(_ text: String, _ state: inout State) {
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
      let pipe = state.pipe
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(pipe, buffer.baseAddress.map { unsafe $0 + offset }, buffer.count - offset)
      }
      // The reader has seen enough, or there never was one.
      if count < 0 && errno != EINTR { return }
      if count > 0 { offset += count }
    }
  }
}
