import Quan

/// A change as one line of JSON, without the schema: what an independent reader of a bundle can tell.
enum ChangeDump {
  static func json(_ change: Change, _ digest: Digest) -> JSON {
    .object([
      "replica": .string(change.stream.replica.description), "scope": .string(change.stream.scope.description),
      "number": .integer(change.number), "first_counter": .integer(change.firstCounter),
      "author": .string(change.author), "time_ms": .integer(change.time.milliseconds),
      "message": change.message.map { .string($0) } ?? .null,
      "dependencies": .array(
        change.dependencies.map { place in
          .object([
            "replica": .string(place.stream.replica.description), "scope": .string(place.stream.scope.description),
            "number": .integer(place.tip.number), "digest": .string(hex(place.tip.check)),
          ])
        }),
      "digest": .string(digest.description), "operations": .array(change.operations.map(operation)),
    ])
  }

  private static func operation(_ operation: Operation) -> JSON {
    var members: [JSON.Member] = []
    func add(_ name: String, _ value: JSON) { members.append(JSON.Member(name: name, value: value)) }
    func add(_ key: FieldKey) { members += Self.members(of: key) }
    func add(_ place: ListPlace) {
      let side = place.side == .left ? "left" : "right"
      add("place", .object(["parent": place.parent.map(entry) ?? .null, "side": .string(side)]))
    }
    switch operation.body {
    case .create(let kind, let fields):
      add("op", .string("create"))
      add("record", .string(operation.record.description))
      add("kind", .string(kind.description))
      add(
        "fields",
        .array(
          fields.map { field in
            .object(Self.members(of: field.key) + [JSON.Member(name: "values", value: .array(field.values.map(value)))])
          }))
    case .write(let key, let values, let overwrites):
      add("op", .string("write"))
      add("record", .string(operation.record.description))
      add(key)
      add(
        "values",
        .array(
          values.map {
            .object(["value": value($0.value), "origin": $0.origin.map { .string($0.description) } ?? .null])
          }))
      add("overwrites", .array(overwrites.map(entry)))
    case .insert(let list, let place, let values):
      add("op", .string("insert"))
      add("record", .string(operation.record.description))
      add(list)
      add(place)
      add("values", .array(values.map(value)))
    case .move(let list, let element, let place, let overwrites):
      add("op", .string("move"))
      add("record", .string(operation.record.description))
      add(list)
      add("element", entry(element))
      add(place)
      add("overwrites", .array(overwrites.map(entry)))
    case .edit(let key, let edit):
      add("op", .string("edit"))
      add("record", .string(operation.record.description))
      add(key)
      add("parents", .array(edit.parents.map { .string($0.description) }))
      add("runs", runs(edit))
      add("inserted", .string(edit.inserted))
    case .increment(let key, let amount):
      add("op", .string("increment"))
      add("record", .string(operation.record.description))
      add(key)
      add("amount", .integer(amount))
    case .delete(let context):
      add("op", .string("delete"))
      add("record", .string(operation.record.description))
      add(
        "context",
        .array(context.sorted { $0.key < $1.key }.map { .array([.string($0.key.description), .integer($0.value)]) }))
    case .restore(let deletes):
      add("op", .string("restore"))
      add("record", .string(operation.record.description))
      add("deletes", .array(deletes.map { .string($0.description) }))
    }
    return .object(members)
  }

  private static func members(of key: FieldKey) -> [JSON.Member] {
    var members = [
      JSON.Member(name: "field", value: .string(key.id.description)),
      JSON.Member(name: "container", value: .integer(key.container.rawValue)),
    ]
    switch key.item {
    case .key(let key): members.append(JSON.Member(name: "key", value: .string(key.text)))
    case .element(let element): members.append(JSON.Member(name: "element", value: entry(element)))
    case nil: break
    }
    return members
  }

  private static func entry(_ entry: EntryID) -> JSON {
    .array([.string(entry.dot.description), .integer(entry.index)])
  }

  /// The runs of an edit: kind, place, number of scalars.
  static func runs(_ edit: TextEdit) -> JSON {
    .array(
      edit.runs.map { run in
        .array([
          .string(run.kind == .insert ? "insert" : "delete"), .integer(Int64(run.position)), .integer(Int64(run.count)),
        ])
      })
  }

  /// A value with its type's code, exactly: reals as the bits of IEEE 754, attachments in hexadecimal.
  private static func value(_ value: Value) -> JSON {
    switch value {
    case .text(let text): tagged("text", .string(text))
    case .integer(let number): tagged("integer", .integer(number))
    case .decimal(let minor): tagged("decimal", .integer(minor))
    case .date(let date): tagged("date", .string(date.description))
    case .instant(let instant): tagged("instant", .integer(instant.milliseconds))
    case .triState(let state): tagged("tristate", .string(state.code))
    case .choice(let code): tagged("choice", .string(code))
    case .reference(let reference):
      tagged("reference", .array([.string(reference.record.description), .string(reference.scope.description)]))
    case .attachment(let digest): tagged("attachment", .string(digest.description))
    case .real(let real): tagged("real", .string(hex(real.bitPattern)))
    }
  }

  private static func tagged(_ type: String, _ value: JSON) -> JSON {
    .object(["type": .string(type), "value": value])
  }

  private static func hex(_ bits: UInt64) -> String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
