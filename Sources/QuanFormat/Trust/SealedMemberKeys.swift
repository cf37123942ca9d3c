import Crypto
import CryptoExtras
package import QuanCore

/// A member's private keys under a passphrase: scrypt (RFC 7914) makes a key of the passphrase, and ChaCha20-Poly1305
/// (RFC 8439) seals both keys under it.
package struct SealedMemberKeys: Hashable, Sendable {
  /// The cost that passphrases are guarded by today: 2^15 rounds over blocks of 8, which take 32 MiB and about a tenth of
  /// a second.
  package static let usualRounds = 1 << 15
  private static let blockSize = 8
  private static let parallelism = 1
  /// What is accepted from a file: more would stop a laptop.
  private static let roundLimit = 1 << 20

  /// How many rounds scrypt takes: a power of two.
  package let rounds: Int
  /// 16 random bytes.
  package let salt: [UInt8]
  /// Nonce, ciphertext and tag: 92 bytes.
  package let sealed: [UInt8]

  /// Keys as they were stored.
  package init(rounds: Int, salt: [UInt8], sealed: [UInt8]) {
    self.rounds = rounds
    self.salt = salt
    self.sealed = sealed
  }

  /// Seals keys; `nil` when the cipher fails.
  package init?(_ keys: MemberKeys, of member: ReplicaID, passphrase: String, salt: [UInt8]) {
    guard let key = Self.key(passphrase, salt, Self.usualRounds),
      let box = try? ChaChaPoly.seal(keys.signing + keys.agreement, using: key, authenticating: Self.context(member))
    else { return nil }
    self.init(rounds: Self.usualRounds, salt: salt, sealed: Array(box.combined))
  }

  /// Opens them; `nil` when the passphrase is another one, or something was changed.
  package func open(of member: ReplicaID, passphrase: String) -> MemberKeys? {
    guard let key = Self.key(passphrase, salt, rounds), let box = try? ChaChaPoly.SealedBox(combined: sealed),
      let plain = try? ChaChaPoly.open(box, using: key, authenticating: Self.context(member)), plain.count == 64
    else { return nil }
    return MemberKeys(signing: Array(plain.prefix(32)), agreement: Array(plain.suffix(32)))
  }

  private static func key(_ passphrase: String, _ salt: [UInt8], _ rounds: Int) -> SymmetricKey? {
    guard rounds > 1, rounds <= roundLimit, rounds & (rounds - 1) == 0 else { return nil }
    return try? KDF.Scrypt.deriveKey(
      from: Array(passphrase.utf8), salt: salt, outputByteCount: 32, rounds: rounds, blockSize: blockSize,
      parallelism: parallelism)
  }

  private static func context(_ member: ReplicaID) -> [UInt8] { Array("quan keys 0 \(member)".utf8) }
}
