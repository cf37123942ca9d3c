import QuanCore

/// Gathers a merge report while changes are taken in.
struct MergeTally {
  /// Where a conflict is.
  struct Place: Hashable {
    let record: RecordID
    let field: FieldID?
  }

  var report = MergeReport()
  /// Conflicts that were not there before the merge and still stand.
  private var new: [Place: Conflict] = [:]
  /// Conflicts that were there before and are settled.
  private var settled: Set<Place> = []

  /// Notes that a place is in conflict now, or no longer.
  mutating func note(_ conflict: Conflict?, at place: Place, had: Bool) {
    if let conflict {
      if had && new[place] == nil {
        settled.remove(place)
      } else {
        new[place] = conflict
      }
    } else if had {
      if new.removeValue(forKey: place) == nil { settled.insert(place) }
    }
  }

  /// Notes what a merge did to a field that needs no decision.
  mutating func notice(
    _ state: RecordState, _ definition: FieldDefinition, _ decision: Decision, parallel: Bool, _ stamp: Stamp
  ) {
    guard let field = state.fields[definition.key] else { return }
    func add(_ class: NoticeClass, _ people: [Stamp]) {
      report.noticeCount += 1
      guard report.notices.count < MergeReport.noticeLimit else { return }
      report.notices.append(
        MergeReport.Notice(record: state.id, kind: state.kind, field: definition.id, class: `class`, people: people))
    }
    if decision.outcome == .decided {
      add(.decidedByRule, field.entries.map(\.stamp))
    } else if !field.clearings.isEmpty && !field.sides.isEmpty {
      add(.cleared, field.clearings.map(\.stamp))
    } else if parallel {
      add(.parallelUpdate, [stamp])
    }
  }

  /// The report, with what was gathered.
  func finished() -> MergeReport {
    var report = report
    report.newConflicts = new.values.sorted {
      ($0.record, $0.field ?? Dot.builtIn(0)) < ($1.record, $1.field ?? Dot.builtIn(0))
    }
    report.settledConflicts = settled.count
    return report
  }
}
