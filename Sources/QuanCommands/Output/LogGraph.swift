import Quan

/// Changes drawn as a graph: a lane for each laptop, `*` where it wrote, and a line to each laptop whose changes it had
/// newly taken in when it wrote.
///
/// The latest are first, and no change stands above one that has seen it.
struct LogGraph {
  /// A change with what is drawn beside it.
  struct Row {
    let entry: LogEntry
    /// What is drawn in the change's own line.
    let node: String
    /// What is drawn in lines below it that are about it too.
    let below: String
  }

  private(set) var rows: [Row] = []
  /// The laptops that have a lane, by lane; laptops beyond the limit share the last.
  private var lanes: [ReplicaID?] = []
  private let limit: Int
  /// How many changes of each laptop are still to be drawn.
  private var left: [ReplicaID: Int] = [:]

  /// Draws changes in at most `limit` lanes.
  init(_ entries: [LogEntry], lanes limit: Int) {
    self.limit = max(2, limit)
    for entry in entries { left[entry.id.stream.replica, default: 0] += 1 }
    for (entry, seen) in Self.ordered(entries) { draw(entry, seen) }
  }

  /// The width of the widest drawing.
  var width: Int { rows.map { max($0.node.count, $0.below.count) }.max() ?? 0 }

  // MARK: Order

  /// The changes with those of others that each had newly seen, each change above all that it has seen.
  private static func ordered(_ entries: [LogEntry]) -> [(entry: LogEntry, seen: [ReplicaID])] {
    var own: [ReplicaID: [Int]] = [:]
    var inStream: [StreamID: [(number: UInt64, index: Int)]] = [:]
    for (index, entry) in entries.enumerated() {
      own[entry.id.stream.replica, default: []].append(index)
      inStream[entry.id.stream, default: []].append((entry.id.number, index))
    }
    var parents: [[Int]] = Array(repeating: [], count: entries.count)
    for indices in own.values {
      let sorted = indices.sorted { entries[$0].first.counter < entries[$1].first.counter }
      for (earlier, later) in zip(sorted, sorted.dropFirst()) { parents[later].append(earlier) }
    }
    var seen: [[ReplicaID]] = Array(repeating: [], count: entries.count)
    for (index, entry) in entries.enumerated() {
      for change in entry.seen where change.stream.replica != entry.id.stream.replica {
        guard let latest = inStream[change.stream]?.filter({ $0.number <= change.number }).max(by: { $0 < $1 }) else {
          continue
        }
        parents[index].append(latest.index)
        if !seen[index].contains(change.stream.replica) { seen[index].append(change.stream.replica) }
      }
    }
    var children = Array(repeating: 0, count: entries.count)
    for list in parents { for parent in list { children[parent] += 1 } }
    // Ascending, so that the latest is taken from the end.
    func precedes(_ one: Int, _ other: Int) -> Bool {
      (entries[one].stamp.time, entries[one].first) < (entries[other].stamp.time, entries[other].first)
    }
    var ready = entries.indices.filter { children[$0] == 0 }.sorted(by: precedes)
    var ordered: [(LogEntry, [ReplicaID])] = []
    while let next = ready.popLast() {
      ordered.append((entries[next], seen[next]))
      for parent in parents[next] {
        children[parent] -= 1
        if children[parent] == 0 {
          let place = ready.firstIndex { !precedes($0, parent) } ?? ready.endIndex
          ready.insert(parent, at: place)
        }
      }
    }
    return ordered
  }

  // MARK: Drawing

  private mutating func draw(_ entry: LogEntry, _ seen: [ReplicaID]) {
    let replica = entry.id.stream.replica
    let before = Set(lanes.compactMap { $0 })
    let lane = lane(of: replica)
    let targets = seen.map { (lane: self.lane(of: $0), isNew: !before.contains($0)) }.filter { $0.lane != lane }
    var cells = Array(repeating: Character(" "), count: lanes.count * 2)
    for (index, owner) in lanes.enumerated() where owner != nil { cells[index * 2] = "|" }
    for target in targets {
      for column in (min(lane, target.lane) * 2)...(max(lane, target.lane) * 2) where cells[column] == " " {
        cells[column] = "-"
      }
    }
    for target in targets { cells[target.lane * 2] = target.isNew ? "." : "+" }
    cells[lane * 2] = "*"
    left[replica, default: 1] -= 1
    if left[replica] == 0, lanes[lane] == replica { lanes[lane] = nil }
    while lanes.last == .some(nil) { lanes.removeLast() }
    rows.append(
      Row(entry: entry, node: Self.text(cells), below: Self.text(lanes.flatMap { [$0 == nil ? " " : "|", " "] })))
  }

  /// The lane of a laptop; it gets the first free one when it has none.
  private mutating func lane(of replica: ReplicaID) -> Int {
    if let known = lanes.firstIndex(of: replica) { return known }
    if let free = lanes.firstIndex(of: nil) {
      lanes[free] = replica
      return free
    }
    guard lanes.count < limit else { return limit - 1 }
    lanes.append(replica)
    return lanes.count - 1
  }

  private static func text(_ cells: [Character]) -> String {
    var text = String(cells)
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }
}
