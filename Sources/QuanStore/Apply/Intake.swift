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
  var applier: Applier
  /// Scopes whose rows must be made anew because a stream of theirs was found forked.
  var forkedScopes: Set<ScopeID> = []
  /// Scopes whose rows must be made anew because a cut names another branch than the one that is held.
  var unsureScopes: Set<ScopeID> = []

  /// What became of the changes taken in when they were, by row: what comes behind them may change it.
  var judged: [(row: Int, first: UInt64, stretches: [ReplicaFile.Stretch])] = []

  /// The segments that were looked through for keys, by their digest.
  private var harvested: Set<Digest> = []

  var clocks: ClockWatch
  let progress: (WorkProgress) throws -> Void

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
        let groups = try entangled(waiting, among: good)
        for group in groups {
          try progress(WorkProgress(.merging, done, of: total))
          try applyEntangled(group.map { waiting[$0] })
          done += group.reduce(0) { $0 + waiting[$1].header.range.count }
        }
        if !groups.isEmpty {
          let taken = Set(groups.joined())
          waiting = waiting.indices.filter { !taken.contains($0) }.map { waiting[$0] }
          hasMoved = true
        } else {
          hasMoved = try cut(&waiting, among: good)
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
      let held = file.unlogged.hold(segment, of: row.index)
      if forkedScopes.contains(offer.header.stream.scope) {
        applier.tally.report.changesApplied += segment.changeCount
      } else if file.streams.hasForks || stretches.contains(where: { $0.verdict != .allowed }) {
        for change in 0..<segment.changeCount {
          // Dependencies first: dots are resolved by what the author had seen.
          file.unlogged.begin(change, of: held)
          let raw = segment.change(change)
          try applier.see(raw.dependencies, by: row.index)
          guard counts(raw, stretches) else { continue }
          try applier.apply(try file.resolve(raw, as: row.index), to: row.index)
        }
      } else {
        var direct = try SegmentApplier(file, segment, held: held, to: row.index)
        try direct.apply(0..<segment.changeCount, with: &applier)
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

  /// That changes of the own identity came in: some other copy has written under it.
  func noteOwn(_ stream: StreamID) {
    if stream.replica == file.meta.replica && !file.meta.isOvertaken {
      file.meta.isOvertaken = true
      try? file.meta.save(file.connection)
    }
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
}
