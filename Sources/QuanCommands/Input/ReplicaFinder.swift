import Quan

/// Finds the replica that people mean by its label or the start of its ID.
enum ReplicaFinder {
  static func replica(_ text: String, _ replica: Replica) throws -> KnownReplica {
    let known = try replica.replicas()
    var matches = known.filter { $0.label == text }
    if matches.isEmpty { matches = known.filter { $0.id.description.hasPrefix(text.uppercased()) } }
    guard matches.count == 1 else {
      throw CommandFailure(
        .failed,
        matches.isEmpty
          ? say("没有电脑 '\(text)'", "there is no laptop '\(text)'") : say("'\(text)' 不唯一", "'\(text)' fits several"),
        details: known.map { "\($0.id)  \($0.label)" },
        hint: say("查看: quan replica list", "see them: quan replica list"))
    }
    return matches[0]
  }
}
