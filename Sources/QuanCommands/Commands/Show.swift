import ArgumentParser
import Quan

/// `quan show`: a record.
struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: say("显示一条记录", "Show a record."))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("记录编号", "The record."), valueName: "ID"), completion: LiveValues.records)
  var record: String

  func run() throws {
    options.beginPages()
    try options.withReplica { replica in
      let id = try RecordFinder(replica: replica).record(record)
      guard let found = try replica.record(id) else { throw CommandFailure(StoreError(.notFound, "", subject: record)) }
      let text = RecordText(replica: replica, options: options)
      if options.json {
        Terminal.print(text.json(found).line)
      } else {
        for line in try text.lines(found) { Terminal.print(line) }
      }
    }
  }
}
