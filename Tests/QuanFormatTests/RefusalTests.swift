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
}
