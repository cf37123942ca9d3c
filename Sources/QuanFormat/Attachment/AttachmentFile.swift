package import QuanCore

/// The file in which an attachment travels; see *Format*, "Attachment files".
///
/// It is read and written in parts, so that memory does not grow with the attachment.
package struct AttachmentFile: Hashable, Sendable {
  private static let magic: [UInt8] = Array("QUANATTA".utf8)
  /// How many bytes stand before the content.
  package static let contentOffset: UInt64 = 72
  /// How many bytes stand before and behind the content.
  package static let overhead: UInt64 = contentOffset + 32

  /// The workspace.
  package let workspace: WorkspaceID
  /// The SHA-256 of the content.
  package let hash: QuanCore.Digest
  /// The size of the content in bytes.
  package let size: UInt64

  /// A file of given parts.
  package init(workspace: WorkspaceID, hash: QuanCore.Digest, size: UInt64) {
    self.workspace = workspace
    self.hash = hash
    self.size = size
  }

  /// What stands before the content.
  package var header: [UInt8] {
    var writer = ByteWriter()
    writer.append(Self.magic)
    writer.fixed64(0)
    writer.fixed64(workspace.high)
    writer.fixed64(workspace.low)
    writer.append(hash.bytes)
    writer.fixed64(size)
    return writer.bytes
  }

  /// Reads what stands before the content, ``contentOffset`` bytes, and compares the size with that of the file.
  package init(header bytes: [UInt8], fileSize: UInt64) throws(BundleError) {
    guard bytes.starts(with: Self.magic) else { throw .notABundle }
    guard bytes.count == Int(Self.contentOffset), let hash = QuanCore.Digest(bytes[32..<64]) else { throw .tooShort }
    func fixed64(_ offset: Int) -> UInt64 {
      bytes[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    guard fixed64(8) == 0 else { throw .newerFormat(fixed64(8)) }
    workspace = WorkspaceID(high: fixed64(16), low: fixed64(24))
    self.hash = hash
    size = fixed64(64)
    guard fileSize >= Self.overhead, fileSize - Self.overhead == size else { throw .damaged(part: "length") }
  }

  /// Reads a file through, in parts, and compares its hashes.
  ///
  /// - Parameter read: Gives the bytes at a place of the file.
  package func verify(_ read: (_ offset: UInt64, _ count: Int) throws -> [UInt8]) throws {
    var whole = DigestHasher()
    whole.update(header)
    var content = DigestHasher()
    var offset: UInt64 = 0
    while offset < size {
      let bytes = try read(Self.contentOffset + offset, Int(min(size - offset, 1 << 18)))
      guard !bytes.isEmpty else { throw BundleError.tooShort }
      whole.update(bytes)
      content.update(bytes)
      offset += UInt64(bytes.count)
    }
    let ending = try read(Self.contentOffset + size, 32)
    guard content.finish() == hash, QuanCore.Digest(ending) == whole.finish() else {
      throw BundleError.damaged(part: "content")
    }
  }

  /// The name that the file has in an exchange folder: one for each workspace and content, in lower case.
  ///
  /// It is a hash of the content's hash and tells nothing of the record or of the file that was attached.
  package var name: String { Self.name(of: hash, in: workspace) }

  /// The name of the file of a content.
  package static func name(of hash: QuanCore.Digest, in workspace: WorkspaceID) -> String {
    var writer = ByteWriter()
    writer.append("attachment".utf8)
    writer.fixed64(workspace.high)
    writer.fixed64(workspace.low)
    writer.append(hash.bytes)
    let words = QuanCore.Digest(sha256: writer.bytes).words
    return (CrockfordBase32.encode(words.0) + CrockfordBase32.encode(words.1)).lowercased()
  }
}
