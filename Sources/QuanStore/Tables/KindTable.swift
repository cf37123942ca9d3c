import QuanCore

/// A column of a kind's table: one field, shown.
struct Column {
  let definition: FieldDefinition
  /// The column's name in SQL, not quoted.
  let name: String
  /// ``name`` as SQL wants it.
  let quotedName: String
  let key: FieldKey
  let shape: ColumnShape
  /// Gives state and column of one record.
  let fieldSelection: SQLText
  /// Sets column and state of one record.
  let fieldUpdate: SQLText

  init(definition: FieldDefinition, name: String, table: String) {
    self.definition = definition
    self.name = name
    key = definition.key
    shape = ColumnShape(definition)
    let column = KindTable.quoted(name)
    quotedName = column
    let table = KindTable.quoted(table)
    fieldSelection = SQLText("SELECT quan_state, \(column) FROM \(table) WHERE id=?")
    fieldUpdate = SQLText("UPDATE \(table) SET \(column)=?, quan_state=? WHERE id=?")
  }
}

/// The table of one kind: a row a record, a column a field, one blob for what a column cannot say.
final class KindTable: Sendable {
  let kind: KindDefinition
  /// The table's name in SQL, not quoted.
  let name: String
  let columns: [Column]
  let position: [FieldKey: Int]
  /// The columns' fields, in order.
  let keys: [FieldKey]
  /// The columns' fields with their places, ascending by field: the order of an operation's fields.
  let order: [(field: FieldID, place: Int)]
  /// The columns' shapes, in order.
  let shapes: [ColumnShape]
  /// ``name`` as SQL wants it.
  let quotedName: String
  /// Binds id, state, then the columns in order.
  let insertion: SQLText
  /// Gives id, state, then the columns in order; a condition may follow.
  let selection: String
  /// Gives a row when the table holds a record.
  let presence: String
  /// Whether a rule of the kind looks at a second field, so that fields cannot be stored one by one.
  let hasLinkedRules: Bool

  init(kind: KindDefinition, name: String, columns: [Column]) {
    self.kind = kind
    self.name = name
    self.columns = columns
    var position: [FieldKey: Int] = [:]
    for (index, column) in columns.enumerated() { position[column.key] = index }
    self.position = position
    keys = columns.map(\.key)
    order = columns.indices.map { (columns[$0].key.id, $0) }.sorted { $0.field < $1.field }
    shapes = columns.map(\.shape)
    let table = Self.quoted(name)
    quotedName = table
    let names = (["id", "quan_state"] + columns.map(\.quotedName)).joined(separator: ",")
    let marks = Array(repeating: "?", count: columns.count + 2).joined(separator: ",")
    insertion = SQLText("INSERT INTO \(table) (\(names)) VALUES (\(marks))")
    selection = "SELECT \(names) FROM \(table)"
    presence = "SELECT 1 FROM \(table) WHERE id=?"
    hasLinkedRules = kind.fields.contains { $0.rule.dateField != nil }
  }

  /// Quotes a name for SQL.
  static func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
  }
}
