/// One edit of a text as the walker sees it.
package struct TextEvent {
  /// The edit.
  package let dot: Dot
  /// Its parents among the events, by place, never none; -1 stands for the version that they all start from.
  package let parents: [Int]
  /// What it did, in positions of its own version.
  package let runs: ArraySlice<TextRun>

  /// An edit.
  package init(dot: Dot, parents: [Int], runs: ArraySlice<TextRun>) {
    self.dot = dot
    self.parents = parents
    self.runs = runs
  }

  /// An edit.
  package init(dot: Dot, parents: [Int], runs: [TextRun]) { self.init(dot: dot, parents: parents, runs: runs[...]) }
}

/// Turns edits that were made in different versions of a text into steps on one text that takes them in one after another.
///
/// Where an edit has seen everything before it, and everything behind it has seen it, its own positions are right as
/// they are. Only between such places a tracker is built, and given up again.
/// - SeeAlso: Gentle and Kleppmann, *Collaborative Text Editing with Eg-walker*, EuroSys 2025.
package struct TextWalker {
  /// A step on the text that takes in the edits.
  package struct Step {
    /// The edit that it comes from, by place.
    package let event: Int
    /// What to do to the text.
    package let run: TextRun
    /// For an insertion, where its scalars start among those that the edit inserts.
    package let source: Int
  }

  private let events: [TextEvent]
  private let dots: [Dot]
  private var graph = TextGraph()
  /// For each edit, the number of its first inserted scalar; one more than there are edits.
  private var starts: [Int] = [0]
  /// For each edit, the scalars that it deleted.
  private var targets: [[Range<Int>]]
  private var prepared: [Int] = []
  private(set) var tracker: TextTracker?
  /// The first edit that went through the tracker.
  private var begun = 0
  /// What edits deleted that was still there, since the tracker was begun; for a run that watches deletions.
  private(set) var deletions: [Deletion] = []
  /// How many scalars each edit has deleted that were still there; for such a run.
  private var deletedCounts: [Int] = []

  /// Scalars that an edit deleted.
  struct Deletion {
    let ids: Range<Int>
    let event: Int
    /// Where they start among all that the edit deleted.
    let source: Int
  }

  /// Takes edits in an order in which each comes after its parents.
  package init(_ events: [TextEvent]) {
    self.events = events
    dots = events.map(\.dot)
    targets = Array(repeating: [], count: events.count)
    for event in events {
      graph.append(event.parents)
      let inserted = event.runs.reduce(0) { $0 + ($1.kind == .insert ? $1.count : 0) }
      starts.append(starts[starts.count - 1] + inserted)
    }
  }

  /// Runs through the edits.
  ///
  /// - Parameters:
  ///   - known: How many of them the text holds already; they give no steps.
  ///   - length: How many scalars the text had at the version that all edits start from.
  ///   - isWhole: Whether to keep the order of all scalars to the end, for ``stretches()``.
  ///   - isWatching: Whether to note what is deleted, for ``sharedPassages(since:in:limit:deleted:)``.
  ///   - body: Is called for each step, in order.
  package mutating func run(
    known: Int, length: Int, isWhole: Bool = false, isWatching: Bool = false, _ body: (Step) -> Void
  ) {
    var length = length
    if isWatching { deletedCounts = Array(repeating: 0, count: events.count) }
    var critical = graph.criticalPlaces()
    if isWhole {
      for place in critical.indices { critical[place] = place == 0 }
      tracker = TextTracker(count: length)
      prepared = [-1]
    }
    for place in events.indices {
      if critical[place] {
        if !isWhole, let tracker { length = tracker.preparedCount }
        if !isWhole {
          tracker = nil
          deletions = []
        }
        if critical[place + 1] && !isWhole {
          step(through: place, &length, isKnown: place < known, body)
          continue
        }
        if tracker == nil {
          tracker = TextTracker(count: length)
          begun = place
          prepared = events[place].parents
        }
      }
      prepare(events[place].parents)
      track(place, isKnown: place < known, body)
      prepared = [place]
    }
  }

  /// Takes an edit as it is.
  private func step(through place: Int, _ length: inout Int, isKnown: Bool, _ body: (Step) -> Void) {
    var source = 0
    for whole in events[place].runs {
      let run = whole.clamped(to: length)
      if run.count > 0 && !isKnown { body(Step(event: place, run: run, source: source)) }
      if run.kind == .insert {
        source += run.count
        length += run.count
      } else {
        length -= run.count
      }
    }
  }

  /// Takes an edit through the tracker.
  private mutating func track(_ place: Int, isKnown: Bool, _ body: (Step) -> Void) {
    var source = 0
    for whole in events[place].runs {
      guard let length = tracker?.preparedCount else { return }
      let run = whole.clamped(to: length)
      if run.kind == .insert {
        let span = tracker?.insert(run.count, id: starts[place] + source, at: run.position, by: place, dots)
        if !isKnown, let span, let position = tracker?.effectPlace(of: span) {
          body(Step(event: place, run: TextRun(.insert, at: position, count: run.count), source: source))
        }
        source += run.count
      } else {
        tracker?.delete(run.count, at: run.position, &targets[place]) { id, position, count in
          if !deletedCounts.isEmpty {
            deletions.append(Deletion(ids: id..<id + count, event: place, source: deletedCounts[place]))
            deletedCounts[place] += count
          }
          if !isKnown { body(Step(event: place, run: TextRun(.delete, at: position, count: count), source: 0)) }
        }
      }
    }
  }

  /// Brings the tracker to the version that an edit was made in.
  private mutating func prepare(_ version: [Int]) {
    guard prepared != version else { return }
    let (back, on) = graph.difference(prepared, version)
    for place in back.reversed() { move(place, by: -1) }
    for place in on { move(place, by: 1) }
    prepared = version
  }

  private mutating func move(_ place: Int, by step: Int) {
    if starts[place] < starts[place + 1] { tracker?.move(starts[place]..<starts[place + 1], by: step) }
    for range in targets[place] { tracker?.move(range, by: step) }
  }

  // MARK: Looking

  /// The edits that no other has seen.
  var newest: [Int] { graph.heads }

  /// Who made the edits.
  var replicas: [ReplicaID] { dots.map(\.replica) }

  /// For each edit whether it belongs to the version that an edit made.
  func past(of event: Int) -> [Bool] { graph.past(of: event) }

  /// A stretch of scalars in the order in which all that were ever inserted stand.
  package struct Stretch: Hashable {
    /// The number of the first scalar.
    let id: Int
    /// The edit that inserted it; -1 for what was there before.
    package let event: Int
    /// Where its scalars start among those that the edit inserted, or in the text that was there before.
    package let source: Int
    /// How many scalars.
    package let count: Int
    /// The edits that deleted them, by place, ascending.
    package let deletedBy: [Int]
  }

  /// The stretches of what the tracker holds; after a run that was to keep the whole, of everything.
  package func stretches() -> [Stretch] {
    guard let tracker else { return [] }
    var deleters: [Int: [Int]] = [:]
    for event in events.indices.dropFirst(begun) {
      for range in targets[event] { tracker.eachSpan(in: range) { deleters[$0.id, default: []].append(event) } }
    }
    var all: [Stretch] = []
    tracker.eachSpan { span in
      let source = span.event < 0 ? span.id - TextTracker.base : span.id - starts[span.event]
      all.append(
        Stretch(
          id: span.id, event: span.event, source: source, count: span.count, deletedBy: deleters[span.id] ?? []))
    }
    return all
  }
}
