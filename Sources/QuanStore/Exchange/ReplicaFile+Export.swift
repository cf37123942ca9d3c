import QuanCore
import QuanFormat

extension ReplicaFile {
  /// A segment that is to go into a bundle.
  struct Export {
    /// Where its bytes come from.
    enum Source: Hashable {
      /// A segment of the log.
      case log(Int64)
      /// An envelope that is carried for others.
      case carried(Int64)
    }
    let source: Source
    let line: BundleSegment
  }

  /// The segments that a replica with a vector lacks, each after those it builds on: `shared` first, then in the
  /// order in which they came; then the envelopes that are carried.
  ///
  /// Packs the tails of the streams first, draws small segments together for who has nothing of a stream, packs small what
  /// was packed in haste, and seals.
  ///
  /// - Parameters:
  ///   - sent: Ends of segments that are left out, because they are on their way.
  ///   - budget: Stops after the segment with which so many bytes are reached.
  /// - Throws: ``StoreError`` with code `stranger` when the workspace has been sealed meanwhile and this laptop is not admitted.
  func lacked(
    by vector: VersionVector, but sent: Set<Dependency> = [], upTo budget: UInt64 = .max,
    progress: (WorkProgress) throws -> Void
  ) throws -> [Export] {
    guard try isSealed || !pendingHeaders().contains(where: { $0.seal != nil }) else {
      throw StoreError(
        .stranger, "the workspace has been sealed, and this laptop is not admitted yet", subject: meta.label)
    }
    let held = try held(by: vector)
    var ids: [(scope: ScopeID, id: Int64)] = []
    var places: Set<Dependency>?
    func knownPlaces() throws -> Set<Dependency> {
      let known = try places ?? peers().reduce(into: []) { $0.formUnion($1.vector.places) }
      places = known
      return known
    }
    let lacking = streams.rows.filter { $0.number > max($0.forkNumber, held[$0.index] ?? 0) }
    for row in lacking { try packTail(row.index) }
    if sent.isEmpty {
      let new = Dictionary(grouping: lacking.filter { held[$0.index] == nil }, by: \.id.scope)
      for (scope, rows) in new { try coalesce(scope, Set(rows.map(\.index)), but: knownPlaces) }
    }
    for row in lacking {
      for id in try segments(of: row.index, from: (held[row.index] ?? 0) + 1) { ids.append((row.id.scope, id)) }
    }
    ids.sort { ($0.scope == .shared ? 0 : 1, $0.id) < ($1.scope == .shared ? 0 : 1, $1.id) }
    var exports: [Export] = []
    var size: UInt64 = 0
    /// Adds a segment, and says whether there is room for more.
    func add(_ source: Export.Source, _ bytes: [UInt8]) throws -> Bool {
      let line = try Self.line(bytes)
      guard !sent.contains(line.header.end) else { return true }
      exports.append(Export(source: source, line: line))
      size += line.size
      return size < budget
    }
    for (number, item) in ids.enumerated() {
      try progress(WorkProgress(.packing, number, of: ids.count))
      guard try add(.log(item.id), try seal(try packSmall(item.id), item.id)) else { return exports }
    }
    for item in try carried(lackedBy: vector) where !sent.contains(item.header.end) {
      guard try add(.carried(item.id), try carriedBytes(item.id)) else { return exports }
    }
    return exports
  }

  /// Whether the log still has a segment as it was when it was chosen: others may have packed it otherwise meanwhile.
  func isThere(_ export: Export) throws -> Bool {
    guard case .log(let id) = export.source else { return true }
    let statement = try connection.statement("SELECT first, last FROM quan_segment WHERE id=?")
    statement.bind(1, id)
    defer { statement.reset() }
    return try statement.step() && statement.bits(0)...statement.bits(1) == export.line.header.range
  }

  /// How many changes a replica with a vector lacks, those that are carried among them.
  func changeCount(lackedBy vector: VersionVector) throws -> UInt64 {
    let held = try held(by: vector)
    var count: UInt64 = 0
    for row in streams.rows {
      let from = max(row.forkNumber, held[row.index] ?? 0)
      if row.number > from { count += row.number - from }
    }
    return try carried(lackedBy: vector).reduce(count) { $0 + UInt64($1.header.range.count) }
  }

  private static func line(_ bytes: [UInt8]) throws -> BundleSegment {
    do {
      return try BundleSegment(bytes)
    } catch {
      throw StoreError(.damaged, "a segment of the log is damaged (\(error))")
    }
  }

  /// The bytes of a segment as they go into a bundle.
  func bytes(of export: Export) throws -> [UInt8] {
    switch export.source {
    case .log(let id): try seal(try segmentBytes(id), id, as: export.line.header)
    case .carried(let id): try carriedBytes(id)
    }
  }

  /// A segment's bytes, sealed under the key that is noted beside it, or else under the latest of its scope; as they are in
  /// an open workspace.
  private func seal(_ bytes: [UInt8], _ id: Int64, as header: SegmentHeader? = nil) throws -> [UInt8] {
    guard isSealed, let member = meta.member else { return bytes }
    let scope = try Segment.header(of: bytes).0.stream.scope
    let noted = try connection.statement("SELECT key FROM quan_segment WHERE id=?")
    noted.bind(1, id)
    let latest = try noted.step() && !noted.isNull(0) ? keyring[noted.bits(0)] : nil
    noted.reset()
    // What has been sealed before is sealed again under the same key.
    let known = header?.seal.flatMap { keyring[$0.key] } ?? latest
    guard let keys = try ownKeys(), let key = try known ?? sealingKey(of: scope) else {
      throw StoreError(
        .stranger, "this laptop has no key to seal with yet; an admin gives it",
        subject: scope.description)
    }
    do {
      return try Envelope.seal(
        bytes, under: key, in: meta.workspace, by: member, with: keys, as: header)
    } catch {
      throw StoreError(.inputOutput, "a segment cannot be sealed (\(error))")
    }
  }

  /// Up to which change a replica with a vector holds each row of the table of streams.
  func held(by vector: VersionVector) throws -> [Int: UInt64] {
    var held: [Int: UInt64] = [:]
    for place in vector.places {
      guard let row = try row(at: place) else { continue }
      for stretch in streams.path(to: row.index) {
        let upTo = stretch.index == row.index ? place.tip.number : stretch.number
        held[stretch.index] = max(held[stretch.index] ?? 0, upTo)
      }
    }
    return held
  }

  /// The bytes of a segment, packed small and signed; what was packed in haste is packed again, once.
  private func packSmall(_ id: Int64) throws -> [UInt8] {
    let bytes = try segmentBytes(id)
    let known = try connection.statement("SELECT is_small FROM quan_segment WHERE id=?")
    known.bind(1, id)
    let isSmall = try known.step() && known.integer(0) == 1
    known.reset()
    let header = try Segment.header(of: bytes).0
    let signature = header.signature == nil && isSealed ? try signature(for: header) : nil
    if isSmall && signature == nil { return bytes }
    let segment = try Segment(bytes)
    var deflated = segment.deflated
    if !isSmall {
      let content = try Deflate.inflate(deflated, 0..<deflated.count, size: header.inflatedSize)
      deflated = Deflate.deflate(content, .small)
    }
    let small = Segment(header: signature.map { header.signed($0) } ?? header, deflated: deflated).bytes
    let update = try connection.statement("UPDATE quan_segment SET bytes=?, is_small=1 WHERE id=?")
    update.bind(1, small)
    update.bind(2, id)
    try update.run()
    return small
  }
}
