public import QuanCore

/// Kinds, fields and scopes: records of `shared`, like all others.
extension Transaction {
  /// Defines a kind with its fields.
  @discardableResult
  public mutating func define(_ kind: KindDraft) throws -> KindID {
    try checkCode(kind.code)
    try check(kind.invariants, of: kind.code, InvariantSchema(file.catalog.schema, drafts: [kind]))
    let place = Int64(file.catalog.schema.kinds.count + creations.count)
    var values: [FieldID: [Value]] = [
      BuiltIn.code: [.text(kind.code)], BuiltIn.labelChinese: [.text(kind.labels.chinese)],
      BuiltIn.labelEnglish: [.text(kind.labels.english)], BuiltIn.order: [.integer(place)],
    ]
    if !kind.naturalKeys.isEmpty { values[BuiltIn.kindNaturalKeys] = [.text(NaturalKey.write(kind.naturalKeys))] }
    if !kind.invariants.isEmpty { values[BuiltIn.kindInvariants] = [.text(Invariant.write(kind.invariants))] }
    if kind.isAppendOnly { values[BuiltIn.kindAppendOnly] = [.triState(.yes)] }
    let id = try create(BuiltIn.kindKind, in: .shared, values)
    for (index, field) in kind.fields.enumerated() { try define(field, of: id, order: Int64(index)) }
    return id
  }

  /// Adds a field to a kind.
  @discardableResult
  public mutating func define(_ field: FieldDraft, of kind: KindID) throws -> FieldID {
    guard let definition = file.catalog.schema.kind(kind) else {
      throw StoreError(.notFound, "there is no such kind", subject: kind.description)
    }
    return try define(field, of: kind, order: Int64(definition.fields.count))
  }

  @discardableResult
  private mutating func define(_ field: FieldDraft, of kind: KindID, order: Int64) throws -> FieldID {
    try checkCode(field.code)
    var values: [FieldID: [Value]] = [
      BuiltIn.code: [.text(field.code)], BuiltIn.labelChinese: [.text(field.labels.chinese)],
      BuiltIn.labelEnglish: [.text(field.labels.english)], BuiltIn.order: [.integer(order)],
      BuiltIn.fieldOf: [.reference(Reference(kind, in: .shared))],
      BuiltIn.fieldType: [.text(FieldText.write(field.type, scale: field.scale))],
      BuiltIn.fieldContainer: [.text(FieldText.write(field.container))],
      BuiltIn.fieldRule: [.text(field.rule.text)], BuiltIn.fieldSensitivity: [.text(field.sensitivity.rawValue)],
    ]
    if !field.choices.isEmpty { values[BuiltIn.fieldChoices] = [.text(FieldText.write(field.choices))] }
    if !field.target.isEmpty { values[BuiltIn.fieldTarget] = [.text(field.target)] }
    if field.belongs { values[BuiltIn.fieldBelongs] = [.triState(.yes)] }
    return try create(BuiltIn.fieldKind, in: .shared, values)
  }

  private func checkCode(_ code: String) throws {
    if let problem = SchemaDraft.problem(withCode: code) {
      throw StoreError(.invalid, problem, subject: code)
    }
  }

  /// Makes a scope.
  @discardableResult
  public mutating func createScope(label: String) throws -> ScopeID {
    ScopeID(try create(BuiltIn.scopeKind, in: .shared, [BuiltIn.label: [.text(label)]]))
  }
}
