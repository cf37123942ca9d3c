package import QuanCore

/// A place that writes go to, as a segment's dictionary lists it: the field, how it combines, and the type of the
/// values there; `nil` when they are of several types.
package struct Slot: Hashable, Sendable {
  /// The field and how its values combine.
  package let key: FieldKey
  /// The type of all values of the slot, or `nil` for several.
  package let type: ValueType?
}

/// The dictionaries that columns point into.
package struct SegmentDictionary: Sendable {
  package internal(set) var replicas: [ReplicaID] = []
  package internal(set) var scopes: [ScopeID] = []
}

/// The values of one slot, in the order of their operations.
package enum ValueColumn: Sendable {
  /// Texts and choices.
  case texts(TextColumn, ValueType)
  /// Integers, decimals, dates, moments and tri-states, as numbers.
  case numbers([Int64], ValueType)
  /// References: indices of replicas and scopes, and counters.
  case references(replicas: [UInt64], scopes: [UInt64], counters: [UInt64])
  /// Anything else, value by value.
  case others([Value])

  /// How many values there are.
  package var count: Int {
    switch self {
    case .texts(let column, _): column.count
    case .numbers(let numbers, _): numbers.count
    case .references(_, _, let counters): counters.count
    case .others(let values): values.count
    }
  }

  /// Value `index` of the column.
  package func value(_ index: Int, _ dictionary: SegmentDictionary) -> Value {
    switch self {
    case .texts(let column, let type):
      return type == .choice ? .choice(column.string(index)) : .text(column.string(index))
    case .numbers(let numbers, let type):
      // Checked when the column was decoded: every number is a value of the type.
      return (try? ValueCodec.value(of: type, number: numbers[index], offset: 0)) ?? .integer(numbers[index])
    case .references(let replicas, let scopes, let counters):
      return .reference(
        Reference(
          Dot(dictionary.replicas[Int(replicas[index])], counters[index]),
          in: dictionary.scopes[Int(scopes[index])]))
    case .others(let values): return values[index]
    }
  }

  /// Appends the canonical bytes of value `index`.
  func put(_ index: Int, _ dictionary: SegmentDictionary, _ writer: inout ByteWriter) {
    switch self {
    case .texts(let column, let type):
      writer.byte(type.rawValue)
      let range = column.range(index)
      writer.varint(UInt64(range.count))
      unsafe writer.append(column.storage.utf8(range))
    case .numbers(let numbers, let type) where type != .triState:
      writer.byte(type.rawValue)
      writer.zigzag(numbers[index])
    case .numbers, .references, .others: ValueCodec.put(value(index, dictionary), &writer)
    }
  }

  // MARK: Encoding

  /// Values on their way into a column, with the counters of the operations that own them.
  struct Builder {
    let type: ValueType?
    var texts = TextColumn.Builder()
    var numbers: [Int64] = []
    var replicas: [UInt64] = []
    var scopes: [UInt64] = []
    var distances: [UInt64] = []
    var others = ByteWriter()
    private(set) var count = 0

    init(type: ValueType?) { self.type = type }

    mutating func append(_ value: Value, owner: UInt64, _ names: inout SegmentNames) {
      count += 1
      switch (type, value) {
      case (.text, .text(let text)), (.choice, .choice(let text)): texts.append(text)
      case (.integer, .integer(let number)), (.decimal, .decimal(let number)): numbers.append(number)
      case (.date, .date(let date)): numbers.append(Int64(date.daysSince1970))
      case (.instant, .instant(let instant)): numbers.append(instant.milliseconds)
      case (.triState, .triState(let state)): numbers.append(Int64(state.rawValue))
      case (.reference, .reference(let reference)):
        replicas.append(names.index(of: reference.record.replica))
        scopes.append(names.index(of: reference.scope))
        distances.append(ByteWriter.zigzagged(Int64(bitPattern: owner &- reference.record.counter)))
      default: ValueCodec.put(value, &others)
      }
    }

    func encode(to writer: inout ByteWriter) {
      switch type {
      case .text, .choice: texts.encode(to: &writer)
      case .integer, .decimal, .date, .instant, .triState:
        IntegerColumn.encode(numbers.map { ByteWriter.zigzagged($0) }, to: &writer)
      case .reference:
        IntegerColumn.encode(replicas, to: &writer)
        IntegerColumn.encode(scopes, to: &writer)
        IntegerColumn.encode(distances, to: &writer)
      case .attachment, .real, nil: writer.append(others.bytes)
      }
    }
  }

  // MARK: Decoding

  init(
    _ type: ValueType?, owners: [UInt64], _ dictionary: SegmentDictionary, from reader: inout ByteReader,
    bytes: [UInt8]
  ) throws(FormatError) {
    let offset = reader.offset
    let count = owners.count
    switch type {
    case .text, .choice:
      self = .texts(try TextColumn(count, from: &reader, bytes: bytes), type ?? .text)
    case .integer, .decimal, .date, .instant, .triState:
      let type = type ?? .integer
      let numbers = try IntegerColumn.decode(count, from: &reader).map { ByteReader.unzigzagged($0) }
      if type == .date || type == .triState {
        for number in numbers { _ = try ValueCodec.value(of: type, number: number, offset: offset) }
      }
      self = .numbers(numbers, type)
    case .reference:
      let replicas = try IntegerColumn.decode(count, from: &reader)
      let scopes = try IntegerColumn.decode(count, from: &reader)
      let distances = try IntegerColumn.decode(count, from: &reader)
      guard replicas.allSatisfy({ $0 < UInt64(dictionary.replicas.count) }),
        scopes.allSatisfy({ $0 < UInt64(dictionary.scopes.count) })
      else { throw .invalid("reference", offset: offset) }
      var counters: [UInt64] = []
      counters.reserveCapacity(count)
      for index in 0..<count {
        counters.append(owners[index] &- UInt64(bitPattern: ByteReader.unzigzagged(distances[index])))
      }
      self = .references(replicas: replicas, scopes: scopes, counters: counters)
    case .attachment, .real, nil:
      var values: [Value] = []
      for _ in 0..<count {
        let value = try ValueCodec.value(&reader)
        if let type, value.type != type { throw .invalid("type of a value", offset: offset) }
        values.append(value)
      }
      self = .others(values)
    }
  }
}

/// Gives the names that a segment uses their places in its dictionaries, in order of first use.
struct SegmentNames {
  private(set) var replicas: [ReplicaID] = []
  private(set) var scopes: [ScopeID] = []
  private var replicaIndex: [ReplicaID: UInt64] = [:]
  private var scopeIndex: [ScopeID: UInt64] = [:]

  mutating func index(of replica: ReplicaID) -> UInt64 {
    if let last = replicas.last, last == replica { return UInt64(replicas.count - 1) }
    if let known = replicaIndex[replica] { return known }
    let index = UInt64(replicas.count)
    replicas.append(replica)
    replicaIndex[replica] = index
    return index
  }

  mutating func index(of scope: ScopeID) -> UInt64 {
    if let known = scopeIndex[scope] { return known }
    let index = UInt64(scopes.count)
    scopes.append(scope)
    scopeIndex[scope] = index
    return index
  }
}
