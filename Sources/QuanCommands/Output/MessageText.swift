import Quan

/// What was said about a change, as people read it.
enum MessageText {
  /// The message in quotes; what undoing writes there is put in words.
  static func quoted(_ message: String, _ replica: Replica) throws -> String {
    guard message.hasPrefix("undo ") else { return "\"\(Terminal.neutral(message))\"" }
    let subject = String(message.dropFirst(5))
    if let change = try replica.changes(matching: subject).first {
      let name = try replica.shortForm(of: change.first)
      return say("(撤销 \(name))", "(undoes \(name))")
    }
    if subject.hasPrefix("merge ") {
      let number = Terminal.neutral(String(subject.dropFirst(6)))
      return say("(重新打开合并 \(number) 的冲突)", "(opens the conflicts of merge \(number) again)")
    }
    return "\"\(Terminal.neutral(message))\""
  }
}
