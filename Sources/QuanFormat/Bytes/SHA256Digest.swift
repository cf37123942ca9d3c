import Crypto
package import QuanCore

extension QuanCore.Digest {
  /// SHA-256 of some bytes.
  package init(sha256 bytes: [UInt8]) {
    var hasher = DigestHasher()
    hasher.update(bytes)
    self = hasher.finish()
  }
}

/// SHA-256 of bytes that come in parts.
package struct DigestHasher {
  private var hasher = SHA256()

  package init() {}

  package mutating func update(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe hasher.update(bufferPointer: $0) }
  }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) { unsafe hasher.update(bufferPointer: bytes) }

  package func finish() -> QuanCore.Digest {
    let result = hasher.finalize()
    return unsafe result.withUnsafeBytes { bytes in
      func word(_ index: Int) -> UInt64 {
        UInt64(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
      }
      return QuanCore.Digest(words: (word(0), word(1), word(2), word(3)))
    }
  }
}
