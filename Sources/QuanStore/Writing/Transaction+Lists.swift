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
    case .create, .increment, .delete, .restore: return body
    }
  }
}

extension Transaction {
  /// The elements of a list as the write so far leaves them, in order, with what each shows.
  ///
  /// - Throws: ``StoreError`` with code `notFound` or `invalid`.
  public mutating func elements(_ record: RecordID, _ field: FieldID) throws -> [ItemView] {
    let definition = try definition(of: field, in: record, container: .list)
    return file.items(definition, in: try draft(record))
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
    let definition = try definition(of: field, in: record, container: .list)
    for value in values { try check(value, definition) }
    guard !values.isEmpty else { return [] }
    let place = try place(behind: element, in: definition.key, of: record)
    let dot = try act(.insert(list: definition.key, place: place, values: values), on: definition.key, of: record)
    return values.indices.map { EntryID(dot, UInt32($0)) }
  }

  /// Sets an element of a list, having seen all its sides; `nil` removes it, as far as it has been seen: what others set
  /// it to meanwhile stands.
  ///
  /// An element that has been removed and is set is there again, where it was.
  public mutating func set(_ record: RecordID, _ field: FieldID, element: EntryID, to value: Value?) throws {
    let definition = try definition(of: field, in: record, container: .list)
    if let value { try check(value, definition) }
    let key = FieldKey(field, element: element)
    let state = try draft(record)
    guard state.lists[definition.key]?.placements[element] != nil else { throw noElement(definition) }
    try act(
      .write(
        field: key, values: value.map { [WrittenValue($0)] } ?? [],
        overwrites: state.fields[key]?.entries.map(\.id) ?? []),
      on: key, of: record)
  }

  /// Moves an element of a list behind another one, or to the beginning; it stays the same element.
  ///
  /// Of several concurrent moves of one element one counts, the same one everywhere.
  public mutating func move(_ record: RecordID, _ field: FieldID, element: EntryID, after other: EntryID?) throws {
    let definition = try definition(of: field, in: record, container: .list)
    guard element != other else { return }
    let state = try draft(record)
    guard let standing = state.lists[definition.key]?.standing[element] else { throw noElement(definition) }
    let place = try place(behind: other, in: definition.key, of: record)
    try act(
      .move(list: definition.key, element: element, place: place, overwrites: standing), on: definition.key, of: record)
  }

  /// Makes a list hold some values, by the fewest changes: equal elements stay what they are, and one that turns up
  /// elsewhere is moved.
  ///
  /// - Complexity: O(*n* × *d*) in the elements and the differences.
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
    guard let state = try draft(record).lists[list], let standing = state.standing[element] else { return }
    try act(
      .move(list: list, element: element, place: state.place(behind: place), overwrites: standing), on: list,
      of: record)
  }

  // MARK: Drafting

  /// A record as the write so far leaves its lists.
  private mutating func draft(_ record: RecordID) throws -> RecordState {
    if let draft = drafts[record] { return draft }
    let draft: RecordState
    if let index = creationIndex[record] {
      let creation = creations[index]
      draft = RecordState(
        creating: record, kind: creation.kind, fields: creation.fields.items, stamp: ReplicaFile.unread)
    } else {
      draft = try stored(record).state
    }
    drafts[record] = draft
    return draft
  }

  private mutating func place(
    behind element: EntryID?, in list: FieldKey, of record: RecordID
  ) throws -> ListPlace {
    let state = try draft(record).lists[list] ?? ListState()
    guard let element else { return state.place(behind: nil) }
    guard let place = state.standing[element]?.first else {
      throw StoreError(.notFound, "the list has no such element", subject: record.description)
    }
    return state.place(behind: place)
  }

  @discardableResult
  private mutating func act(_ body: Operation.Body, on key: FieldKey, of record: RecordID) throws -> Dot {
    var draft = try draft(record)
    listActCount += 1
    // Numbers that neither built-in kinds nor fields have, and greater ones for later acts.
    let standIn = Dot.builtIn(1 << 32 + listActCount)
    draft.apply(body, dot: standIn, stamp: ReplicaFile.unread)
    drafts[record] = draft
    edits[record, default: Edit()].listActs.append(ListAct(key: key, body: body, standIn: standIn))
    return standIn
  }

  private func noElement(_ field: FieldDefinition) -> StoreError {
    StoreError(.notFound, "the list has no such element", subject: field.name)
  }
}
