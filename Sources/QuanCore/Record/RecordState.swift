/// A delete that stands: no known restore has overwritten it.
public struct Delete: Hashable, Sendable {
  /// The operation.
  public let dot: Dot
  /// Who and when.
  public let stamp: Stamp
  /// What it had seen of the record: replica to the highest counter of its operations on it.
  public let context: [ReplicaID: UInt64]

  /// A standing delete.
  public init(dot: Dot, stamp: Stamp, context: [ReplicaID: UInt64]) {
    self.dot = dot
    self.stamp = stamp
    self.context = context
  }
}

/// Whether a record is there.
public enum Presence: Hashable, Sendable {
  /// No delete stands.
  case present
  /// A delete stands, and every operation on the record is covered by one.
  case deleted
  /// A delete stands, and so do operations that no standing delete had seen: a conflict; the record stays visible.
  case disputed
}

/// The state of one record: what its operations fold to, without the schema.
///
/// Operations must come in a causal order; concurrent ones commute.
public struct RecordState: Hashable, Sendable {
  /// The record.
  public let id: RecordID
  /// Its kind.
  public let kind: KindID
  /// Its fields, those that somebody has written.
  public var fields: [FieldKey: FieldState]
  /// The order of its lists, by the field as a whole; their elements are among the fields.
  public var lists: [FieldKey: ListState]
  /// Replica to the highest counter of its operations on the record, deletes not counted.
  public var seen: [ReplicaID: UInt64]
  /// The standing deletes, by operation.
  public var deletes: [Dot: Delete]

  /// A record as it was stored.
  public init(
    id: RecordID, kind: KindID, fields: [FieldKey: FieldState] = [:], lists: [FieldKey: ListState] = [:],
    seen: [ReplicaID: UInt64] = [:], deletes: [Dot: Delete] = [:]
  ) {
    self.id = id
    self.kind = kind
    self.fields = fields
    self.lists = lists
    self.seen = seen
    self.deletes = deletes
  }

  /// The record that a create begins.
  public init(creating id: RecordID, kind: KindID, fields initial: [InitialField], stamp: Stamp) {
    self.init(id: id, kind: kind, seen: [id.replica: id.counter])
    for field in initial { start(field, dot: id, stamp: stamp) }
  }

  /// Gives a field what its record is created with.
  public mutating func start(_ field: InitialField, dot: Dot, stamp: Stamp) {
    switch field.key.container {
    case .counter:
      var state = FieldState(key: field.key)
      for case .integer(let amount) in field.values { state.increment(by: amount) }
      fields[field.key] = state
    case .list where field.key.item == nil:
      insert(field.values, into: field.key, at: ListPlace(parent: nil, side: .right), dot: dot, stamp: stamp)
    case .register, .set, .map, .text, .list:
      var state = FieldState(key: field.key)
      state.apply(Write(dot: dot, stamp: stamp, values: field.values.map { WrittenValue($0) }, overwrites: []))
      fields[field.key] = state
    }
  }

  private mutating func insert(_ values: [Value], into list: FieldKey, at place: ListPlace, dot: Dot, stamp: Stamp) {
    lists[list, default: ListState()].insert(dot, count: values.count, at: place)
    for (index, value) in values.enumerated() {
      let key = FieldKey(list.id, element: EntryID(dot, UInt32(index)))
      fields[key, default: FieldState(key: key)]
        .apply(Write(dot: dot, stamp: stamp, values: [WrittenValue(value)], overwrites: []))
    }
  }

  /// Takes in an operation that is not the record's create.
  ///
  /// - Complexity: O(*n*) in the entries and remembered writes of the field concerned.
  public mutating func apply(_ body: Operation.Body, dot: Dot, stamp: Stamp) {
    switch body {
    case .create: return
    case .write(let key, let values, let overwrites):
      fields[key, default: FieldState(key: key)]
        .apply(Write(dot: dot, stamp: stamp, values: values, overwrites: overwrites))
    case .insert(let list, let place, let values): insert(values, into: list, at: place, dot: dot, stamp: stamp)
    case .move(let list, let element, let place, let overwrites):
      lists[list, default: ListState()].move(element, by: dot, to: place, leaving: overwrites)
    case .edit: break  // The text is a function of all its edits; whoever keeps it takes them in.
    case .increment(let key, let amount): fields[key, default: FieldState(key: key)].increment(by: amount)
    case .delete(let context):
      deletes[dot] = Delete(dot: dot, stamp: stamp, context: context)
      return
    case .restore(let overwritten):
      for delete in overwritten { deletes[delete] = nil }
    }
    seen[dot.replica] = max(seen[dot.replica] ?? 0, dot.counter)
  }

  /// Whether somebody has written a field as a whole, or an item of it.
  public func holds(_ field: FieldKey) -> Bool {
    switch field.container {
    case .map, .list: lists[field] != nil || fields.keys.contains { $0.whole == field }
    case .register, .set, .counter, .text: fields[field] != nil
    }
  }

  /// The writes that are remembered of a field as a whole: of a map or list, those to its items.
  public func writes(on field: FieldKey) -> [Write] {
    guard field.container == .map || field.container == .list else { return fields[field]?.writes ?? [] }
    return fields.values.filter { $0.key.whole == field }.flatMap(\.writes)
  }

  /// The keys of a map that hold something, ascending.
  public func items(ofMap map: FieldKey) -> [FieldKey] {
    fields.values.filter { $0.key.whole == map && $0.key.item != nil && !$0.sides.isEmpty }.map(\.key).sorted()
  }

  /// The elements of a list that are there, in its order.
  ///
  /// - Complexity: O(*n* log *n*) in the elements ever inserted and the moves.
  public func items(ofList list: FieldKey) -> [FieldKey] {
    (lists[list]?.elements ?? []).map { FieldKey(list.id, element: $0.element) }
      .filter { !(fields[$0]?.sides.isEmpty ?? true) }
  }

  /// The items of a map or list that are there, in order.
  public func items(of field: FieldKey) -> [FieldKey] {
    field.container == .list ? items(ofList: field) : items(ofMap: field)
  }

  /// Whether the record is there.
  public var presence: Presence {
    if deletes.isEmpty { return .present }
    return uncovered.isEmpty ? .deleted : .disputed
  }

  /// The replicas with operations that no standing delete had seen, with the highest counter of each, ascending.
  public var uncovered: [Dot] {
    seen.filter { replica, counter in
      !deletes.values.contains { ($0.context[replica] ?? 0) >= counter }
    }
    .map { Dot($0.key, $0.value) }.sorted()
  }
}
