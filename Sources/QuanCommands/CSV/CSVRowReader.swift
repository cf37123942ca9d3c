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
    look(row.cells, beside: &read)
    if read.references.isEmpty { read.hashes = CSVKeys.hashes(of: read.values, plan) }
    return read
  }

  /// Looks at what stands in no column that has a head.
  ///
  /// More cells than heads mean that a separator stands unquoted in one of them, and all behind it are in the wrong column.
  private func look(_ cells: [String], beside row: inout CSVRow) {
    if let last = cells.lastIndex(where: { !$0.trimmed.isEmpty }), last >= plan.width {
      row.refusals.append(CSVCell.Refusal(why: .surplus(cells: last + 1, heads: plan.width)))
    }
    for column in plan.headless where column < cells.count && !cells[column].trimmed.isEmpty {
      row.warnings.append(.headless(column: column + 1))
    }
  }

  /// What a row is that is not about a record, by its first cell that holds anything.
  private static func aside(_ row: [String]) -> RowReason? {
    guard let first = row.first(where: { !$0.trimmed.isEmpty })?.trimmed, let letter = first.unicodeScalars.first,
      letters.contains(letter) && !isNumbered(first)
        || first.unicodeScalars.last.map({ "计:：".unicodeScalars.contains($0) }) == true
    else { return nil }
    let text = ValueParser.halfWidth(first).filter { !$0.isWhitespace }.lowercased()
    func begins(_ words: [String], _ isEnd: (Substring) -> Bool) -> Bool {
      words.contains { text.utf8.starts(with: $0.utf8) && isEnd(text.dropFirst($0.count)) }
    }
    if begins(totals, { $0.isEmpty || $0.first.map { ":(".contains($0) || $0.isNumber } == true }) { return .total }
    if isPartialTotal(text.hasSuffix(":") ? String(text.dropLast()) : text)
      || begins(["共"], { $0.first?.isNumber == true })
    {
      return .total
    }
    if begins(footers, { rest in rest.first == ":" || marks.contains { rest.drop { $0 == "(" }.hasPrefix($0) } }) {
      return .footer
    }
    return signatures.contains(text) ? .footer : nil
  }

  /// Whether a digit follows the first letter, as in the numbers that pupils and schools have: no word begins so.
  private static func isNumbered(_ text: String) -> Bool {
    text.utf8.dropFirst().first.map { (0x30...0x39).contains($0) } == true
  }

  /// Whether a text is a sum of what it names: 三年级小计, 1班合计, 全校总计; no name of a person ends so.
  private static func isPartialTotal(_ text: String) -> Bool {
    ["合计", "小计", "总计"].contains { sum in
      text.hasSuffix(sum) && text.dropLast(sum.count).last.map { "级班页校园县区镇街乡部段年月期生组表".contains($0) } == true
    }
  }

  private static let totals = [
    "合计", "总计", "小计", "共计", "总人数", "合计人数", "总数", "人数合计", "total", "subtotal", "grandtotal",
  ]
  /// Words that say so with nothing behind them too: what they ask for stands in the next cell, or is written by hand.
  private static let signatures = [
    "填表人", "填表日期", "填报人", "填报日期", "填报单位", "填表单位", "制表", "制表人", "制表日期", "制表时间", "审核", "审核人", "复核", "复核人",
    "经办人", "备注", "注", "说明", "填表说明",
  ]
  private static let footers =
    signatures + [
      "负责人", "校长", "班主任", "联系人", "联系电话", "单位", "学校", "日期", "note", "notes", "remark", "remarks", "preparedby",
      "checkedby", "date",
    ]
  /// What asks to be signed or sealed, behind such a word.
  private static let marks = ["签字", "签名", "签章", "盖章", "公章"]
  private static let letters = Set((totals + footers + ["共"]).compactMap(\.unicodeScalars.first)).union(
    "TSGNRPCD".unicodeScalars)
}
