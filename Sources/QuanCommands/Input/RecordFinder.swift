import Quan

/// Finds the records that people mean by full IDs, shortened ones, or the IDs of outside systems.
struct RecordFinder {
  let replica: Replica

  /// The one record that a text means.
  func record(_ text: String) throws -> RecordID {
    let wanted = ValueParser.halfWidth(text).trimmed
    var matches = try replica.records(matching: wanted)
    if matches.isEmpty { matches = try replica.records(externalID: wanted) }
    guard let match = matches.first else {
      throw CommandFailure(
        .failed, say("没有这条记录 '\(wanted)'", "there is no such record '\(wanted)'"),
        hint: say("列出: quan list 类型", "list them: quan list KIND"))
    }
    guard matches.count == 1 else {
      throw CommandFailure(
        .failed, say("编号 '\(wanted)' 不唯一", "'\(wanted)' fits several records"),
        details: matches.prefix(10).map(\.description), hint: say("请多写几位", "write more of it"))
    }
    return match
  }

  /// A reference to the record that a text means.
  func reference(_ text: String, kind: String) throws -> Reference {
    let id = try record(text)
    guard let record = try replica.record(id) else {
      throw CommandFailure(
        .failed, say("没有这条记录 '\(text)'", "there is no such record '\(text)'"),
        hint: say("列出: quan list 类型", "list them: quan list KIND"))
    }
    guard kind.isEmpty || record.kind.name == kind else {
      throw CommandFailure(
        .failed, say("'\(text)' 不是 \(kind)", "'\(text)' is a \(record.kind.name), not a \(kind)"),
        hint: say("列出: quan list \(kind)", "list them: quan list \(kind)"))
    }
    return Reference(id, in: record.scope)
  }
}
