import ArgumentParser
import Quan

/// `quan merge-records`: says that two records are the same thing entered twice.
struct MergeRecords: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("合并重复录入的两条记录 (可拆开)", "Join two records of one thing; --undo separates them."),
    discussion: say(
      "什么都不会丢: 两个编号都还有效, 引用都指到同一条, 两边的历史都在; 两边不同的项成为冲突, 等您处理.",
      "Nothing is lost: both IDs go on naming the record, references follow, both histories stay; where the two differ, you decide."
    ))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("记录编号", "The record."), valueName: "ID"), completion: LiveValues.records)
  var record: String
  @Argument(
    help: ArgumentHelp(say("另一条的编号", "The other."), valueName: "OTHER"), completion: LiveValues.records)
  var other: String
  @Flag(help: ArgumentHelp(say("把 OTHER 从合并中拆出来", "Take OTHER out of the records joined with ID.")))
  var undo = false
  @Option(help: ArgumentHelp(say("理由", "Why."), valueName: "TEXT"))
  var reason: String?

  func run() throws {
    try options.withReplica { replica in
      let finder = RecordFinder(replica: replica)
      let (one, two) = (try finder.record(record), try finder.record(other))
      let isOne = try replica.joined(one).contains(two) && one != two
      if undo && !isOne {
        throw CommandFailure(
          .failed, say("这两条记录没有合并", "the records are not joined"),
          hint: say("查看: quan show \(record)", "look: quan show \(record)"))
      }
      try replica.write(author: options.author, message: reason) { transaction in
        if undo {
          try transaction.separate(two, reason: reason ?? "")
        } else {
          try transaction.join(one, two, reason: reason ?? "")
        }
      }
      try tell(one, two, replica)
    }
  }

  private func tell(_ one: RecordID, _ two: RecordID, _ replica: Replica) throws {
    let text = RecordText(replica: replica, options: options)
    let records = undo ? [one, two] : [one]
    let found = try records.compactMap { try replica.record($0) }
    if options.json {
      Terminal.print(JSON.array(found.map { text.json($0) }).line)
      return
    }
    for record in found { for line in try text.lines(record) { Terminal.print(line) } }
    if undo {
      Terminal.remark(say("已拆开", "Separated"))
      OpenMatters.remark(conflicts: try replica.conflictCount(), problems: try replica.problemCount())
      return
    }
    let count = try replica.conflicts(of: one).count
    let short = try replica.shortForm(of: one)
    let back = "quan merge-records \(short) \(try replica.shortForm(of: two)) --undo"
    Terminal.remark(say("已合并; 拆开: \(back)", "Joined; to separate: \(back)"))
    if count > 0 {
      Terminal.remark(say("! 有 \(count) 项两边不同", "! They differ in \(count)"))
    }
    OpenMatters.remark(conflicts: try replica.conflictCount(), problems: try replica.problemCount())
  }
}
