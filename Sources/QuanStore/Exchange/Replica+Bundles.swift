public import QuanCore
import QuanFormat

extension FileReader: ByteSource {}

extension Replica {
  // MARK: Taking in

  /// Takes in a bundle, whole or not at all.
  ///
  /// What builds on changes that are not held is kept and waits; see ``MergeReport/pending``.
  /// - Parameters:
  ///   - dryRun: Gives the report and keeps nothing.
  ///   - examine: Is called with the report of a dry run while the replica still is as the merge would leave it.
  /// - Throws: ``StoreError`` with code `notABundle`, `damaged`, `newerFormat`, `otherWorkspace`, `overLimit`,
  ///   `inUse`, `outOfSpace`, `inputOutput`; nothing is changed then.
  @discardableResult
  public func apply(
    bundleAt path: String, dryRun: Bool = false, examine: ((MergeReport) throws -> Void)? = nil
  ) throws -> MergeReport {
    try apply(bundlesAt: [path], from: .bundle(File.name(of: path)), dryRun: dryRun, examine: examine)
  }

  /// Takes in several bundles in one transaction.
  func apply(
    bundlesAt paths: [String], from source: MergeSource, dryRun: Bool, examine: ((MergeReport) throws -> Void)? = nil
  ) throws -> MergeReport {
    let now = environment.now()
    let progress = environment.progress
    let report = try access { file in
      let work = {
        var found: [(header: SegmentHeader, path: String, item: Prefetcher.Item, isHeld: Bool)] = []
        var senders: [ReplicaID: (time: Instant, vector: VersionVector)] = [:]
        for (number, path) in paths.enumerated() {
          try progress(WorkProgress(.reading, number, of: paths.count))
          let reader = try Self.reader(at: path)
          guard reader.header.workspace == file.meta.workspace else {
            throw StoreError(.otherWorkspace, "the bundle belongs to another workspace", subject: path)
          }
          try Self.verify(path) { try reader.verifyWhole() }
          for (index, segment) in reader.header.segments.enumerated() {
            let isHeld = try file.holds(segment.header.end)
            let item = Prefetcher.Item(reader: reader, index: index, keyring: file.keyring)
            found.append((segment.header, path, item, isHeld))
          }
          senders[reader.header.sender] = (reader.header.time, VersionVector(reader.header.brings))
        }
        let prefetcher = Prefetcher(found.filter { !$0.isHeld }.map(\.item))
        defer { prefetcher.stop() }
        var place = 0
        let offers = found.map { header, path, item, isHeld in
          let own = place
          if !isHeld { place += 1 }
          let load = { try Self.verify(path) { isHeld ? try item.unpack() : try prefetcher.segment(own) } }
          let raw = { try Self.verify(path) { try item.reader.segment(item.index) } }
          return Intake.Offer(header: header, load: load, raw: raw, origin: .bundle)
        }
        let before = file.streams.vector()
        var intake = Intake(file, now: now, progress: progress)
        var report = try intake.take(offers)
        for (sender, said) in senders where sender != file.meta.replica {
          try file.note(peer: sender, holds: said.vector, time: said.time, isWhole: false)
        }
        if dryRun {
          try examine?(report)
        } else if report.isWorthKeeping {
          report.number = try file.keep(report, from: source, at: now, before: before)
        }
        return report
      }
      return dryRun ? try file.trial(work) : try file.transaction(work)
    }
    if !dryRun && report.changesApplied > 0 {
      announcer.announce(.merged(report))
    }
    return report
  }

  // MARK: Giving

  /// Writes a bundle with what another replica is not known to hold, or with everything.
  ///
  /// - Parameter receiver: The replica it is for; `nil` for everything.
  /// - Throws: ``StoreError`` with code `notFound` when nothing is lacking; `readOnly`, `outOfSpace`, `inputOutput`.
  @discardableResult
  public func writeBundle(to path: String, for receiver: ReplicaID? = nil) throws -> BundleSummary {
    let vector = try access { file in try receiver.map { try file.peerVector($0) } ?? VersionVector() }
    guard let summary = try writeBundle(to: path, lackedBy: vector) else {
      throw StoreError(.notFound, "there is nothing that the receiver lacks", subject: path)
    }
    return summary
  }

  /// Writes a bundle with what a replica with a vector lacks; `nil`, and no file, when that is nothing.
  ///
  /// The file is written under a temporary name, synced, renamed and read back before this returns.
  public func writeBundle(to path: String, lackedBy vector: VersionVector) throws -> BundleSummary? {
    let header = try export(lackedBy: vector) { produce in try File.writeDurably(to: path, produce) }
    guard header != nil else { return nil }
    return try Self.inspect(bundleAt: path, with: try access { $0.keyring })
  }

  /// Packs what a replica with a vector lacks, and writes it as a bundle; `nil`, and nothing is written, when that is nothing.
  ///
  /// - Parameters:
  ///   - sent: Ends of segments that are left out.
  ///   - budget: About how many bytes the bundle has at most, beyond its first segment.
  ///   - write: Is given what produces the bytes, into a sink.
  func export(
    lackedBy vector: VersionVector, but sent: Set<Dependency> = [], upTo budget: UInt64 = .max,
    write: (_ produce: (_ sink: ([UInt8]) throws -> Void) throws -> Void) throws -> Void
  ) throws -> BundleHeader? {
    try access { file in
      while true {
        let segments = try file.transaction {
          try provideKeys(file)
          return try file.lacked(by: vector, but: sent, upTo: budget, progress: environment.progress)
        }
        guard !segments.isEmpty else { return nil }
        if let header = try export(segments, of: file, write: write) { return header }
      }
    }
  }

  /// Writes segments as a bundle; `nil`, and nothing is written, when another process has packed some of them otherwise
  /// since they were chosen.
  private func export(
    _ segments: [ReplicaFile.Export], of file: ReplicaFile,
    write: (_ produce: (_ sink: ([UInt8]) throws -> Void) throws -> Void) throws -> Void
  ) throws -> BundleHeader? {
    try file.reading {
      guard try segments.allSatisfy(file.isThere) else { return nil }
      // From here on others may hold the own changes: the laptop remembers it before anybody does.
      try LaptopState(environment).give(file.nextCounter - 1, by: file.meta.replica)
      let header = BundleHeader(
        workspace: file.meta.workspace, sender: file.meta.replica, time: environment.now(),
        schemaVersion: UInt64(file.catalog.schema.kinds.count), segments: segments.map(\.line))
      try write { sink in
        try BundleWriter.write(
          header,
          segment: { index in
            try environment.progress(WorkProgress(.writing, index, of: segments.count))
            return try file.bytes(of: segments[index])
          }, to: sink)
      }
      return header
    }
  }

  // MARK: Looking at

  /// Looks at a bundle without a replica: every hash is checked, and of what is not sealed every digest and column.
  ///
  /// - Throws: ``StoreError`` with code `notABundle`, `damaged`, `newerFormat`, `overLimit`, `inputOutput`.
  public static func inspect(bundleAt path: String) throws -> BundleSummary {
    try inspect(bundleAt: path, with: Keyring())
  }

  /// Looks at a bundle with the keys that are at hand.
  static func inspect(bundleAt path: String, with keyring: Keyring) throws -> BundleSummary {
    let reader = try reader(at: path)
    try check(reader, path, keyring)
    return try summary(reader, path) { _ in nil }
  }

  private static func check(_ reader: BundleReader, _ path: String, _ keyring: Keyring) throws {
    try verify(path) {
      try reader.verifyWhole()
      for index in reader.header.segments.indices { try reader.check(index, with: keyring) }
    }
  }

  /// Looks at a bundle as this replica would take it.
  public func summary(ofBundleAt path: String) throws -> BundleSummary {
    let reader = try Self.reader(at: path)
    return try access { file in
      try file.refreshKeyring()
      try Self.check(reader, path, file.keyring)
      guard reader.header.workspace == file.meta.workspace else {
        throw StoreError(.otherWorkspace, "the bundle belongs to another workspace", subject: path)
      }
      let missing = try reader.header.prerequisites.filter { try !file.holds($0) }
      let streams = Set(missing.map(\.stream))
      return try Self.summary(reader, path, missing: missing) { header in
        if try file.holds(header.end) { return .known }
        return streams.contains(header.stream) || header.requires.contains { missing.contains($0) }
          ? .pending : .applicable
      }
    }
  }

  private static func summary(
    _ reader: BundleReader, _ path: String, missing: [Dependency] = [],
    _ standing: (SegmentHeader) throws -> BundleSummary.Segment.Standing?
  ) throws -> BundleSummary {
    let header = reader.header
    return BundleSummary(
      workspace: header.workspace, sender: header.sender, time: header.time, size: try FileReader(path).count,
      changeCount: header.segments.reduce(0) { $0 + UInt64($1.header.range.count) },
      prerequisites: header.prerequisites, missing: missing,
      segments: try header.segments.map { line in
        BundleSummary.Segment(
          stream: line.header.stream, range: line.header.range, size: line.size, standing: try standing(line.header))
      })
  }

  /// Gives each change of a bundle, in the order of the file; of a sealed one what this replica's keys open.
  public func changes(ofBundleAt path: String, _ body: (Change, Digest) throws -> Void) throws {
    let keyring = try access { file in
      try file.refreshKeyring()
      return file.keyring
    }
    try Self.changes(ofBundleAt: path, with: keyring, body)
  }

  /// Gives each change of a bundle that is not sealed, in the order of the file.
  ///
  /// - Throws: ``StoreError`` with code `stranger` when it is sealed.
  public static func changes(ofBundleAt path: String, _ body: (Change, Digest) throws -> Void) throws {
    try changes(ofBundleAt: path, with: Keyring(), body)
  }

  private static func changes(
    ofBundleAt path: String, with keyring: Keyring, _ body: (Change, Digest) throws -> Void
  ) throws {
    let reader = try reader(at: path)
    try verify(path) { try reader.verifyWhole() }
    for index in reader.header.segments.indices {
      let segment = try verify(path) { try reader.decode(try reader.segment(index), index, with: keyring).segment }
      let digests = segment.digests
      for change in 0..<segment.changeCount { try body(segment.change(change), digests[change]) }
    }
  }

  static func reader(at path: String) throws -> BundleReader {
    let file = try FileReader(path)
    return try verify(path) { try BundleReader(file) }
  }

  /// Turns what the format has to say into what the store says.
  static func verify<T>(_ path: String, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as BundleError {
      throw StoreError(error, path)
    } catch let error as FormatError {
      throw StoreError(.damaged, "the bundle is damaged (\(error))", subject: path)
    } catch EnvelopeError.noKey {
      throw StoreError(.stranger, "the bundle is sealed, and its key is not on this laptop", subject: path)
    }
  }
}

extension StoreError {
  init(_ error: BundleError, _ path: String) {
    switch error {
    case .tooShort: self.init(.damaged, "the bundle is cut short", subject: path)
    case .notABundle: self.init(.notABundle, "the file is no bundle", subject: path)
    case .damaged(let part): self.init(.damaged, "the bundle is damaged in its \(part)", subject: path)
    case .newerFormat(let version):
      self.init(.newerFormat, "the bundle has format \(version); update quan", subject: path)
    case .unknownFeature(let name):
      self.init(.newerFormat, "the bundle needs feature '\(name)'; update quan", subject: path)
    case .overLimit(let what): self.init(.overLimit, "the bundle is over the limit for its \(what)", subject: path)
    }
  }
}
