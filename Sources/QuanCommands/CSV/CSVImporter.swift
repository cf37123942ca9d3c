import Quan

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
  /// What a person has answered about rows that waited, by line; `nil` when the table is taken for itself.
  let answers: [Int: RowAnswer]?
  /// The file, as it was named.
  let file: String

  /// Imports; `row` is told of every row in the order of the file, and `end` is run before anything is kept.
  func run(
    _ reader: sending CSVReader, dryRun: Bool, columns found: (CSVColumns) throws -> Void,
    from source: MergeSource, row report: (RowOutcome) throws -> Void, end: () throws -> Void
  ) throws -> (counts: [RowVerdict: Int], merge: MergeReport) {
    do {
      return try take(reader, dryRun: dryRun, columns: found, from: source, row: report, end: end)
    } catch let error as TextDecoder.Malformed {
      throw Self.failure(error, of: file)
    }
  }

  /// A reader of a file's rows.
  ///
  /// - Parameters:
  ///   - encoding: The file's encoding, when somebody said so.
  ///   - delimiter: What separates its cells, when somebody said so.
  static func reader(of file: String, encoding: TextEncoding?, delimiter: UInt8?) throws -> CSVReader {
    do {
      return try CSVReader(try TextDecoder(file, encoding: encoding), delimiter: delimiter)
    } catch let error as TextDecoder.Malformed {
      throw failure(error, of: file)
    }
  }

  /// Bytes that are no text in an encoding.
  private static func failure(_ error: TextDecoder.Malformed, of file: String) -> CommandFailure {
    let name = error.encoding.rawValue
    return CommandFailure(
      .failed, say("文件 '\(file)' 不是 \(name) 文字", "the file '\(file)' is not \(name)"),
      hint: say("用 --encoding 指明编码, 或另存为 UTF-8 的 CSV", "say the encoding with --encoding, or save it as CSV in UTF-8"))
  }

  private func take(
    _ reader: sending CSVReader, dryRun: Bool, columns found: (CSVColumns) throws -> Void,
    from source: MergeSource, row report: (RowOutcome) throws -> Void, end: () throws -> Void
  ) throws -> (counts: [RowVerdict: Int], merge: MergeReport) {
    var reader = reader
    var first: [CSVReader.Row] = []
    while first.count < Self.titleLimit, let row = try reader.next() { first.append(row) }
    guard !first.isEmpty else {
      throw CommandFailure(
        .failed, say("文件 '\(file)' 是空的", "the file '\(file)' is empty"),
        hint: say("表头那一行写字段名: quan schema show \(kind.name)", "the heads name fields: quan schema show \(kind.name)"))
    }
    let columns = try CSVColumns.find(in: first, of: kind)
    try found(columns)
    let plan = CSVPlan(columns, of: kind)
    let feed = CSVFeed(reader, after: first.filter { $0.line > columns.line }, plan)
    defer { feed.stop() }
    var counts: [RowVerdict: Int] = [:]
    var merge = MergeReport()
    do {
      try replica.batch(author: author) { batch in
        try write(feed, plan, previews: dryRun ? RowPreview.limit : 0, &batch) {
          counts[$0.verdict, default: 0] += 1
          Self.note($0, in: &merge)
          try report($0)
        }
        if merge.changesApplied > 0 || merge.refused > 0 {
          merge = try batch.keep(merge, from: source)
        } else {
          merge.openConflicts = try replica.conflictCount()
        }
        try end()
        if dryRun { throw DryRun() }
      }
    } catch is DryRun {
      merge.number = nil
    }
    return (counts, merge)
  }

  /// Writes the rows, in changes of many; what it knows of the records by then is forgotten when it returns.
  private func write(
    _ feed: CSVFeed, _ plan: CSVPlan, previews: Int, _ batch: inout Batch, row report: (RowOutcome) throws -> Void
  ) throws {
    var run = try CSVRun(
      plan, kind: kind, deciding: deciding, answers: answers, replica: replica, previews: previews)
    var waiting: [CSVRow] = []
    var place = 0
    var isOver = false
    var done = 0
    while !isOver {
      try batch.write { transaction in
        for _ in 0..<Importer.linesPerChange {
          if place == waiting.count {
            waiting = try feed.next()
            place = 0
            guard !waiting.isEmpty else {
              isOver = true
              return
            }
          }
          let row = waiting[place]
          try Work.step(.importing, done + 1, of: row.bytesRead > 0 ? feed.size * (done + 1) / row.bytesRead : 0)
          if !row.isBlank {
            // Its record may be in another scope than what the change is about so far: it begins the next one.
            guard var outcome = try run.apply(row, &transaction) else { return }
            outcome.line = row.line
            try report(outcome)
          }
          place += 1
          done += 1
        }
      }
    }
  }

  /// Counts a row in the merge report: what needs a person or was passed over is left out of the data.
  private static func note(_ row: RowOutcome, in merge: inout MergeReport) {
    guard row.why != [.unasked] else { return }
    merge.received += 1
    switch row.verdict {
    case .created:
      merge.changesApplied += 1
      if let record = row.record { merge.createdRecords.append(record) }
    case .changed:
      merge.changesApplied += 1
      if let record = row.record { merge.recordsChanged.insert(record) }
    case .same: merge.changesKnown += 1
    case .refused, .needsYou, .skipped:
      merge.refused += 1
      guard merge.rows.count < MergeReport.noticeLimit else { return }
      let why = ([row.verdict.label] + row.why.map(\.text)).joined(separator: ": ")
      merge.rows.append(MergeReport.Row(line: row.line, text: why, record: row.record))
    }
  }
}
