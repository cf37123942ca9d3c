import Quan

/// What became of a row.
enum RowVerdict: String, CaseIterable {
  case created, changed, same, refused
  case needsYou = "needs-you"
  case skipped

  var label: String {
    switch self {
    case .created: say("新增", "created")
    case .changed: say("修改", "changed")
    case .same: say("相同", "same")
    case .refused: say("拒绝", "refused")
    case .needsYou: say("待您处理", "needs you")
    case .skipped: say("略过", "skipped")
    }
  }
}

/// What became of a row, of which record, and why.
struct RowOutcome {
  /// What a field showed, and what the row says.
  struct Change {
    let field: FieldDefinition
    let old: [Value]
    let new: [Value]
    /// Of a map, the keys that the values of ``new`` stand under.
    var keys: [String] = []
  }

  /// The line that the row begins in.
  var line = 0
  let verdict: RowVerdict
  var record: RecordID?
  var why: [RowReason] = []
  var changes: [Change] = []
  /// The records that a row may be which waits for a person.
  var candidates: [RecordID] = []
  /// What a person is asked about the row.
  var question: RowQuestion?
  /// What a person has answered.
  var answer: String?
}
