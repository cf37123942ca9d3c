import QuanCore
package import QuanFormat
package import QuanSync
import Synchronization

/// One end's work in a conversation: what a `Conversation` asks for, done on a replica.
///
/// One conversation uses it, one call at a time; each call may take as long as a merge does.
package final class NetworkExchange: Sendable {
  /// About how many bytes a bundle has; it is stored in one transaction, and what was stored is never sent again.
  package static let bundleSize: UInt64 = 1 << 20

  /// What is remembered from one call to the next.
  private struct Memory {
    /// The places that the other end has named.
    var named: [Dependency] = []
    var sent: Set<Dependency> = []
    var peer: ReplicaID?
    var merge = MergeReport()
    var attachments = AttachmentReport()
    /// Bundles of a trial.
    var trial: [SpoolFile] = []
    /// Attachments that were asked for, by the names of their files.
    var wanted: [String: AttachmentNeed] = [:]
    /// Attachments that are here, likewise; looked for once.
    var held: [String: AttachmentNeed]?
    var changesGiven: UInt64 = 0
    var changesTaken: UInt64 = 0
  }

  private let replica: Replica
  private let other: NetworkParty
  private let isTrial: Bool
  private let memory = Mutex(Memory())

  /// Work with a member.
  ///
  /// - Parameter isTrial: Keeps the bundles that come aside, for ``trial(_:)``, and gives nothing.
  package init(_ replica: Replica, with other: NetworkParty, isTrial: Bool = false) {
    self.replica = replica
    self.other = other
    self.isTrial = isTrial
  }

  /// Removes what conversations of processes that are no more left behind; once, before the first one.
  package static func tidy(_ replica: Replica) throws { try SpoolFile.tidy(replica.environment) }

  // MARK: Who speaks

  /// What this end says of itself.
  package func greeting() throws -> Greeting {
    try replica.access { file in
      Greeting(
        workspace: file.meta.workspace, replica: file.meta.replica,
        nonce: try file.owners()[file.meta.replica]?.nonce ?? 0, isTrial: isTrial,
        holds: PackedVector(try file.vector()))
    }
  }

  /// What is held here, with those places that the other end has named and that are held here.
  private func holds() throws -> PackedVector {
    let named = memory.withLock(\.named)
    return PackedVector(try replica.access { try $0.vector(naming: named) })
  }

  /// Looks who greets, and remembers what it holds; says what is held here.
  ///
  /// - Throws: `Refusal` when it is not to be spoken with; ``StoreError``.
  package func meet(_ greeting: Greeting) throws -> PackedVector {
    guard greeting.workspace == replica.workspace else { throw Refusal.otherWorkspace }
    guard MemberPublicKeys.identity(of: other.signingKey, nonce: greeting.nonce) == greeting.replica else {
      throw Refusal.notItself
    }
    memory.withLock { memory in
      memory.peer = greeting.replica
      memory.named = greeting.holds.places ?? []
    }
    if !isTrial { try note(greeting.holds) }
    return try holds()
  }

  /// Remembers what the other end holds.
  package func note(_ vector: PackedVector) throws {
    guard let peer = memory.withLock(\.peer) else { return }
    try replica.access { file in
      guard peer != file.meta.replica, try file.packedVector(of: peer) != vector else { return }
      try file.transaction { try file.note(peer: peer, vector, time: replica.environment.now()) }
    }
  }

  /// Refuses to go on when the other end is no member any more: its right may end while it speaks.
  private func check() throws {
    guard try replica.networkParty(withKey: other.signingKey) != nil else { throw Refusal.notAdmitted }
  }

  /// Makes room for a file that is about to come.
  package func makeSpool() throws -> SpoolFile { try SpoolFile(replica.environment) }

  // MARK: Records

  /// Packs a bundle of what a replica with a vector lacks and has not been sent here; `nil` when that is nothing.
  package func pack(lackedBy vector: PackedVector) throws -> (file: SpoolFile, delivery: Delivery)? {
    try check()
    guard let places = vector.places else { throw Refusal.damaged }
    let sent = memory.withLock(\.sent)
    let spool = try SpoolFile(replica.environment)
    let header = try replica.export(
      lackedBy: VersionVector(places), but: sent, upTo: Self.bundleSize,
      write: { produce in try produce { try spool.append($0) } })
    guard let header else { return nil }
    let changes = header.segments.reduce(0) { $0 + UInt64($1.header.range.count) }
    let lacked = try replica.access { try $0.changeCount(lackedBy: VersionVector(places)) }
    memory.withLock { memory in
      memory.sent.formUnion(header.segments.map(\.header.end))
      memory.changesGiven += changes
    }
    let delivery = Delivery(.bundle(changes: changes, following: lacked - min(lacked, changes)), size: spool.count)
    return (spool, delivery)
  }

  /// Takes in a bundle, or keeps it aside for a trial; says what is held then, and whether it brought anything.
  package func take(_ spool: SpoolFile) throws -> (holds: PackedVector, isNews: Bool) {
    try check()
    let header = try Self.refusingDamage { try Replica.reader(at: spool.path).header }
    // What it says of its sender is remembered: nobody speaks for another.
    guard header.sender == memory.withLock(\.peer) else { throw Refusal.notItself }
    if isTrial {
      memory.withLock { $0.trial.append(spool) }
      return (try holds(), true)
    }
    let merge = try Self.refusingDamage {
      try replica.apply(bundlesAt: [spool.path], from: .laptop(other.label), dryRun: false)
    }
    memory.withLock { memory in
      memory.merge = memory.merge == MergeReport() ? merge : memory.merge.followed(by: merge)
      memory.changesTaken += UInt64(merge.changesApplied + merge.changesCarried)
    }
    return (try holds(), merge.changesApplied + merge.changesCarried > 0)
  }

  private static func refusingDamage<T>(_ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as StoreError {
      switch error.code {
      case .damaged, .notABundle: throw Refusal.damaged
      case .newerFormat: throw Refusal.otherVersion
      case .otherWorkspace: throw Refusal.otherWorkspace
      case .overLimit: throw Refusal.overLimit
      default: throw error
      }
    }
  }

  /// Shows what the bundles of a trial would do, and keeps nothing.
  package func trial(_ examine: ((MergeReport) throws -> Void)?) throws -> MergeReport {
    let bundles = memory.withLock(\.trial)
    guard !bundles.isEmpty else { return MergeReport() }
    return try replica.apply(
      bundlesAt: bundles.map(\.path), from: .laptop(other.label), dryRun: true, examine: examine)
  }

  // MARK: Attachments

  /// The next attachments to ask for; none when none is lacked that was not asked for.
  package func wishes() throws -> [Wish] {
    let asked = memory.withLock(\.wanted)
    var wanted: [String: AttachmentNeed] = [:]
    var wishes: [Wish] = []
    for use in try replica.lackedAttachments() {
      for carrier in try replica.read({ try $0.carriers(of: use.hash, for: use.scopes) }) {
        guard wishes.count < ConversationMessage.wishLimit else { break }
        guard asked[carrier.name] == nil, wanted.updateValue(use, forKey: carrier.name) == nil else { continue }
        wishes.append(Wish(name: carrier.name, limit: carrier.fileSize(use.limit)))
      }
    }
    memory.withLock { [wanted] in $0.wanted.merge(wanted) { $1 } }
    return wishes
  }

  /// The file of the first of some attachments that is here and not too large; `nil` when none is.
  package func find(_ wishes: [Wish]) throws -> (file: SpoolFile, delivery: Delivery)? {
    try check()
    let index = try held()
    for wish in wishes {
      guard let use = index[wish.name], let carrier = try carrier(wish.name, of: use),
        let size = try replica.read({ try $0.content(use.hash)?.size })
      else { continue }
      guard size <= use.limit, carrier.fileSize(size) <= wish.limit else {
        memory.withLock { $0.attachments.overLimit += 1 }
        continue
      }
      let spool = try SpoolFile(replica.environment)
      try replica.write(use.hash, size: size, by: carrier, to: { try spool.append($0) })
      let count = spool.count
      memory.withLock { memory in
        memory.attachments.written += 1
        memory.attachments.bytesWritten += count
      }
      return (spool, Delivery(.attachment(name: wish.name), size: count))
    }
    return nil
  }

  /// The attachments that are here, by the names of their files.
  private func held() throws -> [String: AttachmentNeed] {
    if let known = memory.withLock(\.held) { return known }
    let held = try replica.read { file in
      var held: [String: AttachmentNeed] = [:]
      for use in try file.usedAttachments() where try file.content(use.hash) != nil {
        for carrier in try file.carriers(of: use.hash, for: use.scopes) { held[carrier.name] = use }
      }
      return held
    }
    memory.withLock { $0.held = held }
    return held
  }

  private func carrier(_ name: String, of use: AttachmentNeed) throws -> AttachmentCarrier? {
    try replica.read { try $0.carriers(of: use.hash, for: use.scopes) }.first { $0.name == name }
  }

  /// Takes in the file of an attachment; one that is damaged is said and set aside.
  package func takeAttachment(_ name: String, _ spool: SpoolFile) throws {
    try check()
    guard let use = memory.withLock({ $0.wanted[name] }), let carrier = try carrier(name, of: use) else { return }
    var report = memory.withLock(\.attachments)
    if try replica.take(use, by: carrier, fileAt: spool.path, nil, &report) { report.taken += 1 }
    memory.withLock { [report] in $0.attachments = report }
  }

  // MARK: What came of it

  /// What taking in the bundles did.
  package var merge: MergeReport { memory.withLock(\.merge) }

  /// How many changes were given and taken in.
  package var changes: (given: UInt64, taken: UInt64) { memory.withLock { ($0.changesGiven, $0.changesTaken) } }

  /// What became of attachments.
  package func attachments() throws -> AttachmentReport {
    var report = memory.withLock(\.attachments)
    report.waiting = try replica.lackedAttachments().count
    return report
  }
}
