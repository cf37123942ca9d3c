import ArgumentParser
import Quan

/// `quan conflict`: what people must settle.
struct ConflictCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflict", abstract: say("查看和处理冲突", "List, show and settle conflicts."),
    subcommands: [ListConflicts.self, ShowConflict.self, ResolveConflicts.self])

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
        let text = try ConflictText(replica, reveal: options.reveal)
        let conflicts = try replica.conflicts(limit: limit)
        if options.json {
          Terminal.print(JSON.array(conflicts.map { text.json($0) }).line)
          return conflicts.count
        }
        for line in try text.lines(conflicts) { Terminal.print(line) }
        let count = try replica.conflictCount()
        Terminal.remark(say("待处理 \(count) 处", "\(count) open"))
        if count > 0 { Terminal.remark(say("下一步: quan resolve", "Next: quan resolve")) }
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
        let text = try ConflictText(replica, reveal: options.reveal)
        let found = try ConflictFinder.conflicts(record, field, replica)
        if options.json {
          Terminal.print(JSON.array(found.map { text.json($0) }).line)
          return
        }
        for line in try text.lines(found) { Terminal.print(line) }
        for conflict in found { Terminal.remark(say("处理: ", "Settle: ") + (try text.hint(conflict))) }
      }
    }
  }
}
