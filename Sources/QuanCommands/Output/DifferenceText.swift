import Quan

/// How versions differ, for people and for programs.
struct DifferenceText {
  let text: ConflictText

  /// The lines that show differences, by pupil.
  func lines(_ differences: [RecordDifference]) throws -> [String] {
    var lines: [String] = []
    let placed = differences.compactMap { difference in
      (difference.after ?? difference.before).map { (record: $0, difference: difference) }
    }
    for group in try text.grouped(placed, by: { ($0.record.id, $0.record.scope, $0.record.kind.id) }) {
      lines.append(try text.head(group.subject, group.scope))
      for (record, difference) in group.items {
        let place = record.id == group.subject ? "" : try text.name(of: record.id) + " · "
        for line in Wrap.lines("  ", place + (try word(difference)), columns: text.columns) { lines.append(line) }
        for field in difference.fields { lines += try self.lines(field, difference, record) }
      }
    }
    return lines
  }

  private func lines(
    _ field: FieldDifference, _ difference: RecordDifference, _ record: Record
  ) throws -> [String] {
    let isOpen = difference.after?[field.definition.name]?.isConflicted == true
    let mark = isOpen ? say("  (冲突)", "  (conflict)") : ""
    if field.definition.container == .text, let old = Self.text(field.before), let new = Self.text(field.after) {
      let passages = PassageText(text: text, field: field.definition)
      let who = field.operation.flatMap { operation in
        field.stamp.map { "  <- " + text.people.name($0, operation.replica) }
      }
      return Wrap.lines("    ", Titles.field(field.definition) + (who ?? ""), columns: text.columns)
        + passages.changes(from: old, to: new).flatMap { Wrap.lines("      ", $0, columns: text.columns) }
    }
    let after = values(field.after, field.definition) + mark
    let step =
      difference.before == nil || (field.before.isEmpty && !field.after.isEmpty)
      ? "= " + after : "\(values(field.before, field.definition)) -> \(after)"
    var who = ""
    if let operation = field.operation, let stamp = field.stamp, difference.before != nil {
      who = "  <- " + text.people.name(stamp, operation.replica)
    }
    return Wrap.lines("    ", "\(Titles.field(field.definition)) \(step)\(who)", columns: text.columns)
  }

  /// What a text reads; `nil` when it is empty.
  private static func text(_ values: [Value]) -> String? {
    if case .text(let text)? = values.first { text } else { nil }
  }

  /// What became of the record, also whether it was joined with others or separated from them.
  private func word(_ difference: RecordDifference) throws -> String {
    guard let before = difference.before, let after = difference.after else { return Self.word(difference) }
    let then = Set([before.id] + before.others)
    let now = Set([after.id] + after.others)
    if before.id != after.id && now.contains(before.id) {
      let whole = try names([after.id])
      return say("并入 \(whole)", "has become one with \(whole)")
    }
    let (added, removed) = (try names(now.subtracting(then)), try names(then.subtracting(now)))
    var parts: [String] = []
    if !added.isEmpty { parts.append(say("与 \(added) 合并为一条", "one with \(added)")) }
    if !removed.isEmpty { parts.append(say("与 \(removed) 拆开", "separated from \(removed)")) }
    if !difference.fields.isEmpty || before.presence != after.presence { parts.append(Self.word(difference)) }
    return parts.joined(separator: "; ")
  }

  private func names(_ records: Set<RecordID>) throws -> String {
    try records.sorted().map { "[\(try text.replica.shortForm(of: $0))]" }.joined(separator: say("、", ", "))
  }

  /// What became of the record.
  private static func word(_ difference: RecordDifference) -> String {
    switch (difference.before?.presence, difference.after?.presence) {
    case (nil, .deleted?): return say("新建后又删除", "created and deleted")
    case (nil, _): return say("新建", "created")
    case (_, nil): return say("那时还没有", "not there yet")
    case (.present?, .deleted?), (.disputed?, .deleted?): return say("删除", "deleted")
    case (.deleted?, .present?): return say("恢复", "brought back")
    case (_, .disputed?): return say("改变; 有人删除, 有人修改", "changed; deleted by one, edited by another")
    default: return say("改变", "changed")
    }
  }

  private func values(_ values: [Value], _ field: FieldDefinition) -> String {
    guard !values.isEmpty else { return say("(空)", "(empty)") }
    return values.map { ValueText.human($0, of: field, replica: text.replica, reveal: text.reveal) }
      .joined(separator: field.container == .register ? " | " : say("、", ", "))
  }

  /// A difference for programs.
  func json(_ difference: RecordDifference) -> JSON {
    let record = difference.after ?? difference.before
    return .object([
      "record": .string(record?.id.description ?? ""), "kind": .string(record?.kind.name ?? ""),
      "before": Self.state(difference.before), "after": Self.state(difference.after),
      "joined_before": Self.others(difference.before), "joined_after": Self.others(difference.after),
      "fields": .array(
        difference.fields.map { field in
          var members: [JSON.Member] = []
          func add(_ name: String, _ value: JSON) { members.append(JSON.Member(name: name, value: value)) }
          add("field", .string(field.definition.name))
          add("before", text.json(field.before, of: field.definition))
          add("after", text.json(field.after, of: field.definition))
          if field.definition.container == .text {
            add("changes", PassageText.json(from: Self.text(field.before) ?? "", to: Self.text(field.after) ?? ""))
          }
          add("author", field.stamp.map { .string($0.author) } ?? .null)
          add("replica", field.operation.map { .string(text.people.laptop($0.replica)) } ?? .null)
          add("time", field.stamp.map { .string($0.time.description) } ?? .null)
          return .object(members)
        }),
    ])
  }

  private static func others(_ record: Record?) -> JSON {
    .array((record.map { [$0.id] + $0.others } ?? []).map { .string($0.description) })
  }

  private static func state(_ record: Record?) -> JSON {
    record.map { .string(RecordText.state($0.presence)) } ?? .null
  }
}
