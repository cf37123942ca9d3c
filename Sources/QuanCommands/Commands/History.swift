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
      let field = try self.field.map { try Assignment.field(named: $0, of: found.kind) }
      let steps = try replica.history(of: id, field: field?.id)
      let text = HistoryText(
        replica: replica, record: found, reveal: options.reveal, told: HistoryText.told(by: steps))
      let people = try People(replica)
      var last: ChangeID?
      for step in steps {
        if options.json {
          Terminal.print(try text.json(step, only: field, people, in: found.scope).line)
          continue
        }
        if step.change != last {
          let name = try replica.provenance(of: step.dot, in: found.scope).map { try replica.shortForm(of: $0.first) }
          let message = try step.message.map { "  " + (try MessageText.quoted($0, replica)) } ?? ""
          Terminal.print(
            people.name(step.stamp, step.dot.replica) + (name.map { say("  更改 \($0)", "  change \($0)") } ?? "")
              + message)
        }
        last = step.change
        for line in try text.lines(step, only: field) { Terminal.print("    " + line) }
      }
    }
  }
}
