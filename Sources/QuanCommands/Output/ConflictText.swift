import Quan

/// Conflicts as people read them and as programs do.
struct ConflictText {
  let replica: Replica
  let people: People
  let reveal: Bool

  init(_ replica: Replica, reveal: Bool) throws {
    self.replica = replica
    self.reveal = reveal
    people = try People(replica)
  }

  /// The field that a conflict is about, in some schema.
  static func field(_ conflict: Conflict, _ schema: Schema) -> FieldDefinition? {
    conflict.field.flatMap { schema.kind(conflict.kind)?.field($0) }
  }

  // MARK: People

  /// The lines that show a conflict: whose, what it was, and each side with person, laptop and time.
  func lines(_ conflict: Conflict, schema: Schema) throws -> [String] {
    let field = Self.field(conflict, schema)
    let short = try replica.shortForm(of: conflict.record)
    let record = try replica.record(conflict.record)
    let kind = schema.kind(conflict.kind).map { Titles.kind($0) } ?? ""
    let title = record.map { Titles.title($0, reveal: reveal) } ?? ""
    let view = record?.fields.first { $0.definition.id == conflict.field }
    let item = ItemText.suffix(conflict.item, of: view)
    let place = field.map { " · \(Titles.field($0))\(item) (\($0.name)\(item))" } ?? ""
    var lines = ["[\(short)] \(kind) \(title)\(place)  -  \(name(of: conflict.class))"]
    if conflict.class == .value || conflict.class == .dispute {
      let base = conflict.base.map { ValueText.human($0, of: field, replica: replica, reveal: reveal) }
      lines.append(
        "    " + say("原值", "was") + "  " + (base.isEmpty ? say("(空)", "(empty)") : base.joined(separator: " | ")))
    }
    for (index, side) in conflict.sides.enumerated() {
      let what = side.value.map { ValueText.human($0, of: field, replica: replica, reveal: reveal) } ?? event(side)
      var who = people.name(side.stamp, side.dot.replica)
      let others = side.alike.map(\.author).filter { $0 != side.stamp.author }
      if !others.isEmpty {
        who += say("; 另有 ", "; also ") + others.map { Terminal.neutral($0) }.joined(separator: ", ")
      }
      lines.append("    \(index + 1)  \(what)  <- \(who)")
    }
    return lines
  }

  private func event(_ side: Conflict.Side) -> String {
    switch side.event {
    case "deleted": say("删除了记录", "deleted the record")
    case "edited": say("修改了记录", "worked on the record")
    default: side.event ?? ""
    }
  }

  private func name(of class: ConflictClass) -> String {
    switch `class` {
    case .value: say("两人同时改了同一项", "several people changed this at once")
    case .deletedAndEdited: say("有人删除, 有人修改", "deleted by one, edited by another")
    case .dispute: say("进度不一致, 暂按较低一步", "they disagree; the lower step is shown")
    case .schema: say("同一代码有多个定义", "one code, several definitions")
    }
  }

  /// The command that settles a conflict.
  func hint(_ conflict: Conflict, schema: Schema) throws -> String {
    let short = try replica.shortForm(of: conflict.record)
    let name = try Self.name(conflict, schema, replica).map { " " + Self.quoted($0) } ?? ""
    return "quan conflict resolve \(short)\(name) --take N"
  }

  /// What a conflict's field, or item of one, is called in commands.
  static func name(_ conflict: Conflict, _ schema: Schema, _ replica: Replica) throws -> String? {
    guard let field = field(conflict, schema) else { return nil }
    guard conflict.item != nil else { return field.name }
    return field.name + ItemText.suffix(conflict.item, of: try replica.record(conflict.record)?[field.name])
  }

  /// A name as a shell takes it: brackets and spaces mean something to shells.
  static func quoted(_ name: String) -> String {
    let isPlain = name.unicodeScalars.allSatisfy { scalar in
      scalar.value > 0x7F || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_"
        || scalar == "." || scalar == "-"
    }
    return isPlain ? name : "'" + name.replacing("'", with: "'\\''") + "'"
  }

  // MARK: Programs

  /// A conflict as `conflict list --json` gives it.
  func json(_ conflict: Conflict, schema: Schema) -> JSON {
    let field = Self.field(conflict, schema)
    let base = conflict.base.map { ValueText.json($0, of: field) }
    return .object([
      "record": .string(conflict.record.description), "kind": .string(schema.kind(conflict.kind)?.name ?? ""),
      "field": field.map { .string($0.name) } ?? .null, "item": ItemText.json(conflict.item),
      "class": .string(conflict.class.rawValue),
      "base": base.count > 1 ? .array(base) : base.first ?? .null,
      "sides": .array(
        conflict.sides.enumerated().map { index, side in
          .object([
            "n": .integer(index + 1),
            "value": side.value.map { ValueText.json($0, of: field) } ?? side.event.map { .string($0) } ?? .null,
            "author": .string(side.stamp.author), "replica": .string(people.laptop(side.dot.replica)),
            "time": .string(side.stamp.time.description),
          ])
        }),
    ])
  }
}
