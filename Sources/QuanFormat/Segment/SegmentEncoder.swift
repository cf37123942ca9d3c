package import QuanCore

/// Packs a run of changes of one stream into columns; see *Format*, "Segments".
///
/// Changes are appended one after another; ``isFull`` says when to cut.
package struct SegmentEncoder {
  /// The layouts, writes, dots and numbers of the columns, gathered change by change.
  private struct Layout: Hashable {
    let kind: KindID
    let slots: [Slot]
  }

  /// Entries in columns.
  private struct Entries {
    var replicas: [UInt64] = []
    var counters: [UInt64] = []
    var indices: [UInt64] = []

    mutating func append(_ entry: EntryID, _ names: inout SegmentNames) {
      replicas.append(names.index(of: entry.dot.replica))
      counters.append(entry.dot.counter)
      indices.append(UInt64(entry.index))
    }
  }

  private let stream: StreamID
  private let start: QuanCore.Digest
  private var firstNumber: UInt64 = 0
  private var lastNumber: UInt64 = 0
  private var lastCounter: UInt64 = 0
  /// The digest at the last change appended.
  package private(set) var digest: QuanCore.Digest
  private var requires: [StreamID: [Tip]] = [:]
  private let forked: Set<StreamID>
  private var names = SegmentNames()
  private var texts: [String] = []
  private var textIndex: [String: UInt64] = [:]
  private var slots: [Slot] = []
  private var slotIndex: [Slot: Int] = [:]
  private var layouts: [Layout] = []
  private var layoutIndex: [Layout: Int] = [:]

  private var changeCount = 0
  private var operationCounts: [UInt64] = []
  private var gaps: [UInt64] = []
  private var authors: [UInt64] = []
  private var times: [UInt64] = []
  private var lastTime: Int64 = 0
  private var messages: [UInt64] = []
  private var dependencyCounts: [UInt64] = []
  private var dependencyReplicas: [UInt64] = []
  private var dependencyScopes: [UInt64] = []
  private var dependencyNumbers: [UInt64] = []
  private var dependencyChecks = ByteWriter()

  private var heads: [UInt64] = []
  private var recordReplicas: [UInt64] = []
  private var recordCounters: [UInt64] = []
  private var valueCounts: [UInt64] = []
  private var overwriteHeads: [UInt64] = []
  private var overwriteReplicas: [UInt64] = []
  private var overwriteCounters: [UInt64] = []
  private var overwriteIndices: [UInt64] = []
  private var origins: [UInt64] = []
  private var originCounters: [UInt64] = []
  private var listSorts: [UInt64] = []
  private var elements = Entries()
  private var placeSides: [UInt64] = []
  private var placeParents = Entries()
  private var amounts: [UInt64] = []
  private var dotCounts: [UInt64] = []
  private var dotReplicas: [UInt64] = []
  private var dotCounters: [UInt64] = []
  private var layoutColumns: [[ValueColumn.Builder]] = []
  private var layoutCounts: [[[UInt64]]] = []
  private var slotColumns: [ValueColumn.Builder] = []
  private var edits = TextEditColumns()
  private var size = 0

  /// Starts a segment that continues a stream behind `previous`.
  ///
  /// - Parameter forked: The streams that are known to be forked: of these every place that the changes build on is
  ///   named in the header; of others the last one says it all.
  package init(stream: StreamID, previous: QuanCore.Digest, forked: Set<StreamID>) {
    self.stream = stream
    self.forked = forked
    start = previous
    digest = previous
    _ = names.index(of: stream.replica)
    _ = names.index(of: stream.scope)
  }

  /// Whether nothing has been appended.
  package var isEmpty: Bool { changeCount == 0 }

  /// Whether another change should start a new segment.
  package var isFull: Bool { size >= SegmentLimits.cut || heads.count >= SegmentLimits.operations / 8 }

  /// Appends the next change, whose canonical bytes are `canonical`.
  package mutating func append(_ change: Change, canonical: [UInt8]) {
    digest = DigestChain.next(digest, canonical)
    size += canonical.count
    if changeCount == 0 {
      firstNumber = change.number
      lastCounter = change.firstCounter - 1
    }
    changeCount += 1
    lastNumber = change.number
    operationCounts.append(UInt64(change.operations.count))
    gaps.append(change.firstCounter - lastCounter - 1)
    authors.append(index(ofText: change.author))
    times.append(ByteWriter.zigzagged(change.time.milliseconds &- lastTime))
    lastTime = change.time.milliseconds
    messages.append(change.message.map { index(ofText: $0) + 1 } ?? 0)
    dependencyCounts.append(UInt64(change.dependencies.count))
    for dependency in change.dependencies {
      dependencyReplicas.append(names.index(of: dependency.stream.replica))
      dependencyScopes.append(names.index(of: dependency.stream.scope))
      dependencyNumbers.append(dependency.tip.number)
      dependencyChecks.fixed64(dependency.tip.check)
      if forked.contains(dependency.stream) {
        requires[dependency.stream, default: []].append(dependency.tip)
      } else if (requires[dependency.stream]?.first?.number ?? 0) <= dependency.tip.number {
        requires[dependency.stream] = [dependency.tip]
      }
    }
    for (position, operation) in change.operations.enumerated() {
      append(operation, counter: change.firstCounter + UInt64(position))
    }
    lastCounter = change.firstCounter + UInt64(change.operations.count) - 1
  }

  private mutating func index(ofText text: String) -> UInt64 {
    if let last = texts.last, last.utf8.elementsEqual(text.utf8) { return UInt64(texts.count - 1) }
    // Keyed by bytes: two texts that only look alike are two.
    let key = String(decoding: text.utf8.flatMap { [0x41 + $0 >> 4, 0x41 + $0 & 15] }, as: UTF8.self)
    if let known = textIndex[key] { return known }
    let index = UInt64(texts.count)
    texts.append(text)
    textIndex[key] = index
    return index
  }

  private mutating func append(_ operation: Operation, counter: UInt64) {
    if case .create(let kind, let fields) = operation.body {
      appendCreate(kind, fields, counter)
      return
    }
    recordReplicas.append(names.index(of: operation.record.replica))
    recordCounters.append(operation.record.counter)
    switch operation.body {
    case .create: break
    case .write(let key, let values, let overwrites):
      appendWrite(.write, key, values, overwrites, record: operation.record, counter)
      if case .element(let element)? = key.item { elements.append(element, &names) }
    case .insert(let list, let place, let values):
      appendWrite(.insert, list, values.map { WrittenValue($0) }, [], record: operation.record, counter)
      append(place)
    case .move(let list, let element, let place, let overwrites):
      appendWrite(.move, list, [], overwrites, record: operation.record, counter)
      elements.append(element, &names)
      append(place)
    case .edit(let key, let edit):
      let slot = slot(Slot(key: key, type: .text))
      heads.append(UInt64(slot) * SegmentSort.count + SegmentSort.write)
      edits.append(edit, record: operation.record, slot: slot, dot: Dot(stream.replica, counter), &names)
    case .increment(let key, let amount):
      heads.append(UInt64(slot(Slot(key: key, type: .integer))) * SegmentSort.count + SegmentSort.increment)
      amounts.append(ByteWriter.zigzagged(amount))
    case .delete(let context):
      heads.append(SegmentSort.delete)
      append(context.map { Dot($0.key, $0.value) }.sorted())
    case .restore(let deletes):
      heads.append(SegmentSort.restore)
      append(deletes)
    }
  }

  private mutating func appendCreate(_ kind: KindID, _ fields: [InitialField], _ counter: UInt64) {
    let layout = Layout(kind: kind, slots: fields.map { Slot(key: $0.key, type: Self.type($0.values)) })
    let index: Int
    if let last = layouts.indices.last, layouts[last] == layout {
      index = last
    } else if let known = layoutIndex[layout] {
      index = known
    } else {
      index = layouts.count
      layouts.append(layout)
      layoutIndex[layout] = index
      for slot in layout.slots { _ = self.slot(slot) }
      layoutColumns.append(layout.slots.map { ValueColumn.Builder(type: $0.type) })
      layoutCounts.append(layout.slots.map { _ in [] })
    }
    heads.append(UInt64(index) * SegmentSort.count + SegmentSort.create)
    for (position, field) in fields.enumerated() {
      layoutCounts[index][position].append(UInt64(field.values.count))
      for value in field.values { layoutColumns[index][position].append(value, owner: counter, &names) }
    }
  }

  private mutating func append(_ place: ListPlace) {
    placeSides.append(place.parent == nil ? 0 : UInt64(place.side.rawValue))
    if let parent = place.parent { placeParents.append(parent, &names) }
  }

  private mutating func appendWrite(
    _ sort: ListSort, _ key: FieldKey, _ values: [WrittenValue], _ overwrites: [EntryID], record: RecordID,
    _ counter: UInt64
  ) {
    // The elements of a list share its slot and stand in a column; the keys of a map have a slot each.
    let slot = slot(Slot(key: key.container == .list ? key.whole : key, type: Self.type(values.map(\.value))))
    heads.append(UInt64(slot) * SegmentSort.count + SegmentSort.write)
    if key.container == .list { listSorts.append(sort.rawValue) }
    valueCounts.append(UInt64(values.count))
    for written in values {
      slotColumns[slot].append(written.value, owner: counter, &names)
      origins.append(written.origin.map { names.index(of: $0.replica) + 1 } ?? 0)
      if let origin = written.origin { originCounters.append(origin.counter) }
    }
    if overwrites == [EntryID(record)] {
      overwriteHeads.append(0)
    } else {
      overwriteHeads.append(UInt64(overwrites.count) + 1)
      for entry in overwrites {
        overwriteReplicas.append(names.index(of: entry.dot.replica))
        overwriteCounters.append(entry.dot.counter)
        overwriteIndices.append(UInt64(entry.index))
      }
    }
  }

  private mutating func append(_ dots: [Dot]) {
    dotCounts.append(UInt64(dots.count))
    for dot in dots {
      dotReplicas.append(names.index(of: dot.replica))
      dotCounters.append(dot.counter)
    }
  }

  private mutating func slot(_ slot: Slot) -> Int {
    if let known = slotIndex[slot] { return known }
    let index = slots.count
    slots.append(slot)
    slotIndex[slot] = index
    if case .key(let key)? = slot.key.item { _ = self.index(ofText: key.text) }
    slotColumns.append(ValueColumn.Builder(type: slot.type))
    return index
  }

  /// The type of all values, or `nil` for none or several.
  private static func type(_ values: [Value]) -> ValueType? {
    guard let first = values.first?.type, values.dropFirst().allSatisfy({ $0.type == first }) else { return nil }
    return first
  }

  /// The segment: its clear header, then its deflated content.
  package mutating func finish(_ effort: Deflate.Effort) -> Segment {
    var body = ByteWriter()
    for index in slots.indices {
      _ = names.index(of: slots[index].key.id.replica)
    }
    for layout in layouts { _ = names.index(of: layout.kind.replica) }
    putDictionaries(&body)
    putChanges(&body)
    putOperations(&body)
    for (layout, columns) in layoutColumns.enumerated() {
      for (position, column) in columns.enumerated() {
        IntegerColumn.encode(layoutCounts[layout][position], to: &body)
        column.encode(to: &body)
      }
    }
    for column in slotColumns { column.encode(to: &body) }
    edits.encode(to: &body)
    let header = SegmentHeader(
      stream: stream, range: firstNumber...lastNumber, lastCounter: lastCounter, previous: start, digest: digest,
      operationCount: heads.count,
      requires: VersionVector(requires.flatMap { stream, tips in tips.map { Dependency(stream, $0) } }).places,
      inflatedSize: body.bytes.count)
    return Segment(header: header, deflated: Deflate.deflate(body.bytes, effort))
  }

  private mutating func putDictionaries(_ body: inout ByteWriter) {
    body.varint(UInt64(names.replicas.count))
    for replica in names.replicas { body.fixed64(replica.rawValue) }
    body.varint(UInt64(names.scopes.count))
    for scope in names.scopes { body.dot(scope.dot) }
    body.varint(UInt64(texts.count))
    for text in texts { body.string(text) }
    body.varint(UInt64(slots.count))
    for slot in slots {
      body.varint(names.index(of: slot.key.id.replica))
      body.varint(slot.key.id.counter)
      body.byte(slot.key.container.rawValue)
      body.byte(slot.type?.rawValue ?? 0)
      if case .key(let key)? = slot.key.item { body.varint(index(ofText: key.text)) }
    }
    body.varint(UInt64(layouts.count))
    for layout in layouts {
      body.varint(names.index(of: layout.kind.replica))
      body.varint(layout.kind.counter)
      body.varint(UInt64(layout.slots.count))
      for slot in layout.slots { body.varint(UInt64(slotIndex[slot] ?? 0)) }
    }
  }

  private func putChanges(_ body: inout ByteWriter) {
    for column in [
      operationCounts, gaps, authors, times, messages, dependencyCounts, dependencyReplicas, dependencyScopes,
      dependencyNumbers,
    ] { IntegerColumn.encode(column, to: &body) }
    body.append(dependencyChecks.bytes)
  }

  private func putOperations(_ body: inout ByteWriter) {
    for column in [
      heads, recordReplicas, recordCounters, valueCounts, overwriteHeads, overwriteReplicas, overwriteCounters,
      overwriteIndices, origins, originCounters, listSorts, elements.replicas, elements.counters, elements.indices,
      placeSides,
      placeParents.replicas, placeParents.counters, placeParents.indices, amounts, dotCounts, dotReplicas, dotCounters,
    ] { IntegerColumn.encode(column, to: &body) }
  }
}

/// A packed run of changes of one stream.
package struct Segment: Hashable, Sendable {
  /// What it carries, in the clear.
  package let header: SegmentHeader
  /// The content, deflated.
  package let deflated: [UInt8]

  /// A segment of given parts.
  package init(header: SegmentHeader, deflated: [UInt8]) {
    self.header = header
    self.deflated = deflated
  }

  /// The bytes: the header's length, the header, the content.
  package var bytes: [UInt8] {
    var head = ByteWriter()
    header.encode(to: &head)
    var writer = ByteWriter()
    writer.varint(UInt64(head.bytes.count))
    writer.append(head.bytes)
    writer.append(deflated)
    return writer.bytes
  }

  /// Reads the bytes; the content is not looked at.
  package init(_ bytes: [UInt8]) throws(FormatError) {
    let (header, start) = try Self.header(of: bytes)
    self.header = header
    deflated = Array(bytes[start...])
  }

  /// The header at the start of some bytes, and where it ends.
  package static func header(of bytes: [UInt8]) throws(FormatError) -> (SegmentHeader, Int) {
    var reader = ByteReader(bytes)
    let length = try reader.count("segment header")
    var inner = ByteReader(bytes, try reader.range(length))
    let header = try SegmentHeader(&inner)
    try inner.finish()
    return (header, reader.offset)
  }
}
