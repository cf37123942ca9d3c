import Quan

/// Conflicts as a table that somebody decides in elsewhere: what each was, its sides with who wrote them, and two empty
/// columns, the decision and the reason.
///
/// Columns are found by their heads, in either language and any order; a conflict goes by record and field, and by the
/// operations of its sides, so that a decision is taken only for the conflict that was seen.
enum DecisionTable {
  /// A column by what it holds.
  enum Column: CaseIterable {
    case what, record, kind, name, scope, field, label, was, decision, reason, check

    var heads: (chinese: String, english: String) {
      switch self {
      case .what: ("类别", "what")
      case .record: ("编号", "record")
      case .kind: ("类型", "kind")
      case .name: ("名称", "name")
      case .scope: ("范围", "scope")
      case .field: ("字段", "field")
      case .label: ("字段名", "label")
      case .was: ("原值", "was")
      case .decision: ("决定", "decision")
      case .reason: ("理由", "reason")
      case .check: ("核对码", "check")
      }
    }
  }

  /// A row to be written.
  struct Row {
    var what: String
    var record: RecordID?
    var kind = ""
    var name = ""
    var scope = ""
    var field: FieldDefinition?
    var was = ""
    var sides: [(text: String, who: String)] = []
    var reason = ""
    var check = ""
  }

  /// The operations of a conflict's sides: what tells whether it is still the one that was seen.
  static func check(_ conflict: Conflict) -> String { conflict.sides.map(\.dot.description).joined(separator: " ") }

  // MARK: Writing

  /// Writes rows, with as many columns for sides as any of them needs.
  static func write(_ rows: [Row], to path: String, encoding: TextEncoding) throws {
    let sides = rows.map(\.sides.count).max() ?? 0
    let writer = try CSVWriter(path, encoding: encoding)
    let before: [Column] = [.what, .record, .kind, .name, .scope, .field, .label, .was]
    let after: [Column] = [.decision, .reason, .check]
    func head(_ column: Column) -> String { say(column.heads.chinese, column.heads.english) }
    let sideHeads = (0..<sides).flatMap {
      [say("第\($0 + 1)方", "side \($0 + 1)"), say("第\($0 + 1)方写者", "by \($0 + 1)")]
    }
    try writer.write(before.map(head) + sideHeads + after.map(head))
    for row in rows {
      let sides = (0..<sides).flatMap { index -> [String] in
        row.sides.indices.contains(index) ? [row.sides[index].text, row.sides[index].who] : ["", ""]
      }
      let cells =
        [
          row.what, row.record?.description ?? "", row.kind, row.name, row.scope, row.field?.name ?? "",
          row.field.map { Titles.field($0) } ?? "", row.was,
        ] + sides + ["", row.reason, row.check]
      try writer.write(cells.map { SpreadsheetText.guarded($0) })
    }
    try writer.finish()
  }

  // MARK: Reading

  /// A decision that somebody wrote into a row.
  struct Decision {
    let line: Int
    let record: String
    let field: String
    let decision: String
    let reason: String
    let check: String
  }

  /// Reads the rows in which something was decided.
  ///
  /// - Throws: ``CommandFailure`` when the file is no such table.
  static func decisions(at path: String) throws -> [Decision] {
    var reader = try CSVReader(try TextDecoder(path, encoding: nil), delimiter: nil)
    var places: [Column: Int]?
    var decisions: [Decision] = []
    do {
      while let row = try reader.next() {
        guard let places else {
          places = heads(row.cells)
          continue
        }
        func cell(_ column: Column) -> String {
          guard let place = places[column], place < row.cells.count else { return "" }
          return SpreadsheetText.plain(row.cells[place].trimmed)
        }
        guard !cell(.decision).isEmpty else { continue }
        decisions.append(
          Decision(
            line: row.line, record: cell(.record), field: cell(.field), decision: cell(.decision),
            reason: cell(.reason), check: cell(.check)))
      }
    } catch let error as TextDecoder.Malformed {
      throw CommandFailure(
        .failed, say("文件不是 \(error.encoding.rawValue) 文字", "the file is not \(error.encoding.rawValue)"),
        hint: say("另存为 UTF-8 的 CSV 再试", "save it as CSV in UTF-8 and try again"))
    }
    guard places != nil else {
      throw CommandFailure(
        .failed,
        say(
          "这不是导出的冲突表: 缺少 编号、决定、核对码 列", "this is no exported table of conflicts: record, decision or check is missing"),
        hint: say(
          "导出: quan conflict list --format csv --output 文件.csv",
          "export one: quan conflict list --format csv --output FILE.csv"))
    }
    return decisions
  }

  /// The places of the columns, if a row holds the heads.
  private static func heads(_ cells: [String]) -> [Column: Int]? {
    var places: [Column: Int] = [:]
    for (place, cell) in cells.enumerated() {
      let folded = CSVColumns.fold(cell)
      let column = Column.allCases.first {
        [CSVColumns.fold($0.heads.chinese), CSVColumns.fold($0.heads.english)].contains(folded)
      }
      if let column, places[column] == nil { places[column] = place }
    }
    return places[.record] != nil && places[.decision] != nil && places[.check] != nil ? places : nil
  }
}
