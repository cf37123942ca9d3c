import QuanCore
import QuanFormat

/// The log: every change held, in segments as they were signed or packed here, and in the tail.
extension ReplicaFile {
  // MARK: Writing

  /// Adds an own change to the tail.
  func appendToTail(_ change: Change, _ canonical: [UInt8], _ digest: Digest, _ index: Int) throws {
    let statement = try connection.statement("INSERT INTO quan_tail VALUES (?,?,?,?,?)")
    statement.bind(1, index)
    statement.bind(2, bits: change.number)
    statement.bind(3, bits: change.firstCounter + UInt64(change.operations.count) - 1)
    statement.bind(4, digest.bytes)
    statement.bind(5, canonical)
    try statement.run()
  }

  /// Adds a segment that was packed in haste to a stream's log.
  func appendSegment(_ segment: Segment, to index: Int) throws {
    try appendSegment(segment.header, segment.bytes, isSmall: false, to: index)
  }

  /// Adds a segment's bytes to a stream's log.
  ///
  /// - Parameter key: The key that it came sealed under; `nil` for the one that is in use here.
  func appendSegment(
    _ header: SegmentHeader, _ bytes: [UInt8], isSmall: Bool, key: UInt64? = nil, to index: Int
  ) throws {
    let statement = try connection.statement(
      """
      INSERT INTO quan_segment (stream, first, last, last_counter, digest, is_small, bytes, key)
      VALUES (?,?,?,?,?,?,?,?)
      """)
    statement.bind(1, index)
    statement.bind(2, bits: header.range.lowerBound)
    statement.bind(3, bits: header.range.upperBound)
    statement.bind(4, bits: header.lastCounter)
    statement.bind(5, header.digest.bytes)
    statement.bind(6, isSmall ? 1 : 0)
    statement.bind(7, bytes)
    if let key = try key ?? keyToNote(for: header.stream.scope) {
      statement.bind(8, bits: key)
    } else {
      statement.bindNull(8)
    }
    try statement.run()
  }

  /// Packs what the tail holds of a stream into segments.
  func packTail(_ index: Int) throws {
    let row = streams.rows[index]
    var encoder: SegmentEncoder?
    var packed: [Segment] = []
    let statement = try connection.statement("SELECT bytes, digest FROM quan_tail WHERE stream=? ORDER BY number")
    statement.bind(1, index)
    while try statement.step() {
      let canonical = statement.blob(0)
      let change = try decodeTail(canonical, row.id)
      if encoder?.isFull == true, var full = encoder {
        packed.append(full.finish(.fast))
        encoder = self.encoder(of: row.id, from: full.digest)
      }
      var current =
        try encoder
        ?? self.encoder(of: row.id, from: try digestBefore(change.number, in: row))
      current.append(change, canonical: canonical)
      encoder = current
    }
    if var last = encoder { packed.append(last.finish(.fast)) }
    for segment in packed { try appendSegment(segment, to: index) }
    let clear = try connection.statement("DELETE FROM quan_tail WHERE stream=?")
    clear.bind(1, index)
    try clear.run()
  }

  /// An encoder of a segment that follows a digest.
  func encoder(of stream: StreamID, from digest: Digest) -> SegmentEncoder {
    SegmentEncoder(stream: stream, previous: digest, forked: streams.forked)
  }

  private func decodeTail(_ canonical: [UInt8], _ stream: StreamID) throws -> Change {
    do {
      return try CanonicalChange.decode(canonical, stream: stream)
    } catch {
      throw StoreError(.damaged, "the log's tail is damaged (\(error))", subject: stream.description)
    }
  }

  // MARK: Reading

  func decode(_ bytes: [UInt8]) throws -> DecodedSegment {
    do {
      let (header, start) = try Segment.header(of: bytes)
      return try DecodedSegment(header, bytes, start..<bytes.count)
    } catch {
      throw StoreError(.damaged, "a segment of the log is damaged (\(error))")
    }
  }

  /// The bytes of the segments of a stream's row that hold changes from `number` on, in order.
  func segments(of index: Int, from number: UInt64 = 1) throws -> [Int64] {
    let statement = try connection.statement("SELECT id FROM quan_segment WHERE stream=? AND last>=? ORDER BY last")
    statement.bind(1, index)
    statement.bind(2, bits: number)
    var ids: [Int64] = []
    while try statement.step() { ids.append(statement.integer(0)) }
    return ids
  }

  func segmentBytes(_ id: Int64) throws -> [UInt8] {
    let statement = try connection.statement("SELECT bytes FROM quan_segment WHERE id=?")
    statement.bind(1, id)
    guard try statement.step() else { throw StoreError(.damaged, "a segment of the log is gone") }
    defer { statement.reset() }
    return statement.blob(0)
  }

  /// Runs `body` on each change of a stream's row from `number` on, in order, as its author wrote it.
  func eachChange(of index: Int, from number: UInt64 = 1, _ body: (Change) throws -> Void) throws {
    for id in try segments(of: index, from: number) {
      let segment = try decode(try segmentBytes(id))
      for change in 0..<segment.changeCount where segment.number(change) >= number { try body(segment.change(change)) }
    }
    for change in try tailChanges(of: index, from: number) { try body(change) }
  }

  /// The changes that the tail holds of a stream's row, from `number` on, in order.
  func tailChanges(of index: Int, from number: UInt64) throws -> [Change] {
    var tail: [[UInt8]] = []
    let statement = try connection.statement("SELECT bytes FROM quan_tail WHERE stream=? AND number>=? ORDER BY number")
    statement.bind(1, index)
    statement.bind(2, bits: number)
    while try statement.step() { tail.append(statement.blob(0)) }
    return try tail.map { try decodeTail($0, streams.rows[index].id) }
  }

  /// A change by its number.
  func change(_ number: UInt64, of index: Int) throws -> Change? {
    let tail = try connection.statement("SELECT bytes FROM quan_tail WHERE stream=? AND number=?")
    tail.bind(1, index)
    tail.bind(2, bits: number)
    if try tail.step() {
      defer { tail.reset() }
      return try decodeTail(tail.blob(0), streams.rows[index].id)
    }
    guard let id = try segments(of: index, from: number).first else { return nil }
    let segment = try decode(try segmentBytes(id))
    guard segment.header.range.contains(number) else { return nil }
    return segment.change(Int(number - segment.header.range.lowerBound))
  }

  // MARK: Places

  /// The digest at a change of a row, which must hold it or begin behind it.
  func digest(at number: UInt64, in row: StreamRow) throws -> Digest? {
    if number == row.number { return row.digest }
    if number == row.forkNumber, row.parent == nil { return start(of: row.id) }
    if let parent = row.parent, number <= row.forkNumber {
      return try digest(at: number, in: streams.rows[parent])
    }
    guard number < row.number else { return nil }
    if let place = unlogged.place(number, of: row.index) { return place.digest }
    let tail = try connection.statement("SELECT digest FROM quan_tail WHERE stream=? AND number=?")
    tail.bind(1, row.index)
    tail.bind(2, bits: number)
    if try tail.step() {
      defer { tail.reset() }
      return Digest(tail.blob(0))
    }
    let statement = try connection.statement(
      "SELECT id, last, digest FROM quan_segment WHERE stream=? AND last>=? ORDER BY last LIMIT 1")
    statement.bind(1, row.index)
    statement.bind(2, bits: number)
    guard try statement.step() else { return nil }
    let id = statement.integer(0)
    let last = statement.bits(1)
    let digest = Digest(statement.blob(2))
    statement.reset()
    if last == number { return digest }
    let segment = try unpacked(id)
    guard segment.header.range.contains(number) else { return nil }
    return segment.digests[Int(number - segment.header.range.lowerBound)]
  }

  /// The digest before a change of a row.
  func digestBefore(_ number: UInt64, in row: StreamRow) throws -> Digest {
    if let digest = try digest(at: number - 1, in: row) { return digest }
    throw StoreError(.damaged, "the log has a gap", subject: row.id.description)
  }

  /// The counter of the last operation of a change of a row.
  func counter(at number: UInt64, in row: StreamRow) throws -> UInt64 {
    if number == row.number { return row.counter }
    if number == 0 { return 0 }
    if let parent = row.parent, number <= row.forkNumber { return try counter(at: number, in: streams.rows[parent]) }
    if let place = unlogged.place(number, of: row.index) { return place.counter }
    let tail = try connection.statement("SELECT counter FROM quan_tail WHERE stream=? AND number=?")
    tail.bind(1, row.index)
    tail.bind(2, bits: number)
    if try tail.step() {
      defer { tail.reset() }
      return tail.bits(0)
    }
    let statement = try connection.statement(
      "SELECT id, last, last_counter FROM quan_segment WHERE stream=? AND last>=? ORDER BY last LIMIT 1")
    statement.bind(1, row.index)
    statement.bind(2, bits: number)
    guard try statement.step() else { return row.counter }
    let id = statement.integer(0)
    let last = statement.bits(1)
    let counter = statement.bits(2)
    statement.reset()
    if last == number { return counter }
    let segment = try unpacked(id)
    guard segment.header.range.contains(number) else { return row.counter }
    return segment.lastCounter(Int(number - segment.header.range.lowerBound))
  }

  /// The row that holds a place of a stream, by its check; `nil` when it is not held.
  func row(at place: Dependency) throws -> StreamRow? {
    let rows = streams.rows(of: place.stream)
    for row in rows where row.number >= place.tip.number && (row.parent == nil || row.forkNumber < place.tip.number) {
      if place.tip.number == 0 { return row }
      if try digest(at: place.tip.number, in: row)?.check == place.tip.check { return row }
    }
    return nil
  }

  /// Where an operation comes from, found without unpacking the rest of its change.
  func provenance(of dot: Dot, in scope: ScopeID) throws -> Provenance? {
    guard let local = streams.local(dot, in: scope) else { return nil }
    let row = streams.rows[local.stream]
    if let segment = try segment(holding: dot.counter, of: local.stream) {
      return segment.change(holding: dot.counter).map { place in
        Provenance(
          change: ChangeID(stream: StreamID(row.name, scope), number: segment.number(place)),
          first: Dot(row.name, segment.firstCounters[place]),
          stamp: Stamp(author: segment.author(place), time: segment.time(place)), message: segment.message(place))
      }
    }
    guard let change = try tailChange(holding: dot.counter, of: local.stream) else { return nil }
    return Provenance(
      change: ChangeID(stream: StreamID(row.name, scope), number: change.number),
      first: Dot(row.name, change.firstCounter), stamp: Stamp(author: change.author, time: change.time),
      message: change.message)
  }

  /// When an operation was written, by its writer's clock.
  ///
  /// The change that was found last is remembered: who asks about one row of a run asks about its neighbours.
  func timeWritten(_ local: LocalDot) throws -> Instant? {
    if let known = cachedTime, known.stream == local.stream, known.counters.contains(local.counter) {
      return known.time
    }
    let found: (counters: Range<UInt64>, time: Instant)
    if let segment = try segment(holding: local.counter, of: local.stream) {
      guard let place = segment.change(holding: local.counter) else { return nil }
      let count = segment.operationStarts[place + 1] - segment.operationStarts[place]
      let first = segment.firstCounters[place]
      found = (first..<first + UInt64(count), segment.time(place))
    } else {
      guard let change = try tailChange(holding: local.counter, of: local.stream) else { return nil }
      found = (change.firstCounter..<change.firstCounter + UInt64(change.operations.count), change.time)
    }
    cachedTime = (local.stream, found.counters, found.time)
    return found.time
  }

  /// The segment that holds an operation, if it is in one.
  private func segment(holding counter: UInt64, of index: Int) throws -> DecodedSegment? {
    let statement = try connection.statement(
      "SELECT id FROM quan_segment WHERE stream=? AND last_counter>=? ORDER BY last LIMIT 1")
    statement.bind(1, index)
    statement.bind(2, bits: counter)
    guard try statement.step() else { return nil }
    let id = statement.integer(0)
    statement.reset()
    return try unpacked(id)
  }

  /// The change in the tail, or on its way there, that holds an operation.
  private func tailChange(holding counter: UInt64, of index: Int) throws -> Change? {
    let tail = try connection.statement(
      "SELECT bytes FROM quan_tail WHERE stream=? AND counter>=? ORDER BY number LIMIT 1")
    tail.bind(1, index)
    tail.bind(2, bits: counter)
    guard try tail.step() else { return unlogged.change(holding: counter, of: index) }
    defer { tail.reset() }
    let change = try decodeTail(tail.blob(0), streams.rows[index].id)
    return change.firstCounter <= counter ? change : nil
  }

  /// An operation as it stands in the log, with who made it and when.
  func operation(_ dot: Dot, in scope: ScopeID) throws -> (operation: Operation, stamp: Stamp)? {
    guard let local = streams.local(dot, in: scope) else { return nil }
    if let segment = try segment(holding: dot.counter, of: local.stream) {
      return segment.change(holding: dot.counter).map { place in
        let index = segment.operationStarts[place] + Int(dot.counter - segment.firstCounters[place])
        let stamp = Stamp(author: segment.author(place), time: segment.time(place))
        return (segment.operation(index, counter: dot.counter), stamp)
      }
    }
    guard let change = try tailChange(holding: dot.counter, of: local.stream),
      change.firstCounter..<change.firstCounter + UInt64(change.operations.count) ~= dot.counter
    else { return nil }
    let operation = change.operations[Int(dot.counter - change.firstCounter)]
    return (operation, Stamp(author: change.author, time: change.time))
  }

  /// Who made an operation, and when.
  func stamp(of dot: Dot, in scope: ScopeID) throws -> Stamp? { try provenance(of: dot, in: scope)?.stamp }

  /// A segment unpacked; the last few are kept, because who looks up one dot often looks up its neighbours, and the
  /// sides of conflicts come from a few streams in turn.
  func unpacked(_ id: Int64) throws -> DecodedSegment {
    if let known = cachedSegments.first(where: { $0.id == id }) { return known.segment }
    let segment = try decode(try segmentBytes(id))
    if cachedSegments.count >= Self.cachedSegmentLimit { cachedSegments.removeFirst() }
    cachedSegments.append((id, segment))
    return segment
  }

  // MARK: History

  /// All operations on a record with who, when and why, in an order in which each comes after what it has seen.
  func operations(on record: LocalDot) throws -> [(change: Change, index: Int, dot: Dot, operation: Operation)] {
    try operations(on: [record])[record] ?? []
  }

  /// All operations on each of some records, as ``operations(on:)-(LocalDot)`` gives them, in one walk through the log.
  func operations(
    on records: Set<LocalDot>
  ) throws -> [LocalDot: [(change: Change, index: Int, dot: Dot, operation: Operation)]] {
    var wanted: [ScopeID: (replicas: Set<ReplicaID>, counters: Set<UInt64>)] = [:]
    for record in records {
      guard let stored = try load(record), let (id, scope) = streams.dot(record) else { continue }
      let replicas = Set(stored.state.seen.keys).union(stored.state.deletes.keys.map(\.replica))
      wanted[scope, default: ([], [])].replicas.formUnion(replicas)
      wanted[scope, default: ([], [])].counters.insert(id.counter)
    }
    var found: [LocalDot: [(change: Change, index: Int, dot: Dot, operation: Operation)]] = [:]
    var done: Set<Int> = []
    while !wanted.isEmpty {
      // Who deleted a record and did nothing else on it is named by the restore alone.
      var others: [ScopeID: Set<ReplicaID>] = [:]
      for row in streams.rows where !done.contains(row.index) {
        guard let (replicas, counters) = wanted[row.id.scope], replicas.contains(row.name) || streams.hasForks else {
          continue
        }
        done.insert(row.index)
        func take(_ raw: Change) throws {
          guard raw.operations.contains(where: { counters.contains($0.record.counter) }) else { return }
          let change = try resolve(raw, as: row.index)
          for (position, operation) in change.operations.enumerated() {
            guard let local = streams.local(operation.record, in: row.id.scope), records.contains(local) else {
              continue
            }
            found[local, default: []].append(
              (change, row.index, Dot(row.name, change.firstCounter + UInt64(position)), operation))
            if case .restore(let deletes) = operation.body {
              others[row.id.scope, default: []].formUnion(deletes.map(\.replica))
            }
          }
        }
        try eachChange(of: row.index, take)
        for raw in unlogged.changes(of: row.index) { try take(raw) }
      }
      wanted = others.reduce(into: [:]) { next, other in
        guard let known = wanted[other.key] else { return }
        next[other.key] = (other.value, known.counters)
      }
    }
    return found.mapValues { CausalOrder.sorted($0) }
  }

  /// All writes on one field of a record, or on one item of a map or list.
  func writes(on key: FieldKey, of record: LocalDot) throws -> [Write] {
    try operations(on: record).compactMap { item in
      let stamp = Stamp(author: item.change.author, time: item.change.time)
      switch item.operation.body {
      case .create(_, let fields):
        if case .element(let element)? = key.item {
          guard let list = fields.first(where: { $0.key == key.whole }) else { return nil }
          return Self.write(item.dot, stamp, of: element, list.values)
        }
        guard let field = fields.first(where: { $0.key == key }) else { return nil }
        return Write(dot: item.dot, stamp: stamp, values: field.values.map { WrittenValue($0) }, overwrites: [])
      case .insert(let list, _, let values):
        guard case .element(let element)? = key.item, list == key.whole else { return nil }
        return Self.write(item.dot, stamp, of: element, values)
      case .write(key, let values, let overwrites):
        return Write(dot: item.dot, stamp: stamp, values: values, overwrites: overwrites)
      case .write, .edit, .increment, .delete, .restore, .move: return nil
      }
    }
  }

  /// The write by which an operation that inserts values into a list made one element, if it did.
  private static func write(_ dot: Dot, _ stamp: Stamp, of element: EntryID, _ values: [Value]) -> Write? {
    guard element.dot == dot, values.indices.contains(Int(element.index)) else { return nil }
    let value = WrittenValue(values[Int(element.index)])
    return Write(dot: dot, stamp: stamp, values: [value], overwrites: [])
  }
}
