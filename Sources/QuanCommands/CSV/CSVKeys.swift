import Quan

/// The records of a kind by what tells them apart: the IDs of outside systems and their natural keys, folded.
///
/// Hashes of 64 bits, keyed anew in each process, stand for the texts, so that it stays small.
struct CSVKeys {
  private let plan: CSVPlan
  /// The records, in the order in which they became known; elsewhere their places here stand for them.
  private(set) var records: [RecordID] = []
  /// Whether a row of the file has created or changed a record.
  private var isMet: [Bool] = []
  /// What the records that were there before the file show in its columns.
  private var shown: [UInt64] = []
  /// The first record that has a hash, and the further ones.
  private var first: [UInt64: UInt32] = [:]
  private var others: [UInt64: [UInt32]] = [:]
  /// Whether records are found by their own IDs, too.
  private let findsRecords: Bool

  /// Looks through the records that are there.
  init(_ plan: CSVPlan, kind: KindDefinition, replica: Replica, findsRecords: Bool) throws {
    self.plan = plan
    self.findsRecords = findsRecords
    try replica.values(of: kind.id, fields: plan.fields.map(\.id)) { record, values in
      try Work.step(.folding, records.count)
      insert(record, values)
      shown.append(Self.hash(values[plan.told]))
    }
  }

  /// Makes a record findable by the values of its fields.
  mutating func insert(_ record: RecordID, _ values: [[Value]]) { insert(record, keys: Self.hashes(of: values, plan)) }

  /// Makes a record findable by hashes of its keys.
  mutating func insert(_ record: RecordID, keys: [UInt64?]) {
    let place = records.count
    records.append(record)
    isMet.append(false)
    for case let hash? in keys { add(hash, place) }
    if findsRecords { add(Self.hash(record), place) }
  }

  private mutating func add(_ hash: UInt64, _ place: Int) {
    let place = UInt32(place)
    guard let known = first[hash] else {
      first[hash] = place
      return
    }
    if known != place && others[hash]?.contains(place) != true { others[hash, default: []].append(place) }
  }

  // MARK: Finding

  /// The hash of each of a plan's keys; `nil` for one of which a field holds nothing.
  static func hashes(of values: [[Value]], _ plan: CSVPlan) -> [UInt64?] { plan.keys.map { hash($0, values) } }

  /// The places of the records that have a key alike, with the key.
  func matches(_ hashes: [UInt64?]) -> [(key: CSVPlan.Key, places: [Int])] {
    zip(plan.keys, hashes).compactMap { key, hash in
      guard let hash, let place = first[hash] else { return nil }
      return (key, [Int(place)] + (others[hash] ?? []).map { Int($0) })
    }
  }

  /// The place of a record that is found by its own ID.
  func place(of record: RecordID) -> Int? {
    guard let place = first[Self.hash(record)], records[Int(place)] == record else { return nil }
    return Int(place)
  }

  /// Whether a record showed just what a row says, before the file.
  func showsJust(_ values: [[Value]], at place: Int) -> Bool {
    !plan.hasMap && place < shown.count && shown[place] == Self.hash(values[plan.told])
  }

  /// Whether a row of the file has created or changed a record.
  func isMet(_ place: Int) -> Bool { isMet[place] }

  /// Notes that a row has created or changed a record.
  mutating func meet(_ place: Int) { isMet[place] = true }

  // MARK: Hashing

  private static func hash(_ record: RecordID) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(record)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  private static func hash(_ values: ArraySlice<[Value]>) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(values)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  /// The hash of a key; `nil` when one of its fields holds nothing, or one that must hold nothing something.
  private static func hash(_ key: CSVPlan.Key, _ values: [[Value]]) -> UInt64? {
    guard key.empty.allSatisfy({ values[$0].isEmpty }) else { return nil }
    var hasher = Hasher()
    hasher.combine(key.places)
    hasher.combine(key.empty)
    for place in key.places {
      guard let value = values[place].first else { return nil }
      if case .text(let text) = value { hasher.combine(NameFolding.utf8(text)) } else { hasher.combine(value) }
    }
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}
