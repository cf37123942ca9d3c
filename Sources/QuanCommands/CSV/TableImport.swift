import Quan

/// An import of a table as a person sees it: the report of its rows, what became of them, and what waits.
struct TableImport {
  let replica: Replica
  let options: GlobalOptions
  let kind: KindDefinition
  /// The natural key that decides, when somebody said so.
  let deciding: String?
  /// The file, as it was named.
  let file: String
  let encoding: TextEncoding?
  let delimiter: UInt8?
  /// Where the report goes.
  let report: String
  let dryRun: Bool
  /// Whether a person is to be asked about the rows that wait.
  let review: Bool

  /// What came of an import.
  struct Outcome {
    let counts: [RowVerdict: Int]
    /// How many rows a person can answer.
    let waitingCount: Int
    /// These rows, when a person is to be asked.
    let waiting: [RowOutcome]
  }

  /// Imports.
  ///
  /// - Parameters:
  ///   - answers: What a person has answered about rows that waited, by line; `nil` when the table is taken for itself.
  ///   - isAnswered: Whether the answers are those of the report that is there.
  func run(answers: [Int: RowAnswer]?, isAnswered: Bool) throws -> Outcome {
    let reader = try CSVImporter.reader(of: file, encoding: encoding, delimiter: delimiter)
    let rows = try RowReport(report, isTrial: dryRun, isAnswered: isAnswered)
    var preview = RowPreview(replica: replica, reveal: options.reveal)
    var waitingCount = 0
    var waiting: [RowOutcome] = []
    var unused = Set((answers ?? [:]).keys)
    let importer = CSVImporter(
      replica: replica, author: options.author, kind: kind, deciding: deciding, answers: answers, file: file)
    let (counts, merge) = try importer.run(
      reader, dryRun: dryRun, columns: { talk($0) },
      from: .file(file.split(separator: "/").last.map(String.init) ?? file)
    ) { row in
      try rows.add(row)
      if row.answer != nil { unused.remove(row.line) }
      if row.verdict == .needsYou && row.question != nil {
        waitingCount += 1
        if review { waiting.append(row) }
      }
      if dryRun { preview.add(row) }
    } end: {
      // Nothing is taken in that the report has no room to tell of.
      try rows.sync()
    }
    try rows.finish()
    if !options.json { preview.print() }
    try show(counts, merge)
    talk(unused: unused.sorted())
    return Outcome(counts: counts, waitingCount: waitingCount, waiting: waiting)
  }

  private func talk(_ columns: CSVColumns) {
    guard !columns.ignored.isEmpty else { return }
    let heads = columns.ignored.map { Terminal.neutral(String($0.prefix(40))) }.joined(separator: ", ")
    Terminal.talk(say("不认识的列, 未导入: \(heads)", "Columns that mean nothing here, left out: \(heads)"))
  }

  private func talk(unused lines: [Int]) {
    guard !lines.isEmpty else { return }
    let numbers = lines.prefix(20).map(String.init).joined(separator: ", ") + (lines.count > 20 ? ", ..." : "")
    Terminal.talk(
      say("没有用到的答复, 第 \(numbers) 行: 这些行不等答复", "Answers not used, of lines \(numbers): these rows wait for none"))
  }

  private func show(_ counts: [RowVerdict: Int], _ merge: MergeReport) throws {
    if options.json {
      Terminal.print(
        JSON.object(
          RowVerdict.allCases.map { JSON.Member(name: $0.rawValue, value: .integer(counts[$0] ?? 0)) } + [
            JSON.Member(name: "report", value: .string(report)),
            JSON.Member(name: "merge", value: merge.number.map { .integer($0) } ?? .null),
            JSON.Member(name: "merge_report", value: try MergeJSON(replica, merge).object(nil)),
          ]
        ).line)
      return
    }
    Terminal.print(RowVerdict.allCases.map { "\($0.label) \(counts[$0] ?? 0)" }.joined(separator: "  "))
    if dryRun { Terminal.talk(say("只是预览, 什么也没有写入", "A preview: nothing was written")) }
    Terminal.talk(say("逐行结果: \(Terminal.neutral(report))", "Row by row: \(Terminal.neutral(report))"))
    try MergeText(replica: replica, options: options, isTrial: dryRun).talk(merge)
  }
}
