import ArgumentParser
import Quan

/// `quan show`: a record.
struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: say("显示一条记录", "Show a record."))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("记录编号", "The record."), valueName: "ID"), completion: LiveValues.records)
  var record: String
  @Option(
    help: ArgumentHelp(
      say("当时的样子: 时间、日期、更改、merge:N 或保存的版本", "As it was: a moment, a date, a change, merge:N or a saved version."),
      valueName: "TIME"))
  var at: String?

  func run() throws {
    options.beginPages()
    try options.withReplica { replica in
      let id = try RecordFinder(replica: replica).record(record)
      guard let found = try replica.record(id) else { throw CommandFailure(StoreError(.notFound, "", subject: record)) }
      let text = RecordText(replica: replica, options: options)
      if let at {
        try show(id, at: try VersionFinder(replica: replica).version(at), text)
        return
      }
      if options.json {
        Terminal.print(text.json(found).line)
      } else {
        for line in try text.lines(found) + AttachmentText.lines(about: id, replica, options) { Terminal.print(line) }
      }
    }
  }

  private func show(_ id: RecordID, at version: VersionFinder.Found, _ text: RecordText) throws {
    guard let then = try text.replica.record(id, at: version.version) else {
      throw CommandFailure(
        .failed, say("那时还没有这条记录 (\(version.name))", "the record was not there yet (\(version.name))"),
        hint: say("来龙去脉: quan history \(record)", "what happened to it: quan history \(record)"))
    }
    if options.json {
      Terminal.print(text.json(then).line)
      return
    }
    for line in try text.lines(then, isPast: true) { Terminal.print(line) }
    Terminal.remark(
      say(
        "这是 \(version.name) 时的样子; 与现在相比: quan diff '\(at ?? "")'",
        "This is how it was: \(version.name). Compare: quan diff '\(at ?? "")'"))
  }
}
