/// The identity of one operation: who made it, and the how-manieth of theirs it was.
///
/// Counters run over a whole replica, from 1, through all its scopes. A record's ID is the dot
/// that created it; a field's or kind's ID is the dot that defined it.
/// - SeeAlso: Preguiça et al., *Dotted Version Vectors*, arXiv:1011.5808.
public struct Dot: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The replica that made the operation.
  public let replica: ReplicaID
  /// Its number among that replica's operations, from 1.
  public let counter: UInt64

  /// Names an operation.
  public init(_ replica: ReplicaID, _ counter: UInt64) {
    self.replica = replica
    self.counter = counter
  }

  /// Names a built-in kind, field or scope by its fixed number.
  public static func builtIn(_ number: UInt64) -> Dot { Dot(.builtIn, number) }

  /// Reads the full form, `W3F9K2MTQX7HA-17`, or returns `nil`.
  public init?(_ text: some StringProtocol) {
    guard let hyphen = text.lastIndex(of: "-"),
      let replica = ReplicaID(text[..<hyphen]),
      let counter = UInt64(text[text.index(after: hyphen)...])
    else { return nil }
    self.init(replica, counter)
  }

  /// The full form: the replica in base 32, a hyphen, the counter.
  public var description: String { "\(replica)-\(counter)" }

  /// Orders by replica, then by counter.
  public static func < (one: Self, other: Self) -> Bool {
    (one.replica, one.counter) < (other.replica, other.counter)
  }
}

/// The identity of a record: the dot of the operation that created it.
public typealias RecordID = Dot
/// The identity of a kind of record: the dot of the schema operation that made it, or a built-in number.
public typealias KindID = Dot
/// The identity of a field: the dot of the schema operation that made it, or a built-in number.
public typealias FieldID = Dot
