import ArgumentParser
import Quan

/// `quan export`: the records of a kind as JSON, or as CSV for spreadsheets.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("导出一类记录: JSON, 或电子表格用的 CSV", "Export the records of a kind, as JSON or as CSV for spreadsheets."),
    discussion: say(
      "JSON 不打码. CSV 不含敏感字段, 除非加 --reveal; 改完可以再导入, 只写有变化的格子.",
      "JSON is unmasked. CSV leaves sensitive fields out unless --reveal is given; edited, it can be imported again, and only changed cells are written."
    ))

  /// The forms of export.
  enum Format: String, ExpressibleByArgument, CaseIterable { case jsonl, json, csv }

  @OptionGroup var options: GlobalOptions
  @Option(help: ArgumentHelp(say("类型", "The kind."), valueName: "KIND"), completion: LiveValues.kinds)
  var kind: String
  @Option(
    help: ArgumentHelp(
      say("jsonl 每行一条, json 一个列表, csv 给电子表格", "jsonl, one a line; json, one list; csv, for spreadsheets.")))
  var format = Format.jsonl
  @Option(
    name: [.short, .long], help: ArgumentHelp(say("csv 写入的文件", "Where csv goes."), valueName: "FILE"),
    completion: .file())
  var output: String?
  @Option(
    help: ArgumentHelp(say("csv 的编码: utf-8 或 gb18030", "The encoding of csv: utf-8 or gb18030."), valueName: "NAME"),
    completion: .list(["utf-8", "gb18030"]))
  var encoding = "utf-8"
  @Option(
    help: ArgumentHelp(say("csv 的列, 用逗号分隔", "The columns of csv, with commas between them."), valueName: "FIELDS"),
    completion: LiveValues.columns)
  var columns: String?
  @Flag(help: ArgumentHelp(say("替换已有的文件", "Replace a file that is there.")))
  var force = false

  func validate() throws {
    guard encoding == "utf-8" || encoding == "gb18030" else {
      throw ValidationError(say("--encoding 只能是 utf-8 或 gb18030", "--encoding takes utf-8 or gb18030"))
    }
    if format == .csv && output == nil {
      throw ValidationError(say("csv 需要 --output 文件", "csv needs --output FILE"))
    }
  }

  func run() throws {
    try options.withReplica { replica in
      let kind = try Assignment.kind(named: kind, in: try replica.schema())
      if format == .csv, let output {
        try OutputFile.check(output, isReplaced: force)
        let names = columns?.split(separator: ",").map { String($0).trimmed }
        let fields = try names?.map { try Assignment.field(named: $0, of: kind) } ?? kind.fields
        let (count, leftOut) = try CSVExporter(replica: replica, kind: kind, reveal: options.reveal).run(
          to: output, fields: fields, encoding: encoding == "gb18030" ? .gb18030 : .utf8)
        Terminal.talk(
          say(
            "已导出 \(count) 条到 \(Terminal.neutral(output))", "Exported \(count) records to \(Terminal.neutral(output))"))
        if !leftOut.isEmpty {
          let names = leftOut.map { Terminal.neutral(Titles.field($0)) }.joined(separator: say("、", ", "))
          Terminal.talk(
            say(
              "敏感字段没有导出, 要导出加 --reveal: \(names)", "Left out as sensitive, --reveal writes them: \(names)"))
        }
        return
      }
      Style.beginData()
      var isFirst = true
      var done = 0
      let total = try replica.status().records.first { $0.kind.id == kind.id }?.count ?? 0
      if format == .json { Terminal.print("[") }
      try replica.records(of: kind.id) { record in
        var members: [JSON.Member] = [
          JSON.Member(name: "id", value: .string(record.id.description)),
          JSON.Member(name: "kind", value: .string(record.kind.name)),
          JSON.Member(name: "fields", value: RecordText.fields(record)),
        ]
        if let external = record[BuiltIn.externalIDName]?.shown.first {
          members.append(JSON.Member(name: "external_id", value: ValueText.json(external, of: nil)))
        }
        Terminal.print((format == .json && !isFirst ? "," : "") + JSON.object(members).line)
        isFirst = false
        done += 1
        try Work.step(.exporting, done, of: total)
      }
      if format == .json { Terminal.print("]") }
    }
  }
}
