import Dispatch
import QuanCore
import QuanFormat
import Synchronization

/// Keeps the changes that are being written here: one by one in the tail, or, when they are many, packed.
///
/// A single write costs one row. A batch is packed into segments as it goes, on another core.
struct LocalLog {
  private var waiting: [Int: [Packing.Item]] = [:]
  private var size = 0
  private var order: [Int] = []
  private var packings: [(index: Int, packing: Packing)] = []

  /// Up to how many bytes of canonical changes a batch leaves in the tail.
  private static let tailLimit = 256 << 10

  /// Up to how many bytes of canonical changes wait to be packed: what waits is many times larger in memory, and so is
  /// what is being packed meanwhile.
  private static let packLimit = SegmentLimits.cut * 3 / 8

  /// Adds a change of a stream, which the digest before it belongs to.
  ///
  /// - Returns: The digest at the change.
  mutating func append(_ change: Change, after previous: Digest, to index: Int, _ file: ReplicaFile) throws -> Digest {
    let canonical = CanonicalChange.encode(change)
    guard canonical.count <= SegmentLimits.inflated / 2 else {
      throw StoreError(.overLimit, "a change has at most \(SegmentLimits.inflated / 2) bytes; write several")
    }
    let digest = DigestChain.next(previous, canonical)
    if waiting[index] == nil { order.append(index) }
    waiting[index, default: []].append(
      Packing.Item(change: change, canonical: canonical, previous: previous, digest: digest))
    size += canonical.count
    if size > Self.packLimit { try pack(file) }
    return digest
  }

  /// Stores all that waits, and where the streams stand.
  mutating func finish(_ file: ReplicaFile) throws {
    if size > Self.tailLimit || !packings.isEmpty {
      try pack(file)
      while !packings.isEmpty { try store(packings.removeFirst(), file) }
    } else {
      for index in order {
        for item in waiting[index] ?? [] {
          try file.appendToTail(item.change, item.canonical, item.digest, index)
        }
      }
    }
    for index in order { try file.streams.save(index, file.connection) }
    file.unlogged = .none
    waiting = [:]
    order = []
    size = 0
  }

  /// Has what waits packed; of earlier packings at most one is left under way, so that memory stays bounded.
  private mutating func pack(_ file: ReplicaFile) throws {
    for index in order {
      guard let items = waiting[index], !items.isEmpty else { continue }
      if !packings.contains(where: { $0.index == index }) { try file.packTail(index) }
      packings.append((index, Packing(items, forked: file.streams.forked)))
      waiting[index] = []
      while packings.count > 1 { try store(packings.removeFirst(), file) }
    }
    size = 0
  }

  private func store(_ one: (index: Int, packing: Packing), _ file: ReplicaFile) throws {
    for segment in one.packing.segments() {
      try file.appendSegment(segment, to: one.index)
      file.unlogged.drop(upTo: segment.header.range.upperBound, of: one.index)
    }
  }
}

/// Changes of one stream that are being packed on another core.
final class Packing: Sendable {
  /// A change with its canonical bytes, and the digests before and at it.
  struct Item: Sendable {
    let change: Change
    let canonical: [UInt8]
    let previous: Digest
    let digest: Digest
  }

  private let packed = Mutex<[Segment]>([])
  private let done = DispatchSemaphore(value: 0)

  /// Starts packing changes that follow each other.
  init(_ items: [Item], forked: Set<StreamID>) {
    DispatchQueue.global(qos: .userInitiated).async { [self] in
      var segments: [Segment] = []
      var encoder: SegmentEncoder?
      for item in items {
        var current =
          encoder ?? SegmentEncoder(stream: item.change.stream, previous: item.previous, forked: forked)
        encoder = nil
        current.append(item.change, canonical: item.canonical)
        if current.isFull { segments.append(current.finish(.fast)) } else { encoder = current }
      }
      if var last = encoder { segments.append(last.finish(.fast)) }
      packed.withLock { $0 = segments }
      done.signal()
    }
  }

  /// The segments, once they are packed; to be called once.
  func segments() -> [Segment] {
    done.wait()
    return packed.withLock { $0 }
  }
}
