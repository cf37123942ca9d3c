import Quan

/// Finds the change that people mean: by the ID of its first operation, which is what `log` and `history` print, or of
/// any other of its operations, in full or shortened.
enum ChangeFinder {
  static func change(_ text: String, _ replica: Replica) throws -> Provenance {
    let wanted = ValueParser.halfWidth(text).trimmed
    let matches = try replica.changes(matching: wanted)
    guard let match = matches.first else {
      throw CommandFailure(
        .failed, say("没有这个更改 '\(wanted)'", "there is no change '\(wanted)'"),
        hint: say("列出: quan log", "list them: quan log"))
    }
    guard matches.count == 1 else {
      throw CommandFailure(
        .failed, say("更改 '\(wanted)' 不唯一", "'\(wanted)' fits several changes"),
        details: matches.prefix(10).map(\.first.description), hint: say("请多写几位", "write more of it"))
    }
    return match
  }
}
