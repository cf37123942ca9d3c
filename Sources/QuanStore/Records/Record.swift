public import QuanCore

/// An item of a map or list, as it is to be shown.
public struct ItemView: Hashable, Sendable {
  /// The key or the element.
  public let item: FieldItem
  /// What is shown: one value, or all sides under `keep-all`.
  public let shown: [Value]
  /// The sides, when there are several.
  public let sides: [Side]
  /// Whether people must decide.
  public let outcome: Decision.Outcome
  /// For an element that several people moved at once: the places where it is not shown.
  public let otherPlaces: [EntryID]

  /// An item to be shown.
  public init(
    item: FieldItem, shown: [Value], sides: [Side], outcome: Decision.Outcome, otherPlaces: [EntryID] = []
  ) {
    self.item = item
    self.shown = shown
    self.sides = sides
    self.outcome = outcome
    self.otherPlaces = otherPlaces
  }

  /// The key of a map.
  public var key: String? { if case .key(let key) = item { key.text } else { nil } }

  /// The element of a list.
  public var element: EntryID? { if case .element(let element) = item { element } else { nil } }

  /// Whether it is waiting for a person.
  public var isConflicted: Bool { outcome == .asked || outcome == .disputed }
}

/// What a field holds in another form than its definition says: operations fold without the schema, so a text, a list and
/// a map that people wrote into one field under different definitions are all kept.
public struct OtherForm: Hashable, Sendable {
  /// How the values combine.
  public let container: ContainerType
  /// The values: sides, elements in order, or what stands under the keys.
  public let values: [Value]

  /// Another form.
  public init(container: ContainerType, values: [Value]) {
    self.container = container
    self.values = values
  }
}

/// One field of a record, as it is to be shown.
public struct FieldView: Hashable, Sendable {
  /// The field's definition.
  public let definition: FieldDefinition
  /// What is shown: nothing, one value, the elements of a set in order, a counter's total, all sides under `keep-all`, or
  /// what the items of a map or list show, one after another.
  public let shown: [Value]
  /// The sides, when there are several.
  public let sides: [Side]
  /// Whether people must decide.
  public let outcome: Decision.Outcome
  /// The items of a map, by key, or of a list, in order.
  public let items: [ItemView]
  /// What is there in other forms, when a single record is read.
  public let otherForms: [OtherForm]

  /// A field to be shown.
  public init(
    definition: FieldDefinition, shown: [Value], sides: [Side], outcome: Decision.Outcome, items: [ItemView] = [],
    otherForms: [OtherForm] = []
  ) {
    self.items = items
    self.otherForms = otherForms
    self.definition = definition
    self.shown = shown
    self.sides = sides
    self.outcome = outcome
  }

  /// Whether it is waiting for a person.
  public var isConflicted: Bool { outcome == .asked || outcome == .disputed }

  /// An item of the map or list that is there.
  public func item(_ item: FieldItem?) -> ItemView? { items.first { $0.item == item } }
}

/// A record, as it is to be shown.
public struct Record: Hashable, Sendable {
  /// The record.
  public let id: RecordID
  /// The scope it is in.
  public let scope: ScopeID
  /// Its kind.
  public let kind: KindDefinition
  /// Its fields that hold something, in the schema's order.
  public let fields: [FieldView]
  /// Whether it is there.
  public let presence: Presence
  /// The other IDs that it goes by, ascending: somebody has found that it was entered more than once.
  public let others: [RecordID]

  /// A record to be shown.
  public init(
    id: RecordID, scope: ScopeID, kind: KindDefinition, fields: [FieldView], presence: Presence,
    others: [RecordID] = []
  ) {
    self.id = id
    self.scope = scope
    self.kind = kind
    self.fields = fields
    self.presence = presence
    self.others = others
  }

  /// The field that goes by a name, if it holds something.
  public subscript(name: String) -> FieldView? { fields.first { $0.definition.name == name } }

  /// Whether anything about it is waiting for a person.
  public var isConflicted: Bool { presence == .disputed || fields.contains { $0.isConflicted } }
}

/// One step in the history of a record.
public struct HistoryStep: Hashable, Sendable {
  /// The operation.
  public let dot: Dot
  /// What it did.
  public let body: Operation.Body
  /// Who, and when by their clock.
  public let stamp: Stamp
  /// What the author said about the change.
  public let message: String?
  /// The change it belongs to.
  public let change: ChangeID

  /// A step.
  public init(dot: Dot, body: Operation.Body, stamp: Stamp, message: String?, change: ChangeID) {
    self.dot = dot
    self.body = body
    self.stamp = stamp
    self.message = message
    self.change = change
  }
}

/// One change in the log.
public struct LogEntry: Hashable, Sendable {
  /// The change.
  public let id: ChangeID
  /// Who, and when by their clock.
  public let stamp: Stamp
  /// What the author said about it.
  public let message: String?
  /// How many operations it holds.
  public let operationCount: Int
  /// The records it touched, ascending, at most 20.
  public let records: [RecordID]
  /// Its first operation, by which people name it.
  public let first: Dot
  /// The last changes of others that its author had newly seen, as far as they are held.
  public let seen: [ChangeID]

  /// A change in the log.
  public init(
    id: ChangeID, stamp: Stamp, message: String?, operationCount: Int, records: [RecordID], first: Dot,
    seen: [ChangeID]
  ) {
    self.first = first
    self.seen = seen
    self.id = id
    self.stamp = stamp
    self.message = message
    self.operationCount = operationCount
    self.records = records
  }
}
