public import QuanCore

/// What stands in a field, and who wrote it.
public struct FieldOrigin: Hashable, Sendable {
  /// The field.
  public let definition: FieldDefinition
  /// What is shown.
  public let shown: [Value]
  /// The values that stand, each with who wrote it and when: one where all agree, the sides where they do not, the
  /// elements of a set; none for a counter, which many hands make.
  public let sides: [Conflict.Side]
  /// Who decides between the sides.
  public let outcome: Decision.Outcome

  /// What stands in a field.
  public init(
    definition: FieldDefinition, shown: [Value], sides: [Conflict.Side], outcome: Decision.Outcome
  ) {
    self.definition = definition
    self.shown = shown
    self.sides = sides
    self.outcome = outcome
  }
}

extension Replica {
  /// Who wrote what stands in the fields of a record, in one of them or in one of its items, in the schema's order; a
  /// map or list as a whole is left out: its items have authors.
  ///
  /// - Complexity: O(*f*) looks into the log in the number of fields.
  public func origins(of record: RecordID, field: FieldID? = nil, item: FieldItem? = nil) throws -> [FieldOrigin] {
    try read { file in
      let known = try file.known(record)
      guard let stored = try file.loadJoined(known.local), let kind = file.catalog.schema.kind(stored.state.kind) else {
        return []
      }
      return try kind.fields.filter { field == nil || $0.id == field }.compactMap { definition in
        let key =
          switch item {
          case nil: definition.key
          case .key(let key): FieldKey(definition.id, key: key.text)
          case .element(let element): FieldKey(definition.id, element: element)
          }
        guard let state = stored.state.fields[key] else { return nil }
        let decision = file.shown(definition, key, in: stored.state)
        let sides = definition.container == .counter ? [] : state.sides
        return FieldOrigin(
          definition: definition, shown: decision.shown, sides: try file.describe(sides, known.scope),
          outcome: decision.outcome)
      }
    }
  }
}
