/// Says how far work has got that is counted in bytes.
final class ByteMeter {
  private let stage: WorkProgress.Stage
  private let total: UInt64
  private let passes: UInt64
  private let report: (WorkProgress) throws -> Void
  private var done: UInt64 = 0

  /// A meter at its start.
  ///
  /// - Parameters:
  ///   - total: How many bytes there are.
  ///   - passes: How often each is gone through.
  init(
    _ stage: WorkProgress.Stage, of total: UInt64, passes: UInt64 = 1, _ report: @escaping (WorkProgress) throws -> Void
  ) {
    self.stage = stage
    self.total = total
    self.passes = passes
    self.report = report
  }

  /// So many more have been gone through; what the report throws ends the work.
  func add(_ count: Int) throws {
    done += UInt64(count)
    try report(WorkProgress(stage, Int(clamping: done / passes), of: Int(clamping: total)))
  }
}
