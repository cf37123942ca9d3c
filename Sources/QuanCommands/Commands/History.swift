import ArgumentParser
import Quan

/// `quan history`: what happened to a record.
struct History: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("一条记录的来龙去脉: 谁在何时改了什么", "What happened to a record: who changed what, and when."))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("记录编号", "The record."), valueName: "ID"), completion: LiveValues.records)
  var record: String
  @Argument(help: ArgumentHelp(say("只看一个字段", "Only one field."), valueName: "FIELD"), completion: LiveValues.fields)
  var field: String?

  func run() throws {
    options.beginPages()
    try options.withReplica { replica in
      let id = try RecordFinder(replica: replica).record(record)
      guard let found = try replica.record(id) else { throw CommandFailure(StoreError(.notFound, "", subject: record)) }
      let field = try field.map { try Assignment.field(named: $0, of: found.kind) }
      let steps = try replica.history(of: id, field: field?.id)
      let text = HistoryText(replica: replica, record: found, reveal: options.reveal)
      let people = try People(replica)
      for step in steps {
        if options.json {
          Terminal.print(text.json(step, only: field, people).line)
        } else {
          Terminal.print(
            people.name(step.stamp, step.dot.replica) + (step.message.map { "  \"\(Terminal.neutral($0))\"" } ?? ""))
          for line in text.lines(step, only: field) { Terminal.print("    " + line) }
        }
      }
    }
  }
}
