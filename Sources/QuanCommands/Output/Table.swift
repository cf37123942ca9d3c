/// Rows of text in columns that line up by display width, with ASCII rules only.
struct Table {
  private let heads: [String]
  /// The columns whose cells are never cut.
  private let whole: Set<Int>
  private var rows: [[String]] = []
  /// What stands below a row, by its place.
  private var below: [Int: String] = [:]

  /// A table with these heads.
  ///
  /// - Parameter whole: The columns whose cells are never cut, because every word in them counts.
  init(_ heads: [String], whole: Set<Int> = []) {
    self.heads = heads
    self.whole = whole
  }

  /// Whether there are no rows.
  var isEmpty: Bool { rows.isEmpty }

  /// Adds a row; data in it is made harmless.
  ///
  /// - Parameter text: What stands below the row, over the whole width, because it is too long for a cell.
  mutating func add(_ cells: [String], below text: String = "") {
    if !text.isEmpty { below[rows.count] = Terminal.neutral(text) }
    rows.append(cells.map { Terminal.neutral($0) })
  }

  /// The lines, at most `columns` wide: the widest columns give way first, but none below eight; what does not fit even
  /// so is set upright, a cell a line.
  func lines(columns: Int) -> [String] {
    var widths = heads.indices.map { column in
      ([heads[column]] + rows.map { $0[column] }).map { DisplayWidth.of($0) }.max() ?? 0
    }
    let gaps = 2 * max(0, heads.count - 1)
    let cuttable = widths.indices.filter { !whole.contains($0) }
    while widths.reduce(gaps, +) > columns, let widest = cuttable.max(by: { widths[$0] < widths[$1] }),
      widths[widest] > 8
    {
      widths[widest] -= 1
    }
    if widths.reduce(gaps, +) > columns { return upright(columns: columns) }
    func line(_ cells: [String]) -> String {
      var line = ""
      for (column, cell) in cells.enumerated() {
        let text = DisplayWidth.truncate(cell, to: widths[column])
        line += text
        if column < cells.count - 1 {
          line += String(repeating: " ", count: widths[column] - DisplayWidth.of(text) + 2)
        }
      }
      while line.last == " " { line.removeLast() }
      return line
    }
    let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ")
    return [line(heads), rule] + rows.indices.flatMap { [line(rows[$0])] + lines(below: $0, columns) }
  }

  private func lines(below row: Int, _ columns: Int) -> [String] {
    below[row].map { Wrap.lines("    ", $0, columns: columns) } ?? []
  }

  /// Each cell that says something beside its head, whole, on as many lines as it takes; a rule between rows.
  private func upright(columns: Int) -> [String] {
    let width = heads.map { DisplayWidth.of($0) }.max() ?? 0
    var lines: [String] = []
    for (place, row) in rows.enumerated() {
      lines.append(String(repeating: "-", count: min(columns, 20)))
      for (head, cell) in zip(heads, row) where !cell.isEmpty {
        lines += Wrap.lines(DisplayWidth.padded(head, to: width + 2), cell, columns: columns)
      }
      lines += self.lines(below: place, columns)
    }
    return lines
  }

  /// Prints the table.
  func print() { for line in lines(columns: Terminal.columns) { Terminal.print(line) } }
}
