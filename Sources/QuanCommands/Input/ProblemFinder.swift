import Quan

/// Finds the problem that people mean by the first digits of its code, or by a record that has just one.
struct ProblemFinder {
  let replica: Replica

  /// The one problem that a text means.
  func problem(_ text: String) throws -> Problem {
    let wanted = ValueParser.halfWidth(text).trimmed
    var found = try replica.problems(matching: wanted)
    if found.isEmpty, wanted.contains("-"), let record = try? RecordFinder(replica: replica).record(wanted) {
      found = try replica.problems(of: record, accepted: nil)
    }
    guard let problem = found.first else {
      throw CommandFailure(
        .failed, say("没有这个问题 '\(wanted)'", "there is no such problem '\(wanted)'"),
        hint: say("列出: quan problem list", "list them: quan problem list"))
    }
    guard found.count == 1 else {
      throw CommandFailure(
        .failed, say("'\(wanted)' 不唯一", "'\(wanted)' fits several problems"),
        details: found.map { "\($0.id.description)  \(ProblemText.name(of: $0.class))" },
        hint: say("请写问题的编号", "write the code of the one that you mean"))
    }
    return problem
  }
}
