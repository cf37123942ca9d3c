import Quan

/// What an import did.
struct ImportReport {
  /// A line that could not be imported, and why; never with its values.
  struct Problem {
    let line: Int
    let message: String
  }

  var created = 0
  var changedCells = 0
  var unchanged = 0
  var problems: [Problem] = []
  /// The report that is kept, as any merge has one.
  var merge = MergeReport()

  /// What the import did, for programs; `report` is the merge report.
  func json(_ report: JSON) -> JSON {
    .object([
      "merge": merge.number.map { .integer($0) } ?? .null, "merge_report": report,
      "created": .integer(created), "changed_cells": .integer(changedCells), "unchanged": .integer(unchanged),
      "problems": .array(problems.map { .object(["line": .integer($0.line), "message": .string($0.message)]) }),
    ])
  }
}

/// Brings lines of JSON into a replica: records that are new are created, of known ones only changed cells are written.
///
/// All lines become one durable transaction, in changes of at most ``linesPerChange`` lines.
struct Importer {
  static let linesPerChange = 100

  let replica: Replica
  let author: String?

  /// A line that has been read.
  private struct Line {
    let number: Int
    let json: JSON
  }

  private struct DryRun: Error {}

  /// Imports.
  ///
  /// - Throws: ``CommandFailure`` listing the lines that are wrong, unless they are to be skipped; nothing is written then.
  func run(
    _ lines: [(number: Int, bytes: ArraySlice<UInt8>)], from source: MergeSource, skipBad: Bool, dryRun: Bool
  ) throws -> ImportReport {
    var report = ImportReport()
    do {
      try replica.batch(author: author) { batch in
        var run = Run(importer: self, schema: try replica.schema())
        var waiting: [Line] = []
        for (index, (number, bytes)) in lines.enumerated() {
          try Work.step(.importing, index, of: lines.count)
          do {
            waiting.append(Line(number: number, json: try JSONParser.parse(bytes)))
          } catch let error as JSONError {
            report.problems.append(
              ImportReport.Problem(
                line: number, message: say("不是正确的 JSON: \(error.message)", "no JSON: \(error.message)")))
          }
          if waiting.count == Self.linesPerChange { try flush(&waiting, &run, &batch, &report) }
        }
        try flush(&waiting, &run, &batch, &report)
        // References to records further down could not be followed the first time.
        var before = Int.max
        while !run.deferred.isEmpty && run.deferred.count < before {
          before = run.deferred.count
          var again = run.deferred.map { Line(number: $0.number, json: $0.json) }
          run.deferred = []
          while !again.isEmpty {
            var part = Array(again.prefix(Self.linesPerChange))
            again.removeFirst(part.count)
            try flush(&part, &run, &batch, &report)
          }
        }
        report.problems += run.deferred.map { ImportReport.Problem(line: $0.number, message: $0.message) }
        report.problems.sort { $0.line < $1.line }
        if !report.problems.isEmpty && !skipBad { throw refusal(report) }
        report.merge = try kept(report, lines.count, source, in: batch)
        if dryRun { throw DryRun() }
      }
    } catch is DryRun {
      report.merge.number = nil
    }
    return report
  }

  /// The merge report of an import, kept unless nothing came of it.
  private func kept(
    _ report: ImportReport, _ lines: Int, _ source: MergeSource, in batch: Batch
  ) throws -> MergeReport {
    var merge = report.merge
    merge.received = lines
    merge.refused = report.problems.count
    merge.changesKnown = report.unchanged
    merge.changesApplied = lines - report.unchanged - report.problems.count
    merge.rows = report.problems.prefix(MergeReport.noticeLimit).map {
      MergeReport.Row(line: $0.line, text: $0.message)
    }
    guard merge.changesApplied > 0 || merge.refused > 0 else {
      merge.openConflicts = try replica.conflictCount()
      return merge
    }
    return try batch.keep(merge, from: source)
  }

  private func refusal(_ report: ImportReport) -> CommandFailure {
    var details = report.problems.prefix(20).map { "\(say("第", "line ")) \($0.line)\(say(" 行", "")): \($0.message)" }
    if report.problems.count > 20 { details.append("...") }
    return CommandFailure(
      .failed,
      say(
        "有 \(report.problems.count) 行不能导入; 没有写入任何内容",
        "\(report.problems.count) lines cannot be imported; nothing was written"),
      details: details,
      hint: say("改正后再试, 或加 --skip-bad 跳过这些行", "mend them and try again, or add --skip-bad to leave them out"))
  }

  /// Writes lines, as one change for each run of lines in one scope.
  private func flush(
    _ lines: inout [Line], _ run: inout Run, _ batch: inout Batch, _ report: inout ImportReport
  ) throws {
    var rest = lines[...]
    lines = []
    while !rest.isEmpty {
      var taken = 0
      try batch.write { transaction in
        for line in rest {
          do {
            guard try run.apply(line.json, number: line.number, &transaction, &report) else { break }
          } catch let error as CommandFailure {
            report.problems.append(
              ImportReport.Problem(
                line: line.number, message: ([error.message] + error.details.prefix(8)).joined(separator: " ")))
          } catch let error as StoreError
            where error.code != .inputOutput && error.code != .outOfSpace && error.code != .damaged
          {
            report.problems.append(
              ImportReport.Problem(line: line.number, message: CommandFailure(error).message))
          }
          taken += 1
        }
      }
      rest = rest.dropFirst(taken)
    }
  }
}

/// One run of an import: what has been created so far, and what waits.
private struct Run {
  let importer: Importer
  let schema: Schema
  let parser: ValueParser
  /// Outside IDs of records that this import created.
  private var created: [String: (id: RecordID, kind: KindDefinition, scope: ScopeID)] = [:]
  /// Lines that refer to records not there yet.
  var deferred: [(number: Int, json: JSON, message: String)] = []

  init(importer: Importer, schema: Schema) {
    self.importer = importer
    self.schema = schema
    parser = ValueParser(finder: RecordFinder(replica: importer.replica))
  }

  /// A reference that leads nowhere yet.
  private struct Unresolved: Error { let message: String }

  /// Applies a line; `false` when it must be in another change, because it is in another scope.
  mutating func apply(
    _ json: JSON, number: Int, _ transaction: inout Transaction, _ report: inout ImportReport
  ) throws -> Bool {
    do {
      guard let id = json["id"]?.text, !id.isEmpty else {
        throw CommandFailure(.failed, say("缺少 \"id\"", "\"id\" is missing"), hint: Self.forms)
      }
      if let name = json["field"]?.text {
        return try edit(id, name, json["value"] ?? .null, number, &transaction, &report)
      }
      return try record(id, json, number, &transaction, &report)
    } catch let error as Unresolved {
      deferred.append((number, json, error.message))
      return true
    }
  }

  /// How a line is written.
  private static var forms: String {
    say(
      "每行写成 {\"id\",\"kind\",\"fields\":{..}} 或 {\"id\",\"field\",\"value\"}",
      "a line is {\"id\",\"kind\",\"fields\":{..}} or {\"id\",\"field\",\"value\"}")
  }

  // MARK: Records

  private mutating func record(
    _ id: String, _ json: JSON, _ number: Int, _ transaction: inout Transaction, _ report: inout ImportReport
  ) throws -> Bool {
    guard let kindName = json["kind"]?.text else {
      throw CommandFailure(.failed, say("缺少 \"kind\"", "\"kind\" is missing"), hint: Self.forms)
    }
    guard case .object(let members)? = json["fields"] else {
      throw CommandFailure(.failed, say("缺少 \"fields\"", "\"fields\" is missing"), hint: Self.forms)
    }
    let kind = try Assignment.kind(named: kindName, in: schema)
    if created[id] != nil {
      throw CommandFailure(
        .failed, say("文件中 id '\(id)' 重复", "the id '\(id)' is in the file twice"),
        hint: say("每个 id 只写一条", "give each id one record"))
    }
    if let known = try find(id, kind) {
      guard transaction.canAct(in: known.scope) else { return false }
      guard known.presence != .deleted else {
        throw CommandFailure(
          .failed, say("记录 '\(id)' 已被删除", "the record '\(id)' is deleted"), details: ["quan restore \(known.id)"],
          hint: say("恢复: quan restore \(known.id)", "bring it back: quan restore \(known.id)"))
      }
      let cells = try members.compactMap { member in
        let field = try Assignment.field(named: member.name, of: kind)
        return try changed(member.value, field, known)
      }
      for cell in cells { try set(cell, known.id, &transaction) }
      report.changedCells += cells.count
      if cells.isEmpty {
        report.unchanged += 1
      } else {
        report.merge.recordsChanged.insert(known.id)
      }
      return true
    }
    var initial: [FieldID: [Value]] = [:]
    var maps: [FieldID: [(key: String, value: Value)]] = [:]
    for member in members {
      let field = try Assignment.field(named: member.name, of: kind)
      if field.container == .map {
        maps[field.id] = try pairs(member.value, field)
      } else {
        initial[field.id] = try values(member.value, field)
      }
    }
    let external = BuiltIn.externalID(of: kind.id)
    initial[external.id] = [.text(id)]
    guard transaction.canAct(in: transaction.homeScope) else { return false }
    let new = try transaction.create(kind.id, in: transaction.homeScope, initial, maps: maps)
    created[id] = (new, kind, transaction.homeScope)
    report.created += 1
    report.merge.createdRecords.append(new)
    return true
  }

  // MARK: Edits

  private mutating func edit(
    _ id: String, _ name: String, _ value: JSON, _ number: Int, _ transaction: inout Transaction,
    _ report: inout ImportReport
  ) throws -> Bool {
    let made = try created[id].flatMap { try importer.replica.record($0.id) }
    if created[id] != nil && made == nil {
      return false  // The change that creates the record has to be done first.
    }
    guard let known = try made ?? find(id, nil) else {
      throw Unresolved(message: say("没有记录 '\(id)'", "there is no record '\(id)'"))
    }
    guard transaction.canAct(in: known.scope) else { return false }
    let field = try Assignment.field(named: name, of: known.kind)
    if let cell = try changed(value, field, known) {
      try set(cell, known.id, &transaction)
      report.changedCells += 1
      if created[id] == nil { report.merge.recordsChanged.insert(known.id) }
    } else {
      report.unchanged += 1
    }
    return true
  }

  // MARK: Cells

  /// What a field is to be changed to.
  private struct Cell {
    let field: FieldDefinition
    let values: [Value]
    let shown: [Value]
    /// For a map the keys that change, with what they are to hold.
    let keys: [(key: String, value: Value?)]
  }

  /// The change of a cell; `nil` when it shows the values already.
  private func changed(_ json: JSON, _ field: FieldDefinition, _ record: Record) throws -> Cell? {
    let view = record[field.name]
    let shown = view?.shown ?? []
    var values: [Value] = []
    var keys: [(key: String, value: Value?)] = []
    if field.container == .map {
      let wanted = try pairs(json, field)
      let present = view?.items ?? []
      for (key, value) in wanted where present.first(where: { $0.item == .key(MapKey(key)) })?.shown != [value] {
        keys.append((key, value))
      }
      for item in present where !wanted.contains(where: { .key(MapKey($0.key)) == item.item }) {
        keys.append((item.key ?? "", nil))
      }
      if keys.isEmpty { return nil }
    } else {
      values = try self.values(json, field)
      if field.container == .set ? Set(shown) == Set(values) : shown == values { return nil }
    }
    if view?.isConflicted == true {
      throw CommandFailure(
        .failed, say("字段 '\(field.name)' 有未处理的冲突", "field '\(field.name)' has an open conflict"),
        details: ["quan conflict show \(record.id) \(field.name)"],
        hint: say("查看: quan conflict show \(record.id)", "see: quan conflict show \(record.id)"))
    }
    return Cell(field: field, values: values, shown: shown, keys: keys)
  }

  /// The keys and values of a map.
  private func pairs(_ json: JSON, _ field: FieldDefinition) throws -> [(key: String, value: Value)] {
    switch json {
    case .null: return []
    case .object(let members):
      guard Set(members.map { MapKey($0.name) }).count == members.count else {
        throw CommandFailure(
          .failed, say("字段 '\(field.name)' 有重复的键", "field '\(field.name)' has a key twice"),
          hint: say("每个键只写一次", "give each key once"))
      }
      // A key without a value is one that is not there.
      return try members.filter { $0.value != .null }.map { ($0.name, try value($0.value, field)) }
    default:
      throw CommandFailure(
        .failed, say("字段 '\(field.name)' 应为 {键: 值}", "field '\(field.name)' takes {key: value}"),
        hint: say("查看字段: quan schema show", "see the fields: quan schema show"))
    }
  }

  private func set(_ cell: Cell, _ id: RecordID, _ transaction: inout Transaction) throws {
    let field = cell.field
    switch field.container {
    case .register, .text: try transaction.set(id, field.id, to: cell.values.first)
    case .set:
      for element in cell.shown where !cell.values.contains(element) { try transaction.remove(id, field.id, element) }
      for element in cell.values where !cell.shown.contains(element) { try transaction.add(id, field.id, element) }
    case .counter:
      guard case .integer(let wanted) = cell.values.first ?? .integer(0) else { return }
      var now: Int64 = 0
      if case .integer(let total)? = cell.shown.first { now = total }
      try transaction.increment(id, field.id, by: wanted &- now)
    case .list: try transaction.assign(id, field.id, cell.values)
    case .map: for (key, value) in cell.keys { try transaction.set(id, field.id, key: key, to: value) }
    }
  }

  // MARK: Looking up

  /// The record that an outside ID or a full record ID means.
  private func find(_ id: String, _ kind: KindDefinition?) throws -> Record? {
    var matches = try importer.replica.records(externalID: id, of: kind?.id)
    if matches.isEmpty, let own = RecordID(id) { matches = [own] }
    guard matches.count <= 1 else {
      throw CommandFailure(
        .failed, say("外部 id '\(id)' 属于多条记录", "the outside id '\(id)' belongs to several records"),
        details: matches.map(\.description), hint: say("改用完整编号", "use a full record ID"))
    }
    guard let match = matches.first, let record = try importer.replica.record(match) else { return nil }
    guard kind == nil || record.kind.id == kind?.id else {
      throw CommandFailure(
        .failed, say("'\(id)' 不是 \(kind?.name ?? "")", "'\(id)' is not a \(kind?.name ?? "")"),
        hint: say("查看: quan show \(id)", "see: quan show \(id)"))
    }
    return record
  }

  private func values(_ json: JSON, _ field: FieldDefinition) throws -> [Value] {
    switch json {
    case .null: return []
    case .array(let items):
      guard field.container == .set || field.container == .list else {
        throw CommandFailure(
          .failed, say("字段 '\(field.name)' 只有一个值, 不是列表", "field '\(field.name)' takes one value, not a list"),
          hint: say("写成一个值", "write one value"))
      }
      return try items.map { try value($0, field) }
    default: return [try value(json, field)]
    }
  }

  private func value(_ json: JSON, _ field: FieldDefinition) throws -> Value {
    let text: String
    switch json {
    case .string(let string): text = string
    case .number(let number): text = number
    case .bool(let bool): text = bool ? "yes" : "no"
    case .null, .array, .object:
      throw CommandFailure(
        .failed, say("字段 '\(field.name)' 的值类型不对", "field '\(field.name)' has a value of a wrong sort"),
        hint: say("查看字段: quan schema show", "see the fields: quan schema show"))
    }
    if case .text = field.type { return .text(text) }
    guard field.type == .reference else { return try parser.value(text, of: field) }
    if let new = created[text] {
      guard field.target.isEmpty || new.kind.name == field.target else {
        throw CommandFailure(
          .failed, say("字段 '\(field.name)' 应引用 \(field.target)", "field '\(field.name)' refers to a \(field.target)"),
          hint: say("查看: quan list \(field.target)", "see: quan list \(field.target)"))
      }
      return .reference(Reference(new.id, in: new.scope))
    }
    let target = field.target.isEmpty ? nil : schema.kind(named: field.target)
    guard let known = try find(text, target) else {
      throw Unresolved(
        message: say("字段 '\(field.name)' 引用的记录不存在", "field '\(field.name)' refers to a record that is not there"))
    }
    return .reference(Reference(known.id, in: known.scope))
  }
}
