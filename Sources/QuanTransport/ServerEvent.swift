public import QuanCore

/// Something that happened on a server, for its log.
public struct ServerEvent: Hashable, Sendable {
  /// What happened.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The server listens.
    case started
    /// Somebody was turned away before anything was said.
    case refused
    /// A member proved who it is; the conversation begins.
    case begun
    /// A conversation came to its end: both hold the same.
    case finished
    /// A conversation ended before; what was stored by then stays, and the next one goes on from there.
    case broken
    /// The server has stopped.
    case stopped
  }

  /// Why somebody was turned away, or a conversation broke.
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    /// No member has the key that was shown.
    case stranger
    /// The right of the member with that key has ended.
    case revoked
    /// It belongs to another workspace.
    case otherWorkspace = "other_workspace"
    /// No certificate was shown, or none over a member's sort of key.
    case noCertificate = "no_certificate"
    /// What came is no TLS 1.3, or was tampered with on the way.
    case handshake
    /// Nothing came for too long before the other end proved who it is.
    case slowHandshake = "slow_handshake"
    /// There are as many connections as may be, or as many of this member.
    case busy
    /// Too much has come from the address, or of the member, of late.
    case tooOften = "too_often"
    /// The connection was cut.
    case cut
    /// The other end was silent, or took nothing, for too long.
    case silent
    /// The other end claims an identity that does not follow from its key.
    case notItself = "not_itself"
    /// The other end said what it was not its turn to say.
    case unexpected
    /// Something was larger than may be.
    case overLimit = "over_limit"
    /// What came is damaged.
    case damaged
    /// The other end's version is another one.
    case otherVersion = "other_version"
    /// Bundle after bundle brought nothing.
    case barren
    /// The server stops.
    case stopping
    /// The server could not go on: its disk is full, say.
    case unable
    /// The other end ended the conversation.
    case leftByPeer = "left_by_peer"
  }

  /// What happened.
  public let kind: Kind
  /// When, by the server's clock.
  public let time: Instant
  /// The address of the other end, or the one that the server listens at.
  public let address: String
  /// The member, when it is known.
  public var member: ReplicaID?
  /// What the member's laptop is called.
  public var label = ""
  /// Why.
  public var reason: Reason?
  /// More about why, in English; never a record's values.
  public var detail = ""
  /// How many changes of the other end were taken in.
  public var changesTaken: UInt64 = 0
  /// How many changes it was given.
  public var changesGiven: UInt64 = 0
  /// How many bytes came.
  public var bytesReceived: UInt64 = 0
  /// How many bytes went.
  public var bytesSent: UInt64 = 0
  /// How long it took, in milliseconds.
  public var milliseconds: Int64 = 0

  init(_ kind: Kind, at time: Instant, _ address: String) {
    self.kind = kind
    self.time = time
    self.address = address
  }
}
