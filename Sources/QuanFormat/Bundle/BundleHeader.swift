package import QuanCore

/// One line of a bundle's table of segments.
package struct BundleSegment: Hashable, Sendable {
  /// The segment's own header, repeated so that a reader can plan before it reads the segments.
  package let header: SegmentHeader
  /// The size of the segment's bytes.
  package let size: UInt64
  /// Their SHA-256.
  package let hash: QuanCore.Digest

  /// A line for a segment.
  package init(header: SegmentHeader, size: UInt64, hash: QuanCore.Digest) {
    self.header = header
    self.size = size
    self.hash = hash
  }

  /// A line for a segment's bytes.
  package init(_ bytes: [UInt8]) throws(FormatError) {
    header = try Segment.header(of: bytes).0
    size = UInt64(bytes.count)
    hash = QuanCore.Digest(sha256: bytes)
  }
}

/// The clear header of a bundle; see *Format*, "Bundles".
package struct BundleHeader: Hashable, Sendable {
  /// The eight bytes that every bundle begins with: `QUANBNDL`.
  package static let magic: [UInt8] = Array("QUANBNDL".utf8)
  /// The format that this version writes, and the highest that it reads.
  package static let version: UInt64 = 0

  /// The workspace.
  package let workspace: WorkspaceID
  /// The replica that wrote the bundle.
  package let sender: ReplicaID
  /// When, by its clock.
  package let time: Instant
  /// How many kinds the sender knew.
  package let schemaVersion: UInt64
  /// The segments, each after those of the bundle that it builds on.
  package let segments: [BundleSegment]

  /// A header of given parts.
  package init(
    workspace: WorkspaceID, sender: ReplicaID, time: Instant, schemaVersion: UInt64, segments: [BundleSegment]
  ) {
    self.workspace = workspace
    self.sender = sender
    self.time = time
    self.schemaVersion = schemaVersion
    self.segments = segments
  }

  /// What a replica must hold to take in all of the bundle: what the segments attach to and require, less what the
  /// bundle brings itself; ascending.
  package var prerequisites: [Dependency] {
    var needed: Set<Dependency> = []
    for segment in segments {
      needed.formUnion(segment.header.requires)
      if segment.header.attachment.tip.number > 0 { needed.insert(segment.header.attachment) }
    }
    let streams = Dictionary(grouping: segments, by: \.header.stream)
    return needed.filter { place in
      !(streams[place.stream] ?? []).contains { segment in
        guard segment.header.range.contains(place.tip.number) else { return false }
        // Within a segment the header cannot tell; at its end the digest must be the one that is meant.
        return place.tip.number < segment.header.range.upperBound || segment.header.end == place
      }
    }
    .sorted()
  }

  /// The places that the bundle's segments end at, ascending.
  package var brings: [Dependency] { Set(segments.map(\.header.end)).sorted() }

  /// The bytes from the magic to the hash of the header.
  package func encode() -> [UInt8] {
    var body = ByteWriter()
    body.fixed64(workspace.high)
    body.fixed64(workspace.low)
    body.fixed64(sender.rawValue)
    body.zigzag(time.milliseconds)
    body.varint(schemaVersion)
    put(prerequisites, &body)
    put(brings, &body)
    body.varint(UInt64(segments.count))
    for segment in segments {
      var inner = ByteWriter()
      segment.header.encode(to: &inner)
      body.varint(UInt64(inner.bytes.count))
      body.append(inner.bytes)
      body.varint(segment.size)
      body.append(segment.hash.bytes)
    }
    var writer = ByteWriter()
    writer.append(Self.magic)
    writer.varint(Self.version)
    writer.varint(0)  // required features
    writer.varint(0)  // optional features
    writer.fixed64(UInt64(body.bytes.count))
    writer.append(body.bytes)
    writer.append(QuanCore.Digest(sha256: writer.bytes).bytes)
    return writer.bytes
  }

  private func put(_ places: [Dependency], _ writer: inout ByteWriter) {
    writer.varint(UInt64(places.count))
    for place in places { writer.dependency(place) }
  }

  /// Reads the part of a header behind its length.
  init(body bytes: [UInt8], _ range: Range<Int>) throws(FormatError) {
    var reader = ByteReader(bytes, range)
    let high = try reader.fixed64()
    workspace = WorkspaceID(high: high, low: try reader.fixed64())
    sender = ReplicaID(rawValue: try reader.fixed64())
    time = Instant(milliseconds: try reader.zigzag())
    schemaVersion = try reader.varint()
    let prerequisites = try reader.dependencies()
    let brings = try reader.dependencies()
    var segments: [BundleSegment] = []
    for _ in 0..<(try reader.count("segments", minimum: 100)) {
      let length = try reader.count("segment header")
      var inner = ByteReader(bytes, try reader.range(length))
      let header = try SegmentHeader(&inner)
      try inner.finish()
      let size = try reader.varint()
      guard size <= UInt64(SegmentLimits.inflated) * 2 else { throw .overLimit("segment") }
      guard let hash = QuanCore.Digest(try reader.take(32)) else { throw .truncated(offset: reader.offset) }
      segments.append(BundleSegment(header: header, size: size, hash: hash))
    }
    try reader.finish()
    self.segments = segments
    guard prerequisites == self.prerequisites, brings == self.brings else {
      throw .invalid("prerequisites", offset: range.lowerBound)
    }
  }
}
