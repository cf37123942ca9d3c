import QuanCore
import QuanFormat

/// Segments of one scope that miss each other's changes, as runs: taken in one after another, each change comes after
/// those that it lists.
///
/// Laptops that went back and forth between the ends of each other's segments make such ones.
struct Interleaving {
  /// Changes of one segment that follow one another.
  struct Run {
    /// The place of the segment among those given.
    let part: Int
    let changes: Range<Int>
  }

  /// The runs, in order; together they are all changes of all segments.
  private(set) var runs: [Run] = []

  /// The segments of one stream, each continuing the one before, and how far they have been gone along.
  private struct Chain {
    var parts: [Int]
    /// The change that they continue.
    let start: UInt64
    var part = 0
    var change = 0
    /// The last change that has been put into a run.
    var number: UInt64
  }

  private let parts: [(segment: DecodedSegment, digests: [Digest])]
  private var chains: [Chain] = []
  private var chainOfStream: [StreamID: Int] = [:]

  /// Puts segments in order; `nil` when that cannot be done for all of their changes, or when some are held already.
  ///
  /// - Complexity: O(*n*) in the changes, and in the streams for each time that all of them have been gone along as far
  ///   as they can be.
  init?(_ segments: [DecodedSegment], in file: ReplicaFile) throws {
    parts = segments.map { ($0, $0.digests) }
    guard try link(file) else { return nil }
    var hasMoved = true
    while hasMoved {
      hasMoved = false
      for chain in chains.indices where try goAlong(chain, file) { hasMoved = true }
    }
    guard chains.allSatisfy({ $0.part == $0.parts.count }) else { return nil }
  }

  /// Puts the segments of each stream one behind another; says whether they continue what is held, without gaps.
  private mutating func link(_ file: ReplicaFile) throws -> Bool {
    for part in parts.indices.sorted(by: {
      parts[$0].segment.header.range.lowerBound < parts[$1].segment.header.range.lowerBound
    }) {
      let header = parts[part].segment.header
      if let chain = chainOfStream[header.stream] {
        guard let last = chains[chain].parts.last.map({ parts[$0].segment.header }),
          header.range.lowerBound == last.range.upperBound + 1, header.previous == last.digest
        else { return false }
        chains[chain].parts.append(part)
      } else {
        let rows = file.streams.rows(of: header.stream)
        guard rows.count <= 1, (rows.first?.number ?? 0) == header.range.lowerBound - 1,
          (rows.first?.digest ?? file.start(of: header.stream)) == header.previous
        else { return false }
        let start = header.range.lowerBound - 1
        chainOfStream[header.stream] = chains.count
        chains.append(Chain(parts: [part], start: start, number: start))
      }
    }
    return true
  }

  /// Goes along a stream as far as what its changes list has been gone along; says whether that was any way.
  private mutating func goAlong(_ chain: Int, _ file: ReplicaFile) throws -> Bool {
    var hasMoved = false
    while chains[chain].part < chains[chain].parts.count {
      let part = chains[chain].parts[chains[chain].part]
      let segment = parts[part].segment
      let first = chains[chain].change
      var end = first
      while end < segment.changeCount, try isReady(end, of: segment, file) { end += 1 }
      guard end > first else { break }
      hasMoved = true
      runs.append(Run(part: part, changes: first..<end))
      chains[chain].number = segment.number(end - 1)
      chains[chain].change = end
      guard end == segment.changeCount else { break }
      chains[chain].part += 1
      chains[chain].change = 0
    }
    return hasMoved
  }

  private func isReady(_ change: Int, of segment: DecodedSegment, _ file: ReplicaFile) throws -> Bool {
    for place in segment.dependencies(change) where place.stream.scope == segment.header.stream.scope {
      guard try holds(place, file) else { return false }
    }
    return true
  }

  private func holds(_ place: Dependency, _ file: ReplicaFile) throws -> Bool {
    guard let chain = chainOfStream[place.stream], place.tip.number > chains[chain].start else {
      return try file.row(at: place) != nil
    }
    guard place.tip.number <= chains[chain].number else { return false }
    for part in chains[chain].parts where parts[part].segment.header.range.contains(place.tip.number) {
      let change = Int(place.tip.number - parts[part].segment.header.range.lowerBound)
      return parts[part].digests[change].check == place.tip.check
    }
    return false
  }
}
