import Quan

/// How a replica stands, for people and for programs.
enum StatusText {
  static func talk(_ status: Status, _ replica: Replica) throws {
    Terminal.print(
      say(
        "\(Terminal.neutral(status.label))  (\(Terminal.neutral(status.author)), 副本 \(status.replica))",
        "\(Terminal.neutral(status.label))  (\(Terminal.neutral(status.author)), replica \(status.replica))"))
    Terminal.print(say("工作区 \(status.workspace)", "workspace \(status.workspace)"))
    if try replica.isOpen {
      Terminal.print(
        say(
          "开放: 拿到副本的人都能写, 交换的文件没有密封", "open: whoever has a copy may write, and nothing that is exchanged is sealed"))
    } else {
      let own = try replica.members().first { $0.isOwn }
      Terminal.print(
        say(
          "仅限成员: 本机为\(MemberText.role(own?.standing.role)); 更改有签名, 交换的文件已密封",
          "members only: this laptop is \(MemberText.role(own?.standing.role)); changes are signed, and what is exchanged is sealed"
        ))
      let carried = try replica.carriedChanges()
      if carried > 0 {
        Terminal.print(
          say(
            "代传的更改 (别的范围, 本机读不了): \(carried)",
            "changes carried for other scopes, which this laptop cannot read: \(carried)"))
      }
    }
    for count in status.records where count.count > 0 {
      Terminal.print("  \(Titles.kind(count.kind)) (\(count.kind.name)): \(count.count)")
    }
    Terminal.print(say("待处理的冲突: \(status.conflicts)", "open conflicts: \(status.conflicts)"))
    if status.problems > 0 {
      Terminal.print(say("待核实的问题: \(status.problems)", "open problems: \(status.problems)"))
    }
    Terminal.print(say("未送出的更改: \(status.unsentChanges)", "changes not sent yet: \(status.unsentChanges)"))
    if !status.pending.isEmpty {
      let people = try People(replica)
      Terminal.print(say("等待前置更改的段: \(status.pending.count)", "segments waiting for others: \(status.pending.count)"))
      for pending in status.pending.prefix(10) { Terminal.print("  " + RemarkText.line(pending, people)) }
    }
    if let renewal = status.renewal {
      Terminal.print(
        renewal.reason == .requested
          ? say(
            "已按要求换用新身份; 原身份 \(renewal.predecessor) 视为仍在使用",
            "It took a new identity, as somebody asked; the old one, \(renewal.predecessor), counts as still in use")
          : say(
            "这个文件曾被复制或恢复 (\(reason(renewal))); 写入时换用新身份, 原身份 \(renewal.predecessor)",
            "This file was copied or restored (\(reason(renewal))); it writes under a new identity, before it was \(renewal.predecessor)"
          ))
      Terminal.remark(
        renewal.reason == .requested
          ? say(
            "原身份不再有人使用时: quan replica settle --restore", "When nobody uses the old one: quan replica settle --restore")
          : say(
            "是复制还是恢复? 复制: quan replica settle --copy; 恢复(原件已不存在): quan replica settle --restore",
            "Copy or restore? A copy: quan replica settle --copy; restored, the other is gone: quan replica settle --restore"
          ))
    }
    if status.conflicts > 0 { Terminal.remark(say("下一步: quan conflict list", "Next: quan conflict list")) }
    if status.problems > 0 { Terminal.remark(say("下一步: quan problem list", "Next: quan problem list")) }
  }

  private static func reason(_ renewal: Renewal) -> String {
    switch renewal.reason {
    case .moved: say("文件换了位置", "it lies elsewhere than it was written")
    case .behind: say("这台电脑记得它曾更新", "this laptop remembers that it was further")
    case .requested: say("有人要求换用新身份", "somebody asked for it")
    case .overtaken: say("别处有它更新的更改", "others hold later changes of it")
    }
  }

  static func json(_ status: Status) -> JSON {
    .object([
      "workspace": .string(status.workspace.description), "replica": .string(status.replica.description),
      "name": .string(status.label), "author": .string(status.author), "scope": .string(status.homeScope.description),
      "records": .object(status.records.map { JSON.Member(name: $0.kind.name, value: .integer($0.count)) }),
      "conflicts": .integer(status.conflicts), "problems": .integer(status.problems),
      "unsent": .integer(status.unsentChanges),
      "pending": .array(status.pending.map { MergeJSON.json($0) }),
      "renewal": status.renewal.map {
        .object(["predecessor": .string($0.predecessor.description), "reason": .string($0.reason.rawValue)])
      } ?? .null,
    ])
  }
}
