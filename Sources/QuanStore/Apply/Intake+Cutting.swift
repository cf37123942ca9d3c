import QuanCore
import QuanFormat

/// Segments of which only the first changes can be taken in yet: they are cut in two, and only the rest waits.
extension Intake {
  /// Cuts those segments of `waiting` that can be taken in up to some change; says whether there were any.
  ///
  /// A signature vouches for a segment by its end, so none that bears one is cut: it waits whole. So does one that is
  /// sealed.
  ///
  /// - Complexity: O(*n*) in the changes of the segments that continue what is held, and in these segments for each time
  ///   that all of them have been gone along as far as they can be.
  func cut(_ waiting: inout [Offer], among good: Set<Int>) throws -> Bool {
    guard !file.isSealed else { return false }
    let candidates = try good.sorted().filter { try canBeCut(waiting[$0].header) }
    let segments = try candidates.map { try waiting[$0].load().segment }
    let reach = try Reach(segments, in: file)
    var parts: [Int: [Offer]] = [:]
    for (part, place) in candidates.enumerated() {
      let (segment, end) = (segments[part], reach.ends[part])
      guard end > 0, end < segment.changeCount else { continue }
      try forget(waiting[place])
      parts[place] = [0..<end, end..<segment.changeCount].map { offer(of: $0, segment) }
    }
    guard !parts.isEmpty else { return false }
    waiting = waiting.indices.flatMap { parts[$0] ?? [waiting[$0]] }
    return true
  }

  /// Whether a segment continues what is held and may be cut.
  private func canBeCut(_ header: SegmentHeader) throws -> Bool {
    guard header.signature == nil, header.seal == nil, header.range.count > 1 else { return false }
    return try header.range.lowerBound == 1 || file.row(at: header.attachment) != nil
  }

  /// Some changes of a segment, as a segment of their own.
  private func offer(of changes: Range<Int>, _ segment: DecodedSegment) -> Offer {
    let start = changes.lowerBound == 0 ? segment.header.previous : segment.digests[changes.lowerBound - 1]
    var encoder = file.encoder(of: segment.header.stream, from: start)
    for change in changes {
      let raw = segment.change(change)
      encoder.append(raw, canonical: CanonicalChange.encode(raw))
    }
    let part = encoder.finish(.fast)
    return Self.offer(part.header, part.bytes, file, .bundle)
  }

  /// How far segments can be taken in when all are taken in together.
  private struct Reach {
    private let parts: [(segment: DecodedSegment, digests: [Digest])]
    private let partsOfStream: [StreamID: SegmentRanges]
    /// By segment, how many of its first changes.
    private(set) var ends: [Int]

    /// - Parameter segments: Segments that continue what is held.
    init(_ segments: [DecodedSegment], in file: ReplicaFile) throws {
      parts = segments.map { ($0, $0.digests) }
      ends = Array(repeating: 0, count: segments.count)
      partsOfStream = Dictionary(grouping: segments.indices, by: { segments[$0].header.stream }).mapValues { parts in
        SegmentRanges(parts.map { (segments[$0].header.range, $0) })
      }
      var hasMoved = true
      while hasMoved {
        hasMoved = false
        for part in parts.indices {
          let before = ends[part]
          while try ends[part] < segments[part].changeCount && isReady(part, file) { ends[part] += 1 }
          if ends[part] > before { hasMoved = true }
        }
      }
    }

    /// Whether all that the next change of a segment lists can be there.
    private func isReady(_ part: Int, _ file: ReplicaFile) throws -> Bool {
      let segment = parts[part].segment
      for place in segment.dependencies(ends[part]) where place.stream.scope == segment.header.stream.scope {
        guard try isReached(place) || file.row(at: place) != nil else { return false }
      }
      return true
    }

    private func isReached(_ place: Dependency) -> Bool {
      (partsOfStream[place.stream]?.holding(place.tip.number) ?? []).contains { part in
        let change = Int(place.tip.number - parts[part].segment.header.range.lowerBound)
        return change < ends[part] && parts[part].digests[change].check == place.tip.check
      }
    }
  }
}
