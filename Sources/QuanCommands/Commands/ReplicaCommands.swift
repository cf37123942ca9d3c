import ArgumentParser
import Quan

/// `quan replica`: the laptops of the workspace.
struct ReplicaCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replica", abstract: say("工作区里的电脑", "The laptops of the workspace."),
    subcommands: [ListReplicas.self, Rename.self, Renew.self, Retire.self, Settle.self])

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
              "last_heard": replica.lastHeard.map { .string($0.description) } ?? .null,
              "unsent": .integer(replica.unsent), "retired": .bool(replica.isRetired),
            ]).line)
        }
        return
      }
      var table = Table(
        [
          say("名称", "name"), say("人员", "person"), say("更改", "changes"), say("最后听到", "last heard"),
          say("未送达", "unsent"), say("副本", "replica"),
          say("说明", "note"),
        ], whole: [3, 5])
      for replica in known {
        table.add([
          replica.label, replica.person, String(replica.changes),
          replica.lastHeard.map { ValueText.time($0) } ?? "-", replica.isOwn ? "-" : String(replica.unsent),
          replica.id.description, Self.note(replica),
        ])
      }
      table.print()
    }

    private static func note(_ replica: KnownReplica) -> String {
      if replica.isOwn { return say("本机", "this one") }
      if replica.isRetired { return say("已停用", "retired") }
      return replica.acknowledged == nil ? say("未回执", "never heard back") : ""
    }
  }

  /// `quan replica rename`.
  struct Rename: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: say("给这台电脑改名", "Call this laptop something else."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("新名称", "The new name."), valueName: "LAPTOP"))
    var name: String

    func run() throws {
      try options.withReplica { try $0.rename(label: name, author: options.author) }
      if options.json { Terminal.print(JSON.object(["name": .string(name)]).line) }
      Terminal.remark(say("下次同步后别的电脑也会看到", "The others learn of it with the next sync"))
    }
  }

  /// `quan replica renew`.
  struct Renew: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: say("现在就换用新身份", "Take a new identity now."),
      discussion: say(
        "不确定文件有没有被拷走在别处使用时用它; 记录和历史都不变.",
        "For when the file may have been copied and used elsewhere; records and history stay as they are."))
    @OptionGroup var options: GlobalOptions

    func run() throws {
      try options.withReplica { replica in
        let id = try replica.renewIdentity()
        if options.json {
          Terminal.print(JSON.object(["replica": .string(id.description)]).line)
        } else {
          Terminal.print(say("新身份: \(id)", "New identity: \(id)"))
        }
        Terminal.remark(
          say(
            "旧身份别处还在用: quan replica settle --copy; 不再有人用: quan replica settle --restore",
            "If the old one is in use elsewhere: quan replica settle --copy; if by nobody: quan replica settle --restore"
          ))
      }
    }
  }

  /// `quan replica retire`.
  struct Retire: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: say("一台电脑不会再回来: 不再等它", "A laptop will not come back: wait for it no more."),
      discussion: say(
        "它写过的全部保留. 不再等它确认收到, 因此U盘上的旧包和已被取代的旧值可以清理; 它若再出现, 它的更改照常合并. 每台电脑各自执行.",
        "All that it wrote stays. Nothing waits for its word any more, so old bundles in folders and superseded values may be cleared away; should it come back, its changes are merged as ever. To be said on each laptop."
      ))
    @OptionGroup var options: GlobalOptions
    @Argument(
      help: ArgumentHelp(say("电脑的名称或编号", "Its name or ID."), valueName: "LAPTOP"),
      completion: LiveValues.laptops)
    var laptop: String
    @Flag(name: .shortAndLong, help: ArgumentHelp(say("不再询问", "Do not ask.")))
    var yes = false

    func run() throws {
      try options.withReplica { replica in
        let other = try ReplicaFinder.replica(laptop, replica)
        let name = Terminal.neutral(other.label.isEmpty ? other.id.description : other.label)
        guard
          try yes
            || Prompt.confirm(
              say("'\(name)' 不会再回来, 确定吗? [是/否] ", "'\(name)' will not come back: sure? [yes/no] "))
        else {
          throw CommandFailure(.failed, say("未停用", "not retired"), hint: say("确定时加 --yes", "add --yes when sure"))
        }
        try replica.retire(other.id)
        if options.json {
          Terminal.print(JSON.object(["retired": .string(other.id.description)]).line)
        } else {
          Terminal.print(say("已停用: \(name)", "Retired: \(name)"))
        }
      }
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
        throw CommandFailure(
          .usage, say("写 --copy 或 --restore 之一", "write either --copy or --restore"),
          hint: say("说明: quan replica settle --help", "see: quan replica settle --help"))
      }
      try options.withReplica { try $0.settleRenewal(retireOld: restore) }
    }
  }
}
