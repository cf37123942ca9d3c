package import Quan

/// What a terminal shows of long work, and when: how much is done, how fast it goes, how long it still takes.
///
/// It goes by the times that it is given.
package struct ProgressLine {
  private var progress: WorkProgress?
  private var start: ContinuousClock.Instant
  private var drawn: ContinuousClock.Instant?
  private let delay: Duration
  /// Whether a line stands on the terminal.
  private(set) var isVisible = false

  /// A line of which nothing is shown yet.
  ///
  /// - Parameter delay: How long work has to take before it is shown: what is over at once needs no line.
  package init(at now: ContinuousClock.Instant, after delay: Duration = .milliseconds(300)) {
    start = now
    self.delay = delay
  }

  /// The line to be drawn now; `nil` while the work has not taken longer than the delay, or the last line is younger than
  /// a tenth of a second.
  package mutating func advance(
    _ progress: WorkProgress, at now: ContinuousClock.Instant, columns: Int
  ) -> String? {
    let isOther = self.progress?.stage != progress.stage || progress.done < self.progress?.done ?? 0
    self.progress = progress
    if isOther {
      start = now
      drawn = nil
    }
    guard now - start > delay else { return nil }
    if let drawn, now - drawn <= .milliseconds(100) { return nil }
    drawn = now
    isVisible = true
    return Self.text(progress, seconds: (now - start) / .seconds(1), columns: columns)
  }

  /// The line, at most `columns` wide: what is done, the bar, the share, the rate, the time that remains.
  ///
  /// In a narrow terminal the bar goes first, then the rate.
  private static func text(_ progress: WorkProgress, seconds: Double, columns: Int) -> String {
    let name = name(progress.stage)
    let isInBytes = progress.stage.isInBytes
    func amount(_ count: Int) -> String { isInBytes ? AttachmentText.size(UInt64(max(0, count))) : "\(count)" }
    let rate = seconds > 0 ? Double(progress.done) / seconds : 0
    let isSlow = rate < 10 && !isInBytes
    let speed = (isSlow ? "\(Int(rate * 10) / 10).\(Int(rate * 10) % 10)" : amount(Int(rate))) + "/s"
    guard progress.total > 0 else {
      return DisplayWidth.truncate("\(name) \(amount(progress.done))  \(speed)", to: columns)
    }
    let share = min(1, max(0, Double(progress.done) / Double(progress.total)))
    let head = "\(name) \(Int(share * 100))%"
    var remaining = ""
    if rate > 0, progress.done < progress.total {
      let left = Int((Double(progress.total - progress.done) / rate).rounded(.up))
      remaining = say("  还需 \(clock(left))", "  \(clock(left)) left")
    }
    let counts = "  \(amount(progress.done))/\(amount(progress.total))  \(speed)"
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
  private static func clock(_ seconds: Int) -> String {
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
    case .attaching: say("附加", "attaching")
    case .collecting: say("取入附件", "files in")
    case .carrying: say("送出附件", "files out")
    }
  }
}
