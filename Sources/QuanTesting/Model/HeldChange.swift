public import Quan
import QuanFormat

/// A change as some replica holds it: with its digest and the digest before it, which say exactly where it belongs.
public struct HeldChange: Hashable, Sendable {
  /// The change, as its author wrote it.
  public let change: Change
  /// The digest of its stream up to it.
  public let digest: Digest
  /// The digest before it.
  public let previous: Digest

  /// A change and its place.
  public init(change: Change, digest: Digest, previous: Digest) {
    self.change = change
    self.digest = digest
    self.previous = previous
  }

  /// The changes of a bundle, in the order of the file.
  public static func read(bundleAt path: String) throws -> [HeldChange] {
    let bytes = TemporaryFolder.read(path)
    let reader = try BundleReader(Bytes(bytes))
    var changes: [HeldChange] = []
    for index in reader.header.segments.indices {
      let segment = try reader.decode(try reader.segment(index), index)
      var previous = segment.header.previous
      for (position, digest) in segment.digests.enumerated() {
        changes.append(HeldChange(change: segment.change(position), digest: digest, previous: previous))
        previous = digest
      }
    }
    return changes
  }

  private struct Bytes: ByteSource {
    let bytes: [UInt8]
    var count: UInt64 { UInt64(bytes.count) }
    init(_ bytes: [UInt8]) { self.bytes = bytes }
    func read(at offset: UInt64, count: Int) throws -> [UInt8] {
      Array(bytes[min(Int(offset), bytes.count)..<min(Int(offset) + count, bytes.count)])
    }
  }
}
