import Quan

/// The first rows of a file that would do something or need somebody, shown before anything is written.
struct RowPreview {
  /// How many rows are shown.
  static let limit = 10
  /// How much of a value is shown.
  private static let valueWidth = 40

  let replica: Replica
  let reveal: Bool
  private var rows: [RowOutcome] = []

  init(replica: Replica, reveal: Bool) {
    self.replica = replica
    self.reveal = reveal
  }

  /// Takes in a row, in the order of the file.
  mutating func add(_ row: RowOutcome) {
    if rows.count < Self.limit && row.verdict != .same && row.verdict != .skipped { rows.append(row) }
  }

  /// Prints the rows, with what each changes and why; sensitive values are masked unless revealed.
  func print() {
    let heads = rows.map { (say("第 \($0.line) 行", "line \($0.line)"), $0.verdict.label) }
    let widths = (heads.map { DisplayWidth.of($0.0) }.max() ?? 0, heads.map { DisplayWidth.of($0.1) }.max() ?? 0)
    for (row, head) in zip(rows, heads) {
      let what = (row.changes.map(text) + row.why.map { Terminal.neutral($0.text) }).joined(separator: "; ")
      let start = "\(DisplayWidth.padded(head.0, to: widths.0))  \(DisplayWidth.padded(head.1, to: widths.1))  "
      for line in Wrap.lines(start, what, columns: Terminal.columns) { Terminal.print(line) }
    }
  }

  private func text(_ change: RowOutcome.Change) -> String {
    func shown(_ values: [Value]) -> String {
      let texts = values.map { ValueText.human($0, of: change.field, replica: replica, reveal: reveal) }
      return DisplayWidth.truncate(Terminal.neutral(texts.joined(separator: say("、", ", "))), to: Self.valueWidth)
    }
    let name = Titles.field(change.field)
    // Of a set only what is added is told: nothing is taken away.
    if change.field.container == .set { return "\(name) + \(shown(change.new))" }
    // Of a map only the keys that the row names.
    if !change.keys.isEmpty {
      let pairs = zip(change.keys, change.new).map { "\(Terminal.neutral($0))=\(shown([$1]))" }
      return "\(name): \(pairs.joined(separator: say("、", ", ")))"
    }
    let old = change.old.isEmpty ? "" : "\(shown(change.old)) -> "
    return "\(name): \(old)\(shown(change.new))"
  }
}
