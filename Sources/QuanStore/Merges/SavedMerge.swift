public import QuanCore

/// Where a merge's changes came from; only the last part of a path is kept.
public enum MergeSource: Hashable, Sendable {
  /// An exchange folder.
  case folder(String)
  /// A bundle file.
  case bundle(String)
  /// Another replica's file.
  case replica(String)
  /// A file whose rows were imported.
  case file(String)
  /// Another laptop, over a network, by its label.
  case laptop(String)

  /// The name of what it came from.
  public var name: String {
    switch self {
    case .folder(let name), .bundle(let name), .replica(let name), .file(let name), .laptop(let name): name
    }
  }
}

/// How much of everything a merge brought.
public struct MergeCounts: Hashable, Sendable {
  /// Changes, or rows, that came in or had been waiting.
  public var received = 0
  /// Those taken in.
  public var applied = 0
  /// Those held already, or rows that changed nothing.
  public var known = 0
  /// Those that wait for what they build on.
  public var pending = 0
  /// Rows that could not be taken in, and changes whose signature is feigned.
  public var refused = 0
  /// Operations taken in.
  public var operations = 0
  /// Records that were new.
  public var created = 0
  /// Records that were there and were changed.
  public var changed = 0
  /// Conflicts that were not there before.
  public var newConflicts = 0
  /// Conflicts that are settled.
  public var settled = 0
  /// Conflicts open after the merge.
  public var openConflicts = 0
  /// What needs no decision.
  public var notices = 0
  /// Records that may be of somebody who was there already.
  public var possibleDuplicates = 0
  /// Changes among those taken in that contribute nothing: their author had no right to make them.
  public var void = 0

  /// Problems that were not there before.
  public var newProblems = 0
  /// Problems that are mended or said to be right.
  public var settledProblems = 0
  /// Problems open after the merge.
  public var openProblems = 0
  /// Changes that are carried for others, sealed.
  public var carried = 0
  /// Records that were joined as one, or separated.
  public var joins = 0

  /// Nothing.
  public init() {}

  /// Whether all that came in is accounted for: nothing was lost.
  public var isBalanced: Bool { received == applied + known + pending + carried + refused }
}

extension MergeReport {
  /// How much of everything there was.
  public var counts: MergeCounts {
    var counts = MergeCounts()
    counts.received = received
    counts.applied = changesApplied
    counts.known = changesKnown
    counts.pending = changesPending
    counts.refused = refused
    counts.operations = operationsApplied
    counts.created = recordsCreated
    counts.changed = recordsChanged.count
    counts.newConflicts = newConflicts.count
    counts.settled = settledConflicts
    counts.openConflicts = openConflicts
    counts.notices = noticeCount
    counts.possibleDuplicates = possibleDuplicates
    counts.newProblems = newProblemCount
    counts.settledProblems = settledProblems
    counts.openProblems = openProblems
    counts.void = changesVoid
    counts.carried = changesCarried
    counts.joins = joinCount
    return counts
  }

  /// Whether the report says anything that people may want to see again.
  var isWorthKeeping: Bool { changesApplied > 0 || received > changesKnown + changesPending || refused > 0 }
}

/// A merge as the replica keeps it: the report as it was, at most ``MergeReport/noticeLimit`` of each list.
public struct SavedMerge: Hashable, Sendable {
  /// Its number, from 1 in each replica.
  public let number: Int64
  /// When, by this laptop's clock.
  public let time: Instant
  /// Where it came from.
  public let source: MergeSource
  /// What the replica held before.
  public let before: VersionVector
  /// What it held after.
  public let after: VersionVector
  /// How much of everything there was; the lists may hold less.
  public let counts: MergeCounts
  /// The report.
  public let report: MergeReport

  /// A merge as it was kept.
  public init(
    number: Int64, time: Instant, source: MergeSource, before: VersionVector, after: VersionVector,
    counts: MergeCounts, report: MergeReport
  ) {
    self.number = number
    self.time = time
    self.source = source
    self.before = before
    self.after = after
    self.counts = counts
    self.report = report
  }
}
