import QuanCore
import QuanFormat

/// Changes behind others that are held already, and streams that branch.
extension Intake {
  /// Applies a segment whose first changes are held already, or that branches off.
  mutating func applyBehind(_ start: StreamRow, _ segment: DecodedSegment) throws {
    let digests = segment.digests
    var row = start
    var held = 0
    // Along the held changes as far as they are the same; at the end of a stretch on to the branch that continues.
    while held < digests.count {
      let number = segment.number(held)
      if number <= row.number {
        guard try file.digest(at: number, in: row) == digests[held] else { break }
        held += 1
      } else if let next = try branch(of: row, digest: digests[held], number: number) {
        row = next
      } else {
        break
      }
    }
    applier.tally.report.changesKnown += held
    guard held < digests.count else { return }
    let number = segment.number(held)
    var target = row.index
    if number <= row.number || file.streams.hasChildren(row.index) {
      target = try fork(row, at: number - 1, first: digests[held])
    }
    for change in held..<segment.changeCount {
      try append(segment.change(change), digests[change], to: target)
    }
    try file.packTail(target)
  }

  private func branch(of row: StreamRow, digest: Digest, number: UInt64) throws -> StreamRow? {
    for child in file.streams.rows where child.parent == row.index {
      if try file.digest(at: number, in: child) == digest { return child }
    }
    return nil
  }

  /// Applies one change behind all others of a row, and keeps it in the tail.
  mutating func append(_ raw: Change, _ digest: Digest, to index: Int) throws {
    let scope = raw.stream.scope
    try file.finishSchema(before: scope)
    if forkedScopes.contains(scope) {
      applier.tally.report.changesApplied += 1
    } else {
      try applier.see(raw.dependencies, by: index)
      file.unlogged.add(raw, of: index)
      if counts(raw, try stretches(of: file.streams.rows[index], raw.number...raw.number)) {
        try applier.apply(try file.resolve(raw, as: index), to: index)
      }
    }
    try file.appendToTail(raw, CanonicalChange.encode(raw), digest, index)
    file.unlogged = .none
    file.streams.advance(
      index, number: raw.number, counter: raw.firstCounter + UInt64(raw.operations.count) - 1, digest: digest)
    try file.streams.save(index, file.connection)
  }

  /// Splits a stream at a change: from there on each branch, also the one that was here first, takes a name of its own.
  ///
  /// - Returns: The row of the new branch, whose first change has digest `first`.
  private mutating func fork(_ row: StreamRow, at number: UInt64, first: Digest) throws -> Int {
    let counter = try file.counter(at: number, in: row)
    guard let base = try file.digest(at: number, in: row) else {
      throw StoreError(.damaged, "the log has a gap", subject: row.id.description)
    }
    var branches: [MergeReport.Fork.Branch] = []
    if number < row.number {
      branches.append(try file.splitOff(row, at: number, counter: counter, digest: base))
    } else {
      for child in file.streams.rows where child.parent == row.index {
        guard let digest = try file.digest(at: number + 1, in: child) else { continue }
        branches.append(MergeReport.Fork.Branch(name: child.name, digest: digest))
      }
    }
    let name = DigestChain.branchName(of: row.id.replica, first: first)
    branches.append(MergeReport.Fork.Branch(name: name, digest: first))
    applier.tally.report.isSweeping = true
    applier.tally.report.forks.append(MergeReport.Fork(stream: row.id, number: number, branches: branches))
    forkedScopes.insert(row.id.scope)
    return try file.streams.add(
      id: row.id, name: name, parent: row.index, forkNumber: number, number: number, counter: counter, digest: base,
      file.connection)
  }

  mutating func rebuild(_ scopes: Set<ScopeID>) throws {
    guard !scopes.isEmpty else { return }
    applier.tally.report.isSweeping = true
    let before = Set(try file.conflicts(of: nil, limit: nil).map { MergeTally.Place($0) })
    try file.settle(scopes, progress: progress)
    var gone = before
    for conflict in try file.conflicts(of: nil, limit: nil) {
      let place = MergeTally.Place(conflict)
      let earlier = earlierNames(of: place).filter { before.contains($0) }
      gone.subtract(earlier)
      for old in earlier where old != place { applier.tally.rename(old, to: place, conflict) }
      if earlier.isEmpty { applier.tally.note(conflict, at: place, had: false) }
    }
    for place in gone { applier.tally.note(nil, at: place, had: true) }
  }

  /// A place by the IDs that its record has gone by: a branch's records went by the name of the stretch before it.
  private func earlierNames(of place: MergeTally.Place) -> [MergeTally.Place] {
    guard let index = file.streams.index(name: place.record.replica, scope: place.scope) else { return [place] }
    return file.streams.path(to: index).map { stretch in
      MergeTally.Place(
        record: Dot(stretch.name, place.record.counter), scope: place.scope, kind: place.kind, field: place.field,
        item: place.item)
    }
  }
}
