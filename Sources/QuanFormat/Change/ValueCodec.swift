package import QuanCore

/// The canonical bytes of a value: its type, then its content; see *Format*, "Values".
package enum ValueCodec {
  /// Appends a value.
  package static func put(_ value: Value, _ writer: inout ByteWriter) {
    writer.byte(value.type.rawValue)
    switch value {
    case .text(let text), .choice(let text): writer.string(text)
    case .integer(let number), .decimal(let number): writer.zigzag(number)
    case .date(let date): writer.zigzag(Int64(date.daysSince1970))
    case .instant(let instant): writer.zigzag(instant.milliseconds)
    case .triState(let state): writer.byte(state.rawValue)
    case .reference(let reference):
      writer.dot(reference.record)
      writer.dot(reference.scope.dot)
    case .attachment(let digest): writer.append(digest.bytes)
    case .real(let real): writer.fixed64(real.bitPattern)
    }
  }

  /// Reads a value.
  package static func value(_ reader: inout ByteReader) throws(FormatError) -> Value {
    let offset = reader.offset
    guard let type = ValueType(rawValue: try reader.byte()) else { throw .invalid("type of a value", offset: offset) }
    switch type {
    case .text: return .text(try reader.string())
    case .choice: return .choice(try reader.string())
    case .reference:
      let record = try reader.dot()
      return .reference(Reference(record, in: ScopeID(try reader.dot())))
    case .attachment:
      guard let digest = Digest(try reader.take(32)) else { throw .truncated(offset: offset) }
      return .attachment(digest)
    case .real: return .real(Double(bitPattern: try reader.fixed64()))
    case .triState: return try value(of: type, number: Int64(try reader.byte()), offset: offset)
    case .integer, .decimal, .date, .instant: return try value(of: type, number: try reader.zigzag(), offset: offset)
    }
  }

  /// The value of a type that is a number in columns.
  static func value(of type: ValueType, number: Int64, offset: Int) throws(FormatError) -> Value {
    switch type {
    case .integer: return .integer(number)
    case .decimal: return .decimal(number)
    case .instant: return .instant(Instant(milliseconds: number))
    case .date:
      guard let days = Int32(exactly: number), let date = CivilDate(daysSince1970: days) else {
        throw .invalid("date", offset: offset)
      }
      return .date(date)
    case .triState:
      guard let code = UInt8(exactly: number), let state = TriState(rawValue: code) else {
        throw .invalid("tri-state", offset: offset)
      }
      return .triState(state)
    case .text, .choice, .reference, .attachment, .real: throw .invalid("type of a value", offset: offset)
    }
  }
}

extension ByteWriter {
  /// A dot: the replica in eight bytes, the counter.
  package mutating func dot(_ dot: Dot) {
    fixed64(dot.replica.rawValue)
    varint(dot.counter)
  }

  /// A place in a stream.
  package mutating func dependency(_ dependency: Dependency) {
    fixed64(dependency.stream.replica.rawValue)
    dot(dependency.stream.scope.dot)
    varint(dependency.tip.number)
    fixed64(dependency.tip.check)
  }
}

extension ByteReader {
  /// Reads what ``ByteWriter/dot(_:)`` writes.
  package mutating func dot() throws(FormatError) -> Dot {
    let replica = ReplicaID(rawValue: try fixed64())
    return Dot(replica, try varint())
  }

  /// Reads what ``ByteWriter/dependency(_:)`` writes.
  package mutating func dependency() throws(FormatError) -> Dependency {
    let replica = ReplicaID(rawValue: try fixed64())
    let scope = ScopeID(try dot())
    let number = try varint()
    return Dependency(StreamID(replica, scope), Tip(number: number, check: try fixed64()))
  }

  /// A list of places in strictly ascending order.
  package mutating func dependencies() throws(FormatError) -> [Dependency] {
    let offset = offset
    var list: [Dependency] = []
    for _ in 0..<(try count("dependencies", minimum: 26)) {
      let next = try dependency()
      if let last = list.last, !(last < next) { throw .invalid("order of dependencies", offset: offset) }
      list.append(next)
    }
    return list
  }
}
