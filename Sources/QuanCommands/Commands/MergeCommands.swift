import ArgumentParser
import Quan

/// `quan merge`: the reports of merges, seen again.
struct MergeCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: say("再看一次合并报告", "See merge reports again."),
    subcommands: [ListMerges.self, ShowMerge.self])

  /// `quan merge list`.
  struct ListMerges: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: say("列出合并, 最近的在前", "List the merges, the latest first."))
    @OptionGroup var options: GlobalOptions
    @Option(help: ArgumentHelp(say("最多几次", "At most so many."), valueName: "N"))
    var limit = 20

    func run() throws {
      try options.withReplica { replica in
        let merges = try replica.merges(limit: limit)
        if options.json {
          for merge in merges { Terminal.print(Self.json(merge).line) }
          return
        }
        var table = Table([
          say("合并", "merge"), say("时间", "time"), say("来源", "source"), say("新增", "new"), say("变更", "changed"),
          say("相同", "same"), say("新冲突", "conflicts"), say("已处理", "settled"),
        ])
        for merge in merges {
          let counts = merge.counts
          table.add(
            [String(merge.number), ValueText.time(merge.time), merge.source.name]
              + [counts.created, counts.changed, counts.known, counts.newConflicts, counts.settled].map { String($0) })
        }
        if !table.isEmpty { table.print() }
        Terminal.talk(
          merges.isEmpty
            ? say("还没有合并过", "nothing has been merged yet")
            : say("再看一次: quan merge show 号码", "see one again: quan merge show NUMBER"))
      }
    }

    private static func json(_ merge: SavedMerge) -> JSON {
      let counts = merge.counts
      return .object([
        "merge": .integer(merge.number), "time": .string(merge.time.description),
        "source": .string(merge.source.name), "received": .integer(counts.received),
        "records_created": .integer(counts.created), "records_changed": .integer(counts.changed),
        "changes_known": .integer(counts.known), "new_conflicts": .integer(counts.newConflicts),
        "settled_conflicts": .integer(counts.settled), "possible_duplicates": .integer(counts.possibleDuplicates),
      ])
    }
  }

  /// `quan merge show`.
  struct ShowMerge: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: say("再看一次合并报告, 以及其中的冲突现在怎样", "See a merge report again, and what has become of its conflicts."))
    @OptionGroup var options: GlobalOptions
    @Argument(
      help: ArgumentHelp(say("合并的号码; 缺省为最近一次", "The merge's number; by default the latest."), valueName: "N"),
      completion: LiveValues.merges)
    var number: String?
    @Flag(help: ArgumentHelp(say("全部列出", "Write out all of it.")))
    var all = false
    @OptionGroup var export: ConflictExport

    func run() throws {
      let wanted = try number.map { text in
        guard let number = Int64(ValueParser.halfWidth(text).trimmed) else {
          throw CommandFailure(.usage, say("合并的号码应为数字", "a merge goes by its number"), hint: Self.hint)
        }
        return number
      }
      try options.withReplica { replica in
        guard let merge = try replica.merge(wanted) else {
          throw CommandFailure(
            .failed,
            wanted.map { say("没有保存合并 \($0)", "merge \($0) is not kept") }
              ?? say("还没有合并过", "nothing has been merged yet"),
            hint: Self.hint)
        }
        if let path = export.output {
          let text = try ConflictText(replica, reveal: options.reveal, labels: merge.report.labels)
          try export.write(try DecisionExporter(text: text).rows(merge), to: path)
          return
        }
        try MergeText(replica: replica, options: options, isWhole: all).talk(merge)
      }
    }

    private static var hint: String { say("列出: quan merge list", "list them: quan merge list") }
  }
}
