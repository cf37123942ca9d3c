import ArgumentParser
import Quan

/// `quan import`: records and edits from JSON Lines, all of them or none.
struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("导入 JSON Lines: 要么全部导入, 要么一条不动", "Import JSON Lines: all of it, or nothing."),
    discussion: say(
      "每行 {\"id\",\"kind\",\"fields\":{..}} 是一条记录, {\"id\",\"field\",\"value\"} 是一处修改; 外部 id 会保存, 再次导入时只写有变化的项.",
      "A line {\"id\",\"kind\",\"fields\":{..}} is a record, {\"id\",\"field\",\"value\"} an edit; an outside id is kept, and importing again writes changed cells only."
    ))

  @OptionGroup var options: GlobalOptions
  @Argument(
    help: ArgumentHelp(say("文件, 或 - 表示标准输入", "The file, or - for standard input."), valueName: "FILE.jsonl"),
    completion: .file())
  var file: String
  @Flag(help: ArgumentHelp(say("跳过有问题的行, 导入其余的", "Skip lines that are wrong and import the rest.")))
  var skipBad = false
  @Flag(help: ArgumentHelp(say("只检查, 什么也不写", "Only check; write nothing.")))
  var dryRun = false

  func run() throws {
    let lines = try FileInput(file).lines
    let report = try options.withReplica { replica in
      try Importer(replica: replica, author: options.author).run(lines, skipBad: skipBad, dryRun: dryRun)
    }
    if options.json {
      Terminal.print(report.json.line)
    } else {
      Terminal.print(
        say(
          "导入: 新增 \(report.created)  修改 \(report.changedCells) 项  未变 \(report.unchanged)  跳过 \(report.problems.count)",
          "Imported: \(report.created) new, \(report.changedCells) cells changed, \(report.unchanged) lines unchanged, \(report.problems.count) skipped"
        ))
      for problem in report.problems.prefix(20) { Terminal.talk("  " + problem.text(file)) }
    }
    if !report.problems.isEmpty { throw ExitCode(CommandFailure.Status.pending.rawValue) }
  }
}
