import ArgumentParser
import Quan

/// `quan list`: the records of a kind.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: say("列出一类记录", "List the records of a kind."))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("类型", "The kind."), valueName: "KIND"), completion: LiveValues.kinds)
  var kind: String
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(say("只列符合的; 可重复", "Only those that show it; may be repeated."), valueName: "FIELD=VALUE"),
    completion: LiveValues.assignments)
  var conditions: [String] = []
  @Option(
    help: ArgumentHelp(
      say("最多几条, 0 为不限; 缺省 500, --json 时不限", "At most so many, 0 for all; by default 500, with --json all."),
      valueName: "N"))
  var limit: Int?
  @Option(help: ArgumentHelp(say("跳过前几条", "Leave out so many first."), valueName: "N"))
  var offset = 0

  @Flag(help: ArgumentHelp(say("改列已转往别的范围的", "Those that have been handed over to another scope instead.")))
  var handedOver = false

  /// How many records people are shown unless they ask for more.
  private static let usualLimit = 500

  private struct Enough: Error {}

  func run() throws {
    options.beginPages()
    try options.withReplica { replica in
      let kind = try Assignment.kind(named: kind, in: try replica.schema())
      let parser = ValueParser(finder: RecordFinder(replica: replica))
      let conditions = try self.conditions.map { argument in
        let assignment = try Assignment(argument, of: kind)
        guard assignment.act == .set else {
          throw CommandFailure(
            .usage, say("条件应写成 字段=值", "write a condition as FIELD=VALUE"),
            hint: say("如 --where grade=三年级", "such as --where grade=3"))
        }
        return (field: assignment.field.id, value: try parser.value(assignment.text, of: assignment.field))
      }
      let asked = limit ?? (options.json ? 0 : Self.usualLimit)
      var records: [Record] = []
      var place = 0
      var isCut = false
      do {
        func take(_ record: Record) throws {
          if place % 1024 == 0 { try Interrupt.check() }
          place += 1
          if place <= offset { return }
          if asked > 0 && records.count >= asked {
            isCut = true
            throw Enough()
          }
          records.append(record)
        }
        if handedOver {
          try replica.handedOver(of: kind.id, where: conditions, take)
        } else {
          try replica.records(of: kind.id, where: conditions, take)
        }
      } catch is Enough {}
      let text = RecordText(replica: replica, options: options)
      if options.json {
        for record in records { Terminal.print(text.json(record).line) }
      } else {
        try printTable(records, kind, text, replica)
        let next = offset + records.count
        Terminal.remark(
          isCut
            ? say(
              "第 \(offset + 1)-\(next) 条; 后面的: --offset \(next)", "\(offset + 1)-\(next); go on with --offset \(next)")
            : say("共 \(next) 条", next == 1 ? "1 record" : "\(next) records"))
      }
    }
  }

  /// The columns are the first fields that any of the records fills.
  private func printTable(_ records: [Record], _ kind: KindDefinition, _ text: RecordText, _ replica: Replica) throws {
    let filled = Set(records.flatMap { $0.fields.filter { !$0.shown.isEmpty }.map(\.definition.id) })
    let matters = try OpenMatters(replica)
    let open = try records.map { try matters.words($0) }
    let isAnyOpen = open.contains { !$0.isEmpty }
    let columns = kind.fields.filter { filled.contains($0.id) && $0.name != BuiltIn.externalIDName }
      .prefix(isAnyOpen ? 5 : 6)
    var table = Table(
      [say("编号", "ID")] + (isAnyOpen ? [say("待处理", "open")] : []) + columns.map { Titles.field($0) },
      whole: isAnyOpen ? [0, 1] : [0])
    for (record, open) in zip(records, open) {
      table.add(
        [try replica.shortForm(of: record.id)] + (isAnyOpen ? [open.isEmpty ? "" : "! " + open] : [])
          + columns.map { column in record.fields.first { $0.definition.id == column.id }.map { text.text($0) } ?? "" })
    }
    if !table.isEmpty { table.print() }
  }
}
