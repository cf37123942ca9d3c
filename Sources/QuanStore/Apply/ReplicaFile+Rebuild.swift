import QuanCore
import QuanFormat

extension ReplicaFile {
  /// Gives what a row holds behind a change to a new row, the branch that was here first.
  func splitOff(
    _ row: StreamRow, at number: UInt64, counter: UInt64, digest: Digest
  ) throws -> MergeReport.Fork.Branch {
    guard let first = try self.digest(at: number + 1, in: row) else {
      throw StoreError(.damaged, "the log has a gap", subject: row.id.description)
    }
    let name = DigestChain.branchName(of: row.id.replica, first: first)
    let index = try streams.add(
      id: row.id, name: name, parent: row.index, forkNumber: number, number: row.number, counter: row.counter,
      digest: row.digest, connection)
    // The segment that the fork falls into is cut; those behind it move as they are.
    try packTail(row.index)
    for id in try segments(of: row.index, from: number + 1) {
      let segment = try decode(try segmentBytes(id))
      if segment.header.range.lowerBound > number {
        let move = try connection.statement("UPDATE quan_segment SET stream=? WHERE id=?")
        move.bind(1, index)
        move.bind(2, id)
        try move.run()
      } else {
        let remove = try connection.statement("DELETE FROM quan_segment WHERE id=?")
        remove.bind(1, id)
        try remove.run()
        let digests = segment.digests
        for change in 0..<segment.changeCount {
          let raw = segment.change(change)
          let target = raw.number <= number ? row.index : index
          try appendToTail(raw, CanonicalChange.encode(raw), digests[change], target)
        }
      }
    }
    cachedSegments = []
    // Branches that hung behind the fork hang on the branch now.
    streams.advance(row.index, number: number, counter: counter, digest: digest)
    try streams.save(row.index, connection)
    let adopt = try connection.statement("UPDATE quan_stream SET parent=? WHERE parent=? AND id<>? AND fork_number>?")
    adopt.bind(1, index)
    adopt.bind(2, row.index)
    adopt.bind(3, index)
    adopt.bind(4, bits: number)
    try adopt.run()
    streams = try StreamTable(connection)
    try packTail(row.index)
    try packTail(index)
    return MergeReport.Fork.Branch(name: name, digest: first)
  }

  /// Makes the rows of some scopes, or of all, anew from the log.
  ///
  /// - Parameter progress: Is told how many changes have been taken in again.
  func rebuild(_ scopes: Set<ScopeID>?, progress: (WorkProgress) throws -> Void) throws {
    try forgetRows(of: scopes)
    let all = Set(streams.rows.filter { $0.number > 0 }.map(\.id.scope)).sorted()
    let total = streams.rows.filter { scopes?.contains($0.id.scope) ?? true }.reduce(0) {
      $0 + Int($1.number - $1.forkNumber)
    }
    var done = 0
    for scope in all where scopes?.contains(scope) ?? true {
      try replay(scope) {
        if done % 256 == 0 { try progress(WorkProgress(.folding, done, of: total)) }
        done += 1
      }
      try finishTexts()
      try finishSchema()
    }
    try contexts.save(connection)
    try refreshSchemaConflicts()
    touched = Touched()
    touched.everything = true
    try refreshProblems()
  }

  private func forgetRows(of scopes: Set<ScopeID>?) throws {
    try finishTexts()  // Edits of other scopes may wait.
    texts = TextWork()
    contexts = Contexts()
    guard let scopes else {
      for table in catalog.ordered { try connection.execute("DROP TABLE \(table.quotedName)") }
      try connection.execute(
        """
        DELETE FROM quan_table; DELETE FROM quan_edge; DELETE FROM quan_alias; DELETE FROM quan_aside;
        DELETE FROM quan_conflict; DELETE FROM quan_context; DELETE FROM quan_edit;
        """)
      connection.forgetStatements()
      indexedKinds = []
      hasComponents = false
      catalog = Catalog(schema: Schema())
      _ = try catalog.reconcile(connection)
      return
    }
    for row in streams.rows where scopes.contains(row.id.scope) {
      let rows = LocalDot.rows(ofStream: row.index)
      for table in catalog.ordered.map(\.quotedName) + ["quan_aside"] {
        try connection.execute("DELETE FROM \(table) WHERE id BETWEEN \(rows.lowerBound) AND \(rows.upperBound)")
      }
      try connection.execute(
        """
        DELETE FROM quan_conflict WHERE record BETWEEN \(rows.lowerBound) AND \(rows.upperBound);
        DELETE FROM quan_context WHERE stream=\(row.index);
        DELETE FROM quan_edge WHERE edge BETWEEN \(rows.lowerBound) AND \(rows.upperBound);
        DELETE FROM quan_alias WHERE member BETWEEN \(rows.lowerBound) AND \(rows.upperBound);
        DELETE FROM quan_edit WHERE record BETWEEN \(rows.lowerBound) AND \(rows.upperBound);
        """)
    }
    try findComponents()
    try findHandovers()
  }

  /// Takes in all changes of a scope's log, each after what it lists.
  private func replay(_ scope: ScopeID, step: () throws -> Void) throws {
    var waiting: [Int: [Change]] = [:]
    var progress: [Int: UInt64] = [:]
    for row in streams.rows where row.id.scope == scope && row.number > row.forkNumber {
      var changes: [Change] = []
      try eachChange(of: row.index) { changes.append($0) }
      waiting[row.index] = changes.reversed()
    }
    for row in streams.rows where row.id.scope == scope { progress[row.index] = row.forkNumber }
    func isHeld(_ place: Dependency) throws -> Bool {
      guard place.stream.scope == scope, let row = try row(at: place) else { return true }
      return (progress[row.index] ?? 0) >= place.tip.number
    }
    var applier = Applier(self, isMerge: false)
    let verdicts = try verdicts()
    var hasMoved = true
    while hasMoved {
      hasMoved = false
      for index in waiting.keys.sorted() {
        let row = streams.rows[index]
        if let parent = row.parent, (progress[parent] ?? 0) < streams.rows[parent].number { continue }
        if let parent = row.parent, progress[index] == row.forkNumber {
          // A branch has seen what the stretch before it had.
          for (other, place) in try contexts.seen(by: parent, connection) {
            try contexts.see(place, of: other, by: index, connection)
          }
        }
        while let raw = waiting[index]?.last {
          guard try raw.dependencies.allSatisfy(isHeld) else { break }
          try step()
          try applier.see(raw.dependencies, by: index)
          let verdict = verdicts[index]?.first { raw.number <= $0.last }?.verdict ?? .allowed
          if verdict.admits(raw.operations) { try applier.apply(try resolve(raw, as: index), to: index) }
          waiting[index]?.removeLast()
          progress[index] = raw.number
          hasMoved = true
        }
      }
    }
    guard waiting.values.allSatisfy(\.isEmpty) else {
      throw StoreError(.damaged, "the log of a scope cannot be brought into an order", subject: scope.description)
    }
  }
}
