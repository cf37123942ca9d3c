import Quan

/// The steps of a record's history, for people and for programs.
struct HistoryText {
  let replica: Replica
  let record: Record
  let reveal: Bool
  /// What the steps wrote, by entry: what later ones put something else in the place of.
  let told: [Told: Value]

  private var kind: KindDefinition { record.kind }

  /// A value in a field, or in an item of one.
  struct Told: Hashable {
    let field: FieldKey
    let entry: EntryID

    init(field: FieldKey, entry: EntryID) {
      self.field = field
      self.entry = entry
    }

    /// Value number `index` that an operation wrote into a field: in a list it is an element of its own.
    init(value index: UInt32, of dot: Dot, in field: FieldKey) {
      if field.container == .list && field.item == nil {
        self.init(field: FieldKey(field.id, element: EntryID(dot, index)), entry: EntryID(dot))
      } else {
        self.init(field: field, entry: EntryID(dot, index))
      }
    }
  }

  /// What steps wrote.
  static func told(by steps: [HistoryStep]) -> [Told: Value] {
    var told: [Told: Value] = [:]
    for step in steps {
      switch step.body {
      case .create(_, let fields):
        for field in fields {
          for (index, value) in field.values.enumerated() {
            told[Told(value: UInt32(index), of: step.dot, in: field.key)] = value
          }
        }
      case .write(let key, let values, _):
        for (index, value) in values.enumerated() {
          told[Told(field: key, entry: EntryID(step.dot, UInt32(index)))] = value.value
        }
      case .insert(let list, _, let values):
        for (index, value) in values.enumerated() { told[Told(value: UInt32(index), of: step.dot, in: list)] = value }
      default: break
      }
    }
    return told
  }

  /// The values that a write put others in the place of, equal ones as one.
  private func replaced(_ key: FieldKey, _ overwrites: [EntryID]) -> [Value] {
    var values: [Value] = []
    for entry in overwrites {
      if let value = told[Told(field: key, entry: entry)], !values.contains(value) { values.append(value) }
    }
    return values
  }

  /// What a step did, one line a field, with what was there before and whether it settled or opened a conflict.
  func lines(_ step: HistoryStep, only wanted: FieldDefinition?) throws -> [String] {
    switch step.body {
    case .write(let key, let written, let overwrites) where key.isRegister:
      let before = replaced(key, overwrites)
      let from = before.isEmpty ? say("(空)", "(empty)") : before.map { values([$0], key) }.joined(separator: " | ")
      let to =
        written.isEmpty ? say("(空)", "(empty)") : written.map { values([$0.value], key) }.joined(separator: " | ")
      var line = "\(name(key)): \(from) -> \(to)"
      if before.count > 1 && written.count < 2 { line += say("  (处理了冲突)", "  (settles the conflict)") }
      if written.count > 1 { line += say("  (冲突重新打开)", "  (the conflict is open again)") }
      if before.count == 1 && before == written.map(\.value) { line += say("  (确认)", "  (confirmed)") }
      return [line]
    case .write(let key, let written, let overwrites) where key.container == .counter:
      let back = replaced(key, overwrites).map { values([$0], key) }
      return written.isEmpty
        ? ["\(name(key)) -= \(back.joined(separator: ", "))" + say("  (不再撤销)", "  (no longer undone)")]
        : ["\(name(key)) += \(values(written.map(\.value), key))" + say("  (撤销)", "  (undoes)")]
    case .write(let key, let written, let overwrites) where written.isEmpty && key.container == .set:
      let removed = replaced(key, overwrites)
      return ["\(name(key)) -= \(values(removed, key))"]
    case .delete, .restore:
      return deed(step, only: wanted).map {
        $0 + (settlesDispute(step) ? say("  (处理了冲突)", "  (settles the conflict)") : "")
      }
    default: return deed(step, only: wanted)
    }
  }

  /// Whether a delete or restore settled that one had deleted and another edited the record.
  private func settlesDispute(_ step: HistoryStep) -> Bool {
    guard let before = try? replica.record(record.id, at: .before(step.change)), before.presence == .disputed,
      let after = try? replica.record(record.id, at: .at(step.change))
    else { return false }
    return after.presence != .disputed
  }

  /// What a step did, one line a field.
  private func deed(_ step: HistoryStep, only wanted: FieldDefinition?) -> [String] {
    switch step.body {
    case .create(_, let fields):
      let given = fields.filter { wanted == nil || $0.key.id == wanted?.id }.map {
        "\(name($0.key)) = \(values($0.values, $0.key))"
      }
      return [say("新建", "created")] + given.map { "  " + $0 }
    case .insert(let list, _, let values): return ["\(name(list)) += \(self.values(values, list))"]
    case .move(let list, let element, _, let overwrites):
      let count =
        overwrites.count > 1 ? say("  (合并 \(overwrites.count) 处)", "  (settles \(overwrites.count) places)") : ""
      return [name(FieldKey(list.id, element: element)) + say(" 移动", " moved") + count]
    case .write(let key, let written, _):
      return ["\(name(key)) \(key.container == .set ? "+=" : "=") \(values(written.map(\.value), key))"]
    case .edit(let key, let edit):
      let typed = values([.text(edit.inserted)], key)
      let excerpt = edit.insertedCount == 0 ? "" : ": \"\(typed.count > 60 ? typed.prefix(57) + "..." : typed[...])\""
      return [
        say(
          "\(name(key)) 输入 \(edit.insertedCount) 字, 删去 \(edit.deletedCount) 字",
          "\(name(key)) typed \(edit.insertedCount), deleted \(edit.deletedCount)") + excerpt
      ]
    case .increment(let key, let amount): return ["\(name(key)) += \(amount)"]
    case .delete: return [say("删除", "deleted")]
    case .restore: return [say("恢复", "restored")]
    }
  }

  private func name(_ key: FieldKey) -> String {
    (kind.field(key.id).map { Titles.field($0) } ?? key.id.description) + ItemText.suffix(key.item, of: field(key))
  }

  /// The field as it is now.
  private func field(_ key: FieldKey) -> FieldView? { record.fields.first { $0.definition.id == key.id } }

  private func values(_ values: [Value], _ key: FieldKey) -> String {
    values.map { ValueText.human($0, of: kind.field(key.id), replica: replica, reveal: reveal) }.joined(separator: ", ")
  }

  /// A step for programs.
  func json(
    _ step: HistoryStep, only wanted: FieldDefinition?, _ people: People, in scope: ScopeID
  ) throws -> JSON {
    var members: [JSON.Member] = [
      JSON.Member(name: "operation", value: .string(step.dot.description)),
      JSON.Member(name: "author", value: .string(step.stamp.author)),
      JSON.Member(name: "replica", value: .string(people.laptop(step.dot.replica))),
      JSON.Member(name: "time", value: .string(step.stamp.time.description)),
    ]
    func add(_ name: String, _ value: JSON) { members.append(JSON.Member(name: name, value: value)) }
    func named(_ key: FieldKey) -> String { kind.field(key.id)?.name ?? key.id.description }
    switch step.body {
    case .create(_, let fields):
      add("act", .string("create"))
      add(
        "fields",
        .object(
          fields.filter { wanted == nil || $0.key.id == wanted?.id }.map { field in
            let values = field.values.map { ValueText.json($0, of: kind.field(field.key.id)) }
            let isMany = field.key.container == .set || field.key.container == .list
            let key = field.key.item.map { ItemText.json($0) }?.text.map { "." + $0 } ?? ""
            return JSON.Member(
              name: named(field.key) + key, value: isMany ? .array(values) : values.first ?? .null)
          }))
    case .write(let key, let written, let overwrites):
      add("act", .string("write"))
      add("field", .string(named(key)))
      if key.item != nil { add("item", ItemText.json(key.item)) }
      add("values", .array(written.map { ValueText.json($0.value, of: kind.field(key.id)) }))
      add("overwrites", .array(overwrites.map { .string($0.dot.description) }))
      let before = replaced(key, overwrites)
      add("replaced", .array(before.map { ValueText.json($0, of: kind.field(key.id)) }))
      if key.isRegister { add("settles", .bool(before.count > 1 && written.count < 2)) }
    case .insert(let list, let place, let values):
      add("act", .string("insert"))
      add("field", .string(named(list)))
      add("beside", place.parent.map { ItemText.json(.element($0)) } ?? .null)
      add("values", .array(values.map { ValueText.json($0, of: kind.field(list.id)) }))
    case .move(let list, let element, let place, let overwrites):
      add("act", .string("move"))
      add("field", .string(named(list)))
      add("item", ItemText.json(.element(element)))
      add("beside", place.parent.map { ItemText.json(.element($0)) } ?? .null)
      add("overwrites", .array(overwrites.map { .string($0.dot.description) }))
    case .edit(let key, let edit):
      add("act", .string("edit"))
      add("field", .string(named(key)))
      add("runs", ChangeDump.runs(edit))
      add("inserted", .string(edit.inserted))
    case .increment(let key, let amount):
      add("act", .string("increment"))
      add("field", .string(named(key)))
      add("amount", .integer(amount))
    case .delete: add("act", .string("delete"))
    case .restore(let deletes):
      add("act", .string("restore"))
      add("overwrites", .array(deletes.map { .string($0.description) }))
    }
    let change = try replica.provenance(of: step.dot, in: scope)
    add("change", change.map { .string($0.first.description) } ?? .null)
    if let message = step.message { add("message", .string(message)) }
    return .object(members)
  }
}
