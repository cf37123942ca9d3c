/// The identity that one copy of a workspace writes under: 64 random bits.
///
/// A replica that finds itself copied or restored takes a new one before it writes, so that
/// no two laptops ever write under the same identity, whole-machine clones excepted.
public struct ReplicaID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The 64 bits.
  public let rawValue: UInt64

  /// Makes an identity of 64 given bits; the caller brings the randomness.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Reads the 13 digits that ``description`` writes, or returns `nil`.
  public init?(_ text: some StringProtocol) {
    guard let value = CrockfordBase32.decode(text) else { return nil }
    self.rawValue = value
  }

  /// The identity under which the built-in kinds, fields and scopes are numbered; no replica has it.
  public static let builtIn = ReplicaID(rawValue: 0)

  /// Thirteen digits of Crockford's base 32.
  public var description: String { CrockfordBase32.encode(rawValue) }

  /// Orders by the 64 bits.
  public static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}
