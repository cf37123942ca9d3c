import ArgumentParser

/// The options by which conflicts and merge reports are written as a table.
struct ConflictExport: ParsableArguments {
  /// The forms of export.
  enum Format: String, ExpressibleByArgument, CaseIterable { case csv }

  @Option(help: ArgumentHelp(say("csv: 写成表格, 可在别处填写决定", "csv: as a table that somebody can decide in elsewhere.")))
  var format: Format?
  @Option(name: [.short, .long], help: ArgumentHelp(say("csv 写入的文件", "Where csv goes."), valueName: "FILE"))
  var output: String?
  @Option(
    help: ArgumentHelp(say("csv 的编码: utf-8 或 gb18030", "The encoding of csv: utf-8 or gb18030."), valueName: "NAME"))
  var encoding = "utf-8"
  @Flag(help: ArgumentHelp(say("替换已有的文件", "Replace a file that is there.")))
  var force = false

  func validate() throws {
    guard (format == nil) == (output == nil) else {
      throw ValidationError(say("--format csv 与 --output 文件 要一起写", "--format csv and --output FILE go together"))
    }
    guard encoding == "utf-8" || encoding == "gb18030" else {
      throw ValidationError(say("--encoding 只能是 utf-8 或 gb18030", "--encoding takes utf-8 or gb18030"))
    }
  }

  /// Writes rows and says so.
  ///
  /// A table that is there may hold somebody's decisions: it is replaced only when that is asked for.
  func write(_ rows: [DecisionTable.Row], to path: String) throws {
    try OutputFile.check(path, isReplaced: force)
    try DecisionTable.write(rows, to: path, encoding: encoding == "gb18030" ? .gb18030 : .utf8)
    let path = Terminal.neutral(path)
    Terminal.talk(say("已写入 \(rows.count) 行到 \(path)", "Wrote \(rows.count) rows to \(path)"))
    Terminal.remark(
      say(
        "在\"决定\"列写号码、都要、稍后或 值:新值, 然后: quan conflict resolve --from \(path)",
        "Write a number, both, later or value:NEW under \"decision\", then: quan conflict resolve --from \(path)"))
  }
}
