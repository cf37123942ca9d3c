import QuanCore
import QuanFormat

/// Looks at the times that changes claim: no clock is trusted, but people want to know of one that is wrong.
struct ClockWatch {
  /// What laptops may differ by without a word, in milliseconds.
  private static let tolerance: Int64 = 10 * 60 * 1000

  private let now: Instant
  private var ahead: [ReplicaID: Instant] = [:]
  private var backwards: [ReplicaID: Instant] = [:]

  init(now: Instant) { self.now = now }

  /// Looks at the times of a segment's changes.
  mutating func note(_ segment: DecodedSegment) {
    let replica = segment.header.stream.replica
    var last: Int64?
    for change in 0..<segment.changeCount {
      let time = segment.time(change)
      if time.milliseconds.subtractingReportingOverflow(now.milliseconds).partialValue > Self.tolerance,
        time > ahead[replica] ?? now
      {
        ahead[replica] = time
      }
      if let last, last.subtractingReportingOverflow(time.milliseconds).partialValue > Self.tolerance {
        backwards[replica] = min(backwards[replica] ?? time, time)
      }
      last = time.milliseconds
    }
  }

  /// What was found, by replica.
  var notices: [MergeReport.ClockNotice] {
    ahead.sorted { $0.key < $1.key }.map { MergeReport.ClockNotice(replica: $0.key, claimed: $0.value, isAhead: true) }
      + backwards.sorted { $0.key < $1.key }
      .map { MergeReport.ClockNotice(replica: $0.key, claimed: $0.value, isAhead: false) }
  }
}
