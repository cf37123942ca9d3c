extension MergeReport {
  /// One report for two merges that followed each other, as when a long exchange is stored part by part.
  ///
  /// What the first found open is as the second left it; what waited in between is counted once.
  package func followed(by later: MergeReport) -> MergeReport {
    var joined = self
    joined.number = later.number ?? number
    joined.received += later.received - changesPending
    joined.refused += later.refused
    joined.changesApplied += later.changesApplied
    joined.changesKnown += later.changesKnown
    joined.changesPending = later.changesPending
    joined.changesCarried += later.changesCarried
    joined.changesVoid += later.changesVoid
    joined.operationsApplied += later.operationsApplied
    joined.refusedSegments += later.refusedSegments
    joined.createdRecords += later.createdRecords
    joined.recordsChanged = recordsChanged.union(later.recordsChanged).subtracting(joined.createdRecords)
    let new = Set(newConflicts.map { Place($0) })
    let settledLater = Set(later.settled)
    let foundLater = Set(later.newConflicts.map { Place($0) })
    joined.newConflicts = newConflicts.filter {
      !settledLater.contains(Place($0)) && !foundLater.contains(Place($0))
    }
    joined.newConflicts += later.newConflicts
    joined.settled = settled.filter { !foundLater.contains($0) } + later.settled.filter { !new.contains($0) }
    joined.openConflicts = later.openConflicts
    joined.possibleDuplicates += later.possibleDuplicates
    joined.labels.merge(later.labels) { $1 }
    joined.newProblems = Array((newProblems + later.newProblems).prefix(Self.problemLimit))
    joined.newProblemCount += later.newProblemCount
    joined.settledProblems += later.settledProblems
    joined.openProblems = later.openProblems
    joined.joins = Array((joins + later.joins).prefix(Self.noticeLimit))
    joined.joinCount += later.joinCount
    joined.notices = Array((notices + later.notices).prefix(Self.noticeLimit))
    joined.noticeCount += later.noticeCount
    joined.rows = Array((rows + later.rows).prefix(Self.noticeLimit))
    joined.pending = later.pending
    joined.forks += later.forks
    joined.clocks += later.clocks
    joined.isSweeping = isSweeping || later.isSweeping
    return joined
  }
}
