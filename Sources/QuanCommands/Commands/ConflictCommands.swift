import ArgumentParser
import Quan

/// `quan conflict`: what people must settle.
struct ConflictCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflict", abstract: say("查看和处理冲突", "List, show and settle conflicts."),
    subcommands: [ListConflicts.self, ShowConflict.self, Resolve.self])

  /// `quan conflict list`.
  struct ListConflicts: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: say("列出冲突", "List the open conflicts."))
    @OptionGroup var options: GlobalOptions
    @Option(help: ArgumentHelp(say("最多几条", "At most so many."), valueName: "N"))
    var limit: Int?
    @Flag(help: ArgumentHelp(say("有未处理的冲突时以状态 1 退出", "Exit with status 1 while conflicts are open.")))
    var failOnConflict = false

    func run() throws {
      options.beginPages()
      let count = try options.withReplica { replica in
        let schema = try replica.schema()
        let text = try ConflictText(replica, reveal: options.reveal)
        let conflicts = try replica.conflicts(limit: limit)
        if options.json {
          Terminal.print(JSON.array(conflicts.map { text.json($0, schema: schema) }).line)
          return conflicts.count
        }
        for conflict in conflicts {
          for line in try text.lines(conflict, schema: schema) { Terminal.print(line) }
        }
        let count = try replica.conflictCount()
        Terminal.remark(say("待处理 \(count) 处", "\(count) open"))
        if let first = conflicts.first {
          Terminal.remark(say("下一步: ", "Next: ") + (try text.hint(first, schema: schema)))
        }
        return count
      }
      if failOnConflict && count > 0 { throw ExitCode(1) }
    }
  }

  /// `quan conflict show`.
  struct ShowConflict: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: say("显示一条记录的冲突", "Show a record's conflicts."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("记录编号", "The record."), valueName: "ID"), completion: LiveValues.conflicted)
    var record: String
    @Argument(help: ArgumentHelp(say("字段", "The field."), valueName: "FIELD"), completion: LiveValues.conflictedFields)
    var field: String?

    func run() throws {
      options.beginPages()
      try options.withReplica { replica in
        let schema = try replica.schema()
        let text = try ConflictText(replica, reveal: options.reveal)
        let found = try ConflictFinder.conflicts(record, field, replica, schema)
        if options.json {
          Terminal.print(JSON.array(found.map { text.json($0, schema: schema) }).line)
          return
        }
        for conflict in found {
          for line in try text.lines(conflict, schema: schema) { Terminal.print(line) }
          Terminal.remark(say("处理: ", "Settle: ") + (try text.hint(conflict, schema: schema)))
        }
      }
    }
  }

  /// `quan conflict resolve`.
  struct Resolve: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: say("处理冲突: 取一方的值, 或写新值", "Settle a conflict: take a side, or give a value."),
      discussion: say(
        "删除与修改的冲突没有字段: quan conflict resolve 编号 --take N",
        "A deleted-and-edited conflict has no field: quan conflict resolve ID --take N"))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("记录编号", "The record."), valueName: "ID"), completion: LiveValues.conflicted)
    var record: String
    @Argument(help: ArgumentHelp(say("字段", "The field."), valueName: "FIELD"), completion: LiveValues.conflictedFields)
    var field: String?
    @Option(help: ArgumentHelp(say("取第几方, 从 1 起", "The side to take, from 1."), valueName: "N"))
    var take: String?
    @Option(help: ArgumentHelp(say("写新值", "The value to write."), valueName: "V"))
    var value: String?
    @Option(name: .shortAndLong, help: ArgumentHelp(say("附言", "What you say about it."), valueName: "TEXT"))
    var message: String?

    func run() throws {
      guard (take == nil) != (value == nil) else {
        throw CommandFailure(.usage, say("写 --take N 或 --value 值 之一", "write either --take N or --value V"))
      }
      let side = take.map { ValueParser.halfWidth($0) }.map { Int($0) }
      if let side, side == nil { throw CommandFailure(.usage, say("--take 应为数字", "--take takes a number")) }
      try options.withReplica { replica in
        let schema = try replica.schema()
        let found = try ConflictFinder.conflicts(record, field, replica, schema)
        guard let conflict = found.first, found.count == 1 else {
          throw CommandFailure(
            .usage, say("这条记录有多处冲突, 请写明字段", "the record has several conflicts; name the field"),
            details: try found.map { try ConflictText.name($0, schema, replica) ?? $0.class.rawValue })
        }
        try replica.write(author: options.author, message: message) { transaction in
          if let side, let side {
            try transaction.resolve(conflict.record, conflict.field, item: conflict.item, takingSide: side)
          } else if let value, let definition = ConflictText.field(conflict, schema), let field = conflict.field {
            let parser = ValueParser(finder: RecordFinder(replica: replica))
            let parsed = value.isEmpty ? nil : try parser.value(value, of: definition)
            try transaction.resolve(conflict.record, field, item: conflict.item, to: parsed)
          } else {
            throw CommandFailure(.usage, say("这个冲突只能 --take N", "this conflict takes --take N only"))
          }
        }
        let rest = try replica.conflictCount()
        if options.json {
          Terminal.print(
            JSON.object(["record": .string(conflict.record.description), "open_conflicts": .integer(rest)]).line)
        } else {
          Terminal.print(say("已处理. 待处理 \(rest) 处; 反悔: quan undo", "Settled. \(rest) open; quan undo takes it back"))
        }
      }
    }
  }
}
