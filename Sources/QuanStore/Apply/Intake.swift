import QuanCore
import QuanFormat

/// Takes received segments into a replica, all in one transaction.
///
/// What can be attached is applied, in an order in which each comes after what it builds on; what is held already is
/// recognised by its digest; what misses something is kept as pending, and pending segments are released when what they
/// missed has come. Nothing is dropped and nothing is forced.
struct Intake {
  /// A segment on offer.
  struct Offer {
    /// Where it comes from.
    enum Origin: Hashable {
      /// A bundle.
      case bundle
      /// The row of `quan_pending`.
      case pending(Int64)
      /// The row of `quan_carried`: an envelope whose key has come.
      case carried(Int64)
    }

    let header: SegmentHeader
    /// Gives the segment's bytes in the clear, and its content.
    let load: () throws -> (bytes: [UInt8], segment: DecodedSegment)
    /// Gives the segment's bytes as they came.
    let raw: () throws -> [UInt8]
    let origin: Origin
  }

  let file: ReplicaFile
  private var applier: Applier
  /// Scopes whose rows must be made anew because a stream of theirs was found forked.
  private var forkedScopes: Set<ScopeID> = []
  /// Scopes whose rows must be made anew because a cut names another branch than the one that is held.
  private var unsureScopes: Set<ScopeID> = []

  /// What became of the changes taken in when they were, by row: what comes behind them may change it.
  private var judged: [(row: Int, first: UInt64, stretches: [ReplicaFile.Stretch])] = []

  /// The segments that were looked through for keys, by their digest.
  private var harvested: Set<Digest> = []

  private var clocks: ClockWatch
  private let progress: (WorkProgress) throws -> Void

  /// An intake.
  ///
  /// - Parameters:
  ///   - now: What the laptop's clock says.
  ///   - progress: Is told how many changes have been taken in.
  init(_ file: ReplicaFile, now: Instant, progress: @escaping (WorkProgress) throws -> Void) {
    self.file = file
    self.progress = progress
    clocks = ClockWatch(now: now)
    applier = Applier(file, isMerge: true)
  }

  /// What stands between a segment and its being applied.
  enum Standing {
    /// All its changes are held.
    case known
    /// It continues a row; some of its first changes may be held.
    case attachable(StreamRow)
    /// These places are not held.
    case missing([Dependency])
    /// Its key is not here.
    case sealed

    /// Whether nothing is to be taken in.
    var isKnown: Bool { if case .known = self { true } else { false } }
  }

  /// Where a segment stands.
  static func standing(of header: SegmentHeader, in file: ReplicaFile) throws -> Standing {
    if try file.row(at: header.end) != nil { return .known }
    if let seal = header.seal, file.keyring[seal.key] == nil {
      return try file.carriage().holds(header.end) ? .known : .sealed
    }
    var missing: [Dependency] = []
    var attached: StreamRow?
    if header.range.lowerBound == 1 {
      attached = file.streams.rows(of: header.stream).first { $0.parent == nil }
      guard file.start(of: header.stream) == header.previous else {
        throw StoreError(
          .otherWorkspace, "a segment starts from another workspace", subject: header.stream.description)
      }
    } else {
      attached = try file.row(at: header.attachment)
      if attached == nil { missing.append(header.attachment) }
    }
    for place in header.requires where place.stream.scope == header.stream.scope {
      if try file.row(at: place) == nil { missing.append(place) }
    }
    guard missing.isEmpty else { return .missing(missing) }
    if let attached { return .attachable(attached) }
    return .attachable(
      StreamRow(
        index: -1, id: header.stream, name: header.stream.replica, parent: nil, forkNumber: 0, number: 0, counter: 0,
        digest: header.previous))
  }

  // MARK: Taking in

  /// Takes in what is offered, and what was pending and now can be.
  mutating func take(_ offers: [Offer]) throws -> MergeReport {
    let before = try file.verdicts()
    try file.refreshKeyring()
    let left = file.meta.left
    var waiting = try offers.filter { !left.contains($0.header.stream.scope) } + pendingOffers()
    var total = waiting.reduce(0) { $0 + $1.header.range.count }
    var opened: Set<Int64> = []
    var done = 0
    var hasMoved = true
    while hasMoved {
      hasMoved = false
      var rest: [Offer] = []
      try file.refreshKeyring()
      let credentials = try Credentials(file, waiting.map(\.header))
      for offer in waiting {
        try progress(WorkProgress(.merging, done, of: total))
        let standing = try Self.standing(of: offer.header, in: file)
        if !standing.isKnown {
          switch credentials.answer(offer.header) {
          case .good(let owner):
            if let owner { try file.note(owner, of: offer.header.stream.replica) }
          case .stranger, .unsigned:
            rest.append(offer)
            continue
          case .forged:
            try refuse(offer, .feigned)
            continue
          }
        }
        switch standing {
        case .known:
          applier.tally.report.changesKnown += offer.header.range.count
          try forget(offer)
          done += offer.header.range.count
        case .attachable(let row):
          do {
            try apply(offer, to: row)
            hasMoved = true
          } catch is EnvelopeError {
            try refuse(offer, .lying)
          }
          done += offer.header.range.count
        case .missing, .sealed: rest.append(offer)
        }
      }
      waiting = rest
      if !hasMoved && !waiting.isEmpty {
        let good = try vouched(waiting, by: credentials)
        let entangled = entangled(waiting, among: good)
        if !entangled.isEmpty {
          try applyEntangled(entangled.map { waiting[$0] })
          waiting = waiting.indices.filter { !entangled.contains($0) }.map { waiting[$0] }
          hasMoved = true
        }
      }
      if !hasMoved {
        hasMoved = try harvest(waiting)
      }
      if !hasMoved {
        let carried = try carriedOffers(but: &opened)
        waiting += carried
        total += carried.reduce(0) { $0 + $1.header.range.count }
        hasMoved = !carried.isEmpty
      }
    }
    applier.tally.report.received = total
    let credentials = try Credentials(file, waiting.map(\.header))
    for offer in waiting { try keep(offer, credentials) }
    try applier.finishTexts()
    try rebuild(forkedScopes.union(unsureScopes).union(try file.unsettled(since: before)).union(try rejudged()))
    try file.contexts.save(file.connection)
    try file.finishSchema()
    return try report()
  }

  /// Looks for keys in segments of `shared` that can be opened but not taken in yet; says whether some were found.
  private mutating func harvest(_ waiting: [Offer]) throws -> Bool {
    var isNew = false
    for offer in waiting where offer.header.stream.scope == .shared {
      if let seal = offer.header.seal, file.keyring[seal.key] == nil { continue }
      guard harvested.insert(offer.header.digest).inserted, let segment = try? offer.load().segment else { continue }
      if try file.harvest(segment) { isNew = true }
    }
    return isNew
  }

  private mutating func apply(_ offer: Offer, to found: StreamRow) throws {
    let (bytes, segment) = try offer.load()
    try file.finishSchema(before: offer.header.stream.scope)
    var row = found
    if row.index < 0 {
      let index = try file.streams.intern(
        name: row.name, scope: row.id.scope, start: offer.header.previous, file.connection)
      row = file.streams.rows[index]
    }
    noteOwn(offer.header.stream)
    clocks.note(segment)
    if let signature = offer.header.signature { try file.keep(signature, at: offer.header.digest) }
    let stretches = try stretches(of: row, segment)
    if row.number == offer.header.range.lowerBound - 1 && !file.streams.hasChildren(row.index) {
      file.unlogged.hold(segment, of: row.index)
      if forkedScopes.contains(offer.header.stream.scope) {
        applier.tally.report.changesApplied += segment.changeCount
      } else if file.streams.hasForks || stretches.contains(where: { $0.verdict != .allowed }) {
        for change in 0..<segment.changeCount {
          // Dependencies first: dots are resolved by what the author had seen.
          let raw = segment.change(change)
          try applier.see(raw.dependencies, by: row.index)
          guard counts(raw, stretches) else { continue }
          try applier.apply(try file.resolve(raw, as: row.index), to: row.index)
        }
      } else {
        var direct = try SegmentApplier(file, segment, to: row.index)
        try direct.apply(with: &applier)
      }
      try file.appendSegment(
        segment.header, bytes, isSmall: true, key: offer.header.seal?.key, to: row.index)
      file.unlogged = .none
      try advance(row.index, to: segment.header)
    } else {
      try applyBehind(row, segment)
    }
    if offer.header.stream.scope == .shared, !stretches.isEmpty { applier.tally.report.isSweeping = true }
    try forget(offer)
  }

  private func advance(_ index: Int, to header: SegmentHeader) throws {
    file.streams.advance(
      index, number: header.range.upperBound, counter: header.lastCounter, digest: header.digest)
    try file.streams.save(index, file.connection)
  }

  /// Applies a segment whose first changes are held already, or that branches off.
  private mutating func applyBehind(_ start: StreamRow, _ segment: DecodedSegment) throws {
    let digests = segment.digests()
    var row = start
    var held = 0
    // Along the held changes as far as they are the same; at the end of a stretch on to the branch that continues.
    while held < digests.count {
      let number = segment.number(held)
      if number <= row.number {
        guard try file.digest(at: number, in: row) == digests[held] else { break }
        held += 1
      } else if let next = try branch(of: row, digest: digests[held], number: number) {
        row = next
      } else {
        break
      }
    }
    applier.tally.report.changesKnown += held
    guard held < digests.count else { return }
    let number = segment.number(held)
    var target = row.index
    if number <= row.number || file.streams.hasChildren(row.index) {
      target = try fork(row, at: number - 1, first: digests[held])
    }
    for change in held..<segment.changeCount {
      try append(segment.change(change), digests[change], to: target)
    }
    try file.packTail(target)
  }

  private func branch(of row: StreamRow, digest: Digest, number: UInt64) throws -> StreamRow? {
    for child in file.streams.rows where child.parent == row.index {
      if try file.digest(at: number, in: child) == digest { return child }
    }
    return nil
  }

  /// Applies one change behind all others of a row, and keeps it in the tail.
  private mutating func append(_ raw: Change, _ digest: Digest, to index: Int) throws {
    let scope = raw.stream.scope
    try file.finishSchema(before: scope)
    if forkedScopes.contains(scope) {
      applier.tally.report.changesApplied += 1
    } else {
      try applier.see(raw.dependencies, by: index)
      file.unlogged.add(raw, of: index)
      if counts(raw, try stretches(of: file.streams.rows[index], raw.number...raw.number)) {
        try applier.apply(try file.resolve(raw, as: index), to: index)
      }
    }
    try file.appendToTail(raw, CanonicalChange.encode(raw), digest, index)
    file.unlogged = .none
    file.streams.advance(
      index, number: raw.number, counter: raw.firstCounter + UInt64(raw.operations.count) - 1, digest: digest)
    try file.streams.save(index, file.connection)
  }

  /// That changes of the own identity came in: some other copy has written under it.
  private func noteOwn(_ stream: StreamID) {
    if stream.replica == file.meta.replica && !file.meta.isOvertaken {
      file.meta.isOvertaken = true
      try? file.meta.save(file.connection)
    }
  }

  // MARK: Entangled segments

  /// The segments among `waiting` that miss only each other: laptops that went back and forth between the ends
  /// of their segments.
  private func entangled(_ waiting: [Offer], among good: Set<Int>) -> Set<Int> {
    var set = good
    var hasShrunk = true
    while hasShrunk {
      hasShrunk = false
      for index in set {
        guard case .missing(let places)? = try? Self.standing(of: waiting[index].header, in: file) else { continue }
        let isClosed = places.allSatisfy { place in
          set.contains {
            waiting[$0].header.stream == place.stream && waiting[$0].header.range.contains(place.tip.number)
          }
        }
        if !isClosed {
          set.remove(index)
          hasShrunk = true
        }
      }
    }
    return set
  }

  /// Applies entangled segments change by change, each change after what it lists.
  private mutating func applyEntangled(_ offers: [Offer]) throws {
    var cursors: [(segment: DecodedSegment, digests: [Digest], next: Int, offer: Offer)] = []
    for offer in offers {
      let segment: DecodedSegment
      do {
        segment = try offer.load().segment
      } catch is EnvelopeError {
        try refuse(offer, .lying)
        continue
      }
      clocks.note(segment)
      if let signature = offer.header.signature { try file.keep(signature, at: offer.header.digest) }
      cursors.append((segment, segment.digests(), 0, offer))
    }
    var touched: Set<Int> = []
    var hasMoved = true
    while hasMoved {
      hasMoved = false
      for index in cursors.indices {
        while cursors[index].next < cursors[index].segment.changeCount {
          let place = cursors[index].next
          let raw = cursors[index].segment.change(place)
          guard let row = try ready(raw, before: place, cursors[index].segment, cursors[index].digests) else { break }
          if raw.number <= row.number {
            guard try file.digest(at: raw.number, in: row) == cursors[index].digests[place] else { break }
            applier.tally.report.changesKnown += 1
          } else {
            noteOwn(raw.stream)
            try append(raw, cursors[index].digests[place], to: row.index)
            touched.insert(row.index)
          }
          cursors[index].next += 1
          hasMoved = true
        }
      }
    }
    for index in touched { try file.packTail(index) }
    for cursor in cursors {
      if cursor.next == cursor.segment.changeCount {
        try forget(cursor.offer)
      } else if cursor.offer.origin == .bundle {
        try keep(cursor.offer)
      }
    }
  }

  /// The row that a change attaches to, when that and all it lists are held.
  private func ready(
    _ raw: Change, before place: Int, _ segment: DecodedSegment, _ digests: [Digest]
  ) throws -> StreamRow? {
    for dependency in raw.dependencies where dependency.stream.scope == raw.stream.scope {
      guard try file.row(at: dependency) != nil else { return nil }
    }
    let before = place == 0 ? segment.header.previous : digests[place - 1]
    if raw.number == 1 {
      let index = try file.streams.intern(
        name: raw.stream.replica, scope: raw.stream.scope, start: before, file.connection)
      return file.streams.rows[index]
    }
    return try file.row(at: Dependency(raw.stream, Tip(number: raw.number - 1, check: before.check)))
  }

  // MARK: Pending

  private func pendingOffers() throws -> [Offer] {
    var offers: [Offer] = []
    let statement = try file.connection.statement("SELECT id, bytes FROM quan_pending ORDER BY id")
    let file = file
    while try statement.step() {
      let id = statement.integer(0)
      let bytes = statement.blob(1)
      guard let (header, _) = try? Segment.header(of: bytes) else {
        throw StoreError(.damaged, "a pending segment is damaged")
      }
      offers.append(Self.offer(header, bytes, file, .pending(id)))
    }
    return offers
  }

  /// The carried envelopes whose key is here now, but for those offered before.
  private func carriedOffers(but offered: inout Set<Int64>) throws -> [Offer] {
    try file.carriage().items.filter { item in
      guard let seal = item.header.seal, file.keyring[seal.key] != nil else { return false }
      return offered.insert(item.id).inserted
    }
    .map { Self.offer($0.header, try file.carriedBytes($0.id), file, .carried($0.id)) }
  }

  private static func offer(
    _ header: SegmentHeader, _ bytes: [UInt8], _ file: ReplicaFile, _ origin: Offer.Origin
  ) -> Offer {
    let load = {
      let clear = header.seal == nil ? bytes : try Envelope.open(bytes, with: file.keyring)
      return (clear, try file.decode(clear))
    }
    return Offer(header: header, load: load, raw: { bytes }, origin: origin)
  }

  private func forget(_ offer: Offer) throws {
    switch offer.origin {
    case .bundle: return
    case .carried(let id): try file.stopCarrying(id)
    case .pending(let id):
      let statement = try file.connection.statement("DELETE FROM quan_pending WHERE id=?")
      statement.bind(1, id)
      try statement.run()
    }
  }

  /// Keeps what cannot be taken in: an envelope without a key is carried when a member sealed it; all else waits.
  private mutating func keep(_ offer: Offer, _ credentials: Credentials) throws {
    guard let seal = offer.header.seal, file.keyring[seal.key] == nil else {
      if case .pending = offer.origin { return }
      try keep(offer)
      return
    }
    switch credentials.sealer(of: offer.header) {
    case .good:
      guard case .good = credentials.answer(offer.header) else { fallthrough }
      if try file.carry(offer.header, try offer.raw()) {
        applier.tally.report.changesCarried += offer.header.range.count
      } else {
        applier.tally.report.changesKnown += offer.header.range.count
      }
      try forget(offer)
    case .stranger, .unsigned:
      if offer.origin == .bundle { try wait(offer, try offer.raw()) }
    case .forged: try refuse(offer, .lying)
    }
  }

  private mutating func keep(_ offer: Offer) throws {
    do {
      try wait(offer, try offer.load().bytes)
      try forget(offer)
    } catch is EnvelopeError {
      try refuse(offer, .lying)
    }
  }

  private mutating func wait(_ offer: Offer, _ bytes: [UInt8]) throws {
    let statement = try file.connection.statement("INSERT OR IGNORE INTO quan_pending (digest, bytes) VALUES (?,?)")
    statement.bind(1, offer.header.digest.bytes)
    statement.bind(2, bytes)
    try statement.run()
    // The same segment has been waiting already, or came twice.
    if file.connection.changedRowCount == 0 { applier.tally.report.changesKnown += offer.header.range.count }
  }

  private func report() throws -> MergeReport {
    var report = applier.tally.finished()
    try file.finishSchema()
    try file.tellProblems(in: &report)
    report.pending = try file.pendingSegments()
    report.clocks = clocks.notices
    report.openConflicts = try file.conflictCount()
    report.changesPending = report.pending.reduce(0) { $0 + $1.range.count }
    for known in try file.knownReplicas() where !known.label.isEmpty { report.labels[known.id] = known.label }
    return report
  }

  // MARK: Forks

  /// Splits a stream at a change: from there on each branch, also the one that was here first, takes a name of its own.
  ///
  /// - Returns: The row of the new branch, whose first change has digest `first`.
  private mutating func fork(_ row: StreamRow, at number: UInt64, first: Digest) throws -> Int {
    let counter = try file.counter(at: number, in: row)
    guard let base = try file.digest(at: number, in: row) else {
      throw StoreError(.damaged, "the log has a gap", subject: row.id.description)
    }
    var branches: [MergeReport.Fork.Branch] = []
    if number < row.number {
      branches.append(try file.splitOff(row, at: number, counter: counter, digest: base))
    } else {
      for child in file.streams.rows where child.parent == row.index {
        guard let digest = try file.digest(at: number + 1, in: child) else { continue }
        branches.append(MergeReport.Fork.Branch(name: child.name, digest: digest))
      }
    }
    let name = DigestChain.branchName(of: row.id.replica, first: first)
    branches.append(MergeReport.Fork.Branch(name: name, digest: first))
    applier.tally.report.isSweeping = true
    applier.tally.report.forks.append(MergeReport.Fork(stream: row.id, number: number, branches: branches))
    forkedScopes.insert(row.id.scope)
    return try file.streams.add(
      id: row.id, name: name, parent: row.index, forkNumber: number, number: number, counter: counter, digest: base,
      file.connection)
  }

  private mutating func rebuild(_ scopes: Set<ScopeID>) throws {
    guard !scopes.isEmpty else { return }
    applier.tally.report.isSweeping = true
    let before = Set(try file.conflicts(of: nil, limit: nil).map { MergeTally.Place($0) })
    try file.settle(scopes, progress: progress)
    var gone = before
    for conflict in try file.conflicts(of: nil, limit: nil) {
      let place = MergeTally.Place(conflict)
      let earlier = earlierNames(of: place).filter { before.contains($0) }
      gone.subtract(earlier)
      for old in earlier where old != place { applier.tally.rename(old, to: place, conflict) }
      if earlier.isEmpty { applier.tally.note(conflict, at: place, had: false) }
    }
    for place in gone { applier.tally.note(nil, at: place, had: true) }
  }

  /// A place by the IDs that its record has gone by: a branch's records went by the name of the stretch before it.
  private func earlierNames(of place: MergeTally.Place) -> [MergeTally.Place] {
    guard let index = file.streams.index(name: place.record.replica, scope: place.scope) else { return [place] }
    return file.streams.path(to: index).map { stretch in
      MergeTally.Place(
        record: Dot(stretch.name, place.record.counter), scope: place.scope, kind: place.kind, field: place.field,
        item: place.item)
    }
  }

  // MARK: Rights

  /// What becomes of a segment's changes; empty when the workspace is open to everybody.
  private mutating func stretches(of row: StreamRow, _ segment: DecodedSegment) throws -> [ReplicaFile.Stretch] {
    let range = segment.header.range
    guard let membership = try file.membership() else { return [] }
    // A cut that names another branch than this one covers nothing of it, which shows only once the branch is held.
    let isCut = membership.boundaries(of: try file.owner(of: row), in: row.id).contains { $0 >= range.lowerBound }
    if isCut { unsureScopes.insert(row.id.scope) }
    return try stretches(of: row, range)
  }

  private mutating func stretches(
    of row: StreamRow, _ range: ClosedRange<UInt64>
  ) throws -> [ReplicaFile.Stretch] {
    guard let membership = try file.membership() else { return [] }
    let stretches = try file.stretches(of: row, from: range.lowerBound, upTo: range.upperBound, membership)
    judged.append((row.index, range.lowerBound, stretches))
    return stretches
  }

  /// The scopes in which something that was taken in would be judged otherwise now.
  private func rejudged() throws -> Set<ScopeID> {
    guard let membership = try file.membership() else { return [] }
    var scopes: Set<ScopeID> = []
    for (index, first, stretches) in judged {
      guard let last = stretches.last?.last else { continue }
      let row = file.streams.rows[index]
      let now = try file.stretches(of: row, from: first, upTo: last, membership)
      if now != stretches { scopes.insert(row.id.scope) }
    }
    return scopes
  }

  /// Whether a change counts; one that does not is void.
  private mutating func counts(_ raw: Change, _ stretches: [ReplicaFile.Stretch]) -> Bool {
    let verdict = stretches.first { raw.number <= $0.last }?.verdict ?? .allowed
    if verdict.admits(raw.operations) { return true }
    applier.tally.report.changesApplied += 1
    applier.tally.report.changesVoid += 1
    return false
  }

  /// Lets go of a segment that is not what it says, and names it.
  private mutating func refuse(_ offer: Offer, _ reason: RefusedSegment.Reason) throws {
    try forget(offer)
    let member = reason == .feigned ? offer.header.signature?.signer : offer.header.seal?.sealer
    applier.tally.report.refused += offer.header.range.count
    applier.tally.report.refusedSegments.append(
      RefusedSegment(
        stream: offer.header.stream, range: offer.header.range, reason: reason, member: member ?? .builtIn))
  }

  /// The segments among `waiting` that members vouch for; whose they are is noted.
  private func vouched(_ waiting: [Offer], by credentials: Credentials) throws -> Set<Int> {
    var good: Set<Int> = []
    for (index, offer) in waiting.enumerated() {
      // What cannot be opened cannot be taken apart into changes either.
      if case .sealed = try Self.standing(of: offer.header, in: file) { continue }
      guard case .good(let owner) = credentials.answer(offer.header) else { continue }
      if let owner { try file.note(owner, of: offer.header.stream.replica) }
      good.insert(index)
    }
    return good
  }
}
