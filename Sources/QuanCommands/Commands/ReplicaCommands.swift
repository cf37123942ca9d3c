import ArgumentParser
import Quan

/// `quan replica`: the laptops of the workspace.
struct ReplicaCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replica", abstract: say("工作区里的电脑", "The laptops of the workspace."),
    subcommands: [ListReplicas.self, Settle.self])

  /// `quan replica list`.
  struct ListReplicas: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: say("列出电脑", "List them."))
    @OptionGroup var options: GlobalOptions

    func run() throws {
      let known = try options.withReplica { try $0.replicas() }
      if options.json {
        for replica in known {
          Terminal.print(
            JSON.object([
              "replica": .string(replica.id.description), "name": .string(replica.label),
              "person": .string(replica.person), "changes": .integer(replica.changes), "own": .bool(replica.isOwn),
              "predecessor": replica.predecessor.map { .string($0.description) } ?? .null,
              "acknowledged": .bool(replica.acknowledged != nil),
            ]).line)
        }
        return
      }
      var table = Table([say("名称", "name"), say("人员", "person"), say("更改", "changes"), say("副本", "replica"), ""])
      for replica in known {
        let note =
          replica.isOwn ? say("本机", "this one") : replica.acknowledged == nil ? say("未回执", "never heard back") : ""
        table.add([replica.label, replica.person, String(replica.changes), replica.id.description, note])
      }
      table.print()
    }
  }

  /// `quan replica settle`: answers "copy or restore?".
  struct Settle: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: say("回答: 文件是复制来的, 还是恢复的", "Answer whether the file was copied or restored."))
    @OptionGroup var options: GlobalOptions
    @Flag(help: ArgumentHelp(say("复制: 原件仍在使用", "A copy: the other is still in use.")))
    var copy = false
    @Flag(help: ArgumentHelp(say("恢复: 原件已不存在", "Restored: the other is gone.")))
    var restore = false

    func run() throws {
      guard copy != restore else {
        throw CommandFailure(.usage, say("写 --copy 或 --restore 之一", "write either --copy or --restore"))
      }
      try options.withReplica { try $0.settleRenewal(retireOld: restore) }
    }
  }
}
