import QuanCore

/// Gathers a merge report while changes are taken in.
struct MergeTally {
  typealias Place = MergeReport.Place

  /// What a notice is about: what is at a place, or where in its list that is.
  private struct Topic: Hashable {
    let place: Place
    let isOrder: Bool
    /// Which sentence of a text.
    let passage: Int
  }

  var report = MergeReport()
  /// Conflicts that were not there before the merge and still stand.
  private(set) var new: [Place: Conflict] = [:]
  /// Conflicts that were there before and are settled.
  private var settled: Set<Place> = []
  /// What needs no decision, with its turn; a place that is written several times keeps the last word.
  private var notices: [Topic: (turn: Int, notice: MergeReport.Notice)] = [:]
  /// What became of edges between records, by edge, with its turn.
  private var joins: [RecordID: (turn: Int, join: MergeReport.Join?)] = [:]
  private var turn = 0
  /// How many notices there was no room for.
  private var untold = 0

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

  /// Notes that a place goes by another record ID now, because the replica that made it was found forked.
  mutating func rename(_ old: Place, to place: Place, _ conflict: Conflict) {
    if new.removeValue(forKey: old) != nil { new[place] = conflict }
  }

  /// Notes what a merge did to a place that needs no decision, or that it did nothing worth a word.
  ///
  /// `notice` is asked only when there is room for what it gives.
  mutating func notice(
    at place: Place, isOrder: Bool = false, passage: Int = 0, isDue: Bool, _ notice: () throws -> MergeReport.Notice
  ) rethrows {
    let topic = Topic(place: place, isOrder: isOrder, passage: passage)
    guard isDue else {
      notices[topic] = nil
      return
    }
    guard notices[topic] != nil || notices.count < MergeReport.noticeLimit else {
      untold += 1
      return
    }
    turn += 1
    notices[topic] = (notices[topic]?.turn ?? turn, try notice())
  }

  /// Notes that an edge came or went; one that came and went again is nothing to tell of.
  mutating func note(_ join: MergeReport.Join, by edge: RecordID) {
    turn += 1
    if let known = joins[edge]?.join, known.isJoined != join.isJoined {
      joins[edge] = (turn, nil)
    } else {
      joins[edge] = (turn, join)
    }
  }

  /// The report, with what was gathered.
  func finished() -> MergeReport {
    var report = report
    func precedes(_ one: Place, _ other: Place) -> Bool {
      let places = ((one.record, one.field ?? Dot.builtIn(0)), (other.record, other.field ?? Dot.builtIn(0)))
      guard places.0 == places.1 else { return places.0 < places.1 }
      guard let item = one.item else { return other.item != nil }
      return other.item.map { item < $0 } ?? false
    }
    report.newConflicts = new.sorted { precedes($0.key, $1.key) }.map(\.value)
    report.settled = settled.sorted(by: precedes)
    let told = joins.values.sorted { $0.turn < $1.turn }.compactMap(\.join)
    report.joins = Array(told.prefix(MergeReport.noticeLimit))
    report.joinCount = told.count
    report.notices = notices.values.sorted { $0.turn < $1.turn }.map(\.notice)
    report.noticeCount = report.notices.count + untold
    return report
  }
}
