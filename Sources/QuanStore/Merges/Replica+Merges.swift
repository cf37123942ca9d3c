public import QuanCore

extension Replica {
  /// The merges that are kept, the latest first; at most the last 200 are.
  public func merges(limit: Int? = nil) throws -> [SavedMerge] {
    try read { file in try file.merges("ORDER BY id DESC LIMIT ?", Int64(limit ?? -1)) }
  }

  /// A merge by its number, or the latest; `nil` when it is not kept.
  public func merge(_ number: Int64? = nil) throws -> SavedMerge? {
    guard let number else { return try merges(limit: 1).first }
    return try read { file in try file.merges("WHERE id=?", number).first }
  }

  /// Who wrote an operation, when, in which change, and what they said about it; `nil` when it is not held.
  ///
  /// - Complexity: O(*s*) in the size of the segment that holds it, unless that was looked at shortly before.
  public func provenance(of operation: Dot, in scope: ScopeID) throws -> Provenance? {
    try read { file in try file.provenance(of: operation, in: scope) }
  }
}

extension ReplicaFile {
  /// How many merges are kept.
  private static let keptMerges: Int64 = 200

  /// Keeps a report; returns its number.
  func keep(_ report: MergeReport, from source: MergeSource, at time: Instant, before: VersionVector) throws -> Int64 {
    let statement = try connection.statement("INSERT INTO quan_merge (time, content) VALUES (?,?) RETURNING id")
    statement.bind(1, time.milliseconds)
    statement.bind(2, MergeCodec.encode(report, from: source, before: before, after: streams.vector()))
    guard try statement.step() else { throw StoreError(.inputOutput, "a merge report was not kept") }
    let number = statement.integer(0)
    statement.reset()
    let clear = try connection.statement("DELETE FROM quan_merge WHERE id<=?")
    clear.bind(1, number - Self.keptMerges)
    try clear.run()
    return number
  }

  fileprivate func merges(_ condition: String, _ parameter: Int64) throws -> [SavedMerge] {
    let statement = try connection.statement("SELECT id, time, content FROM quan_merge \(condition)")
    statement.bind(1, parameter)
    var merges: [SavedMerge] = []
    while try statement.step() {
      merges.append(
        try MergeCodec.decode(
          statement.blob(2), number: statement.integer(0), time: Instant(milliseconds: statement.integer(1))))
    }
    return merges
  }
}
