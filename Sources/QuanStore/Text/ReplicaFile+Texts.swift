import QuanCore

/// Texts: the column holds the plain text, `quan_edit` what the edits did.
extension ReplicaFile {
  /// Takes in an edit, at the latest when somebody asks for its record or the transaction ends.
  func take(_ edit: TextEdit, _ dot: Dot, _ stamp: Stamp, at place: TextPlace) throws {
    let item = TextWork.Item(dot: dot, edit: edit, stamp: texts.isWatched ? stamp : nil)
    if texts.append(item, at: place) {
      try finishTexts()
      let passages = texts.passages
      texts = TextWork(isWatched: texts.isWatched)
      texts.passages = passages
    }
  }

  /// Takes in the edits that wait, and brings the rows up to date, of one record or all.
  func finishTexts(of record: LocalDot? = nil) throws {
    guard !texts.waiting.isEmpty || !texts.opened.isEmpty else { return }
    for place in texts.waiting.places where record == nil || place.record == record { _ = try openText(at: place) }
    for (place, text) in texts.opened where text.isChanged && (record == nil || place.record == record) {
      try save(text, at: place)
    }
  }

  /// A text with all edits taken in; `nil` when its record is not there.
  ///
  /// - Complexity: O(*n*) in the text when the transaction asks for the first time.
  func openText(at place: TextPlace) throws -> OpenedText? {
    var text = texts.opened[place]
    if text == nil, let stored = try loadRow(place.record) {
      text = try opened(stored, at: place)
      texts.opened[place] = text
    }
    guard let items = texts.remove(place), let text else { return text }
    guard text.history.isPruned else {
      try take(items, into: text, at: place)
      return text
    }
    let before = (rope: text.rope, history: text.history, seen: text.seen)
    do {
      try take(items, into: text, at: place)
    } catch is TextHistory.Pruned {
      // Somebody has not seen for long what others wrote, and wrote as well.
      (text.rope, text.history, text.seen) = before
      text.history = try history(of: text, at: place, without: Set(items.map(\.dot)))
      try take(items, into: text, at: place)
    }
    return text
  }

  /// A text as the tables have it; where the chunks of its edits cannot be read, they are made anew.
  private func opened(_ stored: Stored, at place: TextPlace) throws -> OpenedText {
    let rope = Rope(stored.state.text(of: place.key))
    do {
      return OpenedText(scope: stored.scope, rope: rope, history: try TextHistory(self, place))
    } catch let error where error as? StoreError == EditColumns.damage {
      let text = OpenedText(scope: stored.scope, rope: rope, history: try TextHistory(self, place, isNew: true))
      text.history = try history(of: text, at: place, without: Set(texts.waiting[place].map(\.dot)))
      return text
    }
  }

  /// The history of a text as the log tells it, but for edits that are only now being taken in.
  private func history(of text: OpenedText, at place: TextPlace, without fresh: Set<Dot>) throws -> TextHistory {
    let operations = try operations(on: place.record)
    guard let replay = Self.texts(of: operations)[place.key] else { throw EditColumns.damage }
    let items = zip(replay.dots, replay.edits).filter { !fresh.contains($0.0) }.map {
      TextWork.Item(dot: $0, edit: $1, stamp: nil)
    }
    try text.history.forget()
    let whole = OpenedText(
      scope: text.scope, rope: Rope(replay.start), history: try TextHistory(self, place, isNew: true))
    try take(items, into: whole, at: place)
    guard whole.rope.utf8 == text.rope.utf8 else { throw EditColumns.damage }
    return whole.history
  }

  /// Whether all other replicas that are known in the scope are known to hold an edit.
  private func isAcknowledged(_ local: LocalDot) throws -> Bool {
    guard let (dot, scope) = streams.dot(local) else { return false }
    // The end of its segment is known without unpacking it; who holds that holds the edit.
    let statement = try connection.statement(
      "SELECT last FROM quan_segment WHERE stream=? AND last_counter>=? ORDER BY last LIMIT 1")
    statement.bind(1, local.stream)
    statement.bind(2, bits: local.counter)
    guard try statement.step() else { return false }
    let number = statement.bits(0)
    statement.reset()
    let acknowledged = Dictionary(try peers().map { ($0.replica, $0.vector) }) { first, _ in first }
    let writers = streams.rows.filter { $0.id.scope == scope && $0.number > 0 }.map(\.name)
    let others = Set(writers).union(acknowledged.keys).subtracting([meta.replica, dot.replica] + meta.retired)
    let stream = streams.rows[local.stream].id
    return others.allSatisfy { (acknowledged[$0]?.number(of: stream) ?? 0) >= number }
  }

  private func save(_ text: OpenedText, at place: TextPlace) throws {
    guard var stored = try loadRow(place.record) else { return }
    let presence = stored.state.presence
    let seen = text.seen
    // Saving looks at the record again where it is joined with others: then this is done already.
    text.isChanged = false
    text.seen = [:]
    if let settled = text.history.settled, try isAcknowledged(settled) { try text.history.prune() }
    try text.history.save(length: text.rope.count)
    for (replica, counter) in seen {
      stored.state.seen[replica] = max(stored.state.seen[replica] ?? 0, counter)
    }
    stored.state.set(text: text.rope.string, of: place.key)
    if stored.state.presence != presence { touched.change(place.record, kind: stored.state.kind) }
    touched.write(place.record, kind: stored.state.kind, place.key.id, formerTargets: [])
    try save(stored.state, at: place.record, replacing: stored.place)
  }

  private func take(_ items: [TextWork.Item], into text: OpenedText, at place: TextPlace) throws {
    text.isChanged = true
    text.see(items)
    var taken = 0
    // As long as nobody else wrote meanwhile, edits are right as they are.
    while taken < items.count {
      let parents = items[taken].edit.parents.compactMap { streams.local($0, in: text.scope) }
      let own = text.history.isNext(after: parents) ? [] : try numbers(of: parents, in: text) { _ in nil }
      guard own.isEmpty || own == text.history.heads else { break }
      let local = try local(items[taken].dot, in: text.scope)
      let length = text.rope.count
      var deleted: [UInt8] = []
      text.rope.apply(items[taken].edit, deleted: &deleted)
      text.history.append(local, parents: own, length: length, runs: items[taken].edit.runs, deleted: deleted)
      taken += 1
    }
    if taken < items.count { try merge(items, from: taken, into: text, at: place) }
  }

  /// The numbers of edits that one continues, ascending, 0 for the text as it began.
  ///
  /// - Parameter fresh: Gives the numbers of those that are not in the history yet.
  private func numbers(
    of parents: [LocalDot], in text: OpenedText, _ fresh: (LocalDot) -> Int?
  ) throws -> [Int] {
    var own: [Int] = []
    for parent in parents {
      if let number = try fresh(parent) ?? text.history.number(of: parent), !own.contains(number) {
        own.append(number)
      }
    }
    return own.isEmpty ? [0] : own.sorted()
  }

  /// The local dots of edits, most of which one laptop made one after another.
  private func locals(of items: ArraySlice<TextWork.Item>, in scope: ScopeID) throws -> [LocalDot] {
    var locals: [LocalDot] = []
    locals.reserveCapacity(items.count)
    var replica: ReplicaID?
    for item in items {
      if item.dot.replica == replica, let last = locals.last, item.dot.counter < LocalDot.counterLimit {
        locals.append(LocalDot(stream: last.stream, counter: item.dot.counter))
      } else {
        locals.append(try local(item.dot, in: scope))
        replica = item.dot.replica
      }
    }
    return locals
  }

  /// The dots of edits, most of which one laptop made one after another.
  private func dots(of locals: [LocalDot]) throws -> [Dot] {
    var dots: [Dot] = []
    dots.reserveCapacity(locals.count)
    var stream: Int?
    for local in locals {
      if local.stream == stream, let last = dots.last {
        dots.append(Dot(last.replica, local.counter))
      } else {
        guard let (dot, _) = streams.dot(local) else { throw EditColumns.damage }
        dots.append(dot)
        stream = local.stream
      }
    }
    return dots
  }

  /// Takes in the edits from one on, of which some were made without having seen all others.
  private func merge(_ items: [TextWork.Item], from taken: Int, into text: OpenedText, at place: TextPlace) throws {
    let known = text.history.last
    let count = items.count - taken
    let givenLocals = try self.locals(of: items[taken...], in: text.scope)
    let givenPlaces = EditNumbers(givenLocals)
    /// The place among those given of an edit that one of them continues; most continue the one before.
    func givenPlace(of parent: Dot, before place: Int) -> Int? {
      if place > 0, items[taken + place - 1].dot == parent { return place - 1 }
      return streams.local(parent, in: text.scope).flatMap { givenPlaces.number(of: $0) }
    }
    // Along their branches, however they came.
    let order = BranchOrder.places(count) { own, found in
      for parent in items[taken + own].edit.parents {
        if let place = givenPlace(of: parent, before: own) { found(place) }
      }
    }
    let locals = order.map { givenLocals[$0] }
    var ranks = [Int](repeating: 0, count: count)
    for (rank, place) in order.enumerated() { ranks[place] = rank }
    // By item; none for just the one before.
    var parents: [[Int]] = []
    parents.reserveCapacity(count)
    var oldest = known
    for rank in order.indices {
      let dots = items[taken + order[rank]].edit.parents
      if rank > 0, dots.count == 1, order[rank - 1] < order[rank], dots[0] == items[taken + order[rank - 1]].dot {
        parents.append([])
      } else {
        // One that names what came after it, which no Quan does, does not continue that.
        let own = try numbers(of: dots.compactMap { streams.local($0, in: text.scope) }, in: text) { parent in
          givenPlaces.number(of: parent).flatMap { $0 < order[rank] ? known + 1 + ranks[$0] : nil }
        }
        oldest = min(oldest, own[0])
        parents.append(own)
      }
    }
    // The latest version that everything behind it has seen and that had seen everything before it.
    var base = known
    var edits = try text.history.edits(from: base)
    while base > 0 {
      if base < edits.first { edits = try text.history.edits(from: base) }
      if base <= oldest && edits.isAlone(base) { break }
      oldest = min(oldest, edits.oldestParent(base))
      base -= 1
    }
    // What is known is gone along its branches, however it came; what is fresh follows.
    let ordered = BranchOrder.places(known - base) { place, found in
      let own = edits.parents(base + 1 + place)
      if own.isEmpty { found(place - 1) }
      for parent in own { found(parent - base - 1) }
    }
    var places = [Int](repeating: 0, count: ordered.count)
    for (place, old) in ordered.enumerated() { places[old] = place }
    func event(_ number: Int) -> Int {
      let old = number - base - 1
      return old < 0 ? -1 : old < places.count ? places[old] : old
    }
    var events: [TextEvent] = []
    events.reserveCapacity(known - base + count)
    let dots = try self.dots(of: ordered.map { edits.dot(base + 1 + $0) } + locals)
    for (place, old) in ordered.enumerated() {
      let number = base + 1 + old
      let own = edits.parents(number)
      let parents = own.isEmpty ? [event(number - 1)] : own.map(event).sorted()
      events.append(TextEvent(dot: dots[place], parents: parents, runs: edits.runs(number)))
    }
    for rank in order.indices {
      let own = parents[rank].isEmpty ? [] : parents[rank].map(event).sorted()
      let runs = items[taken + order[rank]].edit.runs
      events.append(TextEvent(dot: dots[ordered.count + rank], parents: own, runs: runs[...]))
    }
    let length = base == known ? text.rope.count : edits.length(base + 1)
    var walker = TextWalker(events)
    var fresh = FreshEdits(items: items, places: order.map { taken + $0 }, locals: locals, parents: parents)
    fresh.take(
      &walker, known: known - base, length: length, isWatching: texts.isWatched, into: &text.rope, &text.history)
    if texts.isWatched, text.history.heads.count > 1 {
      edits = try text.history.edits(from: base + 1)
      let found = walker.sharedPassages(
        since: known - base, in: text.rope.utf8, limit: TextWork.passageLimit
      ) { Array(edits.deleted(base + 1 + ($0 < ordered.count ? ordered[$0] : $0))) }
      for passage in found {
        let last = passage.sides.map { side in
          let rank = side.event - (known - base)
          return (dot: events[side.event].dot, stamp: rank < 0 ? nil : items[taken + order[rank]].stamp)
        }
        texts.passages.append(TextWork.Passage(place: place, passage: passage, last: last))
      }
    }
  }

  /// The edits of a text that no other has seen: what an edit made now continues.
  func heads(of text: OpenedText) throws -> [Dot] {
    let heads = text.history.heads.filter { $0 > 0 }
    guard let oldest = heads.first else { return [] }
    let edits = try text.history.edits(from: oldest)
    return heads.compactMap { streams.dot(edits.dot($0))?.dot }.sorted()
  }
}

extension RecordState {
  /// The plain text of a collaborative text.
  func text(of key: FieldKey) -> String {
    if case .text(let text)? = fields[key]?.entries.first?.value { text } else { "" }
  }

  /// Puts a plain text in the place of a collaborative text, as if the record had been created with it.
  ///
  /// Which edits it is made of stands elsewhere. An empty text is none.
  mutating func set(text: String, of key: FieldKey) {
    fields[key] = nil
    if !text.isEmpty { start(InitialField(key, [.text(text)]), dot: id, stamp: ReplicaFile.unread) }
  }
}
