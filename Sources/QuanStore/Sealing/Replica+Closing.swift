public import QuanCore
import QuanFormat

/// How an open workspace becomes one of members: its founder's laptop seals it when it first admits somebody.
///
/// The founder says, in `shared`, how far each laptop's changes had come when it was sealed. These stand as they are; what a laptop
/// wrote beyond waits elsewhere until an admin accepts it.
extension Replica {
  /// Seals an open workspace, within a transaction that changes who is a member.
  ///
  /// - Throws: ``StoreError`` with code `notPermitted` when this laptop did not make the workspace.
  func close(_ file: ReplicaFile, _ batch: inout Batch) throws {
    guard file.meta.isOpen, let founder = file.meta.founder, let member = file.meta.member else {
      throw StoreError(
        .notPermitted, "the workspace is open, and only the laptop that made it can seal it", subject: file.meta.label)
    }
    for row in file.streams.rows { try file.packTail(row.index) }
    file.meta.isOpen = false
    try file.meta.save(file.connection)
    let accepted = try file.streams.leaves.filter { try $0.id.replica != .builtIn && file.owner(of: $0) == nil }.map {
      Dependency($0.id, Tip(number: $0.number, check: $0.digest.check))
    }
    let values = MemberFields.values(
      member: member, label: file.meta.label, person: file.meta.author, signingKey: founder.signing,
      agreementKey: founder.agreement, standing: Standing(.admin), cuts: accepted)
    try batch.write { transaction in try transaction.create(BuiltIn.memberKind, in: .shared, values) }
  }

  /// Takes part as a member from now on, in a replica of a workspace that was open and has been sealed.
  ///
  /// What came sealed meanwhile is taken in. The laptop writes under a new identity, which its key proves; what it wrote before
  /// under the old one that the founder had not seen counts again when an admin accepts it.
  /// - Parameters:
  ///   - dryRun: Gives the report and keeps nothing.
  ///   - examine: Is called with the report of a dry run while the replica still is as entering would leave it.
  /// - Throws: ``StoreError`` with code `invalid` when the workspace is sealed here already, `otherWorkspace`, `stranger` when
  ///   the welcome is for another laptop, `missingPrerequisites` when the admission has not arrived yet.
  @discardableResult
  public func enter(
    welcomeAt path: String, dryRun: Bool = false, examine: ((MergeReport) throws -> Void)? = nil
  ) throws -> MergeReport {
    let (welcome, own) = try Self.welcome(at: path, environment)
    guard welcome.workspace == workspace else {
      throw StoreError(.otherWorkspace, "the welcome is for another workspace", subject: path)
    }
    let now = environment.now()
    let report = try access { file in
      guard !file.isSealed else {
        throw StoreError(.invalid, "this laptop takes part as a member already", subject: file.meta.label)
      }
      let keys = welcome.open(with: own).filter { file.keyring[$0.id] == nil }
      func work() throws -> MergeReport {
        let before = file.streams.vector()
        file.meta.founder = welcome.founder
        file.meta.member = welcome.member
        file.meta.isOpen = false
        try file.meta.save(file.connection)
        for key in keys { file.keyring.add(key) }
        var intake = Intake(file, now: now, progress: environment.progress)
        var report = try intake.take([])
        guard try file.ownStanding()?.role != nil else {
          throw StoreError(
            .missingPrerequisites, "the source does not hold the admission yet; sync the admin's laptop with it",
            subject: path)
        }
        if !dryRun { try renewIdentity(file, .requested) }
        try file.settle([.shared], progress: environment.progress)
        report.openConflicts = try file.conflictCount()
        if dryRun {
          try examine?(report)
        } else if report.isWorthKeeping {
          report.number = try file.keep(report, from: .file(File.name(of: path)), at: now, before: before)
        }
        return report
      }
      guard dryRun else { return try file.transaction(work) }
      defer { for key in keys { file.keyring.remove(key.id) } }
      return try file.trial(work)
    }
    if !dryRun { announcer.announce(.merged(report)) }
    return report
  }

  /// Accepts what has arrived unsigned of a laptop that wrote before the workspace was sealed, and is no member under that
  /// identity, and takes it in.
  ///
  /// - Parameters:
  ///   - dryRun: Gives the report and keeps nothing.
  ///   - examine: Is called with the report of a dry run while the replica still is as accepting would leave it.
  /// - Throws: ``StoreError`` with code `notFound` when nothing of it waits, `notPermitted` when this laptop is no admin.
  @discardableResult
  public func accept(
    unsignedOf replica: ReplicaID, dryRun: Bool = false, examine: ((MergeReport) throws -> Void)? = nil
  ) throws -> MergeReport {
    let now = environment.now()
    let report = try access { file in
      func work() throws -> MergeReport {
        try changeMembership(file) { file, batch in try Self.note(unsignedOf: replica, file, &batch) }
        var intake = Intake(file, now: now, progress: environment.progress)
        var report = try intake.take([])
        report.openConflicts = try file.conflictCount()
        if dryRun { try examine?(report) }
        return report
      }
      return dryRun ? try file.trial(work) : try file.transaction(work)
    }
    if !dryRun { announcer.announce(.merged(report)) }
    return report
  }

  /// Notes that what a laptop wrote unsigned counts, as far as it has arrived.
  private static func note(unsignedOf replica: ReplicaID, _ file: ReplicaFile, _ batch: inout Batch) throws {
    guard try file.ownStanding()?.role == .admin, let record = try file.trust()?.closing else {
      throw StoreError(
        .notPermitted, "only an admin accepts what bears no signature", subject: replica.description)
    }
    let waiting = try file.pendingHeaders().filter { $0.stream.replica == replica && $0.signature == nil }
    let ends = waiting.map(\.end).filter { end in !waiting.contains { $0.attachment == end } }
    let held = try file.streams.leaves.filter { try $0.id.replica == replica && file.owner(of: $0) == nil }.map {
      Dependency($0.id, Tip(number: $0.number, check: $0.digest.check))
    }
    let news = Set(ends + held).subtracting(try file.trust()?.accepted ?? [])
    guard !news.isEmpty else {
      throw StoreError(.notFound, "nothing of the laptop waits to be accepted", subject: replica.description)
    }
    try batch.write { transaction in
      for place in news.sorted() { try transaction.add(record, BuiltIn.memberCuts, MemberFields.value(place)) }
    }
  }
}
