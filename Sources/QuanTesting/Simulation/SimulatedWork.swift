import Quan

/// What people do on one replica, as chance has it.
struct SimulatedWork {
  let replica: Replica
  var random: SeededGenerator
  /// A second scope, once somebody has made one.
  var extraScope: ScopeID?

  /// A kind with a field of each sort.
  static let schema = SchemaDraft([
    KindDraft(
      "pupil", Labels("学生", "pupil"),
      naturalKeys: [NaturalKey(["phone"]), NaturalKey(["name", "class"], onlyNominates: true)],
      invariants: [
        Invariant("popular", "count(pupil.friend where boards = yes) <= 1", Labels("人缘", "popular")),
        Invariant("alone", "boards = yes implies count(pupil.friend) >= 1", Labels("孤单", "alone")),
        Invariant("risk", "friend.friend.risk <= risk", Labels("风险", "risk")),
        Invariant("class", "state = 'closed' implies class is set", Labels("班级", "class")),
      ],
      [
        FieldDraft("name", Labels("姓名", "name")), FieldDraft("phone", Labels("电话", "phone")),
        FieldDraft("note", Labels("备注", "note"), rule: .keepAll),
        FieldDraft("boards", Labels("住校", "boards"), .triState, rule: .knownBeatsUnknown),
        FieldDraft("risk", Labels("风险", "risk"), .integer, rule: .max),
        FieldDraft("tags", Labels("标签", "tags"), container: .set),
        FieldDraft("visits", Labels("家访数", "visits"), .integer, container: .counter),
        FieldDraft("class", Labels("班级", "class"), rule: .latest(by: "since")),
        FieldDraft("since", Labels("起始日", "since"), .date, rule: .max),
        FieldDraft("state", Labels("状态", "state"), .choice, rule: .ladder(["open", "placed", "closed"])),
        FieldDraft("story", Labels("经过", "story"), container: .text),
        FieldDraft("friend", Labels("好友", "friend"), .reference, target: "pupil"),
        FieldDraft("band", Labels("伙伴", "band"), .reference, container: .set, target: "pupil"),
        FieldDraft("plan", Labels("计划", "plan"), container: .list),
        FieldDraft("friends", Labels("好友们", "friends"), .reference, container: .list, target: "pupil"),
        FieldDraft("contacts", Labels("联系人", "contacts"), container: .map),
        FieldDraft("scores", Labels("成绩", "scores"), .integer, container: .map, rule: .max),
        FieldDraft("brother", Labels("兄长", "brother"), .reference, target: "pupil", belongs: true),
      ])
  ])

  // MARK: Acts

  /// Does something.
  mutating func act() throws -> String {
    let records = try pupils()
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<15: return try create()
    case 15..<18: return try defineField()
    case 18..<19: return try makeScope()
    case 19..<24: return try undo()
    case 24..<26: return try join(records)
    case 26..<29: return try transfer(records)
    case 29..<40:
      if let conflict = try replica.conflicts().filter({ $0.class != .schema }).randomElement(using: &random) {
        return try resolve(conflict)
      }
      return try create()
    case 40..<46:
      guard let record = records.randomElement(using: &random) else { return try create() }
      try replica.write { try $0.delete(record.id, force: true) }
      return "deletes \(record.id)"
    case 46..<47: return try judge()
    case 47..<49:
      guard let record = records.first(where: { $0.presence == .disputed }) else { return "finds nothing to restore" }
      try replica.write { try $0.restore(record.id) }
      return "restores \(record.id)"
    default:
      guard let record = records.randomElement(using: &random) else { return try create() }
      return try edit(record)
    }
  }

  private func pupils() throws -> [Record] {
    guard let kind = try replica.schema().kind(named: "pupil") else { return [] }
    var records: [Record] = []
    try replica.records(of: kind.id) { records.append($0) }
    return records
  }

  private mutating func create() throws -> String {
    guard let kind = try replica.schema().kind(named: "pupil") else { return "knows no kind" }
    var values: [FieldID: [Value]] = [:]
    var maps: [FieldID: [(key: String, value: Value)]] = [:]
    for field in kind.fields where field.code != BuiltIn.externalIDName && random.chance(0.4) {
      if field.container == .map {
        maps[field.id] = [(key(), try value(for: field))]
      } else {
        values[field.id] = [try value(for: field)]
        if field.container == .list && random.chance(0.5) { values[field.id]?.append(try value(for: field)) }
      }
    }
    let given = maps
    let scope = random.chance(0.2) ? extraScope : nil
    let isKnown = try scope.map { wanted in try replica.scopes().contains { $0.id == wanted } } ?? true
    let id = try replica.write { try $0.create(kind.id, in: isKnown ? scope : nil, values, maps: given) }
    return "creates \(id)"
  }

  private mutating func edit(_ record: Record) throws -> String {
    let fields = record.kind.fields.filter { $0.code != BuiltIn.externalIDName }
    let count = Int.random(in: 1...3, using: &random)
    var done: [String] = []
    var acts: [(inout Transaction) throws -> Void] = []
    for _ in 0..<count {
      guard let field = fields.randomElement(using: &random) else { continue }
      let value = try value(for: field)
      switch field.container {
      case .register:
        let cleared = random.chance(0.15)
        acts.append { try $0.set(record.id, field.id, to: cleared ? nil : value) }
        done.append(cleared ? "clears \(field.name)" : "sets \(field.name)")
      case .set:
        let removes = random.chance(0.4)
        acts.append {
          if removes { try $0.remove(record.id, field.id, value) } else { try $0.add(record.id, field.id, value) }
        }
        done.append(removes ? "removes from \(field.name)" : "adds to \(field.name)")
      case .counter:
        let amount = Int64.random(in: -2...5, using: &random)
        acts.append { try $0.increment(record.id, field.id, by: amount) }
        done.append("increments \(field.name)")
      case .map:
        let key = key()
        let removes = random.chance(0.25)
        acts.append { try $0.set(record.id, field.id, key: key, to: removes ? nil : value) }
        done.append(removes ? "takes a key from \(field.name)" : "sets a key of \(field.name)")
      case .list:
        acts.append(try listAct(record, field, value))
        done.append("works on the list \(field.name)")
      case .text:
        acts.append(typing(in: record.id, field.id, value))
        done.append("types in \(field.name)")
      }
    }
    let drawn = acts
    try replica.write { transaction in for act in drawn { try act(&transaction) } }
    return "edits \(record.id): \(done.joined(separator: ", "))"
  }

  /// Inserts, sets, removes or moves an element, or gives the whole list anew.
  private mutating func listAct(
    _ record: Record, _ field: FieldDefinition, _ value: Value
  ) throws -> (inout Transaction) throws -> Void {
    let elements = record[field.name]?.items.compactMap(\.element) ?? []
    let other = elements.randomElement(using: &random)
    let other2 = random.chance(0.3) ? nil : elements.randomElement(using: &random)
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<3:
      let run = [value] + (random.chance(0.3) ? [try self.value(for: field)] : [])
      return { _ = try $0.insert(record.id, field.id, run, after: other2) }
    case 3..<5:
      guard let other else { break }
      return { try $0.set(record.id, field.id, element: other, to: value) }
    case 5..<6:
      guard let other else { break }
      return { try $0.set(record.id, field.id, element: other, to: nil) }
    case 6..<9:
      guard let other else { break }
      return { try $0.move(record.id, field.id, element: other, after: other2) }
    default:
      var whole = (record[field.name]?.shown ?? []) + [value]
      whole.shuffle(using: &random)
      let drawn = whole
      return { try $0.assign(record.id, field.id, drawn) }
    }
    return { _ = try $0.insert(record.id, field.id, [value], after: nil) }
  }

  /// One of a few keys, so that equal ones meet; two look alike and are not.
  private mutating func key() -> String {
    ["母亲", "父亲", "e\u{301}", "\u{e9}"].randomElement(using: &random) ?? ""
  }

  /// Types, deletes or writes a whole text anew, wherever there is room.
  private mutating func typing(
    in record: RecordID, _ field: FieldID, _ value: Value
  ) -> (inout Transaction) throws -> Void {
    let draws = (0..<3).map { _ in (kind: Int.random(in: 0..<6, using: &random), place: random.next()) }
    return { transaction in
      for draw in draws {
        let count = try transaction.textCount(record, field)
        let place = Int(draw.place % UInt64(count + 1))
        if draw.kind == 0, case .text(let text) = value {
          try transaction.setText(record, field, to: text + "在家" + text)
        } else if draw.kind < 3 {
          try transaction.delete(place..<min(count, place + 2), from: record, field)
        } else if case .text(let text) = value {
          try transaction.insert(text + "e\u{301}", at: place, in: record, field)
        }
      }
    }
  }

  private mutating func resolve(_ conflict: Conflict) throws -> String {
    let side = Int.random(in: 1...max(1, conflict.sides.count), using: &random)
    try replica.write { try $0.resolve(conflict.record, conflict.field, item: conflict.item, takingSide: side) }
    return "settles \(conflict.record) with side \(side)"
  }

  /// Says that two records are one, or takes one out again.
  private mutating func join(_ records: [Record]) throws -> String {
    if random.chance(0.3), let record = records.first(where: { !$0.others.isEmpty }),
      let other = ([record.id] + record.others).randomElement(using: &random)
    {
      try replica.write { try $0.separate(other) }
      return "separates \(other) from \(record.id)"
    }
    guard let one = records.randomElement(using: &random),
      let other = records.filter({ $0.scope == one.scope && $0.id != one.id }).randomElement(using: &random)
    else { return "has no two records" }
    try replica.write { try $0.join(one.id, other.id) }
    return "joins \(one.id) and \(other.id)"
  }

  /// Offers a record to the other scope, or answers an offer, or takes one back.
  private mutating func transfer(_ records: [Record]) throws -> String {
    guard let extraScope, try replica.scopes().contains(where: { $0.id == extraScope }) else { return try makeScope() }
    let transfers = try replica.transfers()
    let open = transfers.filter { $0.state == .offered }
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<4:
      guard let transfer = open.randomElement(using: &random) else { break }
      let arrival = try replica.accept(transfer.id)
      return "accepts \(transfer.id) as \(arrival.record)"
    case 4..<5:
      guard let transfer = open.randomElement(using: &random) else { break }
      try replica.decline(transfer.id)
      return "declines \(transfer.id)"
    case 5..<6:
      guard let transfer = open.randomElement(using: &random) else { break }
      try replica.withdraw(transfer.id)
      return "withdraws \(transfer.id)"
    case 6..<7:
      guard let transfer = transfers.filter({ $0.state == .accepted }).randomElement(using: &random) else { break }
      let id = try replica.offer(transfer.record, to: transfer.to)
      return "forwards \(transfer.record) by \(id)"
    default: break
    }
    guard let record = records.randomElement(using: &random) else { return "has nobody to hand over" }
    let homes = try replica.scopes().map(\.id).filter { $0 != .shared && $0 != record.scope }
    guard let scope = homes.randomElement(using: &random) else { return "has nowhere to hand over to" }
    return "offers \(record.id) by \(try replica.offer(record.id, to: scope))"
  }

  /// Says of a problem that it is right, or takes that back.
  private mutating func judge() throws -> String {
    guard let problem = try replica.problems(accepted: nil).randomElement(using: &random) else {
      return "finds no problem"
    }
    if problem.verdict == nil {
      try replica.write { try $0.accept(problem.id, reason: "right") }
      return "accepts \(problem.id)"
    }
    try replica.write { try $0.reopen(problem.id) }
    return "reopens \(problem.id)"
  }

  private mutating func undo() throws -> String {
    do {
      let report = try replica.undo()
      return "undoes \(report.undone)"
    } catch let error as StoreError where error.code == .notFound {
      return "has nothing to undo"
    }
  }

  /// A new field; now and then two laptops choose one name and two types.
  private mutating func defineField() throws -> String {
    guard let kind = try replica.schema().kind(named: "pupil"), kind.fields.count < 20 else {
      return "has fields enough"
    }
    let code = ["height", "shoe", "bus"].randomElement(using: &random) ?? "height"
    guard kind.field(named: code) == nil else { return "has that field" }
    let isNumber = random.chance(0.5)
    let draft = FieldDraft(code, Labels(code, code), isNumber ? .integer : .text)
    try replica.write { try $0.define(draft, of: kind.id) }
    return "defines \(code)"
  }

  private mutating func makeScope() throws -> String {
    guard extraScope == nil else { return "has scopes enough" }
    extraScope = try replica.write { try $0.createScope(label: "second school") }
    return "makes a scope"
  }

  /// One of a few values, so that equal ones meet.
  private mutating func value(for field: FieldDefinition) throws -> Value {
    let number = Int.random(in: 0..<4, using: &random)
    if field.container == .counter { return .integer(Int64(number)) }
    switch field.type {
    case .integer: return .integer(Int64(number))
    case .triState: return .triState([.yes, .no, .unknown, .yes][number])
    case .date: return CivilDate(daysSince1970: Int32(18_000 + number)).map { .date($0) } ?? .text("")
    case .choice: return .choice(["open", "placed", "closed", "elsewhere"][number])
    case .reference:
      guard let record = try pupils().randomElement(using: &random) else {
        return .reference(Reference(Dot(.builtIn, 1), in: .shared))
      }
      return .reference(Reference(record.id, in: record.scope))
    default: return .text(["泉", "源", "清", "流"][number])
    }
  }
}
