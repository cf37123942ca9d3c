import Quan

/// What assignments do to maps and lists.
struct ItemEdit {
  let record: RecordID
  let parser: ValueParser
  /// The lists that were acted on, as the acts have left them.
  private var lists: [FieldID: ListInHand] = [:]

  init(record: RecordID, parser: ValueParser) {
    self.record = record
    self.parser = parser
  }

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
  mutating func list(_ assignment: Assignment, _ transaction: inout Transaction) throws {
    let field = assignment.field
    var list = try lists.removeValue(forKey: field.id) ?? ListInHand(transaction.elements(record, field.id))
    try act(assignment, on: &list, &transaction)
    lists[field.id] = list
  }

  private func act(_ assignment: Assignment, on list: inout ListInHand, _ transaction: inout Transaction) throws {
    let field = assignment.field
    func value() throws -> Value { try parser.value(assignment.text, of: field) }
    func insert(at place: Int) throws {
      let value = try value()
      for new in try transaction.insert(record, field.id, [value], after: list.element(before: place)) {
        list.insert(new, at: place, showing: [value])
      }
    }
    func remove(_ element: EntryID) throws {
      try transaction.set(record, field.id, element: element, to: nil)
      list.remove(element)
    }
    switch (assignment.item, assignment.act) {
    case (nil, .add): try insert(at: list.count + 1)
    case (.place(let place), .add):
      if place != list.count + 1 { _ = try ItemName.element(place, of: field, list) }
      try insert(at: place)
    case (.place(let place), .set):
      let element = try ItemName.element(place, of: field, list)
      let value = try value()
      try transaction.set(record, field.id, element: element, to: value)
      list.set(element, showing: [value])
    case (.place(let place), .clear): try remove(try ItemName.element(place, of: field, list))
    case (.place(let place), .move):
      let moved = try ItemName.element(place, of: field, list)
      guard let wanted = Int(ValueParser.halfWidth(assignment.text).trimmed) else { throw usage(field) }
      _ = try ItemName.element(wanted, of: field, list)
      let shown = list.remove(moved)
      try transaction.move(record, field.id, element: moved, after: list.element(before: wanted))
      list.insert(moved, at: wanted, showing: shown)
    case (nil, .remove): for element in list.elements(showing: try value()) { try remove(element) }
    case (nil, .clear): for element in list.elements { try remove(element) }
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
