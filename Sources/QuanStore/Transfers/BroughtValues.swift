import QuanCore
import QuanFormat

/// What of a record came with it from another scope, in one arrival or several.
struct BroughtValues {
  private let file: ReplicaFile
  private let record: RecordID
  private let scope: ScopeID
  private let arrivals: [ArrivalFacts]
  /// The changes that brought it.
  private let changes: Set<ChangeID>
  private let seen: [SeenOperations]

  init(_ record: RecordID, _ arrivals: [ArrivalFacts], _ parcel: Parcel, _ file: ReplicaFile) throws {
    self.file = file
    self.record = record
    self.arrivals = arrivals
    scope = parcel.to
    changes = Set(try arrivals.compactMap { try file.provenance(of: $0.id.record, in: parcel.to)?.change })
    seen = arrivals.filter { $0.continues.scope == parcel.from }
      .map { SeenOperations($0.seen, in: parcel.from, file.streams) }
  }

  /// Whether an operation of the scope that it came from is known here.
  func covers(_ dot: Dot) -> Bool { seen.contains { $0.covers(dot) } }

  /// Whether an operation here did nothing but bring something from there.
  func contains(_ dot: Dot, in member: RecordID) throws -> Bool {
    guard let change = try file.provenance(of: dot, in: scope)?.change else { return false }
    return changes.contains(change)
  }

  /// Whether all that stands in a place of joined records was brought.
  func isUntouched(
    _ key: FieldKey, in members: [RecordID], _ entries: (FieldKey, RecordID) throws -> [Entry]
  ) throws -> Bool {
    try members.allSatisfy { member in
      try entries(key, member).allSatisfy { try contains($0.id.dot, in: member) }
    }
  }

  /// What a counter came with last.
  func total(of field: FieldID) -> Int64 {
    let last = arrivals.filter { $0.origins.totals[field] != nil }
      .max { $0.seen.values.reduce(0, &+) < $1.seen.values.reduce(0, &+) }
    return last?.origins.totals[field] ?? 0
  }

  /// What a text came with first.
  func text(of field: FieldID) -> String {
    guard let local = file.streams.local(record, in: scope), let operations = try? file.operations(on: local) else {
      return ""
    }
    for item in operations {
      guard case .create(_, let fields) = item.operation.body else { continue }
      return fields.first { $0.key.id == field }?.values.first?.plainText ?? ""
    }
    return ""
  }

  /// For each record that it is, the operations that brought it: what a deletion there had seen of it.
  func contexts() throws -> [(RecordID, [ReplicaID: UInt64])] {
    try Set(arrivals.map(\.record.record)).sorted().compactMap { member in
      guard let state = try file.load(try file.local(member, in: scope))?.state, state.presence != .deleted else {
        return nil
      }
      var context = [member.replica: member.counter]
      for (replica, counter) in state.seen where try contains(Dot(replica, counter), in: member) {
        context[replica] = counter
      }
      return (member, context)
    }
  }
}
