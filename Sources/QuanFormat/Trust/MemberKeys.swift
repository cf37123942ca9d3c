import Crypto
package import QuanCore

/// A member's private keys: Ed25519 (RFC 8032) for signing, X25519 (RFC 7748) for what is sealed to it.
package struct MemberKeys: Sendable {
  /// The 32 bytes of the signing key.
  package let signing: [UInt8]
  /// The 32 bytes of the agreement key.
  package let agreement: [UInt8]
  private let signer: Curve25519.Signing.PrivateKey
  /// What others know of the keys.
  package let `public`: MemberPublicKeys

  /// Keys of 32 random bytes each; `nil` when there are not so many.
  package init?(signing: [UInt8], agreement: [UInt8]) {
    guard let signer = try? Curve25519.Signing.PrivateKey(rawRepresentation: signing),
      let agreementKey = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: agreement)
    else { return nil }
    self.signing = signing
    self.agreement = agreement
    self.signer = signer
    `public` = MemberPublicKeys(
      signing: Array(signer.publicKey.rawRepresentation), agreement: Array(agreementKey.publicKey.rawRepresentation))
  }

  /// The 64 bytes of a signature; `nil` when the system has no randomness to blind it with.
  package func sign(_ bytes: [UInt8]) -> [UInt8]? { (try? signer.signature(for: bytes)).map { Array($0) } }
}

/// What others know of a member's keys.
package struct MemberPublicKeys: Hashable, Sendable {
  /// The 32 bytes of the Ed25519 key.
  package let signing: [UInt8]
  /// The 32 bytes of the X25519 key.
  package let agreement: [UInt8]

  /// Keys of given bytes.
  package init(signing: [UInt8], agreement: [UInt8]) {
    self.signing = signing
    self.agreement = agreement
  }

  /// Whether a signature over some bytes is by the signing key.
  package static func verify(_ signature: [UInt8], over bytes: [UInt8], by key: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else { return false }
    return key.isValidSignature(signature, for: bytes)
  }

  /// The identity that follows from a signing key and a number: a member's laptop needs no leave to take a new one, and
  /// nobody else can write under it.
  package static func identity(of signing: [UInt8], nonce: UInt64) -> ReplicaID {
    var writer = ByteWriter()
    writer.append(Array("quan identity 0".utf8))
    writer.append(signing)
    writer.fixed64(nonce)
    return ReplicaID(rawValue: QuanCore.Digest(sha256: writer.bytes).check)
  }

  /// The workspace that a founder's signing key makes: its ID says who founded it.
  package static func workspace(foundedBy signing: [UInt8]) -> WorkspaceID {
    let digest = QuanCore.Digest(sha256: Array("quan workspace 0".utf8) + signing)
    return WorkspaceID(high: digest.words.0, low: digest.words.1)
  }
}
