package import QuanCore

/// An author's signature at the end of a segment; see *Format*, "Signature".
package struct SegmentSignature: Hashable, Sendable {
  /// The member whose key signs.
  package let signer: ReplicaID
  /// The number that the stream's replica follows from, with the signer's key; 0 for the member's first identity.
  package let nonce: UInt64
  /// The 64 bytes of the signature.
  package let bytes: [UInt8]

  /// A signature of given parts.
  package init(signer: ReplicaID, nonce: UInt64, bytes: [UInt8]) {
    self.signer = signer
    self.nonce = nonce
    self.bytes = bytes
  }

  /// Signs a place in a stream, and all before it; `nil` when the system has no randomness to blind it with.
  package init?(
    workspace: WorkspaceID, stream: StreamID, number: UInt64, digest: Digest, signer: ReplicaID, nonce: UInt64,
    keys: MemberKeys
  ) {
    guard let bytes = keys.sign(Self.signed(workspace, stream, number, digest)) else { return nil }
    self.init(signer: signer, nonce: nonce, bytes: bytes)
  }

  /// Whether it is the signature, by a key, of what a segment's header says, and the stream is the signer's.
  package func isValid(for header: SegmentHeader, in workspace: WorkspaceID, key: [UInt8]) -> Bool {
    guard MemberPublicKeys.identity(of: key, nonce: nonce) == header.stream.replica else { return false }
    let signed = Self.signed(workspace, header.stream, header.range.upperBound, header.digest)
    return MemberPublicKeys.verify(bytes, over: signed, by: key)
  }

  private static func signed(
    _ workspace: WorkspaceID, _ stream: StreamID, _ number: UInt64, _ digest: Digest
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(Array("quan segment 0".utf8))
    writer.fixed64(workspace.high)
    writer.fixed64(workspace.low)
    writer.fixed64(stream.replica.rawValue)
    writer.dot(stream.scope.dot)
    writer.varint(number)
    writer.append(digest.bytes)
    return writer.bytes
  }
}
