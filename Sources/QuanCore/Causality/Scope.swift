/// The unit of partial replication, normally a school: every record is in exactly one.
///
/// A scope is named by the record, of built-in kind ``BuiltIn/scopeKind`` in ``shared``, that describes it.
public struct ScopeID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The record that describes the scope.
  public let dot: Dot

  /// Names a scope by the record that describes it.
  public init(_ dot: Dot) { self.dot = dot }

  /// The scope that goes everywhere: schema, scopes, replicas, members.
  public static let shared = ScopeID(Dot(.builtIn, 0))

  /// The describing record's ID, or `shared`.
  public var description: String { self == .shared ? "shared" : dot.description }

  /// Orders by the describing record's ID; ``shared`` is first.
  public static func < (one: Self, other: Self) -> Bool { one.dot < other.dot }
}

/// The changes of one replica in one scope, numbered from 1 without gaps.
public struct StreamID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Whose changes.
  public let replica: ReplicaID
  /// In which scope.
  public let scope: ScopeID

  /// Names a stream.
  public init(_ replica: ReplicaID, _ scope: ScopeID) {
    self.replica = replica
    self.scope = scope
  }

  /// `REPLICA/SCOPE`.
  public var description: String { "\(replica)/\(scope)" }

  /// Orders by scope, then by replica.
  public static func < (one: Self, other: Self) -> Bool {
    (one.scope, one.replica) < (other.scope, other.replica)
  }
}
