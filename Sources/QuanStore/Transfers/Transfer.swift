public import QuanCore

/// That a record, with what belongs to it, goes to another scope.
public struct Transfer: Hashable, Sendable {
  /// How a transfer stands.
  public enum State: String, Hashable, Sendable {
    /// Nobody has answered.
    case offered
    /// The other scope has taken the records in.
    case accepted
    /// The other scope will not have them.
    case declined
    /// Who offered it took it back.
    case withdrawn
  }

  /// Its identity: a record in the scope that it comes from.
  public let id: RecordID
  /// The record that it is about.
  public let record: RecordID
  /// How many records go.
  public let count: Int
  /// The scope that it comes from.
  public let from: ScopeID
  /// The scope that it goes to.
  public let to: ScopeID
  /// How it stands, as far as is known here.
  public let state: State
  /// The records that continue it; several when it was accepted more than once.
  public let results: [RecordID]
  /// Whether what it brings is here, so that it can be accepted on this laptop.
  public let isAtHand: Bool
  /// Why; may be empty.
  public let reason: String
  /// Who offered it and when; `nil` when their changes are not held.
  public let stamp: Stamp?

  /// A transfer of given parts.
  public init(
    id: RecordID, record: RecordID, count: Int, from: ScopeID, to: ScopeID, state: State, results: [RecordID],
    isAtHand: Bool, reason: String, stamp: Stamp?
  ) {
    self.id = id
    self.record = record
    self.count = count
    self.from = from
    self.to = to
    self.state = state
    self.results = results
    self.isAtHand = isAtHand
    self.reason = reason
    self.stamp = stamp
  }
}

/// Where a record came from.
public struct Continuation: Hashable, Sendable {
  /// Who wrote one of the values that it came with.
  public struct Origin: Hashable, Sendable {
    /// The field.
    public let field: FieldID
    /// The key of a map that the value stood under.
    public let key: String?
    /// The place in a list that it stood at, from 0.
    public let place: Int?
    /// Who, and when by their clock.
    public let stamp: Stamp
    /// What their laptop was called.
    public let laptop: String

    /// Who wrote a value.
    public init(field: FieldID, key: String?, place: Int?, stamp: Stamp, laptop: String) {
      self.field = field
      self.key = key
      self.place = place
      self.stamp = stamp
      self.laptop = laptop
    }
  }

  /// The record that it continues.
  public let record: Reference
  /// The transfer by which it came.
  public let transfer: Reference?
  /// The record that says so.
  public let arrival: RecordID
  /// Who wrote what it came with.
  public let origins: [Origin]
  /// Whether the record that it continues is held here, with its whole history.
  public let isHeld: Bool

  /// Where a record came from.
  public init(record: Reference, transfer: Reference?, arrival: RecordID, origins: [Origin], isHeld: Bool) {
    self.record = record
    self.transfer = transfer
    self.arrival = arrival
    self.origins = origins
    self.isHeld = isHeld
  }
}

/// What accepting a transfer brought.
public struct TransferArrival: Hashable, Sendable {
  /// The record that continues the one that the transfer was about.
  public let record: RecordID
  /// Its scope.
  public let scope: ScopeID
  /// How many records the transfer brought.
  public let count: Int
  /// Whether the record was here already, so that only what was new came to it.
  public let isForwarded: Bool

  /// What accepting a transfer brought.
  public init(record: RecordID, scope: ScopeID, count: Int, isForwarded: Bool) {
    self.record = record
    self.scope = scope
    self.count = count
    self.isForwarded = isForwarded
  }
}
