import QuanCore
import QuanFormat

/// Small segments of a stream that follow one another become one: every exchange adds a segment to the log, and a header
/// and a signature for each would be most of what a new laptop has to take in.
extension ReplicaFile {
  /// When segments are drawn together.
  private enum Coalescing {
    /// A segment that takes at most so many bytes is small.
    static let small: Int64 = 4 << 10
    /// So many small ones in a row are worth it.
    static let least = 8
    /// About so many bytes of canonical changes make one segment, so that looking up one change unpacks little.
    static let cut = 64 << 10
  }

  /// A small segment of the log.
  private struct Piece {
    let id: Int64
    let range: ClosedRange<UInt64>
    let key: UInt64?
    /// Who signed it, and with which nonce; `nil` when it bears no signature.
    let owner: Owner?
  }

  /// Draws small segments of a row together that follow one another, bear the same signer's name and were sealed under
  /// the same key; what comes of it ends where one of them did, so that its signature vouches for all of it.
  ///
  /// No segment is made to reach over a place at which a known replica stands, or at which somebody's right changes:
  /// whoever lacks what is behind that place gets that alone.
  ///
  /// - Parameter places: The places where known replicas stand, of all streams.
  func coalesce(_ index: Int, but places: () throws -> Set<Dependency>) throws {
    let row = streams.rows[index]
    // What a workspace was sealed with and who may read it is looked at segment by segment.
    guard row.parent == nil, !streams.hasChildren(index), !(isSealed && row.id.scope == .shared) else { return }
    let runs = try smallRuns(of: index)
    guard !runs.isEmpty else { return }
    var ends = Set(try places().filter { $0.stream == row.id }.map(\.tip.number))
    if let membership = try membership() {
      ends.formUnion(membership.boundaries(of: try owner(of: row), in: row.id))
    }
    for run in runs {
      for part in run.split(after: { ends.contains($0.range.upperBound) }) where part.count >= Coalescing.least {
        try coalesce(part, of: row)
      }
    }
  }

  /// The runs of small segments of a row that are worth drawing together.
  private func smallRuns(of index: Int) throws -> [ArraySlice<Piece>] {
    let statement = try connection.statement(
      """
      SELECT s.id, s.first, s.last, s.key, g.signer, g.nonce FROM quan_segment s
      LEFT JOIN quan_signature g ON g.digest = s.digest WHERE s.stream=? AND length(s.bytes)<=? ORDER BY s.last
      """)
    statement.bind(1, index)
    statement.bind(2, Coalescing.small)
    var pieces: [Piece] = []
    while try statement.step() {
      pieces.append(
        Piece(
          id: statement.integer(0), range: statement.bits(1)...statement.bits(2),
          key: statement.isNull(3) ? nil : statement.bits(3),
          owner: statement.isNull(4)
            ? nil : Owner(member: ReplicaID(rawValue: statement.bits(4)), nonce: statement.bits(5))))
    }
    let isSealed = isSealed
    var runs: [ArraySlice<Piece>] = []
    for piece in pieces.indices where !isSealed || pieces[piece].owner != nil {
      if let last = runs.last?.last, last.range.upperBound + 1 == pieces[piece].range.lowerBound,
        last.key == pieces[piece].key, last.owner == pieces[piece].owner
      {
        runs[runs.count - 1] = pieces[runs[runs.count - 1].startIndex...piece]
      } else {
        runs.append(pieces[piece...piece])
      }
    }
    return runs.filter { $0.count >= Coalescing.least }
  }

  private func coalesce(_ pieces: ArraySlice<Piece>, of row: StreamRow) throws {
    var encoder = self.encoder(of: row.id, from: try digestBefore(pieces[pieces.startIndex].range.lowerBound, in: row))
    var drawn: [Int64] = []
    var size = 0
    for piece in pieces {
      let segment = try decode(try segmentBytes(piece.id))
      for change in 0..<segment.changeCount {
        let raw = segment.change(change)
        let canonical = CanonicalChange.encode(raw)
        size += canonical.count
        encoder.append(raw, canonical: canonical)
      }
      drawn.append(piece.id)
      guard size >= Coalescing.cut || piece.id == pieces.last?.id else { continue }
      if drawn.count > 1 { try replace(drawn, by: encoder.finish(.small)) }
      encoder = self.encoder(of: row.id, from: segment.header.digest)
      drawn = []
      size = 0
    }
  }

  /// Puts a segment in the place of those that it was made of; it takes the row of the last one.
  private func replace(_ ids: [Int64], by segment: Segment) throws {
    guard let last = ids.last else { return }
    for id in ids.dropLast() {
      let remove = try connection.statement("DELETE FROM quan_segment WHERE id=?")
      remove.bind(1, id)
      try remove.run()
    }
    let update = try connection.statement(
      "UPDATE quan_segment SET first=?, is_small=1, bytes=? WHERE id=? AND digest=?")
    update.bind(1, bits: segment.header.range.lowerBound)
    update.bind(2, segment.bytes)
    update.bind(3, last)
    update.bind(4, segment.header.digest.bytes)
    try update.run()
    guard connection.changedRowCount == 1 else {
      throw StoreError(.damaged, "a segment of the log is gone")
    }
    cachedSegments = []
  }
}

extension ArraySlice {
  /// The stretches that end with the elements for which `isEnd` holds.
  fileprivate func split(after isEnd: (Element) -> Bool) -> [ArraySlice<Element>] {
    var stretches: [ArraySlice<Element>] = []
    var start = startIndex
    for place in indices where isEnd(self[place]) || place == endIndex - 1 {
      stretches.append(self[start...place])
      start = place + 1
    }
    return stretches
  }
}
