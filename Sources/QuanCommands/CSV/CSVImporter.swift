import Quan

/// What became of a row.
enum RowVerdict: String, CaseIterable {
  case created, changed, same, refused
  case needsYou = "needs-you"
  case skipped

  var label: String {
    switch self {
    case .created: say("新增", "created")
    case .changed: say("修改", "changed")
    case .same: say("相同", "same")
    case .refused: say("拒绝", "refused")
    case .needsYou: say("待您处理", "needs you")
    case .skipped: say("略过", "skipped")
    }
  }
}

/// Brings the rows of a CSV file into a replica: one durable transaction, each row taken whole or refused whole.
struct CSVImporter {
  private struct DryRun: Error {}
  /// How many of the first rows may be titles.
  private static let titleLimit = 20

  let replica: Replica
  let author: String?
  let kind: KindDefinition
  /// The natural key that decides, when somebody said so.
  let deciding: String?

  /// Imports; `row` is told of every row in the order of the file.
  func run(
    _ reader: CSVReader, dryRun: Bool, columns found: (CSVColumns) throws -> Void,
    row report: (_ line: Int, RowVerdict, RecordID?, _ why: [String]) throws -> Void
  ) throws -> [RowVerdict: Int] {
    var reader = reader
    var first: [CSVReader.Row] = []
    while first.count < Self.titleLimit, let row = try reader.next() { first.append(row) }
    guard !first.isEmpty else {
      throw CommandFailure(.failed, say("文件是空的", "the file is empty"))
    }
    let columns = try CSVColumns.find(in: first, of: kind)
    try found(columns)
    var waiting = first.filter { $0.line > columns.line }[...]
    var counts: [RowVerdict: Int] = [:]
    do {
      try replica.batch(author: author) { batch in
        var run = Run(
          columns: columns, kind: kind, deciding: deciding, replica: replica,
          keys: try CSVKeys(kind: kind, replica: replica))
        var isOver = false
        var done = 0
        while !isOver {
          try batch.write { transaction in
            for _ in 0..<Importer.linesPerChange {
              guard let row = try waiting.popFirst() ?? reader.next() else {
                isOver = true
                return
              }
              done += 1
              let read = reader.decoder.bytesRead
              try Work.step(.importing, done, of: read > 0 ? reader.decoder.size * done / read : 0)
              if row.isBlank { continue }
              let outcome = try run.apply(row, &transaction)
              guard let outcome else {
                waiting = [row] + waiting
                return
              }
              counts[outcome.verdict, default: 0] += 1
              try report(row.line, outcome.verdict, outcome.record, outcome.why)
            }
          }
        }
        if dryRun { throw DryRun() }
      }
    } catch is DryRun {
    } catch let error as TextDecoder.Malformed {
      throw CommandFailure(
        .failed, say("文件不是 \(error.encoding.rawValue) 文字", "the file is not \(error.encoding.rawValue)"),
        hint: say("用 --encoding 指明编码", "say the encoding with --encoding"))
    }
    return counts
  }
}

/// One run: what the file's columns are, and what has been met so far.
private struct Run {
  struct Outcome {
    let verdict: RowVerdict
    var record: RecordID?
    var why: [String] = []
  }

  let columns: CSVColumns
  let kind: KindDefinition
  let deciding: String?
  let replica: Replica
  var keys: CSVKeys
  let cells: CSVCell
  /// Records that rows of this file have created or changed.
  private var met: Set<RecordID> = []

  init(columns: CSVColumns, kind: KindDefinition, deciding: String?, replica: Replica, keys: CSVKeys) {
    self.columns = columns
    self.kind = kind
    self.deciding = deciding
    self.replica = replica
    self.keys = keys
    cells = CSVCell(parser: ValueParser(finder: RecordFinder(replica: replica)))
  }

  /// Takes a row; `nil` when it must be in another change, because its record is in another scope.
  mutating func apply(_ row: CSVReader.Row, _ transaction: inout Transaction) throws -> Outcome? {
    let head = row.cells.first { !$0.trimmed.isEmpty }?.filter { !$0.isWhitespace }.lowercased() ?? ""
    if ["合计", "总计", "小计", "total", "合计:", "合计：", "总计：", "subtotal"].contains(head) {
      return Outcome(verdict: .skipped, why: [say("合计行", "a row of totals")])
    }
    var values: [String: [Value]] = [:]
    var given: [(field: FieldDefinition, values: [Value])] = []
    var warnings: [String] = []
    var refusals: [String] = []
    for (place, meaning) in columns.columns where place < row.cells.count {
      switch meaning {
      case .externalID:
        let id = CSVCell.unguarded(row.cells[place].trimmed)
        if !id.isEmpty { values[BuiltIn.externalIDName] = [.text(id)] }
      case .field(let field):
        do {
          let read = try cells.values(row.cells[place], of: field, warnings: &warnings)
          if !read.isEmpty {
            values[field.name] = read
            given.append((field, read))
          }
        } catch let refusal as CSVCell.Refusal {
          refusals.append(refusal.why)
        }
      }
    }
    if !refusals.isEmpty { return Outcome(verdict: .refused, why: refusals + warnings) }
    if values.isEmpty { return Outcome(verdict: .skipped, why: [say("没有内容", "nothing in it")]) }
    // An export names records that no outside system knows by their own IDs.
    if case .text(let text)? = values[BuiltIn.externalIDName]?.first, let own = RecordID(text),
      try replica.record(own)?.kind.id == kind.id
    {
      return try settle([own], given, warnings, &transaction)
    }
    let matches = keys.matches(values)
    if let external = matches.first(where: { $0.key == BuiltIn.externalIDName }) {
      return try settle(external.records, given, warnings, &transaction)
    }
    if let deciding, let match = matches.first(where: { $0.key == deciding }) {
      return try settle(match.records, given, warnings, &transaction)
    }
    if !matches.isEmpty {
      let candidates = Array(Set(matches.flatMap(\.records))).sorted()
      // A row that says just what its one candidate shows says nothing new.
      if candidates.count == 1, !met.contains(candidates[0]), let record = try replica.record(candidates[0]),
        try changes(given, record).isEmpty
      {
        return Outcome(verdict: .same, record: record.id, why: warnings)
      }
      let shown = try candidates.prefix(5).map { try replica.shortForm(of: $0) }.joined(separator: " ")
      let key = matches.map(\.key).joined(separator: ", ")
      return Outcome(
        verdict: .needsYou, record: candidates.count == 1 ? candidates[0] : nil,
        why: [say("\(key) 与 \(shown) 相同", "\(key) as in \(shown)")] + warnings)
    }
    return try create(values, given, warnings, &transaction)
  }

  private mutating func create(
    _ values: [String: [Value]], _ given: [(field: FieldDefinition, values: [Value])], _ warnings: [String],
    _ transaction: inout Transaction
  ) throws -> Outcome? {
    guard transaction.canAct(in: transaction.homeScope) else { return nil }
    var initial: [FieldID: [Value]] = [:]
    for (field, values) in given { initial[field.id] = values }
    if let external = values[BuiltIn.externalIDName] { initial[BuiltIn.externalID] = external }
    let id: RecordID
    do {
      id = try transaction.create(kind.id, in: transaction.homeScope, initial)
    } catch let error as StoreError where error.code == .invalid {
      return Outcome(verdict: .refused, why: [error.subject + ": " + error.message])
    }
    keys.insert(id, values)
    met.insert(id)
    return Outcome(verdict: .created, record: id, why: warnings)
  }

  private mutating func settle(
    _ matches: [RecordID], _ given: [(field: FieldDefinition, values: [Value])], _ warnings: [String],
    _ transaction: inout Transaction
  ) throws -> Outcome? {
    guard matches.count == 1 else {
      return Outcome(verdict: .needsYou, why: [say("有 \(matches.count) 条记录符合", "\(matches.count) records match")])
    }
    guard !met.contains(matches[0]) else {
      return Outcome(
        verdict: .needsYou, record: matches[0],
        why: [say("文件中另一行已是这条记录", "another row of the file is this record")])
    }
    guard let record = try replica.record(matches[0]) else {
      return Outcome(verdict: .refused, why: [say("记录不在这里", "the record is not here")])
    }
    guard transaction.canAct(in: record.scope) else { return nil }
    let changed = try changes(given, record)
    if let field = changed.first(where: { record[$0.field.name]?.sides.isEmpty == false })?.field {
      return Outcome(
        verdict: .refused, record: record.id,
        why: [say("'\(field.name)' 有多个值待定", "'\(field.name)' has several values that stand")])
    }
    met.insert(record.id)
    for (field, values) in changed {
      if field.container == .set {
        for value in values { try transaction.add(record.id, field.id, value) }
      } else {
        try transaction.set(record.id, field.id, to: values.first)
      }
    }
    return Outcome(verdict: changed.isEmpty ? .same : .changed, record: record.id, why: warnings)
  }

  /// The cells that differ from what a record shows; of sets the elements that it lacks.
  private func changes(
    _ given: [(field: FieldDefinition, values: [Value])], _ record: Record
  ) throws -> [(field: FieldDefinition, values: [Value])] {
    given.compactMap { field, values in
      let shown = record[field.name]?.shown ?? []
      let missing = values.filter { !shown.contains($0) }
      return missing.isEmpty ? nil : (field, missing)
    }
  }
}
