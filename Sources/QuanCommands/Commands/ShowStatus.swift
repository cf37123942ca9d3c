import ArgumentParser
import Quan

/// `quan status`: how the replica stands.
struct ShowStatus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: say("副本的状况: 记录数、待处理冲突、未送出的更改", "How the replica stands."))

  @OptionGroup var options: GlobalOptions
  @Flag(help: ArgumentHelp(say("有未处理的冲突时以状态 1 退出", "Exit with status 1 while conflicts are open.")))
  var failOnConflict = false
  @Flag(help: ArgumentHelp(say("有待核实的问题时以状态 1 退出", "Exit with status 1 while problems are open.")))
  var failOnProblem = false
  @Option(
    help: ArgumentHelp(
      say("把现在的版本存为文件, 供 diff 和 show --at 用", "Keep the version of now in a file, for diff and show --at."),
      valueName: "FILE.quanvector"), completion: .file(extensions: ["quanvector"]))
  var save: String?

  func validate() throws {
    if let save, !save.hasSuffix(".quanvector") {
      throw ValidationError(say("--save 的文件名要以 .quanvector 结尾", "the file of --save ends in .quanvector"))
    }
  }

  func run() throws {
    let status = try options.withReplica { replica in
      if let save { try replica.saveVersion(to: save) }
      let status = try replica.status()
      if options.json {
        Terminal.print(StatusText.json(status).line)
      } else {
        try StatusText.talk(status, replica)
      }
      return status
    }
    if failOnConflict && status.conflicts > 0 || failOnProblem && status.problems > 0 { throw ExitCode(1) }
  }
}
