/// A name in both languages of the tool.
public struct Labels: Hashable, Sendable {
  /// Chinese.
  public let chinese: String
  /// English.
  public let english: String

  /// A name in both languages.
  public init(_ chinese: String, _ english: String) {
    self.chinese = chinese
    self.english = english
  }
}

/// Who may see a field.
public enum Sensitivity: String, Hashable, Sendable, CaseIterable {
  /// Anyone.
  case normal = "N"
  /// Personal.
  case personal = "P"
  /// Sensitive: masked in the terminal unless revealed.
  case sensitive = "S"
  /// Confidential: need to know.
  case confidential = "C"
}

/// One of the codes that a choice field takes.
public struct Choice: Hashable, Sendable {
  /// What is stored.
  public let code: String
  /// What is shown.
  public let labels: Labels

  /// A code with its labels.
  public init(_ code: String, _ labels: Labels) {
    self.code = code
    self.labels = labels
  }
}

/// A field of a kind: what it is called, what it takes, and how its sides merge.
public struct FieldDefinition: Hashable, Sendable {
  /// The field.
  public let id: FieldID
  /// The kind it belongs to.
  public let kind: KindID
  /// The name given by its definition; see ``name`` for the one it goes by.
  public let code: String
  /// The name it goes by: ``code``, or with the field's ID behind it where an older definition has the code.
  public var name: String
  /// What is shown.
  public let labels: Labels
  /// The type of its values.
  public let type: ValueType
  /// For decimals, the number of digits behind the point.
  public let scale: Int
  /// How its values combine.
  public let container: ContainerType
  /// How sides merge.
  public let rule: MergeRule
  /// Who may see it.
  public let sensitivity: Sensitivity
  /// For choices, the codes.
  public let choices: [Choice]
  /// For references, the code of the kind referred to; empty for any.
  public let target: String
  /// For a reference, whether the record goes along when what it refers to is handed over to another scope.
  public let belongs: Bool
  /// Its place among the fields of the kind; ties go by ID.
  public let order: Int64

  /// Defines a field.
  public init(
    id: FieldID, kind: KindID, code: String, labels: Labels, type: ValueType, scale: Int = 0,
    container: ContainerType = .register, rule: MergeRule = .ask, sensitivity: Sensitivity = .normal,
    choices: [Choice] = [], target: String = "", belongs: Bool = false, order: Int64 = 0
  ) {
    self.id = id
    self.kind = kind
    self.code = code
    self.name = code
    self.labels = labels
    self.type = type
    self.scale = scale
    self.container = container
    self.rule = rule
    self.sensitivity = sensitivity
    self.choices = choices
    self.target = target
    self.belongs = belongs
    self.order = order
  }

  /// The place in a record that operations on this field write.
  public var key: FieldKey { FieldKey(id, container) }
}

/// A kind of record: what it is called and which fields it has.
public struct KindDefinition: Hashable, Sendable {
  /// The kind.
  public let id: KindID
  /// The name given by its definition; see ``name`` for the one it goes by.
  public let code: String
  /// The name it goes by: ``code``, or with the kind's ID behind it where an older definition has the code.
  public var name: String
  /// What is shown.
  public let labels: Labels
  /// Its fields, in order.
  public var fields: [FieldDefinition]
  /// Its place among the kinds; ties go by ID.
  public let order: Int64
  /// What two records that stand for one thing have alike, the surest first.
  public let naturalKeys: [NaturalKey]
  /// What must hold of its records.
  public let invariants: [Invariant]
  /// Whether its records are only added: what one says stands as it was recorded.
  public let isAppendOnly: Bool

  /// Defines a kind.
  public init(
    id: KindID, code: String, labels: Labels, fields: [FieldDefinition] = [], order: Int64 = 0,
    naturalKeys: [NaturalKey] = [], invariants: [Invariant] = [], isAppendOnly: Bool = false
  ) {
    self.id = id
    self.code = code
    self.name = code
    self.labels = labels
    self.fields = fields
    self.order = order
    self.naturalKeys = naturalKeys
    self.invariants = invariants
    self.isAppendOnly = isAppendOnly
  }

  /// The field that goes by a name.
  public func field(named name: String) -> FieldDefinition? { fields.first { $0.name == name } }

  /// The field with an ID.
  public func field(_ id: FieldID) -> FieldDefinition? { fields.first { $0.id == id } }
}
