import Crypto
package import QuanCore

/// The file in which an attachment travels in a workspace of members; see *Format*, "Sealed attachment files".
///
/// It is sealed chunk by chunk (ChaCha20-Poly1305, RFC 8439), so that memory does not grow with the attachment. The key of a
/// content follows from the scope's key and the content's hash, and the nonce is the chunk's number: no two contents share
/// one.
package struct SealedAttachmentFile: Hashable, Sendable {
  private static let magic: [UInt8] = Array("QUANATTS".utf8)
  private static let tagSize: UInt64 = 16
  /// How many bytes stand before the first chunk.
  package static let headerSize: UInt64 = 48
  /// How many bytes of content a chunk has; the last may have fewer.
  package static let chunkSize: UInt64 = 1 << 18

  /// The workspace.
  package let workspace: WorkspaceID
  /// The ID of the scope's key.
  package let key: UInt64
  /// The size of the content in bytes.
  package let size: UInt64

  /// A file of given parts.
  package init(workspace: WorkspaceID, key: UInt64, size: UInt64) {
    self.workspace = workspace
    self.key = key
    self.size = size
  }

  /// The size of the file of a content.
  package static func fileSize(of size: UInt64) -> UInt64 {
    headerSize + size + tagSize * ((size + chunkSize - 1) / chunkSize) + 32
  }

  /// What stands before the first chunk.
  package var header: [UInt8] {
    var writer = ByteWriter()
    writer.append(Self.magic)
    writer.fixed64(0)
    writer.fixed64(workspace.high)
    writer.fixed64(workspace.low)
    writer.fixed64(key)
    writer.fixed64(size)
    return writer.bytes
  }

  /// Reads what stands before the first chunk, ``headerSize`` bytes, and compares the size with that of the file.
  package init(header bytes: [UInt8], fileSize: UInt64) throws(BundleError) {
    guard bytes.starts(with: Self.magic) else { throw .notABundle }
    guard bytes.count == Int(Self.headerSize) else { throw .tooShort }
    do throws(FormatError) {
      var reader = ByteReader(bytes, Self.magic.count..<bytes.count)
      let version = try reader.fixed64()
      guard version == 0 else { throw .newer("attachment") }
      let high = try reader.fixed64()
      workspace = WorkspaceID(high: high, low: try reader.fixed64())
      key = try reader.fixed64()
      size = try reader.fixed64()
    } catch .newer {
      throw .newerFormat(1)
    } catch {
      throw .tooShort
    }
    guard size < 1 << 48, Self.fileSize(of: size) == fileSize else { throw .damaged(part: "length") }
  }

  /// Compares the hash of the whole file with that at its end, reading in parts.
  package func verify(_ read: (_ offset: UInt64, _ count: Int) throws -> [UInt8]) throws {
    var whole = DigestHasher()
    let end = Self.fileSize(of: size) - 32
    var offset: UInt64 = 0
    while offset < end {
      let bytes = try read(offset, Int(min(end - offset, Self.chunkSize)))
      guard !bytes.isEmpty else { throw BundleError.tooShort }
      whole.update(bytes)
      offset += UInt64(bytes.count)
    }
    guard QuanCore.Digest(try read(end, 32)) == whole.finish() else { throw BundleError.damaged(part: "content") }
  }

  /// Seals the chunk at a place of the content, a multiple of ``chunkSize``.
  package func seal(
    _ chunk: [UInt8], at offset: UInt64, of hash: QuanCore.Digest, under scopeKey: ScopeKey
  ) throws -> [UInt8] {
    let box = try ChaChaPoly.seal(
      chunk, using: Self.key(of: hash, scopeKey), nonce: try Self.nonce(offset), authenticating: context(offset))
    return Array(box.ciphertext) + Array(box.tag)
  }

  /// Reads and opens the chunk at a place of the content, a multiple of ``chunkSize``.
  ///
  /// - Throws: ``BundleError``, and what `read` throws.
  package func open(
    at offset: UInt64, of hash: QuanCore.Digest, with scopeKey: ScopeKey,
    _ read: (_ offset: UInt64, _ count: Int) throws -> [UInt8]
  ) throws -> [UInt8] {
    let count = min(size - offset, Self.chunkSize) + Self.tagSize
    let place = Self.headerSize + offset + offset / Self.chunkSize * Self.tagSize
    let bytes = try read(place, Int(count))
    guard bytes.count == Int(count) else { throw BundleError.tooShort }
    let end = bytes.count - Int(Self.tagSize)
    guard
      let box = try? ChaChaPoly.SealedBox(
        nonce: try Self.nonce(offset), ciphertext: bytes[..<end], tag: bytes[end...]),
      let plain = try? ChaChaPoly.open(
        box, using: Self.key(of: hash, scopeKey), authenticating: context(offset))
    else { throw BundleError.damaged(part: "seal") }
    return Array(plain)
  }

  private static func key(of hash: QuanCore.Digest, _ scopeKey: ScopeKey) -> SymmetricKey {
    scopeKey.derived("quan attachment 0", hash.bytes)
  }

  private static func nonce(_ offset: UInt64) throws -> ChaChaPoly.Nonce {
    var writer = ByteWriter()
    writer.fixed64(offset / chunkSize)
    return try ChaChaPoly.Nonce(data: writer.bytes + [0, 0, 0, 0])
  }

  /// What a chunk is bound to: the header, and whether it is the last.
  private func context(_ offset: UInt64) -> [UInt8] { header + [offset + Self.chunkSize >= size ? 1 : 0] }

  /// The name that the file has in an exchange folder, in lower case: one for each scope and content.
  ///
  /// - Parameter secret: The first key of scope `shared`, which all members have: without it the name tells nothing, not
  ///   even to somebody who has the content.
  package static func name(of hash: QuanCore.Digest, in scope: ScopeID, _ secret: ScopeKey) -> String {
    var writer = ByteWriter()
    writer.dot(scope.dot)
    writer.append(hash.bytes)
    let derived = secret.derived("quan attachment name 0", writer.bytes)
    let words = QuanCore.Digest(sha256: unsafe derived.withUnsafeBytes { unsafe Array($0) }).words
    return (CrockfordBase32.encode(words.0) + CrockfordBase32.encode(words.1)).lowercased()
  }
}
