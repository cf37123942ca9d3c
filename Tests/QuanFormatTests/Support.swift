import Foundation
import QuanCore
import QuanFormat
import Testing

/// A golden file of this target.
func golden(_ name: String) throws -> [UInt8] {
  let url = try #require(Bundle.module.url(forResource: "Golden/\(name)", withExtension: nil))
  return Array(try Data(contentsOf: url))
}

/// Bytes as a file.
struct Bytes: ByteSource {
  let bytes: [UInt8]
  var count: UInt64 { UInt64(bytes.count) }
  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    let start = min(Int(offset), bytes.count)
    return Array(bytes[start..<min(start + count, bytes.count)])
  }
}

/// Reads a bundle as whoever takes it in does: every hash, digest and column.
func readWhole(_ bytes: [UInt8]) throws -> [Change] {
  let reader = try BundleReader(Bytes(bytes: bytes))
  try reader.verifyWhole()
  var changes: [Change] = []
  for index in reader.header.segments.indices {
    let segment = try reader.decode(try reader.segment(index), index)
    changes += (0..<segment.changeCount).map { segment.change($0) }
  }
  return changes
}

/// A bundle of given segments, with all hashes right.
func bundle(_ segments: [[UInt8]], like header: BundleHeader) throws -> [UInt8] {
  let lines = try segments.map { try BundleSegment($0) }
  let header = BundleHeader(
    workspace: header.workspace, sender: header.sender, time: header.time, schemaVersion: header.schemaVersion,
    segments: lines)
  var bytes: [UInt8] = []
  try BundleWriter.write(header, segment: { segments[$0] }, to: { bytes += $0 })
  return bytes
}
