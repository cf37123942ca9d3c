public import QuanCore

/// An act on a list on its way to being an operation.
///
/// Until the operations of a write are counted, the elements and places that it makes go by stand-ins: the built-in
/// replica with a number of the write's own.
struct ListAct {
  let key: FieldKey
  let body: Operation.Body
  let standIn: Dot

  /// The operation's body with the operations of `dots` in the place of their stand-ins.
  func body(_ dots: [Dot: Dot]) -> Operation.Body {
    func real(_ entry: EntryID) -> EntryID { EntryID(dots[entry.dot] ?? entry.dot, entry.index) }
    func real(_ place: ListPlace) -> ListPlace { ListPlace(parent: place.parent.map(real), side: place.side) }
    switch body {
    case .insert(let list, let place, let values): return .insert(list: list, place: real(place), values: values)
    case .move(let list, let element, let place, let overwrites):
      return .move(
        list: list, element: real(element), place: real(place), overwrites: overwrites.map(real).sorted())
    case .write(let field, let values, let overwrites):
      return .write(
        field: field.moved(to: field.id, element: real), values: values, overwrites: overwrites.map(real).sorted())
    case .create, .edit, .increment, .delete, .restore: return body
    }
  }
}

extension Transaction {
  /// A record as the acts on its lists so far leave it.
  struct ListDraft {
    var state: RecordState
    /// The order of each list that something was put into.
    var orders: [FieldKey: ListOrder] = [:]
    /// The joined records that are one here, with their own lists; the first takes what is put at the beginning.
    let members: [(record: RecordID, lists: [FieldKey: ListState])]
    /// The members that acts of the write put new elements and places into.
    var made: [Dot: RecordID] = [:]

    /// The member that an element belongs to.
    func owner(of element: EntryID?, in list: FieldKey) -> RecordID {
      if let element {
        if let made = made[element.dot] { return made }
        if let member = members.first(where: { $0.lists[list]?.placements[element] != nil }) { return member.record }
      }
      return members[0].record
    }
  }

  /// The elements of a list as the write so far leaves them, in order, with what each shows.
  ///
  /// - Throws: ``StoreError`` with code `notFound` or `invalid`.
  public mutating func elements(_ record: RecordID, _ field: FieldID) throws -> [ItemView] {
    let record = try subject(record)
    let definition = try definition(of: field, in: record, container: .list)
    try draft(record)
    return drafts[record].map { file.items(definition, in: $0.state) } ?? []
  }

  /// Inserts elements into a list behind an element that is there, or at its beginning.
  ///
  /// - Returns: The new elements, which may be used until the write ends; from then on they go by the names that reading
  ///   gives.
  /// - Throws: ``StoreError`` with code `notFound`, `invalid` or `refused`, as ``create(_:in:_:maps:)`` does.
  @discardableResult
  public mutating func insert(
    _ record: RecordID, _ field: FieldID, _ values: [Value], after element: EntryID?
  ) throws -> [EntryID] {
    let record = try subject(record)
    let definition = try changeable(field, in: record, container: .list)
    for value in values { try check(value, definition) }
    guard !values.isEmpty else { return [] }
    let left = try standing(element, in: definition, of: record)?.first
    let dot = put(.insert(count: values.count, behind: element), into: definition.key, of: record, behind: left) {
      place in
      .insert(list: definition.key, place: place, values: values)
    }
    return values.indices.map { EntryID(dot, UInt32($0)) }
  }

  /// Sets an element of a list, having seen all its sides; `nil` removes it, as far as it has been seen: what others set
  /// it to meanwhile stands.
  ///
  /// An element that has been removed and is set is there again, where it was.
  public mutating func set(_ record: RecordID, _ field: FieldID, element: EntryID, to value: Value?) throws {
    let record = try subject(record)
    let definition = try changeable(field, in: record, container: .list)
    if let value { try check(value, definition) }
    let key = FieldKey(field, element: element)
    try draft(record)
    guard drafts[record]?.state.lists[definition.key]?.placements[element] != nil else { throw noElement(definition) }
    let overwrites = drafts[record]?.state.fields[key]?.entries.map(\.id) ?? []
    let owner = drafts[record]?.owner(of: element, in: definition.key) ?? record
    act(
      .write(field: key, values: value.map { [WrittenValue($0)] } ?? [], overwrites: overwrites), on: key, of: record,
      by: owner)
  }

  /// Moves an element of a list behind another one, or to the beginning; it stays the same element.
  ///
  /// Of several concurrent moves of one element one counts, the same one everywhere.
  public mutating func move(_ record: RecordID, _ field: FieldID, element: EntryID, after other: EntryID?) throws {
    let record = try subject(record)
    let definition = try changeable(field, in: record, container: .list)
    guard element != other else { return }
    let standing = try standing(element, in: definition, of: record) ?? []
    let left = try self.standing(other, in: definition, of: record)?.first
    put(.move(element), into: definition.key, of: record, behind: left) { place in
      .move(list: definition.key, element: element, place: place, overwrites: standing)
    }
  }

  /// Makes a list hold some values, by the fewest changes: equal elements stay what they are, and one that turns up
  /// elsewhere is moved.
  ///
  /// - Complexity: O(*n* log *n*) in the elements, old and new.
  public mutating func assign(_ record: RecordID, _ field: FieldID, _ values: [Value]) throws {
    let present = try elements(record, field)
    let plan = ListPlan(from: present.map { $0.shown.first }, to: values)
    for index in plan.removed {
      if let element = present[index].element { try set(record, field, element: element, to: nil) }
    }
    var last: EntryID?
    for (value, source) in zip(values, plan.sources) {
      switch source {
      case .kept(let index): last = present[index].element
      case .changed(let index):
        guard let element = present[index].element else { continue }
        try set(record, field, element: element, to: value)
        last = element
      case .moved(let index):
        guard let element = present[index].element else { continue }
        try move(record, field, element: element, after: last)
        last = element
      case .new: last = try insert(record, field, [value], after: last).last
      }
    }
  }

  // MARK: Undoing

  /// Puts an element back behind a place that it had left.
  mutating func move(_ record: RecordID, _ list: FieldKey, _ element: EntryID, behindPlace place: EntryID) throws {
    let record = try subject(record)
    try draft(record)
    guard drafts[record]?.state.lists[list]?.placements[place] != nil,
      let standing = order(of: list, in: record).standing[element]
    else { return }
    put(.move(element), into: list, of: record, behind: place) { place in
      .move(list: list, element: element, place: place, overwrites: standing)
    }
  }

  // MARK: Drafting

  /// The record whose draft a record's lists are worked on in: of joined ones the first.
  private func subject(_ record: RecordID) throws -> RecordID {
    creationIndex[record] == nil ? try joined(record).first ?? record : record
  }

  /// Sees to it that there is a draft of a record.
  private mutating func draft(_ record: RecordID) throws {
    guard drafts[record] == nil else { return }
    if let index = creationIndex[record] {
      let creation = creations[index]
      drafts[record] = ListDraft(
        state: RecordState(
          creating: record, kind: creation.kind, fields: creation.fields.items, stamp: ReplicaFile.unread),
        members: [(record, [:])])
      return
    }
    let members = try joined(record).map { (record: $0, state: try stored($0).state) }
    drafts[record] = ListDraft(
      state: RecordState(joining: members.map(\.state)) ?? members[0].state,
      members: members.map { ($0.record, $0.state.lists) })
  }

  /// The order of a list of a draft, made when first asked for.
  private mutating func order(of list: FieldKey, in record: RecordID) -> ListOrder {
    if let known = drafts[record]?.orders[list] { return known }
    let order = ListOrder(drafts[record]?.state.lists[list] ?? ListState())
    drafts[record]?.orders[list] = order
    return order
  }

  /// The places where an element is; `nil` for none, which is the beginning of the list.
  private mutating func standing(
    _ element: EntryID?, in list: FieldDefinition, of record: RecordID
  ) throws -> [EntryID]? {
    try draft(record)
    guard let element else { return nil }
    guard let places = order(of: list.key, in: record).standing[element] else { throw noElement(list) }
    return places
  }

  /// What is put into a list.
  private enum Put {
    case insert(count: Int, behind: EntryID?)
    case move(EntryID)
  }

  /// Puts something directly behind a place, or at the beginning of the list.
  @discardableResult
  private mutating func put(
    _ put: Put, into list: FieldKey, of record: RecordID, behind left: EntryID?,
    _ body: (ListPlace) -> Operation.Body
  ) -> Dot {
    let element: EntryID? =
      switch put {
      case .insert(_, let left): left
      case .move(let element): element
      }
    if case .move(let element) = put { drafts[record]?.orders[list]?.depart(element, behind: left) }
    let owner = drafts[record]?.owner(of: element, in: list) ?? record
    let dot = act(body(order(of: list, in: record).place(behind: left)), on: list, of: record, by: owner)
    switch put {
    case .insert(let count, _): drafts[record]?.orders[list]?.insert(dot, count: count, behind: left)
    case .move(let element): drafts[record]?.orders[list]?.move(element, by: dot, behind: left)
    }
    return dot
  }

  /// Applies an act to the draft, which stays where it is: a copy of a long list would cost its length.
  @discardableResult
  private mutating func act(
    _ body: Operation.Body, on key: FieldKey, of record: RecordID, by owner: RecordID
  ) -> Dot {
    listActCount += 1
    // Numbers that neither built-in kinds nor fields have, and greater ones for later acts.
    let standIn = Dot.builtIn(1 << 32 + listActCount)
    drafts[record]?.state.apply(body, dot: standIn, stamp: ReplicaFile.unread)
    drafts[record]?.made[standIn] = owner
    edits[owner, default: Edit()].listActs.append(ListAct(key: key, body: body, standIn: standIn))
    return standIn
  }

  private func noElement(_ field: FieldDefinition) -> StoreError {
    StoreError(.notFound, "the list has no such element", subject: field.name)
  }
}
