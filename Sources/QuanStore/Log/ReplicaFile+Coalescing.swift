import QuanCore
import QuanFormat

/// Small segments of a stream that follow one another become one: every exchange adds a segment to the log, and a header
/// for each would be most of what a new laptop has to take in.
extension ReplicaFile {
  /// When segments are drawn together.
  private enum Coalescing {
    /// A segment that takes at most so many bytes is small.
    static let small = 4 << 10
    /// So many small ones of a stream are worth it.
    static let least = 8
    /// About so many bytes of canonical changes make one segment, so that looking up one change unpacks little.
    static let cut = 64 << 10
    /// Within about so many bytes of the log segments may come to miss each other's changes, and are then taken in
    /// together.
    static let window = 1 << 20
  }

  /// A small segment of the log.
  private struct Piece {
    let id: Int64
    /// The row of its stream.
    let index: Int
    let range: ClosedRange<UInt64>
    let size: Int
  }

  /// Draws small segments of a scope together that follow one another in their stream; in an open workspace only, as who
  /// lacks a change that others build on has to cut them again, and a signature vouches for a segment by its end.
  ///
  /// No segment is made to reach over a place at which a known replica stands: whoever lacks what is behind that place
  /// gets that alone. Nor does one reach far in the log: those that miss each other's changes have to be unpacked together.
  ///
  /// - Parameters:
  ///   - rows: The rows of the streams of which segments may be drawn together.
  ///   - places: The places where known replicas stand, of all streams.
  func coalesce(_ scope: ScopeID, _ rows: Set<Int>, but places: () throws -> Set<Dependency>) throws {
    guard !isSealed else { return }
    let rows = rows.filter { streams.rows[$0].parent == nil && !streams.hasChildren($0) }
    var ends: [Int: Set<UInt64>] = [:]
    for window in try windows(of: scope) {
      for (index, pieces) in Dictionary(grouping: window, by: \.index) where rows.contains(index) {
        guard pieces.count >= Coalescing.least else { continue }
        let stream = streams.rows[index].id
        let own = try ends[index] ?? Set(places().filter { $0.stream == stream }.map(\.tip.number))
        ends[index] = own
        for run in runs(pieces, endingAt: own) where run.count >= Coalescing.least {
          try coalesce(run, of: streams.rows[index])
        }
      }
    }
  }

  /// The small segments of a scope that come one after another in the log, in parts that are not large together.
  private func windows(of scope: ScopeID) throws -> [[Piece]] {
    let statement = try connection.statement(
      "SELECT id, stream, first, last, length(bytes) FROM quan_segment ORDER BY id")
    var windows: [[Piece]] = [[]]
    var size = 0
    while try statement.step() {
      let index = Int(statement.integer(1))
      guard streams.rows.indices.contains(index), streams.rows[index].id.scope == scope else { continue }
      let piece = Piece(
        id: statement.integer(0), index: index, range: statement.bits(2)...statement.bits(3),
        size: Int(statement.integer(4)))
      size += piece.size
      if piece.size > Coalescing.small || size > Coalescing.window {
        windows.append([])
        size = 0
      }
      if piece.size <= Coalescing.small { windows[windows.count - 1].append(piece) }
    }
    return windows
  }

  /// The runs of one stream's small segments that can be one segment.
  private func runs(_ pieces: [Piece], endingAt ends: Set<UInt64>) -> [ArraySlice<Piece>] {
    var runs: [ArraySlice<Piece>] = []
    for place in pieces.indices {
      let piece = pieces[place]
      if let run = runs.last, let last = run.last, last.range.upperBound + 1 == piece.range.lowerBound,
        !ends.contains(last.range.upperBound)
      {
        runs[runs.count - 1] = pieces[run.startIndex...place]
      } else {
        runs.append(pieces[place...place])
      }
    }
    return runs
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
