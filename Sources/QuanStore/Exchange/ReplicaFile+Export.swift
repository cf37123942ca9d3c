import QuanCore
import QuanFormat

extension ReplicaFile {
  /// A segment that is to go into a bundle.
  struct Export {
    let id: Int64
    let line: BundleSegment
  }

  /// The segments that a replica with a vector lacks, each after those it builds on: `shared` first, then in the
  /// order in which they came.
  ///
  /// Packs the tails of the streams first, and packs small what was packed in haste.
  func lacked(
    by vector: VersionVector, progress: (WorkProgress) throws -> Void
  ) throws -> [Export] {
    let held = try held(by: vector)
    var ids: [(scope: ScopeID, id: Int64)] = []
    for row in streams.rows where row.number > max(row.forkNumber, held[row.index] ?? 0) {
      try packTail(row.index)
      for id in try segments(of: row.index, from: (held[row.index] ?? 0) + 1) { ids.append((row.id.scope, id)) }
    }
    ids.sort { ($0.scope == .shared ? 0 : 1, $0.id) < ($1.scope == .shared ? 0 : 1, $1.id) }
    return try ids.enumerated().map { number, item in
      try progress(WorkProgress(.packing, number, of: ids.count))
      let bytes = try packSmall(item.id)
      do {
        return Export(id: item.id, line: try BundleSegment(bytes))
      } catch {
        throw StoreError(.damaged, "a segment of the log is damaged (\(error))")
      }
    }
  }

  /// Up to which change a replica with a vector holds each row of the table of streams.
  func held(by vector: VersionVector) throws -> [Int: UInt64] {
    var held: [Int: UInt64] = [:]
    for place in vector.places {
      guard let row = try row(at: place) else { continue }
      for stretch in streams.path(to: row.index) {
        let upTo = stretch.index == row.index ? place.tip.number : stretch.number
        held[stretch.index] = max(held[stretch.index] ?? 0, upTo)
      }
    }
    return held
  }

  /// The bytes of a segment, packed small; what was packed in haste is packed again, once.
  private func packSmall(_ id: Int64) throws -> [UInt8] {
    let bytes = try segmentBytes(id)
    let known = try connection.statement("SELECT is_small FROM quan_segment WHERE id=?")
    known.bind(1, id)
    let isSmall = try known.step() && known.integer(0) == 1
    known.reset()
    if isSmall { return bytes }
    let segment = try Segment(bytes)
    let content = try Deflate.inflate(segment.deflated, 0..<segment.deflated.count, size: segment.header.inflatedSize)
    let small = Segment(header: segment.header, deflated: Deflate.deflate(content, .small)).bytes
    let update = try connection.statement("UPDATE quan_segment SET bytes=?, is_small=1 WHERE id=?")
    update.bind(1, small)
    update.bind(2, id)
    try update.run()
    return small
  }
}
