import Quan

/// What would follow from taking a side, in words and for programs.
struct ConsequenceText {
  let text: ConflictText

  /// The lines under a side; none where nothing is known.
  func lines(_ consequences: [Consequence], indent: String, columns: Int) throws -> [String] {
    try consequences.flatMap { Wrap.lines(indent, try words($0), columns: columns) }
  }

  private func words(_ consequence: Consequence) throws -> String {
    let count = consequence.records.count
    switch consequence.matter {
    case .breaks(let rule):
      let label = Terminal.neutral(label(rule, of: consequence.kind))
      guard count > 0 else { return say("! 不符合规则: \(label)", "! breaks a rule: \(label)") }
      let names = try names(consequence.records)
      return say("! 使 \(names) 不符合规则: \(label)", "! makes \(names) break a rule: \(label)")
    case .keeps(let count):
      return say("核对: 符合 \(count) 条规则", "checked: keeps \(count == 1 ? "the rule" : "\(count) rules") about it")
    case .shares(let key):
      let fields = (NaturalKey(key)?.parts ?? []).filter { !$0.isEmpty }.map { part in
        text.schema.kind(consequence.kind)?.field(named: part.field).map { Titles.field($0) } ?? part.field
      }.joined(separator: "+")
      let names = try names(consequence.records)
      return say("! 与 \(names) 相同: \(fields)", "! same \(fields) as \(names)")
    case .refersToNothing: return say("! 引用的记录已删除或不存在", "! refers to something deleted or missing")
    case .leavesReferences:
      let more = count == Consequence.limit ? "+" : ""
      let names = try names(consequence.records)
      return say(
        "! 有 \(count)\(more) 条记录引用它: \(names)",
        "! \(count)\(more) \(count == 1 ? "record refers" : "records refer") to it: \(names)")
    }
  }

  private func label(_ rule: String, of kind: KindID) -> String {
    let invariant = text.schema.kind(kind)?.invariants.first { $0.name == rule }
    return invariant.map { say($0.labels.chinese, $0.labels.english) } ?? rule
  }

  /// How many records are named in a line.
  private static let named = 3

  private func names(_ records: [RecordID]) throws -> String {
    let names = try records.prefix(Self.named).map { try text.name(of: $0) }
    let rest = records.count > Self.named ? [say("等", "...")] : []
    return (names + rest).joined(separator: say("、", ", "))
  }

  /// A consequence for programs.
  func json(_ consequence: Consequence) -> JSON {
    let (what, detail): (String, JSON) =
      switch consequence.matter {
      case .breaks(let rule): ("breaks", .string(rule))
      case .keeps(let count): ("keeps", .integer(count))
      case .shares(let key): ("shares", .string(key))
      case .refersToNothing: ("refers-to-nothing", .null)
      case .leavesReferences: ("leaves-references", .null)
      }
    return .object([
      "what": .string(what), "detail": detail,
      "kind": .string(text.schema.kind(consequence.kind)?.name ?? ""),
      "records": .array(consequence.records.map { .string($0.description) }),
    ])
  }
}
