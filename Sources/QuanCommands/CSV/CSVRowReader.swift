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
    read.isTotal = Self.isTotal(row.cells)
    guard !read.isTotal else { return read }
    read.values = Array(repeating: [], count: plan.fields.count)
    for (column, field) in plan.columns where column < row.cells.count {
      if field == 0 {
        let id = CSVCell.unguarded(row.cells[column].trimmed)
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

  /// Whether a row only sums up the others.
  private static func isTotal(_ row: [String]) -> Bool {
    guard let first = row.first(where: { !$0.trimmed.isEmpty }), first.utf8.count <= 24,
      let letter = first.trimmed.unicodeScalars.first, "合总小tTsS".unicodeScalars.contains(letter)
    else { return false }
    let head = first.filter { !$0.isWhitespace }.lowercased()
    return ["合计", "总计", "小计", "total", "合计:", "合计：", "总计:", "总计：", "subtotal"].contains(head)
  }
}
