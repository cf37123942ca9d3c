import QuanCore
import QuanFormat

/// The content of a row of `quan_merge`: sections, each with its number and length in front, so that a reader passes
/// over those that it does not know.
enum MergeCodec {
  /// The sections; a number is never used for anything else.
  private enum Section: UInt64 {
    case source = 1
    case before = 2
    case after = 3
    case counts = 4
    case conflicts = 5
    case settled = 6
    case notices = 7
    case created = 8
    case changed = 9
    case labels = 10
    case forks = 11
    case clocks = 12
    case pending = 13
    case rows = 20
    case reasons = 14
    case refused = 15
    case problems = 16
    case refusals = 17
    case joins = 18
  }

  // MARK: Writing

  static func encode(
    _ report: MergeReport, from source: MergeSource, before: VersionVector, after: VersionVector
  ) -> [UInt8] {
    var content = ByteWriter()
    func section(_ section: Section, _ body: (inout ByteWriter) -> Void) {
      var writer = ByteWriter()
      body(&writer)
      content.varint(section.rawValue)
      content.varint(UInt64(writer.bytes.count))
      content.append(writer.bytes)
    }
    func list<T>(_ name: Section, _ items: some Collection<T>, _ put: (T, inout ByteWriter) -> Void) {
      section(name) { writer in
        let kept = items.prefix(MergeReport.noticeLimit)
        writer.varint(UInt64(kept.count))
        for item in kept { put(item, &writer) }
      }
    }
    section(.source) { writer in
      writer.byte(sort(of: source))
      writer.string(source.name)
    }
    for (name, vector) in [(Section.before, before), (.after, after)] {
      section(name) { writer in
        let places = vector.places
        writer.varint(UInt64(places.count))
        for place in places { writer.dependency(place) }
      }
    }
    section(.counts) { writer in for count in fields { writer.varint(UInt64(report.counts[keyPath: count])) } }
    list(.conflicts, report.newConflicts) { ConflictCodec.put($0, &$1) }
    list(.settled, report.settled) { put($0, &$1) }
    list(.notices, report.notices) { put($0, &$1) }
    list(.created, report.createdRecords) { ConflictCodec.put($0, &$1) }
    list(.changed, report.recordsChanged.sorted()) { ConflictCodec.put($0, &$1) }
    list(.labels, report.labels.sorted { $0.key < $1.key }) { label, writer in
      writer.fixed64(label.key.rawValue)
      writer.string(label.value)
    }
    list(.forks, report.forks) { put($0, &$1) }
    list(.clocks, report.clocks) { clock, writer in
      writer.fixed64(clock.replica.rawValue)
      writer.zigzag(clock.claimed.milliseconds)
      writer.byte(clock.isAhead ? 1 : 0)
    }
    list(.pending, report.pending) { pending, writer in
      put(pending.stream, &writer)
      writer.varint(pending.range.lowerBound)
      writer.varint(pending.range.upperBound)
      writer.varint(UInt64(pending.missing.count))
      for place in pending.missing { writer.dependency(place) }
    }
    list(.problems, report.newProblems) { put($0, &$1) }
    list(.joins, report.joins) { join, writer in
      writer.varint(UInt64(join.records.count))
      for record in join.records { ConflictCodec.put(record, &writer) }
      ConflictCodec.put(join.scope.dot, &writer)
      writer.byte(join.isJoined ? 1 : 0)
      ConflictCodec.put(join.dot, &writer)
      ConflictCodec.put(join.stamp, &writer)
      writer.string(join.reason)
    }
    list(.reasons, report.pending) { $1.string($0.reason.rawValue) }
    list(.refusals, report.refusedSegments) { $1.string($0.reason.rawValue) }
    list(.refused, report.refusedSegments) { segment, writer in
      put(segment.stream, &writer)
      writer.varint(segment.range.lowerBound)
      writer.varint(segment.range.upperBound)
      writer.fixed64(segment.member.rawValue)
    }
    list(.rows, report.rows) { row, writer in
      writer.varint(UInt64(row.line))
      writer.string(row.text)
      ConflictCodec.putOptional(row.record, &writer)
    }
    return content.bytes
  }

  /// The counts, in the order in which they are written; new ones come last.
  private static var fields: [WritableKeyPath<MergeCounts, Int>] {
    [
      \.received, \.applied, \.known, \.pending, \.refused, \.operations, \.created, \.changed, \.newConflicts,
      \.settled, \.openConflicts, \.notices, \.possibleDuplicates, \.void,
      \.newProblems, \.settledProblems, \.openProblems, \.carried, \.joins,
    ]
  }

  private static func sort(of source: MergeSource) -> UInt8 {
    switch source {
    case .folder: 0
    case .bundle: 1
    case .replica: 2
    case .file: 3
    case .laptop: 4
    }
  }

  private static func put(_ place: MergeReport.Place, _ writer: inout ByteWriter) {
    ConflictCodec.put(place.record, &writer)
    ConflictCodec.put(place.scope.dot, &writer)
    ConflictCodec.put(place.kind, &writer)
    ConflictCodec.putOptional(place.field, &writer)
    ConflictCodec.put(place.item, &writer)
  }

  private static func put(_ stream: StreamID, _ writer: inout ByteWriter) {
    writer.fixed64(stream.replica.rawValue)
    ConflictCodec.put(stream.scope.dot, &writer)
  }

  private static func put(_ notice: MergeReport.Notice, _ writer: inout ByteWriter) {
    put(
      MergeReport.Place(
        record: notice.record, scope: notice.scope, kind: notice.kind, field: notice.field, item: notice.item), &writer)
    writer.string(notice.class.rawValue)
    ConflictCodec.put(notice.people, &writer)
    writer.string(notice.rule)
    ConflictCodec.put(notice.shown, &writer)
    ConflictCodec.put(notice.base, &writer)
    ConflictCodec.put(notice.sides, &writer)
  }

  private static func put(_ problem: Problem, _ writer: inout ByteWriter) {
    writer.fixed64(problem.id.rawValue)
    writer.string(problem.class.rawValue)
    put(
      MergeReport.Place(record: problem.record, scope: problem.scope, kind: problem.kind, field: problem.field), &writer
    )
    writer.byte(problem.isCut ? 1 : 0)
    writer.varint(UInt64(problem.others.count))
    for other in problem.others {
      ConflictCodec.put(other.record, &writer)
      ConflictCodec.put(other.scope.dot, &writer)
    }
    writer.varint(UInt64(problem.rules.count))
    for rule in problem.rules { writer.string(rule) }
  }

  private static func put(_ fork: MergeReport.Fork, _ writer: inout ByteWriter) {
    put(fork.stream, &writer)
    writer.varint(fork.number)
    writer.varint(UInt64(fork.branches.count))
    for branch in fork.branches {
      writer.fixed64(branch.name.rawValue)
      writer.append(branch.digest.bytes)
    }
  }

  // MARK: Reading

  static func decode(_ bytes: [UInt8], number: Int64, time: Instant) throws -> SavedMerge {
    do {
      var source = MergeSource.bundle("")
      var vectors: [Section: VersionVector] = [:]
      var counts = MergeCounts()
      var report = MergeReport()
      var refusals: [String] = []
      report.number = number
      var content = ByteReader(bytes)
      while !content.isAtEnd {
        let section = Section(rawValue: try content.varint())
        let range = try content.range(try content.count("a merge's section"))
        var reader = ByteReader(bytes, range)
        func list<T>(_ read: (inout ByteReader) throws -> T) throws -> [T] {
          var items: [T] = []
          for _ in 0..<(try reader.count("items")) { items.append(try read(&reader)) }
          return items
        }
        switch section {
        case .source: source = try self.source(&reader)
        case .before, .after: vectors[section ?? .before] = VersionVector(try reader.dependencies())
        case .counts: for field in fields where !reader.isAtEnd { counts[keyPath: field] = try self.count(&reader) }
        case .conflicts: report.newConflicts = try list { try ConflictCodec.conflict(&$0) }
        case .settled: report.settled = try list { try place(&$0) }
        case .notices: report.notices = try list { try notice(&$0) }
        case .created: report.createdRecords = try list { try ConflictCodec.dot(&$0) }
        case .changed: report.recordsChanged = Set(try list { try ConflictCodec.dot(&$0) })
        case .labels:
          for (replica, label) in try list({ (ReplicaID(rawValue: try $0.fixed64()), try $0.string()) }) {
            report.labels[replica] = label
          }
        case .forks: report.forks = try list { try fork(&$0) }
        case .clocks:
          report.clocks = try list { reader in
            let replica = ReplicaID(rawValue: try reader.fixed64())
            let claimed = Instant(milliseconds: try reader.zigzag())
            return MergeReport.ClockNotice(replica: replica, claimed: claimed, isAhead: try reader.byte() == 1)
          }
        case .joins: report.joins = try list { try join(&$0) }
        case .problems: report.newProblems = try list { try problem(&$0) }
        case .pending: report.pending = try list { try pending(&$0) }
        case .reasons:
          let reasons = try list { try $0.string() }
          report.pending = zip(report.pending, reasons).map { pending, reason in
            PendingSegment(
              stream: pending.stream, range: pending.range, missing: pending.missing,
              reason: PendingSegment.Reason(rawValue: reason) ?? .missing)
          }
        case .refused:
          // Why each one was refused stands before them, where it does.
          report.refusedSegments = try list { try refused(&$0) }
          report.refusedSegments = zip(report.refusedSegments, 0...).map { segment, place in
            let reason = refusals.indices.contains(place) ? RefusedSegment.Reason(rawValue: refusals[place]) : nil
            return RefusedSegment(
              stream: segment.stream, range: segment.range, reason: reason ?? .feigned, member: segment.member)
          }
        case .refusals: refusals = try list { try $0.string() }
        case .rows:
          report.rows = try list { reader in
            MergeReport.Row(
              line: try count(&reader), text: try reader.string(), record: try ConflictCodec.optionalDot(&reader))
          }
        case nil: break
        }
      }
      report.received = counts.received
      report.refused = counts.refused
      report.changesApplied = counts.applied
      report.changesKnown = counts.known
      report.changesPending = counts.pending
      report.changesVoid = counts.void
      report.changesCarried = counts.carried
      report.operationsApplied = counts.operations
      report.openConflicts = counts.openConflicts
      report.noticeCount = counts.notices
      report.possibleDuplicates = counts.possibleDuplicates
      report.newProblemCount = counts.newProblems
      report.settledProblems = counts.settledProblems
      report.openProblems = counts.openProblems
      report.joinCount = counts.joins
      return SavedMerge(
        number: number, time: time, source: source, before: vectors[.before] ?? VersionVector(),
        after: vectors[.after] ?? VersionVector(), counts: counts, report: report)
    } catch let error as FormatError {
      throw StoreError(.damaged, "a kept merge report is damaged (\(error))", subject: String(number))
    }
  }

  private static func count(_ reader: inout ByteReader) throws(FormatError) -> Int {
    Int(truncatingIfNeeded: try reader.varint())
  }

  private static func source(_ reader: inout ByteReader) throws(FormatError) -> MergeSource {
    let sort = try reader.byte()
    let name = try reader.string()
    switch sort {
    case 0: return .folder(name)
    case 2: return .replica(name)
    case 3: return .file(name)
    case 4: return .laptop(name)
    default: return .bundle(name)
    }
  }

  private static func place(_ reader: inout ByteReader) throws -> MergeReport.Place {
    let record = try ConflictCodec.dot(&reader)
    let scope = ScopeID(try ConflictCodec.dot(&reader))
    let kind = try ConflictCodec.dot(&reader)
    let field = try ConflictCodec.optionalDot(&reader)
    return MergeReport.Place(
      record: record, scope: scope, kind: kind, field: field, item: try ConflictCodec.item(&reader))
  }

  private static func stream(_ reader: inout ByteReader) throws -> StreamID {
    let replica = ReplicaID(rawValue: try reader.fixed64())
    return StreamID(replica, ScopeID(try ConflictCodec.dot(&reader)))
  }

  private static func notice(_ reader: inout ByteReader) throws -> MergeReport.Notice {
    let place = try place(&reader)
    guard let `class` = NoticeClass(rawValue: try reader.string()) else {
      throw StoreError(.damaged, "a notice's class is unknown")
    }
    let people = try ConflictCodec.stamps(&reader)
    let rule = try reader.string()
    let shown = try ConflictCodec.values(&reader)
    let base = try ConflictCodec.values(&reader)
    return MergeReport.Notice(
      record: place.record, scope: place.scope, kind: place.kind, field: place.field, item: place.item,
      class: `class`, people: people, rule: rule, shown: shown, base: base, sides: try ConflictCodec.sides(&reader))
  }

  private static func join(_ reader: inout ByteReader) throws -> MergeReport.Join {
    var records: [RecordID] = []
    for _ in 0..<(try reader.count("records", minimum: 2)) { records.append(try ConflictCodec.dot(&reader)) }
    let scope = ScopeID(try ConflictCodec.dot(&reader))
    let isJoined = try reader.byte() == 1
    let dot = try ConflictCodec.dot(&reader)
    let stamp = try ConflictCodec.stamp(&reader)
    return MergeReport.Join(
      records: records, scope: scope, isJoined: isJoined, dot: dot, stamp: stamp, reason: try reader.string())
  }

  private static func problem(_ reader: inout ByteReader) throws -> Problem {
    let id = ProblemID(rawValue: try reader.fixed64())
    guard let `class` = ProblemClass(rawValue: try reader.string()) else {
      throw StoreError(.damaged, "a problem's class is unknown")
    }
    let place = try place(&reader)
    let isCut = try reader.byte() == 1
    var others: [Reference] = []
    for _ in 0..<(try reader.count("records", minimum: 2)) {
      let record = try ConflictCodec.dot(&reader)
      others.append(Reference(record, in: ScopeID(try ConflictCodec.dot(&reader))))
    }
    var rules: [String] = []
    for _ in 0..<(try reader.count("rules")) { rules.append(try reader.string()) }
    return Problem(
      id: id, class: `class`, scope: place.scope, kind: place.kind, record: place.record, others: others,
      field: place.field, rules: rules, isCut: isCut, verdict: nil)
  }

  private static func fork(_ reader: inout ByteReader) throws -> MergeReport.Fork {
    let stream = try stream(&reader)
    let number = try reader.varint()
    var branches: [MergeReport.Fork.Branch] = []
    for _ in 0..<(try reader.count("branches", minimum: 40)) {
      let name = ReplicaID(rawValue: try reader.fixed64())
      guard let digest = Digest(try reader.take(32)) else { throw FormatError.truncated(offset: reader.offset) }
      branches.append(MergeReport.Fork.Branch(name: name, digest: digest))
    }
    return MergeReport.Fork(stream: stream, number: number, branches: branches)
  }

  private static func refused(_ reader: inout ByteReader) throws -> RefusedSegment {
    let stream = try stream(&reader)
    let first = try reader.varint()
    let last = try reader.varint()
    guard first <= last else { throw FormatError.invalid("range", offset: reader.offset) }
    return RefusedSegment(
      stream: stream, range: first...last, reason: .feigned, member: ReplicaID(rawValue: try reader.fixed64()))
  }

  private static func pending(_ reader: inout ByteReader) throws -> PendingSegment {
    let stream = try stream(&reader)
    let first = try reader.varint()
    let last = try reader.varint()
    guard first <= last else { throw FormatError.invalid("range", offset: reader.offset) }
    var missing: [Dependency] = []
    for _ in 0..<(try reader.count("places", minimum: 26)) { missing.append(try reader.dependency()) }
    return PendingSegment(stream: stream, range: first...last, missing: missing)
  }
}
