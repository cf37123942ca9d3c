public import QuanCore
import QuanFormat

extension Replica {
  // MARK: Attaching

  /// Attaches a file to a record: keeps its content, and sets the register or adds to the set.
  ///
  /// The content of a file that is attached twice is kept once. It is kept as long as any value refers to it, also a
  /// value that history alone holds.
  /// - Throws: ``StoreError`` with code `notFound`, `invalid` when the field takes no attachments or the file is empty,
  ///   `inputOutput`, `outOfSpace`. Nothing is kept then.
  /// - Complexity: O(*n*) in the size of the file, in constant memory.
  @discardableResult
  public func attach(
    fileAt path: String, to id: RecordID, field: FieldID, author: String? = nil, message: String? = nil
  ) throws -> Attachment {
    guard let record = try record(id), let definition = record.kind.field(field) else {
      throw StoreError(.notFound, "there is no such record or field", subject: id.description)
    }
    guard definition.type == .attachment, definition.container == .register || definition.container == .set else {
      throw StoreError(.invalid, "the field takes no attachments", subject: definition.name)
    }
    let hash = try write(author: author, message: message) { transaction in
      let hash = try transaction.attach(fileAt: path, in: record.scope, progress: environment.progress)
      if definition.container == .set {
        try transaction.add(id, field, .attachment(hash))
      } else {
        try transaction.set(id, field, to: .attachment(hash))
      }
      return hash
    }
    return try attachment(hash)
  }

  // MARK: Looking

  /// What is known of an attachment.
  public func attachment(_ hash: Digest) throws -> Attachment { try read { try $0.attachment(hash) } }

  /// Where the records that are there refer to attachments.
  ///
  /// - Complexity: O(*n*) in the records of kinds that have such fields.
  public func attachmentUses() throws -> [AttachmentUse] { try read { try $0.attachmentUses() } }

  /// Where a record, and the records that refer to it, refer to attachments.
  ///
  /// - Throws: ``StoreError`` with code `notFound`, `ambiguous`.
  /// - Complexity: O(*n*) in the rows of kinds that have fields for attachments.
  public func attachmentUses(of record: RecordID) throws -> [AttachmentUse] {
    try read { try $0.attachmentUses(of: record) }
  }

  /// Writes an attachment into a file, whole or not at all.
  ///
  /// - Throws: ``StoreError`` with code `notFound` when the content is not here, `alreadyExists` when a file is there
  ///   and is not to be replaced, `outOfSpace`, `readOnly`, `inputOutput`.
  public func writeAttachment(_ hash: Digest, to path: String, replacing: Bool = false) throws {
    guard replacing || File.kind(of: path) == .nothing else {
      throw StoreError(.alreadyExists, "there is a file already", subject: path)
    }
    try read { file in
      guard let size = try file.content(hash)?.size else {
        throw StoreError(.notFound, "the attachment is not here yet", subject: hash.description)
      }
      let meter = ByteMeter(.carrying, of: size, environment.progress)
      try File.writeDurably(to: path, mode: 0o600) { sink in
        try file.eachChunk(of: hash) { bytes in
          try sink(bytes)
          try meter.add(bytes.count)
        }
      }
    }
  }

  // MARK: Limits

  /// The size in bytes up to which a scope's attachments travel: 20 MiB unless the scope says otherwise.
  public func attachmentLimit(of scope: ScopeID) throws -> UInt64 { try read { try $0.attachmentLimit(of: scope) } }

  /// Says, for all replicas, up to which size a scope's attachments travel.
  public func setAttachmentLimit(of scope: ScopeID, to bytes: UInt64, author: String? = nil) throws {
    guard scope != .shared else {
      throw StoreError(.invalid, "the shared scope has no limit of its own", subject: scope.description)
    }
    try write(author: author) { transaction in
      try transaction.set(scope.dot, BuiltIn.scopeAttachmentLimit, to: .integer(Int64(clamping: bytes)))
    }
  }
}
