public import ArgumentParser
import Glibc
import Quan

/// The tool `quan`.
public struct Tool: ParsableCommand {
  /// Its name, its words and its commands.
  public static let configuration = CommandConfiguration(
    commandName: "quan",
    abstract: say("泉: 家访与学生支持的离线协作", "Quan: home visits and student support, offline first."),
    discussion: say(
      "先 quan init 建工作区, 在另一台电脑 quan join; 平时 quan add、edit; 插上U盘 quan sync 文件夹.",
      "Begin with quan init, on the second laptop quan join; work with quan add and edit; plug in a stick and quan sync FOLDER."
    ),
    version: "0.1.0 (format 0)",
    subcommands: [
      Init.self, Join.self, ShowStatus.self, Add.self, Edit.self, Attach.self, Show.self, List.self, Search.self,
      Delete.self,
      Restore.self,
      Undo.self, History.self, Blame.self, Log.self, Diff.self, Sync.self, ServeCommands.self, Import.self, Export.self,
      Verify.self,
      Backup.self,
      BundleCommands.self,
      AttachmentCommands.self, ResolveAll.self, ConflictCommands.self, ProblemCommands.self, MergeRecords.self,
      MergeCommands.self,
      SchemaCommands.self, TransferCommands.self, ReportIncident.self, MemberCommands.self,
      ReplicaCommands.self, ScopeCommands.self, HelpTopics.self, Manual.self,
    ])

  /// The tool without arguments.
  public init() {}

  /// Runs the command that the arguments ask for, and ends the process with its exit status.
  public static func run(_ arguments: [String]) -> Never {
    signal(SIGPIPE, SIG_IGN)
    Interrupt.watch()
    var status: Int32 = 0
    do {
      try CommandFinder.check(arguments)
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch {
      status = report(error)
    }
    ProgressBar.clear()
    Pager.finish()
    Codeset.warn()
    Glibc.exit(status)
  }

  /// Says what went wrong, and gives the exit status.
  private static func report(_ error: any Error) -> Int32 {
    if let failure = error as? CommandFailure { return failure.talk() }
    if let failure = error as? StoreError { return CommandFailure(failure).talk() }
    if error is Interrupt.Stop { return Interrupt.report() }
    let status = exitCode(for: error).rawValue
    let text = UsageText.text(of: message(for: error), in: fullMessage(for: error))
    if !text.isEmpty {
      if status == 0 { Terminal.print(text) } else { Terminal.talk(text) }
    }
    return status
  }
}

extension CommandFailure {
  /// Says it on standard error, and gives the exit status.
  func talk() -> Int32 {
    Pager.finish()
    Terminal.talk(say("错误: ", "Error: ") + Terminal.neutral(message))
    for detail in details { Terminal.talk("  " + Terminal.neutral(detail)) }
    if let hint {
      let lines = hint.split(separator: "\n", omittingEmptySubsequences: false).map { Terminal.neutral(String($0)) }
      Terminal.talk(say("提示: ", "Hint: ") + lines.joined(separator: "\n"))
    }
    return status.rawValue
  }
}
