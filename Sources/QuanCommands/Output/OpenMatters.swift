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

  /// How many conflicts are open about a record: a field each, and one when it was deleted by one and edited by another.
  private static func conflicts(_ record: Record) -> Int {
    record.fields.count { $0.isConflicted } + (record.presence == .disputed ? 1 : 0)
  }
}
