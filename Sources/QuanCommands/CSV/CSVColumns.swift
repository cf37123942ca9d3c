import Quan

/// Which column of a file is which field.
struct CSVColumns {
  /// What a column holds.
  enum Meaning {
    case field(FieldDefinition)
    case externalID
  }

  /// The line of the heads.
  let line: Int
  /// The columns that mean something, by their places from 0.
  let columns: [(place: Int, meaning: Meaning)]
  /// The heads of the others.
  let ignored: [String]
  /// All heads, as they are written.
  let heads: [String]
  /// The rows above the heads: titles.
  let titles: [[String]]

  /// Finds the heads among the first rows: the row that most fields are named in; titles may stand above it.
  static func find(in rows: [CSVReader.Row], of kind: KindDefinition) throws -> CSVColumns {
    var names: [String: Meaning] = [:]
    for field in kind.fields where field.name != BuiltIn.externalIDName {
      for name in [field.labels.english, field.labels.chinese, field.name] { names[fold(name)] = .field(field) }
    }
    // What people call the number on an ID card, whatever the schema calls it.
    if let number = kind.field(named: "id_no") {
      for name in ["身份证号", "身份证号码", "身份证"] where names[fold(name)] == nil { names[fold(name)] = .field(number) }
    }
    for name in [BuiltIn.externalIDName, "外部编号", "external ID", "id"] where names[fold(name)] == nil {
      names[fold(name)] = .externalID
    }
    var best: (row: CSVReader.Row, hits: Int)?
    for row in rows {
      let hits = row.cells.count { names[fold($0)] != nil }
      if hits > (best?.hits ?? 0) { best = (row, hits) }
    }
    guard let head = best?.row else {
      throw CommandFailure(
        .failed, say("找不到表头: 前 \(rows.count) 行没有认识的列名", "no heads: the first \(rows.count) rows name no field"),
        hint: say("查看字段: quan schema show \(kind.name)", "see the fields: quan schema show \(kind.name)"))
    }
    var columns: [(place: Int, meaning: Meaning)] = []
    var ignored: [String] = []
    var places: [String: Int] = [:]
    for (place, cell) in head.cells.enumerated() {
      guard let meaning = names[fold(cell)] else {
        if !cell.trimmed.isEmpty { ignored.append(cell.trimmed) }
        continue
      }
      let field = if case .field(let field) = meaning { field } else { BuiltIn.externalID(of: kind.id) }
      if let other = places.updateValue(place, forKey: field.name) {
        throw CommandFailure(
          .failed,
          say(
            "第 \(other + 1) 列和第 \(place + 1) 列都是 '\(Titles.named(field))'",
            "columns \(other + 1) and \(place + 1) are both '\(field.name)'"),
          hint: say("删去或改名其中一列", "remove or rename one of them"))
      }
      columns.append((place, meaning))
    }
    let titles = rows.filter { $0.line < head.line && !$0.isBlank }.map(\.cells)
    return CSVColumns(line: head.line, columns: columns, ignored: ignored, heads: head.cells, titles: titles)
  }

  /// A head without what people write around it: spaces, stars, "required", width and case.
  static func fold(_ head: String) -> String {
    var text = ValueParser.halfWidth(head).lowercased().filter { !$0.isWhitespace && $0 != "*" && $0 != "\u{FEFF}" }
    for mark in ["(必填)", "(选填)", "(required)", "(optional)"] { text = text.replacing(mark, with: "") }
    return text
  }
}
