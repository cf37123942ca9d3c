public import QuanCore
import QuanFormat

/// A member of the workspace, present or former.
public struct WorkspaceMember: Hashable, Sendable {
  /// The identity that it was admitted by.
  public let id: ReplicaID
  /// What its laptop is called.
  public let label: String
  /// The person.
  public let person: String
  /// The right that it has now.
  public let standing: Standing
  /// Whether an admin admitted it who was one there; otherwise it never had a right, and what it wrote is void.
  public let isAdmitted: Bool
  /// Whether it founded the workspace.
  public let isFounder: Bool
  /// Whether it is the one that this replica writes for.
  public let isOwn: Bool

  /// A member.
  public init(
    id: ReplicaID, label: String, person: String, standing: Standing, isAdmitted: Bool = true, isFounder: Bool,
    isOwn: Bool
  ) {
    self.id = id
    self.label = label
    self.person = person
    self.standing = standing
    self.isAdmitted = isAdmitted
    self.isFounder = isFounder
    self.isOwn = isOwn
  }
}

/// A laptop that asks for admission, and what both people compare aloud.
public struct AdmissionRequest: Hashable, Sendable {
  /// The identity that follows from its keys.
  public let member: ReplicaID
  /// Three groups of four digits; `nil` while the workspace is not known.
  public let code: String?

  /// A request.
  public init(member: ReplicaID, code: String?) {
    self.member = member
    self.code = code
  }
}

extension Replica {
  private static let fileLimit = 1 << 16

  // MARK: Asking

  /// Makes keys on this laptop and writes a request for admission: two public keys and nothing about a person.
  ///
  /// - Parameter source: A folder or bundle of the workspace, if one is at hand: the code can be shown at once then.
  /// - Throws: ``StoreError`` with code `alreadyExists`, `readOnly`, `outOfSpace`, `inputOutput`.
  public static func requestAdmission(
    to path: String, from source: String? = nil, environment: Environment
  ) throws -> AdmissionRequest {
    guard File.kind(of: path) == .nothing else {
      throw StoreError(.alreadyExists, "there is a file already", subject: path)
    }
    let workspace = try source.map { try Self.workspace(of: $0) }
    let (member, keys) = try KeyFile(environment).make()
    let request = RequestFile(keys: keys.public)
    try File.writeDurably(to: path) { sink in try sink(request.encode()) }
    return AdmissionRequest(member: member, code: workspace.map { request.code(for: $0) })
  }

  /// Reads a request as this workspace would answer it.
  public func readRequest(at path: String) throws -> AdmissionRequest {
    let request = try Self.verify(path) { try RequestFile(try File.read(path, limit: Self.fileLimit)) }
    return AdmissionRequest(member: request.member, code: request.code(for: workspace))
  }

  /// The code that a welcome stands for on the laptop that asked.
  public static func code(ofWelcomeAt path: String, environment: Environment) throws -> String {
    let (welcome, keys) = try welcome(at: path, environment)
    return RequestFile(keys: keys.public).code(for: welcome.workspace)
  }

  private static func workspace(of source: String) throws -> WorkspaceID {
    guard File.kind(of: source) == .directory else { return try reader(at: source).header.workspace }
    let found = Set(try bundles(in: source).map(\.header.workspace))
    guard found.count == 1, let workspace = found.first else {
      throw StoreError(
        found.isEmpty ? .notFound : .otherWorkspace, "the folder does not hold one workspace", subject: source)
    }
    return workspace
  }

  // MARK: Admitting

  /// Admits the laptop that made a request, or gives one that is known another right, and writes its welcome.
  ///
  /// The right counts from now on; what was taken in before keeps the right that it had. The first admission seals an open
  /// workspace: what is held here of other laptops stands, and they ask for admission too.
  /// - Throws: ``StoreError`` with code `notPermitted` when this laptop is no admin, is less senior than the one that it is
  ///   about, or did not make the workspace, which is open.
  @discardableResult
  public func admit(
    requestAt path: String, label: String, person: String, standing: Standing, welcome: String
  ) throws -> WorkspaceMember {
    let request = try Self.verify(path) { try RequestFile(try File.read(path, limit: Self.fileLimit)) }
    try speak(
      of: request.member, label: label, person: person, keys: request.keys, standing: standing)
    let founder = try access { file in
      guard let founder = file.meta.founder else { throw Self.isOpen(file) }
      return founder
    }
    let keys = try access { file in
      try file.transaction { try provideKeys(file) }
      return file.keyring.all.filter { $0.scope == .shared }.sorted { ($0.epoch, $0.id) < ($1.epoch, $1.id) }
    }
    let file = WelcomeFile(
      member: request.member, founder: founder,
      keys: keys.compactMap { key in
        KeyGrant.seal(key, to: request.keys.agreement, in: workspace).map {
          WelcomeFile.SealedKey(epoch: key.epoch, id: key.id, sealed: $0)
        }
      })
    try File.writeDurably(to: welcome) { sink in try sink(file.encode()) }
    return WorkspaceMember(
      id: request.member, label: label, person: person, standing: standing, isFounder: false, isOwn: false)
  }

  /// Ends a member's right: what it wrote up to what is held here stands, what comes later is void.
  ///
  /// - Throws: ``StoreError`` with code `notFound`, `notPermitted`, `invalid`.
  public func revoke(_ member: ReplicaID) throws { try setStanding(of: member, to: .none) }

  /// Gives a member another right from now on; what is held here of it keeps the right that it had.
  ///
  /// - Throws: ``StoreError`` with code `notFound`, `notPermitted`, `invalid`.
  public func setStanding(of member: ReplicaID, to standing: Standing) throws {
    let known = try known(member)
    try speak(
      of: member, label: known.label, person: known.person, keys: known.keys, standing: standing)
  }

  /// Lets stand what has arrived here of a member since its right was ended or changed.
  ///
  /// - Throws: ``StoreError`` with code `notFound` when nothing was said about it since its admission.
  public func raiseCut(of member: ReplicaID) throws {
    try changingMembership { file, batch in
      guard let statement = try file.membership()?.latestStatement(about: member) else {
        throw StoreError(
          .notFound, "nothing was said about the member since its admission", subject: member.description)
      }
      let cuts = try Self.tips(of: member, file)
      try batch.write { transaction in
        for cut in cuts { try transaction.add(statement.record, BuiltIn.memberCuts, MemberFields.value(cut)) }
      }
    }
  }

  private func speak(
    of member: ReplicaID, label: String, person: String, keys: MemberPublicKeys, standing: Standing
  ) throws {
    try changingMembership { file, batch in
      if !file.isSealed && standing.role != nil { try close(file, &batch) }
      let own = file.meta.member ?? .builtIn
      guard let membership = try file.membership() else { throw Self.isOpen(file) }
      guard membership.canSpeak(own, about: member) else {
        throw StoreError(
          .notPermitted, "only an admin who was admitted earlier, such as the founder, may do that", subject: label)
      }
      let values = MemberFields.values(
        member: member, label: label, person: person, signingKey: keys.signing, agreementKey: keys.agreement,
        standing: standing, cuts: try Self.tips(of: member, file))
      try batch.write { transaction in try transaction.create(BuiltIn.memberKind, in: .shared, values) }
    }
  }

  /// Writes something that changes who may do what, and makes anew what hangs on it, in one transaction.
  func changingMembership(_ body: (ReplicaFile, inout Batch) throws -> Void) throws {
    try access { file in try file.transaction { try changeMembership(file, body) } }
  }

  /// The same, within the transaction that is open.
  func changeMembership(_ file: ReplicaFile, _ body: (ReplicaFile, inout Batch) throws -> Void) throws {
    try renewIdentityIfNeeded(file)
    let before = try file.verdicts()
    var batch = Batch(file: file, author: file.meta.author, now: environment.now)
    try body(file, &batch)
    try batch.log.finish(file)
    try file.contexts.save(file.connection)
    try file.settle(try file.unsettled(since: before), progress: environment.progress)
  }

  /// Where the streams of a member stand here.
  private static func tips(of member: ReplicaID, _ file: ReplicaFile) throws -> [Dependency] {
    try file.streams.leaves.filter { try file.owner(of: $0) == member }.map {
      Dependency($0.id, Tip(number: $0.number, check: $0.digest.check))
    }
  }

  private static func isOpen(_ file: ReplicaFile) -> StoreError {
    StoreError(.invalid, "the workspace is open to everybody and has no members", subject: file.meta.label)
  }

  // MARK: Listing

  /// The members, the founder first, and behind them those whom somebody admitted who was no admin there; none when the
  /// workspace is open to everybody.
  public func members() throws -> [WorkspaceMember] {
    try read { file in
      guard let membership = try file.membership() else { return [] }
      let labels = try file.knownReplicas()
      let admitted = try membership.ordered.map { member in
        let own = try labels.first { try file.owners()[$0.id]?.member == member.id && !$0.label.isEmpty }
        return WorkspaceMember(
          id: member.id, label: member.label.isEmpty ? own?.label ?? "" : member.label,
          person: member.person.isEmpty ? own?.person ?? "" : member.person,
          standing: membership.standing(of: member.id), isFounder: member.id == membership.founder,
          isOwn: member.id == file.meta.member)
      }
      let introduced = membership.introduced.values.sorted { $0.record < $1.record }.map { statement in
        WorkspaceMember(
          id: statement.member, label: statement.label, person: statement.person, standing: .none, isAdmitted: false,
          isFounder: false, isOwn: statement.member == file.meta.member)
      }
      return admitted + introduced
    }
  }

  /// Whether everybody who holds a copy may write.
  public var isOpen: Bool {
    get throws { try access { !$0.isSealed } }
  }

  /// What was said of a member when it was admitted, or introduced by somebody who might not.
  private func known(_ member: ReplicaID) throws -> (label: String, person: String, keys: MemberPublicKeys) {
    try read { file in
      let membership = try file.membership()
      if let known = membership?.members[member] {
        return (
          known.label, known.person, MemberPublicKeys(signing: known.signingKey, agreement: known.agreementKey)
        )
      }
      if let known = membership?.introduced[member] {
        return (
          known.label, known.person, MemberPublicKeys(signing: known.signingKey, agreement: known.agreementKey)
        )
      }
      throw StoreError(.notFound, "there is no such member", subject: member.description)
    }
  }

  // MARK: Entering

  /// Reads a welcome and the keys that it is for.
  static func welcome(at path: String, _ environment: Environment) throws -> (WelcomeFile, MemberKeys) {
    let welcome = try verify(path) { try WelcomeFile(try File.read(path, limit: fileLimit)) }
    guard let keys = try KeyFile(environment).keys(of: welcome.member) else {
      throw StoreError(.stranger, "the welcome is for another laptop", subject: path)
    }
    return (welcome, keys)
  }

  /// Enters a workspace with a welcome, from a bundle file or an exchange folder.
  ///
  /// - Throws: ``StoreError`` with code `stranger` when the welcome is for another laptop, `otherWorkspace`,
  ///   `missingPrerequisites` when the source does not hold the admission yet, and what
  ///   ``join(at:from:label:author:environment:)`` throws.
  public static func join(
    at path: String, from source: String, welcome: String, label: String, author: String, environment: Environment
  ) throws -> (replica: Replica, merge: MergeReport) {
    let (file, keys) = try Self.welcome(at: welcome, environment)
    let entrance = Entrance(member: file.member, founder: file.founder, keys: file.open(with: keys))
    return try join(
      at: path, from: source, entrance: entrance, label: label, author: author, environment: environment)
  }
}

/// As whom a replica is made in a workspace that has members.
struct Entrance {
  let member: ReplicaID
  let founder: MemberPublicKeys
  /// The keys of `shared` that it brings along.
  var keys: [ScopeKey] = []
  /// Whether the workspace is open to everybody.
  var isOpen = false
}
