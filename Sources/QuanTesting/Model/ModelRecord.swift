import Quan

/// One record, as the list of everything ever done to it.
struct ModelRecord {
  /// Something that was done.
  struct Deed {
    let dot: Dot
    let stamp: Stamp
    let body: Operation.Body
  }

  let id: RecordID
  let scope: ScopeID
  let kind: KindID
  var deeds: [Deed] = []

  // MARK: Fields

  /// Every write of a field, its initial values included.
  func writes(of key: FieldKey) -> [Write] {
    deeds.compactMap { deed in
      switch deed.body {
      case .create(_, let fields):
        if case .element(let element)? = key.item {
          return fields.first { $0.key == key.whole }.flatMap { Self.write(deed, of: element, $0.values) }
        }
        guard key.container != .counter, let field = fields.first(where: { $0.key == key }) else { return nil }
        return Write(dot: deed.dot, stamp: deed.stamp, values: field.values.map { WrittenValue($0) }, overwrites: [])
      case .write(key, let values, let overwrites):
        return Write(dot: deed.dot, stamp: deed.stamp, values: values, overwrites: overwrites)
      case .insert(key.whole, _, let values):
        if case .element(let element)? = key.item { return Self.write(deed, of: element, values) }
        return nil
      default: return nil
      }
    }
  }

  /// What an operation that put values into a list wrote into one element.
  private static func write(_ deed: Deed, of element: EntryID, _ values: [Value]) -> Write? {
    guard element.dot == deed.dot, values.indices.contains(Int(element.index)) else { return nil }
    let value = WrittenValue(values[Int(element.index)])
    return Write(dot: deed.dot, stamp: deed.stamp, values: [value], overwrites: [])
  }

  /// The values that nothing has overwritten.
  func entries(of key: FieldKey) -> [Entry] {
    let writes = writes(of: key)
    let gone = Set(writes.flatMap(\.overwrites))
    var entries: [Entry] = []
    for write in writes {
      if write.values.isEmpty && key.isRegister {
        entries.append(Entry(id: EntryID(write.dot), value: nil, origin: nil, stamp: write.stamp))
      }
      for (index, written) in write.values.enumerated() {
        let id = EntryID(write.dot, UInt32(index))
        entries.append(Entry(id: id, value: written.value, origin: written.origin, stamp: write.stamp))
      }
    }
    return entries.filter { !gone.contains($0.id) }.sorted { $0.id < $1.id }
  }

  /// The sides of a field: equal values are one.
  func sides(of key: FieldKey) -> [Side] {
    var order: [Value] = []
    var groups: [Value: [Entry]] = [:]
    for entry in entries(of: key) {
      guard let value = entry.value else { continue }
      if groups[value] == nil { order.append(value) }
      groups[value, default: []].append(entry)
    }
    return order.map { Side(value: $0, entries: groups[$0] ?? []) }
  }

  /// The total of a counter.
  func total(of key: FieldKey) -> Int64 {
    deeds.reduce(0) { sum, deed in
      switch deed.body {
      case .create(_, let fields):
        guard key.container == .counter,
          case .integer(let start)? = fields.first(where: { $0.key == key })?.values.first
        else { return sum }
        return sum &+ start
      case .increment(key, let amount): return sum &+ amount
      default: return sum
      }
    }
  }

  /// A collaborative text, by the reference.
  func text(of key: FieldKey) -> String {
    var start = ""
    var waiting: [(dot: Dot, edit: TextEdit)] = []
    for deed in deeds {
      if case .create(_, let fields) = deed.body,
        case .text(let text)? = fields.first(where: { $0.key == key })?.values.first
      {
        start = text
      }
      if case .edit(key, let edit) = deed.body { waiting.append((deed.dot, edit)) }
    }
    var text = ReferenceText(start)
    let all = Set(waiting.map(\.dot))
    var places: [Dot: Int] = [:]
    while !waiting.isEmpty {
      let next = waiting.firstIndex { $0.edit.parents.allSatisfy { places[$0] != nil || !all.contains($0) } } ?? 0
      let (dot, edit) = waiting.remove(at: next)
      let parents = edit.parents.compactMap { places[$0] }
      places[dot] = places.count
      text.apply(dot, parents: parents.isEmpty ? [-1] : parents, edit)
    }
    return text.text
  }

  /// The fields that something was done to.
  var keys: Set<FieldKey> {
    var keys: Set<FieldKey> = []
    for deed in deeds {
      switch deed.body {
      case .create(_, let fields):
        for field in fields where field.key.container == .list {
          keys.formUnion(Self.elements(deed, field.key, field.values))
        }
        keys.formUnion(fields.map(\.key).filter { $0.container != .list })
      case .insert(let list, _, let values): keys.formUnion(Self.elements(deed, list, values))
      case .write(let key, _, _), .increment(let key, _), .edit(let key, _): keys.insert(key)
      case .move, .delete, .restore: break
      }
    }
    return keys
  }

  private static func elements(_ deed: Deed, _ list: FieldKey, _ values: [Value]) -> [FieldKey] {
    values.indices.map { FieldKey(list.id, element: EntryID(deed.dot, UInt32($0))) }
  }

  // MARK: Lists

  /// Every place that was ever made in a list.
  func placements(of list: FieldKey) -> [Placement] {
    func run(_ dot: Dot, _ count: Int, _ start: ListPlace) -> [Placement] {
      (0..<count).map { index in
        let id = EntryID(dot, UInt32(index))
        let before = ListPlace(parent: EntryID(dot, UInt32(max(0, index - 1))), side: .right)
        return Placement(id: id, element: id, place: index == 0 ? start : before)
      }
    }
    return deeds.flatMap { deed -> [Placement] in
      switch deed.body {
      case .create(_, let fields):
        let count = fields.first { $0.key == list }?.values.count ?? 0
        return run(deed.dot, count, ListPlace(parent: nil, side: .right))
      case .insert(list, let place, let values): return run(deed.dot, values.count, place)
      case .move(list, let element, let place, let overwrites):
        return [Placement(id: EntryID(deed.dot), element: element, place: place, overwrites: overwrites)]
      default: return []
      }
    }
  }

  /// The lists that somebody has put something into.
  var lists: Set<FieldKey> {
    var lists: Set<FieldKey> = []
    for deed in deeds {
      switch deed.body {
      case .create(_, let fields): lists.formUnion(fields.map(\.key).filter { $0.container == .list })
      case .insert(let list, _, _), .move(let list, _, _, _): lists.insert(list)
      default: break
      }
    }
    return lists
  }

  /// The elements of a list that are there, in order: each stands where the place with the greatest name puts it, of
  /// those that it has not left.
  func elements(of list: FieldKey) -> [EntryID] {
    let placements = placements(of: list)
    let left = Set(placements.flatMap(\.overwrites))
    func all(_ place: ListPlace) -> [Placement] {
      placements.filter { $0.place == place }.sorted { $0.id < $1.id }.flatMap { placement in
        all(ListPlace(parent: placement.id, side: .left)) + [placement]
          + all(ListPlace(parent: placement.id, side: .right))
      }
    }
    var order = all(ListPlace(parent: nil, side: .right))
    // Beside a place that this record does not have, as after records were joined, moved about in and separated.
    for placement in placements.sorted(by: { $0.id < $1.id }) where !order.contains(where: { $0.id == placement.id }) {
      let branch =
        all(ListPlace(parent: placement.id, side: .left)) + [placement]
        + all(ListPlace(parent: placement.id, side: .right))
      order += branch.filter { new in !order.contains { $0.id == new.id } }
    }
    return order.filter { placement in
      let standing = placements.filter { $0.element == placement.element && !left.contains($0.id) }
      return placement.id == standing.map(\.id).max()
        && !sides(of: FieldKey(list.id, element: placement.element)).isEmpty
    }.map(\.element)
  }

  private func textEntries(of key: FieldKey) -> [CanonicalRecord.Entry] {
    let text = text(of: key)
    return text.isEmpty ? [] : [CanonicalRecord.Entry(id: EntryID(id), value: .text(text), origin: nil)]
  }

  // MARK: Deletes

  /// The deletes that no restore has overwritten.
  var standingDeletes: [Deed] {
    var overwritten: Set<Dot> = []
    for case .restore(let deletes) in deeds.map(\.body) { overwritten.formUnion(deletes) }
    return deeds.filter { deed in
      if case .delete = deed.body { return !overwritten.contains(deed.dot) }
      return false
    }
  }

  /// The delete that one brings back: what a delete has seen else names no delete.
  func first(of delete: Deed) -> Deed {
    guard case .delete(let seen) = delete.body else { return delete }
    return deeds.filter { deed in
      if case .delete = deed.body { seen[deed.dot.replica] == deed.dot.counter } else { false }
    }.min { $0.dot < $1.dot } ?? delete
  }

  /// What was done that no standing delete had seen.
  var uncovered: [Deed] {
    let contexts = standingDeletes.compactMap { deed -> [ReplicaID: UInt64]? in
      if case .delete(let context) = deed.body { context } else { nil }
    }
    return deeds.filter { deed in
      if case .delete = deed.body { return false }
      return !contexts.contains { ($0[deed.dot.replica] ?? 0) >= deed.dot.counter }
    }
  }

  /// What was done to it that no standing delete had seen; that it was brought back counts where nothing else was done.
  var edits: [Deed] {
    let all = uncovered
    let edits = all.filter { if case .restore = $0.body { false } else { true } }
    return edits.isEmpty ? all : edits
  }

  var presence: Presence {
    if standingDeletes.isEmpty { return .present }
    return uncovered.isEmpty ? .deleted : .disputed
  }

  private func canonicalEntries(of key: FieldKey) -> [CanonicalRecord.Entry] {
    switch key.container {
    case .text: textEntries(of: key)
    case .register, .set, .counter, .map, .list:
      entries(of: key).map { CanonicalRecord.Entry(id: $0.id, value: $0.value, origin: $0.origin) }
    }
  }

  /// The record as replicas are compared.
  var canonical: CanonicalRecord {
    CanonicalRecord(
      id: id, kind: kind, presence: presence,
      fields: keys.map { key in
        CanonicalRecord.Field(
          key: key,
          entries: canonicalEntries(of: key),
          total: total(of: key))
      },
      lists: lists.map { CanonicalRecord.List(key: $0, placements: placements(of: $0)) },
      deletes: standingDeletes.map(\.dot))
  }
}
