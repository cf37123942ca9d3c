import Quan

/// Finds the scope that people mean by its ID or its label.
enum ScopeFinder {
  static func scope(_ text: String, _ replica: Replica) throws -> ScopeID {
    let scopes = try replica.scopes()
    let matches = scopes.filter { $0.label == text || $0.id.description == text }
    guard matches.count == 1 else {
      throw CommandFailure(
        .failed,
        matches.isEmpty
          ? say("没有范围 '\(text)'", "there is no scope '\(text)'") : say("范围名称不唯一", "several scopes are called so"),
        details: scopes.map { "\($0.id)  \($0.label)" }, hint: say("列出: quan scope list", "list them: quan scope list"))
    }
    return matches[0].id
  }
}
