import QuanCore

/// Unpacks the columns of a segment in their order; see *Format*, "Segments".
struct SegmentDecoder {
  private let header: SegmentHeader
  private let content: [UInt8]
  private var dictionary = SegmentDictionary()
  private var texts: [String] = []

  private(set) var operationStarts: [Int] = [0]
  private(set) var firstCounters: [UInt64] = []
  private(set) var authors: [UInt64] = []
  private(set) var times: [Int64] = []
  private(set) var messages: [UInt64] = []
  private(set) var dependencyStarts: [Int] = [0]
  private(set) var dependencyList: [Dependency] = []

  private(set) var heads: [UInt64] = []
  private(set) var rows: [UInt32] = []
  private(set) var edits: [UInt32] = []
  private(set) var recordReplicas: [UInt64] = []
  private(set) var recordCounters: [UInt64] = []
  private(set) var valueStarts: [UInt32] = []
  private(set) var valueCounts: [UInt64] = []
  private(set) var overwriteHeads: [UInt64] = []
  private(set) var overwriteStarts: [Int] = [0]
  private(set) var overwriteList: [EntryID] = []
  private(set) var originStarts: [Int] = [0]
  private(set) var origins: [Dot?] = []
  private(set) var listSorts: [UInt32: ListSort] = [:]
  private(set) var elements: [UInt32: EntryID] = [:]
  private(set) var places: [UInt32: ListPlace] = [:]
  private(set) var amounts: [Int64] = []
  private(set) var dotStarts: [Int] = [0]
  private(set) var dots: [Dot] = []
  /// For each layout, the counters of its creates; for each slot, those of the owners of its values.
  private var layoutOwners: [[UInt64]] = []
  private var slotOwners: [[UInt64]] = []
  /// For each edit of a text, its place among the operations that are no creates, its slot and its counter.
  private var editPlaces: [(edit: Int, slot: Int, counter: UInt64)] = []

  init(_ header: SegmentHeader, _ content: [UInt8]) {
    self.header = header
    self.content = content
  }

  // MARK: Dictionaries

  mutating func names(_ reader: inout ByteReader) throws(FormatError) -> SegmentDictionary {
    for _ in 0..<(try reader.count("replicas", minimum: 8)) {
      dictionary.replicas.append(ReplicaID(rawValue: try reader.fixed64()))
    }
    for _ in 0..<(try reader.count("scopes", minimum: 9)) { dictionary.scopes.append(ScopeID(try reader.dot())) }
    guard dictionary.replicas.first == header.stream.replica, dictionary.scopes.first == header.stream.scope else {
      throw .invalid("stream of a segment", offset: 0)
    }
    return dictionary
  }

  mutating func texts(_ reader: inout ByteReader) throws(FormatError) -> [String] {
    for _ in 0..<(try reader.count("texts")) { texts.append(try reader.string()) }
    return texts
  }

  func slots(_ reader: inout ByteReader) throws(FormatError) -> [Slot] {
    var slots: [Slot] = []
    for _ in 0..<(try reader.count("slots", minimum: 4)) {
      let id = try dictionaryDot(&reader)
      let offset = reader.offset
      guard let container = ContainerType(rawValue: try reader.byte()) else {
        throw .invalid("container", offset: offset)
      }
      let code = try reader.byte()
      let type = ValueType(rawValue: code)
      guard code == 0 || type != nil else { throw .invalid("type of a slot", offset: offset) }
      guard container == .map else {
        slots.append(Slot(key: FieldKey(id, container), type: type))
        continue
      }
      let index = try reader.varint()
      guard index < UInt64(texts.count) else { throw .invalid("key of a map", offset: offset) }
      slots.append(Slot(key: FieldKey(id, key: texts[Int(index)]), type: type))
    }
    return slots
  }

  func layouts(_ slots: [Slot], _ reader: inout ByteReader) throws(FormatError) -> [DecodedSegment.Layout] {
    var layouts: [DecodedSegment.Layout] = []
    for _ in 0..<(try reader.count("layouts", minimum: 3)) {
      let kind = try dictionaryDot(&reader)
      var own: [Slot] = []
      for _ in 0..<(try reader.count("slots of a layout")) {
        let offset = reader.offset
        let index = try reader.varint()
        guard index < UInt64(slots.count) else { throw .invalid("slot of a layout", offset: offset) }
        let slot = slots[Int(index)]
        if let last = own.last, !(last.key < slot.key) { throw .invalid("order of fields", offset: offset) }
        own.append(slot)
      }
      layouts.append(DecodedSegment.Layout(kind: kind, slots: own))
    }
    return layouts
  }

  private func dictionaryDot(_ reader: inout ByteReader) throws(FormatError) -> Dot {
    let offset = reader.offset
    let index = try reader.varint()
    guard index < UInt64(dictionary.replicas.count) else { throw .invalid("replica", offset: offset) }
    return Dot(dictionary.replicas[Int(index)], try reader.varint())
  }

  private func replicas(_ column: [UInt64], _ offset: Int) throws(FormatError) {
    guard column.allSatisfy({ $0 < UInt64(dictionary.replicas.count) }) else {
      throw .invalid("replica", offset: offset)
    }
  }

  /// Running sums of counts, which together must be `total`, or when that is `nil` at most the limit of operations.
  private func starts(_ counts: [UInt64], total: Int? = nil, _ offset: Int) throws(FormatError) -> [Int] {
    var starts = [0]
    starts.reserveCapacity(counts.count + 1)
    var sum = 0
    for count in counts {
      guard count <= UInt64((total ?? SegmentLimits.operations) - sum) else { throw .invalid("count", offset: offset) }
      sum += Int(count)
      starts.append(sum)
    }
    guard total == nil || sum == total else { throw .invalid("count", offset: offset) }
    return starts
  }

  // MARK: Changes

  mutating func changes(_ reader: inout ByteReader) throws(FormatError) {
    let offset = reader.offset
    let count = header.range.count
    let operationCounts = try IntegerColumn.decode(count, from: &reader)
    guard operationCounts.allSatisfy({ $0 > 0 }) else { throw .invalid("empty change", offset: offset) }
    operationStarts = try starts(operationCounts, total: header.operationCount, offset)
    let gaps = try IntegerColumn.decode(count, from: &reader)
    authors = try IntegerColumn.decode(count, from: &reader)
    let timeSteps = try IntegerColumn.decode(count, from: &reader)
    messages = try IntegerColumn.decode(count, from: &reader)
    let textCount = UInt64(texts.count)
    guard authors.allSatisfy({ $0 < textCount }), messages.allSatisfy({ $0 <= textCount }) else {
      throw .invalid("text of a change", offset: offset)
    }
    try setCounters(operationCounts, gaps, offset)
    var time: Int64 = 0
    times = timeSteps.map { step in
      time = time &+ ByteReader.unzigzagged(step)
      return time
    }
    try dependencies(count, &reader)
  }

  /// Counters go backwards from the last one, which the header gives.
  private mutating func setCounters(_ counts: [UInt64], _ gaps: [UInt64], _ offset: Int) throws(FormatError) {
    var next = header.lastCounter
    var reversed: [UInt64] = []
    for index in counts.indices.reversed() {
      guard counts[index] <= next else { throw .invalid("counter", offset: offset) }
      let first = next - counts[index] + 1
      reversed.append(first)
      guard index == 0 || gaps[index] < first else { throw .invalid("counter", offset: offset) }
      next = index == 0 ? 0 : first - 1 - gaps[index]
    }
    guard gaps.first == 0 else { throw .invalid("counter", offset: offset) }
    firstCounters = reversed.reversed()
  }

  private mutating func dependencies(_ count: Int, _ reader: inout ByteReader) throws(FormatError) {
    let offset = reader.offset
    let counts = try IntegerColumn.decode(count, from: &reader)
    dependencyStarts = try starts(counts, offset)
    let total = dependencyStarts[count]
    let ofReplica = try IntegerColumn.decode(total, from: &reader)
    try replicas(ofReplica, offset)
    let ofScope = try IntegerColumn.decode(total, from: &reader)
    guard ofScope.allSatisfy({ $0 < UInt64(dictionary.scopes.count) }) else { throw .invalid("scope", offset: offset) }
    let numbers = try IntegerColumn.decode(total, from: &reader)
    for index in 0..<total {
      let stream = StreamID(dictionary.replicas[Int(ofReplica[index])], dictionary.scopes[Int(ofScope[index])])
      dependencyList.append(Dependency(stream, Tip(number: numbers[index], check: try reader.fixed64())))
    }
    for change in 0..<count {
      let list = dependencyList[dependencyStarts[change]..<dependencyStarts[change + 1]]
      guard zip(list, list.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw .invalid("order of dependencies", offset: offset)
      }
    }
    // The last place of each stream at least; of forked streams there may be several.
    let all = Set(dependencyList)
    let required = Set(header.requires)
    func lasts(_ places: Set<Dependency>) -> [StreamID: UInt64] {
      Dictionary(places.map { ($0.stream, $0.tip.number) }, uniquingKeysWith: max)
    }
    guard required.isSubset(of: all), lasts(all) == lasts(required),
      zip(header.requires, header.requires.dropFirst()).allSatisfy({ $0 < $1 })
    else {
      throw .invalid("requirements of a segment", offset: offset)
    }
  }

  // MARK: Operations

  mutating func operations(
    slotCount: Int, layoutCount: Int, _ slots: [Slot], _ reader: inout ByteReader
  ) throws(FormatError) {
    let offset = reader.offset
    heads = try IntegerColumn.decode(header.operationCount, from: &reader)
    layoutOwners = Array(repeating: [], count: layoutCount)
    slotOwners = Array(repeating: [], count: slotCount)
    var counts = (edits: 0, writes: 0, increments: 0, dots: 0)
    var writeSlots: [Int] = []
    var writeOwners: [UInt64] = []
    var listRows: [UInt32] = []
    rows.reserveCapacity(heads.count)
    edits.reserveCapacity(heads.count)
    for change in firstCounters.indices {
      for place in operationStarts[change]..<operationStarts[change + 1] {
        let counter = firstCounters[change] + UInt64(place - operationStarts[change])
        let sort = heads[place] % SegmentSort.count
        let index = heads[place] / SegmentSort.count
        edits.append(UInt32(counts.edits))
        if sort != SegmentSort.create { counts.edits += 1 }
        switch sort {
        case SegmentSort.create:
          guard index < UInt64(layoutCount) else { throw .invalid("layout", offset: offset) }
          rows.append(UInt32(layoutOwners[Int(index)].count))
          layoutOwners[Int(index)].append(counter)
        case SegmentSort.write:
          guard index < UInt64(slotCount) else { throw .invalid("slot", offset: offset) }
          if slots[Int(index)].key.container == .text {
            rows.append(UInt32(editPlaces.count))
            editPlaces.append((counts.edits - 1, Int(index), counter))
            continue
          }
          if slots[Int(index)].key.container == .list { listRows.append(UInt32(counts.writes)) }
          rows.append(UInt32(counts.writes))
          counts.writes += 1
          writeSlots.append(Int(index))
          writeOwners.append(counter)
        case SegmentSort.increment:
          guard index < UInt64(slotCount) else { throw .invalid("slot", offset: offset) }
          rows.append(UInt32(counts.increments))
          counts.increments += 1
        default:
          guard index == 0 else {
            throw .invalid("operation", offset: offset)
          }
          rows.append(UInt32(counts.dots))
          counts.dots += 1
        }
      }
    }
    recordReplicas = try IntegerColumn.decode(counts.edits, from: &reader)
    try replicas(recordReplicas, offset)
    recordCounters = try IntegerColumn.decode(counts.edits, from: &reader)
    try writes(counts.writes, writeSlots, writeOwners, slots, &reader)
    try listParts(listRows, &reader)
    amounts = try IntegerColumn.decode(counts.increments, from: &reader).map { ByteReader.unzigzagged($0) }
    let dotCounts = try IntegerColumn.decode(counts.dots, from: &reader)
    dotStarts = try starts(dotCounts, offset)
    dots = try dots(dotStarts[counts.dots], &reader)
    // A delete names each replica once, a restore each delete.
    for place in heads.indices where heads[place] % SegmentSort.count > SegmentSort.increment {
      let list = Int(rows[place])
      let own = dots[dotStarts[list]..<dotStarts[list + 1]]
      let isDelete = heads[place] % SegmentSort.count == SegmentSort.delete
      let isOrdered = zip(own, own.dropFirst()).allSatisfy { isDelete ? $0.replica < $1.replica : $0 < $1 }
      guard isOrdered else { throw .invalid("order of dots", offset: offset) }
    }
  }

  /// What the writes in the slots of lists are, their elements and the places that they make.
  private mutating func listParts(_ rows: [UInt32], _ reader: inout ByteReader) throws(FormatError) {
    let offset = reader.offset
    for (row, code) in zip(rows, try IntegerColumn.decode(rows.count, from: &reader)) {
      guard let sort = ListSort(rawValue: code) else { throw .invalid("operation on a list", offset: offset) }
      listSorts[row] = sort
    }
    let ofElements = rows.filter { listSorts[$0] != .insert }
    for (row, element) in zip(ofElements, try entries(ofElements.count, &reader)) { elements[row] = element }
    let ofPlaces = rows.filter { listSorts[$0] != .write }
    let sides = try IntegerColumn.decode(ofPlaces.count, from: &reader)
    guard sides.allSatisfy({ $0 <= 2 }) else { throw .invalid("place in a list", offset: offset) }
    var parents = try entries(sides.count { $0 != 0 }, &reader)[...]
    for (row, side) in zip(ofPlaces, sides) {
      let side = ListPlace.Side(rawValue: UInt8(truncatingIfNeeded: side))
      places[row] = ListPlace(parent: side == nil ? nil : parents.popFirst(), side: side ?? .right)
    }
    // An insert overwrites nothing and its values have no origins; a move has no values.
    let isPlain = rows.allSatisfy { row in
      switch listSorts[row] {
      case .insert:
        overwriteHeads[Int(row)] == 1
          && origins[originStarts[Int(row)]..<originStarts[Int(row) + 1]].allSatisfy { $0 == nil }
      case .move: valueCounts[Int(row)] == 0
      case .write, nil: true
      }
    }
    guard isPlain else { throw .invalid("operation on a list", offset: offset) }
  }

  private func entries(_ count: Int, _ reader: inout ByteReader) throws(FormatError) -> [EntryID] {
    let offset = reader.offset
    let dots = try dots(count, &reader)
    let indices = try IntegerColumn.decode(count, from: &reader)
    guard indices.allSatisfy({ $0 <= UInt64(UInt32.max) }) else { throw .invalid("entry", offset: offset) }
    return zip(dots, indices).map { EntryID($0, UInt32(truncatingIfNeeded: $1)) }
  }

  private mutating func writes(
    _ count: Int, _ ofSlot: [Int], _ owners: [UInt64], _ slots: [Slot], _ reader: inout ByteReader
  ) throws(FormatError) {
    let offset = reader.offset
    valueCounts = try IntegerColumn.decode(count, from: &reader)
    originStarts = try starts(valueCounts, offset)
    valueStarts.reserveCapacity(count)
    for write in 0..<count {
      valueStarts.append(UInt32(slotOwners[ofSlot[write]].count))
      for _ in 0..<valueCounts[write] { slotOwners[ofSlot[write]].append(owners[write]) }
    }
    overwriteHeads = try IntegerColumn.decode(count, from: &reader)
    overwriteStarts = try starts(overwriteHeads.map { $0 == 0 ? 0 : $0 - 1 }, offset)
    overwriteList = try entries(overwriteStarts[count], &reader)
    for write in 0..<count {
      let own = overwriteList[overwriteStarts[write]..<overwriteStarts[write + 1]]
      guard zip(own, own.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw .invalid("order of overwrites", offset: offset)
      }
    }
    let ofOrigin = try IntegerColumn.decode(originStarts[count], from: &reader)
    guard ofOrigin.allSatisfy({ $0 <= UInt64(dictionary.replicas.count) }) else {
      throw .invalid("origin", offset: offset)
    }
    let originCounters = try IntegerColumn.decode(ofOrigin.count { $0 != 0 }, from: &reader)
    var next = 0
    origins.reserveCapacity(ofOrigin.count)
    for replica in ofOrigin {
      if replica == 0 {
        origins.append(nil)
      } else {
        origins.append(Dot(dictionary.replicas[Int(replica) - 1], originCounters[next]))
        next += 1
      }
    }
  }

  private func dots(_ count: Int, _ reader: inout ByteReader) throws(FormatError) -> [Dot] {
    let offset = reader.offset
    let ofReplica = try IntegerColumn.decode(count, from: &reader)
    try replicas(ofReplica, offset)
    let counters = try IntegerColumn.decode(count, from: &reader)
    return zip(ofReplica, counters).map { Dot(dictionary.replicas[Int($0)], $1) }
  }

  // MARK: Values

  func columns(
    of layout: inout DecodedSegment.Layout, _ index: Int, _ reader: inout ByteReader
  ) throws(FormatError) {
    let owners = layoutOwners[index]
    for slot in layout.slots {
      let offset = reader.offset
      let counts = try IntegerColumn.decode(owners.count, from: &reader)
      let starts = try starts(counts, offset)
      var valueOwners = owners
      if counts.contains(where: { $0 != 1 }) {
        valueOwners = zip(owners, counts).flatMap { Array(repeating: $0, count: Int($1)) }
      }
      layout.starts.append(starts)
      layout.columns.append(
        try ValueColumn(slot.type, owners: valueOwners, dictionary, from: &reader, bytes: content))
    }
  }

  func textEdits(_ reader: inout ByteReader) throws(FormatError) -> [TextEdit] {
    let targets = editPlaces.map { place in
      TextEditColumns.Target(
        record: Dot(dictionary.replicas[Int(recordReplicas[place.edit])], recordCounters[place.edit]),
        slot: place.slot, dot: Dot(header.stream.replica, place.counter))
    }
    return try TextEditColumns.decode(targets, dictionary, from: &reader, bytes: content)
  }

  func slotColumns(_ slots: [Slot], _ reader: inout ByteReader) throws(FormatError) -> [ValueColumn] {
    var columns: [ValueColumn] = []
    for (index, slot) in slots.enumerated() {
      columns.append(
        try ValueColumn(slot.type, owners: slotOwners[index], dictionary, from: &reader, bytes: content))
    }
    return columns
  }
}
