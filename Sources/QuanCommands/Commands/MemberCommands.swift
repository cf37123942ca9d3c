import ArgumentParser
import Quan

/// `quan member`: who may take part.
struct MemberCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "member", abstract: say("成员: 申请、接纳、列出、撤销", "The members: ask, admit, list, revoke."),
    subcommands: [
      Request.self, Admit.self, Enter.self, ListMembers.self, ChangeRight.self, Revoke.self, Accept.self,
      SetPassphrase.self,
    ])

  /// `quan member request`.
  struct Request: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: say("生成密钥并写出申请文件", "Make this laptop's keys and write a request for admission."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("申请文件", "The request."), valueName: "FILE"))
    var file: String
    @Option(
      help: ArgumentHelp(
        say("已有工作区的文件夹或包, 用来立即显示核对码", "A folder or bundle of the workspace, to show the code at once."),
        valueName: "FOLDER|BUNDLE"))
    var from: String?

    func run() throws {
      let request = try Replica.requestAdmission(to: file, from: from, environment: try options.environment())
      if options.json {
        Terminal.print(MemberText.json(request).line)
        return
      }
      Terminal.print(say("已写出申请 \(file), 成员号 \(request.member)", "Wrote request \(file), member \(request.member)"))
      if let code = request.code {
        Terminal.print(say("核对码: \(code)", "Code: \(code)"))
        Terminal.talk(say("请管理员读出他看到的核对码, 必须一致", "Have the admin read out the code shown there: it must be the same"))
      }
      Terminal.talk(
        say(
          "下一步 (管理员): quan member admit \(file) --name 电脑名 --person 姓名 --scope 范围 --out 欢迎文件",
          "Next, on the admin's laptop: quan member admit \(file) --name LAPTOP --person PERSON --scope SCOPE --out WELCOME"
        ))
    }
  }

  /// `quan member admit`.
  struct Admit: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: say("接纳一台电脑, 或改变它的角色和范围", "Admit a laptop, or give it another role or other scopes."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("申请文件", "The request."), valueName: "REQUEST"))
    var file: String
    @Option(help: ArgumentHelp(say("这台电脑的名称", "What that laptop is called."), valueName: "LAPTOP"))
    var name: String
    @Option(help: ArgumentHelp(say("使用人", "The person."), valueName: "PERSON"))
    var person: String
    @Option(
      help: ArgumentHelp(say("角色: admin, editor 或 reader", "The role: admin, editor or reader."), valueName: "ROLE"))
    var role = "editor"
    @OptionGroup var choice: ScopeChoice
    @Option(help: ArgumentHelp(say("欢迎文件", "The welcome."), valueName: "WELCOME"))
    var out: String
    @Option(
      help: ArgumentHelp(say("对方读出的核对码", "The code that the other person read out."), valueName: "CODE"))
    var code: String?

    func validate() throws {
      if Role(rawValue: role) == nil {
        throw ValidationError(say("--role 只能是 admin, editor 或 reader", "--role takes admin, editor or reader"))
      }
    }

    func run() throws {
      try options.withReplica { replica in
        let request = try replica.readRequest(at: file)
        let expected = request.code ?? ""
        if let code, MemberText.digits(code) != MemberText.digits(expected) {
          throw CommandFailure(
            .stranger, say("核对码不一致: 申请可能被调换", "the codes differ: the request may have been exchanged"),
            hint: say("请对方重新申请: quan member request 文件", "ask for a new one: quan member request FILE"))
        }
        let scopes = try choice.scopes(replica) ?? [try replica.status().homeScope]
        let standing = Standing(Role(rawValue: role), scopes)
        let member = try replica.admit(
          requestAt: file, label: name, person: person, standing: standing, welcome: out)
        if options.json {
          Terminal.print(try MemberText.json(member, replica).line)
          return
        }
        Terminal.print(say("已接纳 \(Terminal.neutral(name))", "Admitted \(Terminal.neutral(name))"))
        if code == nil {
          Terminal.print(say("核对码: \(expected)", "Code: \(expected)"))
          Terminal.talk(
            say(
              "请与对方当面或电话核对; 不一致时立即 quan member revoke \(name)",
              "Compare it aloud with the other person; if it differs: quan member revoke \(name)"))
        }
        Terminal.talk(
          say(
            "下一步: quan sync 文件夹; 对方: quan join FILE.quan --from 文件夹 --welcome \(out) --name 电脑名 --author 姓名",
            "Next: quan sync FOLDER; then on the other laptop: quan join FILE.quan --from FOLDER --welcome \(out) --name LAPTOP --author PERSON"
          ))
      }
    }
  }

  /// `quan member enter`.
  struct Enter: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: say("本机的工作区原来开放、后来密封: 凭欢迎文件成为成员", "Become a member of a workspace that was open and has been sealed."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("欢迎文件", "The welcome."), valueName: "WELCOME"))
    var welcome: String
    @Flag(help: ArgumentHelp(say("只看结果, 什么也不改", "Show what would happen and keep nothing.")))
    var dryRun = false

    func run() throws {
      try options.withReplica { replica in
        let text = MergeText(replica: replica, options: options, isTrial: dryRun)
        let merge = try replica.enter(welcomeAt: welcome, dryRun: dryRun) { try text.talk($0) }
        guard !dryRun else { return }
        try text.talk(merge)
        Terminal.talk(say("本机现在是成员. 下一步: quan sync 文件夹", "This laptop is a member now. Next: quan sync FOLDER"))
      }
    }
  }

  /// `quan member accept`.
  struct Accept: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: say(
        "接受一台电脑在密封之前写的、没有签名的更改", "Accept what a laptop wrote before the workspace was sealed, which bears no signature."
      ))
    @OptionGroup var options: GlobalOptions
    @Argument(
      help: ArgumentHelp(say("副本号, 见 quan status", "The replica, as quan status shows it."), valueName: "REPLICA"))
    var replica: String
    @Flag(help: ArgumentHelp(say("只看结果, 什么也不改", "Show what would happen and keep nothing.")))
    var dryRun = false

    func run() throws {
      try options.withReplica { own in
        guard let id = ReplicaID(replica.uppercased()) else {
          throw CommandFailure(StoreError(.notFound, "there is no such replica", subject: replica))
        }
        let text = MergeText(replica: own, options: options, isTrial: dryRun)
        let merge = try own.accept(unsignedOf: id, dryRun: dryRun) { try text.talk($0) }
        if !dryRun { try text.talk(merge) }
      }
    }
  }

  /// `quan member list`.
  struct ListMembers: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: say("列出成员", "List them."))
    @OptionGroup var options: GlobalOptions

    func run() throws {
      try options.withReplica { replica in
        let members = try replica.members()
        if options.json {
          for member in members { Terminal.print(try MemberText.json(member, replica).line) }
          return
        }
        if try replica.isOpen {
          Terminal.talk(say("这个工作区是开放的, 没有成员名单", "The workspace is open to everybody; there is no list of members"))
          return
        }
        var table = Table(
          [
            say("名称", "name"), say("人员", "person"), say("角色", "role"), say("范围", "scopes"), say("成员号", "member"),
            say("说明", "note"),
          ], whole: [4])
        for member in members {
          table.add([
            member.label, member.person, MemberText.role(member),
            try MemberText.scopes(member.standing, replica), member.id.description,
            member.isOwn ? say("本机", "this one") : member.isFounder ? say("创建者", "founder") : "",
          ])
        }
        table.print()
      }
    }
  }

  /// `quan member change`.
  struct ChangeRight: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "change", abstract: say("改变一个成员的角色和范围", "Give a member another role or other scopes."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("名称或成员号", "Its name or the start of its ID."), valueName: "NAME"))
    var name: String
    @Option(
      help: ArgumentHelp(say("角色: admin, editor 或 reader", "The role: admin, editor or reader."), valueName: "ROLE"))
    var role: String?
    @OptionGroup var choice: ScopeChoice

    func validate() throws {
      if let role, Role(rawValue: role) == nil {
        throw ValidationError(say("--role 只能是 admin, editor 或 reader", "--role takes admin, editor or reader"))
      }
    }

    func run() throws {
      try options.withReplica { replica in
        let member = try MemberText.member(name, replica)
        let standing = Standing(
          role.flatMap { Role(rawValue: $0) } ?? member.standing.role,
          try choice.scopes(replica) ?? member.standing.scopes)
        try replica.setStanding(of: member.id, to: standing)
        let reach = try MemberText.scopes(standing, replica)
        Terminal.print(
          say(
            "\(Terminal.neutral(member.label)) 现在是 \(MemberText.role(standing.role)): \(reach)",
            "\(Terminal.neutral(member.label)) is \(MemberText.role(standing.role)) now: \(reach)"
          ))
        Terminal.talk(say("下一步: quan sync 文件夹, 让大家知道", "Next: quan sync FOLDER, so that the others know"))
      }
    }
  }

  /// `quan member revoke`.
  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: say("撤销一个成员: 此后它写的都不算", "Revoke a member: what it writes from now on is void."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("名称或成员号", "Its name or the start of its ID."), valueName: "NAME"))
    var name: String
    @Flag(help: ArgumentHelp(say("让已收到的、撤销之后的更改生效", "Let stand what has arrived of it since it was revoked.")))
    var raise = false

    func run() throws {
      try options.withReplica { replica in
        let member = try MemberText.member(name, replica)
        if raise { try replica.raiseCut(of: member.id) } else { try replica.revoke(member.id) }
        Terminal.print(
          raise
            ? say(
              "已收到的更改生效: \(Terminal.neutral(member.label))",
              "What has arrived counts: \(Terminal.neutral(member.label))")
            : say("已撤销 \(Terminal.neutral(member.label))", "Revoked \(Terminal.neutral(member.label))"))
        Terminal.talk(say("下一步: quan sync 文件夹, 让大家知道", "Next: quan sync FOLDER, so that the others know"))
      }
    }
  }
}
