public import Quan

/// What a set of changes comes to, by the plainest reading.
public struct ModelState {
  /// A conflict, as far as two implementations must agree on it.
  public struct Conflict: Hashable, Sendable, CustomStringConvertible {
    /// The record.
    public let record: RecordID
    /// The field, or `nil` for the whole record.
    public let field: FieldID?
    /// The item of a map or list.
    public let item: FieldItem?
    /// Its class.
    public let `class`: ConflictClass
    /// The values that the sides started from.
    public let base: Set<Value>
    /// The values of the sides; empty when it is about deletes.
    public let values: Set<Value>
    /// Everybody who stands behind a side.
    public let people: Set<Stamp>

    /// What must agree of a conflict as a replica lists it.
    public init(_ conflict: Quan.Conflict) {
      record = conflict.record
      field = conflict.field
      item = conflict.item
      `class` = conflict.class
      base = Set(conflict.base)
      values = Set(conflict.sides.compactMap(\.value))
      people = Set(conflict.sides.flatMap { [$0.stamp] + $0.alike })
    }

    init(
      record: RecordID, field: FieldID?, item: FieldItem? = nil, class: ConflictClass, base: Set<Value>,
      values: Set<Value>, people: Set<Stamp>
    ) {
      self.item = item
      self.record = record
      self.field = field
      self.class = `class`
      self.base = base
      self.values = values
      self.people = people
    }

    /// For people who look for a difference.
    public var description: String {
      "\(self.class) \(record) \(field?.description ?? "-") \(item.map { "\($0)" } ?? "-") base \(base) values \(values) people \(people)"
    }
  }

  /// A record of a scope: dots alone do not tell records of different scopes apart when a machine was cloned.
  private struct Place: Hashable {
    let scope: ScopeID
    let record: RecordID
  }

  private var records: [Place: ModelRecord] = [:]
  private var stamps: [ScopeID: [Dot: Stamp]] = [:]
  /// The schema that the records of scope `shared` spell out.
  public private(set) var schema = Schema()

  /// What some changes come to.
  public init(_ changes: [HeldChange]) {
    let names = ModelNames(changes)
    var others: [(scope: ScopeID, record: RecordID, deed: ModelRecord.Deed)] = []
    for held in changes {
      let change = held.change
      let resolve = names.resolver(for: held)
      let name = names.name(of: held)
      let stamp = Stamp(author: change.author, time: change.time)
      for (position, operation) in change.operations.enumerated() {
        let dot = Dot(name, change.firstCounter + UInt64(position))
        stamps[change.stream.scope, default: [:]][dot] = stamp
        let body = Self.resolve(operation.body, in: change.stream.scope, resolve)
        let deed = ModelRecord.Deed(dot: dot, stamp: stamp, body: body)
        if case .create(let kind, _) = body {
          records[Place(scope: change.stream.scope, record: dot)] = ModelRecord(
            id: dot, scope: change.stream.scope, kind: kind, deeds: [deed])
        } else {
          others.append((change.stream.scope, resolve(operation.record, change.stream.scope), deed))
        }
      }
    }
    // What is done to a record that nobody created contributes nothing.
    for other in others { records[Place(scope: other.scope, record: other.record)]?.deeds.append(other.deed) }
    schema = readSchema()
  }

  private static func resolve(
    _ body: Operation.Body, in scope: ScopeID, _ resolve: (Dot, ScopeID) -> Dot
  ) -> Operation.Body {
    func value(_ value: Value) -> Value {
      guard case .reference(let reference) = value else { return value }
      return .reference(Reference(resolve(reference.record, reference.scope), in: reference.scope))
    }
    func entry(_ entry: EntryID) -> EntryID { EntryID(resolve(entry.dot, scope), entry.index) }
    func key(_ key: FieldKey) -> FieldKey { key.moved(to: resolve(key.id, .shared), element: entry) }
    func place(_ place: ListPlace) -> ListPlace { ListPlace(parent: place.parent.map(entry), side: place.side) }
    switch body {
    case .create(let kind, let fields):
      return .create(
        kind: resolve(kind, .shared), fields: fields.map { InitialField(key($0.key), $0.values.map(value)) })
    case .write(let field, let values, let overwrites):
      return .write(
        field: key(field),
        values: values.map { WrittenValue(value($0.value), origin: $0.origin.map { resolve($0, scope) }) },
        overwrites: overwrites.map(entry))
    case .insert(let list, let at, let values):
      return .insert(list: key(list), place: place(at), values: values.map(value))
    case .move(let list, let element, let at, let overwrites):
      return .move(
        list: key(list), element: entry(element), place: place(at), overwrites: overwrites.map(entry).sorted())
    case .edit(let field, let edit):
      return .edit(field: key(field), edit: edit.with(parents: edit.parents.map { resolve($0, scope) }.sorted()))
    case .increment(let field, let amount): return .increment(field: key(field), amount: amount)
    case .delete(let context):
      var resolved: [ReplicaID: UInt64] = [:]
      for (replica, counter) in context {
        let dot = resolve(Dot(replica, counter), scope)
        resolved[dot.replica] = max(resolved[dot.replica] ?? 0, counter)
      }
      return .delete(context: resolved)
    case .restore(let deletes): return .restore(deletes: deletes.map { resolve($0, scope) })
    }
  }

  // MARK: Schema

  private func readSchema() -> Schema {
    func shown(_ record: ModelRecord, _ field: FieldID) -> Value? {
      MergeRule.ask.decide(record.sides(of: FieldKey(field))).shown.first
    }
    func text(_ record: ModelRecord, _ field: FieldID) -> String {
      if case .text(let text)? = shown(record, field) { text } else { "" }
    }
    func order(_ record: ModelRecord) -> Int64 {
      if case .integer(let number)? = shown(record, BuiltIn.order) { number } else { 0 }
    }
    var kinds: [KindDefinition] = []
    var fields: [FieldDefinition] = []
    for record in records.values where record.scope == .shared {
      let labels = Labels(text(record, BuiltIn.labelChinese), text(record, BuiltIn.labelEnglish))
      if record.kind == BuiltIn.kindKind {
        kinds.append(
          KindDefinition(id: record.id, code: text(record, BuiltIn.code), labels: labels, order: order(record)))
      } else if record.kind == BuiltIn.fieldKind, let type = FieldText.type(text(record, BuiltIn.fieldType)),
        let container = FieldText.container(text(record, BuiltIn.fieldContainer)),
        case .reference(let kind)? = shown(record, BuiltIn.fieldOf)
      {
        fields.append(
          FieldDefinition(
            id: record.id, kind: kind.record, code: text(record, BuiltIn.code), labels: labels, type: type.type,
            scale: type.scale, container: container, rule: MergeRule(text(record, BuiltIn.fieldRule)) ?? .ask,
            order: order(record)))
      }
    }
    return Schema(kinds: kinds, fields: fields)
  }

  // MARK: What must be equal

  /// The records of a scope, as replicas are compared.
  public func canonical(of scope: ScopeID) -> [CanonicalRecord] {
    records.values.filter { $0.scope == scope }.map(\.canonical).sorted { $0.id < $1.id }
  }

  /// For each record of a scope that is there, joined ones as one, the lists of its kind with their elements in order.
  public func lists(of scope: ScopeID) -> [RecordID: [FieldID: [EntryID]]] {
    var lists: [RecordID: [FieldID: [EntryID]]] = [:]
    for record in joinedRecords where record.scope == scope {
      for field in schema.kind(record.kind)?.fields ?? [] where field.container == .list {
        let elements = record.elements(of: field.key)
        if !elements.isEmpty { lists[record.id, default: [:]][field.id] = elements }
      }
    }
    return lists
  }

  /// All open conflicts.
  public var conflicts: Set<Conflict> {
    var found: Set<Conflict> = []
    let handedOver = handedOver
    for record in joinedRecords {
      // What has been handed over is settled where it went.
      guard let kind = schema.kind(record.kind),
        !handedOver.contains(Place(scope: record.scope, record: record.id))
      else { continue }
      if record.presence == .disputed {
        let people = record.standingDeletes.map { record.first(of: $0).stamp } + latest(record.edits).map(\.stamp)
        found.insert(
          Conflict(
            record: record.id, field: nil, class: .deletedAndEdited, base: [], values: [], people: Set(people)))
      }
      // A deleted record's fields ask nobody anything.
      for key in record.keys where key.isRegister && record.presence != .deleted {
        guard let field = kind.fields.first(where: { $0.key == key.whole }) else { continue }
        let sides = record.sides(of: key)
        var dates: [Side] = []
        if let name = field.rule.dateField, let other = kind.field(named: name) {
          dates = record.sides(of: other.key)
        }
        let outcome = field.rule.decide(sides, dates: dates).outcome
        guard outcome == .asked || outcome == .disputed else { continue }
        found.insert(
          Conflict(
            record: record.id, field: field.id, item: key.item, class: outcome == .asked ? .value : .dispute,
            base: base(of: sides, record.writes(of: key)), values: Set(sides.map(\.value)),
            people: Set(sides.flatMap(\.entries).map { stamp(of: $0, record.scope) })))
      }
    }
    for clash in schema.clashes {
      let definitions = clash.definitions.filter { $0.replica != .builtIn }
      guard let first = definitions.first else { continue }
      found.insert(
        Conflict(
          record: first, field: BuiltIn.code, class: .schema, base: [], values: [.text(clash.code)],
          people: Set(definitions.compactMap { stamps[.shared]?[$0] })))
    }
    return found
  }

  /// The records of people's kinds that are there and have not been handed over, joined ones by their smallest ID.
  public var listed: Set<RecordID> {
    let handedOver = handedOver
    let groups = joinedGroups
    var ids: Set<RecordID> = []
    for record in joinedRecords where record.kind.replica != .builtIn && record.presence != .deleted {
      let place = Place(scope: record.scope, record: record.id)
      let members = groups.first { $0.contains(place) } ?? [place]
      if members.isDisjoint(with: handedOver), schema.kind(record.kind) != nil { ids.insert(record.id) }
    }
    return ids
  }

  /// What a reference field of a record of a built-in kind shows.
  private func reference(_ field: FieldID, of record: ModelRecord) -> Reference? {
    guard case .reference(let reference)? = MergeRule.ask.decide(record.sides(of: FieldKey(field))).shown.first else {
      return nil
    }
    return reference
  }

  /// The records of all transfers that somebody has accepted.
  private var handedOver: Set<Place> {
    let answers = records.values.filter {
      $0.kind == BuiltIn.answerKind && $0.scope == .shared && $0.presence != .deleted
    }
    let overridden = Set(
      answers.flatMap { $0.sides(of: FieldKey(BuiltIn.answerOverrides, .set)) }.compactMap { side -> RecordID? in
        if case .reference(let reference) = side.value { reference.record } else { nil }
      })
    var gone: Set<Place> = []
    for answer in answers where !overridden.contains(answer.id) {
      guard answer.sides(of: FieldKey(BuiltIn.answerWord)).map(\.value) == [.text(TransferAnswer.accepted.rawValue)],
        let id = reference(BuiltIn.answerTransfer, of: answer),
        let transfer = records[Place(scope: id.scope, record: id.record)], transfer.kind == BuiltIn.transferKind,
        let record = reference(BuiltIn.transferRecord, of: transfer),
        record == reference(BuiltIn.answerRecord, of: answer),
        reference(BuiltIn.transferTo, of: transfer) == reference(BuiltIn.transferTo, of: answer)
      else { continue }
      gone.insert(Place(scope: record.scope, record: record.record))
      for side in transfer.sides(of: FieldKey(BuiltIn.transferRecords, .set)) {
        if case .reference(let one) = side.value, one.scope == transfer.scope {
          gone.insert(Place(scope: one.scope, record: one.record))
        }
      }
    }
    return gone
  }

  /// The records, those that edges connect as one: all that was done to those of them that are there.
  private var joinedRecords: [ModelRecord] {
    let groups = joinedGroups
    let grouped = groups.reduce(into: Set<Place>()) { $0.formUnion($1) }
    let single = records.filter { !grouped.contains($0.key) }.map(\.value)
    return single
      + groups.compactMap { group in
        let members = group.compactMap { records[$0] }.sorted { $0.id < $1.id }
        guard var joined = members.first else { return nil }
        let present = members.filter { $0.presence != .deleted }
        joined.deeds = (present.isEmpty ? members : present).flatMap(\.deeds)
        return joined
      }
  }

  /// The records that edges connect, and those that arrivals say continue one record.
  private var joinedGroups: [Set<Place>] {
    var groups: [Set<Place>] = []
    func connect(_ ends: Set<Place>) {
      guard ends.count > 1 else { return }
      let met = groups.filter { !$0.isDisjoint(with: ends) }
      groups.removeAll { !$0.isDisjoint(with: ends) }
      groups.append(met.reduce(ends) { $0.union($1) })
    }
    func place(_ field: FieldID, of record: ModelRecord) -> Place? {
      reference(field, of: record).flatMap {
        $0.scope == record.scope ? Place(scope: $0.scope, record: $0.record) : nil
      }
    }
    for edge in records.values where edge.kind == BuiltIn.sameKind && edge.presence != .deleted {
      connect(Set([BuiltIn.sameOne, BuiltIn.sameOther].compactMap { place($0, of: edge) }))
    }
    struct Past: Hashable {
      let scope: ScopeID
      let continues: Reference
    }
    var arrived: [Past: Set<Place>] = [:]
    for arrival in records.values where arrival.kind == BuiltIn.arrivalKind && arrival.presence != .deleted {
      guard let here = place(BuiltIn.arrivalRecord, of: arrival),
        let old = reference(BuiltIn.arrivalContinues, of: arrival)
      else { continue }
      arrived[Past(scope: arrival.scope, continues: old), default: []].insert(here)
    }
    for places in arrived.values { connect(places) }
    return groups
  }

  /// Of each replica's deeds the last.
  private func latest(_ deeds: [ModelRecord.Deed]) -> [ModelRecord.Deed] {
    Dictionary(grouping: deeds, by: \.dot.replica).values.compactMap { $0.max { $0.dot.counter < $1.dot.counter } }
  }

  /// Who wrote an entry first.
  private func stamp(of entry: Entry, _ scope: ScopeID) -> Stamp {
    entry.origin.flatMap { stamps[scope]?[$0] } ?? entry.stamp
  }

  /// The values of the latest writes that are ancestors, along overwrites, of every side.
  private func base(of sides: [Side], _ writes: [Write]) -> Set<Value> {
    let byDot = Dictionary(writes.map { ($0.dot, $0) }) { first, _ in first }
    func ancestors(of dot: Dot) -> Set<Dot> {
      var found: Set<Dot> = []
      var queue = [dot]
      while let next = queue.popLast() {
        for entry in byDot[next]?.overwrites ?? [] where found.insert(entry.dot).inserted { queue.append(entry.dot) }
      }
      return found
    }
    let starts = sides.flatMap(\.entries).map { entry in
      entry.origin.flatMap { byDot[$0] == nil ? nil : $0 } ?? entry.id.dot
    }
    var common = starts.first.map(ancestors) ?? []
    for start in starts { common.formIntersection(ancestors(of: start)) }
    let older = common.reduce(into: Set<Dot>()) { $0.formUnion(ancestors(of: $1)) }
    return Set(common.subtracting(older).flatMap { byDot[$0]?.values.map(\.value) ?? [] })
  }
}
