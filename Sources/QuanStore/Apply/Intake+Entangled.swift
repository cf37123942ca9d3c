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

  /// The segments among `waiting` that miss only each other, laptops having gone back and forth between the ends of their
  /// segments: in groups that can be taken in one after another, each of segments that stand together in the order of
  /// arrival.
  func entangled(_ waiting: [Offer], among good: Set<Int>) throws -> [[Int]] {
    let givers = Dictionary(grouping: good, by: { waiting[$0].header.stream }).mapValues { places in
      SegmentRanges(places.map { (waiting[$0].header.range, $0) })
    }
    // By segment, those that have what it misses; a place may be within several that were packed differently.
    var needs: [Int: [Set<Int>]] = [:]
    var open: [Int] = []
    for place in good {
      guard case .missing(let places) = try Self.standing(of: waiting[place].header, in: file) else { continue }
      needs[place] = places.map { Set(givers[$0.stream]?.holding($0.tip.number) ?? []) }
      if needs[place]?.contains(where: \.isEmpty) == true { open.append(place) }
    }
    var users: [Int: [Int]] = [:]
    for (place, missing) in needs {
      for giver in Set(missing.joined()) { users[giver, default: []].append(place) }
    }
    // What misses something that nobody has is not among them, nor is what misses that.
    var set = good
    while let place = open.popLast() {
      guard set.remove(place) != nil else { continue }
      for user in users[place] ?? [] where set.contains(user) {
        if needs[user]?.contains(where: { $0.isDisjoint(with: set) }) == true { open.append(user) }
      }
    }
    var groups: [[Int]] = []
    var group: [Int] = []
    var last = -1
    for place in set.sorted() {
      group.append(place)
      for givers in needs[place] ?? [] { last = max(last, givers.intersection(set).max() ?? place) }
      guard place >= last else { continue }
      groups.append(group)
      group = []
    }
    return groups
  }

  /// A segment on offer, opened.
  private struct Opened {
    let offer: Offer
    let bytes: [UInt8]
    let segment: DecodedSegment
    let digests: [Digest]

    init(_ offer: Offer, _ bytes: [UInt8], _ segment: DecodedSegment) {
      self.offer = offer
      self.bytes = bytes
      self.segment = segment
      digests = segment.digests
    }
  }

  /// Applies entangled segments, each change after what it lists.
  mutating func applyEntangled(_ offers: [Offer]) throws {
    var opened: [ScopeID: [Opened]] = [:]
    for offer in offers {
      let bytes: [UInt8]
      let segment: DecodedSegment
      do {
        (bytes, segment) = try offer.load()
      } catch is EnvelopeError {
        try refuse(offer, .lying)
        continue
      }
      clocks.note(segment)
      if let signature = offer.header.signature { try file.keep(signature, at: offer.header.digest) }
      opened[offer.header.stream.scope, default: []].append(Opened(offer, bytes, segment))
    }
    for scope in [.shared] + opened.keys.filter({ $0 != .shared }).sorted() {
      guard let segments = opened[scope] else { continue }
      try file.finishSchema(before: scope)
      if !file.streams.hasForks, let order = try Interleaving(segments.map(\.segment), in: file),
        try areAllowed(segments)
      {
        try apply(segments, in: order)
      } else {
        try applyOneByOne(segments)
      }
    }
  }

  /// Whether all changes of segments count.
  private mutating func areAllowed(_ segments: [Opened]) throws -> Bool {
    for one in segments {
      let row = try row(of: one.segment.header)
      guard try stretches(of: row, one.segment).allSatisfy({ $0.verdict == .allowed }) else { return false }
    }
    return true
  }

  /// The row of a stream that is not forked.
  private func row(of header: SegmentHeader) throws -> StreamRow {
    let start = file.start(of: header.stream)
    let index = try file.streams.intern(
      name: header.stream.replica, scope: header.stream.scope, start: start, file.connection)
    return file.streams.rows[index]
  }

  /// Applies segments from their columns, in runs.
  private mutating func apply(_ segments: [Opened], in order: Interleaving) throws {
    var appliers: [SegmentApplier] = []
    for one in segments {
      noteOwn(one.segment.header.stream)
      let index = try row(of: one.segment.header).index
      let held = file.unlogged.hold(one.segment, of: index)
      appliers.append(try SegmentApplier(file, one.segment, held: held, to: index))
    }
    for run in order.runs {
      let one = segments[run.part]
      try appliers[run.part].apply(run.changes, with: &applier)
      let last = run.changes.upperBound - 1
      file.streams.advance(
        appliers[run.part].index, number: one.segment.number(last), counter: one.segment.lastCounter(last),
        digest: one.digests[last])
    }
    // In the log each segment comes when all that it builds on has come.
    for run in order.runs where run.changes.upperBound == segments[run.part].segment.changeCount {
      let (one, index) = (segments[run.part], appliers[run.part].index)
      try file.appendSegment(
        one.segment.header, one.bytes, isSmall: true, key: one.offer.header.seal?.key, to: index)
      try file.streams.save(index, file.connection)
      try forget(one.offer)
    }
    file.unlogged = .none
  }

  /// Applies segments change by change, as many of their changes as can be.
  private mutating func applyOneByOne(_ segments: [Opened]) throws {
    var cursors = segments.map { (segment: $0.segment, digests: $0.digests, next: 0, offer: $0.offer) }
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
