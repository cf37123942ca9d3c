import Quan

/// Laptops of a sealed workspace whose admins admit, change rights and revoke while everybody writes, exchanges over sticks and
/// relays, loses and repeats bundles, and crashes: every order in which a revocation and what it bears on can arrive.
///
/// At the end everybody exchanges. Then every laptop holds the same changes, opened or carried; those that may read a scope agree
/// on it; what a revoked member wrote behind its cut is nowhere; and nobody reads what was written after its right had ended.
public struct MemberSimulation {
  /// A simulated member: its laptop and, once it has joined, its replica.
  private struct Member {
    let id: ReplicaID
    let laptop: Laptop
    var replica: Replica
  }

  private let folder = TemporaryFolder(inMemory: true)
  private let seed: UInt64
  private let laptopCount: Int
  private var random: SeededGenerator
  private var members: [Member] = []
  private var scopes: [ScopeID] = []
  private var mail: [String] = []
  private var fileCount = 0
  private var nameCount = 0
  private let trace: (@Sendable (String) -> Void)?

  private static let schema = SchemaDraft([
    KindDraft("pupil", Labels("学生", "pupil"), [FieldDraft("name", Labels("姓名", "name"))])
  ])

  /// Prepares a simulation: a founder and two scopes.
  public init(seed: UInt64, laptops: Int, trace: (@Sendable (String) -> Void)? = nil) throws {
    self.seed = seed
    self.trace = trace
    laptopCount = laptops
    random = SeededGenerator(seed: seed)
    let laptop = Laptop("A", in: folder, seed: seed)
    let replica = try Replica.create(
      at: laptop.path, label: "A", author: "A", schema: Self.schema, scopeLabel: "first", membersOnly: true,
      environment: laptop.environment)
    let id = try replica.members()[0].id
    members.append(Member(id: id, laptop: laptop, replica: replica))
    let second = try replica.write { try $0.createScope(label: "second") }
    scopes = try replica.scopes().map(\.id).filter { $0 != .shared && $0 != second } + [second]
  }

  /// Takes steps, then lets everybody exchange and looks whether all is as it must be.
  public mutating func run(steps: Int) throws {
    for number in 1...max(1, steps) {
      var act = ""
      do {
        let index = Int.random(in: members.indices, using: &random)
        act = try step(index)
        trace?("\(number) \(members[index].laptop.name) \(act)")
      } catch {
        throw failure(number, act, ["\(error)"])
      }
    }
    do {
      let differences = try settle()
      if !differences.isEmpty { throw failure(steps, "everybody exchanges", differences) }
    } catch let failure as Simulation.Failure {
      throw failure
    } catch {
      throw failure(steps, "everybody exchanges", ["\(error)"])
    }
  }

  private func failure(_ step: Int, _ act: String, _ differences: [String]) -> Simulation.Failure {
    Simulation.Failure(
      seed: seed, laptops: laptopCount, step: step, act: act, differences: differences, options: "--members ")
  }

  // MARK: Steps

  private mutating func step(_ index: Int) throws -> String {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<28: return try write(index)
    case 28..<38: return try transfer(index)
    case 38..<58: return try send(index)
    case 58..<82: return try receive(index)
    case 82..<90: return try admit(by: index)
    case 90..<96: return try changeRight(by: index)
    case 96..<98: return try raise(by: index)
    default:
      try members[index].replica.close()
      members[index].replica = try Replica.open(
        at: members[index].laptop.path, environment: members[index].laptop.environment)
      return "is closed and opened"
    }
  }

  private mutating func write(_ index: Int) throws -> String {
    let replica = members[index].replica
    let scope = scopes.randomElement(using: &random) ?? scopes[0]
    nameCount += 1
    let name = "pupil \(nameCount)"
    do {
      guard let kind = try replica.schema().kind(named: "pupil"), let field = kind.field(named: "name") else {
        return "knows no pupils yet"
      }
      var known: [RecordID] = []
      try replica.records(of: kind.id) { if $0.scope == scope { known.append($0.id) } }
      if random.chance(0.4), let id = known.randomElement(using: &random) {
        try replica.write { try $0.set(id, field.id, to: .text(name)) }
        return "changes \(id)"
      }
      let id = try replica.write { try $0.create(kind.id, in: scope, [field.id: [.text(name)]]) }
      return "enters \(id)"
    } catch let error as StoreError where error.code == .notPermitted {
      return "may not write"
    }
  }

  /// Offers a pupil to another scope, or answers an offer, or takes one back.
  private mutating func transfer(_ index: Int) throws -> String {
    let replica = members[index].replica
    do {
      let transfers = try replica.transfers()
      if random.chance(0.6), let open = transfers.filter({ $0.state == .offered }).randomElement(using: &random) {
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
          try replica.decline(open.id)
          return "declines \(open.id)"
        case 1:
          try replica.withdraw(open.id)
          return "withdraws \(open.id)"
        default: return "accepts \(open.id) as \(try replica.accept(open.id).record)"
        }
      }
      guard let kind = try replica.schema().kind(named: "pupil") else { return "knows no pupils yet" }
      var known: [Record] = []
      try replica.records(of: kind.id) { known.append($0) }
      if random.chance(0.2), let gone = transfers.filter({ $0.state == .accepted }).randomElement(using: &random) {
        return "forwards \(gone.record) by \(try replica.offer(gone.record, to: gone.to))"
      }
      guard let record = known.randomElement(using: &random),
        let scope = scopes.filter({ $0 != record.scope }).randomElement(using: &random)
      else { return "has nobody to hand over" }
      return "offers \(record.id) by \(try replica.offer(record.id, to: scope))"
    } catch let error as StoreError where [.notPermitted, .refused, .notFound, .invalid].contains(error.code) {
      return "cannot: \(error.message)"
    }
  }

  /// The pupils of a scope that a laptop lists, and what it lists about transfers there.
  private func handedOver(_ scope: ScopeID, on replica: Replica) throws -> (
    listed: Set<RecordID>, troubles: [ProblemID]
  ) {
    var listed: Set<RecordID> = []
    if let kind = try replica.schema().kind(named: "pupil") {
      try replica.records(of: kind.id) { if $0.scope == scope { listed.insert($0.id) } }
    }
    return (listed, try replica.problems(class: .transfer).filter { $0.scope == scope }.map(\.id).sorted())
  }

  private mutating func path(_ name: String) -> String {
    fileCount += 1
    return "\(folder.path)/\(name)-\(fileCount)"
  }

  private mutating func send(_ index: Int) throws -> String {
    let path = path("bundle")
    try members[index].replica.writeBundle(to: path)
    mail.append(path)
    if mail.count > 12 { mail.removeFirst() }
    return "sends \(path)"
  }

  private mutating func receive(_ index: Int) throws -> String {
    guard let path = mail.randomElement(using: &random) else { return "has no mail" }
    let report = try members[index].replica.apply(bundleAt: path)
    guard report.counts.isBalanced, report.refusedSegments.isEmpty else {
      throw StoreError(.damaged, "the counts differ, or what is good was refused: \(report.counts)", subject: path)
    }
    return "takes in \(path)"
  }

  private mutating func standing() -> Standing {
    let chosen = Set(scopes.filter { _ in random.chance(0.6) })
    let role = [Role.editor, .editor, .editor, .reader, .admin].randomElement(using: &random) ?? .editor
    return Standing(role, chosen)
  }

  private mutating func admit(by index: Int) throws -> String {
    guard members.count < laptopCount else { return "admits nobody" }
    let name = String(Character(Unicode.Scalar(UInt8(65 + members.count))))
    let laptop = Laptop(name, in: folder, seed: seed &+ UInt64(members.count))
    let request = path("request")
    let welcome = path("welcome")
    let standing = standing()
    do {
      let asked = try Replica.requestAdmission(to: request, environment: laptop.environment)
      try members[index].replica.admit(
        requestAt: request, label: name, person: name, standing: standing, welcome: welcome)
      let bundle = path("bundle")
      try members[index].replica.writeBundle(to: bundle)
      // Whom an admin admits that a senior one has revoked meanwhile learns it later; it joins all the same.
      let replica = try Replica.join(
        at: laptop.path, from: bundle, welcome: welcome, label: name, author: name, environment: laptop.environment
      ).replica
      members.append(Member(id: asked.member, laptop: laptop, replica: replica))
      return "admits \(name) as \(standing)"
    } catch let error as StoreError where error.code == .notPermitted {
      return "may admit nobody"
    }
  }

  private mutating func changeRight(by index: Int) throws -> String {
    guard let other = members.dropFirst().randomElement(using: &random) else { return "revokes nobody" }
    do {
      if random.chance(0.6) {
        try members[index].replica.revoke(other.id)
        return "revokes \(other.laptop.name)"
      }
      let standing = standing()
      try members[index].replica.setStanding(of: other.id, to: standing)
      return "gives \(other.laptop.name) \(standing)"
    } catch let error as StoreError where error.code == .notPermitted || error.code == .notFound {
      return "may revoke nobody"
    }
  }

  private mutating func raise(by index: Int) throws -> String {
    guard let other = members.dropFirst().randomElement(using: &random) else { return "raises nothing" }
    do {
      try members[index].replica.raiseCut(of: other.id)
      return "raises the cut of \(other.laptop.name)"
    } catch let error as StoreError where error.code == .notPermitted || error.code == .notFound {
      return "may raise nothing"
    }
  }

  // MARK: The end

  private mutating func exchange() throws {
    for _ in 0..<3 {
      for index in members.indices {
        let bundle = path("bundle")
        try members[index].replica.writeBundle(to: bundle)
        for other in members.indices where other != index { _ = try members[other].replica.apply(bundleAt: bundle) }
        TemporaryFolder.remove(bundle)
      }
    }
  }

  /// What is not as it must be when everybody has everything.
  private mutating func settle() throws -> [String] {
    try exchange()
    var differences: [String] = []
    let founder = members[0].replica
    let vector = try founder.vector()
    let rights = Dictionary(try founder.members().map { ($0.id, $0.standing) }) { first, _ in first }
    for member in members {
      let name = member.laptop.name
      differences += try member.replica.verify().map { "\(name): INV-\($0.invariant) \($0.subject) \($0.message)" }
      // Who has no right does not learn who has one since, and so cannot tell whose segments to carry.
      guard let standing = rights[member.id], standing.role != nil else { continue }
      if try member.replica.vector() != vector {
        differences.append(
          "\(name) does not hold the same changes: \(Set(try member.replica.vector().places).symmetricDifference(vector.places))"
        )
      }
      // What somebody wrote whom no admin admitted who was one there is kept aside.
      if try member.replica.status().pending.contains(where: { $0.reason != .stranger }) {
        differences.append(
          "\(name) still waits: \(try member.replica.status().pending.filter { $0.reason != .stranger })")
      }
      for scope in [.shared] + scopes
      where scope == .shared || standing.role == .admin || standing.scopes.contains(scope) {
        if try member.replica.canonicalForm(of: scope) != founder.canonicalForm(of: scope) {
          differences.append("\(name) and A differ in \(scope)")
        }
        if try handedOver(scope, on: member.replica) != handedOver(scope, on: founder) {
          differences.append("\(name) and A differ in who is in \(scope), or in what is wrong about that")
        }
      }
    }
    return try differences + unreadable(rights)
  }

  /// What the founder writes now is read by those who may, and by nobody else.
  private mutating func unreadable(_ rights: [ReplicaID: Standing]) throws -> [String] {
    guard let kind = try members[0].replica.schema().kind(named: "pupil"), let field = kind.field(named: "name") else {
      return ["A knows no pupils"]
    }
    var written: [ScopeID: RecordID] = [:]
    for scope in scopes {
      written[scope] = try members[0].replica.write {
        try $0.create(kind.id, in: scope, [field.id: [.text("the last")]])
      }
    }
    try exchange()
    var differences: [String] = []
    for member in members {
      let standing = rights[member.id] ?? .none
      for (scope, id) in written {
        let mayRead = standing.role == .admin || (standing.role != nil && standing.scopes.contains(scope))
        if try (member.replica.record(id) != nil) != mayRead {
          differences.append("\(member.laptop.name) \(mayRead ? "cannot read" : "reads") what is new in \(scope)")
        }
      }
    }
    return differences
  }
}
