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
    @Option(
      help: ArgumentHelp(
        say("最多几条, 0 为不限; 缺省 50, --json 时不限", "At most so many, 0 for all; by default 50, with --json all."),
        valueName: "N"))
    var limit: Int?
    @Option(help: ArgumentHelp(say("跳过前几条", "Leave out so many first."), valueName: "N"))
    var offset = 0
    @Flag(help: ArgumentHelp(say("有未处理的冲突时以状态 1 退出", "Exit with status 1 while conflicts are open.")))
    var failOnConflict = false
    @OptionGroup var export: ConflictExport
    @Option(
      help: ArgumentHelp(
        say("看这个导出表中的决定会怎样", "Say what the decisions in this exported table would do."), valueName: "FILE.csv"),
      completion: .file(extensions: ["csv"]))
    var from: String?

    func run() throws {
      if let from {
        try options.withReplica { try preview(from, $0) }
        return
      }
      if let path = export.output {
        try options.withReplica { replica in
          let text = try ConflictText(replica, reveal: options.reveal)
          try export.write(try DecisionExporter(text: text).rows(try replica.conflicts()), to: path)
        }
        return
      }
      options.beginPages()
      let count = try options.withReplica { replica in
        let text = try ConflictText(replica, reveal: options.reveal)
        let asked = limit ?? (options.json ? 0 : Self.usualLimit)
        let conflicts = try replica.conflicts(limit: asked > 0 ? asked : nil, offset: offset)
        if options.json {
          Terminal.print(JSON.array(conflicts.map { text.json($0) }).line)
          return conflicts.count
        }
        for line in try text.lines(conflicts) { Terminal.print(line) }
        let count = try replica.conflictCount()
        let next = offset + conflicts.count
        Terminal.remark(
          conflicts.count == count
            ? say("待处理 \(count) 处", "\(count) open")
            : say(
              "待处理 \(count) 处, 这是第 \(min(offset + 1, next))-\(next) 处",
              "\(count) open, these are \(min(offset + 1, next)) to \(next)")
              + (next < count ? say("; 后面的: --offset \(next)", "; go on with --offset \(next)") : ""))
        if count > 0 { Terminal.remark(say("下一步: quan resolve", "Next: quan resolve")) }
        return count
      }
      if failOnConflict && count > 0 { throw ExitCode(1) }
    }

    /// How many conflicts people are shown unless they ask for more.
    private static let usualLimit = 50

    /// Lists what the decisions in a table would write.
    private func preview(_ path: String, _ replica: Replica) throws {
      let text = try ConflictText(replica, reveal: options.reveal)
      let (settlings, refused) = try DecisionReader(replica: replica, text: text).settlings(
        of: try DecisionTable.decisions(at: path))
      for settling in settlings {
        Terminal.print("\(try text.name(of: settling.conflict.record)) · \(try settling.preview(text))")
      }
      for refusal in refused {
        Terminal.talk(say("第 \(refusal.line) 行: \(refusal.why)", "line \(refusal.line): \(refusal.why)"))
      }
      Terminal.remark(
        say(
          "将处理 \(settlings.count) 处: quan conflict resolve --from \(path)",
          "Would settle \(settlings.count): quan conflict resolve --from \(path)"))
      if !refused.isEmpty { throw ExitCode(CommandFailure.Status.pending.rawValue) }
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
          Terminal.print(JSON.array(try found.map { try text.jsonWithConsequences($0) }).line)
          return
        }
        for line in try text.lines(found) { Terminal.print(line) }
        for conflict in found { Terminal.remark(say("处理: ", "Settle: ") + (try text.hint(conflict))) }
      }
    }
  }
}
