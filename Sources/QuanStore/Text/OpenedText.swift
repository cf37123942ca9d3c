import QuanCore

/// Which text: the record and the field.
struct TextPlace: Hashable {
  let record: LocalDot
  let key: FieldKey
}

/// A text that the transaction has opened: read once, written when somebody asks for its record or the transaction ends.
final class OpenedText {
  let scope: ScopeID
  var rope: Rope
  var history: TextHistory
  /// The edits that the record's row does not tell of yet.
  var isChanged = false
  var seen: [ReplicaID: UInt64] = [:]

  init(scope: ScopeID, rope: Rope, history: TextHistory) {
    self.scope = scope
    self.rope = rope
    self.history = history
  }

  /// Notes whose edits the text has.
  func see(_ items: [TextWork.Item]) {
    var latest: Dot?
    for item in items {
      if let latest, latest.replica != item.dot.replica { see(latest) }
      if let known = latest, known.replica == item.dot.replica, known.counter > item.dot.counter { continue }
      latest = item.dot
    }
    if let latest { see(latest) }
  }

  private func see(_ dot: Dot) { seen[dot.replica] = max(seen[dot.replica] ?? 0, dot.counter) }
}
