import Quan

/// One run of an import: what the file's columns are, and what has been met so far.
struct CSVRun {
  private let plan: CSVPlan
  private let kind: KindDefinition
  private let deciding: String?
  private let answers: [Int: RowAnswer]?
  private let replica: Replica
  private var keys: CSVKeys
  /// Reads the cells that name records, by the place of their field.
  private var cells: [Int: CSVCell]
  /// The row that is being taken.
  private var row = CSVRow(line: 0, bytesRead: 0)
  private var values: [[Value]] { row.values }
  private var pairs: [Int: [(key: String, value: Value)]] { row.pairs }
  private var stems: CSVStems
  /// How many of the records that a row may be are named and looked at.
  static let candidateLimit = 5
  /// Of how many more new records the cells are told.
  private var previews: Int

  /// Begins.
  ///
  /// - Parameters:
  ///   - deciding: The natural key that decides, when somebody said so.
  ///   - answers: What a person has answered about rows that waited, by line; when there are any, even none, the table
  ///     has been taken before, and no other row is made a record anew.
  init(
    _ plan: CSVPlan, kind: KindDefinition, deciding: String?, answers: [Int: RowAnswer]?, replica: Replica,
    previews: Int
  ) throws {
    self.plan = plan
    self.kind = kind
    self.deciding = deciding
    self.answers = answers
    self.replica = replica
    keys = try CSVKeys(plan, kind: kind, replica: replica, findsRecords: plan.hasExternalID || answers != nil)
    let finder = RecordFinder(replica: replica)
    cells = Dictionary(
      uniqueKeysWithValues: plan.fields.enumerated().filter { $0.element.type == .reference }.map {
        ($0.offset, CSVCell($0.element, finder))
      })
    stems = CSVStems(replica, kind: kind)
    self.previews = previews
  }

  /// Takes a row; `nil` when it must be in another change, because its record is in another scope.
  mutating func apply(_ read: CSVRow, _ transaction: inout Transaction) throws -> RowOutcome? {
    guard let judged = try judge(read, &transaction) else { return nil }
    guard judged.verdict == .needsYou, row.refusals.allSatisfy({ $0.damaged != nil }) else { return judged }
    let question = RowQuestion(check: RowAnswer.check(of: read.cells), candidates: judged.candidates, cells: told())
    let answer = answer(to: read)
    var outcome: RowOutcome? = judged
    if let answer { outcome = try take(answer, question, judged, &transaction) }
    outcome?.line = read.line
    outcome?.question = question
    outcome?.answer = answer?.text
    return outcome
  }

  /// Does what can be done without a person.
  private mutating func judge(_ read: CSVRow, _ transaction: inout Transaction) throws -> RowOutcome? {
    if let aside = read.aside { return RowOutcome(verdict: .skipped, why: [aside]) }
    row = read
    if !read.references.isEmpty { try readReferences() }
    let warnings = row.warnings
    if !row.refusals.isEmpty { return try refuse(row.refusals, warnings) }
    guard values.contains(where: { !$0.isEmpty }) else {
      return RowOutcome(verdict: .skipped, why: [.empty])
    }
    if let own = ownID {
      if let place = keys.place(of: own) {
        row.values[0] = []
        return try settle([place], warnings, &transaction)
      }
      if let record = try replica.record(own), record.kind.id == kind.id {
        return RowOutcome(verdict: .refused, record: own, why: [.deleted(own.description)] + warnings)
      }
    }
    let hashes = row.hashes
    let matches = keys.matches(hashes)
    if let external = matches.first(where: { $0.key.text == BuiltIn.externalIDName }) {
      return try settle(external.places, warnings, &transaction)
    }
    if let deciding, let match = matches.first(where: { $0.key.text == deciding }) {
      return try settle(match.places, warnings, bringsNumber: !values[0].isEmpty, &transaction)
    }
    guard matches.isEmpty else { return try nominate(matches, warnings) }
    guard answers == nil else {
      // Where nothing tells records apart, a row that was taken before would become another one.
      return answer(to: read) == nil
        ? RowOutcome(verdict: .skipped, why: [.unasked]) : RowOutcome(verdict: .needsYou, why: warnings)
    }
    return try create(hashes, warnings, &transaction)
  }

  /// What a person has answered about a row that was asked about.
  private func answer(to row: CSVRow) -> RowAnswer? { answers?[row.line].flatMap { $0.check.isEmpty ? nil : $0 } }

  /// Reads the cells that name records.
  private mutating func readReferences() throws {
    for cell in row.references { try cells[cell.field]?.read(cell.text, at: cell.field, into: &row) }
    row.hashes = CSVKeys.hashes(of: row.values, plan)
  }

  // MARK: Verdicts

  /// A row that cannot be taken; where a damaged number is why, and others of its cells tell whose it may be, a person
  /// can say so.
  private mutating func refuse(_ refusals: [CSVCell.Refusal], _ warnings: [RowReason]) throws -> RowOutcome {
    let why = refusals.map(\.why) + warnings
    let damaged = refusals.compactMap(\.damaged)
    let named = named()
    guard !damaged.isEmpty else { return RowOutcome(verdict: .refused, record: named, why: why) }
    let matches = keys.matches(row.hashes)
    var records = Set(matches.flatMap(\.places).map { keys.records[$0] })
    var reasons = matches.map(\.key.label)
    if let name = plan.fields.firstIndex(where: { $0.name == "name" }), case .text(let name)? = values[name].first {
      for number in damaged where number.utf8.count == 18 {
        let like = try stems.records(like: number, named: name)
        if !like.isEmpty {
          reasons.append(say("姓名和号码前 \(CSVStems.length) 位", "name and the first \(CSVStems.length) digits"))
        }
        records.formUnion(like)
      }
    }
    guard !records.isEmpty else {
      let isDoubtful = refusals.allSatisfy(\.isDoubtful)
      return RowOutcome(verdict: isDoubtful ? .needsYou : .refused, record: named, why: why)
    }
    let candidates = records.sorted()
    let shown = try candidates.prefix(Self.candidateLimit).map { try replica.shortForm(of: $0) }.joined(separator: " ")
    let alike = reasons.joined(separator: say("、", ", "))
    return RowOutcome(
      verdict: .needsYou, record: records.count == 1 ? records.first : nil,
      why: why + [.perhaps(records: shown, alike: alike)], candidates: candidates)
  }

  /// The one record that a row names by its ID or an outside system's.
  private func named() -> RecordID? {
    if let own = ownID, keys.place(of: own) != nil { return own }
    let external = keys.matches(row.hashes).first { $0.key.text == BuiltIn.externalIDName }
    guard let external, external.places.count == 1 else { return nil }
    return keys.records[external.places[0]]
  }

  /// A record's own ID in the place of an outside system's: an export so names those that no outside system knows.
  private var ownID: RecordID? {
    guard case .text(let text)? = values[0].first, text.utf8.contains(UInt8(ascii: "-")) else { return nil }
    return RecordID(text)
  }

  /// A row that has a key of known records, without leave to decide by it.
  private func nominate(_ matches: [(key: CSVPlan.Key, places: [Int])], _ warnings: [RowReason]) throws -> RowOutcome {
    let places = Array(Set(matches.flatMap(\.places))).sorted { keys.records[$0] < keys.records[$1] }
    let candidate = places.count == 1 ? places[0] : nil
    // A row that says just what a candidate shows says nothing new.
    if let same = try places.prefix(Self.candidateLimit).first(where: { try !keys.isMet($0) && showsAll($0) }) {
      return RowOutcome(verdict: .same, record: keys.records[same], why: warnings)
    }
    let shown = try places.prefix(Self.candidateLimit).map { try replica.shortForm(of: keys.records[$0]) }.joined(
      separator: " ")
    let key = matches.map(\.key.label).joined(separator: say("、", ", "))
    return RowOutcome(
      verdict: .needsYou, record: candidate.map { keys.records[$0] },
      why: [.alike(records: shown, key: key)] + warnings, candidates: places.map { keys.records[$0] })
  }

  private mutating func create(
    _ hashes: [UInt64?], _ warnings: [RowReason], _ transaction: inout Transaction
  ) throws -> RowOutcome? {
    guard transaction.canAct(in: transaction.homeScope) else { return nil }
    var maps: [FieldID: [(key: String, value: Value)]] = [:]
    var given = row.values
    for (place, pairs) in pairs {
      maps[plan.fields[place].id] = pairs
      given[place] = []
    }
    let id: RecordID
    do {
      id = try transaction.create(
        kind.id, in: transaction.homeScope, fields: plan.identities, given, maps: maps)
    } catch let error as StoreError where error.code == .invalid {
      return RowOutcome(verdict: .refused, why: [RowReason(CommandFailure(error))])
    }
    keys.insert(id, keys: hashes)
    keys.meet(keys.records.count - 1)
    return RowOutcome(verdict: .created, record: id, why: warnings, changes: preview())
  }

  /// The cells of a new record, of the first few.
  private mutating func preview() -> [RowOutcome.Change] {
    guard previews > 0 else { return [] }
    previews -= 1
    return told()
  }

  /// Brings the one record that a row is about up to date.
  ///
  /// - Parameters:
  ///   - bringsNumber: Whether the row has an outside number by which the record was not found.
  ///   - isAnswered: Whether a person has said that it is this record, whatever other rows are.
  private mutating func settle(
    _ places: [Int], _ warnings: [RowReason], bringsNumber: Bool = false, isAnswered: Bool = false,
    _ transaction: inout Transaction
  ) throws -> RowOutcome? {
    guard places.count == 1 else {
      return RowOutcome(
        verdict: .needsYou, why: [.several(places.count)] + warnings, candidates: places.map { keys.records[$0] })
    }
    let place = places[0]
    let id = keys.records[place]
    guard isAnswered || !keys.isMet(place) else {
      return RowOutcome(verdict: .needsYou, record: id, why: [.repeated] + warnings, candidates: [id])
    }
    if !bringsNumber, keys.showsJust(values, at: place) {
      keys.meet(place)
      return RowOutcome(verdict: .same, record: id, why: warnings)
    }
    guard let record = try replica.record(id) else {
      return RowOutcome(verdict: .refused, why: [.absent])
    }
    guard transaction.canAct(in: record.scope) else { return nil }
    var changes = changes(record)
    // An outside system's number goes to a record that has none.
    if bringsNumber, record[BuiltIn.externalIDName]?.shown.isEmpty != false {
      changes.append(RowOutcome.Change(field: plan.fields[0], old: [], new: values[0]))
    }
    let isOpen = changes.first { change in
      guard let view = record[change.field.name] else { return false }
      return !view.sides.isEmpty || view.items.contains { !$0.sides.isEmpty }
    }
    if let field = isOpen?.field {
      return RowOutcome(
        verdict: .refused, record: id,
        why: [.open(field: Titles.named(field), record: try replica.shortForm(of: id))] + warnings)
    }
    guard changes.isEmpty || !kind.isAppendOnly else {
      return RowOutcome(verdict: .refused, record: id, why: [.onlyAdded(kind: kind.name)] + warnings)
    }
    keys.meet(place)
    for change in changes { try write(change, to: id, &transaction) }
    return RowOutcome(
      verdict: changes.isEmpty ? .same : .changed, record: id, why: warnings, changes: changes)
  }

  private func write(_ change: RowOutcome.Change, to id: RecordID, _ transaction: inout Transaction) throws {
    switch change.field.container {
    case .set: for value in change.new { try transaction.add(id, change.field.id, value) }
    case .counter:
      guard case .integer(let wanted)? = change.new.first else { return }
      var now: Int64 = 0
      if case .integer(let number)? = change.old.first { now = number }
      try transaction.increment(id, change.field.id, by: wanted &- now)
    case .list: try transaction.assign(id, change.field.id, change.new)
    case .map:
      for (key, value) in zip(change.keys, change.new) { try transaction.set(id, change.field.id, key: key, to: value) }
    case .register, .text: try transaction.set(id, change.field.id, to: change.new.first)
    }
  }

  // MARK: Answers

  /// Does what a person has answered; the row goes on waiting, and says why, when that cannot be done.
  ///
  /// A number that a spreadsheet has damaged is left out.
  private mutating func take(
    _ answer: RowAnswer, _ question: RowQuestion, _ judged: RowOutcome, _ transaction: inout Transaction
  ) throws -> RowOutcome? {
    guard let meaning = answer.meaning else { return judged }
    func waiting(_ reason: RowReason) -> RowOutcome {
      RowOutcome(verdict: .needsYou, record: judged.record, why: [reason] + judged.why, candidates: judged.candidates)
    }
    guard answer.check == question.check else { return waiting(.changedSince) }
    let remarks = row.refusals.map(\.why) + row.warnings
    switch meaning {
    case .new:
      guard keys.matches(row.hashes).first?.key.text != BuiltIn.externalIDName else { return waiting(.taken) }
      // Taken before: the same answers twice make one record.
      let places = judged.candidates.compactMap { keys.place(of: $0) }
      if let same = try places.first(where: { try showsAll($0) }) {
        return RowOutcome(verdict: .same, record: keys.records[same], why: remarks)
      }
      return try create(row.hashes, remarks, &transaction)
    case .same:
      guard judged.candidates.count == 1 else { return waiting(.vague(answer: answer.text)) }
      return try settle(judged.candidates[0], remarks, orWait: waiting, &transaction)
    case .record(let text):
      let id: RecordID
      do {
        id = try RecordFinder(replica: replica).reference(text, kind: kind.name).record
      } catch let failure as CommandFailure {
        return waiting(RowReason(failure))
      }
      return try settle(id, remarks, orWait: waiting, &transaction)
    }
  }

  /// Brings the record that a person has named up to date.
  private mutating func settle(
    _ id: RecordID, _ remarks: [RowReason], orWait waiting: (RowReason) -> RowOutcome, _ transaction: inout Transaction
  ) throws -> RowOutcome? {
    // Of joined records any ID names the one that they are.
    let record = try replica.record(id)
    guard let place = keys.place(of: record?.id ?? id) else {
      return waiting(record?.presence == .deleted ? .deleted(try replica.shortForm(of: id)) : .absent)
    }
    return try settle([place], remarks, bringsNumber: !values[0].isEmpty, isAnswered: true, &transaction)
  }

  /// What the row says, field by field.
  private func told() -> [RowOutcome.Change] {
    plan.told.compactMap { place in
      values[place].isEmpty
        ? nil
        : RowOutcome.Change(
          field: plan.fields[place], old: [], new: values[place], keys: pairs[place]?.map(\.key) ?? [])
    }
  }

  // MARK: Comparing

  /// Whether a record shows all that the row says.
  private func showsAll(_ place: Int) throws -> Bool {
    if keys.showsJust(values, at: place) { return true }
    guard let record = try replica.record(keys.records[place]) else { return false }
    return changes(record).isEmpty
  }

  /// The cells that differ from what a record shows; of sets the elements that it lacks, of maps the keys.
  private func changes(_ record: Record) -> [RowOutcome.Change] {
    plan.told.compactMap { place in
      let field = plan.fields[place]
      let view = record[field.name]
      let shown = view?.shown ?? []
      if let pairs = pairs[place] {
        let new = pairs.filter { pair in view?.item(.key(MapKey(pair.key)))?.shown != [pair.value] }
        return new.isEmpty
          ? nil : RowOutcome.Change(field: field, old: shown, new: new.map(\.value), keys: new.map(\.key))
      }
      if field.container == .list {
        let new = values[place]
        return new.isEmpty || new == shown ? nil : RowOutcome.Change(field: field, old: shown, new: new)
      }
      let missing = values[place].filter { !shown.contains($0) }
      return missing.isEmpty ? nil : RowOutcome.Change(field: field, old: shown, new: missing)
    }
  }
}
