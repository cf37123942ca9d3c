import Crypto
package import QuanCore

/// The key that what is in a scope is sealed under, during one epoch.
package struct ScopeKey: Hashable, Sendable {
  /// The scope.
  package let scope: ScopeID
  /// Which epoch of the scope, from 1; two admins who begin one unaware of each other give it one number.
  package let epoch: UInt64
  /// The 32 bytes of the key.
  package let bytes: [UInt8]
  /// What names it in the clear: 64 bits that follow from all of the above, and from which none of it follows.
  package let id: UInt64

  /// A key of 32 bytes.
  package init(scope: ScopeID, epoch: UInt64, bytes: [UInt8]) {
    self.scope = scope
    self.epoch = epoch
    self.bytes = bytes
    var writer = ByteWriter()
    writer.append(Array("quan scope key 0".utf8))
    writer.dot(scope.dot)
    writer.varint(epoch)
    writer.append(bytes)
    id = QuanCore.Digest(sha256: writer.bytes).check
  }

  /// A key for one use, which follows from this one.
  func derived(_ use: String, _ context: [UInt8] = []) -> SymmetricKey {
    var code = HMAC<SHA256>(key: SymmetricKey(data: bytes))
    code.update(data: Array(use.utf8))
    code.update(data: context)
    return SymmetricKey(data: Array(code.finalize()))
  }
}

/// A scope's key as it is sealed to one member: HPKE (RFC 9180) in base mode with X25519, HKDF-SHA256 and ChaCha20-Poly1305.
package enum KeyGrant {
  private static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly
  private static let encapsulatedSize = 32
  /// How many bytes a sealed key has.
  package static let size = encapsulatedSize + 32 + 16

  /// Seals a key to a member; `nil` when the member's key is none.
  package static func seal(_ key: ScopeKey, to agreement: [UInt8], in workspace: WorkspaceID) -> [UInt8]? {
    guard let recipient = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: agreement),
      var sender = try? HPKE.Sender(recipientKey: recipient, ciphersuite: suite, info: recipient.rawRepresentation),
      let sealed = try? sender.seal(key.bytes, authenticating: context(key.scope, key.epoch, key.id, workspace))
    else { return nil }
    return Array(sender.encapsulatedKey) + Array(sealed)
  }

  /// Opens a sealed key with the keys of the member that it is for; `nil` when it is not for it, or not what it says.
  package static func open(
    _ sealed: [UInt8], scope: ScopeID, epoch: UInt64, id: UInt64, with keys: MemberKeys, in workspace: WorkspaceID
  ) -> ScopeKey? {
    guard sealed.count == size,
      let own = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: keys.agreement),
      let encapsulated = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: sealed[..<encapsulatedSize]),
      var recipient = try? HPKE.Recipient(
        privateKey: own, ciphersuite: suite, info: own.publicKey.rawRepresentation,
        encapsulatedKey: encapsulated.rawRepresentation),
      let bytes = try? recipient.open(
        Array(sealed[encapsulatedSize...]), authenticating: context(scope, epoch, id, workspace))
    else { return nil }
    let key = ScopeKey(scope: scope, epoch: epoch, bytes: Array(bytes))
    return key.id == id ? key : nil
  }

  private static func context(_ scope: ScopeID, _ epoch: UInt64, _ id: UInt64, _ workspace: WorkspaceID) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(Array("quan grant 0".utf8))
    writer.fixed64(workspace.high)
    writer.fixed64(workspace.low)
    writer.dot(scope.dot)
    writer.varint(epoch)
    writer.fixed64(id)
    return writer.bytes
  }
}
