import ArgumentParser
import Quan

/// `quan scope`: the schools whose records the workspace holds.
struct ScopeCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scope", abstract: say("范围(学校)", "The scopes, one a school."),
    subcommands: [ListScopes.self, AddScope.self, UseScope.self, LimitScope.self])

  /// `quan scope list`.
  struct ListScopes: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: say("列出范围", "List them."))
    @OptionGroup var options: GlobalOptions

    func run() throws {
      try options.withReplica { replica in
        let home = try replica.status().homeScope
        for scope in try replica.scopes() {
          if options.json {
            Terminal.print(
              JSON.object([
                "scope": .string(scope.id.description), "label": .string(scope.label), "home": .bool(scope.id == home),
              ]).line)
          } else {
            Terminal.print("\(scope.id == home ? "*" : " ") \(scope.id)  \(Terminal.neutral(scope.label))")
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
        Terminal.print(options.json ? JSON.object(["limit": .integer(limit)]).line : String(limit))
      }
    }
  }
}
