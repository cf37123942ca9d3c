import Quan
import Synchronization

/// A line on the terminal that says how far long work has got, how fast it goes and how long it still takes.
///
/// It is drawn on standard error, only when that is a terminal and nobody asked for quiet or JSON, not before the work
/// has taken a third of a second (or as many seconds as `QUAN_PROGRESS_DELAY` says), and is wiped away when other lines
/// are written or the work is over.
enum ProgressBar {
  private static let line = Mutex(beginning)

  /// Whether anything is drawn; the command says so before it begins.
  static let isWanted = Atomic<Bool>(false)

  /// Whether only what goes over a network is drawn: what is merged and packed meanwhile comes in small parts.
  static let isForNetwork = Atomic<Bool>(false)

  /// Shows how far the work has got.
  static func show(_ progress: WorkProgress) {
    guard isWanted.load(ordering: .relaxed) else { return }
    let isOfNetwork = [.sending, .receiving, .collecting, .carrying].contains(progress.stage)
    guard isOfNetwork || !isForNetwork.load(ordering: .relaxed) else { return }
    line.withLock { line in
      guard let text = line.advance(progress, at: .now, columns: Terminal.columns(of: 2) - 1) else { return }
      Terminal.write("\r\u{1B}[K" + text, to: 2)
    }
  }

  /// What the environment says, which is looked at once.
  private static let delay: Duration? = Language.environment("QUAN_PROGRESS_DELAY").flatMap(Double.init).flatMap {
    $0 >= 0 ? .seconds(min($0, 86_400)) : nil
  }

  /// A line of which nothing is shown yet.
  private static var beginning: ProgressLine {
    delay.map { ProgressLine(at: .now, after: $0) } ?? ProgressLine(at: .now)
  }

  /// Wipes the line away; the next work begins anew.
  static func clear() {
    line.withLock { line in
      if line.isVisible { Terminal.write("\r\u{1B}[K", to: 2) }
      line = beginning
    }
  }
}

/// Where long work says how far it has got: draws it, and stops the work when somebody asked for that.
enum Work {
  static let report: @Sendable (WorkProgress) throws -> Void = { progress in
    try Interrupt.check()
    ProgressBar.show(progress)
  }

  /// Says how far a command's own work has got, every so many steps.
  static func step(_ stage: WorkProgress.Stage, _ done: Int, of total: Int = 0) throws {
    guard done % 256 == 0 else { return }
    try report(WorkProgress(stage, done, of: total))
  }
}
