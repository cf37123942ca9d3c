import QuanCore
import QuanFormat

/// Opening parcels: records begin that continue others, and what was done to these since comes after.
extension Transaction {
  /// Takes in what a parcel brings.
  ///
  /// A record that this scope has no continuation of begins, with all sides that its past had. To one that is here
  /// already come the values that it does not know yet, in the place of those that had come before them; what this scope
  /// has written itself stands beside them.
  /// - Returns: The record that continues the one that the parcel is about.
  mutating func open(_ parcel: Parcel) throws -> RecordID? {
    try settle(parcel.to)
    var continuing: [RecordID: RecordID] = [:]
    var new: [Parcel.Item] = []
    var known: [(item: Parcel.Item, record: RecordID, arrivals: [ArrivalFacts])] = []
    for item in parcel.items {
      let arrivals = try item.continues.flatMap {
        try file.arrivals(continuing: Reference($0, in: parcel.from), in: parcel.to)
      }
      if let first = arrivals.first {
        let row = try file.local(first.record.record, in: parcel.to).rowID
        let record = file.reference(try file.representative(of: row))?.record ?? first.record.record
        for id in item.continues { continuing[id] = record }
        known.append((item, record, try file.arrivals(of: row)))
      } else if !item.isDeleted {
        for id in item.continues { continuing[id] = nextID(after: new.count) }
        new.append(item)
      }
    }
    let rewriting = ReferenceRewriting(from: parcel.from, to: parcel.to, records: continuing)
    for item in new { try begin(item, rewriting) }
    for one in known { try forward(one.item, to: one.record, one.arrivals, rewriting, parcel) }
    for item in parcel.items {
      guard let record = continuing[item.continues[0]] else { continue }
      let origins = Self.origins(of: item)
      for (place, id) in item.continues.enumerated() {
        try arrive(record, continuing: id, parcel, place == 0 ? origins : OriginList())
      }
    }
    return continuing[parcel.record]
  }

  private mutating func arrive(
    _ record: RecordID, continuing old: RecordID, _ parcel: Parcel, _ origins: OriginList
  ) throws {
    var fields = InitialFields()
    fields.append(FieldKey(BuiltIn.arrivalRecord), [.reference(Reference(record, in: parcel.to))])
    fields.append(FieldKey(BuiltIn.arrivalContinues), [.reference(Reference(old, in: parcel.from))])
    let seen = parcel.seen.sorted { $0.key < $1.key }.map { Dot($0.key, $0.value) }
    fields.append(FieldKey(BuiltIn.arrivalSeen, .set), seen.map { .reference(Reference($0, in: parcel.from)) })
    fields.append(FieldKey(BuiltIn.transferContent), [.text(origins.text)])
    fields.append(FieldKey(BuiltIn.transferSource), [.reference(parcel.transfer)])
    begin(BuiltIn.arrivalKind, fields)
  }

  /// Who wrote what a record comes with.
  private static func origins(of item: Parcel.Item) -> OriginList {
    var origins = OriginList()
    var places: [FieldID: Int] = [:]
    for field in item.fields {
      var name = ""
      switch field.key.item {
      case nil: break
      case .key(let key): name = "k\(key.text)"
      case .element:
        name = "e\(places[field.key.id, default: 0])"
        places[field.key.id, default: 0] += 1
      }
      if field.key.container == .counter { origins.add(field.key.id, total: field.total) }
      for entry in field.entries where entry.value != nil {
        origins.add(field.key.id, item: name, entry.stamp, laptop: entry.laptop)
      }
    }
    return origins
  }

  // MARK: New records

  private mutating func begin(_ item: Parcel.Item, _ rewriting: ReferenceRewriting) throws {
    var fields = InitialFields()
    var lists: [FieldID: [Value]] = [:]
    var further: [(key: FieldKey, values: [Value])] = []
    let id = nextID()
    for field in item.fields {
      let values = rewriting.values(of: field)
      switch field.key.container {
      case .counter: fields.append(field.key, [.integer(field.total)])
      case .set: if !values.isEmpty { fields.append(field.key, values) }
      case .text:
        let text = Self.text(of: field)
        if !text.isEmpty { fields.append(field.key, [.text(text)]) }
      case .register, .map:
        guard let first = values.first else { continue }
        fields.append(field.key, [first])
        if values.count > 1 { further.append((field.key, Array(values.dropFirst()))) }
      case .list:
        guard let first = values.first else { continue }
        let element = EntryID(id, UInt32(lists[field.key.id]?.count ?? 0))
        lists[field.key.id, default: []].append(first)
        if values.count > 1 { further.append((FieldKey(field.key.id, element: element), Array(values.dropFirst()))) }
      }
    }
    for (list, values) in lists { fields.append(FieldKey(list, .list), values) }
    begin(item.kind, fields)
    for (key, values) in further { replace(id, key, entries: [], with: values.map { WrittenValue($0) }) }
  }

  // MARK: Known records

  private mutating func forward(
    _ item: Parcel.Item, to record: RecordID, _ arrivals: [ArrivalFacts], _ rewriting: ReferenceRewriting,
    _ parcel: Parcel
  ) throws {
    let brought = try BroughtValues(record, arrivals, parcel, file)
    if item.isDeleted {
      for (member, context) in try brought.contexts() {
        _ = try stored(member)
        edits[member, default: Edit()].redeleted.append(context)
      }
      return
    }
    for field in item.fields where field.key.item == nil || field.key.container == .map {
      switch field.key.container {
      case .counter:
        let grown = field.total &- brought.total(of: field.key.id)
        if grown != 0 { edits[record, default: Edit()].increments[field.key, default: 0] &+= grown }
      case .text: try forwardText(field, to: record, brought)
      case .register, .set, .map, .list: try forward(field, to: record, brought, rewriting)
      }
    }
    try forwardLists(item, to: record, brought, rewriting)
  }

  /// Writes the values that are new here in the place of those that they came after.
  private mutating func forward(
    _ field: Parcel.Field, to record: RecordID, _ brought: BroughtValues, _ rewriting: ReferenceRewriting
  ) throws {
    let isNew = field.entries.map { !brought.covers($0.id.dot) }
    let known = Set(rewriting.values(of: field, where: { !isNew[$0] }))
    var new: [Value] = []
    for value in rewriting.values(of: field, where: { isNew[$0] }) where !new.contains(value) { new.append(value) }
    let isCleared = zip(field.entries, isNew).contains { $0.value == nil && $1 }
    var isFirst = true
    for member in try joined(record) {
      let gone = try entries(of: field.key, in: member).filter { entry in
        guard let value = entry.value else { return false }
        return try !known.contains(value) && brought.contains(entry.id.dot, in: member)
      }
      let values = isFirst ? new : []
      isFirst = false
      guard !values.isEmpty || (!gone.isEmpty && (field.key.container == .set || isCleared || !new.isEmpty)) else {
        continue
      }
      replace(member, field.key, entries: Set(gone.map(\.id)), with: values.map { WrittenValue($0) })
    }
  }

  /// Brings the new elements of lists to their ends, and takes away those that are gone.
  private mutating func forwardLists(
    _ item: Parcel.Item, to record: RecordID, _ brought: BroughtValues, _ rewriting: ReferenceRewriting
  ) throws {
    let lists = Dictionary(grouping: item.fields.filter { $0.key.container == .list }) { $0.key.id }
    for (list, elements) in lists.sorted(by: { $0.key < $1.key }) {
      guard file.catalog.schema.kind(item.kind)?.field(list)?.container == .list else { continue }
      let known = Set(
        elements.flatMap { field in rewriting.values(of: field) { brought.covers(field.entries[$0].id.dot) } })
      let new = elements.flatMap { field in rewriting.values(of: field) { !brought.covers(field.entries[$0].id.dot) } }
      let here = try self.elements(record, list)
      for item in here {
        guard let element = item.element, item.shown.allSatisfy({ !known.contains($0) }),
          try brought.isUntouched(FieldKey(list, element: element), in: try joined(record), entries)
        else { continue }
        try set(record, list, element: element, to: nil)
      }
      if !new.isEmpty { try insert(record, list, new, after: here.last?.element) }
    }
  }

  /// A text that comes along: of records that were joined, what readers saw there.
  private static func text(of field: Parcel.Field) -> String {
    JoinedText(field.entries.compactMap(\.value?.plainText)).whole
  }

  /// A text that nobody here has touched becomes the new one; otherwise what was changed there is changed here, and a text
  /// that came without one stands behind what is here.
  private mutating func forwardText(
    _ field: Parcel.Field, to record: RecordID, _ brought: BroughtValues
  ) throws {
    let text = Self.text(of: field)
    guard file.catalog.isText(field.key.id), !field.entries.isEmpty else { return }
    let before = brought.text(of: field.key.id)
    let here = try self.text(record, field.key.id)
    guard text != before, text != here else { return }
    if here == before {
      try setText(record, field.key.id, to: text)
    } else if !before.isEmpty {
      try setText(record, field.key.id, to: TextDifference.merged(base: before, here, text))
    } else if !here.contains(text) {
      try setText(record, field.key.id, to: here + "\n" + text)
    }
  }
}

/// References as they are where records have gone: those to what came along lead to what continues it.
struct ReferenceRewriting {
  let from: ScopeID
  let to: ScopeID
  let records: [RecordID: RecordID]

  func value(_ value: Value) -> Value {
    guard case .reference(let reference) = value, reference.scope == from, let new = records[reference.record] else {
      return value
    }
    return .reference(Reference(new, in: to))
  }

  /// The values of a field's entries, or of some of them by place, equal ones once.
  func values(of field: Parcel.Field, where isWanted: (Int) -> Bool = { _ in true }) -> [Value] {
    var values: [Value] = []
    for (place, entry) in field.entries.enumerated() where isWanted(place) {
      guard let value = entry.value.map(value), !values.contains(value) else { continue }
      values.append(value)
    }
    return values
  }
}
