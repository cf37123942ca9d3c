import QuanCore
import QuanFormat

/// The content of a row of `quan_conflict`: the whole conflict, so that listing reads nothing else.
enum ConflictCodec {
  static func encode(_ conflict: Conflict) -> [UInt8] {
    var writer = ByteWriter()
    put(conflict, &writer)
    return writer.bytes
  }

  static func put(_ conflict: Conflict, _ writer: inout ByteWriter) {
    put(conflict.record, &writer)
    put(conflict.scope.dot, &writer)
    put(conflict.kind, &writer)
    putOptional(conflict.field, &writer)
    put(conflict.item, &writer)
    writer.string(conflict.class.rawValue)
    put(conflict.base, &writer)
    put(conflict.sides, &writer)
  }

  static func put(_ values: [Value], _ writer: inout ByteWriter) {
    writer.varint(UInt64(values.count))
    for value in values { ValueCodec.put(value, &writer) }
  }

  static func put(_ sides: [Conflict.Side], _ writer: inout ByteWriter) {
    writer.varint(UInt64(sides.count))
    for side in sides {
      writer.byte((side.value == nil ? 0 : 1) | (side.event == nil ? 0 : 2))
      if let value = side.value { ValueCodec.put(value, &writer) }
      if let event = side.event { writer.string(event) }
      put(side.dot, &writer)
      put(side.stamp, &writer)
      put(side.alike, &writer)
    }
  }

  static func decode(_ bytes: [UInt8]) throws -> Conflict {
    do {
      var reader = ByteReader(bytes)
      return try conflict(&reader)
    } catch let error as FormatError {
      throw StoreError(.damaged, "a conflict's row is damaged (\(error))")
    }
  }

  static func conflict(_ reader: inout ByteReader) throws -> Conflict {
    let record = try dot(&reader)
    let scope = ScopeID(try dot(&reader))
    let kind = try dot(&reader)
    let field = try optionalDot(&reader)
    let item = try item(&reader)
    guard let `class` = ConflictClass(rawValue: try reader.string()) else {
      throw StoreError(.damaged, "a conflict's class is unknown")
    }
    let base = try values(&reader)
    return Conflict(
      record: record, scope: scope, kind: kind, field: field, item: item, class: `class`, base: base,
      sides: try sides(&reader))
  }

  static func values(_ reader: inout ByteReader) throws -> [Value] {
    var values: [Value] = []
    for _ in 0..<(try reader.count("values")) { values.append(try ValueCodec.value(&reader)) }
    return values
  }

  static func sides(_ reader: inout ByteReader) throws -> [Conflict.Side] {
    var sides: [Conflict.Side] = []
    for _ in 0..<(try reader.count("sides")) {
      let flags = try reader.byte()
      let value = flags & 1 == 0 ? nil : try ValueCodec.value(&reader)
      let event = flags & 2 == 0 ? nil : try reader.string()
      let sideDot = try dot(&reader)
      let sideStamp = try stamp(&reader)
      sides.append(
        Conflict.Side(value: value, event: event, dot: sideDot, stamp: sideStamp, alike: try stamps(&reader)))
    }
    return sides
  }

  /// The bytes by which the item of a conflict is told from others of its field; none for the whole field.
  static func bytes(of item: FieldItem?) -> [UInt8] {
    var writer = ByteWriter()
    if item != nil { put(item, &writer) }
    return writer.bytes
  }

  static func put(_ item: FieldItem?, _ writer: inout ByteWriter) {
    switch item {
    case nil: writer.byte(0)
    case .key(let key):
      writer.byte(1)
      writer.string(key.text)
    case .element(let element):
      writer.byte(2)
      put(element.dot, &writer)
      writer.varint(UInt64(element.index))
    }
  }

  static func item(_ reader: inout ByteReader) throws -> FieldItem? {
    switch try reader.byte() {
    case 0: return nil
    case 1: return .key(MapKey(try reader.string()))
    default:
      let dot = try dot(&reader)
      return .element(EntryID(dot, UInt32(truncatingIfNeeded: try reader.varint())))
    }
  }

  static func put(_ dot: Dot, _ writer: inout ByteWriter) {
    writer.fixed64(dot.replica.rawValue)
    writer.varint(dot.counter)
  }

  static func putOptional(_ dot: Dot?, _ writer: inout ByteWriter) {
    writer.byte(dot == nil ? 0 : 1)
    if let dot { put(dot, &writer) }
  }

  static func put(_ stamps: [Stamp], _ writer: inout ByteWriter) {
    writer.varint(UInt64(stamps.count))
    for stamp in stamps { put(stamp, &writer) }
  }

  static func put(_ stamp: Stamp, _ writer: inout ByteWriter) {
    writer.string(stamp.author)
    writer.zigzag(stamp.time.milliseconds)
  }

  static func dot(_ reader: inout ByteReader) throws -> Dot {
    let replica = ReplicaID(rawValue: try reader.fixed64())
    return Dot(replica, try reader.varint())
  }

  static func optionalDot(_ reader: inout ByteReader) throws -> Dot? {
    try reader.byte() == 0 ? nil : try dot(&reader)
  }

  static func stamps(_ reader: inout ByteReader) throws -> [Stamp] {
    var stamps: [Stamp] = []
    for _ in 0..<(try reader.count("stamps")) { stamps.append(try stamp(&reader)) }
    return stamps
  }

  static func stamp(_ reader: inout ByteReader) throws -> Stamp {
    let author = try reader.string()
    return Stamp(author: author, time: Instant(milliseconds: try reader.zigzag()))
  }
}
