import QuanCore

/// The schema as this file holds it: the definitions, and the table and column of each.
///
/// Tables are made and columns added as definitions arrive; a table or column whose name another definition has a
/// better claim to is renamed. Which physical name a definition has is kept in `quan_table` and `quan_column`.
struct Catalog {
  private(set) var schema: Schema
  private(set) var tables: [KindID: KindTable] = [:]
  /// The kinds' tables in the schema's order.
  var ordered: [KindTable] { schema.kinds.compactMap { tables[$0.id] } }
  /// What a value of a field must be, small enough to be looked up for every value written.
  struct FieldCheck {
    let id: FieldID
    let key: FieldKey
    let type: ValueType
    let hasChoices: Bool
  }

  /// The checks of each kind's fields, ascending by key: the order of an operation's fields.
  private(set) var checks: [KindID: [FieldCheck]] = [:]
  /// The fields that are collaborative texts.
  private var textFields: Set<FieldID> = []
  /// Whether a field is a collaborative text.
  func isText(_ field: FieldID) -> Bool { textFields.contains(field) }
  /// The kinds a field belongs to, for finding a record's table fast.
  private(set) var kindOfField: [FieldID: KindID] = [:]

  init(schema: Schema) {
    self.schema = schema
    for kind in schema.kinds {
      let name = Self.name(kind)
      let columns = kind.fields.map {
        Column(definition: $0, name: Self.name($0), table: name)
      }
      checks[kind.id] = kind.fields.map { field in
        let type: ValueType = field.container == .counter ? .integer : field.type
        return FieldCheck(id: field.id, key: field.key, type: type, hasChoices: !field.choices.isEmpty)
      }
      .sorted { $0.key < $1.key }
      textFields.formUnion(kind.fields.filter { $0.container == .text }.map(\.id))
      tables[kind.id] = KindTable(kind: kind, name: name, columns: columns)
      for field in kind.fields where field.id != BuiltIn.externalID { kindOfField[field.id] = kind.id }
    }
  }

  /// The column of a field: its name where that is fit for SQL, else one made of its ID.
  ///
  /// Names that differ only in case are one to SQL, but fit names have no capitals and the others end in the ID.
  private static func name(_ field: FieldDefinition) -> String {
    let fits = field.name == BuiltIn.externalIDName || SchemaDraft.problem(withCode: field.code) == nil
    return fits ? field.name : "field_\(field.id.replica)_\(field.id.counter)"
  }

  private static func name(_ kind: KindDefinition) -> String {
    let fits = kind.id.replica == .builtIn || SchemaDraft.problem(withCode: kind.code) == nil
    return fits ? kind.name : "kind_\(kind.id.replica)_\(kind.id.counter)"
  }
}
