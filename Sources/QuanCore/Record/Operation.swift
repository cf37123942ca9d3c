/// How the values of a field combine.
///
/// The raw values are those of the format.
public enum ContainerType: UInt8, Hashable, Sendable, CaseIterable {
  /// One value; concurrent ones stand side by side until a write has seen them all.
  case register = 0
  /// An observed-remove set.
  case set = 1
  /// A counter that adds up increments.
  case counter = 2
  /// A map of registers.
  case map = 3
  /// A collaborative text.
  case text = 4
  /// An ordered list of registers, with moves.
  case list = 5
}

/// The place in a record that an operation writes: the field, how its values combine and, in a map or a list, which
/// of its items.
///
/// Operations fold without the schema, so each says what the schema would. A container's identity is
/// (record, field, container type): two laptops that fill it independently merge.
public struct FieldKey: Hashable, Comparable, Sendable {
  /// The field.
  public let id: FieldID
  /// How its values combine.
  public let container: ContainerType
  /// The item of a map or list that is meant; `nil` for the field as a whole.
  public let item: FieldItem?

  /// Names a place in a record.
  public init(_ id: FieldID, _ container: ContainerType = .register) {
    self.id = id
    self.container = container
    item = nil
  }

  /// Names the register under a key of a map.
  public init(_ id: FieldID, key: String) {
    self.id = id
    container = .map
    item = .key(MapKey(key))
  }

  /// Names the register that is an element of a list.
  public init(_ id: FieldID, element: EntryID) {
    self.id = id
    container = .list
    item = .element(element)
  }

  /// The field as a whole.
  public var whole: FieldKey { FieldKey(id, container) }

  /// Whether what is here is one value: a register, or an item of a map or list.
  public var isRegister: Bool { container == .register || item != nil }

  /// The same place in another field.
  public func moved(to id: FieldID, element: (EntryID) -> EntryID) -> FieldKey {
    switch item {
    case .key(let key): FieldKey(id, key: key.text)
    case .element(let old): FieldKey(id, element: element(old))
    case nil: FieldKey(id, container)
    }
  }

  /// Orders by field, then by container type, then by item, the whole field first.
  public static func < (one: Self, other: Self) -> Bool {
    if (one.id, one.container.rawValue) != (other.id, other.container.rawValue) {
      return (one.id, one.container.rawValue) < (other.id, other.container.rawValue)
    }
    guard let item = one.item else { return other.item != nil }
    return other.item.map { item < $0 } ?? false
  }
}

/// The identity of one value in a field: the operation that wrote it and its place among that operation's values.
public struct EntryID: Hashable, Comparable, Sendable {
  /// The operation.
  public let dot: Dot
  /// The place among the values that the operation wrote into the field, from 0.
  public let index: UInt32

  /// Names a value.
  public init(_ dot: Dot, _ index: UInt32 = 0) {
    self.dot = dot
    self.index = index
  }

  /// Orders by operation, then by place.
  public static func < (one: Self, other: Self) -> Bool { (one.dot, one.index) < (other.dot, other.index) }
}

/// A value as an operation carries it.
public struct WrittenValue: Hashable, Sendable {
  /// The value.
  public let value: Value
  /// The operation that first wrote it, when this one brings it back (undo reopens a conflict with its authors).
  public let origin: Dot?

  /// A value, with the operation it is brought back from.
  public init(_ value: Value, origin: Dot? = nil) {
    self.value = value
    self.origin = origin
  }
}

/// What a new record starts with in one field.
public struct InitialField: Hashable, Sendable {
  /// The field.
  public let key: FieldKey
  /// Its values: one for a register and for a key of a map, the elements of a set or list, one integer for a counter.
  public let values: [Value]

  /// Gives a field its initial values.
  public init(_ key: FieldKey, _ values: [Value]) {
    self.key = key
    self.values = values
  }
}

/// One step on one record.
public struct Operation: Hashable, Sendable {
  /// What a step does.
  public enum Body: Hashable, Sendable {
    /// The record begins, with all initial fields under this one operation, ascending by field.
    case create(kind: KindID, fields: [InitialField])
    /// Registers and sets: the entries in `overwrites` go, `values` come. On a register it is a *set* (without
    /// values: *cleared*); on a set an *add*, a *remove*, or both. The items of maps and lists are registers: cleared,
    /// they are no longer there.
    case write(field: FieldKey, values: [WrittenValue], overwrites: [EntryID])
    /// New elements stand in a list, the first at `place`, each other one right behind the one before it. Element *n* is
    /// named by this operation and *n*.
    case insert(list: FieldKey, place: ListPlace, values: [Value])
    /// An element of a list stands at `place`, which this operation and 0 name; `overwrites` are the places that it leaves.
    case move(list: FieldKey, element: EntryID, place: ListPlace, overwrites: [EntryID])
    /// Scalars of a collaborative text are inserted and deleted.
    case edit(field: FieldKey, edit: TextEdit)
    /// The counter grows by `amount`, which may be negative.
    case increment(field: FieldKey, amount: Int64)
    /// The record is deleted as far as `context` has seen it: replica to the highest counter of its operations on it.
    case delete(context: [ReplicaID: UInt64])
    /// The deletes named are overwritten.
    case restore(deletes: [Dot])
  }

  /// The record; for a create, the operation's own dot.
  public let record: RecordID
  /// What the step does.
  public let body: Body

  /// A step on a record.
  public init(_ record: RecordID, _ body: Body) {
    self.record = record
    self.body = body
  }
}

/// The operations of one transaction: applied whole or not at all.
public struct Change: Hashable, Sendable {
  /// The stream it belongs to.
  public let stream: StreamID
  /// Its number in the stream, from 1.
  public let number: UInt64
  /// The counter of its first operation; the others follow without gaps.
  public let firstCounter: UInt64
  /// Who wrote it.
  public let author: String
  /// When, by the laptop's clock: a claim, shown and never trusted.
  public let time: Instant
  /// What the author said about it.
  public let message: String?
  /// What the author had newly seen since the change before, of the other streams of the scope, in ascending order.
  public let dependencies: [Dependency]
  /// The steps; never none.
  public let operations: [Operation]

  /// A change of a stream.
  public init(
    stream: StreamID, number: UInt64, firstCounter: UInt64, author: String, time: Instant, message: String? = nil,
    dependencies: [Dependency] = [], operations: [Operation]
  ) {
    self.stream = stream
    self.number = number
    self.firstCounter = firstCounter
    self.author = author
    self.time = time
    self.message = message
    self.dependencies = dependencies
    self.operations = operations
  }

  /// The dot of the operation at a position.
  public func dot(at position: Int) -> Dot { Dot(stream.replica, firstCounter + UInt64(position)) }

  /// The operations with their dots.
  public var dotted: [(dot: Dot, operation: Operation)] {
    operations.enumerated().map { (dot(at: $0.offset), $0.element) }
  }
}

/// Who wrote something, and when by their laptop's clock.
public struct Stamp: Hashable, Sendable {
  /// The person.
  public let author: String
  /// The claimed time.
  public let time: Instant

  /// Names a person and a claimed time.
  public init(author: String, time: Instant) {
    self.author = author
    self.time = time
  }
}
