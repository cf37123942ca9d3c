import Crypto
package import QuanCore

/// What the header of a sealed segment says beside what it says of the segment; see *Format*, "Sealed segments".
package struct Seal: Hashable, Sendable {
  /// The ID of the key that it is sealed under.
  package let key: UInt64
  /// The member that sealed it.
  package let sealer: ReplicaID
  /// The SHA-256 of the sealed content.
  package let content: QuanCore.Digest
  /// The 64 bytes of the sealer's signature over all of the header, and the workspace.
  package let signature: [UInt8]

  /// A seal of given parts.
  package init(key: UInt64, sealer: ReplicaID, content: QuanCore.Digest, signature: [UInt8]) {
    self.key = key
    self.sealer = sealer
    self.content = content
    self.signature = signature
  }
}

/// Why an envelope is not opened.
package enum EnvelopeError: Error, Hashable, Sendable {
  /// The key that it names is not at hand.
  case noKey
  /// The segment is not sealed.
  case notSealed
  /// Its content was not sealed under the key that it names, or not with its header; or what it holds is no segment that
  /// its header describes.
  case lying
  /// The system has no randomness to blind a signature with, or no such key exists.
  case noSignature
}

/// Seals segments and opens them: ChaCha20-Poly1305 (RFC 8439) under a key that follows from the scope's, with the clear header as
/// associated data, and a nonce that follows from key, header and content, so that no two contents ever share one.
package enum Envelope {
  private static let nonceSize = 12
  private static let tagSize = 16

  /// How much larger a sealed content is than the clear one.
  package static let overhead = nonceSize + tagSize

  /// Seals a segment.
  ///
  /// - Parameter header: The sealed header of an earlier sealing of the same bytes, whose signature is used again.
  package static func seal(
    _ segment: [UInt8], under key: ScopeKey, in workspace: WorkspaceID, by sealer: ReplicaID, with keys: MemberKeys,
    as header: SegmentHeader? = nil
  ) throws -> [UInt8] {
    let (clear, start) = try Segment.header(of: segment)
    guard clear.seal == nil else { throw EnvelopeError.lying }
    let context = context(clear, key.id)
    let plain = Array(segment[start...])
    var code = HMAC<SHA256>(key: key.derived("quan nonce 0"))
    code.update(data: context)
    code.update(data: plain)
    let nonce = Array(code.finalize().prefix(nonceSize))
    guard let cipherNonce = try? ChaChaPoly.Nonce(data: nonce),
      let box = try? ChaChaPoly.seal(
        plain, using: key.derived("quan seal 0"), nonce: cipherNonce, authenticating: context)
    else { throw EnvelopeError.noSignature }
    var content: [UInt8] = []
    content.reserveCapacity(plain.count + overhead)
    content += nonce
    content += box.ciphertext
    content += box.tag
    if let header { return Segment(header: header, deflated: content).bytes }
    let digest = QuanCore.Digest(sha256: content)
    guard let signature = keys.sign(signed(clear, key.id, digest, workspace)) else { throw EnvelopeError.noSignature }
    let seal = Seal(key: key.id, sealer: sealer, content: digest, signature: signature)
    return Segment(header: clear.sealed(seal), deflated: content).bytes
  }

  /// The bytes of the segment in an envelope.
  ///
  /// - Throws: ``EnvelopeError``, and ``FormatError`` when the header cannot be read.
  package static func open(_ bytes: [UInt8], with keyring: Keyring) throws -> [UInt8] {
    let (header, start) = try Segment.header(of: bytes)
    guard let seal = header.seal else { throw EnvelopeError.notSealed }
    guard let key = keyring[seal.key] else { throw EnvelopeError.noKey }
    guard key.scope == header.stream.scope, bytes.count >= start + overhead else { throw EnvelopeError.lying }
    let clear = header.unsealed
    let end = bytes.count - tagSize
    guard let nonce = try? ChaChaPoly.Nonce(data: bytes[start..<start + nonceSize]),
      let box = try? ChaChaPoly.SealedBox(
        nonce: nonce, ciphertext: bytes[start + nonceSize..<end], tag: bytes[end...]),
      let plain = try? ChaChaPoly.open(
        box, using: key.derived("quan seal 0"), authenticating: context(clear, seal.key))
    else { throw EnvelopeError.lying }
    return Segment(header: clear, deflated: Array(plain)).bytes
  }

  /// Whether a seal is by whom it names, given that one's key; what it seals is not looked at.
  package static func isValid(_ header: SegmentHeader, in workspace: WorkspaceID, key: [UInt8]) -> Bool {
    guard let seal = header.seal else { return false }
    let signed = signed(header.unsealed, seal.key, seal.content, workspace)
    return MemberPublicKeys.verify(seal.signature, over: signed, by: key)
  }

  /// Whether a sealed segment's content is the one that its header names.
  package static func isWhole(_ bytes: [UInt8]) throws(FormatError) -> Bool {
    let (header, start) = try Segment.header(of: bytes)
    return header.seal?.content == QuanCore.Digest(sha256: Array(bytes[start...]))
  }

  private static func context(_ clear: SegmentHeader, _ key: UInt64) -> [UInt8] {
    var writer = ByteWriter()
    clear.encode(to: &writer)
    writer.fixed64(key)
    return writer.bytes
  }

  private static func signed(
    _ clear: SegmentHeader, _ key: UInt64, _ content: QuanCore.Digest, _ workspace: WorkspaceID
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(Array("quan envelope 0".utf8))
    writer.fixed64(workspace.high)
    writer.fixed64(workspace.low)
    clear.encode(to: &writer)
    writer.fixed64(key)
    writer.append(content.bytes)
    return writer.bytes
  }
}
