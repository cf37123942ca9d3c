import Quan

/// Turns what somebody decided in an exported table into what is to be written.
struct DecisionReader {
  /// A row whose decision cannot be taken, and why.
  struct Refusal: Error {
    let line: Int
    let why: String
  }

  let replica: Replica
  let text: ConflictText

  /// What the decisions of a table come to; those that cannot be taken beside them.
  func settlings(of decisions: [DecisionTable.Decision]) throws -> (settlings: [Settling], refused: [Refusal]) {
    var settlings: [Settling] = []
    var refused: [Refusal] = []
    for decision in decisions {
      do {
        if let settling = try settling(decision) {
          if settlings.contains(where: {
            $0.conflict.record == settling.conflict.record && $0.conflict.field == settling.conflict.field
              && $0.conflict.item == settling.conflict.item
          }) {
            throw Refusal(line: decision.line, why: say("表中另一行已决定这一处", "another row decides this one already"))
          }
          settlings.append(settling)
        }
      } catch let refusal as Refusal {
        refused.append(refusal)
      } catch let failure as CommandFailure {
        refused.append(Refusal(line: decision.line, why: failure.message))
      }
    }
    return (settlings, refused)
  }

  /// What a row decides; `nil` when it leaves the conflict for later.
  private func settling(_ decision: DecisionTable.Decision) throws -> Settling? {
    func refuse(_ chinese: String, _ english: String) -> Refusal {
      Refusal(line: decision.line, why: say(chinese, english))
    }
    guard let record = RecordID(decision.record), try replica.record(record) != nil else {
      throw refuse("这里没有记录 '\(decision.record)'", "there is no record '\(decision.record)' here")
    }
    let open = try replica.conflicts(of: record).filter { (text.field($0)?.name ?? "") == decision.field }
    guard !open.isEmpty else { throw refuse("已经处理过了", "it is settled already") }
    guard let conflict = open.first(where: { DecisionTable.check($0) == decision.check }) else {
      throw refuse("导出之后各方的值变了, 请重新决定", "its sides have changed since the export; decide again")
    }
    let field = text.field(conflict)
    let reason = decision.reason.isEmpty ? nil : decision.reason
    for prefix in ["value:", "值:"] {
      let plain = ValueParser.halfWidth(decision.decision)
      if plain.lowercased().hasPrefix(prefix) {
        // The value itself is taken as it was typed.
        let typed = String(decision.decision.dropFirst(prefix.count)).trimmed
        return try Settling(conflict, typed: typed, field, replica, reason: reason)
      }
    }
    switch SettlingAnswer(decision.decision) {
    case .side(let side, let said): return try Settling(conflict, taking: side, reason: reason ?? said)
    case .both(let said): return try Settling(keepingAllOf: conflict, field, reason: reason ?? said)
    case .value(let typed): return try Settling(conflict, typed: typed, field, replica, reason: reason)
    case .later: return nil
    case .quit, .help, nil:
      let sides = conflict.sides.indices.filter { text.text(conflict.sides[$0], field) == decision.decision }
      guard sides.count == 1 else {
        throw refuse(
          "看不懂决定 '\(decision.decision)': 写号码、都要、稍后, 或 值:新值",
          "'\(decision.decision)' is no decision: write a number, both, later, or value:NEW")
      }
      return try Settling(conflict, taking: sides[0] + 1, reason: reason)
    }
  }
}
