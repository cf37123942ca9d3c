/// What a member may do.
public enum Role: String, Hashable, Sendable, CaseIterable {
  /// Writes everywhere, also in ``ScopeID/shared``: schema, scopes, members.
  case admin
  /// Writes in the scopes it is admitted to.
  case editor
  /// Reads the scopes it is admitted to.
  case reader
}

/// Which right a member has at some change: its role, and the scopes that it is admitted to.
public struct Standing: Hashable, Sendable {
  /// The role; `nil` when there is none, or no longer.
  public let role: Role?
  /// The scopes; for an admin they do not matter.
  public let scopes: Set<ScopeID>

  /// A right of given parts.
  public init(_ role: Role?, _ scopes: Set<ScopeID> = []) {
    self.role = role
    self.scopes = scopes
  }

  /// No right at all.
  public static let none = Standing(nil)

  /// Whether anything may be written in a scope; in ``ScopeID/shared`` only an admin writes, but for introducing itself.
  public func canWrite(in scope: ScopeID) -> Bool {
    switch role {
    case .admin: true
    case .editor: scopes.contains(scope)
    case .reader, nil: false
    }
  }

  /// What becomes of a change in a scope.
  public func verdict(in scope: ScopeID) -> Verdict {
    if canWrite(in: scope) { return .allowed }
    return scope == .shared && role != nil ? .introducing : .void
  }

  /// What becomes of a change.
  public enum Verdict: Hashable, Sendable {
    /// It counts.
    case allowed
    /// It counts when it does nothing but say under which identity the member writes, or answer transfers.
    case introducing
    /// It is counted in vectors and contributes nothing.
    case void
  }
}
