import ArgumentParser
import Quan

/// `quan restore`: brings a deleted record back.
struct Restore: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: say("恢复已删除的记录", "Bring a deleted record back."))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("记录编号", "The record."), valueName: "ID"), completion: LiveValues.records)
  var record: String

  func run() throws {
    try options.withReplica { replica in
      let id = try RecordFinder(replica: replica).record(record)
      try replica.write(author: options.author) { try $0.restore(id) }
      if options.json { Terminal.print(JSON.object(["id": .string(id.description)]).line) }
    }
  }
}
