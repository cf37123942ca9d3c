import QuanCore

/// Which records the edges that are there connect: `quan_edge` and `quan_alias`.
extension ReplicaFile {
  /// What an operation on an edge changed.
  struct Regrouping {
    /// The conflicts of all records concerned, before and after.
    var before: [Conflict] = []
    var after: [Conflict] = []
    /// The rows that the edge connects and did not before, and those that it connected before.
    var joined: [Int64] = []
    var separated: [Int64] = []
  }

  /// Makes the components follow what an operation did to an edge.
  ///
  /// - Complexity: O(*m*) in the members of the components that the edge connects.
  func refreshEdge(_ edge: LocalDot) throws -> Regrouping {
    var regrouping = Regrouping()
    var seeds: Set<Int64> = []
    let changed = try edges(changedBy: edge)
    for (edge, ends) in changed.edges {
      let old = try connection.statement("DELETE FROM quan_edge WHERE edge=? RETURNING one, other")
      old.bind(1, edge)
      var before: [Int64] = []
      while try old.step() { before = [old.integer(0), old.integer(1)] }
      seeds.formUnion(before)
      if !changed.areArrivals { regrouping.separated = before }
      guard let (one, other) = ends else { continue }
      if !changed.areArrivals { regrouping.joined = [one, other] }
      let new = try connection.statement("INSERT INTO quan_edge VALUES (?,?,?)")
      new.bind(1, edge)
      new.bind(2, one)
      new.bind(3, other)
      try new.run()
      seeds.formUnion([one, other])
    }
    guard !seeds.isEmpty else { return regrouping }
    if regrouping.joined == regrouping.separated { (regrouping.joined, regrouping.separated) = ([], []) }

    var start: Set<Int64> = []
    for row in seeds { start.formUnion(try members(of: row)) }
    let affected = try reached(from: start)
    regrouping.before = try affected.flatMap { try conflicts(of: LocalDot(rowID: $0), limit: nil) }
    for row in affected {
      let clear = try connection.statement("DELETE FROM quan_alias WHERE member=?")
      clear.bind(1, row)
      try clear.run()
    }
    var components: [[Int64]] = []
    var waiting = Set(affected)
    while let first = waiting.first {
      let component = try reached(from: [first])
      waiting.subtract(component)
      components.append(component.sorted { precedes($0, $1) })
    }
    for component in components where component.count > 1 {
      for member in component {
        let alias = try connection.statement("INSERT INTO quan_alias VALUES (?,?)")
        alias.bind(1, member)
        alias.bind(2, component[0])
        try alias.run()
      }
    }
    try findComponents()
    for row in affected { try noteRegrouped(LocalDot(rowID: row)) }
    for component in components { try refreshConflicts(of: component) }
    regrouping.after = try affected.flatMap { try conflicts(of: LocalDot(rowID: $0), limit: nil) }
    return regrouping
  }

  /// The edges that an operation on one has made another, with what they connect now.
  ///
  /// Arrivals that continue one record connect what they are about with the one of the smallest ID: a transfer that two
  /// laptops have accepted brought one record.
  private func edges(
    changedBy edge: LocalDot
  ) throws -> (edges: [(edge: Int64, ends: (Int64, Int64)?)], areArrivals: Bool) {
    guard try kind(of: edge, hint: BuiltIn.sameKind) == BuiltIn.arrivalKind else {
      return ([(edge.rowID, try ends(of: edge))], false)
    }
    guard let old = try continued(byArrival: edge.rowID), let scope = streams.dot(edge)?.scope else {
      return ([], true)
    }
    let alike = try arrivals(continuing: old, in: scope).map { arrival in
      (edge: arrival.row, record: try local(arrival.record.record, in: scope).rowID)
    }
    let first = alike.map(\.record).min { precedes($0, $1) }
    let standing = alike.map { one in
      (edge: one.edge, ends: first.flatMap { $0 == one.record ? nil : ($0, one.record) })
    }
    return (standing.contains { $0.edge == edge.rowID } ? standing : standing + [(edge.rowID, nil)], true)
  }

  /// The rows that an edge connects; `nil` when it is deleted, or is no edge between two records of its scope.
  private func ends(of edge: LocalDot) throws -> (Int64, Int64)? {
    guard let stored = try load(edge, hint: BuiltIn.sameKind), stored.state.presence != .deleted else { return nil }
    let ends = try ends(of: stored.state, edge).map(\.rowID).sorted { precedes($0, $1) }
    return ends.count == 2 ? (ends[0], ends[1]) : nil
  }

  /// All rows that edges lead to from some rows, these among them.
  func reached(from start: Set<Int64>, avoiding avoided: Int64? = nil) throws -> Set<Int64> {
    var found = start
    var queue = Array(start)
    while let row = queue.popLast() {
      for edge in try edges(of: row) where edge.end != avoided && found.insert(edge.end).inserted {
        queue.append(edge.end)
      }
    }
    return found
  }

  /// The edges of a row, with the row at the other end of each.
  func edges(of row: Int64) throws -> [(edge: Int64, end: Int64)] {
    let statement = try connection.statement(
      "SELECT edge, other FROM quan_edge WHERE one=?1 UNION ALL SELECT edge, one FROM quan_edge WHERE other=?1")
    statement.bind(1, row)
    var edges: [(edge: Int64, end: Int64)] = []
    while try statement.step() { edges.append((statement.integer(0), statement.integer(1))) }
    return edges
  }

  /// Notes that a record is joined with others than before, for those who refer to it too.
  private func noteRegrouped(_ local: LocalDot) throws {
    touched.regroup(local)
    guard try exists(local) else { return }
    touched.change(local, kind: try kind(of: local, hint: nil))
  }

  /// Makes `quan_conflict` say what is in conflict about the record that some rows are.
  func refreshConflicts(of members: [Int64]) throws {
    for row in members { try clearConflicts(of: LocalDot(rowID: row)) }
    guard let first = members.first, let joined = try loadJoined(LocalDot(rowID: first)),
      joined.state.presence != .deleted || BuiltIn.isDefinition(joined.state.kind),
      let table = catalog.tables[joined.state.kind]
    else { return }
    try putConflicts(of: joined.state, at: LocalDot(rowID: first), scope: joined.scope, table: table)
  }
}
