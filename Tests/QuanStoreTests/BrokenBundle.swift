import QuanCore
import QuanFormat
import Testing

/// Bundles whose hashes are right, as a faulty or hostile program would write them, and whose content is not.
enum BrokenBundle {
  private struct Bytes: ByteSource {
    let bytes: [UInt8]
    var count: UInt64 { UInt64(bytes.count) }
    func read(at offset: UInt64, count: Int) throws -> [UInt8] {
      Array(bytes[Int(offset)..<Int(offset) + count])
    }
  }

  /// A bundle like another, with the content of its last segment changed and all hashes over it made anew.
  static func content(of bundle: [UInt8]) throws -> [UInt8] {
    let reader = try BundleReader(Bytes(bytes: bundle))
    var segments = try reader.header.segments.indices.map { try reader.segment($0) }
    let last = try #require(segments.indices.last)
    let (header, start) = try Segment.header(of: segments[last])
    var body = try Deflate.inflate(segments[last], start..<segments[last].count, size: header.inflatedSize)
    body[body.count / 2] ^= 0x5A
    segments[last] = Array(segments[last][..<start]) + Deflate.deflate(body, .fast)
    let old = reader.header
    let new = BundleHeader(
      workspace: old.workspace, sender: old.sender, time: old.time, schemaVersion: old.schemaVersion,
      segments: try segments.map { try BundleSegment($0) })
    var written: [UInt8] = []
    try BundleWriter.write(new, segment: { segments[$0] }, to: { written += $0 })
    return written
  }
}
