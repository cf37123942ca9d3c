import ArgumentParser
import Quan

/// `quan delete`: deletes a record; `quan restore` brings it back.
struct Delete: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("删除记录 (可恢复)", "Delete a record; restore brings it back."))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("记录编号", "The record."), valueName: "ID"), completion: LiveValues.records)
  var record: String
  @Flag(help: ArgumentHelp(say("即使其他记录引用它", "Also when other records refer to it.")))
  var force = false
  @Option(name: .shortAndLong, help: ArgumentHelp(say("附言", "What you say about it."), valueName: "TEXT"))
  var message: String?

  func run() throws {
    try options.withReplica { replica in
      let id = try RecordFinder(replica: replica).record(record)
      try replica.write(author: options.author, message: message) { try $0.delete(id, force: force) }
      if options.json { Terminal.print(JSON.object(["id": .string(id.description)]).line) }
      let short = try replica.shortForm(of: id)
      Terminal.remark(say("已删除; 恢复: quan restore \(short)", "Deleted; quan restore \(short) brings it back"))
    }
  }
}
