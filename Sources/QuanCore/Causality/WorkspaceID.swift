/// The identity of a workspace: 128 random bits, made once by its founder.
public struct WorkspaceID: Hashable, Sendable, CustomStringConvertible {
  /// The first 64 bits.
  public let high: UInt64
  /// The last 64 bits.
  public let low: UInt64

  /// Makes an identity of 128 given bits; the caller brings the randomness.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads the 26 digits that ``description`` writes, or returns `nil`.
  public init?(_ text: some StringProtocol) {
    guard text.count == 26, let high = CrockfordBase32.decode(text.prefix(13)),
      let low = CrockfordBase32.decode(text.suffix(13))
    else { return nil }
    self.init(high: high, low: low)
  }

  /// Twenty-six digits of Crockford's base 32.
  public var description: String { CrockfordBase32.encode(high) + CrockfordBase32.encode(low) }
}
