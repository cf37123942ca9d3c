import Quan

/// Conflicts as people read them and as programs do.
struct ConflictText {
  let replica: Replica
  let schema: Schema
  let people: People
  let reveal: Bool
  let columns: Int
  private let scopes: [ScopeID: String]

  init(_ replica: Replica, reveal: Bool, labels: [ReplicaID: String] = [:]) throws {
    self.replica = replica
    self.reveal = reveal
    schema = try replica.schema()
    people = try People(replica, labels: labels)
    columns = Terminal.columns
    scopes = Dictionary(try replica.scopes().map { ($0.id, $0.label) }) { first, _ in first }
  }

  /// The field that a conflict is about.
  func field(_ conflict: Conflict) -> FieldDefinition? { field(conflict.field, of: conflict.kind) }

  /// A field of a kind.
  func field(_ field: FieldID?, of kind: KindID) -> FieldDefinition? { field.flatMap { schema.kind(kind)?.field($0) } }

  // MARK: Groups

  /// What belongs to one subject, in the order in which the first of each came.
  struct Group<Item> {
    let subject: RecordID
    let scope: ScopeID
    var items: [Item]
  }

  /// Puts together what is about one pupil.
  func grouped<Item>(
    _ items: [Item], by place: (Item) -> (record: RecordID, scope: ScopeID, kind: KindID)
  ) throws -> [Group<Item>] {
    let places = items.map(place)
    var groups: [Group<Item>] = []
    var index: [RecordID: Int] = [:]
    for (item, (place, subject)) in zip(items, zip(places, try Subjects(replica, schema).of(places))) {
      if let known = index[subject] {
        groups[known].items.append(item)
      } else {
        index[subject] = groups.count
        groups.append(Group(subject: subject, scope: place.scope, items: [item]))
      }
    }
    return groups
  }

  /// Conflicts, those about one pupil together.
  func grouped(_ conflicts: [Conflict]) throws -> [Group<Conflict>] {
    try grouped(conflicts) { ($0.record, $0.scope, $0.kind) }
  }

  /// What a record is called: its short ID, its kind and its title.
  func name(of record: RecordID) throws -> String {
    let short = try replica.shortForm(of: record)
    guard let found = try replica.record(record) else { return "[\(short)]" }
    let title = Titles.title(found, reveal: reveal)
    return "[\(short)] \(Titles.kind(found.kind))\(title.isEmpty ? "" : " " + title)"
  }

  /// What a scope is called; empty when it has no label.
  func label(of scope: ScopeID) -> String { Terminal.neutral(scopes[scope] ?? "") }

  /// The line above what is about one subject, with the school it belongs to.
  func head(_ subject: RecordID, _ scope: ScopeID) throws -> String {
    let school = scopes[scope].map { $0.isEmpty ? "" : "  (\(Terminal.neutral($0)))" } ?? ""
    return try name(of: subject) + school
  }

  // MARK: People

  /// The lines that show conflicts, by pupil.
  func lines(_ conflicts: [Conflict]) throws -> [String] {
    var lines: [String] = []
    for group in try grouped(conflicts) {
      lines.append(try head(group.subject, group.scope))
      for conflict in group.items { lines += try self.lines(conflict, in: group.subject).map { "  " + $0 } }
    }
    return lines
  }

  /// The lines that show a conflict under its subject: what it was, and each side with person, laptop, time and what
  /// they said.
  func lines(_ conflict: Conflict, in subject: RecordID) throws -> [String] {
    let field = field(conflict)
    var place = conflict.record == subject ? "" : try name(of: conflict.record)
    if let field {
      let item = try suffix(conflict.item, of: conflict.field, in: conflict.record)
      place += (place.isEmpty ? "" : " · ") + "\(Titles.field(field))\(item) (\(field.name)\(item))"
    }
    var lines = [place.isEmpty ? name(of: conflict.class) : "\(place): \(name(of: conflict.class))"]
    if conflict.class == .value || conflict.class == .dispute {
      let base = conflict.base.map { ValueText.human($0, of: field, replica: replica, reveal: reveal) }
      let was = say("原值", "was")
      lines += Wrap.lines(
        "  \(was)  ", base.isEmpty ? say("(空)", "(empty)") : base.joined(separator: " | "), columns: columns - 2)
    }
    let consequences = try replica.consequences(of: conflict)
    for (index, side) in conflict.sides.enumerated() {
      lines += self.lines("  \(index + 1)  ", text(side, field), try who(side, in: conflict.scope))
      lines += try ConsequenceText(text: self).lines(consequences[index], indent: "       ", columns: columns - 2)
    }
    if !reveal, let field, ValueText.isMasked(field), conflict.sides.contains(where: { $0.value != nil }) {
      let remark = say("(已打码; 加 --reveal 显示)", "(masked; --reveal shows it)")
      lines += Wrap.lines("  ", remark, columns: columns - 2)
    }
    if let standing = try standing(conflict, field) { lines += Wrap.lines("  ", standing, columns: columns - 2) }
    return lines
  }

  /// A value and who wrote it, on one line if there is room.
  private func lines(_ head: String, _ what: String, _ who: String) -> [String] {
    let line = "\(head)\(what)  <- \(who)"
    if DisplayWidth.of(line) <= columns - 2 { return [line] }
    let indent = String(repeating: " ", count: DisplayWidth.of(head))
    return Wrap.lines(head, what, columns: columns - 2) + Wrap.lines(indent + "<- ", who, columns: columns - 2)
  }

  /// What a side says.
  func text(_ side: Conflict.Side, _ field: FieldDefinition?) -> String {
    side.value.map { ValueText.human($0, of: field, replica: replica, reveal: reveal) } ?? event(side)
  }

  /// Who wrote a side, where and when, who else wrote the same, and what they said about it.
  func who(_ side: Conflict.Side, in scope: ScopeID) throws -> String {
    var who = people.name(side.stamp, side.dot.replica)
    let others = side.alike.map(\.author).filter { $0 != side.stamp.author }
    if !others.isEmpty {
      who += say("; 另有 ", "; also ") + others.map { Terminal.neutral($0) }.joined(separator: ", ")
    }
    if let message = try replica.provenance(of: side.dot, in: scope)?.message {
      who += "  \"\(Terminal.neutral(message))\""
    }
    return who
  }

  private func event(_ side: Conflict.Side) -> String {
    switch side.event {
    case "deleted": say("删除了记录", "deleted the record")
    case "edited": say("修改了记录", "worked on the record")
    default: side.event ?? ""
    }
  }

  /// What holds until somebody settles it.
  private func standing(_ conflict: Conflict, _ field: FieldDefinition?) throws -> String? {
    switch conflict.class {
    case .value, .dispute:
      guard let field, let view = try replica.record(conflict.record)?[field.name],
        let shown = conflict.item == nil ? view.shown.first : view.item(conflict.item)?.shown.first,
        let side = conflict.sides.firstIndex(where: { $0.value == shown })
      else { return nil }
      let proposed = try proposal(conflict, field, conflict.sides[side])
      return conflict.class == .dispute
        ? say("处理之前按较低的一步: 第 \(side + 1) 方", "until it is settled the lower step holds: side \(side + 1)")
        : say("处理之前显示第 \(side + 1) 方", "until it is settled side \(side + 1) is shown") + proposed
    case .deletedAndEdited:
      return say("处理之前记录仍然保留", "until it is settled the record stays")
    case .schema: return nil
    }
  }

  /// Why a side is proposed, where another field says so.
  private func proposal(_ conflict: Conflict, _ field: FieldDefinition, _ side: Conflict.Side) throws -> String {
    guard case .knownBeatsUnknownLatest(let name) = field.rule,
      let dates = schema.kind(conflict.kind)?.field(named: name),
      let latest = try replica.origins(of: conflict.record, field: dates.id).first?.sides
        .filter({ $0.value != nil }).max(by: { ($0.value ?? .integer(0)) < ($1.value ?? .integer(0)) }),
      latest.dot.replica == side.dot.replica
    else { return "" }
    let title = Titles.field(dates)
    return say(": \"\(title)\"以它为最新", ", which goes with the latest \"\(title)\"")
  }

  /// What sort of conflict it is.
  func name(of class: ConflictClass) -> String {
    switch `class` {
    case .value: say("多人同时改了这一项", "several people changed this at once")
    case .deletedAndEdited: say("有人删除, 有人修改", "deleted by one, edited by another")
    case .dispute: say("进度不一致, 暂按较低一步", "they disagree; the lower step is shown")
    case .schema: say("同一代码有多个定义", "one code, several definitions")
    }
  }

  /// The command that settles a conflict.
  func hint(_ conflict: Conflict) throws -> String {
    let short = try replica.shortForm(of: conflict.record)
    let name = try commandName(conflict).map { " " + Self.quoted($0) } ?? ""
    return "quan conflict resolve \(short)\(name) --take N"
  }

  /// What a conflict's field, or item of one, is called in commands.
  func commandName(_ conflict: Conflict) throws -> String? {
    guard let field = field(conflict) else { return nil }
    return field.name + (try suffix(conflict.item, of: conflict.field, in: conflict.record))
  }

  /// What is written behind a field's name for an item of it; empty for the whole field.
  func suffix(_ item: FieldItem?, of field: FieldID?, in record: RecordID) throws -> String {
    guard item != nil else { return "" }
    return ItemText.suffix(item, of: try replica.record(record)?.fields.first { $0.definition.id == field })
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

  /// A conflict as `conflict show --json` and merge reports give it: with what taking each side would come to.
  func jsonWithConsequences(_ conflict: Conflict) throws -> JSON {
    let consequences = try replica.consequences(of: conflict)
    let text = ConsequenceText(text: self)
    return .object(
      members(conflict) + [
        JSON.Member(name: "consequences", value: .array(consequences.map { .array($0.map { text.json($0) }) }))
      ])
  }

  /// A conflict as `conflict list --json` gives it.
  func json(_ conflict: Conflict) -> JSON { .object(members(conflict)) }

  private func members(_ conflict: Conflict) -> [JSON.Member] {
    let field = field(conflict)
    let members: KeyValuePairs<String, JSON> = [
      "record": .string(conflict.record.description), "kind": .string(schema.kind(conflict.kind)?.name ?? ""),
      "field": field.map { .string($0.name) } ?? .null, "item": ItemText.json(conflict.item),
      "class": .string(conflict.class.rawValue),
      "base": json(conflict.base, of: field), "sides": json(conflict.sides, of: field),
    ]
    return members.map { JSON.Member(name: $0.key, value: $0.value) }
  }

  func json(_ values: [Value], of field: FieldDefinition?) -> JSON {
    let values = values.map { ValueText.json($0, of: field) }
    return values.count > 1 ? .array(values) : values.first ?? .null
  }

  func json(_ sides: [Conflict.Side], of field: FieldDefinition?) -> JSON {
    .array(
      sides.enumerated().map { index, side in
        .object([
          "n": .integer(index + 1),
          "value": side.value.map { ValueText.json($0, of: field) } ?? side.event.map { .string($0) } ?? .null,
          "author": .string(side.stamp.author), "replica": .string(people.laptop(side.dot.replica)),
          "time": .string(side.stamp.time.description),
        ])
      })
  }
}
