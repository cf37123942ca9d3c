public import QuanCore

/// A file that records refer to by the SHA-256 of its content.
///
/// The content is kept once, outside the rows, in chunks, so that memory does not grow with it. A record is of use
/// before its attachments arrive; until then ``isHere`` is false.
public struct Attachment: Hashable, Sendable {
  /// The SHA-256 of the content.
  public let hash: Digest
  /// The name that the file had; empty when nothing tells.
  public let name: String
  /// The size in bytes; `nil` when nothing tells.
  public let size: UInt64?
  /// Whether the content is here.
  public let isHere: Bool
  /// The replica on which it was attached.
  public let attachedBy: ReplicaID?

  /// An attachment of given parts.
  public init(hash: Digest, name: String, size: UInt64?, isHere: Bool, attachedBy: ReplicaID?) {
    self.hash = hash
    self.name = name
    self.size = size
    self.isHere = isHere
    self.attachedBy = attachedBy
  }
}

/// One place where a record refers to an attachment.
public struct AttachmentUse: Hashable, Sendable {
  /// The record.
  public let record: RecordID
  /// Its scope.
  public let scope: ScopeID
  /// The field.
  public let field: FieldID
  /// The content's hash.
  public let hash: Digest

  /// A place of given parts.
  public init(record: RecordID, scope: ScopeID, field: FieldID, hash: Digest) {
    self.record = record
    self.scope = scope
    self.field = field
    self.hash = hash
  }
}
