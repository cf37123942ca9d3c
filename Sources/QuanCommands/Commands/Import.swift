import ArgumentParser
import Quan

/// `quan import`: records and edits from JSON Lines, all of them or none.
struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("导入 CSV 或 JSON Lines", "Import CSV or JSON Lines."),
    discussion: say(
      "每行 {\"id\",\"kind\",\"fields\":{..}} 是一条记录, {\"id\",\"field\",\"value\"} 是一处修改; 外部 id 会保存, 再次导入时只写有变化的项.",
      "A line {\"id\",\"kind\",\"fields\":{..}} is a record, {\"id\",\"field\",\"value\"} an edit; an outside id is kept, and importing again writes changed cells only."
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

  func validate() throws {
    if let encoding, TextEncoding(rawValue: encoding) == nil {
      throw ValidationError(say("不认识编码 '\(encoding)'", "there is no encoding '\(encoding)'"))
    }
    if let delimiter, delimiter != "tab", delimiter.utf8.count != 1 {
      throw ValidationError(say("分隔符是一个字符或 tab", "a separator is one character, or tab"))
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
    try options.withReplica { replica in
      let kind = try Assignment.kind(named: kindName, in: try replica.schema())
      if let match, !kind.naturalKeys.contains(where: { $0.text == match }) {
        throw CommandFailure(
          .usage, say("'\(kind.name)' 没有能决定的键 '\(match)'", "'\(kind.name)' has no key '\(match)' that may decide"),
          details: kind.naturalKeys.filter { !$0.onlyNominates }.map(\.text),
          hint: say("查看键: quan schema show \(kind.name)", "see the keys: quan schema show \(kind.name)"))
      }
      if let match, match.hasSuffix("?") {
        throw CommandFailure(
          .usage, say("这个键只能提示, 不能决定", "that key only nominates, it never decides"),
          hint: say("不加 --match 导入, 再看每行的结果", "import without --match, and look at what became of each row"))
      }
      let reader = try CSVImporter.reader(
        of: file, encoding: encoding.flatMap { TextEncoding(rawValue: $0) },
        delimiter: delimiter.map { $0 == "tab" ? 9 : $0.utf8.first ?? 44 })
      let base = file.lowercased().hasSuffix(".csv") ? String(file.dropLast(4)) : file
      let path = report ?? (file == "-" ? "import.report.csv" : base + ".report.csv")
      // A report that an import has written is replaced by the next one; no other file is.
      try OutputFile.check(path, isReplaced: false) { $0.dropFirst(3).starts(with: Array("line,verdict,".utf8)) }
      let writer = try CSVWriter(
        path,
        elsewhere: say(
          "用 --report 另写一个位置, 如 --report 结果.csv", "name another place with --report, such as --report rows.csv"))
      do {
        try writer.write([
          "line", "verdict", say("结果", "result"), "record", say("说明", "why"), say("下一步", "next"),
        ])
        var preview = RowPreview(replica: replica, reveal: options.reveal)
        let (counts, merge) = try CSVImporter(
          replica: replica, author: options.author, kind: kind, deciding: match, file: file
        )
        .run(
          reader, dryRun: dryRun, columns: { talk($0) }, from: source
        ) { row in
          try writer.write([
            String(row.line), row.verdict.rawValue, row.verdict.label, row.record?.description ?? "",
            CSVWriter.guarded(row.why.map(\.text).joined(separator: "; ")),
            row.why.compactMap(\.hint).joined(separator: "; "),
          ])
          if dryRun { preview.add(row) }
        }
        try writer.finish()
        if !options.json { preview.print() }
        try show(counts, merge, path, replica)
      } catch {
        writer.abandon()
        throw error
      }
    }
  }

  private func talk(_ columns: CSVColumns) {
    guard !columns.ignored.isEmpty else { return }
    let heads = columns.ignored.map { Terminal.neutral(String($0.prefix(40))) }.joined(separator: ", ")
    Terminal.talk(say("不认识的列, 未导入: \(heads)", "Columns that mean nothing here, left out: \(heads)"))
  }

  private func show(
    _ counts: [RowVerdict: Int], _ merge: MergeReport, _ report: String, _ replica: Replica
  ) throws {
    if options.json {
      Terminal.print(
        JSON.object(
          RowVerdict.allCases.map { JSON.Member(name: $0.rawValue, value: .integer(counts[$0] ?? 0)) } + [
            JSON.Member(name: "report", value: .string(report)),
            JSON.Member(name: "merge", value: merge.number.map { .integer($0) } ?? .null),
            JSON.Member(name: "merge_report", value: try MergeJSON(replica, merge).object(nil)),
          ]
        ).line)
    } else {
      Terminal.print(RowVerdict.allCases.map { "\($0.label) \(counts[$0] ?? 0)" }.joined(separator: "  "))
      if dryRun { Terminal.talk(say("只是预览, 什么也没有写入", "A preview: nothing was written")) }
      Terminal.talk(say("逐行结果: \(Terminal.neutral(report))", "Row by row: \(Terminal.neutral(report))"))
      try MergeText(replica: replica, options: options, isTrial: dryRun).talk(merge)
    }
    if counts[.refused] != nil || counts[.needsYou] != nil { throw ExitCode(CommandFailure.Status.pending.rawValue) }
  }
}
