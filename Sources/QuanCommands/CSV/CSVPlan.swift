import Quan

/// What a CSV file tells of the records of a kind: the fields that it has columns for, and those that tell records
/// apart.
struct CSVPlan: Sendable {
  /// A key by which records are told apart.
  struct Key: Sendable {
    let text: String
    /// What it is called in a sentence.
    let label: String
    /// The places of its fields in ``CSVPlan/fields``.
    let places: [Int]
    /// The places of those that must hold nothing.
    var empty: [Int] = []
  }

  /// The fields: the outside ID first, then those of the file's columns, then what else keys are made of.
  let fields: [FieldDefinition]
  /// Their IDs.
  let identities: [FieldID]
  /// The columns of the file that mean something, with the places of their fields.
  let columns: [(column: Int, field: Int)]
  /// The keys, the outside ID first, then the natural ones.
  let keys: [Key]
  /// The places of the fields that the file has columns for, the outside ID left out.
  let told: Range<Int>
  /// The columns that have no head: what stands there means nothing.
  let headless: [Int]
  /// How many columns have a place under the heads.
  var width: Int { heads.count }
  /// The heads of all columns, and the rows above them.
  private let heads: [String]
  private let titles: [[String]]

  init(_ found: CSVColumns, of kind: KindDefinition) {
    var fields = [BuiltIn.externalID(of: kind.id)]
    var columns: [(column: Int, field: Int)] = []
    for (column, meaning) in found.columns {
      switch meaning {
      case .externalID: columns.append((column, 0))
      case .field(let field):
        columns.append((column, fields.count))
        fields.append(field)
      }
    }
    told = 1..<fields.count
    for name in kind.naturalKeys.flatMap(\.parts).map(\.field) where !fields.contains(where: { $0.name == name }) {
      if let field = kind.field(named: name) { fields.append(field) }
    }
    keys =
      [Key(text: BuiltIn.externalIDName, label: Titles.named(fields[0]), places: [0])]
      + kind.naturalKeys.compactMap { key in
        func places(_ parts: [NaturalKey.Part]) -> [Int] {
          parts.compactMap { part in fields.firstIndex { $0.name == part.field } }
        }
        let told = places(key.parts.filter { !$0.isEmpty })
        let empty = places(key.parts.filter(\.isEmpty))
        guard told.count + empty.count == key.parts.count else { return nil }
        return Key(text: key.text, label: Titles.named(key, of: kind), places: told, empty: empty)
      }
    self.fields = fields
    identities = fields.map(\.id)
    heads = found.heads
    titles = found.titles
    headless = found.heads.indices.filter { found.heads[$0].trimmed.isEmpty }
    self.columns = columns
  }

  /// Whether a row is the heads once more, or a title above them, as at the top of a further page.
  func isHeads(_ cells: [String]) -> Bool { cells == heads || titles.contains(cells) }

  /// Whether the file has a column for a map, of which values alone do not tell all.
  var hasMap: Bool { fields[told].contains { $0.container == .map } }

  /// Whether the file has a column for the IDs of outside systems.
  var hasExternalID: Bool { columns.contains { $0.field == 0 } }
}
