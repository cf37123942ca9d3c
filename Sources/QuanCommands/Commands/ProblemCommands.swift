import ArgumentParser
import Quan

/// `quan problem`: what the merged data breaks although no field is in conflict.
struct ProblemCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "problem", abstract: say("查看和处理问题: 疑似重复、悬空引用等", "List, show and settle problems."),
    subcommands: [ListProblems.self, ShowProblem.self, ResolveProblem.self])

  /// `quan problem list`.
  struct ListProblems: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: say("列出问题", "List the open problems."))
    @OptionGroup var options: GlobalOptions
    @Option(help: ArgumentHelp(say("类型", "The kind."), valueName: "KIND"), completion: LiveValues.kinds)
    var kind: String?
    @Option(
      name: .customLong("class"),
      help: ArgumentHelp(ProblemClass.allCases.map(\.rawValue).joined(separator: ", "), valueName: "CLASS"),
      completion: .list(ProblemClass.allCases.map(\.rawValue)))
    var problemClass: String?
    @Flag(help: ArgumentHelp(say("列出已核实属实的", "Those that somebody says are right as they are.")))
    var accepted = false
    @Option(help: ArgumentHelp(say("最多几条; 缺省 50", "At most so many; 50 by default."), valueName: "N"))
    var limit = 50

    func run() throws {
      let wanted = problemClass.map { ProblemClass(rawValue: $0) }
      if let wanted, wanted == nil {
        throw CommandFailure(
          .usage, say("没有这类问题 '\(problemClass ?? "")'", "there is no class '\(problemClass ?? "")'"),
          details: ProblemClass.allCases.map(\.rawValue),
          hint: say("列出: quan problem list", "list them: quan problem list"))
      }
      options.beginPages()
      try options.withReplica { replica in
        let text = try ProblemText(replica, reveal: options.reveal)
        let kind = try self.kind.map { try Assignment.kind(named: $0, in: text.schema).id }
        let problems = try replica.problems(
          class: wanted.flatMap { $0 }, kind: kind, accepted: accepted, limit: max(0, limit))
        if options.json {
          Terminal.print(JSON.array(problems.map { text.json($0) }).line)
          return
        }
        for problem in problems { for line in try text.brief(problem) { Terminal.print(line) } }
        let count = try replica.problemCount()
        Terminal.remark(say("待处理 \(count) 个", "\(count) open"))
        if let first = problems.first {
          Terminal.remark(say("下一步: ", "Next: ") + "quan problem show \(text.code(first))")
        }
      }
    }
  }

  /// `quan problem show`.
  struct ShowProblem: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: say("显示一个问题, 和可以怎样处理", "Show a problem and what may be done about it."))
    @OptionGroup var options: GlobalOptions
    @Argument(
      help: ArgumentHelp(say("问题编号, 或记录编号", "The problem, or a record."), valueName: "ID"),
      completion: LiveValues.problems)
    var problem: String

    func run() throws {
      try options.withReplica { replica in
        let text = try ProblemText(replica, reveal: options.reveal)
        let found = try ProblemFinder(replica: replica).problem(problem)
        if options.json {
          Terminal.print(text.json(found).line)
          return
        }
        for line in try text.lines(found) { Terminal.print(line) }
        for line in try ProblemWays(replica: replica).lines(found) { Terminal.remark(line) }
      }
    }
  }

  /// `quan problem resolve`.
  struct ResolveProblem: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "resolve", abstract: say("处理一个问题", "Settle a problem."))
    @OptionGroup var options: GlobalOptions
    @Argument(
      help: ArgumentHelp(say("问题编号, 或记录编号", "The problem, or a record."), valueName: "ID"),
      completion: LiveValues.problems)
    var problem: String
    @Flag(help: ArgumentHelp(say("是同一个: 合并这些记录", "They are the same: join the records.")))
    var same = false
    @Flag(help: ArgumentHelp(say("情况属实, 不再提示", "It is right as it is; nobody is asked again.")))
    var accept = false
    @Flag(help: ArgumentHelp(say("撤回核实结论, 重新提示", "Take the verdict back.")))
    var reopen = false
    @Flag(help: ArgumentHelp(say("恢复被引用的记录", "Restore the record that is referred to.")))
    var restore = false
    @Flag(help: ArgumentHelp(say("清除引用", "Clear the reference.")))
    var clear = false
    @Option(help: ArgumentHelp(say("理由", "Why."), valueName: "TEXT"))
    var reason: String?

    func run() throws {
      guard [same, accept, reopen, restore, clear].count(where: { $0 }) == 1 else {
        throw CommandFailure(
          .usage,
          say(
            "写 --same、--accept、--reopen、--restore、--clear 之一",
            "write one of --same, --accept, --reopen, --restore and --clear"),
          hint: say("每种是什么意思: ", "what each does: ") + "quan problem show \(Terminal.neutral(problem))")
      }
      try options.withReplica { replica in
        let found = try ProblemFinder(replica: replica).problem(problem)
        try replica.write(author: options.author, message: reason) { try act(on: found, &$0) }
        let rest = try replica.problemCount()
        if options.json {
          Terminal.print(
            JSON.object(["id": .string(found.id.description), "open_problems": .integer(rest)]).line)
        } else {
          Terminal.print(say("已处理. 待处理 \(rest) 个; 反悔: quan undo", "Settled. \(rest) open; quan undo takes it back"))
          OpenMatters.remark(conflicts: try replica.conflictCount(), problems: 0)
        }
      }
    }

    private func act(on problem: Problem, _ transaction: inout Transaction) throws {
      if same, problem.class == .unique || problem.class == .duplicate {
        for other in problem.others { try transaction.join(problem.record, other.record, reason: reason ?? "") }
      } else if accept {
        try transaction.accept(problem.id, reason: reason ?? "")
      } else if reopen {
        try transaction.reopen(problem.id)
      } else if problem.class == .deletedTarget, restore, let target = problem.others.first {
        try transaction.restore(target.record)
      } else if clear, let field = problem.field, let target = problem.others.first {
        try transaction.clearReference(in: problem.record, field, to: target)
      } else {
        throw CommandFailure(
          .usage, say("这类问题不能这样处理", "a problem of this class is not settled so"),
          hint: "quan problem show \(problem.id.description.prefix(6))")
      }
    }
  }
}
