import Quan

/// The ways to settle a problem: what each comes to in words, and what to type for it.
struct ProblemWays {
  /// What a person decides, and the commands for it.
  struct Way {
    let words: String
    let commands: [String]
  }

  let replica: Replica

  /// How many records of a problem an edit is offered for.
  private static let named = 4

  /// Lines that tell all ways of settling a problem: the words, and under them the commands.
  func lines(_ problem: Problem) throws -> [String] {
    let ways = try all(problem)
    let head =
      ways.count > 1
      ? say("怎样处理, 任选一种:", "How to settle it, one of these:") : say("怎样处理:", "How to settle it:")
    return [head]
      + ways.flatMap { way in
        Wrap.lines("  ", way.words, columns: Terminal.columns) + way.commands.map { "    " + $0 }
      }
  }

  private func all(_ problem: Problem) throws -> [Way] {
    let resolve = "quan problem resolve \(problem.id.description.prefix(6))"
    if problem.verdict != nil {
      return [
        Way(
          words: say("还是要查: 重新列出", "It needs a look after all: it is listed again"), commands: [resolve + " --reopen"])
      ]
    }
    let why = say("\"理由\"", "\"WHY\"")
    let rightAsItIs = Way(
      words: say("没有错, 就是这样: 以后不再提示", "It is right as it is: nobody is asked again"),
      commands: [resolve + " --accept --reason \(why)"])
    switch problem.class {
    case .unique, .duplicate: return try duplicate(problem, resolve)
    case .deletedTarget:
      return [
        Way(words: say("不该删除: 恢复被删的记录", "It should not be deleted: restore it"), commands: [resolve + " --restore"]),
        clearing(resolve), rightAsItIs,
      ]
    case .dangling: return [clearing(resolve), rightAsItIs]
    case .invariant:
      let words = say("有一处写错了: 在写错的那条里改正", "Something is wrong: correct it in the record where it is")
      return [Way(words: words, commands: try edits(problem)), rightAsItIs]
    case .transfer: return try TransferText.ways(problem, replica) + [rightAsItIs]
    }
  }

  private func duplicate(_ problem: Problem, _ resolve: String) throws -> [Way] {
    let reason = say("\"不是同一个\"", "\"not the same\"")
    return [
      Way(
        words: say(
          "是同一个: 合成一条, 两边填的都保留, 不一样的项再由您选",
          "They are the same: they become one, nothing is lost, and where they differ you choose next"),
        commands: [resolve + " --same"]),
      Way(
        words: say("不是同一个: 各留各的, 以后不再提示", "They are not the same: both stay, and nobody is asked again"),
        commands: [resolve + " --accept --reason \(reason)"]),
      Way(
        words: say("有一条填错了: 改正它", "One of them has a mistake: correct it"),
        commands: try edits(problem)),
      Way(
        words: say("拿不准: 先看各条的全部内容", "You are not sure: look at all that they hold first"),
        commands: try problem.records.prefix(Self.named).map { "quan show \(try replica.shortForm(of: $0.record))" }),
    ]
  }

  private func clearing(_ resolve: String) -> Way {
    Way(
      words: say("引用错了: 清空这一项, 记录留着", "The reference is wrong: empty it, the record stays"),
      commands: [resolve + " --clear"])
  }

  /// An edit of each record that is concerned, as many as are named.
  private func edits(_ problem: Problem) throws -> [String] {
    try problem.records.prefix(Self.named).map { record in
      "quan edit \(try replica.shortForm(of: record.record)) " + say("字段=新值", "FIELD=VALUE")
    }
  }
}
