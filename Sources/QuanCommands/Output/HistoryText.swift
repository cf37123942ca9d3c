import Quan

/// The steps of a record's history, for people and for programs.
struct HistoryText {
  let replica: Replica
  let record: Record
  private var kind: KindDefinition { record.kind }
  let reveal: Bool

  init(replica: Replica, record: Record, reveal: Bool) {
    self.replica = replica
    self.record = record
    self.reveal = reveal
  }

  /// What a step did, one line a field.
  func lines(_ step: HistoryStep, only wanted: FieldDefinition?) -> [String] {
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
    case .write(let key, let written, let overwrites):
      let shown = values(written.map(\.value), key)
      let count =
        overwrites.count > 1 && key.isRegister
        ? say("  (合并 \(overwrites.count) 个值)", "  (settles \(overwrites.count) values)") : ""
      if written.isEmpty {
        return [name(key) + (key.container == .register ? say(" 清空", " cleared") : say(" 去掉", " removed"))]
      }
      return ["\(name(key)) \(key.container == .set ? "+=" : "=") \(shown)\(count)"]
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
  func json(_ step: HistoryStep, only wanted: FieldDefinition?, _ people: People) -> JSON {
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
    case .increment(let key, let amount):
      add("act", .string("increment"))
      add("field", .string(named(key)))
      add("amount", .integer(amount))
    case .delete: add("act", .string("delete"))
    case .restore(let deletes):
      add("act", .string("restore"))
      add("overwrites", .array(deletes.map { .string($0.description) }))
    }
    if let message = step.message { add("message", .string(message)) }
    return .object(members)
  }
}
