/// What the scope that a transfer goes to says to it.
public enum TransferAnswer: String, Hashable, Sendable, CaseIterable {
  /// The records have been taken in.
  case accepted
  /// They will not be, or are no longer.
  case declined
}

/// What is wrong about a record that has been handed over: the rule of a problem of ``ProblemClass/transfer``.
public enum TransferTrouble: String, Hashable, Sendable, CaseIterable {
  /// Somebody who did not know went on working on it where it came from; to be forwarded.
  case edited
  /// Somebody who did not know deleted it where it came from; to be forwarded.
  case deleted
  /// A record that belongs to it stayed behind: it was made by somebody who did not know; to be forwarded.
  case stray
  /// The transfer was withdrawn while the other scope accepted it.
  case withdrawn
  /// Two scopes have accepted it.
  case twice
}

extension BuiltIn {
  /// Whether records of a kind say that others are one thing: two that are joined, or two that continue one record.
  public static func isEdge(_ kind: KindID) -> Bool { kind == sameKind || kind == arrivalKind }
}
