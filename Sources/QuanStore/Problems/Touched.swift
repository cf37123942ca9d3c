import QuanCore

/// Which records a transaction has touched, so that problems are looked for there and nowhere else.
struct Touched {
  /// New rows of one kind in one stream.
  ///
  /// Changes of a stream come in order: every row of the kind between the first and the last is new too.
  struct Run: Hashable {
    let kind: KindID
    var first: Int64
    var last: Int64
    var count = 1
  }

  /// What was done to a record that was there.
  struct Edit {
    let kind: KindID
    var fields: Set<FieldID> = []
    /// Whether it came or went, or must be looked at whole for another reason.
    var isWhole = false
    /// The records that it referred to before.
    var formerTargets: Set<Int64> = []
  }

  private(set) var runs: [Run] = []
  private(set) var edits: [Int64: Edit] = [:]
  /// The rows that are joined with others than before.
  private(set) var regrouped: Set<Int64> = []
  /// Whether rules have changed, so that every record must be looked at.
  var everything = false
  private var runOfPlace: [Place: Int] = [:]
  private var latest: (place: Place, run: Int)?

  private struct Place: Hashable {
    let kind: KindID
    let stream: Int
  }

  var isEmpty: Bool { runs.isEmpty && edits.isEmpty && regrouped.isEmpty && !everything }

  /// Notes a new row.
  mutating func create(_ local: LocalDot, kind: KindID) {
    let place = Place(kind: kind, stream: local.stream)
    if latest?.place != place {
      if let known = runOfPlace[place] {
        latest = (place, known)
      } else {
        runOfPlace[place] = runs.count
        latest = (place, runs.count)
        runs.append(Run(kind: kind, first: local.rowID, last: local.rowID))
        return
      }
    }
    guard let run = latest?.run else { return }
    runs[run].first = min(runs[run].first, local.rowID)
    runs[run].last = max(runs[run].last, local.rowID)
    runs[run].count += 1
  }

  /// Notes that a field of a record was written.
  mutating func write(_ local: LocalDot, kind: KindID, _ field: FieldID, formerTargets: Set<Int64>) {
    edits[local.rowID, default: Edit(kind: kind)].fields.insert(field)
    if !formerTargets.isEmpty { edits[local.rowID]?.formerTargets.formUnion(formerTargets) }
  }

  /// Notes that a record came, went, or is seen with other eyes.
  mutating func change(_ local: LocalDot, kind: KindID) {
    edits[local.rowID, default: Edit(kind: kind)].isWhole = true
  }

  /// Notes that a record is joined with others than before, whether or not it is there.
  mutating func regroup(_ local: LocalDot) { regrouped.insert(local.rowID) }

  /// Looks at all rows of a kind's table as if they were new.
  mutating func createAll(of kind: KindID, count: Int) {
    runs.append(Run(kind: kind, first: .min, last: .max, count: count))
  }
}
