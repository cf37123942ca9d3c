import QuanCore

/// Gathers a merge report while changes are taken in.
struct MergeTally {
  /// Where a conflict is.
  struct Place: Hashable {
    let record: RecordID
    let field: FieldID?
    let item: FieldItem?

    init(record: RecordID, field: FieldID?, item: FieldItem? = nil) {
      self.record = record
      self.field = field
      self.item = item
    }
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
    _ state: RecordState, _ definition: FieldDefinition, _ key: FieldKey, _ decision: Decision, parallel: Bool,
    _ stamp: Stamp
  ) {
    guard let field = state.fields[key] else { return }
    if decision.outcome == .decided {
      add(.decidedByRule, state, key, field.entries.map(\.stamp))
    } else if !field.clearings.isEmpty && !field.sides.isEmpty {
      add(.cleared, state, key, field.clearings.map(\.stamp))
    } else if parallel {
      add(.parallelUpdate, state, key, [stamp])
    }
  }

  /// Adds a notice about a field or an item of one.
  mutating func add(_ class: NoticeClass, _ state: RecordState, _ key: FieldKey, _ people: [Stamp]) {
    report.noticeCount += 1
    guard report.notices.count < MergeReport.noticeLimit else { return }
    report.notices.append(
      MergeReport.Notice(
        record: state.id, kind: state.kind, field: key.id, item: key.item, class: `class`, people: people))
  }

  /// The report, with what was gathered.
  func finished() -> MergeReport {
    var report = report
    report.newConflicts = new.values.sorted {
      let one = ($0.record, $0.field ?? Dot.builtIn(0))
      let other = ($1.record, $1.field ?? Dot.builtIn(0))
      guard one == other else { return one < other }
      guard let item = $0.item else { return $1.item != nil }
      return $1.item.map { item < $0 } ?? false
    }
    report.settledConflicts = settled.count
    return report
  }
}
