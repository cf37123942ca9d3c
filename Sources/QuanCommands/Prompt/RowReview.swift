import Quan

/// Asks a person about the rows of a table that wait: each beside the records that it may be.
struct RowReview {
  let replica: Replica
  let kind: KindDefinition
  let reveal: Bool

  /// The answers by line; a person who stops has answered the rows before.
  func answers(to rows: [RowOutcome]) throws -> [Int: RowAnswer] {
    var answers: [Int: RowAnswer] = [:]
    for (index, row) in rows.enumerated() {
      guard let question = row.question else { continue }
      Terminal.print("")
      let why = row.why.map { Terminal.neutral($0.text) }.joined(separator: "; ")
      Terminal.print("(\(index + 1)/\(rows.count)) " + say("第 \(row.line) 行: \(why)", "line \(row.line): \(why)"))
      for line in try lines(question) { Terminal.print(line) }
      guard let reply = try ask(question) else { return answers }
      if !reply.isEmpty { answers[row.line] = RowAnswer(text: reply, check: question.check) }
    }
    return answers
  }

  // MARK: Showing

  /// The row beside what the records show that it may be, field by field.
  private func lines(_ question: RowQuestion) throws -> [String] {
    let records = try question.candidates.prefix(CSVRun.candidateLimit).compactMap { try replica.record($0) }
    var heads = [say("字段", "field"), say("这一行", "this row")]
    for (place, record) in records.enumerated() {
      let number = records.count > 1 ? "\(place + 1) " : ""
      heads.append(number + (try replica.shortForm(of: record.id)))
    }
    var table = Table(heads + (records.isEmpty ? [] : [say("不同", "differs")]))
    for cell in question.cells {
      let values = records.map { shown(by: $0, cell) }
      let differing = records.indices.filter { differs(records[$0], cell) }
      let mark = records.count > 1 ? differing.map { String($0 + 1) }.joined(separator: " ") : say("不同", "differs")
      table.add(
        [Titles.field(cell.field), text(cell.new, cell)] + values
          + (records.isEmpty ? [] : [differing.isEmpty ? "" : mark]))
    }
    return table.lines(columns: Terminal.columns)
  }

  private func shown(by record: Record, _ cell: RowOutcome.Change) -> String {
    guard let view = record[cell.field.name] else { return "" }
    guard !cell.keys.isEmpty else { return text(view.shown, cell) }
    return text(cell.keys.map { view.item(.key(MapKey($0)))?.shown.first }, cell)
  }

  private func text(_ values: [Value?], _ cell: RowOutcome.Change) -> String {
    values.enumerated().compactMap { place, value in
      guard let value else { return nil }
      let text = ValueText.human(value, of: cell.field, replica: replica, reveal: reveal)
      return cell.keys.indices.contains(place) ? "\(Terminal.neutral(cell.keys[place]))=\(text)" : text
    }.joined(separator: say("、", ", "))
  }

  private func differs(_ record: Record, _ cell: RowOutcome.Change) -> Bool {
    guard let view = record[cell.field.name] else { return true }
    if !cell.keys.isEmpty {
      return zip(cell.keys, cell.new).contains { view.item(.key(MapKey($0)))?.shown != [$1] }
    }
    return cell.field.container == .list ? view.shown != cell.new : !cell.new.allSatisfy(view.shown.contains)
  }

  // MARK: Asking

  /// Asks until an answer can be used; empty when the row is left for later, `nil` when the person stops.
  private func ask(_ question: RowQuestion) throws -> String? {
    let candidates = question.candidates.prefix(CSVRun.candidateLimit)
    let ways =
      candidates.count > 1 ? "1-\(candidates.count)" : candidates.isEmpty ? say("=编号", "=ID") : say("同一条", "same")
    let words = say("是哪一条? \(ways), 新, 稍后, 结束, ?:", "Which? \(ways), new, later, quit, ?:")
    while let line = try Prompt.ask(words) {
      do {
        switch RowReply(line) {
        case .candidate(let number) where candidates.indices.contains(number - 1):
          return candidates[number - 1].description
        case .same where candidates.count == 1: return candidates[0].description
        case .record(let text):
          return try RecordFinder(replica: replica).reference(text, kind: kind.name).record.description
        case .new: return "new"
        case .later: return ""
        case .quit: return nil
        case .candidate, .same, .help, nil:
          for line in Wrap.lines("  ", Self.help, columns: Terminal.columns) { Terminal.talk(line) }
        }
      } catch let failure as CommandFailure {
        Terminal.talk(Terminal.neutral(failure.message) + (failure.hint.map { ". " + $0 } ?? ""))
      }
    }
    return nil
  }

  private static var help: String {
    say(
      "同一条 (s) 或号码: 就是那条记录, 不同的项改成这一行的; =编号: 是另一条; 新 (n): 新增; 稍后 (k): 留着; 结束 (q): 停下, 已答的照办",
      "same (s) or a number: it is that record, and what differs becomes what the row says; =ID: it is another; new (n) adds it; later (k) leaves it; quit (q) stops, and what was answered is done"
    )
  }
}

/// What a person replies to a row that waits.
enum RowReply: Hashable {
  case candidate(Int), record(String)
  case same, new, later, quit, help

  /// Reads a reply; `nil` when it is none.
  init?(_ line: String) {
    let text = ValueParser.halfWidth(line).trimmed
    if text.hasPrefix("=") {
      self = .record(String(text.dropFirst()).trimmed)
      return
    }
    if let number = Int(text) {
      self = .candidate(number)
      return
    }
    switch text.lowercased() {
    case "same", "s", "同一条", "同", "相同": self = .same
    case "new", "n", "新", "新增": self = .new
    case "later", "keep", "k", "l", "稍后", "以后", "": self = .later
    case "quit", "q", "exit", "结束", "退出": self = .quit
    case "help", "?", "h", "帮助", "说明": self = .help
    default: return nil
    }
  }
}
