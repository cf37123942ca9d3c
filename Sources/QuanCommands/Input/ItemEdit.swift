import Quan

/// What assignments do to maps and lists.
struct ItemEdit {
  let record: RecordID
  let parser: ValueParser

  /// `FIELD.KEY=VALUE` sets, `FIELD.KEY=` takes the key away, `FIELD=` all keys.
  func map(_ assignment: Assignment, _ shown: [ItemView], _ transaction: inout Transaction) throws {
    let field = assignment.field
    switch (assignment.item, assignment.act) {
    case (.key(let key), .set):
      try transaction.set(record, field.id, key: key, to: try parser.value(assignment.text, of: field))
    case (.key(let key), .clear): try transaction.set(record, field.id, key: key, to: nil)
    case (nil, .clear):
      for key in shown.compactMap(\.key) { try transaction.set(record, field.id, key: key, to: nil) }
    default:
      throw CommandFailure(
        .usage,
        say("映射 '\(field.name)' 用 \(field.name).键=值", "the map '\(field.name)' takes \(field.name).KEY=VALUE"),
        hint: say("查看字段: quan schema show", "see the fields: quan schema show"))
    }
  }

  /// What an assignment does to a list.
  ///
  /// `FIELD+=V` appends, `FIELD[N]=V` sets, `FIELD[N]+=V` inserts before place N, `FIELD[N]=` removes, `FIELD[N]>M` moves to
  /// place M, `FIELD-=V` removes what is equal to V, `FIELD=` everything. Places are those that the assignments before it left.
  func list(_ assignment: Assignment, _ transaction: inout Transaction) throws {
    let field = assignment.field
    let items = try transaction.elements(record, field.id)
    func element(_ place: Int) throws -> EntryID { try ItemName.element(place, of: field, items) }
    func value() throws -> Value { try parser.value(assignment.text, of: field) }
    switch (assignment.item, assignment.act) {
    case (nil, .add):
      try transaction.insert(record, field.id, [try value()], after: items.last?.element)
    case (.place(let place), .add):
      guard place == items.count + 1 else {
        let target = try element(place)
        let before = items.prefix { $0.element != target }.last?.element
        try transaction.insert(record, field.id, [try value()], after: before)
        return
      }
      try transaction.insert(record, field.id, [try value()], after: items.last?.element)
    case (.place(let place), .set):
      try transaction.set(record, field.id, element: try element(place), to: try value())
    case (.place(let place), .clear):
      try transaction.set(record, field.id, element: try element(place), to: nil)
    case (.place(let place), .move):
      let moved = try element(place)
      guard let wanted = Int(ValueParser.halfWidth(assignment.text).trimmed) else { throw usage(field) }
      _ = try element(wanted)
      let others = items.filter { $0.element != moved }
      try transaction.move(
        record, field.id, element: moved, after: wanted == 1 ? nil : others[wanted - 2].element)
    case (nil, .remove):
      let value = try value()
      let equal = items.filter { $0.shown.contains(value) }.compactMap(\.element)
      for element in equal { try transaction.set(record, field.id, element: element, to: nil) }
    case (nil, .clear):
      for element in items.compactMap(\.element) { try transaction.set(record, field.id, element: element, to: nil) }
    default: throw usage(field)
    }
  }

  private func usage(_ field: FieldDefinition) -> CommandFailure {
    let name = field.name
    return CommandFailure(
      .usage,
      say(
        "列表 '\(name)' 用 \(name)+=值, \(name)[序号]=值, \(name)[序号]+=值, \(name)[序号]=, \(name)[序号]>新序号",
        "the list '\(name)' takes \(name)+=V, \(name)[N]=V, \(name)[N]+=V, \(name)[N]= and \(name)[N]>M"),
      hint: say("查看: quan show 编号", "see: quan show ID"))
  }
}
