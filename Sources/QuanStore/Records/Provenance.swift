public import QuanCore

/// Where an operation comes from: the change that holds it, who wrote that, when, and what they said about it.
public struct Provenance: Hashable, Sendable {
  /// The change.
  public let change: ChangeID
  /// The first operation of the change, by which people name it.
  public let first: Dot
  /// Who, and when by their clock.
  public let stamp: Stamp
  /// What they said about the change.
  public let message: String?

  /// Where an operation comes from.
  public init(change: ChangeID, first: Dot, stamp: Stamp, message: String?) {
    self.change = change
    self.first = first
    self.stamp = stamp
    self.message = message
  }
}
