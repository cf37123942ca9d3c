package import QuanCore
import Synchronization

/// The content of a segment, unpacked into columns: what a store binds from, and what changes are made of.
///
/// Making one checks everything: sizes, indices, orders, and that the digests of its changes lead from
/// ``SegmentHeader/previous`` to ``SegmentHeader/digest``.
package final class DecodedSegment: Sendable {
  /// One layout of creates: the kind, and for each slot how many values each create has, where they start, and them.
  package struct Layout: Sendable {
    package let kind: KindID
    package let slots: [Slot]
    /// For each slot, the start of each create's values in the column; one more than there are creates.
    package internal(set) var starts: [[Int]] = []
    package internal(set) var columns: [ValueColumn] = []
  }

  /// What an operation does, with its place in the columns of its sort.
  package enum Operation: Sendable {
    /// Create `row` of a layout.
    case create(layout: Int, row: Int)
    /// Write number `row`, of a slot.
    case write(slot: Int, row: Int)
    /// Insert, which is write number `row`, of the slot of a list.
    case insert(slot: Int, row: Int)
    /// Move, which is write number `row`, of the slot of a list.
    case move(slot: Int, row: Int)
    /// Increment number `row`, of a slot.
    case increment(slot: Int, row: Int)
    /// Delete, whose context is dot list `row`.
    case delete(row: Int)
    /// Restore, whose deletes are dot list `row`.
    case restore(row: Int)
    /// Edit number `row` of a text, of a slot.
    case edit(slot: Int, row: Int)
  }

  package let header: SegmentHeader
  package let dictionary: SegmentDictionary
  package let texts: [String]
  package let slots: [Slot]
  package let layouts: [Layout]

  /// For each change, where its operations start; one more than there are changes.
  package let operationStarts: [Int]
  /// For each change, the counter of its first operation.
  package let firstCounters: [UInt64]
  let authors: [UInt64]
  let times: [Int64]
  let messages: [UInt64]
  let dependencyStarts: [Int]
  let dependencyList: [Dependency]

  /// For each operation its sort and the dictionary index; see ``SegmentSort``.
  let heads: [UInt64]
  /// For each operation its row among its sort: creates by layout, the others over the segment.
  let rows: [UInt32]
  /// For each operation that is not a create, in order, the record; found by ``edits``.
  let edits: [UInt32]
  let recordReplicas: [UInt64]
  let recordCounters: [UInt64]
  /// For each write, where its values start in its slot's column, and how many they are.
  let valueStarts: [UInt32]
  let valueCounts: [UInt64]
  let overwriteHeads: [UInt64]
  let overwriteStarts: [Int]
  let overwriteList: [EntryID]
  let originStarts: [Int]
  let origins: [Dot?]
  /// What the writes in the slots of lists are, the elements of lists that writes and moves are about, and the places that inserts and moves make, by row.
  let listSorts: [UInt32: ListSort]
  let elements: [UInt32: EntryID]
  let places: [UInt32: ListPlace]
  let amounts: [Int64]
  let dotStarts: [Int]
  let dots: [Dot]
  package let slotColumns: [ValueColumn]
  /// The edits of texts, in order.
  package let textEdits: [TextEdit]
  private let verified = Mutex<[QuanCore.Digest]>([])

  /// How many changes there are.
  package var changeCount: Int { authors.count }
  /// The digests at each change.
  package var digests: [QuanCore.Digest] { verified.withLock { $0 } }

  /// Unpacks a segment.
  ///
  /// - Complexity: O(*n*) in the inflated size.
  package init(_ header: SegmentHeader, _ bytes: [UInt8], _ range: Range<Int>) throws(FormatError) {
    self.header = header
    let content = try Deflate.inflate(bytes, range, size: header.inflatedSize)
    var reader = ByteReader(content)
    reader.allowance = SegmentLimits.elements
    var decoder = SegmentDecoder(header, content)
    dictionary = try decoder.names(&reader)
    texts = try decoder.texts(&reader)
    slots = try decoder.slots(&reader)
    var layouts = try decoder.layouts(slots, &reader)
    try decoder.changes(&reader)
    operationStarts = decoder.operationStarts
    firstCounters = decoder.firstCounters
    authors = decoder.authors
    times = decoder.times
    messages = decoder.messages
    dependencyStarts = decoder.dependencyStarts
    dependencyList = decoder.dependencyList
    try decoder.operations(slotCount: slots.count, layoutCount: layouts.count, slots, &reader)
    heads = decoder.heads
    rows = decoder.rows
    edits = decoder.edits
    recordReplicas = decoder.recordReplicas
    recordCounters = decoder.recordCounters
    valueStarts = decoder.valueStarts
    valueCounts = decoder.valueCounts
    overwriteHeads = decoder.overwriteHeads
    overwriteStarts = decoder.overwriteStarts
    overwriteList = decoder.overwriteList
    originStarts = decoder.originStarts
    origins = decoder.origins
    listSorts = decoder.listSorts
    elements = decoder.elements
    places = decoder.places
    amounts = decoder.amounts
    dotStarts = decoder.dotStarts
    dots = decoder.dots
    for index in layouts.indices { try decoder.columns(of: &layouts[index], index, &reader) }
    self.layouts = layouts
    slotColumns = try decoder.slotColumns(slots, &reader)
    textEdits = try decoder.textEdits(&reader)
    try reader.finish()
    let digests = try verifiedDigests()
    verified.withLock { $0 = digests }
  }

  /// The digests at each change, which lead from ``SegmentHeader/previous`` to ``SegmentHeader/digest``.
  private func verifiedDigests() throws(FormatError) -> [QuanCore.Digest] {
    var digests: [QuanCore.Digest] = []
    digests.reserveCapacity(changeCount)
    var digest = header.previous
    var link = DigestChain.Link()
    for change in 0..<changeCount {
      digest = link.next(digest) { putCanonical(change, &$0) }
      digests.append(digest)
    }
    guard digest == header.digest else { throw .invalid("digest", offset: 0) }
    return digests
  }

  // MARK: Changes

  /// The number of a change, by its place in the segment.
  package func number(_ change: Int) -> UInt64 { header.range.lowerBound + UInt64(change) }
  /// Who wrote a change.
  package func author(_ change: Int) -> String { texts[Int(authors[change])] }
  /// When, by the laptop's clock.
  package func time(_ change: Int) -> Instant { Instant(milliseconds: times[change]) }
  /// What its author said about it.
  package func message(_ change: Int) -> String? { messages[change] == 0 ? nil : texts[Int(messages[change]) - 1] }
  /// The counter of a change's last operation.
  package func lastCounter(_ change: Int) -> UInt64 {
    firstCounters[change] + UInt64(operationStarts[change + 1] - operationStarts[change]) - 1
  }
  /// What its author had newly seen.
  package func dependencies(_ change: Int) -> ArraySlice<Dependency> {
    dependencyList[dependencyStarts[change]..<dependencyStarts[change + 1]]
  }

  /// The place of the change that holds an operation with a counter, if there is one.
  package func change(holding counter: UInt64) -> Int? {
    var low = 0
    var high = firstCounters.count
    while low < high {
      let middle = (low + high) / 2
      if firstCounters[middle] <= counter { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let change = low - 1
    let count = operationStarts[change + 1] - operationStarts[change]
    return counter - firstCounters[change] < UInt64(count) ? change : nil
  }

  /// A change, made of the columns.
  package func change(_ change: Int) -> Change {
    Change(
      stream: header.stream, number: number(change), firstCounter: firstCounters[change], author: author(change),
      time: time(change), message: message(change), dependencies: Array(dependencies(change)),
      operations: (operationStarts[change]..<operationStarts[change + 1]).map { place in
        operation(place, counter: firstCounters[change] + UInt64(place - operationStarts[change]))
      })
  }

  // MARK: Operations

  /// What the operation at a place of the segment does.
  package func operation(_ place: Int) -> Operation {
    let head = heads[place]
    let row = Int(rows[place])
    let index = Int(head / SegmentSort.count)
    switch head % SegmentSort.count {
    case SegmentSort.create: return .create(layout: index, row: row)
    case SegmentSort.write where slots[index].key.container == .text: return .edit(slot: index, row: row)
    case SegmentSort.write:
      switch listSorts[rows[place]] {
      case .insert: return .insert(slot: index, row: row)
      case .move: return .move(slot: index, row: row)
      case .write, nil: return .write(slot: index, row: row)
      }
    case SegmentSort.increment: return .increment(slot: index, row: row)
    case SegmentSort.delete: return .delete(row: row)
    default: return .restore(row: row)
    }
  }

  /// The record that the operation at a place is on, when it is not its create.
  package func record(_ place: Int) -> Dot {
    let edit = Int(edits[place])
    return Dot(dictionary.replicas[Int(recordReplicas[edit])], recordCounters[edit])
  }

  /// The values that write `row` of a slot writes.
  package func values(slot: Int, row: Int) -> [WrittenValue] {
    let start = Int(valueStarts[row])
    return (0..<Int(valueCounts[row])).map { index in
      WrittenValue(slotColumns[slot].value(start + index, dictionary), origin: origins[originStarts[row] + index])
    }
  }

  /// The place that write `row` goes to: the slot's, or the element of its list.
  func key(slot: Int, row: Int) -> FieldKey {
    let key = slots[slot].key
    return elements[UInt32(row)].map { FieldKey(key.id, element: $0) } ?? key
  }

  /// The element that move `row` is about; the decoder has seen that there is one.
  private func element(row: Int, record: Dot) -> EntryID { elements[UInt32(row)] ?? EntryID(record) }

  /// The place that insert or move `row` makes; the decoder has seen that there is one.
  private func place(row: Int) -> ListPlace { places[UInt32(row)] ?? ListPlace(parent: nil, side: .right) }

  /// The entries that write `row` on a record overwrites.
  package func overwrites(row: Int, record: Dot) -> [EntryID] {
    if overwriteHeads[row] == 0 { return [EntryID(record)] }
    return Array(overwriteList[overwriteStarts[row]..<overwriteStarts[row + 1]])
  }

  /// The operation at a place, made of the columns.
  package func operation(_ place: Int, counter: UInt64) -> QuanCore.Operation {
    switch operation(place) {
    case .create(let layout, let row):
      return QuanCore.Operation(
        Dot(header.stream.replica, counter),
        .create(kind: layouts[layout].kind, fields: initialFields(layout: layout, row: row)))
    case .write(let slot, let row):
      let record = record(place)
      let body = QuanCore.Operation.Body.write(
        field: key(slot: slot, row: row), values: values(slot: slot, row: row),
        overwrites: overwrites(row: row, record: record))
      return QuanCore.Operation(record, body)
    case .insert(let slot, let row):
      let body = QuanCore.Operation.Body.insert(
        list: slots[slot].key, place: self.place(row: row), values: values(slot: slot, row: row).map(\.value))
      return QuanCore.Operation(record(place), body)
    case .move(let slot, let row):
      let record = record(place)
      let body = QuanCore.Operation.Body.move(
        list: slots[slot].key, element: element(row: row, record: record), place: self.place(row: row),
        overwrites: overwrites(row: row, record: record))
      return QuanCore.Operation(record, body)
    case .edit(let slot, let row):
      return QuanCore.Operation(record(place), .edit(field: slots[slot].key, edit: textEdits[row]))
    case .increment(let slot, let row):
      return QuanCore.Operation(record(place), .increment(field: slots[slot].key, amount: amounts[row]))
    case .delete(let row):
      let context = dots[dotStarts[row]..<dotStarts[row + 1]].map { ($0.replica, $0.counter) }
      return QuanCore.Operation(record(place), .delete(context: Dictionary(context) { first, _ in first }))
    case .restore(let row):
      return QuanCore.Operation(record(place), .restore(deletes: Array(dots[dotStarts[row]..<dotStarts[row + 1]])))
    }
  }

  /// What create `row` of a layout starts with.
  package func initialFields(layout: Int, row: Int) -> [InitialField] {
    let layout = layouts[layout]
    return layout.slots.enumerated().map { position, slot in
      let starts = layout.starts[position]
      let values = (starts[row]..<starts[row + 1]).map { layout.columns[position].value($0, dictionary) }
      return InitialField(slot.key, values)
    }
  }

  // MARK: Canonical bytes

  /// Appends the canonical bytes of a change, straight from the columns.
  func putCanonical(_ change: Int, _ writer: inout ByteWriter) {
    let places = operationStarts[change]..<operationStarts[change + 1]
    CanonicalChange.putHead(
      number: number(change), firstCounter: firstCounters[change], author: author(change), time: time(change),
      message: message(change), dependencies: dependencies(change), operationCount: places.count, &writer)
    for place in places { putCanonicalOperation(place, &writer) }
  }

  private func putCanonicalOperation(_ place: Int, _ writer: inout ByteWriter) {
    switch operation(place) {
    case .create(let index, let row):
      writer.byte(CanonicalChange.Code.create.rawValue)
      writer.dot(layouts[index].kind)
      writer.varint(UInt64(layouts[index].slots.count))
      for position in layouts[index].slots.indices {
        CanonicalChange.put(layouts[index].slots[position].key, &writer)
        let start = layouts[index].starts[position][row]
        let end = layouts[index].starts[position][row + 1]
        writer.varint(UInt64(end - start))
        for value in start..<end { layouts[index].columns[position].put(value, dictionary, &writer) }
      }
    case .write(let slot, let row):
      let record = record(place)
      writer.byte(CanonicalChange.Code.write.rawValue)
      writer.dot(record)
      CanonicalChange.put(key(slot: slot, row: row), &writer)
      writer.varint(valueCounts[row])
      for index in 0..<Int(valueCounts[row]) {
        slotColumns[slot].put(Int(valueStarts[row]) + index, dictionary, &writer)
        CanonicalChange.putOrigin(origins[originStarts[row] + index], &writer)
      }
      putOverwrites(row, record, &writer)
    case .insert(let slot, let row):
      writer.byte(CanonicalChange.Code.insert.rawValue)
      writer.dot(record(place))
      CanonicalChange.put(slots[slot].key, &writer)
      CanonicalChange.put(self.place(row: row), &writer)
      writer.varint(valueCounts[row])
      for index in 0..<Int(valueCounts[row]) {
        slotColumns[slot].put(Int(valueStarts[row]) + index, dictionary, &writer)
      }
    case .move(let slot, let row):
      let record = record(place)
      writer.byte(CanonicalChange.Code.move.rawValue)
      writer.dot(record)
      CanonicalChange.put(slots[slot].key, &writer)
      CanonicalChange.put(element(row: row, record: record), &writer)
      CanonicalChange.put(self.place(row: row), &writer)
      putOverwrites(row, record, &writer)
    case .edit(let slot, let row):
      writer.byte(CanonicalChange.Code.edit.rawValue)
      writer.dot(record(place))
      CanonicalChange.put(slots[slot].key, &writer)
      CanonicalChange.put(textEdits[row], &writer)
    case .increment(let slot, let row):
      writer.byte(CanonicalChange.Code.increment.rawValue)
      writer.dot(record(place))
      CanonicalChange.put(slots[slot].key, &writer)
      writer.zigzag(amounts[row])
    case .delete(let row):
      writer.byte(CanonicalChange.Code.delete.rawValue)
      writer.dot(record(place))
      CanonicalChange.put(Array(dots[dotStarts[row]..<dotStarts[row + 1]]), &writer)
    case .restore(let row):
      writer.byte(CanonicalChange.Code.restore.rawValue)
      writer.dot(record(place))
      CanonicalChange.put(Array(dots[dotStarts[row]..<dotStarts[row + 1]]), &writer)
    }
  }

  private func putOverwrites(_ row: Int, _ record: Dot, _ writer: inout ByteWriter) {
    let overwrites = overwrites(row: row, record: record)
    writer.varint(UInt64(overwrites.count))
    for entry in overwrites { CanonicalChange.put(entry, &writer) }
  }
}
