import QuanCore

/// Which text: the record and the field.
struct TextPlace: Hashable {
  let record: LocalDot
  let key: FieldKey
}

/// Edits of texts that are being taken in; a text is opened once for all of them.
struct WaitingEdits {
  /// An edit that waits.
  struct Item {
    let dot: Dot
    let edit: TextEdit
  }

  fileprivate var items: [TextPlace: [Item]] = [:]
  fileprivate var size = 0

  /// The records whose edits wait, ascending.
  var records: [LocalDot] { Set(items.keys.map(\.record)).sorted() }

  /// Up to how many bytes of edits wait, so that memory stays bounded.
  fileprivate static let limit = 16 << 20
}

/// Texts: the column holds the plain text, `quan_edit` what each edit did, one row an edit.
extension ReplicaFile {
  /// Takes in an edit, at the latest when somebody asks for its record or the transaction ends.
  func take(_ edit: TextEdit, _ dot: Dot, at place: TextPlace) throws {
    edits.items[place, default: []].append(WaitingEdits.Item(dot: dot, edit: edit))
    edits.size += edit.utf8.count + edit.runs.count * 24 + 64
    if edits.size > WaitingEdits.limit { try finishTexts() }
  }

  /// Takes in the edits that wait, of one record or all.
  func finishTexts(of record: LocalDot? = nil) throws {
    guard !edits.items.isEmpty else { return }
    for place in edits.items.keys where record == nil || place.record == record {
      guard let items = edits.items.removeValue(forKey: place) else { continue }
      try take(items, at: place)
    }
    if edits.items.isEmpty { edits.size = 0 }
  }

  private func take(_ items: [WaitingEdits.Item], at place: TextPlace) throws {
    guard var stored = try load(place.record) else { return }
    let presence = stored.state.presence
    var rope = Rope(stored.state.text(of: place.key))
    var history = try TextHistory(self, place)
    var taken = 0
    // As long as nobody else wrote meanwhile, edits are right as they are.
    while taken < items.count {
      let own = try parents(items[taken], in: &history, [:], scope: stored.scope)
      guard own == history.heads else { break }
      let local = try local(items[taken].dot, in: stored.scope)
      history.append(local, parents: own, length: rope.count, runs: items[taken].edit.runs)
      rope.apply(items[taken].edit)
      taken += 1
    }
    if taken < items.count {
      try merge(items[taken...], into: &rope, &history, scope: stored.scope)
    }
    try history.save()
    for item in items {
      stored.state.seen[item.dot.replica] = max(stored.state.seen[item.dot.replica] ?? 0, item.dot.counter)
    }
    stored.state.set(text: rope.string, of: place.key)
    if stored.state.presence != presence { touched.change(place.record, kind: stored.state.kind) }
    touched.write(place.record, kind: stored.state.kind, place.key.id, formerTargets: [])
    try save(stored.state, at: place.record, replacing: stored.place)
  }

  /// The numbers of an edit's parents; those of edits that are not in the history yet are in `fresh`.
  private func parents(
    _ item: WaitingEdits.Item, in history: inout TextHistory, _ fresh: [LocalDot: Int], scope: ScopeID
  ) throws -> [Int] {
    var own: Set<Int> = []
    for parent in item.edit.parents {
      guard let local = streams.local(parent, in: scope) else { continue }
      if let number = try fresh[local] ?? history.number(of: local) { own.insert(number) }
    }
    return own.isEmpty ? [0] : own.sorted()
  }

  /// Takes in edits of which some were made without having seen all others.
  private func merge(
    _ items: ArraySlice<WaitingEdits.Item>, into rope: inout Rope, _ history: inout TextHistory, scope: ScopeID
  ) throws {
    let known = history.last
    var numbers: [LocalDot: Int] = [:]
    var fresh: [(local: LocalDot, item: WaitingEdits.Item, parents: [Int])] = []
    for item in items {
      let own = try parents(item, in: &history, numbers, scope: scope)
      let local = try local(item.dot, in: scope)
      fresh.append((local, item, own))
      numbers[local] = known + fresh.count
    }
    // The latest version that everything behind it has seen and that had seen everything before it.
    var base = known
    var oldest = fresh.flatMap(\.parents).min() ?? known
    while base > 0 {
      try history.read(from: base)
      if base <= oldest && history.row(base).heads == [base] { break }
      oldest = min(oldest, history.row(base).parents[0])
      base -= 1
    }
    var events: [TextEvent] = []
    func add(_ local: LocalDot, _ own: [Int], _ runs: [TextRun]) {
      guard let (dot, _) = streams.dot(local) else { return }
      events.append(TextEvent(dot: dot, parents: own.map { $0 - base - 1 }, runs: runs))
    }
    for number in base..<known {
      let row = history.row(number + 1)
      add(row.dot, row.parents, row.runs)
    }
    for (local, item, own) in fresh { add(local, own, item.edit.runs) }
    let length = base == known ? rope.count : history.row(base + 1).length
    var walker = TextWalker(events)
    var next = 0
    func note(before end: Int) {
      while next < end {
        let (local, item, own) = fresh[next]
        history.append(local, parents: own, length: rope.count, runs: item.edit.runs)
        next += 1
      }
    }
    walker.run(known: known - base, length: length) { step in
      let event = step.event - (known - base)
      note(before: event + 1)
      rope.apply(step, of: fresh[event].item.edit)
    }
    note(before: fresh.count)
  }

  /// The edits of a text that no other has seen: what an edit made now continues.
  func textHeads(at place: TextPlace) throws -> [Dot] {
    try finishTexts(of: place.record)
    var history = try TextHistory(self, place)
    var heads: [Dot] = []
    for head in history.heads where head > 0 {
      try history.read(from: head)
      if let (dot, _) = streams.dot(history.row(head).dot) { heads.append(dot) }
    }
    return heads.sorted()
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
