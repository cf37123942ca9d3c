import ArgumentParser
import Quan

/// `quan undo`: takes back a change by writing its inverse.
struct Undo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("撤销最近一次写入", "Undo the last thing written here."),
    discussion: say("撤销一次冲突处理会重新打开冲突, 各方的值和姓名都在.", "Undoing a resolution opens the conflict again, with its authors."))

  @OptionGroup var options: GlobalOptions

  func run() throws {
    try options.withReplica { replica in
      let report = try replica.undo(author: options.author)
      if options.json {
        Terminal.print(
          JSON.object([
            "undone": .string(report.undone.description),
            "change": report.change.map { .string($0.description) } ?? .null,
            "operations": .integer(report.operationCount),
            "kept": .array(
              report.kept.map {
                .object(["record": .string($0.record.description), "reason": .string($0.reason.rawValue)])
              }),
          ]).line)
        return
      }
      Terminal.print(say("已撤销 \(report.operationCount) 处", "Undone: \(report.operationCount)"))
      for kept in report.kept {
        let short = try replica.shortForm(of: kept.record)
        switch kept.reason {
        case .changedSince:
          Terminal.print("  [\(short)] " + say("之后又有人改过, 未动", "somebody has written there since; left"))
        case .recordInUse: Terminal.print("  [\(short)] " + say("记录已在使用, 未动", "the record is in use; left"))
        }
      }
    }
  }
}
