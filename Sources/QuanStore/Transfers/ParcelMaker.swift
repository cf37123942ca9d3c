import QuanCore
import QuanFormat

/// Makes parcels of records as they stand here.
struct ParcelMaker {
  let file: ReplicaFile
  private let laptops: [ReplicaID: String]

  init(_ file: ReplicaFile) throws {
    self.file = file
    laptops = Dictionary(try file.knownReplicas().map { ($0.id, $0.label) }) { first, _ in first }
  }

  /// The parcel of a transfer whose scope is held.
  func parcel(of transfer: TransferFacts) throws -> Parcel {
    let scope = transfer.id.scope
    // Records that are joined are one.
    var rows: [Int64] = []
    for record in transfer.records {
      let row = try file.representative(of: try file.local(record.record, in: scope).rowID)
      if !rows.contains(row) { rows.append(row) }
    }
    return Parcel(
      transfer: transfer.id, record: transfer.record.record, to: transfer.to, seen: file.lastOperations(in: scope),
      reason: transfer.reason, items: try rows.compactMap { try item($0, scope) })
  }

  private func item(_ row: Int64, _ scope: ScopeID) throws -> Parcel.Item? {
    guard let state = try file.loadJoined(LocalDot(rowID: row))?.state else { return nil }
    let members = try file.members(of: row).compactMap { file.reference($0)?.record }
    var keys = state.fields.keys.filter { $0.item == nil || $0.container == .map }.sorted()
    for list in state.lists.keys.sorted() { keys += state.items(ofList: list) }
    let fields = try keys.compactMap { key -> Parcel.Field? in
      guard let field = state.fields[key], !field.entries.isEmpty || field.total != 0 else { return nil }
      let entries = try field.entries.map { entry in
        Parcel.Entry(
          id: entry.id, value: entry.value, stamp: try file.stamp(of: entry, scope),
          laptop: laptop((entry.origin ?? entry.id.dot).replica))
      }
      return Parcel.Field(key: key, entries: entries, total: field.total)
    }
    return Parcel.Item(
      continues: members.isEmpty ? [state.id] : members, kind: state.kind, isDeleted: state.presence == .deleted,
      fields: fields)
  }

  private func laptop(_ replica: ReplicaID) -> String {
    laptops[replica].flatMap { $0.isEmpty ? nil : $0 } ?? replica.description
  }
}

extension ReplicaFile {
  /// The last operation of each replica that is held in a scope.
  func lastOperations(in scope: ScopeID) -> [ReplicaID: UInt64] {
    streams.rows.filter { $0.id.scope == scope && $0.number > 0 }.reduce(into: [:]) { $0[$1.name] = $1.counter }
  }

  /// A record with all that goes along with it: those in its scope that belong to it, and so on.
  func household(of row: Int64) throws -> [Int64] {
    guard let scope = reference(row)?.scope else { return [] }
    var found = try members(of: row)
    var known = Set(found)
    var place = 0
    while place < found.count {
      let target = found[place]
      place += 1
      for table in catalog.ordered where table.kind.id.replica != .builtIn {
        for column in table.columns
        where column.definition.belongs && column.definition.type == .reference
          && column.shape.container == .register
        {
          let statement = try connection.statement(
            "SELECT id FROM \(table.quotedName) WHERE \(KindTable.quoted(column.name))=?")
          statement.bind(1, target)
          var rows: [Int64] = []
          while try statement.step() { rows.append(statement.integer(0)) }
          for row in rows where reference(row)?.scope == scope {
            for member in try members(of: row) where known.insert(member).inserted { found.append(member) }
          }
        }
      }
    }
    return found
  }
}
