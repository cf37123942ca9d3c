import QuanCore

/// Bytes that can be read at any place: a file.
package protocol ByteSource: Sendable {
  /// How many bytes there are.
  var count: UInt64 { get }
  /// The bytes at a place; fewer when the source ends before.
  func read(at offset: UInt64, count: Int) throws -> [UInt8]
}

/// Reads a bundle piece by piece; memory does not grow with the bundle.
package struct BundleReader: Sendable {
  private let source: any ByteSource
  /// The header, whose hash has been found right.
  package let header: BundleHeader
  private let offsets: [UInt64]
  private let headerBytes: [UInt8]

  private static let headerLimit: UInt64 = 64 << 20
  private static let preludeSize = 64

  /// Reads the header, and looks whether the file is as long as it announces.
  ///
  /// - Throws: ``BundleError``, and what the source throws.
  package init(_ source: any ByteSource) throws {
    self.source = source
    let prelude = try source.read(at: 0, count: Self.preludeSize)
    let magic = BundleHeader.magic
    guard !prelude.isEmpty else { throw BundleError.tooShort }
    guard prelude.prefix(magic.count).elementsEqual(magic.prefix(prelude.count)) else {
      throw BundleError.notABundle
    }
    let (start, size) = try Self.prelude(prelude)
    guard size <= Self.headerLimit else { throw BundleError.overLimit("header") }
    let end = UInt64(start) + size
    guard end + 64 <= source.count else { throw BundleError.tooShort }
    let bytes = try source.read(at: 0, count: Int(end) + 32)
    guard bytes.count == Int(end) + 32 else { throw BundleError.tooShort }
    guard QuanCore.Digest(sha256: Array(bytes[..<Int(end)])) == QuanCore.Digest(bytes[Int(end)...]) else {
      throw BundleError.damaged(part: "header")
    }
    do {
      header = try BundleHeader(body: bytes, start..<Int(end))
    } catch FormatError.overLimit(let what) {
      throw BundleError.overLimit(what)
    } catch FormatError.newer(let what) {
      throw BundleError.unknownFeature(what)
    } catch {
      throw BundleError.damaged(part: "header")
    }
    var offsets: [UInt64] = []
    var next = end + 32
    for segment in header.segments {
      offsets.append(next)
      next += segment.size
    }
    guard next + 32 <= source.count else { throw BundleError.tooShort }
    guard next + 32 == source.count else { throw BundleError.damaged(part: "end") }
    offsets.append(next)
    self.offsets = offsets
    headerBytes = bytes
  }

  /// Version, features and the length of the header's body.
  private static func prelude(_ bytes: [UInt8]) throws -> (start: Int, size: UInt64) {
    do {
      var reader = ByteReader(bytes)
      _ = try reader.take(BundleHeader.magic.count)
      let version = try reader.varint()
      guard version <= BundleHeader.version else { throw BundleError.newerFormat(version) }
      let required = try reader.count("features")
      if required > 0 { throw BundleError.unknownFeature(try reader.string()) }
      for _ in 0..<(try reader.count("features")) { _ = try reader.string() }
      let size = try reader.fixed64()
      return (reader.offset, size)
    } catch let error as FormatError {
      if case .truncated = error { throw BundleError.tooShort }
      throw BundleError.damaged(part: "header")
    }
  }

  /// The bytes of a segment, whose hash has been found right.
  ///
  /// - Throws: ``BundleError/damaged(part:)``, and what the source throws.
  package func segment(_ index: Int) throws -> [UInt8] {
    let line = header.segments[index]
    let bytes = try source.read(at: offsets[index], count: Int(line.size))
    guard UInt64(bytes.count) == line.size, QuanCore.Digest(sha256: bytes) == line.hash else {
      throw BundleError.damaged(part: "segment \(index + 1) of \(header.segments.count)")
    }
    return bytes
  }

  /// Unpacks a segment's bytes, and looks whether its header is the one that the table repeats.
  ///
  /// - Returns: The segment, and its bytes in the clear.
  /// - Throws: ``EnvelopeError`` when it is sealed and cannot be opened, or its content is not what its header says;
  ///   ``BundleError``.
  package func decode(_ bytes: [UInt8], _ index: Int, with keyring: Keyring) throws -> (
    segment: DecodedSegment, clear: [UInt8]
  ) {
    do {
      let (header, start) = try Segment.header(of: bytes)
      guard header == self.header.segments[index].header else {
        throw BundleError.damaged(part: "table of segments")
      }
      guard header.seal != nil else { return (try DecodedSegment(header, bytes, start..<bytes.count), bytes) }
      let clear = try Envelope.open(bytes, with: keyring)
      // The file is whole: a content that is no segment was sealed so.
      do throws(FormatError) {
        let (header, start) = try Segment.header(of: clear)
        return (try DecodedSegment(header, clear, start..<clear.count), clear)
      } catch {
        throw EnvelopeError.lying
      }
    } catch FormatError.overLimit(let what) {
      throw BundleError.overLimit(what)
    } catch FormatError.newer(let what) {
      throw BundleError.unknownFeature(what)
    } catch let error as FormatError {
      throw BundleError.damaged(part: "content of segment \(index + 1) of \(self.header.segments.count) (\(error))")
    }
  }

  /// Unpacks the bytes of a segment that is not sealed.
  package func decode(_ bytes: [UInt8], _ index: Int) throws -> DecodedSegment {
    try decode(bytes, index, with: Keyring()).segment
  }

  /// Looks as deep into a segment as can be without a replica: unpacks it, or where it is sealed and no key is at hand
  /// compares its content with its header.
  package func check(_ index: Int, with keyring: Keyring) throws {
    let bytes = try segment(index)
    do {
      _ = try decode(bytes, index, with: keyring)
    } catch EnvelopeError.noKey {
      guard try Envelope.isWhole(bytes) else { throw BundleError.damaged(part: "seal of segment \(index + 1)") }
    } catch is EnvelopeError {
      throw BundleError.damaged(part: "seal of segment \(index + 1) of \(header.segments.count)")
    }
  }

  /// Looks whether the hash of the whole file is right.
  package func verifyWhole() throws {
    var hasher = DigestHasher()
    var offset: UInt64 = 0
    let end = offsets[offsets.count - 1]
    while offset < end {
      let bytes = try source.read(at: offset, count: Int(min(1 << 20, end - offset)))
      guard !bytes.isEmpty else { throw BundleError.tooShort }
      hasher.update(bytes)
      offset += UInt64(bytes.count)
    }
    guard hasher.finish() == QuanCore.Digest(try source.read(at: end, count: 32)) else {
      throw BundleError.damaged(part: "hash of the whole file")
    }
  }
}

/// Writes a bundle, piece by piece.
package enum BundleWriter {
  /// Writes header, segments and the hash of the whole.
  ///
  /// - Parameters:
  ///   - header: The header; its table tells the sizes and hashes of the segments.
  ///   - segment: Gives the bytes of each segment, in order.
  ///   - sink: Takes the bytes of the file, in order.
  package static func write(
    _ header: BundleHeader, segment: (Int) throws -> [UInt8], to sink: ([UInt8]) throws -> Void
  ) throws {
    var hasher = DigestHasher()
    func put(_ bytes: [UInt8]) throws {
      hasher.update(bytes)
      try sink(bytes)
    }
    try put(header.encode())
    for index in header.segments.indices { try put(try segment(index)) }
    try sink(hasher.finish().bytes)
  }
}
