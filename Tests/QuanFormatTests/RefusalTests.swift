import QuanCore
import QuanFormat
import Testing

@Suite("Each reason for refusing a bundle has its own error")
struct RefusalTests {
  @Test("what is no bundle is told from what is cut")
  func notABundle() {
    #expect(throws: BundleError.notABundle) { try readWhole(Array("PK\u{3}\u{4} some zip file".utf8)) }
    #expect(throws: BundleError.tooShort) { try readWhole([]) }
    #expect(throws: BundleError.tooShort) { try readWhole(Array("QUAN".utf8)) }
  }

  @Test("a later format and an unknown feature ask for an update")
  func newerFormat() throws {
    var bytes = try golden("golden.quanbundle")
    bytes[8] = 9
    #expect(throws: BundleError.newerFormat(9)) { try readWhole(bytes) }
    var writer = ByteWriter()
    writer.append(BundleHeader.magic)
    writer.varint(0)
    writer.varint(1)
    writer.string("sealed")
    #expect(throws: BundleError.unknownFeature("sealed")) { try readWhole(writer.bytes) }
  }

  @Test("a header of a huge declared size is refused before anything is allocated")
  func hugeHeader() throws {
    var writer = ByteWriter()
    writer.append(BundleHeader.magic)
    writer.varint(0)
    writer.varint(0)
    writer.varint(0)
    writer.fixed64(1 << 60)
    #expect(throws: BundleError.overLimit("header")) { try readWhole(writer.bytes + [UInt8](repeating: 0, count: 100)) }
  }

  @Test("a segment that announces more than the limit is refused before it is inflated")
  func hugeSegment() throws {
    let reader = try BundleReader(Bytes(bytes: try golden("golden.quanbundle")))
    let header = reader.header.segments[0].header
    let huge = SegmentHeader(
      stream: header.stream, range: header.range, lastCounter: header.lastCounter, previous: header.previous,
      digest: header.digest, operationCount: header.operationCount, requires: header.requires,
      inflatedSize: SegmentLimits.inflated + 1)
    var writer = ByteWriter()
    huge.encode(to: &writer)
    #expect(throws: (any Error).self) { _ = try Segment.header(of: writer.bytes) }
  }

  @Test("a segment whose bytes inflate to another size than declared is refused")
  func wrongInflatedSize() throws {
    let reader = try BundleReader(Bytes(bytes: try golden("golden.quanbundle")))
    let segment = try reader.segment(0)
    let (header, start) = try Segment.header(of: segment)
    let body = try Deflate.inflate(segment, start..<segment.count, size: header.inflatedSize)
    #expect(throws: FormatError.self) {
      _ = try Deflate.inflate(segment, start..<segment.count, size: header.inflatedSize - 1)
    }
    #expect(throws: FormatError.self) {
      _ = try Deflate.inflate(segment, start..<segment.count, size: header.inflatedSize + 1)
    }
    #expect(body.count == header.inflatedSize)
  }

  @Test("integers have one form: overlong and overflowing ones are refused")
  func canonicalIntegers() throws {
    for bytes: [UInt8] in [[0x80, 0x00], [0xFF, 0x80, 0x00], Array(repeating: 0xFF, count: 10) + [1], [0x80]] {
      var reader = ByteReader(bytes)
      #expect(throws: FormatError.self) { _ = try reader.varint() }
    }
    for value: UInt64 in [0, 1, 127, 128, 300, 1 << 32, .max] {
      var writer = ByteWriter()
      writer.varint(value)
      var reader = ByteReader(writer.bytes)
      #expect(try reader.varint() == value)
      #expect(reader.isAtEnd)
    }
    for value: Int64 in [0, -1, 1, .min, .max] {
      #expect(ByteReader.unzigzagged(ByteWriter.zigzagged(value)) == value)
    }
  }

  /// The header of a one-change segment with some parts replaced, as a reader finds it.
  private func header(lastCounter: UInt64 = 1, operations: Int = 1) throws -> SegmentHeader {
    let stream = StreamID(ReplicaID(rawValue: 1), .shared)
    let header = SegmentHeader(
      stream: stream, range: 1...1, lastCounter: lastCounter, previous: Digest(sha256: []), digest: Digest(sha256: []),
      operationCount: operations, requires: [], inflatedSize: 10)
    var writer = ByteWriter()
    header.encode(to: &writer)
    var reader = ByteReader(writer.bytes)
    return try SegmentHeader(&reader)
  }

  @Test("counters and operations above the limits are refused: sums of them cannot overflow")
  func limits() throws {
    #expect(try header().operationCount == 1)
    #expect(throws: FormatError.overLimit("counter")) { try header(lastCounter: .max) }
    #expect(throws: FormatError.overLimit("operations")) { try header(operations: SegmentLimits.operations + 1) }
  }

  @Test("columns that hold one value throughout cannot fill the memory")
  func constantColumns() throws {
    var writer = ByteWriter()
    writer.byte(0)
    writer.varint(7)
    var reader = ByteReader(writer.bytes)
    reader.allowance = 100
    #expect(try IntegerColumn.decode(100, from: &reader).count == 100)
    var second = ByteReader(writer.bytes)
    second.allowance = 100
    #expect(throws: FormatError.overLimit("elements")) { try IntegerColumn.decode(101, from: &second) }
  }

  @Test("a later packing or kind of signature asks for an update, and is not called damage")
  func laterForms() throws {
    let reader = try BundleReader(Bytes(bytes: try golden("golden.quanbundle")))
    var segment = try reader.segment(0)
    // The packing stands behind the length of the header.
    let start = segment[0] < 0x80 ? 1 : 2
    var signed = segment
    segment[start] = 3
    #expect(throws: FormatError.newer("packing of a segment")) { _ = try Segment.header(of: segment) }
    // The kind of signature is the last byte of a header that bears none.
    let content = try Segment.header(of: signed).1
    signed[content - 1] = 2
    #expect(throws: FormatError.newer("signature")) { _ = try Segment.header(of: signed) }
  }
}
