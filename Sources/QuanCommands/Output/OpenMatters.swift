import Quan

/// What is open about a record, in words: never by colour or sign alone.
struct OpenMatters {
  private let replica: Replica
  private let problematic: Set<RecordID>

  init(_ replica: Replica) throws {
    self.replica = replica
    problematic = try replica.recordsWithProblems()
  }

  /// The words, such as `1 conflict, 2 problems`; empty when nothing is open.
  func words(_ record: Record) throws -> String {
    let conflicts = Self.conflicts(record)
    let problems = problematic.contains(record.id) ? try replica.problemCount(of: record.id) : 0
    var words: [String] = []
    if conflicts > 0 { words.append(say("冲突 \(conflicts)", conflicts == 1 ? "1 conflict" : "\(conflicts) conflicts")) }
    if problems > 0 { words.append(say("问题 \(problems)", problems == 1 ? "1 problem" : "\(problems) problems")) }
    return words.joined(separator: say("、", ", "))
  }

  /// The lines that no command that merges, settles or undoes ends without while something is open, with what to type next.
  static func remark(conflicts: Int, problems: Int) {
    if problems > 0 {
      Terminal.remark(
        say(
          "? 有 \(problems) 个问题等您核实. 查看: quan problem list",
          "? \(problems == 1 ? "1 problem is" : "\(problems) problems are") to be looked into. See: quan problem list"))
    }
    guard conflicts > 0 else { return }
    Terminal.remark(
      say(
        "! 还有 \(conflicts) 处冲突等您处理. 下一步: quan resolve",
        "! \(conflicts == 1 ? "1 conflict is" : "\(conflicts) conflicts are") waiting for you. Next: quan resolve"))
  }

  /// How many conflicts are open about a record: a field each, and one when it was deleted by one and edited by another.
  private static func conflicts(_ record: Record) -> Int {
    record.fields.count { $0.isConflicted } + (record.presence == .disputed ? 1 : 0)
  }
}
