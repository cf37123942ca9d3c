public import QuanCore

/// A replica that this one knows of.
public struct KnownReplica: Hashable, Sendable {
  /// The identity it writes under.
  public let id: ReplicaID
  /// Its label, such as 历城二中-王老师; empty when it has not told.
  public let label: String
  /// The person it belongs to.
  public let person: String
  /// How many changes of it are held here, over all scopes.
  public let changes: UInt64
  /// Whether it is this one.
  public let isOwn: Bool
  /// The identity it wrote under before it found itself copied or restored.
  public let predecessor: ReplicaID?
  /// The latest vector it is known to hold, from a sync folder or a bundle; `nil` when it never said.
  public let acknowledged: VersionVector?
  /// When it last said what it holds, by this laptop's clock or as its bundle claims; `nil` when it never did.
  public let lastHeard: Instant?
  /// How many of the changes held here it is not known to hold; 0 for this one.
  public let unsent: UInt64
  /// Whether it was said here that it will not come back, so that nothing waits for it.
  public let isRetired: Bool

  /// A replica that is known.
  public init(
    id: ReplicaID, label: String, person: String, changes: UInt64, isOwn: Bool, predecessor: ReplicaID?,
    acknowledged: VersionVector?, lastHeard: Instant?, unsent: UInt64, isRetired: Bool
  ) {
    self.id = id
    self.label = label
    self.person = person
    self.changes = changes
    self.isOwn = isOwn
    self.predecessor = predecessor
    self.acknowledged = acknowledged
    self.lastHeard = lastHeard
    self.unsent = unsent
    self.isRetired = isRetired
  }
}

/// A segment that waits for what it builds on, or for somebody to vouch for it.
public struct PendingSegment: Hashable, Sendable {
  /// What it waits for.
  public enum Reason: String, Hashable, Sendable {
    /// Changes that it builds on.
    case missing
    /// The admission of who signed it.
    case stranger
    /// A signature.
    case unsigned
    /// This laptop's admission: the workspace was open and has been sealed.
    case sealed
  }
  /// What it waits for.
  public let reason: Reason
  /// Its stream.
  public let stream: StreamID
  /// Its first and last change.
  public let range: ClosedRange<UInt64>
  /// What is missing, and so who has it: the streams' replicas, with the change needed.
  public let missing: [Dependency]

  /// A segment that waits.
  public init(stream: StreamID, range: ClosedRange<UInt64>, missing: [Dependency], reason: Reason = .missing) {
    self.reason = reason
    self.stream = stream
    self.range = range
    self.missing = missing
  }
}

/// How a replica stands.
public struct Status: Hashable, Sendable {
  /// The workspace.
  public let workspace: WorkspaceID
  /// The identity it writes under.
  public let replica: ReplicaID
  /// Its label.
  public let label: String
  /// The person it writes for.
  public let author: String
  /// The scope that new records go to unless another is named.
  public let homeScope: ScopeID
  /// The number of records that are there, by kind, built-in kinds left out.
  public let records: [KindCount]
  /// How many conflicts are open.
  public let conflicts: Int
  /// How many problems are open.
  public let problems: Int
  /// What waits for prerequisites.
  public let pending: [PendingSegment]
  /// How many own changes no other replica is known to hold.
  public let unsentChanges: UInt64
  /// The identity it gave up, and why, when it found itself copied or restored; until someone answers.
  public let renewal: Renewal?

  /// How a replica stands.
  public init(
    workspace: WorkspaceID, replica: ReplicaID, label: String, author: String, homeScope: ScopeID,
    records: [KindCount], conflicts: Int, problems: Int = 0, pending: [PendingSegment], unsentChanges: UInt64,
    renewal: Renewal?
  ) {
    self.workspace = workspace
    self.replica = replica
    self.label = label
    self.author = author
    self.homeScope = homeScope
    self.records = records
    self.conflicts = conflicts
    self.problems = problems
    self.pending = pending
    self.unsentChanges = unsentChanges
    self.renewal = renewal
  }
}

/// How many records of a kind are there.
public struct KindCount: Hashable, Sendable {
  /// The kind.
  public let kind: KindDefinition
  /// How many of its records are not deleted.
  public let count: Int

  /// A count.
  public init(kind: KindDefinition, count: Int) {
    self.kind = kind
    self.count = count
  }
}

/// That a replica took a new identity, and why.
public struct Renewal: Hashable, Sendable {
  /// Why a replica took a new identity.
  public enum Reason: String, Hashable, Sendable {
    /// The file lies elsewhere than it was written: a copy, or a restored backup.
    case moved
    /// The laptop remembers that the replica had got further: a restored backup.
    case behind
    /// A change of its own came back that it does not hold, or holds differently: a restored backup or a clone.
    case overtaken
    /// Somebody asked for it.
    case requested
  }
  /// The identity given up.
  public let predecessor: ReplicaID
  /// Why.
  public let reason: Reason

  /// That a replica took a new identity.
  public init(predecessor: ReplicaID, reason: Reason) {
    self.predecessor = predecessor
    self.reason = reason
  }
}
