/// A field as a person writes it down, before a schema operation gives it its ID.
public struct FieldDraft: Hashable, Sendable {
  /// Its name in files, commands and tables: lower-case letters, digits and underscores.
  public let code: String
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

  /// Writes down a field.
  public init(
    _ code: String, _ labels: Labels, _ type: ValueType = .text, scale: Int = 0, container: ContainerType = .register,
    rule: MergeRule = .ask, sensitivity: Sensitivity = .normal, choices: [Choice] = [], target: String = "",
    belongs: Bool = false
  ) {
    self.code = code
    self.labels = labels
    self.type = type
    self.scale = scale
    self.container = container
    self.rule = rule
    self.sensitivity = sensitivity
    self.choices = choices
    self.target = target
    self.belongs = belongs
  }
}

/// A kind of record as a person writes it down.
public struct KindDraft: Hashable, Sendable {
  /// Its name in files, commands and tables: lower-case letters, digits and underscores.
  public let code: String
  /// What is shown.
  public let labels: Labels
  /// Its fields, in order.
  public let fields: [FieldDraft]
  /// What two records that stand for one thing have alike, the surest first.
  public let naturalKeys: [NaturalKey]
  /// What must hold of its records.
  public let invariants: [Invariant]
  /// Whether its records are only added: what one says stands as it was recorded.
  public let isAppendOnly: Bool

  /// Writes down a kind.
  public init(
    _ code: String, _ labels: Labels, naturalKeys: [NaturalKey] = [], invariants: [Invariant] = [],
    isAppendOnly: Bool = false, _ fields: [FieldDraft]
  ) {
    self.code = code
    self.labels = labels
    self.fields = fields
    self.naturalKeys = naturalKeys
    self.invariants = invariants
    self.isAppendOnly = isAppendOnly
  }
}

/// The kinds that a new workspace starts with, as a schema file gives them.
public struct SchemaDraft: Hashable, Sendable {
  /// The kinds, in order.
  public let kinds: [KindDraft]

  /// Writes down a schema.
  public init(_ kinds: [KindDraft]) { self.kinds = kinds }

  /// What is wrong with a code, or `nil`: codes become names of tables and columns.
  public static func problem(withCode code: String) -> String? {
    guard let first = code.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
      return "a code starts with a letter a to z"
    }
    let allowed = code.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || $0 == UInt8(ascii: "_")
    }
    guard allowed, code.utf8.count <= 40 else { return "a code has at most 40 of a to z, 0 to 9 and _" }
    if code == "id" || code.hasPrefix("quan_") || code.hasPrefix("sqlite_") { return "the code is reserved" }
    return nil
  }
}
