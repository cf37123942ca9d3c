import ArgumentParser
import Quan

/// `quan import`: records and edits from JSON Lines, all of them or none.
struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("导入 CSV 或 JSON Lines", "Import CSV or JSON Lines."),
    discussion: say(
      "每行 {\"id\",\"kind\",\"fields\":{..}} 是一条记录, {\"id\",\"field\",\"value\"} 是一处修改; 外部 id 会保存, 再次导入时只写有变化的项. CSV 的逐行结果写在文件旁边; 等您处理的行: 在其中 答复 一栏写编号、相同 或 新, 再用 --answers 导入, 只用上答复; --review 在终端逐个询问.",
      "A line {\"id\",\"kind\",\"fields\":{..}} is a record, {\"id\",\"field\",\"value\"} an edit; an outside id is kept, and importing again writes changed cells only. Of a CSV file a report tells each row; rows that need you are answered in its column answer with an ID, same or new, and --answers does what was answered and no more; --review asks at the terminal."
    ))

  @OptionGroup var options: GlobalOptions
  @Argument(
    help: ArgumentHelp(say("文件, 或 - 表示标准输入", "The file, or - for standard input."), valueName: "FILE"),
    completion: .file())
  var file: String
  @Flag(help: ArgumentHelp(say("跳过有问题的行, 导入其余的", "Skip lines that are wrong and import the rest.")))
  var skipBad = false
  @Flag(help: ArgumentHelp(say("只检查, 什么也不写", "Only check; write nothing.")))
  var dryRun = false

  @Option(
    help: ArgumentHelp(say("CSV 的类型", "The kind of a CSV file's rows."), valueName: "KIND"),
    completion: LiveValues.kinds)
  var kind: String?
  @Option(
    help: ArgumentHelp(
      say("CSV: 由哪个自然键决定是同一条, 如 id_no", "CSV: the natural key that decides, such as id_no."), valueName: "KEY"),
    completion: LiveValues.keys)
  var match: String?
  @Option(
    help: ArgumentHelp(
      say(
        "CSV 的编码: utf-8、utf-16le、utf-16be、gb18030; 缺省自动识别", "CSV: utf-8, utf-16le, utf-16be, gb18030; found by itself."),
      valueName: "NAME"), completion: .list(TextEncoding.allCases.map(\.rawValue)))
  var encoding: String?
  @Option(help: ArgumentHelp(say("CSV 的分隔符; 缺省自动识别", "CSV: the separator; found by itself."), valueName: "CHARACTER"))
  var delimiter: String?
  @Option(
    help: ArgumentHelp(
      say("CSV: 逐行结果写到哪里; 缺省写在文件旁边", "CSV: where the result of each row goes; by default beside the file."),
      valueName: "REPORT.csv"), completion: .file())
  var report: String?
  @Flag(
    help: ArgumentHelp(
      say("CSV: 逐个询问等您处理的行: 同一条、新、稍后", "CSV: ask about each row that needs you: same, new or later.")))
  var review = false
  @Option(
    help: ArgumentHelp(
      say("CSV: 用上写在报告 答复 一栏的编号或 新", "CSV: take the IDs or new that were written into a report as answers."),
      valueName: "REPORT.csv"), completion: .file(extensions: ["csv"]))
  var answers: String?

  func validate() throws {
    if let encoding, TextEncoding(rawValue: encoding) == nil {
      throw ValidationError(say("不认识编码 '\(encoding)'", "there is no encoding '\(encoding)'"))
    }
    if let delimiter, delimiter != "tab", delimiter.utf8.count != 1 {
      throw ValidationError(say("分隔符是一个字符或 tab", "a separator is one character, or tab"))
    }
    if review && (dryRun || options.json) {
      throw ValidationError(
        say("--review 不能与 --dry-run 或 --json 同用", "--review goes with neither --dry-run nor --json"))
    }
  }

  func run() throws {
    if let kind {
      try importTable(kind)
      return
    }
    if file.lowercased().hasSuffix(".csv") {
      throw CommandFailure(
        .usage, say("导入 CSV 要说明类型", "a CSV file needs its kind"),
        hint: "quan import \(Terminal.neutral(file)) --kind student")
    }
    let lines = try FileInput(file).lines
    let report = try options.withReplica { replica in
      let report = try Importer(replica: replica, author: options.author).run(
        lines, from: source, skipBad: skipBad, dryRun: dryRun)
      if options.json {
        Terminal.print(report.json(try MergeJSON(replica, report.merge).object(nil)).line)
      } else {
        Terminal.print(
          say(
            "导入: 新增 \(report.created)  修改 \(report.changedCells) 项  未变 \(report.unchanged)  跳过 \(report.problems.count)",
            "Imported: \(report.created) new, \(report.changedCells) cells changed, \(report.unchanged) lines unchanged, \(report.problems.count) skipped"
          ))
        try MergeText(replica: replica, options: options, isTrial: dryRun).talk(report.merge)
      }
      return report
    }
    if !report.problems.isEmpty { throw ExitCode(CommandFailure.Status.pending.rawValue) }
  }

  /// What the report says that it came from.
  private var source: MergeSource { .file(file.split(separator: "/").last.map(String.init) ?? file) }

  // MARK: CSV

  private func importTable(_ kindName: String) throws {
    if review && !Prompt.isInteractive {
      throw CommandFailure(
        .usage, say("没有人可以回答: 标准输入不是终端", "nobody is there to answer: standard input is no terminal"),
        hint: say(
          "把答复写在报告里, 再加 --answers 报告 导入", "write the answers into the report, and import with --answers REPORT.csv"))
    }
    let base = file.lowercased().hasSuffix(".csv") ? String(file.dropLast(4)) : file
    let path = report ?? (file == "-" ? "import.report.csv" : base + ".report.csv")
    let given = try answers.map { try RowReport.answers(at: $0) }
    if let answers, let given, given.isEmpty && !review {
      throw CommandFailure(
        .failed, say("'\(answers)' 中没有答复", "there are no answers in '\(answers)'"),
        hint: say(
          "在 答复 一栏写编号或 新, 或加 --review 逐个回答", "write an ID or new into its column answer, or add --review to be asked"))
    }
    try options.withReplica { replica in
      let kind = try Assignment.kind(named: kindName, in: try replica.schema())
      try checkKey(of: kind)
      let table = TableImport(
        replica: replica, options: options, kind: kind, deciding: match, file: file,
        encoding: encoding.flatMap { TextEncoding(rawValue: $0) },
        delimiter: delimiter.map { $0 == "tab" ? 9 : $0.utf8.first ?? 44 }, report: path, dryRun: dryRun, review: review
      )
      var outcome = try table.run(answers: given, isAnswered: answers == path)
      if review {
        let replies = try RowReview(replica: replica, kind: kind, reveal: options.reveal).answers(to: outcome.waiting)
        if !replies.isEmpty {
          Terminal.print("")
          outcome = try table.run(answers: (given ?? [:]).merging(replies) { $1 }, isAnswered: true)
        }
      }
      if outcome.waitingCount > 0 && !options.json { remark(outcome.waitingCount, kind, path) }
      if outcome.counts[.refused] != nil || outcome.counts[.needsYou] != nil {
        throw ExitCode(CommandFailure.Status.pending.rawValue)
      }
    }
  }

  /// Makes sure that the key may decide which was said to.
  private func checkKey(of kind: KindDefinition) throws {
    guard let match else { return }
    guard kind.naturalKeys.contains(where: { $0.text == match }) else {
      throw CommandFailure(
        .usage, say("'\(kind.name)' 没有能决定的键 '\(match)'", "'\(kind.name)' has no key '\(match)' that may decide"),
        details: kind.naturalKeys.filter { !$0.onlyNominates }.map(\.text),
        hint: say("查看键: quan schema show \(kind.name)", "see the keys: quan schema show \(kind.name)"))
    }
    if match.hasSuffix("?") {
      throw CommandFailure(
        .usage, say("这个键只能提示, 不能决定", "that key only nominates, it never decides"),
        hint: say("不加 --match 导入, 再看每行的结果", "import without --match, and look at what became of each row"))
    }
  }

  /// Says how rows that wait are answered.
  private func remark(_ count: Int, _ kind: KindDefinition, _ report: String) {
    let command = "quan import \(Terminal.neutral(file)) --kind \(kind.name) --answers \(Terminal.neutral(report))"
    Terminal.remark(
      say(
        "? 等您答复的行: \(count). 逐个回答: \(command) --review",
        "? Rows that wait for your answer: \(count). Be asked: \(command) --review"
      ))
    Terminal.remark(
      say(
        "  或在报告的 答复 一栏写编号或 新, 再: \(command)",
        "  or write an ID or new into the report's column answer, then: \(command)"))
  }
}
