import Quan

/// The report beside a table: what became of each row, why, what to do next, and for rows that wait a place for the answer.
///
/// Its first heads are the same in every language, so that programs find them; the answers are read back out of it.
struct RowReport {
  /// A column by what it holds.
  private enum Column: CaseIterable {
    case line, verdict, result, record, why, next, answer, check

    var heads: (chinese: String, english: String) {
      switch self {
      case .line: ("line", "line")
      case .verdict: ("verdict", "verdict")
      case .result: ("结果", "result")
      case .record: ("record", "record")
      case .why: ("说明", "why")
      case .next: ("下一步", "next")
      case .answer: ("答复", "answer")
      case .check: ("核对码", "check")
      }
    }
  }

  private let writer: CSVWriter
  /// Whether answers stay where they are, because nothing comes of them yet.
  private let isTrial: Bool

  /// Begins a report.
  ///
  /// - Parameters:
  ///   - isTrial: Whether nothing is kept but the report.
  ///   - isAnswered: Whether the answers in a report that is there have been read.
  /// - Throws: ``CommandFailure`` when another file is there, or a report with answers that nobody has read.
  init(_ path: String, isTrial: Bool, isAnswered: Bool) throws {
    // A report that an import has written is replaced by the next one, also when a spreadsheet has saved it since; no
    // other file is.
    let answers = try? Self.answers(at: path)
    try OutputFile.check(path, isReplaced: nil) {
      answers != nil || $0.dropFirst(3).starts(with: Array("line,verdict,".utf8))
    }
    if !isAnswered, let answers, !answers.isEmpty {
      throw CommandFailure(
        .failed, say("'\(path)' 中有还没有用上的答复", "there are answers in '\(path)' that were not used yet"),
        hint: say(
          "用上: 加 --answers \(path); 不用: 加 --report 另一个文件",
          "use them with --answers \(path), or name another file with --report"))
    }
    writer = try CSVWriter(
      path,
      elsewhere: say(
        "用 --report 另写一个位置, 如 --report 结果.csv", "name another place with --report, such as --report rows.csv"))
    self.isTrial = isTrial
    try writer.write(Column.allCases.map { say($0.heads.chinese, $0.heads.english) })
  }

  /// Adds a row.
  func add(_ row: RowOutcome) throws {
    let isOpen = isTrial || row.verdict == .needsYou
    try writer.write([
      String(row.line), row.verdict.rawValue, row.verdict.label, row.record?.description ?? "",
      SpreadsheetText.guarded(row.why.map(\.text).joined(separator: "; ")),
      row.why.compactMap(\.hint).joined(separator: "; "), isOpen ? SpreadsheetText.guarded(row.answer ?? "") : "",
      isOpen ? row.question?.check ?? "" : "",
    ])
  }

  /// Makes durable what has been added.
  func sync() throws { try writer.sync() }

  /// Gives the file its name.
  func finish() throws { try writer.finish() }

  // MARK: Reading

  /// The answers that somebody wrote into a report, by line.
  ///
  /// - Throws: ``CommandFailure`` when the file is no report, or a line is answered twice.
  static func answers(at path: String) throws -> [Int: RowAnswer] {
    var reader = try CSVImporter.reader(of: path, encoding: nil, delimiter: nil)
    var places: [Column: Int]?
    var answers: [Int: RowAnswer] = [:]
    while let row = try reader.next() {
      guard let places else {
        places = heads(row.cells)
        if places == nil { break }
        continue
      }
      func cell(_ column: Column) -> String {
        guard let place = places[column], place < row.cells.count else { return "" }
        return SpreadsheetText.plain(row.cells[place].trimmed)
      }
      guard !cell(.answer).isEmpty, let line = Int(cell(.line)) else { continue }
      guard answers.updateValue(RowAnswer(text: cell(.answer), check: cell(.check)), forKey: line) == nil else {
        throw CommandFailure(
          .failed, say("第 \(line) 行有两个答复", "line \(line) is answered twice"),
          hint: say("留下其中一个", "leave one of the two answers"))
      }
    }
    guard places != nil else {
      throw CommandFailure(
        .failed,
        say(
          "'\(path)' 不是导入的逐行结果: 缺少 line、答复、核对码 列",
          "'\(path)' is no report of an import: line, answer or check is missing"),
        hint: say("先导入: 报告写在表旁边", "import first: the report is written beside the table"))
    }
    return answers
  }

  /// The places of the columns, if a row holds the heads.
  private static func heads(_ cells: [String]) -> [Column: Int]? {
    var places: [Column: Int] = [:]
    for (place, cell) in cells.enumerated() {
      let folded = CSVColumns.fold(cell)
      let column = Column.allCases.first { [$0.heads.chinese, $0.heads.english].contains(folded) }
      if let column, places[column] == nil { places[column] = place }
    }
    return places[.line] != nil && places[.answer] != nil && places[.check] != nil ? places : nil
  }
}
