package import QuanCore

/// The canonical bytes of a change: one encoding for one content; see *Format*, "Changes".
///
/// They are what digests are made of, and how a change is kept until it is packed. The stream is not among them:
/// it is in the digest that the chain starts from.
package enum CanonicalChange {
  enum Code: UInt8 {
    case create = 1
    case write = 2
    case increment = 3
    case delete = 4
    case restore = 5
    case insert = 6
    case move = 7
    case edit = 8
  }

  /// Encodes a change.
  package static func encode(_ change: Change) -> [UInt8] {
    var writer = ByteWriter()
    putHead(
      number: change.number, firstCounter: change.firstCounter, author: change.author, time: change.time,
      message: change.message, dependencies: change.dependencies, operationCount: change.operations.count, &writer)
    for operation in change.operations { put(operation, &writer) }
    return writer.bytes
  }

  static func putHead(
    number: UInt64, firstCounter: UInt64, author: String, time: Instant, message: String?,
    dependencies: some Collection<Dependency>, operationCount: Int, _ writer: inout ByteWriter
  ) {
    writer.varint(number)
    writer.varint(firstCounter)
    writer.string(author)
    writer.zigzag(time.milliseconds)
    writer.byte(message == nil ? 0 : 1)
    if let message { writer.string(message) }
    writer.varint(UInt64(dependencies.count))
    for dependency in dependencies { writer.dependency(dependency) }
    writer.varint(UInt64(operationCount))
  }

  private static func put(_ operation: Operation, _ writer: inout ByteWriter) {
    switch operation.body {
    case .create(let kind, let fields):
      writer.byte(Code.create.rawValue)
      writer.dot(kind)
      writer.varint(UInt64(fields.count))
      // Spans lend what they hold: nothing is counted for each field and value.
      let fields = fields.span
      for index in fields.indices {
        put(fields[index].key, &writer)
        let values = fields[index].values.span
        writer.varint(UInt64(values.count))
        for place in values.indices { ValueCodec.put(values[place], &writer) }
      }
    case .write(let key, let values, let overwrites):
      writer.byte(Code.write.rawValue)
      writer.dot(operation.record)
      put(key, &writer)
      writer.varint(UInt64(values.count))
      for written in values {
        ValueCodec.put(written.value, &writer)
        putOrigin(written.origin, &writer)
      }
      writer.varint(UInt64(overwrites.count))
      for entry in overwrites { put(entry, &writer) }
    case .insert(let list, let place, let values):
      writer.byte(Code.insert.rawValue)
      writer.dot(operation.record)
      put(list, &writer)
      put(place, &writer)
      writer.varint(UInt64(values.count))
      for value in values { ValueCodec.put(value, &writer) }
    case .move(let list, let element, let place, let overwrites):
      writer.byte(Code.move.rawValue)
      writer.dot(operation.record)
      put(list, &writer)
      put(element, &writer)
      put(place, &writer)
      writer.varint(UInt64(overwrites.count))
      for entry in overwrites { put(entry, &writer) }
    case .edit(let key, let edit):
      writer.byte(Code.edit.rawValue)
      writer.dot(operation.record)
      put(key, &writer)
      put(edit, &writer)
    case .increment(let key, let amount):
      writer.byte(Code.increment.rawValue)
      writer.dot(operation.record)
      put(key, &writer)
      writer.zigzag(amount)
    case .delete(let context):
      writer.byte(Code.delete.rawValue)
      writer.dot(operation.record)
      put(context.map { Dot($0.key, $0.value) }.sorted(), &writer)
    case .restore(let deletes):
      writer.byte(Code.restore.rawValue)
      writer.dot(operation.record)
      put(deletes, &writer)
    }
  }

  static func put(_ key: FieldKey, _ writer: inout ByteWriter) {
    writer.dot(key.id)
    writer.byte(key.container.rawValue)
    switch key.item {
    case .key(let key): writer.string(key.text)
    case .element(let element): put(element, &writer)
    case nil: break
    }
  }

  static func put(_ place: ListPlace, _ writer: inout ByteWriter) {
    guard let parent = place.parent else {
      writer.byte(0)
      return
    }
    writer.byte(place.side.rawValue)
    put(parent, &writer)
  }

  static func put(_ edit: TextEdit, _ writer: inout ByteWriter) {
    put(edit.parents, &writer)
    writer.varint(UInt64(edit.runs.count))
    for run in edit.runs {
      writer.byte(run.kind.rawValue)
      writer.varint(UInt64(run.position))
      writer.varint(UInt64(run.count))
    }
    writer.varint(UInt64(edit.utf8.count))
    writer.append(edit.utf8)
  }

  static func putOrigin(_ origin: Dot?, _ writer: inout ByteWriter) {
    writer.byte(origin == nil ? 0 : 1)
    if let origin { writer.dot(origin) }
  }

  static func put(_ entry: EntryID, _ writer: inout ByteWriter) {
    writer.dot(entry.dot)
    writer.varint(UInt64(entry.index))
  }

  static func put(_ dots: [Dot], _ writer: inout ByteWriter) {
    writer.varint(UInt64(dots.count))
    for dot in dots { writer.dot(dot) }
  }

  /// Decodes a change of a stream; refuses every encoding but the canonical one.
  package static func decode(_ bytes: [UInt8], stream: StreamID) throws(FormatError) -> Change {
    var reader = ByteReader(bytes)
    let number = try reader.varint()
    let firstCounter = try reader.varint()
    let author = try reader.string()
    let time = Instant(milliseconds: try reader.zigzag())
    let message = try flag(&reader) ? try reader.string() : nil
    let dependencies = try reader.dependencies()
    let count = try reader.count("operations", minimum: 2)
    guard count > 0, number > 0, firstCounter > 0, count <= SegmentLimits.operations,
      firstCounter <= SegmentLimits.counter - UInt64(count)
    else {
      throw .invalid("numbers of a change", offset: 0)
    }
    var operations: [Operation] = []
    for position in 0..<count {
      let own = Dot(stream.replica, firstCounter + UInt64(position))
      operations.append(try operation(own, &reader))
    }
    try reader.finish()
    return Change(
      stream: stream, number: number, firstCounter: firstCounter, author: author, time: time, message: message,
      dependencies: dependencies, operations: operations)
  }

  private static func operation(_ own: Dot, _ reader: inout ByteReader) throws(FormatError) -> Operation {
    let offset = reader.offset
    guard let code = Code(rawValue: try reader.byte()) else { throw .invalid("operation", offset: offset) }
    if code == .create {
      let kind = try reader.dot()
      var fields: [InitialField] = []
      for _ in 0..<(try reader.count("fields", minimum: 11)) {
        let key = try key(.field, &reader)
        if let last = fields.last, !(last.key < key) { throw .invalid("order of fields", offset: offset) }
        var values: [Value] = []
        for _ in 0..<(try reader.count("values", minimum: 2)) { values.append(try ValueCodec.value(&reader)) }
        fields.append(InitialField(key, values))
      }
      return Operation(own, .create(kind: kind, fields: fields))
    }
    let record = try reader.dot()
    switch code {
    case .write:
      let key = try key(.register, &reader)
      guard key.container != .text else { throw .invalid("container", offset: offset) }
      var values: [WrittenValue] = []
      for _ in 0..<(try reader.count("values", minimum: 3)) {
        let value = try ValueCodec.value(&reader)
        values.append(WrittenValue(value, origin: try flag(&reader) ? try reader.dot() : nil))
      }
      return Operation(record, .write(field: key, values: values, overwrites: try overwrites(&reader)))
    case .insert:
      let list = try key(.list, &reader)
      let place = try place(&reader)
      var values: [Value] = []
      for _ in 0..<(try reader.count("values", minimum: 2)) { values.append(try ValueCodec.value(&reader)) }
      return Operation(record, .insert(list: list, place: place, values: values))
    case .move:
      let list = try key(.list, &reader)
      let element = try entry(&reader)
      let place = try place(&reader)
      return Operation(
        record, .move(list: list, element: element, place: place, overwrites: try overwrites(&reader)))
    case .edit:
      let key = try key(.field, &reader)
      guard key.container == .text else { throw .invalid("container", offset: offset) }
      return Operation(record, .edit(field: key, edit: try edit(&reader)))
    case .increment:
      let key = try key(.field, &reader)
      return Operation(record, .increment(field: key, amount: try reader.zigzag()))
    case .delete:
      let dots = try dots(&reader)
      guard Set(dots.map(\.replica)).count == dots.count else { throw .invalid("context of a delete", offset: offset) }
      let context = Dictionary(uniqueKeysWithValues: dots.map { ($0.replica, $0.counter) })
      return Operation(record, .delete(context: context))
    case .restore, .create: return Operation(record, .restore(deletes: try dots(&reader)))
    }
  }

  private static func edit(_ reader: inout ByteReader) throws(FormatError) -> TextEdit {
    let parents = try dots(&reader)
    let offset = reader.offset
    var runs: [TextRun] = []
    for _ in 0..<(try reader.count("runs", minimum: 3)) {
      guard let kind = TextRun.Kind(rawValue: try reader.byte()) else { throw .invalid("run", offset: offset) }
      let position = try reader.varint()
      let count = try reader.varint()
      guard position <= SegmentLimits.position, count > 0, count <= SegmentLimits.position else {
        throw .invalid("run", offset: offset)
      }
      runs.append(TextRun(kind, at: Int(position), count: Int(count)))
    }
    let utf8 = Array(try reader.string().utf8)
    let edit = TextEdit(parents: parents, runs: runs, utf8: utf8)
    guard edit.isConsistent else { throw .invalid("run", offset: offset) }
    return edit
  }

  private static func flag(_ reader: inout ByteReader) throws(FormatError) -> Bool {
    let offset = reader.offset
    switch try reader.byte() {
    case 0: return false
    case 1: return true
    default: throw .invalid("flag", offset: offset)
    }
  }

  private static func entry(_ reader: inout ByteReader) throws(FormatError) -> EntryID {
    let offset = reader.offset
    let dot = try reader.dot()
    guard let index = UInt32(exactly: try reader.varint()) else { throw .invalid("entry", offset: offset) }
    return EntryID(dot, index)
  }

  private static func overwrites(_ reader: inout ByteReader) throws(FormatError) -> [EntryID] {
    let offset = reader.offset
    var overwrites: [EntryID] = []
    for _ in 0..<(try reader.count("overwrites", minimum: 10)) {
      let entry = try entry(&reader)
      if let last = overwrites.last, !(last < entry) { throw .invalid("order of overwrites", offset: offset) }
      overwrites.append(entry)
    }
    return overwrites
  }

  private static func place(_ reader: inout ByteReader) throws(FormatError) -> ListPlace {
    let offset = reader.offset
    let code = try reader.byte()
    if code == 0 { return ListPlace(parent: nil, side: .right) }
    guard let side = ListPlace.Side(rawValue: code) else { throw .invalid("place in a list", offset: offset) }
    return ListPlace(parent: try entry(&reader), side: side)
  }

  /// What a field key stands for.
  private enum KeyRole { case field, register, list }

  private static func key(_ role: KeyRole, _ reader: inout ByteReader) throws(FormatError) -> FieldKey {
    let id = try reader.dot()
    let offset = reader.offset
    guard let container = ContainerType(rawValue: try reader.byte()), role != .list || container == .list else {
      throw .invalid("container", offset: offset)
    }
    switch container {
    case .map: return FieldKey(id, key: try reader.string())
    case .list where role == .register: return FieldKey(id, element: try entry(&reader))
    case .register, .set, .counter, .text, .list: return FieldKey(id, container)
    }
  }

  private static func dots(_ reader: inout ByteReader) throws(FormatError) -> [Dot] {
    let offset = reader.offset
    var dots: [Dot] = []
    for _ in 0..<(try reader.count("dots", minimum: 9)) {
      let dot = try reader.dot()
      if let last = dots.last, !(last < dot) { throw .invalid("order of dots", offset: offset) }
      dots.append(dot)
    }
    return dots
  }
}
