import Quan

/// The first rows of a file that would do something or need somebody, shown before anything is written.
struct RowPreview {
  /// How many rows are shown.
  static let limit = 10

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

  /// Prints the rows, with what each changes; sensitive values are masked unless revealed.
  func print() {
    guard !rows.isEmpty else { return }
    var table = Table([say("行", "line"), say("结果", "result"), say("内容", "what")])
    for row in rows {
      let what = row.changes.map(text) + row.why.map(\.text)
      table.add([String(row.line), row.verdict.label, what.joined(separator: "; ")])
    }
    table.print()
  }

  private func text(_ change: RowOutcome.Change) -> String {
    func shown(_ values: [Value]) -> String {
      values.map { ValueText.human($0, of: change.field, replica: replica, reveal: reveal) }
        .joined(separator: say("、", ", "))
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
