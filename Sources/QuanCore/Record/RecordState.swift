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
  /// Replica to the highest counter of its operations on the record, deletes not counted.
  public var seen: [ReplicaID: UInt64]
  /// The standing deletes, by operation.
  public var deletes: [Dot: Delete]

  /// A record as it was stored.
  public init(
    id: RecordID, kind: KindID, fields: [FieldKey: FieldState] = [:], seen: [ReplicaID: UInt64] = [:],
    deletes: [Dot: Delete] = [:]
  ) {
    self.id = id
    self.kind = kind
    self.fields = fields
    self.seen = seen
    self.deletes = deletes
  }

  /// The record that a create begins.
  public init(creating id: RecordID, kind: KindID, fields initial: [InitialField], stamp: Stamp) {
    self.init(id: id, kind: kind, seen: [id.replica: id.counter])
    for field in initial {
      var state = FieldState(key: field.key)
      if field.key.container == .counter {
        for case .integer(let amount) in field.values { state.increment(by: amount) }
      } else {
        state.apply(Write(dot: id, stamp: stamp, values: field.values.map { WrittenValue($0) }, overwrites: []))
      }
      fields[field.key] = state
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
