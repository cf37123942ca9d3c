import QuanCore
import QuanFormat

/// What the right of whoever wrote a segment makes of its changes.
extension Intake {
  /// What becomes of a segment's changes; empty when the workspace is open to everybody.
  mutating func stretches(of row: StreamRow, _ segment: DecodedSegment) throws -> [ReplicaFile.Stretch] {
    let range = segment.header.range
    guard let membership = try file.membership() else { return [] }
    // A cut that names another branch than this one covers nothing of it, which shows only once the branch is held.
    let isCut = membership.boundaries(of: try file.owner(of: row), in: row.id).contains { $0 >= range.lowerBound }
    if isCut { unsureScopes.insert(row.id.scope) }
    return try stretches(of: row, range)
  }

  mutating func stretches(
    of row: StreamRow, _ range: ClosedRange<UInt64>
  ) throws -> [ReplicaFile.Stretch] {
    guard let membership = try file.membership() else { return [] }
    let stretches = try file.stretches(of: row, from: range.lowerBound, upTo: range.upperBound, membership)
    judged.append((row.index, range.lowerBound, stretches))
    return stretches
  }

  /// The scopes in which something that was taken in would be judged otherwise now.
  func rejudged() throws -> Set<ScopeID> {
    guard let membership = try file.membership() else { return [] }
    var scopes: Set<ScopeID> = []
    for (index, first, stretches) in judged {
      guard let last = stretches.last?.last else { continue }
      let row = file.streams.rows[index]
      let now = try file.stretches(of: row, from: first, upTo: last, membership)
      if now != stretches { scopes.insert(row.id.scope) }
    }
    return scopes
  }

  /// Whether a change counts; one that does not is void.
  mutating func counts(_ raw: Change, _ stretches: [ReplicaFile.Stretch]) -> Bool {
    let verdict = stretches.first { raw.number <= $0.last }?.verdict ?? .allowed
    if verdict.admits(raw.operations) { return true }
    applier.tally.report.changesApplied += 1
    applier.tally.report.changesVoid += 1
    return false
  }
}
