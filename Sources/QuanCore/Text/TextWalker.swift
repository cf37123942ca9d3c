/// One edit of a text as the walker sees it.
package struct TextEvent {
  /// The edit.
  package let dot: Dot
  /// Its parents among the events, by place; -1 stands for the version that all start from, none for the event before.
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

/// Turns edits that were made in different versions of a text into steps on one text that takes them in one after
/// another.
///
/// Where an edit has seen everything before it, and everything behind it has seen it, its own positions are right as
/// they are. Only between such places a tracker is built, and given up again. Edits that one author made one after
/// another are taken as one *stint* where nobody saw only some of them: what was typed in a stint without a break is
/// one insertion.
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

  private let dots: [Dot]
  /// What the edits did, and for each where its runs end.
  private var runs: [TextRun] = []
  private var runEnds: [Int] = []
  /// For each stint, the place of its first edit; then how many edits there are.
  private var stints: [Int] = []
  /// Which stints saw which.
  private var graph = TextGraph()
  /// For each edit, the number of its first inserted scalar; one more than there are edits.
  private var starts: [Int] = [0]
  /// The scalars that edits deleted, and for each edit which of them it did.
  private var targets: [Range<Int>] = []
  private var targetBounds: [Range<Int>]
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
    dots = events.map(\.dot)
    targetBounds = Array(repeating: 0..<0, count: events.count)
    starts.reserveCapacity(events.count + 1)
    runEnds.reserveCapacity(events.count)
    runs.reserveCapacity(events.count)
    var inserted = 0
    for event in events {
      for run in event.runs {
        runs.append(run)
        if run.kind == .insert { inserted += run.count }
      }
      runEnds.append(runs.count)
      starts.append(inserted)
    }
    group(events)
  }

  /// Where the runs of an edit are.
  private func bounds(_ place: Int) -> Range<Int> { (place == 0 ? 0 : runEnds[place - 1])..<runEnds[place] }

  /// Draws edits together into stints.
  private mutating func group(_ events: [TextEvent]) {
    func continues(_ place: Int) -> Bool {
      let parents = events[place].parents
      return place > 0 && dots[place].replica == dots[place - 1].replica
        && (parents.isEmpty || parents.count == 1 && parents[0] == place - 1)
    }
    // Edits from which more than the next one of a stint goes on.
    var isLast = [Bool](repeating: false, count: events.count)
    for place in events.indices where !continues(place) {
      if events[place].parents.isEmpty, place > 0 { isLast[place - 1] = true }
      for parent in events[place].parents where parent >= 0 { isLast[parent] = true }
    }
    var stintOf = [Int](repeating: 0, count: events.count)
    for place in events.indices {
      if !continues(place) || isLast[place - 1] {
        let parents = events[place].parents.isEmpty ? [place - 1] : events[place].parents
        graph.append(parents.map { $0 < 0 ? -1 : stintOf[$0] })
        stints.append(place)
      }
      stintOf[place] = stints.count - 1
    }
    stints.append(events.count)
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
    if isWatching { deletedCounts = Array(repeating: 0, count: dots.count) }
    var critical = graph.criticalPlaces()
    if isWhole {
      for place in critical.indices { critical[place] = place == 0 }
      begin(at: 0, length)
    }
    for stint in 0..<graph.count {
      var edits = stints[stint]..<stints[stint + 1]
      if critical[stint] && !isWhole {
        if let tracker { length = tracker.preparedCount }
        tracker = nil
        deletions = []
        if !critical[stint + 1] { begin(at: stint, length) }
      }
      if tracker != nil {
        prepare(graph.parents[stint])
        // When all that come later have seen this stint, its first edit brings the others together.
        let isEnd = critical[stint + 1] && !isWhole
        track(isEnd ? edits.prefix(1) : edits, known: known, body)
        prepared = [stint]
        guard isEnd, edits.count > 1, let tracker else { continue }
        length = tracker.preparedCount
        self.tracker = nil
        deletions = []
        edits = edits.dropFirst()
      }
      for place in edits { step(through: place, &length, isKnown: place < known, body) }
    }
  }

  /// Begins a tracker for the stints from one on.
  private mutating func begin(at stint: Int, _ length: Int) {
    tracker = TextTracker(count: length)
    begun = stints[stint]
    prepared = stint < graph.count ? graph.parents[stint] : []
  }

  /// Takes an edit as it is.
  private func step(through place: Int, _ length: inout Int, isKnown: Bool, _ body: (Step) -> Void) {
    var source = 0
    for index in bounds(place) {
      let run = runs[index].clamped(to: length)
      if run.count > 0 && !isKnown { body(Step(event: place, run: run, source: source)) }
      if run.kind == .insert {
        source += run.count
        length += run.count
      } else {
        length -= run.count
      }
    }
  }

  /// What has been typed in a stint without a break and is not in the tracker yet.
  private struct Typed {
    let edit: Int
    let id: Int
    let position: Int
    var count: Int
  }

  /// Takes edits of a stint through the tracker.
  private mutating func track(_ edits: Range<Int>, known: Int, _ body: (Step) -> Void) {
    var typed: Typed?
    var gone: [Range<Int>] = []
    for place in edits {
      var source = 0
      let first = targets.count
      for index in bounds(place) {
        guard let length = tracker?.preparedCount else { return }
        let run = runs[index].clamped(to: length + (typed?.count ?? 0))
        if run.kind == .insert {
          if let last = typed, last.position + last.count == run.position {
            typed?.count += run.count
          } else {
            insert(typed, known: known, body)
            typed = Typed(edit: place, id: starts[place] + source, position: run.position, count: run.count)
          }
          source += run.count
          continue
        }
        insert(typed, known: known, body)
        typed = nil
        tracker?.delete(run.count, at: run.position, &gone) { id, position, count in
          if !deletedCounts.isEmpty {
            deletions.append(Deletion(ids: id..<id + count, event: place, source: deletedCounts[place]))
            deletedCounts[place] += count
          }
          if place >= known {
            body(Step(event: place, run: TextRun(.delete, at: position, count: count), source: 0))
          }
        }
      }
      guard !gone.isEmpty else { continue }
      targets.append(contentsOf: gone)
      targetBounds[place] = first..<targets.count
      gone.removeAll(keepingCapacity: true)
    }
    insert(typed, known: known, body)
  }

  /// Puts what has been typed into the tracker; each edit that has a part in it gives a step.
  private mutating func insert(_ typed: Typed?, known: Int, _ body: (Step) -> Void) {
    guard let typed, let span = tracker?.insert(typed.count, id: typed.id, at: typed.position, by: typed.edit, dots)
    else { return }
    let end = typed.id + typed.count
    guard end > starts[known], let place = tracker?.effectPlace(of: span) else { return }
    eachPart(of: typed.id..<end, from: typed.edit) { edit, ids in
      guard edit >= known else { return }
      let run = TextRun(.insert, at: place + ids.lowerBound - typed.id, count: ids.count)
      body(Step(event: edit, run: run, source: ids.lowerBound - starts[edit]))
    }
  }

  /// Gives the edits that inserted scalars, each with those that are its own.
  ///
  /// - Parameter edit: One that comes no later than the first of them.
  private func eachPart(of ids: Range<Int>, from edit: Int, _ body: (Int, Range<Int>) -> Void) {
    var edit = edit
    var id = ids.lowerBound
    while id < ids.upperBound {
      while starts[edit + 1] <= id { edit += 1 }
      let end = min(ids.upperBound, starts[edit + 1])
      body(edit, id..<end)
      id = end
    }
  }

  /// Brings the tracker to the version that a stint was begun in.
  private mutating func prepare(_ version: [Int]) {
    guard prepared != version else { return }
    let (back, on) = graph.difference(prepared, version)
    for stint in back.reversed() { move(stint, by: -1) }
    for stint in on { move(stint, by: 1) }
    prepared = version
  }

  private mutating func move(_ stint: Int, by step: Int) {
    let edits = stints[stint]..<stints[stint + 1]
    let ids = starts[edits.lowerBound]..<starts[edits.upperBound]
    if !ids.isEmpty { tracker?.move(ids, by: step) }
    for edit in edits {
      for range in targets[targetBounds[edit]] { tracker?.move(range, by: step) }
    }
  }

  // MARK: Looking

  /// The edits that no other has seen.
  var newest: [Int] { graph.heads.map { $0 < 0 ? -1 : stints[$0 + 1] - 1 } }

  /// Who made the edits.
  var replicas: [ReplicaID] { dots.map(\.replica) }

  /// For each edit whether it belongs to the version that one of the newest edits made.
  func past(ofNewest event: Int) -> [Bool] {
    guard let newest = graph.heads.first(where: { $0 >= 0 && stints[$0 + 1] - 1 == event }) else { return [] }
    var past = [Bool](repeating: false, count: dots.count)
    for (stint, isPast) in graph.past(of: newest).enumerated() where isPast {
      for edit in stints[stint]..<stints[stint + 1] { past[edit] = true }
    }
    return past
  }

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
    for event in dots.indices.dropFirst(begun) {
      for range in targets[targetBounds[event]] {
        tracker.eachSpan(in: range) { deleters[$0.id, default: []].append(event) }
      }
    }
    var all: [Stretch] = []
    tracker.eachSpan { span in
      let deletedBy = deleters[span.id] ?? []
      func add(_ edit: Int, _ ids: Range<Int>, _ first: Int) {
        all.append(
          Stretch(
            id: ids.lowerBound, event: edit, source: ids.lowerBound - first, count: ids.count, deletedBy: deletedBy))
      }
      let ids = span.id..<span.id + span.count
      if span.event < 0 { return add(-1, ids, TextTracker.base) }
      eachPart(of: ids, from: span.event) { edit, own in add(edit, own, starts[edit]) }
    }
    return all
  }
}
