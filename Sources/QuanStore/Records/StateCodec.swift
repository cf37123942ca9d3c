import QuanCore
import QuanFormat

/// The blob of a row: what its columns cannot say of the record's state.
///
/// A row whose every field is as the record was created has no blob. Otherwise it holds the operations seen, the
/// standing deletes, and each field that has been written since, with the writes remembered. Dots are kept as
/// local stream index and counter. The blob is private to the file and its version stands in front.
struct StateCodec {
  /// The local dot of a dot in the record's scope or, for fields, in `shared`; makes streams known if need be.
  let local: (Dot, ScopeID) throws -> LocalDot
  /// The dot of a local dot.
  let dot: (LocalDot) -> Dot?

  private static let version: UInt8 = 1

  // MARK: Writing

  /// Encodes a state, leaving out the fields for which `isImplicit` says that the columns tell all; `nil` when
  /// nothing is left to say.
  func encode(
    _ state: RecordState, scope: ScopeID, isImplicit: (FieldKey) -> Bool
  ) throws -> [UInt8]? {
    let fields = state.fields.values.filter { !isImplicit($0.key) }.sorted { $0.key < $1.key }
    let lists = state.lists.filter { !isImplicit($0.key) }
    let isPristine = state.seen == [state.id.replica: state.id.counter] && state.deletes.isEmpty
    if fields.isEmpty && lists.isEmpty && isPristine { return nil }
    return try encode(state, fields, lists, scope)
  }

  /// Encodes a state with all its fields, for a record that has no columns.
  func encodeWhole(_ state: RecordState, scope: ScopeID) throws -> [UInt8] {
    try encode(state, state.fields.values.sorted { $0.key < $1.key }, state.lists, scope)
  }

  private func encode(
    _ state: RecordState, _ fields: [FieldState], _ lists: [FieldKey: ListState], _ scope: ScopeID
  ) throws -> [UInt8] {
    var writer = ByteWriter()
    writer.byte(Self.version)
    try put(state.seen, scope, &writer)
    writer.varint(UInt64(state.deletes.count))
    for delete in state.deletes.values.sorted(by: { $0.dot < $1.dot }) {
      try put(delete.dot, scope, &writer)
      put(delete.stamp, &writer)
      try put(delete.context, scope, &writer)
    }
    writer.varint(UInt64(fields.count))
    for field in fields { try put(field, scope, &writer) }
    // Nothing where there are no lists.
    for (key, list) in lists.sorted(by: { $0.key < $1.key }) { try put(key, list, scope, &writer) }
    return writer.bytes
  }

  private func put(_ key: FieldKey, _ list: ListState, _ scope: ScopeID, _ writer: inout ByteWriter) throws {
    try put(key.id, .shared, &writer)
    writer.varint(UInt64(list.placements.count))
    for placement in list.placements.values.sorted(by: { $0.id < $1.id }) {
      try put(placement.id, scope, &writer)
      writer.byte((placement.place.parent == nil ? 0 : placement.place.side.rawValue))
      if let parent = placement.place.parent { try put(parent, scope, &writer) }
      // An insert's place is named as its element is, and leaves none.
      writer.byte(placement.element == placement.id ? 0 : 1)
      if placement.element == placement.id { continue }
      try put(placement.element, scope, &writer)
      writer.varint(UInt64(placement.overwrites.count))
      for entry in placement.overwrites { try put(entry, scope, &writer) }
    }
  }

  private func put(_ entry: EntryID, _ scope: ScopeID, _ writer: inout ByteWriter) throws {
    try put(entry.dot, scope, &writer)
    writer.varint(UInt64(entry.index))
  }

  private func put(_ dot: Dot, _ scope: ScopeID, _ writer: inout ByteWriter) throws {
    let local = try local(dot, scope)
    writer.varint(UInt64(local.stream))
    writer.varint(local.counter)
  }

  private func put(_ counters: [ReplicaID: UInt64], _ scope: ScopeID, _ writer: inout ByteWriter) throws {
    writer.varint(UInt64(counters.count))
    for (replica, counter) in counters.sorted(by: { $0.key < $1.key }) {
      try put(Dot(replica, counter), scope, &writer)
    }
  }

  private func put(_ stamp: Stamp, _ writer: inout ByteWriter) {
    writer.string(stamp.author)
    writer.zigzag(stamp.time.milliseconds)
  }

  private func put(_ field: FieldState, _ scope: ScopeID, _ writer: inout ByteWriter) throws {
    try put(field.key.id, .shared, &writer)
    writer.byte(field.key.container.rawValue)
    switch field.key.item {
    case .key(let key): writer.string(key.text)
    case .element(let element): try put(element, scope, &writer)
    case nil: break
    }
    writer.zigzag(field.total)
    let standing = Set(field.entries.map(\.id))
    writer.varint(UInt64(field.writes.count))
    for write in field.writes {
      try put(write.dot, scope, &writer)
      put(write.stamp, &writer)
      writer.varint(UInt64(write.values.count))
      for (index, written) in write.values.enumerated() {
        let stands = standing.contains(EntryID(write.dot, UInt32(index)))
        writer.byte((stands ? 1 : 0) | (written.origin == nil ? 0 : 2))
        ValueCodec.put(written.value, &writer)
        if let origin = written.origin { try put(origin, scope, &writer) }
      }
      if write.values.isEmpty { writer.byte(standing.contains(EntryID(write.dot)) ? 1 : 0) }
      writer.varint(UInt64(write.overwrites.count))
      for entry in write.overwrites { try put(entry, scope, &writer) }
    }
  }

  // MARK: Reading

  /// Decodes a blob into a state that lacks the fields that only columns tell of.
  func decode(_ blob: [UInt8], id: RecordID, kind: KindID) throws -> RecordState {
    do {
      var reader = ByteReader(blob)
      guard try reader.byte() == Self.version else {
        throw StoreError(.newerFormat, "a record was written by a newer Quan", subject: id.description)
      }
      var state = RecordState(id: id, kind: kind)
      state.seen = try counters(&reader)
      for _ in 0..<(try reader.varint()) {
        let dot = try dot(&reader)
        let stamp = try stamp(&reader)
        state.deletes[dot] = Delete(dot: dot, stamp: stamp, context: try counters(&reader))
      }
      for _ in 0..<(try reader.varint()) {
        let field = try field(&reader)
        state.fields[field.key] = field
      }
      while !reader.isAtEnd {
        let key = FieldKey(try self.dot(&reader), .list)
        state.lists[key] = try list(&reader)
      }
      return state
    } catch let error as FormatError {
      throw StoreError(.damaged, "a record's state is damaged (\(error))", subject: id.description)
    }
  }

  private func dot(_ reader: inout ByteReader) throws -> Dot {
    let stream = try reader.varint()
    let counter = try reader.varint()
    guard stream < UInt64(LocalDot.indexLimit), counter < LocalDot.counterLimit,
      let dot = dot(LocalDot(stream: Int(stream), counter: counter))
    else { throw StoreError(.damaged, "a record's state names an unknown stream") }
    return dot
  }

  private func counters(_ reader: inout ByteReader) throws -> [ReplicaID: UInt64] {
    var counters: [ReplicaID: UInt64] = [:]
    for _ in 0..<(try reader.varint()) {
      let dot = try dot(&reader)
      counters[dot.replica] = dot.counter
    }
    return counters
  }

  private func stamp(_ reader: inout ByteReader) throws -> Stamp {
    let author = try reader.string()
    return Stamp(author: author, time: Instant(milliseconds: try reader.zigzag()))
  }

  private func list(_ reader: inout ByteReader) throws -> ListState {
    var placements: [Placement] = []
    for _ in 0..<(try reader.varint()) {
      let id = try entry(&reader)
      let side = ListPlace.Side(rawValue: try reader.byte())
      let place = ListPlace(parent: side == nil ? nil : try entry(&reader), side: side ?? .right)
      guard try reader.byte() != 0 else {
        placements.append(Placement(id: id, element: id, place: place))
        continue
      }
      let element = try entry(&reader)
      var overwrites: [EntryID] = []
      for _ in 0..<(try reader.varint()) { overwrites.append(try entry(&reader)) }
      placements.append(Placement(id: id, element: element, place: place, overwrites: overwrites))
    }
    return ListState(placements)
  }

  private func entry(_ reader: inout ByteReader) throws -> EntryID {
    let dot = try dot(&reader)
    return EntryID(dot, UInt32(truncatingIfNeeded: try reader.varint()))
  }

  private func key(_ reader: inout ByteReader) throws -> FieldKey {
    let id = try dot(&reader)
    guard let container = ContainerType(rawValue: try reader.byte()) else {
      throw StoreError(.damaged, "a record's state has an unknown container")
    }
    switch container {
    case .map: return FieldKey(id, key: try reader.string())
    case .list: return FieldKey(id, element: try entry(&reader))
    case .register, .set, .counter, .text: return FieldKey(id, container)
    }
  }

  private func field(_ reader: inout ByteReader) throws -> FieldState {
    let key = try key(&reader)
    let total = try reader.zigzag()
    var entries: [Entry] = []
    var writes: [Write] = []
    for _ in 0..<(try reader.varint()) {
      let writeDot = try dot(&reader)
      let stamp = try stamp(&reader)
      var values: [WrittenValue] = []
      let count = try reader.varint()
      for index in 0..<count {
        let flags = try reader.byte()
        let value = try ValueCodec.value(&reader)
        let origin = flags & 2 == 0 ? nil : try dot(&reader)
        values.append(WrittenValue(value, origin: origin))
        if flags & 1 != 0 {
          entries.append(
            Entry(
              id: EntryID(writeDot, UInt32(truncatingIfNeeded: index)), value: value, origin: origin, stamp: stamp))
        }
      }
      if count == 0, try reader.byte() == 1 {
        entries.append(Entry(id: EntryID(writeDot), value: nil, origin: nil, stamp: stamp))
      }
      var overwrites: [EntryID] = []
      for _ in 0..<(try reader.varint()) { overwrites.append(try entry(&reader)) }
      writes.append(Write(dot: writeDot, stamp: stamp, values: values, overwrites: overwrites))
    }
    return FieldState(key: key, entries: entries, writes: writes, total: total)
  }
}
