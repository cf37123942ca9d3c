import Quan

/// What names an item of a map or list in commands: `contacts.KEY`, `plan[2]`.
enum ItemName: Hashable {
  case key(String)
  /// The place in a list as it is shown, from 1.
  case place(Int)

  /// Reads the name of a field, or of an item of one.
  static func read(_ name: String, of kind: KindDefinition) throws -> (FieldDefinition, ItemName?) {
    // A label may have a dot or bracket in it: what is a field's name as a whole is that field.
    if let field = try? Assignment.field(named: name, of: kind) { return (field, nil) }
    if let open = name.lastIndex(where: { $0 == "[" || $0 == "［" }), name.last == "]" || name.last == "］",
      let place = Int(ValueParser.halfWidth(String(name[name.index(after: open)...].dropLast())).trimmed),
      let field = try? Assignment.field(named: String(name[..<open]).trimmed, of: kind), field.container == .list
    {
      return (field, .place(place))
    }
    if let dot = name.firstIndex(of: "."),
      let field = try? Assignment.field(named: String(name[..<dot]).trimmed, of: kind), field.container == .map
    {
      return (field, .key(String(name[name.index(after: dot)...])))
    }
    let end = name.firstIndex { ".[［".contains($0) } ?? name.endIndex
    let field = try Assignment.field(named: String(name[..<end]).trimmed, of: kind)
    throw CommandFailure(
      .usage,
      say("字段 '\(field.name)' 没有这样的项", "field '\(field.name)' has no such items"),
      hint: say("列表用 字段[序号], 映射用 字段.键", "lists take FIELD[PLACE], maps FIELD.KEY"))
  }

  /// The item that is meant in a record.
  func item(of field: FieldDefinition, in record: Record) throws -> FieldItem {
    switch self {
    case .key(let key): return .key(MapKey(key))
    case .place(let place):
      return .element(try Self.element(place, of: field, ListInHand(record[field.name]?.items ?? [])))
    }
  }

  /// The element at a place, from 1.
  static func element(_ place: Int, of field: FieldDefinition, _ list: ListInHand) throws -> EntryID {
    guard let element = list.element(place) else {
      throw CommandFailure(
        .failed,
        list.count == 0
          ? say("列表 '\(field.name)' 是空的", "the list '\(field.name)' is empty")
          : say(
            "列表 '\(field.name)' 只有第 1 至 \(list.count) 项",
            "the list '\(field.name)' has places 1 to \(list.count)"),
        hint: say("查看: quan show 编号", "see: quan show ID"))
    }
    return element
  }
}
