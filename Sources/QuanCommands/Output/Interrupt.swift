import Glibc
import Synchronization

/// Ctrl-C and the like: the first asks the work to stop where nothing is half done, the second ends the process at once.
enum Interrupt {
  private static let isWanted = Atomic<Bool>(false)

  /// That the work was asked to stop.
  struct Stop: Error {}

  /// Watches for the signals that ask a program to stop.
  static func watch() {
    _ = isWanted.load(ordering: .relaxed)
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { _ in Interrupt.isWanted.store(true, ordering: .relaxed) }
    // The second one does what it would have done, and nothing that waits for input goes on waiting.
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
    for signal in [SIGINT, SIGTERM, SIGHUP] { _ = unsafe sigaction(signal, &action, nil) }
  }

  /// Whether the work was asked to stop.
  static var isAsked: Bool { isWanted.load(ordering: .relaxed) }

  /// Stops here when the work was asked to stop.
  static func check() throws { if isAsked { throw Stop() } }

  /// What is said then, and the exit status.
  static func report() -> Int32 {
    Terminal.talk(
      say(
        "已中断; 没有做了一半的事, 再次运行同一命令即可继续",
        "Interrupted; nothing is half done, and the same command goes on from here"))
    return 130
  }
}
