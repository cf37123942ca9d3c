/// A record in the form in which replicas are compared.
///
/// Two replicas that have seen the same changes of a scope have equal canonical records, whatever the order, route,
/// grouping and repetition of delivery; forgotten writes, history and packing do not show.
public struct CanonicalRecord: Hashable, Sendable, CustomStringConvertible {
  /// A standing value.
  public struct Entry: Hashable, Sendable {
    /// Which value of which operation.
    public let id: EntryID
    /// The value; `nil` for a clearing.
    public let value: Value?
    /// What it was brought back from.
    public let origin: Dot?

    /// A standing value.
    public init(id: EntryID, value: Value?, origin: Dot?) {
      self.id = id
      self.value = value
      self.origin = origin
    }
  }

  /// A field with its standing values, ascending, or its total.
  public struct Field: Hashable, Sendable {
    /// The field.
    public let key: FieldKey
    /// The standing values, ascending.
    public let entries: [Entry]
    /// The total of a counter.
    public let total: Int64

    /// A field.
    public init(key: FieldKey, entries: [Entry], total: Int64) {
      self.key = key
      self.entries = entries
      self.total = total
    }
  }

  /// A list with all places ever made in it, ascending.
  public struct List: Hashable, Sendable {
    /// The field.
    public let key: FieldKey
    /// The places, ascending by name.
    public let placements: [Placement]

    /// A list.
    public init(key: FieldKey, placements: [Placement]) {
      self.key = key
      self.placements = placements.sorted { $0.id < $1.id }
    }
  }

  /// The record.
  public let id: RecordID
  /// Its kind.
  public let kind: KindID
  /// Whether it is there.
  public let presence: Presence
  /// The fields that hold something, ascending.
  public let fields: [Field]
  /// The order of its lists, ascending by field.
  public let lists: [List]
  /// The standing deletes, ascending.
  public let deletes: [Dot]

  /// A record of given parts; fields that hold nothing are left out, and all is brought into order.
  public init(
    id: RecordID, kind: KindID, presence: Presence, fields: [Field], lists: [List], deletes: [Dot]
  ) {
    self.id = id
    self.kind = kind
    self.presence = presence
    self.fields = fields.filter { !$0.entries.isEmpty || $0.total != 0 }.sorted { $0.key < $1.key }
    self.lists = lists.filter { !$0.placements.isEmpty }.sorted { $0.key < $1.key }
    self.deletes = deletes.sorted()
  }

  /// The canonical form of a state.
  public init(_ state: RecordState) {
    self.init(
      id: state.id, kind: state.kind, presence: state.presence,
      fields: state.fields.values.map { field in
        Field(
          key: field.key,
          entries: field.entries.map { Entry(id: $0.id, value: $0.value, origin: $0.origin) },
          total: field.total)
      },
      lists: state.lists.map { List(key: $0.key, placements: Array($0.value.placements.values)) },
      deletes: Array(state.deletes.keys))
  }

  /// One line a field, for people who look for a difference.
  public var description: String {
    var lines = ["\(id) kind \(kind) \(presence) deletes \(deletes)"]
    for field in fields {
      let entries = field.entries.map { entry in
        let value = entry.value.map { "\($0)" } ?? "cleared"
        return "\(entry.id.dot)#\(entry.id.index)=\(value)" + (entry.origin.map { "<\($0)" } ?? "")
      }
      let item = field.key.item.map { " \($0)" } ?? ""
      lines.append("  \(field.key.id).\(field.key.container)\(item) \(entries) total \(field.total)")
    }
    for list in lists {
      let places = list.placements.map { placement in
        let parent = placement.place.parent.map { "\($0.dot)#\($0.index)" } ?? "start"
        return "\(placement.id.dot)#\(placement.id.index) \(placement.place.side) of \(parent)"
      }
      lines.append("  \(list.key.id).list order \(places)")
    }
    return lines.joined(separator: "\n")
  }
}

/// A scope in the form in which replicas are compared.
public struct CanonicalScope: Hashable, Sendable {
  /// The records, ascending.
  public let records: [CanonicalRecord]
  /// What has been seen of the scope.
  public let vector: VersionVector

  /// A scope of given records, in any order.
  public init(records: [CanonicalRecord], vector: VersionVector) {
    self.records = records.sorted { $0.id < $1.id }
    self.vector = vector
  }
}
