package import QuanCore

/// What a transfer brings to another scope: its records with all their sides, and who wrote each value when and on which
/// laptop; see *Format*, "Parcels".
///
/// Whoever opens it need not hold the scope that it comes from.
package struct Parcel: Hashable, Sendable {
  /// A value that stood, or a clearing.
  package struct Entry: Hashable, Sendable {
    /// The operation that wrote it, and its place among that operation's values.
    package let id: EntryID
    /// The value; `nil` for a clearing.
    package let value: Value?
    /// Who wrote it, and when by their clock.
    package let stamp: Stamp
    /// What the laptop was called.
    package let laptop: String

    /// A value that stood.
    package init(id: EntryID, value: Value?, stamp: Stamp, laptop: String) {
      self.id = id
      self.value = value
      self.stamp = stamp
      self.laptop = laptop
    }
  }

  /// A field, or an item of a map or list; elements of a list are in its order.
  package struct Field: Hashable, Sendable {
    /// The place in the record.
    package let key: FieldKey
    /// What stood there, ascending.
    package let entries: [Entry]
    /// The total of a counter.
    package let total: Int64

    /// A field of given parts.
    package init(key: FieldKey, entries: [Entry], total: Int64) {
      self.key = key
      self.entries = entries
      self.total = total
    }
  }

  /// A record.
  package struct Item: Hashable, Sendable {
    /// The IDs that it goes by, ascending: the first is the one that it is shown under.
    package let continues: [RecordID]
    /// Its kind.
    package let kind: KindID
    /// Whether somebody deleted it.
    package let isDeleted: Bool
    /// Its fields that hold something.
    package let fields: [Field]

    /// A record of given parts.
    package init(continues: [RecordID], kind: KindID, isDeleted: Bool, fields: [Field]) {
      self.continues = continues
      self.kind = kind
      self.isDeleted = isDeleted
      self.fields = fields
    }
  }

  /// The transfer.
  package let transfer: Reference
  /// The record that the transfer is about.
  package let record: RecordID
  /// The scope that it goes to.
  package let to: ScopeID
  /// The last operation of each replica, in the scope that it comes from, that it takes in.
  package let seen: [ReplicaID: UInt64]
  /// Why.
  package let reason: String
  /// The records.
  package let items: [Item]

  /// A parcel of given parts.
  package init(
    transfer: Reference, record: RecordID, to: ScopeID, seen: [ReplicaID: UInt64], reason: String, items: [Item]
  ) {
    self.transfer = transfer
    self.record = record
    self.to = to
    self.seen = seen
    self.reason = reason
    self.items = items
  }

  /// The scope that it comes from.
  package var from: ScopeID { transfer.scope }

  // MARK: Bytes

  /// The bytes.
  package func encode() -> [UInt8] {
    var writer = ByteWriter()
    writer.varint(0)
    writer.dot(transfer.record)
    writer.dot(transfer.scope.dot)
    writer.dot(record)
    writer.dot(to.dot)
    writer.varint(UInt64(seen.count))
    for (replica, counter) in seen.sorted(by: { $0.key < $1.key }) { writer.dot(Dot(replica, counter)) }
    writer.string(reason)
    writer.varint(UInt64(items.count))
    for item in items { Self.put(item, &writer) }
    return writer.bytes
  }

  /// Reads the bytes.
  package init(_ bytes: [UInt8]) throws(FormatError) {
    var reader = ByteReader(bytes)
    guard try reader.varint() == 0 else { throw .invalid("version of a parcel", offset: 0) }
    let record = try reader.dot()
    transfer = Reference(record, in: ScopeID(try reader.dot()))
    self.record = try reader.dot()
    to = ScopeID(try reader.dot())
    var seen: [ReplicaID: UInt64] = [:]
    for _ in 0..<(try reader.count("replicas", minimum: 9)) {
      let dot = try reader.dot()
      seen[dot.replica] = dot.counter
    }
    self.seen = seen
    reason = try reader.string()
    var items: [Item] = []
    for _ in 0..<(try reader.count("records", minimum: 13)) { items.append(try Self.item(&reader)) }
    self.items = items
    try reader.finish()
  }

  private static func put(_ item: Item, _ writer: inout ByteWriter) {
    writer.varint(UInt64(item.continues.count))
    for id in item.continues { writer.dot(id) }
    writer.dot(item.kind)
    writer.byte(item.isDeleted ? 1 : 0)
    writer.varint(UInt64(item.fields.count))
    for field in item.fields { put(field, &writer) }
  }

  private static func item(_ reader: inout ByteReader) throws(FormatError) -> Item {
    var continues: [RecordID] = []
    for _ in 0..<(try reader.count("IDs", minimum: 9)) { continues.append(try reader.dot()) }
    guard !continues.isEmpty else { throw .invalid("record of a parcel", offset: reader.offset) }
    let kind = try reader.dot()
    let isDeleted = try reader.byte() != 0
    var fields: [Field] = []
    for _ in 0..<(try reader.count("fields", minimum: 12)) { fields.append(try field(&reader)) }
    return Item(continues: continues, kind: kind, isDeleted: isDeleted, fields: fields)
  }

  private static func put(_ field: Field, _ writer: inout ByteWriter) {
    writer.dot(field.key.id)
    writer.byte(field.key.container.rawValue)
    switch field.key.item {
    case nil: writer.byte(0)
    case .key(let key):
      writer.byte(1)
      writer.string(key.text)
    case .element(let element):
      writer.byte(2)
      put(element, &writer)
    }
    writer.zigzag(field.total)
    writer.varint(UInt64(field.entries.count))
    for entry in field.entries {
      put(entry.id, &writer)
      writer.byte(entry.value == nil ? 0 : 1)
      if let value = entry.value { ValueCodec.put(value, &writer) }
      writer.string(entry.stamp.author)
      writer.zigzag(entry.stamp.time.milliseconds)
      writer.string(entry.laptop)
    }
  }

  private static func field(_ reader: inout ByteReader) throws(FormatError) -> Field {
    let id = try reader.dot()
    let offset = reader.offset
    guard let container = ContainerType(rawValue: try reader.byte()) else {
      throw .invalid("container of a field", offset: offset)
    }
    let key: FieldKey
    switch (try reader.byte(), container) {
    case (0, _): key = FieldKey(id, container)
    case (1, .map): key = FieldKey(id, key: try reader.string())
    case (2, .list): key = FieldKey(id, element: try entry(&reader))
    default: throw .invalid("item of a field", offset: offset)
    }
    let total = try reader.zigzag()
    var entries: [Entry] = []
    for _ in 0..<(try reader.count("values", minimum: 14)) {
      let id = try entry(&reader)
      let value = try reader.byte() == 0 ? nil : try ValueCodec.value(&reader)
      let author = try reader.string()
      let time = Instant(milliseconds: try reader.zigzag())
      entries.append(
        Entry(id: id, value: value, stamp: Stamp(author: author, time: time), laptop: try reader.string()))
    }
    return Field(key: key, entries: entries, total: total)
  }

  private static func put(_ entry: EntryID, _ writer: inout ByteWriter) {
    writer.dot(entry.dot)
    writer.varint(UInt64(entry.index))
  }

  private static func entry(_ reader: inout ByteReader) throws(FormatError) -> EntryID {
    let dot = try reader.dot()
    let offset = reader.offset
    guard let index = UInt32(exactly: try reader.varint()) else { throw .invalid("place of a value", offset: offset) }
    return EntryID(dot, index)
  }
}
