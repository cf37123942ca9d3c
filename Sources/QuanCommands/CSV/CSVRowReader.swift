import Quan

/// Reads the cells of rows by a plan.
struct CSVRowReader {
  private let plan: CSVPlan
  private var cells: [CSVCell]

  init(_ plan: CSVPlan) {
    self.plan = plan
    cells = plan.fields.map { CSVCell($0) }
  }

  /// Reads a row but for the cells that name records.
  mutating func read(_ row: CSVReader.Row, bytesRead: Int) throws -> CSVRow {
    var read = CSVRow(line: row.line, bytesRead: bytesRead)
    read.isBlank = row.isBlank
    guard !read.isBlank else { return read }
    read.aside = plan.isHeads(row.cells) ? .heads : Self.aside(row.cells)
    guard read.aside == nil else { return read }
    read.cells = row.cells
    read.values = Array(repeating: [], count: plan.fields.count)
    for (column, field) in plan.columns where column < row.cells.count {
      if field == 0 {
        let id = SpreadsheetText.plain(row.cells[column].trimmed)
        if !id.isEmpty { read.values[0] = [.text(id)] }
      } else if plan.fields[field].type == .reference {
        let text = row.cells[column]
        if !text.isEmpty { read.references.append(CSVRow.Reference(field: field, text: text)) }
      } else {
        try cells[field].read(row.cells[column], at: field, into: &read)
      }
    }
    if read.references.isEmpty { read.hashes = CSVKeys.hashes(of: read.values, plan) }
    return read
  }

  /// What a row is that is not about a record, by the words that its first cell begins with.
  private static func aside(_ row: [String]) -> RowReason? {
    guard let first = row.first(where: { !$0.trimmed.isEmpty }), let letter = first.trimmed.unicodeScalars.first,
      letters.contains(letter)
    else { return nil }
    let text = ValueParser.halfWidth(first).filter { !$0.isWhitespace }.lowercased()
    func begins(_ words: [String], _ isEnd: (Substring) -> Bool) -> Bool {
      words.contains { text.hasPrefix($0) && isEnd(text.dropFirst($0.count)) }
    }
    if begins(totals, { $0.isEmpty || $0.first.map { ":(".contains($0) || $0.isNumber } == true }) { return .total }
    if begins(footers, { $0.first == ":" }) { return .footer }
    return nil
  }

  private static let totals = [
    "合计", "总计", "小计", "共计", "总人数", "合计人数", "总数", "人数合计", "total", "subtotal", "grandtotal",
  ]
  private static let footers = [
    "填表人", "填表日期", "填报人", "填报日期", "填报单位", "填表单位", "制表", "制表人", "制表日期", "制表时间", "审核", "审核人", "复核人", "负责人",
    "校长", "校长签字", "经办人", "联系人", "联系电话", "单位", "单位(盖章)", "学校(盖章)", "日期", "注", "备注", "说明", "填表说明", "note", "notes",
    "remark", "preparedby", "checkedby", "date",
  ]
  private static let letters = Set((totals + footers).compactMap(\.unicodeScalars.first)).union(
    "TSGNRPCD".unicodeScalars)
}
