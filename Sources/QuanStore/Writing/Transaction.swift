public import QuanCore

/// One write: the acts of one person at one moment, which become one change in one scope, whole or not at all.
///
/// Acts on one field are drawn together: what counts is how the record is left. Values are checked against the
/// schema here, so that what others receive fits it. Use it only inside the closure that it is given to.
public struct Transaction {
  /// Runs of acts on one record.
  struct Edit {
    var writes: [FieldKey: PendingWrite] = [:]
    var increments: [FieldKey: Int64] = [:]
    /// Acts on lists, in order: later ones build on earlier ones.
    var listActs: [ListAct] = []
    var deletes = false
    var restores = false
    /// Deletes that are overwritten while others stand.
    var restored: Set<Dot> = []
    /// What deletes that are made again had seen.
    var redeleted: [[ReplicaID: UInt64]] = []
  }

  /// What a register or set is to be left as.
  struct PendingWrite {
    var values: [WrittenValue]
    var overwrites: Set<EntryID>
  }

  /// A record that the write creates.
  struct Creation {
    let id: RecordID
    let kind: KindID
    var fields: InitialFields
  }

  let file: ReplicaFile
  /// The counter that the first operation will have.
  let firstCounter: UInt64
  /// The scope, once an act has settled it.
  private(set) var scope: ScopeID?
  var creations: [Creation] = []
  private(set) var creationIndex: [RecordID: Int] = [:]
  /// Where the values of a kind's fields stood in the row that was created last: tables have many rows alike.
  private var columns: (kind: KindID, fields: [FieldID], places: [Int?])?
  var edits: [RecordID: Edit] = [:]
  /// The record that was read last for its sets or items.
  private final class LastRead {
    var found: (record: RecordID, state: RecordState)?
  }
  private let lastRead = LastRead()
  /// The records whose lists are being worked on, as the acts so far leave them.
  var drafts: [RecordID: ListDraft] = [:]
  /// How many acts on lists there were: what stands for their operations until these have their counters.
  var listActCount: UInt64 = 0
  /// Whether a conflict is being settled, which is no change of what was recorded.
  private var isSettling = false
  /// The texts that the write has touched.
  var texts: [TextPlace: OpenText] = [:]
  /// Those of records that the write creates.
  var createdTexts: [RecordID: [FieldKey: OpenText]] = [:]
  /// The text that was touched last: typing asks for the same one over and over.
  var current: (record: RecordID, field: FieldID, text: OpenText)?

  init(file: ReplicaFile, firstCounter: UInt64) {
    self.file = file
    self.firstCounter = firstCounter
  }

  /// The records that the write is about so far.
  var records: [RecordID] { creations.map(\.id) + Set(edits.keys).union(texts.values.map(\.id)).sorted() }

  /// The kinds and fields that the replica knows.
  public var schema: Schema { file.catalog.schema }

  /// The scope that new records go to unless another is named.
  public var homeScope: ScopeID { file.meta.homeScope }

  /// Whether the write can act in a scope: it has not acted in another.
  public func canAct(in wanted: ScopeID) -> Bool { scope == nil || scope == wanted }

  // MARK: Creating

  /// Creates a record.
  ///
  /// - Parameters:
  ///   - kind: Its kind.
  ///   - scope: The scope it is to be in; by default that of the write so far, else the replica's home scope.
  ///   - values: For registers and counters one value a field, for sets and lists the elements; fields left out hold
  ///     nothing.
  ///   - maps: For maps, by key.
  /// - Returns: Its ID, which may be used at once, also in references.
  /// - Throws: ``StoreError`` with code `notFound` for an unknown kind or field, `invalid` for a value that does not
  ///   fit its field, `refused` when the write has acted in another scope.
  @discardableResult
  public mutating func create(
    _ kind: KindID, in scope: ScopeID? = nil, _ values: [FieldID: [Value]] = [:],
    maps: [FieldID: [(key: String, value: Value)]] = [:]
  ) throws -> RecordID {
    try create(kind, in: scope, fields: Array(values.keys), Array(values.values), maps: maps)
  }

  /// Creates a record of values that stand beside their fields, as in a row of a table: the quickest form for many.
  ///
  /// - Parameters:
  ///   - kind: Its kind.
  ///   - scope: The scope it is to be in, as there.
  ///   - fields: The fields, as many as there are in `given`; of one that stands twice the first counts.
  ///   - given: Of each field, the values that the form with a dictionary takes.
  ///   - maps: For maps, by key.
  /// - Returns: Its ID.
  /// - Throws: ``StoreError`` with code `notFound`, `invalid` or `refused`, as that form does.
  /// - Complexity: O(*f* · *n*) for *n* of the kind's *f* fields, without hashing.
  @discardableResult
  public mutating func create(
    _ kind: KindID, in scope: ScopeID? = nil, fields: [FieldID], _ given: [[Value]],
    maps: [FieldID: [(key: String, value: Value)]] = [:]
  ) throws -> RecordID {
    guard let checks = file.catalog.checks[kind] else {
      throw StoreError(.notFound, "there is no such kind", subject: kind.description)
    }
    try settle(scope ?? self.scope ?? file.meta.homeScope)
    var initial = InitialFields(capacity: fields.count)
    var known = 0
    // In the order of the kind's fields, which is that of an operation: nothing is left to be sorted.
    for (check, place) in zip(checks, places(of: checks, kind, in: fields)) {
      guard let place else { continue }
      known += 1
      let values = given[place]
      guard !values.isEmpty else { continue }
      if check.hasChoices || !Self.isPlain(values, check) { try checkThoroughly(values, check.id, kind) }
      initial.append(check.key, check.key.container == .set ? distinct(values) : values)
    }
    if known < fields.count, let unknown = fields.filter({ id in !checks.contains { $0.id == id } }).min() {
      throw StoreError(.notFound, "the kind has no such field", subject: unknown.description)
    }
    for (id, pairs) in maps { try start(id, of: kind, with: pairs, &initial) }
    return begin(kind, initial)
  }

  /// For each field of a kind where it stands among some.
  private mutating func places(of checks: [Catalog.FieldCheck], _ kind: KindID, in fields: [FieldID]) -> [Int?] {
    if let columns, columns.kind == kind, columns.fields == fields { return columns.places }
    let places = checks.map { fields.firstIndex(of: $0.id) }
    columns = (kind, fields, places)
    return places
  }

  /// The ID of the record that is created next, or of one after it.
  func nextID(after count: Int = 0) -> RecordID {
    Dot(file.meta.replica, firstCounter + UInt64(creations.count + count))
  }

  /// Creates a record of values as they are, once the scope is settled.
  @discardableResult
  mutating func begin(_ kind: KindID, _ fields: InitialFields) -> RecordID {
    let id = nextID()
    creationIndex[id] = creations.count
    creations.append(Creation(id: id, kind: kind, fields: fields))
    return id
  }

  /// Whether values are right at first sight: one of the field's type for a register or counter.
  private static func isPlain(_ given: [Value], _ check: Catalog.FieldCheck) -> Bool {
    switch check.key.container {
    case .register, .counter, .text: given.count == 1 && given[0].type == check.type
    case .set, .list: given.allSatisfy { $0.type == check.type }
    case .map: false
    }
  }

  /// Finds what is wrong with values, if anything is, by the field's definition.
  private func checkThoroughly(_ given: [Value], _ id: FieldID, _ kind: KindID) throws {
    guard let field = file.catalog.schema.kind(kind)?.field(id) else { return }
    guard field.container != .map else {
      throw StoreError(.invalid, "the field is a map: its values have keys", subject: field.name)
    }
    if field.container != .set && field.container != .list && given.count > 1 {
      throw StoreError(.invalid, "the field takes one value", subject: field.name)
    }
    for value in given { try check(value, field) }
  }

  // MARK: Changing

  /// Sets a register, having seen all its sides; `nil` clears it.
  ///
  /// Setting a field to the value it has confirms it: an event of its own, which stands beside a concurrent change.
  /// - Throws: ``StoreError`` with code `notFound`, `invalid` or `refused`, as ``create(_:in:_:maps:)`` does.
  public mutating func set(_ record: RecordID, _ field: FieldID, to value: Value?) throws {
    if file.catalog.isText(field) {
      try setText(record, field, to: try Self.text(value, field))
      return
    }
    let definition = try changeable(field, in: record, container: .register)
    if let value { try check(value, definition) }
    if let index = creationIndex[record] {
      creations[index].fields[definition.key] = value.map { [$0] }
      return
    }
    for (place, member) in try joined(record).enumerated() {
      let standing = try entries(of: definition.key, in: member)
      guard place == 0 || !standing.isEmpty else { continue }
      edits[member, default: Edit()].writes[definition.key] = PendingWrite(
        values: value.map { [WrittenValue($0)] } ?? [], overwrites: Set(standing.map(\.id)))
    }
  }

  /// Adds an element to a set; one that is there is confirmed, so that a concurrent removal does not take it away.
  public mutating func add(_ record: RecordID, _ field: FieldID, _ element: Value) throws {
    let definition = try changeable(field, in: record, container: .set)
    try check(element, definition)
    if let index = creationIndex[record] {
      creations[index].fields[definition.key] = distinct((creations[index].fields[definition.key] ?? []) + [element])
      return
    }
    for (place, member) in try joined(record).enumerated() {
      let same = try entries(of: definition.key, in: member).filter { $0.value == element }
      guard place == 0 || !same.isEmpty else { continue }
      var write = edits[member]?.writes[definition.key] ?? PendingWrite(values: [], overwrites: [])
      write.overwrites.formUnion(same.map(\.id))
      if !write.values.contains(where: { $0.value == element }) { write.values.append(WrittenValue(element)) }
      edits[member, default: Edit()].writes[definition.key] = write
    }
  }

  /// Removes an element from a set, as far as it has been seen: a concurrent adding stands.
  public mutating func remove(_ record: RecordID, _ field: FieldID, _ element: Value) throws {
    let definition = try changeable(field, in: record, container: .set)
    if let index = creationIndex[record] {
      creations[index].fields[definition.key]?.removeAll { $0 == element }
      return
    }
    for member in try joined(record) {
      let same = try entries(of: definition.key, in: member).filter { $0.value == element }
      var write = edits[member]?.writes[definition.key] ?? PendingWrite(values: [], overwrites: [])
      write.overwrites.formUnion(same.map(\.id))
      write.values.removeAll { $0.value == element }
      edits[member, default: Edit()].writes[definition.key] = write
    }
  }

  /// Adds to a counter; `amount` may be negative.
  public mutating func increment(_ record: RecordID, _ field: FieldID, by amount: Int64) throws {
    let definition = try changeable(field, in: record, container: .counter)
    if let index = creationIndex[record] {
      var total: Int64 = 0
      if case .integer(let number)? = creations[index].fields[definition.key]?.first { total = number }
      creations[index].fields[definition.key] = [.integer(try sum(total, amount, definition))]
      return
    }
    let place = try joined(record).first ?? record
    let before = edits[place]?.increments[definition.key] ?? 0
    edits[place, default: Edit()].increments[definition.key] = try sum(before, amount, definition)
  }

  private func sum(_ one: Int64, _ other: Int64, _ field: FieldDefinition) throws -> Int64 {
    let (sum, overflow) = one.addingReportingOverflow(other)
    guard !overflow else { throw StoreError(.invalid, "the counter would overflow", subject: field.name) }
    return sum
  }

  // MARK: Deleting

  /// Deletes a record, as far as it has been seen: work that others do on it meanwhile makes a conflict.
  ///
  /// - Parameter force: Deletes also what other records refer to; they are then reported as dangling.
  /// - Throws: ``StoreError`` with code `refused` and the referring records in `details`; `notFound`.
  public mutating func delete(_ record: RecordID, force: Bool = false) throws {
    if let index = creationIndex[record] {
      _ = index
      edits[record, default: Edit()].deletes = true
      return
    }
    let stored = try stored(record)
    guard !BuiltIn.isDefinition(stored.state.kind) else {
      throw StoreError(.invalid, "a definition of the schema is never deleted", subject: record.description)
    }
    try checkChangeable(stored.state.kind, record)
    let members = try joined(record)
    guard try self.stored(members[0]).state.presence != .deleted else {
      throw StoreError(.notFound, "the record is deleted already", subject: record.description)
    }
    if !force {
      let referring = try file.records(referringTo: record, in: stored.scope, limit: 20)
      guard referring.isEmpty else {
        throw StoreError(
          .refused, "other records refer to it", subject: record.description, details: referring.map(\.description))
      }
    }
    for member in members { edits[member, default: Edit()].deletes = true }
  }

  /// Brings a deleted record back: overwrites the deletes that stand here, not those that nobody here has seen.
  public mutating func restore(_ record: RecordID) throws {
    let known = try stored(record)
    let members = try file.members(of: try file.local(record, in: known.scope).rowID)
    let deleted = try members.compactMap { file.reference($0)?.record }.filter { member in
      try !stored(member).state.deletes.isEmpty
    }
    guard !deleted.isEmpty else {
      throw StoreError(.notFound, "the record is not deleted", subject: record.description)
    }
    for member in deleted { edits[member, default: Edit()].restores = true }
  }

  // MARK: Settling

  /// Settles a conflict over a field, or an item of one, with a value, having seen all sides.
  ///
  /// - Throws: ``StoreError`` with code `notFound` when it is not in conflict.
  public mutating func resolve(_ record: RecordID, _ field: FieldID, item: FieldItem? = nil, to value: Value?) throws {
    guard try conflict(record, field, item) != nil else {
      throw StoreError(.notFound, "the field is not in conflict", subject: record.description)
    }
    isSettling = true
    defer { isSettling = false }
    try set(record, field, item: item, to: value)
  }

  /// Sets a register, or an item of a map or list.
  private mutating func set(_ record: RecordID, _ field: FieldID, item: FieldItem?, to value: Value?) throws {
    switch item {
    case nil: try set(record, field, to: value)
    case .key(let key): try set(record, field, key: key.text, to: value)
    case .element(let element): try set(record, field, element: element, to: value)
    }
  }

  /// Settles a conflict by taking one of its sides.
  ///
  /// - Parameters:
  ///   - field: The field, or `nil` for "deleted by A, edited by B", where taking the deletion deletes again and
  ///     taking the edits restores.
  ///   - item: The item of a map or list, where the conflict is about one.
  ///   - side: The side's number, from 1.
  /// - Throws: ``StoreError`` with code `notFound` when there is no such conflict or side.
  public mutating func resolve(
    _ record: RecordID, _ field: FieldID?, item: FieldItem? = nil, takingSide side: Int
  ) throws {
    guard let conflict = try conflict(record, field, item) else {
      throw StoreError(.notFound, "there is no such conflict", subject: record.description)
    }
    guard conflict.sides.indices.contains(side - 1) else {
      throw StoreError(
        .notFound, "the conflict has sides 1 to \(conflict.sides.count)", subject: record.description)
    }
    let taken = conflict.sides[side - 1]
    isSettling = true
    defer { isSettling = false }
    if let field, let value = taken.value {
      try set(record, field, item: item, to: value)
    } else if taken.event == "deleted" {
      try delete(record, force: true)
    } else if taken.event == "edited" {
      try restore(record)
    } else {
      throw StoreError(.refused, "a conflict of the schema is settled by renaming", subject: record.description)
    }
  }

  private func conflict(_ record: RecordID, _ field: FieldID?, _ item: FieldItem?) throws -> Conflict? {
    let local = try file.representative(of: try file.known(record).local)
    return try file.conflicts(of: local, limit: nil).first { $0.field == field && $0.item == item }
  }

  // MARK: Undoing

  /// Puts values, each citing its origin, in the place of entries.
  mutating func replace(_ record: RecordID, _ key: FieldKey, entries: Set<EntryID>, with values: [WrittenValue]) {
    if let known = try? file.known(record) { scope = scope ?? known.scope }
    edits[record, default: Edit()].writes[key] = PendingWrite(values: values, overwrites: entries)
  }

  /// Overwrites some of the deletes that stand on a record.
  mutating func restore(_ record: RecordID, overwriting deletes: Set<Dot>) throws {
    _ = try stored(record)
    edits[record, default: Edit()].restored.formUnion(deletes)
  }

  /// Deletes a record as a delete did: having seen no more of it, and in the name of who deleted it first.
  ///
  /// What a delete has seen never names a delete, so that one named there is the delete that this one brings back.
  mutating func deleteAgain(_ record: RecordID, as delete: Dot, seen: [ReplicaID: UInt64]) throws {
    let known = try stored(record)
    var context = seen
    if try file.firstDelete(context, of: record, in: known.scope) == nil {
      context[delete.replica] = max(delete.counter, context[delete.replica] ?? 0)
    }
    edits[record, default: Edit()].redeleted.append(context)
  }

  // MARK: Looking up

  mutating func settle(_ wanted: ScopeID) throws {
    guard scope == nil || scope == wanted else {
      throw StoreError(.refused, "one write acts in one scope; make a second write for the other")
    }
    scope = wanted
  }

  mutating func definition(
    of field: FieldID, in record: RecordID, container: ContainerType
  ) throws -> FieldDefinition {
    let kind: KindID
    if let index = creationIndex[record] {
      kind = creations[index].kind
    } else {
      let known = try file.known(record)
      try settle(known.scope)
      kind = try file.kind(of: known.local, hint: file.catalog.kindOfField[field])
    }
    guard let definition = file.catalog.schema.kind(kind)?.field(field) else {
      throw StoreError(.notFound, "the record's kind has no such field", subject: field.description)
    }
    guard definition.container == container else {
      throw StoreError(
        .invalid, "the field is a \(FieldText.write(definition.container)), not a \(FieldText.write(container))",
        subject: definition.name)
    }
    return definition
  }

  /// The definition of a field that is to be written.
  ///
  /// - Throws: ``StoreError`` with code `refused` for a record that stands as it was recorded.
  mutating func changeable(
    _ field: FieldID, in record: RecordID, container: ContainerType
  ) throws -> FieldDefinition {
    let definition = try definition(of: field, in: record, container: container)
    if creationIndex[record] == nil { try checkChangeable(definition.kind, record) }
    return definition
  }

  /// Refuses to change a record of a kind that is only added to.
  func checkChangeable(_ kind: KindID, _ record: RecordID) throws {
    guard !isSettling, let kind = file.catalog.schema.kind(kind), kind.isAppendOnly else { return }
    throw StoreError(
      .refused, "records of the kind are only added, and stand as they were recorded",
      subject: "\(kind.name) \(record)")
  }

  mutating func stored(_ record: RecordID) throws -> ReplicaFile.Stored {
    let known = try file.known(record)
    try settle(known.scope)
    guard let stored = try file.load(known.local) else {
      throw StoreError(.notFound, "there is no such record", subject: record.description)
    }
    return stored
  }

  /// What stands in a field, or in an item of one.
  ///
  /// A register is read alone. Of what has many entries the record is read once for all calls that follow one another:
  /// nothing is written before the transaction ends.
  func entries(of key: FieldKey, in record: RecordID) throws -> [Entry] {
    let known = try file.known(record)
    guard key.container == .set || key.item != nil else {
      return try file.field(key, of: known.local)?.entries ?? []
    }
    if lastRead.found?.record != record { lastRead.found = try file.load(known.local).map { (record, $0.state) } }
    return lastRead.found?.state.fields[key]?.entries ?? []
  }

  func check(_ value: Value, _ field: FieldDefinition) throws {
    let expected: ValueType = field.container == .counter ? .integer : field.type
    guard value.type == expected else {
      throw StoreError(.invalid, "the field takes a \(FieldText.write(field.type, scale: 0))", subject: field.name)
    }
    if case .choice(let code) = value, !field.choices.isEmpty, !field.choices.contains(where: { $0.code == code }) {
      throw StoreError(
        .invalid, "the field takes one of its codes", subject: field.name, details: field.choices.map(\.code))
    }
  }

  private func distinct(_ values: [Value]) -> [Value] {
    var seen: Set<Value> = []
    return values.filter { seen.insert($0).inserted }
  }
}
