/// The identity of a change: its stream and its number there.
public struct ChangeID: Hashable, Sendable, CustomStringConvertible {
  /// The stream, by the name its replica goes by here.
  public let stream: StreamID
  /// The number, from 1.
  public let number: UInt64

  /// Names a change.
  public init(stream: StreamID, number: UInt64) {
    self.stream = stream
    self.number = number
  }

  /// `REPLICA/SCOPE:NUMBER`.
  public var description: String { "\(stream):\(number)" }
}
