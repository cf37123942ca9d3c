import ArgumentParser
import Quan

/// `quan status`: how the replica stands.
struct ShowStatus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: say("副本的状况: 记录数、待处理冲突、未送出的更改", "How the replica stands."))

  @OptionGroup var options: GlobalOptions
  @Flag(help: ArgumentHelp(say("有未处理的冲突时以状态 1 退出", "Exit with status 1 while conflicts are open.")))
  var failOnConflict = false

  func run() throws {
    let conflicts = try options.withReplica { replica in
      let status = try replica.status()
      if options.json {
        Terminal.print(StatusText.json(status).line)
      } else {
        try StatusText.talk(status, replica)
      }
      return status.conflicts
    }
    if failOnConflict && conflicts > 0 { throw ExitCode(1) }
  }
}
