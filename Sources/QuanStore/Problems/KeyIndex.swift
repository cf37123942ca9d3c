import QuanCore

/// The numbers that records share when they may be the same thing: `quan_key`.
///
/// A row says that a record had the number once; whoever finds it looks whether that is still so, and takes it away
/// otherwise. So a changed field costs its new number and nothing else.
struct KeyIndex {
  private let file: ReplicaFile
  private var numbers: [Int64: [Number]] = [:]
  private var connection: Connection { file.connection }

  /// A number of a record, and the key that it comes from.
  struct Number: Hashable {
    let value: Int64
    let key: Int
  }

  /// The most records that one number brings together, those of the smallest IDs; see ``Shared/isCut``.
  static let limit = 100

  /// Rows that share something, the first ``limit`` by ID.
  struct Shared {
    var rows: [Int64] = []
    /// Whether they are so many that there may be more.
    var isCut = false
  }

  private static let insertion = SQLText("INSERT OR IGNORE INTO quan_key VALUES (?,?)")

  init(_ file: ReplicaFile) { self.file = file }

  // MARK: One record

  /// The numbers of a row; none when it is not there.
  mutating func numbers(of row: Int64) throws -> [Number] {
    if let known = numbers[row] { return known }
    var found: [Number] = []
    if let stored = try file.load(LocalDot(rowID: row)), case .table(let table) = stored.place,
      try !file.isHandedOver(row)
    {
      found = try Self.numbers(of: table.kind.id, Self.keys(of: table.kind), scope: stored.scope) { field in
        let sides = stored.state.fields[field.key]?.sides ?? []
        return try sides.map { side in
          // Only what is shown stands in the column: the others must be found by the target too, when it is joined.
          if sides.count > 1, case .reference(let target) = side.value {
            try file.indexReference(from: row, to: target)
          }
          return try follow(side.value)
        }
      }
    }
    numbers[row] = found
    return found
  }

  /// A natural key of a kind, with the fields that must be equal.
  private struct Key {
    let index: Int
    let isUnique: Bool
    let fields: [FieldDefinition]
    /// Those that must hold nothing.
    let empty: [FieldDefinition]
  }

  /// The natural keys of a kind whose fields are there.
  private static func keys(of kind: KindDefinition) -> [Key] {
    kind.naturalKeys.enumerated().compactMap { index, key in
      let parts = key.parts.filter { !$0.isAlike }
      let fields = parts.filter { !$0.isEmpty }.compactMap { kind.field(named: $0.field) }
      let empty = parts.filter(\.isEmpty).compactMap { kind.field(named: $0.field) }
      guard fields.count + empty.count == parts.count else { return nil }
      return Key(index: index, isUnique: key.isUnique, fields: fields, empty: empty)
    }
  }

  /// The numbers of a kind's keys, of which `values` gives the fields' values.
  private static func numbers(
    of kind: KindID, _ keys: [Key], scope: ScopeID, _ values: (FieldDefinition) throws -> [Value]
  ) rethrows -> [Number] {
    var found: [Number] = []
    for key in keys {
      if try key.empty.contains(where: { try !values($0).isEmpty }) { continue }
      let hashes = KeyHash.numbers(
        kind: kind, key: key.index, scope: key.isUnique ? nil : scope, values: try key.fields.map(values))
      for hash in hashes { found.append(Number(value: Int64(bitPattern: hash), key: key.index)) }
    }
    return found
  }

  private func follow(_ value: Value) throws -> Value {
    guard case .reference(let reference) = value else { return value }
    return .reference(try file.followed(reference))
  }

  /// Notes the numbers of a row.
  mutating func add(_ row: Int64) throws {
    for number in try numbers(of: row) { try insert(number.value, row) }
  }

  private func insert(_ number: Int64, _ row: Int64) throws {
    let statement = try connection.statement(Self.insertion)
    statement.bind(1, number)
    statement.bind(2, row)
    try statement.run()
  }

  // MARK: Groups

  /// The rows that have a number now.
  mutating func rows(with number: Int64) throws -> Shared {
    let statement = try connection.statement("SELECT record FROM quan_key WHERE hash=?")
    statement.bind(1, number)
    var candidates: [Int64] = []
    while try statement.step() { candidates.append(statement.integer(0)) }
    // By ID, so that every laptop lists the same.
    candidates.sort { file.precedes($0, $1) }
    var shared = Shared()
    for row in candidates where shared.rows.count < Self.limit {
      if try numbers(of: row).contains(where: { $0.value == number }) {
        shared.rows.append(row)
      } else {
        let stale = try connection.statement("DELETE FROM quan_key WHERE hash=? AND record=?")
        stale.bind(1, number)
        stale.bind(2, row)
        try stale.run()
      }
    }
    // Not whether there are more: whoever is the last of them may go without the others being looked at.
    shared.isCut = shared.rows.count == Self.limit
    return shared
  }

  /// The other rows that would share a key with a record if one of its fields held some values: for each key that the
  /// field is in.
  mutating func sharers(
    of record: [Int64], _ kind: KindDefinition, _ field: FieldDefinition, _ values: [Value], _ scope: ScopeID
  ) throws -> [(key: String, rows: [Int64])] {
    let keys = Self.keys(of: kind).filter { key in
      let told = key.fields + key.empty
      return told.contains { $0.id == field.id } && told.count == kind.naturalKeys[key.index].parts.count
    }
    guard !keys.isEmpty, let state = try record.first.flatMap({ try file.loadJoined(LocalDot(rowID: $0)) })?.state
    else {
      return []
    }
    let numbers = try Self.numbers(of: kind.id, keys, scope: scope) { other in
      let shown = other.id == field.id ? values : file.shown(other, in: state).shown
      return try shown.map { try follow($0) }
    }
    return try numbers.compactMap { number in
      let statement = try connection.statement("SELECT record FROM quan_key WHERE hash=?")
      statement.bind(1, number.value)
      var candidates: [Int64] = []
      while try statement.step() { candidates.append(statement.integer(0)) }
      let rows = try candidates.sorted { file.precedes($0, $1) }.prefix(Self.limit).filter { row in
        try !record.contains(row) && self.numbers(of: row).contains { $0.value == number.value }
      }
      return rows.isEmpty ? nil : (kind.naturalKeys[number.key].text, Array(rows))
    }
  }

  // MARK: Many records

  /// Notes the numbers of new rows, and gives those that share one with another record, an outside system's ID included.
  ///
  /// Rows that are as they were created are read straight from their columns.
  mutating func add(_ run: Touched.Run, _ table: KindTable) throws -> Set<Int64> {
    var shared = try rowsWithSharedExternalID(run, table)
    let names = Set(table.kind.naturalKeys.flatMap { $0.parts.filter { !$0.isAlike }.map(\.field) })
    let columns = table.columns.filter { names.contains($0.definition.name) }
    guard !columns.isEmpty else { return shared }
    var entries: [(number: Int64, row: Int64)] = []
    let list = (["id", "quan_state IS NULL"] + columns.map { $0.quotedName }).joined(separator: ",")
    let statement = try connection.ownStatement("SELECT \(list) FROM \(table.quotedName) WHERE id BETWEEN ? AND ?")
    statement.bind(1, run.first)
    statement.bind(2, run.last)
    let codec = file.columnCodec
    let keys = Self.keys(of: table.kind)
    entries.reserveCapacity(run.count * keys.count)
    while try statement.step() {
      let row = statement.integer(0)
      guard let scope = file.streams.dot(LocalDot(rowID: row))?.scope else { continue }
      let found: [Number]
      if statement.integer(1) == 0 {
        found = try numbers(of: row)
      } else {
        found = try Self.numbers(of: table.kind.id, keys, scope: scope) { field in
          guard let place = columns.firstIndex(where: { $0.definition.id == field.id }) else { return [] }
          return try (codec.values(of: columns[place].shape, from: statement, at: Int32(place + 2)) ?? [])
            .map { try follow($0) }
        }
      }
      for number in found { entries.append((number.value, row)) }
    }
    entries.sort { ($0.number, $0.row) < ($1.number, $1.row) }
    let isFirst = try isEmpty()
    var place = 0
    while place < entries.count {
      var end = place + 1
      while end < entries.count && entries[end].number == entries[place].number { end += 1 }
      let isShared = try end - place > 1 || (!isFirst && holds(entries[place].number))
      for entry in entries[place..<end] {
        if isShared { shared.insert(entry.row) }
        try insert(entry.number, entry.row)
      }
      place = end
    }
    return shared
  }

  private func isEmpty() throws -> Bool {
    let statement = try connection.statement("SELECT 1 FROM quan_key LIMIT 1")
    defer { statement.reset() }
    return try !statement.step()
  }

  private func holds(_ number: Int64) throws -> Bool {
    let statement = try connection.statement("SELECT 1 FROM quan_key WHERE hash=?")
    statement.bind(1, number)
    defer { statement.reset() }
    return try statement.step()
  }

  // MARK: IDs of outside systems

  /// The rows of a kind that show an outside system's ID, by the index that finding them uses.
  func rows(externalID text: String, of table: KindTable) throws -> Shared {
    let statement = try connection.statement(
      "SELECT id FROM \(table.quotedName) WHERE \(KindTable.quoted(BuiltIn.externalIDName))=?")
    statement.bind(1, text)
    var rows: [Int64] = []
    while try statement.step() { rows.append(statement.integer(0)) }
    rows = try rows.filter { try !file.isHandedOver($0) }.sorted { file.precedes($0, $1) }
    return Shared(rows: Array(rows.prefix(Self.limit)), isCut: rows.count >= Self.limit)
  }

  private func rowsWithSharedExternalID(_ run: Touched.Run, _ table: KindTable) throws -> Set<Int64> {
    let column = KindTable.quoted(BuiltIn.externalIDName)
    // Of many new rows the index is walked once; of few each is looked up in it.
    let statement: Statement
    if run.count > 1000 {
      statement = try connection.statement(
        """
        SELECT min(id), max(id) FROM \(table.quotedName) WHERE \(column) IS NOT NULL
        GROUP BY \(column) HAVING count(*) > 1
        """)
    } else {
      statement = try connection.statement(
        """
        SELECT a.id, b.id FROM \(table.quotedName) a JOIN \(table.quotedName) b
        ON a.\(column)=b.\(column) AND b.id<>a.id WHERE a.id BETWEEN ? AND ? AND a.\(column) IS NOT NULL
        """)
      statement.bind(1, run.first)
      statement.bind(2, run.last)
    }
    var rows: Set<Int64> = []
    while try statement.step() { rows.formUnion([statement.integer(0), statement.integer(1)]) }
    return rows
  }
}
