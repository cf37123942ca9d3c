/// How much a server lets itself in for.
public struct ServerLimits: Hashable, Sendable {
  /// How many connections there are at once, those that have not proved who they are among them.
  public var connections = 512
  /// How many conversations with one member there are at once.
  public var conversationsOfAMember = 4
  /// How many conversations one member begins in a minute.
  public var conversationsAMinute = 60
  /// How many times a minute an address may fail to prove who it is, before it is turned away for the rest of it.
  public var failuresAMinute = 30
  /// How long the other end has to prove who it is.
  public var handshake = Duration.seconds(15)
  /// How long the other end may be silent, or take nothing.
  public var patience = Duration.seconds(60)
  /// How long a server that stops waits for what is being stored.
  public var farewell = Duration.seconds(30)

  /// What suits a district's server.
  public init() {}
}
