import QuanCore

/// Finds records that may be the same thing entered twice, around some that were touched.
struct DuplicateSearch {
  private let file: ReplicaFile
  private var index: KeyIndex

  init(_ file: ReplicaFile) {
    self.file = file
    index = KeyIndex(file)
  }

  /// What is to be found around some rows.
  ///
  /// Groups change when a record comes or goes: so all who share a number with a touched record, or were found together
  /// with one, are looked at too. What was found about them goes, and what is found now is all there is about them.
  /// - Parameter remove: Takes away what was found about a row.
  mutating func findings(
    around suspects: Set<Int64>, removing remove: (Int64) throws -> Void
  ) throws -> [ProblemCheck.Finding] {
    guard !suspects.isEmpty else { return [] }
    var affected: Set<Int64> = []
    for suspect in suspects {
      // What was found stands at whatever stood for the joined records then.
      for row in try file.members(of: suspect) {
        affected.insert(row)
        for other in try formerCompanions(of: row) { affected.formUnion(try file.members(of: other)) }
      }
    }
    for row in affected {
      try index.add(row)
      for group in try groups(of: row) { for other in group.rows { affected.formUnion(try file.members(of: other)) } }
    }
    for row in affected { try remove(row) }
    var found: [[Int64]: Set<String>] = [:]
    var kinds: [[Int64]: (kind: KindID, isUnique: Bool, isCut: Bool)] = [:]
    for row in affected {
      guard let table = try file.table(of: LocalDot(rowID: row)) else { continue }
      for group in try groups(of: row) {
        let representatives = Set(try group.rows.map { try file.representative(of: $0) })
        guard representatives.count > 1 else { continue }
        let members = representatives.sorted { file.precedes($0, $1) }
        found[members, default: []].insert(group.rule)
        let known = kinds[members]
        kinds[members] = (
          table.kind.id, group.isUnique || known?.isUnique ?? false, group.isCut || known?.isCut ?? false
        )
      }
    }
    return found.keys.sorted { $0.lexicographicallyPrecedes($1) }.compactMap { members in
      guard let (kind, isUnique, isCut) = kinds[members], let owner = members.first else { return nil }
      return ProblemCheck.Finding(
        class: isUnique ? .unique : .duplicate, kind: kind, owner: owner, others: Array(members.dropFirst()),
        rules: (found[members] ?? []).sorted(), isCut: isCut)
    }
  }

  /// The rows that were found together with one.
  private func formerCompanions(of row: Int64) throws -> Set<Int64> {
    let statement = try file.connection.statement(
      """
      SELECT b.record FROM quan_involved a JOIN quan_problem p ON p.code=a.problem
      JOIN quan_involved b ON b.problem=a.problem WHERE a.record=? AND p.class IN ('unique','duplicate')
      """)
    statement.bind(1, row)
    var rows: Set<Int64> = []
    while try statement.step() { rows.insert(statement.integer(0)) }
    return rows
  }

  /// Rows that share something.
  private struct Group {
    let rows: [Int64]
    let rule: String
    let isUnique: Bool
    let isCut: Bool
  }

  /// What a row shares, and with whom.
  private mutating func groups(of row: Int64) throws -> [Group] {
    let local = LocalDot(rowID: row)
    guard let stored = try file.load(local), case .table(let table) = stored.place, try !file.isHandedOver(row) else {
      return []
    }
    var groups: [Group] = []
    if let external = table.kind.field(BuiltIn.externalID),
      case .text(let text)? = file.shown(external, in: stored.state).shown.first
    {
      let shared = try index.rows(externalID: text, of: table)
      if shared.rows.count > 1 {
        groups.append(
          Group(rows: shared.rows, rule: BuiltIn.externalIDName, isUnique: true, isCut: shared.isCut))
      }
    }
    for number in try index.numbers(of: row) {
      let shared = try index.rows(with: number.value)
      guard shared.rows.count > 1 else { continue }
      let key = table.kind.naturalKeys[number.key]
      let alike = key.parts.filter(\.isAlike).compactMap { table.kind.field(named: $0.field) }
      // Who looks like whom is asked only among those that are listed: else it would hang on who asks.
      if !alike.isEmpty && !shared.rows.contains(row) { continue }
      let cluster = alike.isEmpty ? shared.rows : try self.cluster(of: row, among: shared.rows, by: alike)
      if cluster.count > 1 {
        groups.append(Group(rows: cluster, rule: key.text, isUnique: key.isUnique, isCut: shared.isCut))
      }
    }
    return groups
  }

  /// Those whose fields look like a row's, or like those of one that does.
  private func cluster(of row: Int64, among rows: [Int64], by fields: [FieldDefinition]) throws -> [Int64] {
    var texts: [Int64: [[String]]] = [:]
    for row in rows {
      guard let stored = try file.load(LocalDot(rowID: row)) else { continue }
      texts[row] = fields.map { field in
        (stored.state.fields[field.key]?.sides ?? []).compactMap { side in
          if case .text(let text) = side.value { NameFolding.fold(text) } else { nil }
        }
      }
    }
    func areAlike(_ one: Int64, _ other: Int64) -> Bool {
      guard let left = texts[one], let right = texts[other] else { return false }
      return zip(left, right).allSatisfy { pair in
        pair.0.contains { text in pair.1.contains { NameFolding.areAlike(text, $0) } }
      }
    }
    var found: Set<Int64> = [row]
    var queue = [row]
    while let next = queue.popLast() {
      for other in rows where !found.contains(other) && areAlike(next, other) {
        found.insert(other)
        queue.append(other)
      }
    }
    return found.sorted()
  }
}
