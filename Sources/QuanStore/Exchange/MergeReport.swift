public import QuanCore

/// What taking in changes did.
public struct MergeReport: Hashable, Sendable {
  /// A record with what happened to it that people may want to see.
  public struct Notice: Hashable, Sendable {
    /// The record.
    public let record: RecordID
    /// The scope it is in.
    public let scope: ScopeID
    /// Its kind.
    public let kind: KindID
    /// The field, or `nil` when it is about the whole record.
    public let field: FieldID?
    /// The item of a map or list that it is about; `nil` for the field as a whole.
    public let item: FieldItem?
    /// What happened.
    public let `class`: NoticeClass
    /// Who, in the order of the operations.
    public let people: [Stamp]
    /// The rule that decided, in its written form; empty when none did.
    public let rule: String
    /// What the field shows.
    public let shown: [Value]
    /// What the sides started from, as far as the record still remembers.
    public let base: [Value]
    /// The sides that there are, those that are not shown among them.
    public let sides: [Conflict.Side]

    /// A notice.
    public init(
      record: RecordID, scope: ScopeID, kind: KindID, field: FieldID?, item: FieldItem? = nil, class: NoticeClass,
      people: [Stamp], rule: String = "", shown: [Value] = [], base: [Value] = [], sides: [Conflict.Side] = []
    ) {
      self.record = record
      self.scope = scope
      self.kind = kind
      self.field = field
      self.item = item
      self.class = `class`
      self.people = people
      self.rule = rule
      self.shown = shown
      self.base = base
      self.sides = sides
    }
  }

  /// That somebody joined two records as one, or separated them.
  public struct Join: Hashable, Sendable {
    /// The two records, as the edge between them names them.
    public let records: [RecordID]
    /// The scope they are in.
    public let scope: ScopeID
    /// Whether they are one now; else they are two again.
    public let isJoined: Bool
    /// The operation that did it.
    public let dot: Dot
    /// Who, and when by their clock.
    public let stamp: Stamp
    /// Why they are one, in their words; may be empty, and is when they are two again.
    public let reason: String

    /// That two records were joined or separated.
    public init(
      records: [RecordID], scope: ScopeID, isJoined: Bool, dot: Dot, stamp: Stamp, reason: String
    ) {
      self.records = records
      self.scope = scope
      self.isJoined = isJoined
      self.dot = dot
      self.stamp = stamp
      self.reason = reason
    }
  }

  /// A row of an import that was not taken in.
  public struct Row: Hashable, Sendable {
    /// The line that it begins in, from 1.
    public let line: Int
    /// Why, in the words of the program that imported; never with the row's values.
    public let text: String
    /// The record that it may be about.
    public let record: RecordID?

    /// A row that was not taken in.
    public init(line: Int, text: String, record: RecordID? = nil) {
      self.line = line
      self.text = text
      self.record = record
    }
  }

  /// That a laptop's clock must be wrong, theirs or this one's; nothing hangs on it.
  public struct ClockNotice: Hashable, Sendable {
    /// The replica, by the identity it wrote under.
    public let replica: ReplicaID
    /// The time it claimed that lies ahead of this laptop's clock, or before what it had claimed already.
    public let claimed: Instant
    /// Whether the time lies ahead; else it runs backwards.
    public let isAhead: Bool

    /// A notice.
    public init(replica: ReplicaID, claimed: Instant, isAhead: Bool) {
      self.replica = replica
      self.claimed = claimed
      self.isAhead = isAhead
    }
  }

  /// A fork that was found: one identity, several branches.
  public struct Fork: Hashable, Sendable {
    /// The stream by the identity that was used twice.
    public let stream: StreamID
    /// The last change that the branches share; 0 for none.
    public let number: UInt64
    /// The branches: the name each goes by from now on, and the digest of its first change.
    public let branches: [Branch]

    /// One branch of a forked stream.
    public struct Branch: Hashable, Sendable {
      /// The name it goes by.
      public let name: ReplicaID
      /// The digest of its first change.
      public let digest: Digest

      /// A branch.
      public init(name: ReplicaID, digest: Digest) {
        self.name = name
        self.digest = digest
      }
    }

    /// A fork.
    public init(stream: StreamID, number: UInt64, branches: [Branch]) {
      self.stream = stream
      self.number = number
      self.branches = branches
    }
  }

  /// Where something was in conflict.
  public struct Place: Hashable, Sendable {
    /// The record.
    public let record: RecordID
    /// The scope it is in.
    public let scope: ScopeID
    /// Its kind.
    public let kind: KindID
    /// The field, or `nil` when it was about the whole record.
    public let field: FieldID?
    /// The item of a map or list; `nil` for the field as a whole.
    public let item: FieldItem?

    /// A place.
    public init(record: RecordID, scope: ScopeID, kind: KindID, field: FieldID?, item: FieldItem? = nil) {
      self.record = record
      self.scope = scope
      self.kind = kind
      self.field = field
      self.item = item
    }

    /// Where a conflict is.
    public init(_ conflict: Conflict) {
      self.init(
        record: conflict.record, scope: conflict.scope, kind: conflict.kind, field: conflict.field, item: conflict.item)
    }
  }

  /// The number under which the replica keeps the report; `nil` when it is not kept, because nothing came or it was to
  /// be a trial.
  public var number: Int64?
  /// How many changes, or for an import rows, came in or had been waiting: all of them are counted again as taken in,
  /// known, waiting, carried or refused.
  public var received = 0
  /// How many rows of an import could not be taken in, or changes whose signature is feigned.
  public var refused = 0
  /// How many changes were taken in.
  public var changesApplied = 0
  /// How many changes were held already.
  public var changesKnown = 0
  /// How many changes wait for what they build on.
  public var changesPending = 0
  /// How many changes are carried for others, sealed: of scopes that are not read here.
  public var changesCarried = 0
  /// How many of the changes taken in are void: their author had no right to make them.
  public var changesVoid = 0
  /// Segments that were not kept, and why.
  public var refusedSegments: [RefusedSegment] = []
  /// How many operations were taken in.
  public var operationsApplied = 0
  /// The records that were new, built-in kinds left out, in the order in which they came.
  public var createdRecords: [RecordID] = []
  /// How many records were new, built-in kinds not counted.
  public var recordsCreated: Int { createdRecords.count }
  /// The records that existed and were changed, ascending.
  public var recordsChanged: Set<RecordID> = []
  /// Conflicts that were not there before, by record, field and item.
  public var newConflicts: [Conflict] = []
  /// Where conflicts that were there before are settled, by record, field and item.
  public var settled: [Place] = []
  /// How many conflicts are open after the merge, also in a dry run.
  public var openConflicts = 0
  /// How many conflicts that were there before are settled.
  public var settledConflicts: Int { settled.count }
  /// How many of the new problems are records that may be the same thing entered twice.
  public var possibleDuplicates = 0
  /// What replicas are called, as far as they have told.
  public var labels: [ReplicaID: String] = [:]
  /// Problems that were not there before, by record, at most ``problemLimit``.
  public var newProblems: [Problem] = []
  /// How many problems are new.
  public var newProblemCount = 0
  /// How many problems that were open before are mended or said to be right.
  public var settledProblems = 0
  /// How many problems are open after the merge, also in a dry run.
  public var openProblems = 0
  /// Records that were joined or separated, in the order in which that came, at most ``noticeLimit``.
  public var joins: [Join] = []
  /// How many were joined or separated.
  public var joinCount = 0
  /// What happened that needs no decision, at most ``noticeLimit``.
  public var notices: [Notice] = []
  /// The rows of an import that were not taken in, at most ``noticeLimit``; `refused` counts all.
  public var rows: [Row] = []
  /// What waits, all of it, with what is missing.
  public var pending: [PendingSegment] = []
  /// Forks that were found.
  public var forks: [Fork] = []
  /// Clocks that must be wrong, by replica: the greatest step of each sort.
  public var clocks: [ClockNotice] = []
  /// Whether definitions of kinds or fields came, or a fork was found: more may look different than the records that are
  /// listed as new and changed.
  public var isSweeping = false

  /// How many new problems a report carries; `newProblemCount` counts all.
  public static let problemLimit = 1000
  /// How many notices a report carries; `noticeCount` counts all.
  public static let noticeLimit = 1000
  /// How many notices there were.
  public var noticeCount = 0

  /// A report of nothing.
  public init() {}
}

/// A segment that was not kept.
public struct RefusedSegment: Hashable, Sendable {
  /// The stream that it says it is of.
  public let stream: StreamID
  /// Its first and last change.
  public let range: ClosedRange<UInt64>
  /// Why a segment is not kept.
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    /// It feigns the signature of the member.
    case feigned
    /// The member sealed something else than the header says, or somebody in its name.
    case lying
  }
  /// Why.
  public let reason: Reason
  /// The member whose signature it feigns, or that is said to have sealed it.
  public let member: ReplicaID

  /// A segment that was not kept.
  public init(stream: StreamID, range: ClosedRange<UInt64>, reason: Reason, member: ReplicaID) {
    self.stream = stream
    self.range = range
    self.reason = reason
    self.member = member
  }
}

/// What a bundle is, as its header says.
public struct BundleSummary: Hashable, Sendable {
  /// One segment of a bundle.
  public struct Segment: Hashable, Sendable {
    /// What would become of it here.
    public enum Standing: String, Hashable, Sendable {
      /// It can be taken in.
      case applicable
      /// All its changes are held.
      case known
      /// It builds on what is missing, at least in part.
      case pending
    }
    /// Its stream.
    public let stream: StreamID
    /// Its first and last change.
    public let range: ClosedRange<UInt64>
    /// Its size in the file, in bytes.
    public let size: UInt64
    /// What would become of it in the replica asked; `nil` without a replica.
    public let standing: Standing?

    /// One segment.
    public init(stream: StreamID, range: ClosedRange<UInt64>, size: UInt64, standing: Standing?) {
      self.stream = stream
      self.range = range
      self.size = size
      self.standing = standing
    }
  }
  /// The workspace.
  public let workspace: WorkspaceID
  /// The replica that wrote it.
  public let sender: ReplicaID
  /// When, by its clock.
  public let time: Instant
  /// Its size in bytes.
  public let size: UInt64
  /// How many changes it carries.
  public let changeCount: UInt64
  /// What a replica must hold to take all of it in.
  public let prerequisites: [Dependency]
  /// Which of these the replica asked does not hold; empty without a replica.
  public let missing: [Dependency]
  /// Its segments.
  public let segments: [Segment]

  /// A summary.
  public init(
    workspace: WorkspaceID, sender: ReplicaID, time: Instant, size: UInt64, changeCount: UInt64,
    prerequisites: [Dependency], missing: [Dependency], segments: [Segment]
  ) {
    self.workspace = workspace
    self.sender = sender
    self.time = time
    self.size = size
    self.changeCount = changeCount
    self.prerequisites = prerequisites
    self.missing = missing
    self.segments = segments
  }
}
