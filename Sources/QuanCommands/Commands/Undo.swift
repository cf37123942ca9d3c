import ArgumentParser
import Quan

/// `quan undo`: takes back a change, or what settled a merge's conflicts, by writing the inverse.
struct Undo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("撤销一次更改; 缺省为这里最近一次写入", "Undo a change; by default the last thing written here."),
    discussion: say(
      """
      撤销写成一次新的更改, 历史都在; 只动仍是那次更改写的值, 其余列出. 更改的编号见 quan log 和 quan history. \
      撤销一次冲突处理会重新打开冲突, 各方的值和姓名都在; --merge N 重新打开合并 N 的冲突.
      """,
      """
      The inverse is written as a new change, so that history keeps both; it touches only what is still as the change left it, \
      and lists the rest. quan log and quan history print what changes go by. Undoing a resolution opens the conflict again, \
      with its authors; --merge N opens the conflicts of merge N again.
      """))

  @OptionGroup var options: GlobalOptions
  @Argument(
    help: ArgumentHelp(
      say("更改的编号; 缺省为最近一次写入", "The change; by default the last one written here."), valueName: "CHANGE"),
    completion: LiveValues.changes)
  var change: String?
  @Option(
    help: ArgumentHelp(say("撤销对合并 N 的冲突的处理", "Undo what settled the conflicts of merge N."), valueName: "N"),
    completion: LiveValues.merges)
  var merge: String?
  @Flag(help: ArgumentHelp(say("只看会怎样", "Only say what would be done.")))
  var dryRun = false
  @Flag(help: ArgumentHelp(say("不再询问", "Do not ask.")))
  var yes = false

  func validate() throws {
    if change != nil && merge != nil {
      throw ValidationError(say("更改和 --merge 只能写一个", "give a change or --merge, not both"))
    }
  }

  func run() throws {
    try options.withReplica { replica in
      if let merge {
        try undo(merge: merge, replica)
      } else {
        try undoChange(replica)
      }
    }
  }

  // MARK: A change

  private func undoChange(_ replica: Replica) throws {
    let target = try change.map { try ChangeFinder.change($0, replica) }
    let report = try replica.undo(target?.change, author: options.author, dryRun: dryRun)
    if options.json {
      Terminal.print(
        JSON.object([
          "undone": .string(report.undone.description),
          "change": dryRun ? .null : report.change.map { .string($0.description) } ?? .null,
          "operations": .integer(report.operationCount),
          "kept": .array(try report.kept.map { try json($0, replica) }),
        ]).line)
      return
    }
    let name = try replica.changes(matching: report.undone.description).first.map {
      try replica.shortForm(of: $0.first)
    }
    let what = name ?? report.undone.description
    Terminal.print(
      dryRun
        ? say("会撤销更改 \(what) 的 \(report.operationCount) 处", "Would undo \(report.operationCount) of change \(what)")
        : say("已撤销更改 \(what): \(report.operationCount) 处", "Undone: \(report.operationCount) of change \(what)"))
    try talk(report.kept, replica)
    if !dryRun, let change = report.change {
      let own =
        try replica.changes(matching: change.description).first.map { try replica.shortForm(of: $0.first) } ?? ""
      Terminal.remark(
        say(
          "看看: quan diff \(own); 反悔: quan undo \(own)", "See it: quan diff \(own). Take it back: quan undo \(own)"))
      OpenMatters.remark(conflicts: try replica.conflictCount(), problems: try replica.problemCount())
    }
  }

  // MARK: A merge

  private func undo(merge text: String, _ replica: Replica) throws {
    guard let number = Int64(ValueParser.halfWidth(text).trimmed), let merge = try replica.merge(number) else {
      throw CommandFailure(
        .failed, say("没有保存合并 \(text)", "merge \(text) is not kept"),
        hint: say("列出: quan merge list", "list them: quan merge list"))
    }
    let trial = try replica.undo(resolutionsOf: merge, author: options.author, dryRun: true)
    if !options.json {
      for place in trial.reopened {
        Terminal.print(say("将重新打开: ", "To be opened again: ") + (try name(place.record, place.field, replica)))
      }
      try talk(trial.kept, replica)
    }
    guard !trial.reopened.isEmpty else {
      Terminal.talk(say("没有可以重新打开的冲突", "there is no conflict to open again"))
      if options.json { Terminal.print(try json(trial, replica).line) }
      return
    }
    guard !dryRun else {
      if options.json { Terminal.print(try json(trial, replica).line) }
      return
    }
    if !yes {
      guard Prompt.isInteractive else {
        throw CommandFailure(
          .usage, say("没有写入: 请确认", "nothing was written: confirm it"),
          hint: say("加 --yes 写入, --dry-run 只看", "add --yes to write, --dry-run to look only"))
      }
      let count = trial.reopened.count
      guard try Prompt.confirm(say("重新打开这 \(count) 处? (是/否) ", "Open these \(count) again? (yes/no) ")) else { return }
    }
    let report = try replica.undo(resolutionsOf: merge, author: options.author)
    if options.json {
      Terminal.print(try json(report, replica).line)
    } else {
      Terminal.print(
        say("已重新打开 \(report.reopened.count) 处", "Opened again: \(report.reopened.count)"))
      OpenMatters.remark(conflicts: try replica.conflictCount(), problems: try replica.problemCount())
    }
  }

  private func json(_ report: MergeUndoReport, _ replica: Replica) throws -> JSON {
    .object([
      "reopened": .array(
        try report.reopened.map { place in
          .object([
            "record": .string(place.record.description),
            "field": try field(place.record, place.field, replica).map { .string($0.name) } ?? .null,
          ])
        }),
      "changes": .array(report.changes.map { .string($0.description) }),
      "kept": .array(try report.kept.map { try json($0, replica) }),
    ])
  }

  // MARK: What was left

  private func talk(_ kept: [UndoReport.Kept], _ replica: Replica) throws {
    let text = try ConflictText(replica, reveal: options.reveal)
    for one in kept {
      let place = try name(one.record, one.field, replica)
      switch one.reason {
      case .changedSince:
        let side = try one.field.flatMap { try replica.origins(of: one.record, field: $0).first?.sides.first }
        let scope = try replica.record(one.record)?.scope ?? .shared
        let who = try side.map { "  <- " + (try text.who($0, in: scope)) } ?? ""
        Terminal.print(say("未动, 之后又有人改过: ", "Left, because it was written to since: ") + place + who)
      case .alreadyUndone: Terminal.print(say("未动, 已经撤销过: ", "Left, because it is undone already: ") + place)
      case .appendOnly:
        Terminal.print(say("未动, 这类记录只增不改: ", "Left, because records of its kind are only added: ") + place)
      case .recordInUse: Terminal.print(say("未动, 记录已在使用: ", "Left, because the record is in use: ") + place)
      }
    }
  }

  private func field(_ record: RecordID, _ field: FieldID?, _ replica: Replica) throws -> FieldDefinition? {
    try field.flatMap { try replica.record(record)?.kind.field($0) }
  }

  private func name(_ record: RecordID, _ field: FieldID?, _ replica: Replica) throws -> String {
    let text = try ConflictText(replica, reveal: options.reveal)
    let definition = try self.field(record, field, replica)
    return try text.name(of: record) + (definition.map { " · \(Titles.field($0)) (\($0.name))" } ?? "")
  }

  private func json(_ kept: UndoReport.Kept, _ replica: Replica) throws -> JSON {
    .object([
      "record": .string(kept.record.description),
      "field": try field(kept.record, kept.field, replica).map { .string($0.name) } ?? .null,
      "reason": .string(kept.reason.rawValue),
    ])
  }
}
