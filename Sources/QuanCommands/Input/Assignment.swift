import Quan

/// What someone typed as `FIELD=VALUE`, `FIELD+=VALUE`, `FIELD-=VALUE`, `FIELD=` or `FIELD[N]>M`; FIELD may name an item of
/// a map or list.
struct Assignment {
  /// How the value acts on the field.
  enum Act { case set, add, remove, clear, move }

  let field: FieldDefinition
  let item: ItemName?
  let act: Act
  let text: String

  /// Reads an argument for a kind; a field may be named by its code or by its label.
  init(_ argument: String, of kind: KindDefinition) throws {
    // In `plan[3]>1` the sign stands behind the bracket; elsewhere a ">" is part of a value or a key.
    let moveSign = argument.firstIndex { $0 == ">" || $0 == "＞" }.flatMap { sign in
      argument[..<sign].last == "]" && !argument[..<sign].contains("=") ? sign : nil
    }
    guard let sign = moveSign ?? argument.firstIndex(where: { $0 == "=" || $0 == "＝" }), sign > argument.startIndex
    else {
      throw CommandFailure(
        .usage, say("每一项应写成 字段=值", "write each field as FIELD=VALUE"),
        hint: say("查看字段: quan schema show \(kind.name)", "see the fields: quan schema show \(kind.name)"))
    }
    var name = String(argument[..<sign])
    text = String(argument[argument.index(after: sign)...])
    var act: Act
    switch name.last {
    case "+", "＋": act = .add
    case "-", "－": act = .remove
    default: act = text.isEmpty ? .clear : .set
    }
    if act == .add || act == .remove { name.removeLast() }
    if moveSign != nil { act = .move }
    self.act = act
    (field, item) = try ItemName.read(name.trimmed, of: kind)
  }

  /// The field of a kind that a name means.
  static func field(named name: String, of kind: KindDefinition) throws -> FieldDefinition {
    if let field = kind.field(named: name) { return field }
    let labelled = kind.fields.filter {
      $0.labels.chinese == name || $0.labels.english.lowercased() == name.lowercased()
    }
    if labelled.count == 1 { return labelled[0] }
    throw CommandFailure(
      .failed, say("类型 '\(kind.name)' 没有字段 '\(name)'", "kind '\(kind.name)' has no field '\(name)'"),
      hint: say("查看字段: quan schema show \(kind.name)", "see the fields: quan schema show \(kind.name)"))
  }

  /// The kind that a name means.
  static func kind(named name: String, in schema: Schema) throws -> KindDefinition {
    if let kind = schema.kind(named: name) { return kind }
    let labelled = schema.kinds.filter {
      $0.labels.chinese == name || $0.labels.english.lowercased() == name.lowercased()
    }
    if labelled.count == 1 { return labelled[0] }
    throw CommandFailure(
      .failed, say("没有类型 '\(name)'", "there is no kind '\(name)'"),
      details: schema.kinds.filter { $0.id.replica != .builtIn }.map { "\($0.name)  \(Titles.kind($0))" },
      hint: say("查看类型: quan schema show", "see the kinds: quan schema show"))
  }
}
