import ArgumentParser
import Quan

/// `quan conflict resolve`: settles one conflict, or many by rule, without asking.
struct ResolveConflicts: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve",
    abstract: say("处理冲突: 取一方的值, 或写新值", "Settle a conflict: take a side, or give a value."),
    discussion: say(
      """
      删除与修改的冲突没有字段: quan conflict resolve 编号 --take N
      一次处理多处: 不写编号, 用 --prefer-author 取某人的一方, --prefer-latest 取写得最晚的一方, 或 --from 取表中的决定; \
      --kind、--field、--where 限定范围. 先列出将写入什么, 加 --yes 才写入. 时间是各电脑自己说的, 不一定准.
      """,
      """
      A deleted-and-edited conflict has no field: quan conflict resolve ID --take N
      Many at once: leave the ID out and give --prefer-author to take a person's side, --prefer-latest to take what was written \
      last by the laptops' clocks, which may be wrong, or --from to take the decisions in a table; --kind, --field and --where \
      narrow it down. It lists what would be written first, and writes with --yes.
      """))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("记录编号", "The record."), valueName: "ID"), completion: LiveValues.conflicted)
  var record: String?
  @Argument(help: ArgumentHelp(say("字段", "The field."), valueName: "FIELD"), completion: LiveValues.conflictedFields)
  var place: String?
  @Option(help: ArgumentHelp(say("取第几方, 从 1 起", "The side to take, from 1."), valueName: "N"))
  var take: String?
  @Option(help: ArgumentHelp(say("写新值", "The value to write."), valueName: "V"))
  var value: String?
  @Flag(help: ArgumentHelp(say("各段都保留 (只用于较长的文字)", "Keep all paragraphs (of prose).")))
  var both = false
  @Option(help: ArgumentHelp(say("一处: 取这个人的一方", "One: take the side that this person wrote."), valueName: "PERSON"))
  var takeAuthor: String?
  @Option(
    help: ArgumentHelp(say("多处: 取这个人的一方", "Many: take the sides that this person wrote."), valueName: "PERSON"))
  var preferAuthor: String?
  @Flag(help: ArgumentHelp(say("取写得最晚的一方", "Take what was written last.")))
  var preferLatest = false
  @Option(
    help: ArgumentHelp(
      say("按这个导出表中的决定处理", "Take the decisions in this exported table."), valueName: "FILE.csv"),
    completion: .file(extensions: ["csv"]))
  var from: String?
  @Option(help: ArgumentHelp(say("只处理这一类记录", "Only records of this kind."), valueName: "KIND"))
  var kind: String?
  @Option(help: ArgumentHelp(say("只处理这个字段", "Only this field."), valueName: "FIELD"))
  var field: String?
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      say("只处理显示此值的记录; 可重复", "Only records that show it; may be repeated."), valueName: "FIELD=VALUE"))
  var conditions: [String] = []
  @Option(
    name: [.customShort("m"), .customLong("reason"), .customLong("message")],
    help: ArgumentHelp(say("理由, 记入历史", "Why; the history keeps it."), valueName: "TEXT"))
  var reason: String?
  @Flag(help: ArgumentHelp(say("只列出将写入什么", "Only list what would be written.")))
  var dryRun = false
  @Flag(help: ArgumentHelp(say("不再询问", "Do not ask.")))
  var yes = false

  func run() throws {
    let own = [take != nil, value != nil, both, takeAuthor != nil].filter { $0 }.count
    let rules = [preferAuthor != nil, from != nil].filter { $0 }.count
    let isOne = record != nil && (own == 1 && !preferLatest || own == 0 && preferLatest) && rules == 0
    let isMany = record == nil && own == 0 && (rules == 1 && !preferLatest || rules == 0 && preferLatest)
    guard isOne || isMany else {
      throw CommandFailure(
        .usage,
        say(
          "写明编号和 --take N、--value 值、--both、--take-author 姓名、--prefer-latest 之一; 或不写编号而用 --prefer-author 姓名、--prefer-latest、--from 文件 之一",
          "give an ID with one of --take N, --value V, --both, --take-author PERSON and --prefer-latest; or no ID and one of --prefer-author PERSON, --prefer-latest and --from FILE"
        ),
        hint: say("列出: quan conflict list", "list them: quan conflict list"))
    }
    let side = take.map { Int(ValueParser.halfWidth($0).trimmed) }
    if let side, side == nil {
      throw CommandFailure(
        .usage, say("--take 应为数字", "--take takes a number"),
        hint: say("各方的号码: quan conflict show 编号", "the sides have numbers: quan conflict show ID"))
    }
    try options.withReplica { replica in
      let text = try ConflictText(replica, reveal: options.reveal)
      var refused: [DecisionReader.Refusal] = []
      var settlings: [Settling] = []
      if let record {
        settlings = [try one(record, taking: side ?? nil, text, replica)]
      } else if let from {
        (settlings, refused) = try DecisionReader(replica: replica, text: text).settlings(
          of: try DecisionTable.decisions(at: from))
        for refusal in refused {
          Terminal.talk(say("第 \(refusal.line) 行: \(refusal.why)", "line \(refusal.line): \(refusal.why)"))
        }
      } else {
        settlings = try many(text, replica)
      }
      // One that is named in full is written as it is; of many a person sees first what becomes of them.
      if record == nil || dryRun {
        for settling in settlings {
          let line = "\(try text.name(of: settling.conflict.record)) · \(try settling.preview(text))"
          // What programs read holds no preview.
          let show = options.json ? Terminal.talk : Terminal.print
          for line in Wrap.lines("", line, columns: text.columns) { show(line) }
          let after = ConsequenceText(text: text)
          for line in try after.lines(try settling.consequences(replica), indent: "  ", columns: text.columns) {
            show(line)
          }
        }
        guard try isWanted(settlings.count) else {
          if options.json { Terminal.print(json(settlings, settled: 0, open: try replica.conflictCount()).line) }
          if !refused.isEmpty { throw ExitCode(CommandFailure.Status.pending.rawValue) }
          return
        }
      }
      try write(settlings, replica)
      let rest = try replica.conflictCount()
      if options.json {
        Terminal.print(json(settlings, settled: settlings.count, open: rest).line)
      } else if record != nil {
        Terminal.print(say("已处理. 待处理 \(rest) 处; 反悔: quan undo", "Settled. \(rest) open; quan undo takes it back"))
      } else {
        Terminal.print(say("已处理 \(settlings.count) 处. 待处理 \(rest) 处", "Settled: \(settlings.count). \(rest) open"))
      }
      if !options.json { OpenMatters.remark(conflicts: 0, problems: try replica.problemCount()) }
      if !refused.isEmpty { throw ExitCode(CommandFailure.Status.pending.rawValue) }
    }
  }

  private func json(_ settlings: [Settling], settled: Int, open: Int) -> JSON {
    .object([
      "settled": .integer(settled), "open_conflicts": .integer(open),
      "records": .array(settlings.map { .string($0.conflict.record.description) }),
    ])
  }

  // MARK: One

  private func one(
    _ record: String, taking side: Int?, _ text: ConflictText, _ replica: Replica
  ) throws -> Settling {
    let found = try ConflictFinder.conflicts(record, place, replica)
    guard let conflict = found.first, found.count == 1 else {
      throw CommandFailure(
        .usage, say("这条记录有多处冲突, 请写明字段", "the record has several conflicts; name the field"),
        details: try found.map { try text.commandName($0) ?? $0.class.rawValue },
        hint: say("查看: quan conflict show \(record)", "see: quan conflict show \(record)"))
    }
    let field = text.field(conflict)
    if let value { return try Settling(conflict, typed: value, field, replica, reason: reason) }
    if let side { return try Settling(conflict, taking: side, reason: reason) }
    if let takeAuthor {
      let sides = Self.sides(of: conflict, by: takeAuthor)
      guard sides.count == 1 else {
        throw CommandFailure(
          .failed,
          sides.isEmpty
            ? say("'\(takeAuthor)' 没有写过其中一方", "'\(takeAuthor)' wrote none of its sides")
            : say("'\(takeAuthor)' 写了其中几方", "'\(takeAuthor)' wrote several of its sides"),
          details: conflict.sides.enumerated().map { "\($0.offset + 1)  \($0.element.stamp.author)" },
          hint: say("用 --take 写明第几方", "say which with --take"))
      }
      return try Settling(conflict, taking: sides[0] + 1, reason: reason)
    }
    if preferLatest { return try Settling(conflict, taking: Self.latest(of: conflict) + 1, reason: reason) }
    return try Settling(keepingAllOf: conflict, field, reason: reason)
  }

  // MARK: Many

  /// All that the rule decides and that the conditions leave.
  private func many(_ text: ConflictText, _ replica: Replica) throws -> [Settling] {
    let kind = try kind.map { try Assignment.kind(named: $0, in: text.schema) }
    if kind == nil && !conditions.isEmpty {
      throw CommandFailure(
        .usage, say("--where 要同时写 --kind", "--where needs --kind"),
        hint: say("例如 --kind student", "such as --kind student"))
    }
    let parser = ValueParser(finder: RecordFinder(replica: replica))
    let wanted = try kind.map { kind in
      try conditions.map { argument in
        let assignment = try Assignment(argument, of: kind)
        return (field: assignment.field.name, value: try parser.value(assignment.text, of: assignment.field))
      }
    }
    return try replica.conflicts().compactMap { conflict in
      guard conflict.class != .schema, kind == nil || conflict.kind == kind?.id else { return nil }
      if let field, let definition = text.field(conflict), definition.name != field, Titles.field(definition) != field {
        return nil
      }
      if field != nil && conflict.field == nil { return nil }
      let sides = preferAuthor.map { Self.sides(of: conflict, by: $0) } ?? [Self.latest(of: conflict)]
      // A person who wrote several sides on several laptops must choose.
      guard sides.count == 1 else { return nil }
      if let wanted, !wanted.isEmpty {
        guard let record = try replica.record(conflict.record),
          wanted.allSatisfy({ record[$0.field]?.shown.contains($0.value) ?? false })
        else { return nil }
      }
      return try Settling(conflict, taking: sides[0] + 1, reason: reason)
    }
  }

  /// The sides that a person wrote, also together with others.
  private static func sides(of conflict: Conflict, by person: String) -> [Int] {
    conflict.sides.indices.filter { index in
      let side = conflict.sides[index]
      return side.stamp.author == person || side.alike.contains { $0.author == person }
    }
  }

  /// The side with the latest claimed time, then the highest identity.
  private static func latest(of conflict: Conflict) -> Int {
    conflict.sides.indices.max {
      (conflict.sides[$0].stamp.time, conflict.sides[$0].dot) < (conflict.sides[$1].stamp.time, conflict.sides[$1].dot)
    } ?? 0
  }

  private func isWanted(_ count: Int) throws -> Bool {
    if count == 0 {
      Terminal.talk(
        say(
          "没有符合的冲突", "no conflict fits"))
      return false
    }
    if dryRun { return false }
    if yes { return true }
    guard Prompt.isInteractive else {
      throw CommandFailure(
        .usage, say("没有写入: 请确认这 \(count) 处", "nothing was written: confirm these \(count)"),
        hint: say("加 --yes 写入, --dry-run 只看", "add --yes to write, --dry-run to look only"))
    }
    return try Prompt.confirm(say("写入这 \(count) 处? (是/否) ", "Write these \(count)? (yes/no) "))
  }

  private func write(_ settlings: [Settling], _ replica: Replica) throws {
    try replica.batch(author: options.author) { batch in
      for settling in settlings {
        try batch.write(message: settling.reason) { transaction in try settling.write(to: &transaction) }
      }
    }
  }
}
