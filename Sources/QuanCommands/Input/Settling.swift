import Quan

/// A way to settle one conflict: what would be written, in words and in deed.
struct Settling {
  /// What is written.
  enum Choice: Hashable {
    /// One of the sides, by its number from 1.
    case side(Int)
    /// A value instead of all sides; `nil` clears the field.
    case value(Value?)
  }

  let conflict: Conflict
  let choice: Choice
  /// Why, in the words of the person who settles.
  let reason: String?

  /// Takes a side.
  ///
  /// - Throws: ``CommandFailure`` when there is no such side, or the conflict is one of the schema.
  init(_ conflict: Conflict, taking side: Int, reason: String?) throws {
    guard conflict.class != .schema else {
      throw CommandFailure(
        .failed, say("定义的冲突要改名才能处理", "a conflict of the schema is settled by renaming"),
        hint: say("查看定义: quan schema show", "see the definitions: quan schema show"))
    }
    guard conflict.sides.indices.contains(side - 1) else {
      throw CommandFailure(
        .usage,
        say(
          "没有第 \(side) 方, 只有 1 到 \(conflict.sides.count)",
          "there is no side \(side); they are 1 to \(conflict.sides.count)"),
        hint: say("取其中一个号码", "take one of the numbers"))
    }
    self.conflict = conflict
    choice = .side(side)
    self.reason = reason
  }

  /// Writes a value that somebody typed; an empty one clears the field.
  init(_ conflict: Conflict, typed: String, _ field: FieldDefinition?, _ replica: Replica, reason: String?) throws {
    guard let field, conflict.class == .value || conflict.class == .dispute else {
      throw CommandFailure(
        .usage, say("这个冲突只能取一方", "this conflict takes one of its sides only"), hint: say("写 --take N", "write --take N")
      )
    }
    let parser = ValueParser(finder: RecordFinder(replica: replica))
    self.conflict = conflict
    choice = .value(typed.isEmpty ? nil : try parser.value(typed, of: field))
    self.reason = reason
  }

  /// Keeps all sides, as dated paragraphs with their authors.
  init(keepingAllOf conflict: Conflict, _ field: FieldDefinition?, reason: String?) throws {
    guard Self.canKeepAll(of: conflict, field) else {
      throw CommandFailure(
        .usage, say("这一项只能有一个值, 不能都要", "this field takes one value; both cannot stand"),
        hint: say("取一方, 或写 =值", "take a side, or write =VALUE"))
    }
    let paragraphs = conflict.sides.sorted { $0.stamp.time < $1.stamp.time }.compactMap { side -> String? in
      guard case .text(let text) = side.value else { return nil }
      return "\(ValueText.time(side.stamp.time).prefix(10)) \(side.stamp.author): \(text)"
    }
    self.conflict = conflict
    choice = .value(.text(paragraphs.joined(separator: "\n")))
    self.reason = reason
  }

  /// Whether both can stand: prose, that is text of more than a name's or a number's length.
  static func canKeepAll(of conflict: Conflict, _ field: FieldDefinition?) -> Bool {
    guard let field, field.type == .text, field.container == .register || conflict.item != nil, conflict.class == .value
    else { return false }
    return conflict.sides.contains { side in
      if case .text(let text) = side.value { DisplayWidth.of(text) > 24 } else { false }
    }
  }

  /// What will be written, in words.
  func preview(_ text: ConflictText) throws -> String {
    let field = text.field(conflict)
    let item = try text.suffix(conflict.item, of: conflict.field, in: conflict.record)
    let place = field.map { "\(Titles.field($0))\(item) (\($0.name)\(item)) = " } ?? ""
    switch choice {
    case .side(let side):
      let taken = conflict.sides[side - 1]
      switch taken.event {
      case "deleted": return say("记录删除", "the record is deleted")
      case "edited": return say("记录保留", "the record stays")
      default: return place + text.text(taken, field)
      }
    case .value(nil): return place + say("(空)", "(empty)")
    case .value(let value?):
      return place + ValueText.human(value, of: field, replica: text.replica, reveal: text.reveal)
    }
  }

  /// What would follow from it, as far as rules, keys and references know.
  func consequences(_ replica: Replica) throws -> [Consequence] {
    switch choice {
    case .side(let side): try replica.consequences(of: conflict)[side - 1]
    case .value(let value): try replica.consequences(of: conflict, writing: value)
    }
  }

  /// Writes it.
  func write(to transaction: inout Transaction) throws {
    switch choice {
    case .side(let side):
      try transaction.resolve(conflict.record, conflict.field, item: conflict.item, takingSide: side)
    case .value(let value):
      guard let field = conflict.field else { return }
      try transaction.resolve(conflict.record, field, item: conflict.item, to: value)
    }
  }
}
