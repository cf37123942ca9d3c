import Quan

/// Finds the conflicts that people mean by record and field.
enum ConflictFinder {
  static func conflicts(_ record: String, _ field: String?, _ replica: Replica) throws -> [Conflict] {
    let id = try RecordFinder(replica: replica).record(record)
    var found = try replica.conflicts(of: id)
    if let field {
      guard let shown = try replica.record(id) else { return [] }
      let (definition, name) = try ItemName.read(field, of: shown.kind)
      let item = try name.map { try $0.item(of: definition, in: shown) }
      found = found.filter { $0.field == definition.id && (item == nil || $0.item == item) }
    }
    guard !found.isEmpty else {
      throw CommandFailure(
        .failed, say("那里没有未处理的冲突", "there is no open conflict there"),
        hint: say("列出: quan conflict list", "list them: quan conflict list"))
    }
    return found
  }
}
