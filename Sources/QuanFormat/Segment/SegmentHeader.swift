package import QuanCore

/// The clear header of a segment; see *Format*, "Segments".
package struct SegmentHeader: Hashable, Sendable {
  /// The stream whose changes it carries.
  package let stream: StreamID
  /// The numbers of the first and last change.
  package let range: ClosedRange<UInt64>
  /// The counter of the last operation.
  package let lastCounter: UInt64
  /// The digest before the first change.
  package let previous: QuanCore.Digest
  /// The digest at the last change.
  package let digest: QuanCore.Digest
  /// How many operations it carries.
  package let operationCount: Int
  /// For each other stream that its changes list, the highest place: what must be held to take it in.
  package let requires: [Dependency]
  /// The size of the content, inflated.
  package let inflatedSize: Int
  /// Its author's signature; `nil` when it bears none.
  package let signature: SegmentSignature?
  /// How its content is sealed; `nil` when it is in the clear.
  package let seal: Seal?

  /// A header of given parts.
  package init(
    stream: StreamID, range: ClosedRange<UInt64>, lastCounter: UInt64, previous: QuanCore.Digest,
    digest: QuanCore.Digest, operationCount: Int, requires: [Dependency], inflatedSize: Int,
    signature: SegmentSignature? = nil, seal: Seal? = nil
  ) {
    self.stream = stream
    self.range = range
    self.lastCounter = lastCounter
    self.previous = previous
    self.digest = digest
    self.operationCount = operationCount
    self.requires = requires
    self.inflatedSize = inflatedSize
    self.signature = signature
    self.seal = seal
  }

  /// The header with a signature.
  package func signed(_ signature: SegmentSignature) -> SegmentHeader { with(signature, seal) }

  /// The header of the same segment when it is sealed.
  func sealed(_ seal: Seal) -> SegmentHeader { with(signature, seal) }

  /// The header of the same segment in the clear.
  package var unsealed: SegmentHeader { with(signature, nil) }

  private func with(_ signature: SegmentSignature?, _ seal: Seal?) -> SegmentHeader {
    SegmentHeader(
      stream: stream, range: range, lastCounter: lastCounter, previous: previous, digest: digest,
      operationCount: operationCount, requires: requires, inflatedSize: inflatedSize, signature: signature, seal: seal)
  }

  /// The place that it ends at.
  package var end: Dependency {
    Dependency(stream, Tip(number: range.upperBound, check: digest.check))
  }

  /// The place that it attaches to; number 0 for the beginning of the stream.
  package var attachment: Dependency {
    Dependency(stream, Tip(number: range.lowerBound - 1, check: previous.check))
  }

  /// How the content is packed.
  private enum Packing: UInt8 {
    case clear = 1
    case sealed = 2
  }

  /// Who vouches for a segment.
  private enum SignatureKind: UInt8 {
    case none = 0
    case ed25519 = 1
  }

  package func encode(to writer: inout ByteWriter) {
    writer.byte((seal == nil ? Packing.clear : .sealed).rawValue)
    writer.fixed64(stream.replica.rawValue)
    writer.dot(stream.scope.dot)
    writer.varint(range.lowerBound)
    writer.varint(UInt64(range.count))
    writer.varint(lastCounter)
    writer.append(previous.bytes)
    writer.append(digest.bytes)
    writer.varint(UInt64(operationCount))
    writer.varint(UInt64(requires.count))
    for dependency in requires { writer.dependency(dependency) }
    writer.varint(UInt64(inflatedSize))
    if let signature {
      writer.byte(SignatureKind.ed25519.rawValue)
      writer.fixed64(signature.signer.rawValue)
      writer.fixed64(signature.nonce)
      writer.append(signature.bytes)
    } else {
      writer.byte(SignatureKind.none.rawValue)
    }
    guard let seal else { return }
    writer.fixed64(seal.key)
    writer.fixed64(seal.sealer.rawValue)
    writer.append(seal.content.bytes)
    writer.append(seal.signature)
  }

  package init(_ reader: inout ByteReader) throws(FormatError) {
    let offset = reader.offset
    guard let packing = Packing(rawValue: try reader.byte()) else { throw .newer("packing of a segment") }
    let replica = ReplicaID(rawValue: try reader.fixed64())
    stream = StreamID(replica, ScopeID(try reader.dot()))
    let first = try reader.varint()
    let count = try reader.varint()
    guard first > 0, count > 0, count <= UInt64(SegmentLimits.operations), first <= UInt64.max - count else {
      throw .invalid("range of a segment", offset: offset)
    }
    range = first...first + (count - 1)
    lastCounter = try reader.varint()
    guard lastCounter <= SegmentLimits.counter else { throw .overLimit("counter") }
    guard let previous = QuanCore.Digest(try reader.take(32)), let digest = QuanCore.Digest(try reader.take(32)) else {
      throw .truncated(offset: offset)
    }
    self.previous = previous
    self.digest = digest
    let operations = try reader.varint()
    guard operations >= count, operations <= UInt64(SegmentLimits.operations) else { throw .overLimit("operations") }
    operationCount = Int(operations)
    requires = try reader.dependencies()
    let size = try reader.varint()
    guard size <= UInt64(SegmentLimits.inflated) else { throw .overLimit("inflated size") }
    inflatedSize = Int(size)
    switch SignatureKind(rawValue: try reader.byte()) {
    case .some(.none): signature = nil
    case .ed25519:
      let signer = ReplicaID(rawValue: try reader.fixed64())
      let nonce = try reader.fixed64()
      signature = SegmentSignature(signer: signer, nonce: nonce, bytes: Array(try reader.take(64)))
    case nil: throw .newer("signature")
    }
    guard packing == .sealed else {
      seal = nil
      return
    }
    let key = try reader.fixed64()
    let sealer = ReplicaID(rawValue: try reader.fixed64())
    guard let content = QuanCore.Digest(try reader.take(32)) else { throw .truncated(offset: offset) }
    seal = Seal(key: key, sealer: sealer, content: content, signature: Array(try reader.take(64)))
  }
}

/// What a segment may be at most.
package enum SegmentLimits {
  /// Operations of a segment, and so of a change.
  package static let operations = 1 << 20
  /// Elements of all columns together: columns that hold one value throughout take no bytes, only memory.
  package static let elements = 1 << 25
  /// The highest place in a text, and the most scalars of a run.
  package static let position = UInt64(1) << 32
  /// The highest counter of an operation.
  package static let counter = UInt64(Int64.max)
  /// Where a writer cuts, in bytes of content before packing.
  package static let cut = 4 << 20
  /// The size of the content that a reader accepts; one change may be larger than the cut.
  package static let inflated = 64 << 20
}
