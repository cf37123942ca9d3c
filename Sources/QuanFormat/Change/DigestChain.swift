package import QuanCore

/// The chain of digests of a stream: d(0) names workspace and stream, d(n) = SHA-256(d(n-1) || change n).
package enum DigestChain {
  private static let domain = Array("quan stream 0".utf8)
  private static let forkDomain = Array("fork".utf8)

  /// d(0) of a stream.
  package static func start(workspace: WorkspaceID, stream: StreamID) -> QuanCore.Digest {
    var writer = ByteWriter()
    writer.append(domain)
    writer.fixed64(workspace.high)
    writer.fixed64(workspace.low)
    writer.fixed64(stream.replica.rawValue)
    writer.dot(stream.scope.dot)
    return Digest(sha256: writer.bytes)
  }

  /// d(n) from d(n-1) and the canonical bytes of change n.
  package static func next(_ previous: QuanCore.Digest, _ canonical: [UInt8]) -> QuanCore.Digest {
    var link = Link()
    return link.next(previous) { $0.append(canonical) }
  }

  /// Makes one digest of a chain after another, in the same room.
  struct Link {
    private var writer = ByteWriter()

    /// d(n) from d(n-1) and what writes the canonical bytes of change n.
    mutating func next(_ previous: QuanCore.Digest, _ putCanonical: (inout ByteWriter) -> Void) -> QuanCore.Digest {
      writer.removeAll()
      writer.digest(previous)
      putCanonical(&writer)
      return Digest(sha256: writer.bytes)
    }
  }

  /// The name that a branch of a forked stream goes by: the first 64 bits of
  /// SHA-256("fork" || the stream's replica, big-endian || digest of the branch's first change).
  package static func branchName(of replica: ReplicaID, first: QuanCore.Digest) -> ReplicaID {
    var bytes = forkDomain
    for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: replica.rawValue >> UInt64(56 - shift * 8))) }
    bytes.append(contentsOf: first.bytes)
    return ReplicaID(rawValue: Digest(sha256: bytes).check)
  }
}
