import Quan

/// The steps of a record's history, for people and for programs.
struct HistoryText {
  let replica: Replica
  let kind: KindDefinition
  let reveal: Bool

  /// What a step did, one line a field.
  func lines(_ step: HistoryStep, only wanted: FieldDefinition?) -> [String] {
    switch step.body {
    case .create(_, let fields):
      let given = fields.filter { wanted == nil || $0.key.id == wanted?.id }.map {
        "\(name($0.key)) = \(values($0.values, $0.key))"
      }
      return [say("新建", "created")] + given.map { "  " + $0 }
    case .write(let key, let written, let overwrites):
      let shown = values(written.map(\.value), key)
      let count =
        overwrites.count > 1 && key.container == .register
        ? say("  (合并 \(overwrites.count) 个值)", "  (settles \(overwrites.count) values)") : ""
      if written.isEmpty { return [name(key) + say(" 清空", key.container == .set ? " removed" : " cleared")] }
      return ["\(name(key)) \(key.container == .set ? "+=" : "=") \(shown)\(count)"]
    case .edit(let key, let edit):
      return [
        say(
          "\(name(key)) 输入 \(edit.insertedCount) 字, 删去 \(edit.deletedCount) 字",
          "\(name(key)) typed \(edit.insertedCount), deleted \(edit.deletedCount)")
      ]
    case .increment(let key, let amount): return ["\(name(key)) += \(amount)"]
    case .delete: return [say("删除", "deleted")]
    case .restore: return [say("恢复", "restored")]
    }
  }

  private func name(_ key: FieldKey) -> String {
    kind.field(key.id).map { Titles.field($0) } ?? key.id.description
  }

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
            return JSON.Member(
              name: named(field.key), value: field.key.container == .set ? .array(values) : values.first ?? .null)
          }))
    case .write(let key, let written, let overwrites):
      add("act", .string("write"))
      add("field", .string(named(key)))
      add("values", .array(written.map { ValueText.json($0.value, of: kind.field(key.id)) }))
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
    if let message = step.message { add("message", .string(message)) }
    return .object(members)
  }
}
