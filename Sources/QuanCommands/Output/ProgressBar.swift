import Quan
import Synchronization

/// A line on the terminal that says how far long work has got, how fast it goes and how long it still takes.
///
/// It is drawn on standard error, only when that is a terminal and nobody asked for quiet or JSON, not before the work
/// has taken a third of a second, and is wiped away when other lines are written or the work is over.
enum ProgressBar {
  /// What is drawn, and since when.
  struct Drawing {
    var stage: WorkProgress.Stage?
    var start = ContinuousClock.now
    var drawn = ContinuousClock.now
    var isVisible = false
  }

  private static let drawing = Mutex(Drawing())

  /// Whether anything is drawn; the command says so before it begins.
  static let isWanted = Atomic<Bool>(false)

  /// Whether only what goes over a network is drawn: what is merged and packed meanwhile comes in small parts.
  static let isForNetwork = Atomic<Bool>(false)

  /// Shows how far the work has got.
  static func show(_ progress: WorkProgress) {
    guard isWanted.load(ordering: .relaxed) else { return }
    let isOfNetwork = progress.stage == .sending || progress.stage == .receiving
    guard isOfNetwork || !isForNetwork.load(ordering: .relaxed) else { return }
    drawing.withLock { drawing in
      let now = ContinuousClock.now
      if drawing.stage != progress.stage {
        drawing.stage = progress.stage
        drawing.start = now
      }
      guard now - drawing.start > .milliseconds(300), now - drawing.drawn > .milliseconds(100) else { return }
      drawing.drawn = now
      drawing.isVisible = true
      let seconds = (now - drawing.start) / .seconds(1)
      Terminal.write("\r\u{1B}[K" + line(progress, seconds: seconds, columns: Terminal.columns(of: 2) - 1), to: 2)
    }
  }

  /// Wipes the line away; the next work begins anew.
  static func clear() {
    drawing.withLock { drawing in
      if drawing.isVisible { Terminal.write("\r\u{1B}[K", to: 2) }
      drawing = Drawing()
    }
  }

  /// The line, at most `columns` wide: what is done, the bar, the share, the rate, the time that remains.
  ///
  /// In a narrow terminal the bar goes first, then the rate.
  static func line(_ progress: WorkProgress, seconds: Double, columns: Int) -> String {
    let rate = seconds > 0 ? Double(progress.done) / seconds : 0
    let speed = rate < 10 ? "\(Int(rate * 10) / 10).\(Int(rate * 10) % 10)/s" : "\(Int(rate))/s"
    guard progress.total > 0 else {
      return DisplayWidth.truncate("\(name(progress.stage)) \(progress.done)  \(speed)", to: columns)
    }
    let share = min(1, max(0, Double(progress.done) / Double(progress.total)))
    let head = "\(name(progress.stage)) \(Int(share * 100))%"
    var remaining = ""
    if rate > 0, progress.done < progress.total {
      let left = Int((Double(progress.total - progress.done) / rate).rounded(.up))
      remaining = say("  还需 \(clock(left))", "  \(clock(left)) left")
    }
    let counts = "  \(progress.done)/\(progress.total)  \(speed)"
    let used = DisplayWidth.of(head + counts + remaining)
    if used + 13 <= columns {
      let width = min(30, columns - used - 3)
      let filled = Int(share * Double(width))
      let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
      return "\(head) [\(bar)]\(counts)\(remaining)"
    }
    if used <= columns { return head + counts + remaining }
    return DisplayWidth.truncate(head + remaining, to: columns)
  }

  /// Seconds as minutes and seconds, or hours and minutes.
  static func clock(_ seconds: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if seconds < 3600 { return "\(seconds / 60):\(two(seconds % 60))" }
    return "\(seconds / 3600)h\(two(seconds % 3600 / 60))"
  }

  private static func name(_ stage: WorkProgress.Stage) -> String {
    switch stage {
    case .reading: say("读取", "reading")
    case .merging: say("合并", "merging")
    case .packing: say("打包", "packing")
    case .writing: say("写出", "writing")
    case .checking: say("检查", "checking")
    case .folding: say("核对", "comparing")
    case .searching: say("查找", "searching")
    case .copying: say("备份", "copying")
    case .importing: say("导入", "importing")
    case .exporting: say("导出", "exporting")
    case .sending: say("发送", "sending")
    case .receiving: say("接收", "receiving")
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
