import ArgumentParser
import Quan

/// `quan scope`: the schools whose records the workspace holds.
struct ScopeCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scope", abstract: say("范围(学校)", "The scopes, one a school."),
    subcommands: [ListScopes.self, AddScope.self, UseScope.self, LimitScope.self, LeaveScope.self, HoldScope.self])

  /// `quan scope list`.
  struct ListScopes: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: say("列出范围", "List them."))
    @OptionGroup var options: GlobalOptions

    func run() throws {
      try options.withReplica { replica in
        let home = try replica.status().homeScope
        let left = Set(try replica.leftScopes())
        for scope in try replica.scopes() {
          if options.json {
            Terminal.print(
              JSON.object([
                "scope": .string(scope.id.description), "label": .string(scope.label), "home": .bool(scope.id == home),
                "left": .bool(left.contains(scope.id)),
              ]).line)
          } else {
            Terminal.print(
              "\(scope.id == home ? "*" : " ") \(scope.id)  "
                + (scope.id == .shared ? say("全体共用", "shared") : Terminal.neutral(scope.label))
                + (left.contains(scope.id) ? say("  (已离开)", "  (left)") : ""))
          }
        }
      }
    }
  }

  /// `quan scope add`.
  struct AddScope: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add", abstract: say("新增范围", "Add a scope; prints its ID."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("名称", "Its label."), valueName: "LABEL"))
    var label: String

    func run() throws {
      let scope = try options.withReplica { replica in
        try replica.write(author: options.author) { try $0.createScope(label: label) }
      }
      Terminal.print(scope.description)
    }
  }

  /// `quan scope use`.
  struct UseScope: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "use", abstract: say("新记录缺省放入的范围", "Choose where new records go by default."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("编号或名称", "Its ID or label."), valueName: "SCOPE"), completion: LiveValues.scopes)
    var scope: String

    func run() throws {
      try options.withReplica { replica in try replica.setHomeScope(try ScopeFinder.scope(scope, replica)) }
    }
  }

  /// `quan scope leave`.
  struct LeaveScope: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "leave",
      abstract: say("从本机删去一个范围的全部资料", "Take a scope with all its records off this laptop."),
      discussion: say(
        "先列出会删去什么; 本机在其中的更改还没有传给别的电脑时不执行. 别的电脑上的资料不变.",
        "Says first what will go; refused while changes made here have reached no other laptop. The others keep what they hold."
      ))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("编号或名称", "Its ID or label."), valueName: "SCOPE"), completion: LiveValues.scopes)
    var scope: String
    @Flag(help: ArgumentHelp(say("不再确认", "Do not ask.")))
    var yes = false
    @Flag(help: ArgumentHelp(say("只列出会删去什么", "Only say what would go.")))
    var dryRun = false

    func run() throws {
      try options.withReplica { replica in
        let scope = try ScopeFinder.scope(scope, replica)
        let leaving = try replica.leaving(of: scope)
        if options.json && dryRun {
          Terminal.print(Self.json(leaving).line)
          return
        }
        if !options.json { for line in Self.lines(leaving) { Terminal.print(line) } }
        if dryRun { return }
        let question = say("从本机删去这些资料? (是/否) ", "Take all this off this laptop? (yes/no) ")
        if leaving.unsent == 0 && !yes, try !Prompt.confirm(question) { return }
        let left = try replica.leave(scope)
        if options.json {
          Terminal.print(Self.json(left).line)
        } else {
          Terminal.print(
            say("已离开; 回来: quan scope hold \(self.scope)", "Left; to come back: quan scope hold \(self.scope)"))
        }
      }
    }

    private static func lines(_ leaving: ScopeLeaving) -> [String] {
      var lines = leaving.records.map { "  \(Titles.kind($0.kind)): \($0.count)" }
      lines.append(say("  更改: \(leaving.changes)", "  changes of the log: \(leaving.changes)"))
      if leaving.attachments > 0 {
        lines.append(
          say(
            "  附件: \(leaving.attachments) (\(AttachmentText.size(leaving.attachmentSize)))",
            "  attached files: \(leaving.attachments) (\(AttachmentText.size(leaving.attachmentSize)))"))
      }
      if leaving.unsent > 0 {
        lines.append(
          say("! 未传出的更改: \(leaving.unsent)", "! changes that have reached no other laptop: \(leaving.unsent)"))
      }
      return lines
    }

    private static func json(_ leaving: ScopeLeaving) -> JSON {
      .object([
        "scope": .string(leaving.scope.description),
        "records": .object(leaving.records.map { JSON.Member(name: $0.kind.name, value: .integer($0.count)) }),
        "changes": .integer(Int64(clamping: leaving.changes)), "attachments": .integer(leaving.attachments),
        "attachment_bytes": .integer(Int64(clamping: leaving.attachmentSize)),
        "unsent": .integer(Int64(clamping: leaving.unsent)), "pending": .integer(Int64(clamping: leaving.pending)),
      ])
    }
  }

  /// `quan scope hold`.
  struct HoldScope: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "hold", abstract: say("重新取回离开过的范围", "Take a scope in again that was left."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("编号或名称", "Its ID or label."), valueName: "SCOPE"), completion: LiveValues.scopes)
    var scope: String

    func run() throws {
      try options.withReplica { replica in
        try replica.hold(try ScopeFinder.scope(scope, replica))
        Terminal.print(say("下一步: quan sync 文件夹", "Next: quan sync FOLDER"))
      }
    }
  }

  /// `quan scope limit`.
  struct LimitScope: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "limit",
      abstract: say("附件传送的大小上限 (缺省20M)", "The size up to which a scope's attachments travel (20M by default)."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("编号或名称", "Its ID or label."), valueName: "SCOPE"))
    var scope: String
    @Argument(
      help: ArgumentHelp(
        say("大小, 如 500K、20M; 省略则显示", "A size such as 500K or 20M; left out, it is shown."), valueName: "SIZE"))
    var size: String?

    func run() throws {
      try options.withReplica { replica in
        let scope = try ScopeFinder.scope(scope, replica)
        if let size {
          guard let bytes = AttachmentText.bytes(size) else {
            throw CommandFailure(
              .usage, say("大小应如 500K、20M", "a size is written like 500K or 20M"), hint: say("如 20M", "such as 20M"))
          }
          try replica.setAttachmentLimit(of: scope, to: bytes, author: options.author)
        }
        let limit = try replica.attachmentLimit(of: scope)
        Terminal.print(options.json ? JSON.object(["limit": .integer(limit)]).line : AttachmentText.limit(limit))
      }
    }
  }
}
