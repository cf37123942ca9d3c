import QuanCore
import QuanFormat

/// Keeps the changes that are being written here: one by one in the tail, or, when they are many, packed.
///
/// A single write costs one row. A batch is packed into segments as it goes, which deflate on another core.
struct LocalLog {
  /// A change with its canonical bytes, not yet stored.
  private struct Waiting {
    let change: Change
    let canonical: [UInt8]
    let digest: Digest
  }

  private var waiting: [Int: [Waiting]] = [:]
  private var size = 0
  private var order: [Int] = []

  /// Up to how many bytes of canonical changes a batch leaves in the tail.
  private static let tailLimit = 256 << 10

  /// Adds a change of a stream, which the digest before it belongs to.
  ///
  /// - Returns: The digest at the change.
  mutating func append(_ change: Change, after previous: Digest, to index: Int, _ file: ReplicaFile) throws -> Digest {
    let canonical = CanonicalChange.encode(change)
    let digest = DigestChain.next(previous, canonical)
    if waiting[index] == nil { order.append(index) }
    waiting[index, default: []].append(Waiting(change: change, canonical: canonical, digest: digest))
    size += canonical.count
    if size > SegmentLimits.cut { try pack(file) }
    return digest
  }

  /// Stores all that waits, and where the streams stand.
  mutating func finish(_ file: ReplicaFile) throws {
    if size > Self.tailLimit {
      try pack(file)
    } else {
      for index in order {
        for item in waiting[index] ?? [] { try file.appendToTail(item.change, item.canonical, item.digest, index) }
      }
    }
    for index in order { try file.streams.save(index, file.connection) }
    file.unlogged = .none
    waiting = [:]
    order = []
    size = 0
  }

  private mutating func pack(_ file: ReplicaFile) throws {
    for index in order {
      try file.packTail(index)
      guard let items = waiting[index], let first = items.first else { continue }
      let before = try file.digestBefore(first.change.number, in: file.streams.rows[index])
      var encoder = file.encoder(of: first.change.stream, from: before)
      for item in items {
        encoder.append(item.change, canonical: item.canonical)
        if encoder.isFull {
          try file.appendSegment(encoder.finish(.fast), to: index)
          encoder = file.encoder(of: item.change.stream, from: item.digest)
        }
      }
      if !encoder.isEmpty { try file.appendSegment(encoder.finish(.fast), to: index) }
      waiting[index] = []
    }
    file.unlogged = .none
    size = 0
  }
}
