import QuanCore
import QuanFormat

/// Segments that miss only each other.
extension Intake {
  /// The segments among `waiting` that members vouch for; whose they are is noted.
  func vouched(_ waiting: [Offer], by credentials: Credentials) throws -> Set<Int> {
    var good: Set<Int> = []
    for (index, offer) in waiting.enumerated() {
      // What cannot be opened cannot be taken apart into changes either.
      if case .sealed = try Self.standing(of: offer.header, in: file) { continue }
      guard case .good(let owner) = credentials.answer(offer.header) else { continue }
      if let owner { try file.note(owner, of: offer.header.stream.replica) }
      good.insert(index)
    }
    return good
  }

  /// The segments among `waiting` that miss only each other: laptops that went back and forth between the ends
  /// of their segments.
  func entangled(_ waiting: [Offer], among good: Set<Int>) -> Set<Int> {
    var set = good
    var hasShrunk = true
    while hasShrunk {
      hasShrunk = false
      for index in set {
        guard case .missing(let places)? = try? Self.standing(of: waiting[index].header, in: file) else { continue }
        let isClosed = places.allSatisfy { place in
          set.contains {
            waiting[$0].header.stream == place.stream && waiting[$0].header.range.contains(place.tip.number)
          }
        }
        if !isClosed {
          set.remove(index)
          hasShrunk = true
        }
      }
    }
    return set
  }

  /// Applies entangled segments change by change, each change after what it lists.
  mutating func applyEntangled(_ offers: [Offer]) throws {
    var cursors: [(segment: DecodedSegment, digests: [Digest], next: Int, offer: Offer)] = []
    for offer in offers {
      let segment: DecodedSegment
      do {
        segment = try offer.load().segment
      } catch is EnvelopeError {
        try refuse(offer, .lying)
        continue
      }
      clocks.note(segment)
      if let signature = offer.header.signature { try file.keep(signature, at: offer.header.digest) }
      cursors.append((segment, segment.digests(), 0, offer))
    }
    var touched: Set<Int> = []
    var hasMoved = true
    while hasMoved {
      hasMoved = false
      for index in cursors.indices {
        while cursors[index].next < cursors[index].segment.changeCount {
          let place = cursors[index].next
          let raw = cursors[index].segment.change(place)
          guard let row = try ready(raw, before: place, cursors[index].segment, cursors[index].digests) else { break }
          if raw.number <= row.number {
            guard try file.digest(at: raw.number, in: row) == cursors[index].digests[place] else { break }
            applier.tally.report.changesKnown += 1
          } else {
            noteOwn(raw.stream)
            try append(raw, cursors[index].digests[place], to: row.index)
            touched.insert(row.index)
          }
          cursors[index].next += 1
          hasMoved = true
        }
      }
    }
    for index in touched { try file.packTail(index) }
    for cursor in cursors {
      if cursor.next == cursor.segment.changeCount {
        try forget(cursor.offer)
      } else if cursor.offer.origin == .bundle {
        try keep(cursor.offer)
      }
    }
  }

  /// The row that a change attaches to, when that and all it lists are held.
  private func ready(
    _ raw: Change, before place: Int, _ segment: DecodedSegment, _ digests: [Digest]
  ) throws -> StreamRow? {
    for dependency in raw.dependencies where dependency.stream.scope == raw.stream.scope {
      guard try file.row(at: dependency) != nil else { return nil }
    }
    let before = place == 0 ? segment.header.previous : digests[place - 1]
    if raw.number == 1 {
      let index = try file.streams.intern(
        name: raw.stream.replica, scope: raw.stream.scope, start: before, file.connection)
      return file.streams.rows[index]
    }
    return try file.row(at: Dependency(raw.stream, Tip(number: raw.number - 1, check: before.check)))
  }
}
