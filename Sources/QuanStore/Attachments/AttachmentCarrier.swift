import QuanCore
import QuanFormat

/// The file in which an attachment travels: in the clear in an open workspace, else sealed for a scope.
struct AttachmentCarrier {
  /// The name of the file, in lower case, without its ending.
  let name: String
  /// The size of a file for a content.
  let fileSize: (UInt64) -> UInt64
  /// Checks a file and gives the size of the content and the content in parts; `nil` when its key is not at hand.
  let open: (FileReader) throws -> (size: UInt64, part: (_ offset: UInt64, _ count: Int) throws -> [UInt8])?
  /// What stands before the content of a size.
  let header: (UInt64) -> [UInt8]
  /// What stands for the chunk of a content of a size, at a place of it.
  let chunk: (_ bytes: [UInt8], _ offset: UInt64, _ size: UInt64) throws -> [UInt8]

  /// The file of an open workspace.
  init(_ hash: Digest, in workspace: WorkspaceID) {
    name = AttachmentFile.name(of: hash, in: workspace)
    fileSize = { $0 + AttachmentFile.overhead }
    open = { source in
      let start = try source.read(at: 0, count: Int(AttachmentFile.contentOffset))
      let file = try AttachmentFile(header: start, fileSize: source.count)
      guard file.hash == hash, file.workspace == workspace else { throw BundleError.damaged(part: "header") }
      try file.verify { try source.read(at: $0, count: $1) }
      return (file.size, { try source.read(at: AttachmentFile.contentOffset + $0, count: $1) })
    }
    header = { AttachmentFile(workspace: workspace, hash: hash, size: $0).header }
    chunk = { bytes, _, _ in bytes }
  }

  /// The file for a scope of a workspace that is sealed.
  ///
  /// - Parameters:
  ///   - secret: The first key of `shared`.
  ///   - key: What is sealed under.
  init(
    _ hash: Digest, in workspace: WorkspaceID, for scope: ScopeID, _ secret: ScopeKey, under key: ScopeKey,
    _ keyring: Keyring
  ) {
    name = SealedAttachmentFile.name(of: hash, in: scope, secret)
    fileSize = { SealedAttachmentFile.fileSize(of: $0) }
    open = { source in
      let start = try source.read(at: 0, count: Int(SealedAttachmentFile.headerSize))
      let file = try SealedAttachmentFile(header: start, fileSize: source.count)
      guard file.workspace == workspace else { throw BundleError.damaged(part: "header") }
      guard let key = keyring[file.key] else { return nil }
      try file.verify { try source.read(at: $0, count: $1) }
      return (
        file.size,
        { offset, _ in try file.open(at: offset, of: hash, with: key) { try source.read(at: $0, count: $1) } }
      )
    }
    header = { SealedAttachmentFile(workspace: workspace, key: key.id, size: $0).header }
    chunk = { bytes, offset, size in
      try SealedAttachmentFile(workspace: workspace, key: key.id, size: size)
        .seal(bytes, at: offset, of: hash, under: key)
    }
  }
}

extension ReplicaFile {
  /// The files in which an attachment travels: one, or in a sealed workspace one for each of the scopes that refer to it
  /// and whose keys are at hand.
  func carriers(of hash: Digest, for scopes: Set<ScopeID>) throws -> [AttachmentCarrier] {
    guard isSealed else { return [AttachmentCarrier(hash, in: meta.workspace)] }
    try refreshKeyring()
    guard let secret = firstKey else { return [] }
    return try scopes.sorted().compactMap { scope in
      try sealingKey(of: scope).map {
        AttachmentCarrier(hash, in: meta.workspace, for: scope, secret, under: $0, keyring)
      }
    }
  }
}
