import ArgumentParser
import Quan

/// `quan list`: the records of a kind.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: say("列出一类记录", "List the records of a kind."))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("类型", "The kind."), valueName: "KIND"))
  var kind: String
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(say("只列符合的; 可重复", "Only those that show it; may be repeated."), valueName: "FIELD=VALUE"))
  var conditions: [String] = []
  @Option(help: ArgumentHelp(say("最多几条", "At most so many."), valueName: "N"))
  var limit: Int?

  private struct Enough: Error {}

  func run() throws {
    options.beginPages()
    try options.withReplica { replica in
      let kind = try Assignment.kind(named: kind, in: try replica.schema())
      let parser = ValueParser(finder: RecordFinder(replica: replica))
      let conditions = try self.conditions.map { argument in
        let assignment = try Assignment(argument, of: kind)
        guard assignment.act == .set else {
          throw CommandFailure(.usage, say("条件应写成 字段=值", "write a condition as FIELD=VALUE"))
        }
        return (field: assignment.field.id, value: try parser.value(assignment.text, of: assignment.field))
      }
      var records: [Record] = []
      do {
        try replica.records(of: kind.id, where: conditions) { record in
          if let limit, records.count >= limit { throw Enough() }
          records.append(record)
        }
      } catch is Enough {}
      let text = RecordText(replica: replica, options: options)
      if options.json {
        for record in records { Terminal.print(text.json(record).line) }
      } else {
        try printTable(records, kind, text, replica)
      }
    }
  }

  /// The columns are the first fields that any of the records fills.
  private func printTable(_ records: [Record], _ kind: KindDefinition, _ text: RecordText, _ replica: Replica) throws {
    let filled = Set(records.flatMap { $0.fields.filter { !$0.shown.isEmpty }.map(\.definition.id) })
    let columns = kind.fields.filter { filled.contains($0.id) && $0.name != BuiltIn.externalIDName }.prefix(6)
    var table = Table([say("编号", "ID")] + columns.map { Titles.field($0) })
    for record in records {
      let mark = record.isConflicted ? "! " : ""
      table.add(
        [mark + (try replica.shortForm(of: record.id))]
          + columns.map { column in record.fields.first { $0.definition.id == column.id }.map { text.text($0) } ?? "" })
    }
    if !table.isEmpty { table.print() }
    Terminal.remark(say("共 \(records.count) 条", "\(records.count) records"))
  }
}
