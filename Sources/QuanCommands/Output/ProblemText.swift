import Quan

/// Problems as people read them and as programs do.
struct ProblemText {
  let replica: Replica
  let schema: Schema
  let reveal: Bool

  init(_ replica: Replica, reveal: Bool) throws {
    self.replica = replica
    self.reveal = reveal
    schema = try replica.schema()
  }

  // MARK: People

  /// What a list shows of a problem: code, what is wrong, and about what; on one line if there is room.
  func brief(_ problem: Problem) throws -> [String] {
    let head = "\(code(problem))  \(title(problem))"
    let names = try problem.records.prefix(Self.named).map { try name($0.record) }
    let rest = problem.others.count + 1 - names.count
    let more = rest > 0 || problem.isCut ? [say("... 还有更多", "... and more")] : []
    let line = head + "  " + (names + more).joined(separator: "  ~  ")
    let columns = Terminal.columns
    if DisplayWidth.of(line) <= columns { return [line] }
    return Wrap.lines("", head, columns: columns)
      + (names + more).flatMap { Wrap.lines("        ", $0, columns: columns) }
  }

  /// How many records of a problem a list names.
  private static let named = 4

  /// What is wrong, and in which fields or by which rule.
  func title(_ problem: Problem) -> String {
    Self.name(of: problem.class) + (detail(problem).map { ": \($0)" } ?? "")
  }

  /// The lines that show a problem with who made each record, and what may be done about it.
  func lines(_ problem: Problem) throws -> [String] {
    var lines = Wrap.lines("", "[\(code(problem))] \(title(problem))", columns: Terminal.columns)
    let people = try People(replica)
    for record in problem.records {
      let line = "    \(try name(record.record))" + (try made(record.record, people))
      lines += Wrap.lines("    ", String(line.dropFirst(4)), columns: Terminal.columns)
      for stamp in problem.class == .deletedTarget ? try deletions(record.record) : [] {
        let who = Terminal.neutral(stamp.author)
        lines.append("      " + say("删除: ", "deleted by ") + "\(who), \(ValueText.time(stamp.time))")
      }
      if problem.class == .unique || problem.class == .duplicate { lines += try shared(problem, record.record) }
    }
    if problem.isCut {
      lines.append("    " + say("可能还有更多, 没有全部列出", "there may be more than are listed"))
    }
    if let verdict = problem.verdict {
      let reason = verdict.reason.isEmpty ? "" : ": " + Terminal.neutral(verdict.reason)
      lines.append("    " + say("已核实, 情况属实\(reason)", "looked at and right as it is\(reason)"))
    }
    return lines
  }

  private func deletions(_ record: RecordID) throws -> [Stamp] {
    (try? replica.deletions(of: record)) ?? []
  }

  private func made(_ record: RecordID, _ people: People) throws -> String {
    guard let stamp = try? replica.creation(of: record) else { return "" }
    return "  <- " + people.name(stamp, record.replica)
  }

  /// The values of the fields that the records share.
  private func shared(_ problem: Problem, _ id: RecordID) throws -> [String] {
    guard let record = try replica.record(id) else { return [] }
    let names = Set(problem.rules.flatMap { rule in NaturalKey(rule)?.parts.map(\.field) ?? [] })
    let views = record.fields.filter { names.contains($0.definition.name) }
    let width = views.map { DisplayWidth.of(Titles.field($0.definition)) }.max() ?? 0
    return views.map { view in
      let label = Titles.field(view.definition)
      let padding = String(repeating: " ", count: width - DisplayWidth.of(label))
      let text = view.shown.map { ValueText.human($0, of: view.definition, replica: replica, reveal: reveal) }
      return "      \(label)\(padding)  \(text.joined(separator: " | "))"
    }
  }

  /// A code's first digits, enough to type.
  func code(_ problem: Problem) -> String { String(problem.id.description.prefix(6)) }

  private func name(_ id: RecordID) throws -> String {
    let short = try replica.shortForm(of: id)
    guard let record = try? replica.record(id) else { return short }
    let title = Titles.title(record, reveal: reveal)
    return "[\(short)] \(Titles.kind(record.kind))" + (title.isEmpty ? "" : " \(title)")
  }

  /// What is wrong, in a few words.
  static func name(of class: ProblemClass) -> String {
    switch `class` {
    case .unique: say("号码重复", "one number, several records")
    case .duplicate: say("疑似重复录入", "maybe entered twice")
    case .dangling: say("引用的记录不存在", "refers to nothing")
    case .deletedTarget: say("引用的记录已删除", "refers to something deleted")
    case .invariant: say("不符合规则", "breaks a rule")
    case .transfer: say("转出后的问题", "about a transfer")
    }
  }

  /// Which fields are concerned, or which rule.
  private func detail(_ problem: Problem) -> String? {
    let kind = schema.kind(problem.kind)
    if let field = problem.field, problem.class != .transfer { return kind?.field(field).map { Titles.field($0) } }
    if problem.class == .transfer {
      return TransferText.name(of: problem.rules.first.flatMap { TransferTrouble(rawValue: $0) })
    }
    if problem.class == .invariant {
      let rule = kind?.invariants.first { $0.name == problem.rules.first }
      return (rule.map { say($0.labels.chinese, $0.labels.english) } ?? problem.rules.first).map {
        Terminal.neutral($0)
      }
    }
    let names = problem.rules.map { rule in
      (NaturalKey(rule)?.parts ?? []).filter { !$0.isEmpty }.map { part in
        kind?.field(named: part.field).map { Titles.field($0) } ?? part.field
      }.joined(separator: "+")
    }
    return names.isEmpty ? nil : names.joined(separator: say("; ", "; "))
  }

  // MARK: Programs

  /// A problem as `problem list --json` gives it.
  func json(_ problem: Problem) -> JSON { Self.json(problem, schema, replica) }

  /// A problem for programs.
  static func json(_ problem: Problem, _ schema: Schema, _ replica: Replica) -> JSON {
    .object([
      "id": .string(problem.id.description), "class": .string(problem.class.rawValue),
      "kind": .string(schema.kind(problem.kind)?.name ?? ""),
      "records": .array(problem.records.map { .string($0.record.description) }),
      "field": problem.field.flatMap { schema.kind(problem.kind)?.field($0) }.map { .string($0.name) } ?? .null,
      "rules": .array(problem.rules.map { .string($0) }),
      "authors": .array(
        problem.records.map { record in
          (try? replica.creation(of: record.record)).flatMap { $0 }.map { .string($0.author) } ?? .null
        }),
      "more": .bool(problem.isCut), "accepted": .bool(problem.verdict != nil),
      "reason": problem.verdict.map { .string($0.reason) } ?? .null,
    ])
  }
}
