import QuanCore
import QuanFormat

extension ReplicaFile {
  /// The counter of the next operation that this replica makes, over all its scopes.
  var nextCounter: UInt64 {
    1 + (streams.rows.filter { $0.name == meta.replica }.map(\.counter).max() ?? 0)
  }

  /// Makes a change of a write's acts and takes it in; `nil` when they come to nothing.
  ///
  /// - Returns: The change's identity.
  func commit(
    _ transaction: Transaction, author: String, message: String?, time: Instant, standing: Standing?,
    log: inout LocalLog
  ) throws -> ChangeID? {
    let operations = try transaction.operations()
    guard let scope = transaction.scope, !operations.isEmpty else { return nil }
    guard operations.count <= SegmentLimits.operations else {
      throw StoreError(.overLimit, "a change has at most \(SegmentLimits.operations) operations; write several")
    }
    try check(standing, operations, in: scope)
    try checkHandovers(operations, in: scope)
    guard !meta.left.contains(scope) else {
      throw StoreError(.refused, "this laptop has left the scope", subject: scope.description)
    }
    let stream = StreamID(meta.replica, scope)
    let index = try streams.intern(name: meta.replica, scope: scope, start: start(of: stream), connection)
    let row = streams.rows[index]
    let change = Change(
      stream: row.id, number: row.number + 1, firstCounter: transaction.firstCounter, author: author, time: time,
      message: message, dependencies: try newlySeen(by: index, scope: scope), operations: operations)
    unlogged.add(change, of: index)
    var applier = Applier(self, isMerge: false)
    try applier.apply(change, to: index)
    let digest = try log.append(change, after: row.digest, to: index, self)
    streams.advance(
      index, number: change.number, counter: change.firstCounter + UInt64(operations.count) - 1, digest: digest)
    return ChangeID(stream: StreamID(row.name, scope), number: change.number)
  }

  /// The places in the scope's other streams that are held here and that the own stream does not say yet.
  private func newlySeen(by index: Int, scope: ScopeID) throws -> [Dependency] {
    let context = try contexts.seen(by: index, connection)
    return streams.leaves.filter {
      $0.id.scope == scope && $0.index != index && $0.number > (context[$0.index]?.number ?? 0)
    }
    .map { Dependency($0.id, Tip(number: $0.number, check: $0.digest.check)) }.sorted()
  }
}
