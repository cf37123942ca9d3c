import ArgumentParser
import Quan

/// `quan resolve`: walks through all that is open.
struct ResolveAll: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve",
    abstract: say("逐个处理冲突", "Walk through the conflicts and settle them."),
    discussion: say(
      """
      每次显示一处: 原值, 各方的值, 谁在何时何处写的. 输入号码取一方 (后面可写理由, 如: 1 家长当面确认), "都要" 保留各段, \
      =值 写新值, "稍后" 跳过, "结束" 停下. 写入之前会让您确认; 反悔用 quan undo. 脚本中用: quan conflict resolve.
      """,
      """
      Shows one at a time: what it was, each side, who wrote it, when and where. Answer with a number to take a side \
      (a reason may follow: 1 confirmed by the guardian), "both" to keep all paragraphs, =VALUE for another value, "later" to \
      go on, "quit" to stop. It asks before it writes; quan undo takes it back. In scripts: quan conflict resolve.
      """))

  @OptionGroup var options: GlobalOptions
  @Option(
    name: [.customShort("m"), .customLong("reason"), .customLong("message")],
    help: ArgumentHelp(say("理由, 记入历史", "Why; the history keeps it."), valueName: "TEXT"))
  var reason: String?

  func run() throws {
    guard Prompt.isInteractive else {
      throw CommandFailure(
        .usage, say("没有人可以回答: 标准输入不是终端", "nobody is there to answer: standard input is no terminal"),
        hint: say("在脚本中: quan conflict resolve 编号 字段 --take N", "in scripts: quan conflict resolve ID FIELD --take N"))
    }
    try options.withReplica { replica in
      let open = try replica.conflicts().filter { $0.class != .schema }
      var settled = 0
      walk: for (index, conflict) in open.enumerated() {
        // Settling one may have settled another of the same record.
        guard let conflict = try replica.conflicts(of: conflict.record).first(where: { $0.field == conflict.field })
        else { continue }
        let text = try ConflictText(replica, reveal: options.reveal)
        Terminal.print("")
        Terminal.print("(\(index + 1)/\(open.count))")
        for line in try text.lines([conflict]) { Terminal.print(line) }
        switch try settle(conflict, text, replica) {
        case .written: settled += 1
        case .left: continue
        case .ended: break walk
        }
      }
      talkEnd(settled: settled, rest: try replica.conflictCount())
      OpenMatters.remark(conflicts: 0, problems: try replica.problemCount())
    }
  }

  private enum Step { case written, left, ended }

  /// Asks until an answer can be written, or the person goes on or stops.
  private func settle(_ conflict: Conflict, _ text: ConflictText, _ replica: Replica) throws -> Step {
    let field = text.field(conflict)
    let both = Settling.canKeepAll(of: conflict, field)
    let question =
      say("取哪一方? 1-\(conflict.sides.count)", "Which side? 1-\(conflict.sides.count)")
      + (both ? say(", 都要", ", both") : "") + (field == nil ? "" : say(", =值", ", =VALUE"))
      + say(", 稍后, 结束, ?:", ", later, quit, ?:")
    while let line = try Prompt.ask(question) {
      do {
        let settling: Settling
        switch SettlingAnswer(line) {
        case .side(let side, let reason): settling = try Settling(conflict, taking: side, reason: reason ?? self.reason)
        case .both(let reason): settling = try Settling(keepingAllOf: conflict, field, reason: reason ?? self.reason)
        case .value(let typed): settling = try Settling(conflict, typed: typed, field, replica, reason: reason)
        case .later: return .left
        case .quit: return .ended
        case .help, nil:
          for line in Wrap.lines("  ", Self.help(both: both), columns: Terminal.columns) { Terminal.talk(line) }
          continue
        }
        Terminal.print(say("将写入: ", "Will be written: ") + (try settling.preview(text)))
        let after = ConsequenceText(text: text)
        for line in try after.lines(try settling.consequences(replica), indent: "  ", columns: text.columns) {
          Terminal.print(line)
        }
        guard try Prompt.confirm(say("确定? (是/否) ", "Is that right? (yes/no) ")) else { continue }
        try replica.write(author: options.author, message: settling.reason) { try settling.write(to: &$0) }
        Terminal.print(say("已写入.", "Written."))
        return .written
      } catch let failure as CommandFailure {
        Terminal.talk(failure.message + (failure.hint.map { ". " + $0 } ?? ""))
      }
    }
    return .ended
  }

  private static func help(both: Bool) -> String {
    say(
      "号码: 取那一方 (后面可写理由); \(both ? "都要: 各段都留; " : "")=值: 写新值; 稍后: 跳过; 结束: 停下",
      "a number takes that side (a reason may follow); \(both ? "both keeps all paragraphs; " : "")=VALUE writes another value; later goes on; quit stops"
    )
  }

  private func talkEnd(settled: Int, rest: Int) {
    Terminal.print("")
    if settled > 0 {
      Terminal.print(
        say("已处理 \(settled) 处; 反悔最后一处: quan undo", "Settled: \(settled); quan undo takes the last one back"))
    }
    Terminal.print(
      rest == 0
        ? say("没有待处理的冲突.", "No conflict is open.")
        : say("还有 \(rest) 处待处理: quan resolve", "Still open: \(rest). Go on with quan resolve"))
  }
}
