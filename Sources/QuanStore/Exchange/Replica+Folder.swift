import QuanCore
import QuanFormat
public import QuanSync

extension Replica {
  private static let bundleEnding = ".quanbundle"
  private static let vectorEnding = ".quanvector"

  /// Exchanges with a folder: a stick, a share, a folder that something else carries on.
  ///
  /// Takes in what is new, writes what the folder lacks, and leaves word of what is held; see `FolderExchange`.
  /// Interrupted at any moment, it loses nothing, and the next exchange completes.
  /// - Parameters:
  ///   - dryRun: Gives the merge report and neither keeps nor writes anything.
  ///   - examine: Is called with the report of a dry run while the replica still is as the merge would leave it.
  /// - Throws: ``StoreError`` with code `notFound` when the folder is not there, `readOnly`, `outOfSpace`, `inputOutput`.
  @discardableResult
  public func sync(
    folder: String, dryRun: Bool = false, examine: ((MergeReport) throws -> Void)? = nil
  ) throws -> (merge: MergeReport, sync: SyncReport) {
    let (merge, records) = try exchangeRecords(folder, dryRun: dryRun, examine: examine)
    var report = records
    // Records first: they are small, and of use without their photos.
    if !dryRun { report.attachments = try exchangeAttachments(folder) }
    return (merge, report)
  }

  private func exchangeRecords(
    _ folder: String, dryRun: Bool, examine: ((MergeReport) throws -> Void)?
  ) throws -> (merge: MergeReport, sync: SyncReport) {
    guard File.kind(of: folder) == .directory else {
      throw StoreError(.notFound, "there is no such folder", subject: folder)
    }
    var merge = MergeReport()
    var report = SyncReport()
    let (own, retired) = try read { file in
      return (file.meta.replica, file.meta.retired)
    }
    if !dryRun { try tidy(folder, own, retired) }
    // Asked for after the last change to what is held.
    var acknowledgements: Acknowledgements?
    var exchange = FolderExchange(
      replica: own,
      isHeld: { [self] place in (try? access { try $0.holds(place) }) ?? false },
      hasAcknowledged: { [self] peer, places in
        (try? access { file in
          if acknowledgements == nil { acknowledgements = try Acknowledgements(file) }
          guard let outlook = acknowledgements?.outlook(peer.packed), let claim = try acknowledgements?.claim(places)
          else { return false }
          return try acknowledgements?.proves(outlook, claim) ?? false
        }) ?? false
      })
    var action = exchange.start()
    while true {
      switch action {
      case .list:
        var listing = try list(folder)
        try leaveUnreadable(of: &listing, in: folder)
        if !dryRun { try notePeers(of: &listing) }
        report.skipped = listing.skipped
        action = exchange.listed(listing)
      case .apply(let names):
        let (taken, broken) = try applyReadable(
          bundlesAt: names.map { folder + "/" + $0 }, from: .folder(File.name(of: folder)), dryRun: dryRun,
          examine: examine)
        merge = taken
        report.skipped += broken
        report.bundlesApplied = names.filter { name in !broken.contains { $0.name == name } }
        if dryRun { return (merge, report) }
        action = exchange.applied(without: broken)
      case .writeBundle(let vector):
        if dryRun { return (merge, report) }
        action = exchange.wroteBundle(try writeBundle(into: folder, lackedBy: vector, &report))
      case .writeVector:
        try writeVector(into: folder)
        action = exchange.wroteVector()
      case .writeFullBundle:
        guard let full = try writeBundle(into: folder, lackedBy: VersionVector(), &report) else {
          return (merge, report)
        }
        action = exchange.wroteFullBundle(full)
      case .remove(let names):
        for name in names { try File.remove(folder + "/" + name) }
        report.bundlesRemoved += names.count
        action = exchange.removed()
      case .finish: return (merge, report)
      }
    }
  }

  /// Notes what vectors say that is new.
  private func notePeers(of listing: inout FolderListing) throws {
    let news = try access { file in
      try listing.vectors.filter { peer in
        try peer.replica != file.meta.replica && file.packedVector(of: peer.replica) != peer.packed
      }
    }
    let damaged = news.filter { $0.packed.places == nil }
    listing.vectors.removeAll { peer in damaged.contains { $0.name == peer.name } }
    listing.skipped += damaged.map { SkippedFile(name: $0.name, reason: "the bundle is damaged in its vector") }
    guard news.count > damaged.count else { return }
    try access { file in
      try file.transaction {
        for peer in news where peer.packed.places != nil {
          try file.note(peer: peer.replica, peer.packed, time: environment.now())
        }
      }
    }
  }

  /// Removes what an interrupted exchange of this replica left half written, and the vectors of identities that it
  /// has given up for good: others would wait for them.
  private func tidy(_ folder: String, _ own: ReplicaID, _ retired: [ReplicaID]) throws {
    try Self.removeAbandoned(by: own, in: folder)
    for identity in retired { try File.remove(folder + "/" + Self.prefix(identity) + Self.vectorEnding) }
  }

  /// Removes what an interrupted process of a replica left half written.
  static func removeAbandoned(by replica: ReplicaID, in folder: String) throws {
    for name in try File.list(folder)
    where name.hasSuffix(File.temporaryEnding) && name.hasPrefix(prefix(replica)) && File.isAbandoned(temporary: name) {
      try File.remove(folder + "/" + name)
    }
  }

  /// What the names of a replica's files begin with.
  static func prefix(_ replica: ReplicaID) -> String { replica.description.lowercased() }

  // MARK: Reading the folder

  /// Reads what a folder holds of this workspace.
  private func list(_ folder: String) throws -> FolderListing {
    var listing = FolderListing()
    let names = try File.list(folder).sorted()
    for (number, name) in names.enumerated() {
      try environment.progress(WorkProgress(.reading, number, of: names.count))
      let path = folder + "/" + name
      do {
        if name.hasSuffix(Self.bundleEnding) {
          let reader = try Self.reader(at: path)
          guard reader.header.workspace == workspace else {
            throw StoreError(.otherWorkspace, "it belongs to another workspace")
          }
          try Self.verify(path) { try reader.verifyWhole() }
          listing.bundles.append(Self.folderBundle(name, reader.header, size: try FileReader(path).count))
        } else if name.hasSuffix(Self.vectorEnding) {
          let file = try Self.verify(path) { try VectorFile(try File.read(path, limit: 16 << 20)) }
          guard file.workspace == workspace else {
            throw StoreError(.otherWorkspace, "it belongs to another workspace")
          }
          listing.vectors.append(FolderVector(name: name, replica: file.replica, packed: file.packed))
        }
      } catch let error as StoreError {
        // What belongs to another workspace is none of our business, but what is broken may be what we wait for.
        if error.code != .otherWorkspace { listing.skipped.append(SkippedFile(name: name, reason: error.message)) }
      }
    }
    return listing
  }

  /// Leaves out bundles whose content is broken behind right hashes and that somebody still needs.
  ///
  /// What this replica holds of them is then written anew. Those that it does not hold show when they are taken in.
  private func leaveUnreadable(of listing: inout FolderListing, in folder: String) throws {
    for bundle in try access({ try needed(of: listing, $0) }) {
      do {
        let keyring = try access { file in
          try file.refreshKeyring()
          return file.keyring
        }
        _ = try Self.inspect(bundleAt: folder + "/" + bundle.name, with: keyring)
      } catch let error as StoreError where error.code == .damaged {
        listing.bundles.removeAll { $0.name == bundle.name }
        listing.skipped.append(SkippedFile(name: bundle.name, reason: error.message))
      }
    }
  }

  /// The bundles of others that are held here and that somebody is not known to hold; each vector is unpacked once.
  private func needed(of listing: FolderListing, _ file: ReplicaFile) throws -> [FolderBundle] {
    let own = file.meta.replica
    var acknowledgements = try Acknowledgements(file)
    var undecided: [(bundle: FolderBundle, claim: Acknowledgements.Claim)] = []
    for bundle in listing.bundles where !bundle.name.hasPrefix(Self.prefix(own)) {
      let ends = bundle.ranges.map(\.end)
      if try ends.allSatisfy({ try file.holds($0) }) { undecided.append((bundle, try acknowledgements.claim(ends))) }
    }
    var needed: [FolderBundle] = []
    for peer in listing.vectors where peer.replica != own && !undecided.isEmpty {
      let outlook = acknowledgements.outlook(peer.packed)
      try undecided.removeAll { bundle, claim in
        guard try !acknowledgements.proves(outlook, claim) else { return false }
        needed.append(bundle)
        return true
      }
    }
    return needed
  }

  private static func folderBundle(_ name: String, _ header: BundleHeader, size: UInt64) -> FolderBundle {
    FolderBundle(
      name: name, size: size,
      ranges: header.segments.map { line in
        CarriedRange(
          stream: line.header.stream, first: line.header.range.lowerBound, last: line.header.end.tip)
      })
  }

  /// The bundles of a folder, for a newcomer: paths, largest first.
  static func bundles(in folder: String) throws -> [(path: String, header: BundleHeader)] {
    var found: [(path: String, header: BundleHeader, size: UInt64)] = []
    for name in try File.list(folder).sorted() where name.hasSuffix(bundleEnding) {
      let path = folder + "/" + name
      if let reader = try? reader(at: path), (try? reader.verifyWhole()) != nil {
        found.append((path, reader.header, try FileReader(path).count))
      }
    }
    return found.sorted { ($1.size, $0.path) < ($0.size, $1.path) }.map { ($0.path, $0.header) }
  }

  // MARK: Writing into the folder

  /// Writes a bundle under a name of its own; `nil` when there is nothing to write.
  private func writeBundle(
    into folder: String, lackedBy vector: VersionVector, _ report: inout SyncReport
  ) throws -> FolderBundle? {
    let own = try access { $0.meta.replica }
    let number = CrockfordBase32.encode(environment.random()).lowercased()
    let name = "\(Self.prefix(own))-\(number)\(Self.bundleEnding)"
    let path = folder + "/" + name
    guard let summary = try writeBundle(to: path, lackedBy: vector) else { return nil }
    report.bundlesWritten.append(name)
    report.bytesWritten += summary.size
    return Self.folderBundle(name, try Self.reader(at: path).header, size: summary.size)
  }

  private func writeVector(into folder: String) throws {
    try access { file in
      let vector = VectorFile(
        workspace: workspace, replica: file.meta.replica, time: environment.now(), vector: try file.vector())
      let path = folder + "/" + Self.prefix(file.meta.replica) + Self.vectorEnding
      if let known = try? VectorFile(try File.read(path, limit: 16 << 20)), known.packed == vector.packed { return }
      let bytes = vector.encode()
      try File.writeDurably(to: path) { sink in try sink(bytes) }
    }
  }

  // MARK: Another replica

  /// Exchanges with another replica within reach: each takes in what it lacks of the other.
  @discardableResult
  public func sync(
    with other: Replica, dryRun: Bool = false, examine: ((MergeReport) throws -> Void)? = nil
  ) throws -> (here: MergeReport, there: MergeReport) {
    guard workspace == other.workspace else {
      throw StoreError(.otherWorkspace, "the replica belongs to another workspace", subject: other.path)
    }
    let here = try take(from: other, dryRun: dryRun, examine: examine)
    let there = try other.take(from: self, dryRun: dryRun, examine: nil)
    if !dryRun {
      try takeAttachments(of: other)
      try other.takeAttachments(of: self)
    }
    return (here, there)
  }

  private func take(
    from other: Replica, dryRun: Bool, examine: ((MergeReport) throws -> Void)?
  ) throws -> MergeReport {
    let theirs = try other.read { try $0.vector().places }
    let vector = try read { try $0.vector(naming: theirs) }
    let name = CrockfordBase32.encode(environment.random()).lowercased()
    try File.makeDirectory(environment.stateDirectory)
    let path = "\(environment.stateDirectory)/\(name)\(Self.bundleEnding)"
    defer { try? File.remove(path) }
    guard try other.writeBundle(to: path, lackedBy: vector) != nil else { return MergeReport() }
    return try apply(
      bundlesAt: [path], from: .replica(File.name(of: other.path)), dryRun: dryRun, examine: examine)
  }

  // MARK: Joining

  /// Makes a replica of a workspace that already is, from a bundle file or an exchange folder.
  ///
  /// - Throws: ``StoreError`` with code `alreadyExists`, `notFound` when the source holds no bundle of a workspace,
  ///   `missingPrerequisites` when it holds only the later part of one, `otherWorkspace` when it holds several.
  public static func join(
    at path: String, from source: String, label: String, author: String, environment: Environment
  ) throws -> (replica: Replica, merge: MergeReport) {
    try join(at: path, from: source, entrance: nil, label: label, author: author, environment: environment)
  }

  static func join(
    at path: String, from source: String, entrance: Entrance?, label: String, author: String, environment: Environment
  ) throws -> (replica: Replica, merge: MergeReport) {
    let isFolder = File.kind(of: source) == .directory
    let bundles = isFolder ? try bundles(in: source) : [(source, try reader(at: source).header)]
    guard let first = bundles.first else {
      throw StoreError(.notFound, "there is no bundle in the folder", subject: source)
    }
    guard bundles.allSatisfy({ $0.header.workspace == first.header.workspace }) else {
      throw StoreError(.otherWorkspace, "the folder holds bundles of several workspaces", subject: source)
    }
    if let entrance, MemberPublicKeys.workspace(foundedBy: entrance.founder.signing) != first.header.workspace {
      throw StoreError(.otherWorkspace, "the welcome is for another workspace", subject: source)
    }
    let isSigned = bundles.contains { $0.header.segments.contains { $0.header.signature != nil } }
    guard entrance != nil || !isSigned else {
      throw StoreError(.stranger, "the workspace admits members only; ask with: quan member request", subject: source)
    }
    var merge = MergeReport()
    let replica = try make(
      at: path, workspace: first.header.workspace, label: label, author: author, entrance: entrance,
      environment: environment
    ) { replica in
      let name = File.name(of: source)
      merge =
        isFolder
        ? try replica.applyReadable(bundlesAt: bundles.map(\.path), from: .folder(name), dryRun: false).merge
        : try replica.apply(bundleAt: source)
      let standing = try replica.access { try $0.ownStanding() }
      guard entrance == nil || standing?.role != nil else {
        throw StoreError(
          .missingPrerequisites, "the source does not hold the admission yet; sync the admin's laptop with it",
          subject: source)
      }
      let scopes = try replica.scopes().map(\.id).filter { $0 != .shared }
      let scope = scopes.first { standing?.canWrite(in: $0) ?? true } ?? scopes.first
      guard let scope, merge.changesApplied > 0 else {
        throw StoreError(
          .missingPrerequisites, "the source does not hold the beginning of the workspace", subject: source,
          details: merge.pending.flatMap(\.missing).map { "\($0.stream) \($0.tip.number)" })
      }
      try replica.setHomeScope(scope)
      try replica.write { try $0.introduce(label: label, author: author, predecessor: nil) }
    }
    return (replica, merge)
  }
}
