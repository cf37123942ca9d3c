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
    by vector: VersionVector, signedWith keys: MemberKeys?, progress: (WorkProgress) throws -> Void
  ) throws -> [Export] {
    self.keys = keys
    defer { self.keys = nil }
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

  /// The bytes of a segment, packed small and signed; what was packed in haste is packed again, once.
  private func packSmall(_ id: Int64) throws -> [UInt8] {
    let bytes = try segmentBytes(id)
    let known = try connection.statement("SELECT is_small FROM quan_segment WHERE id=?")
    known.bind(1, id)
    let isSmall = try known.step() && known.integer(0) == 1
    known.reset()
    let header = try Segment.header(of: bytes).0
    let signature = header.signature == nil && meta.founder != nil ? try signature(for: header) : nil
    if isSmall && signature == nil { return bytes }
    let segment = try Segment(bytes)
    var deflated = segment.deflated
    if !isSmall {
      let content = try Deflate.inflate(deflated, 0..<deflated.count, size: header.inflatedSize)
      deflated = Deflate.deflate(content, .small)
    }
    let small = Segment(header: signature.map { header.signed($0) } ?? header, deflated: deflated).bytes
    let update = try connection.statement("UPDATE quan_segment SET bytes=?, is_small=1 WHERE id=?")
    update.bind(1, small)
    update.bind(2, id)
    try update.run()
    return small
  }
}
