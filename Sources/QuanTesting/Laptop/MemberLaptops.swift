public import Quan

/// Laptops of a workspace of members: A founds it; the others ask for admission when a test says so.
public final class MemberLaptops {
  /// Where all their files lie.
  public let folder: TemporaryFolder
  /// The laptops, the founder's first.
  public private(set) var laptops: [Laptop] = []
  /// Their replicas.
  public private(set) var replicas: [Replica] = []
  private var fileCount = 0

  /// A workspace with its founder's laptop.
  public init(seed: UInt64 = 1, schema: SchemaDraft, inMemory: Bool = false) throws {
    folder = TemporaryFolder(inMemory: inMemory)
    let founder = Laptop("A", in: folder, seed: seed)
    laptops.append(founder)
    replicas.append(
      try Replica.create(
        at: founder.path, label: "A", author: "author A", schema: schema, scopeLabel: "school",
        membersOnly: true, environment: founder.environment))
  }

  /// A path that no other file has.
  public func path(_ name: String) -> String {
    fileCount += 1
    return "\(folder.path)/\(fileCount)-\(name)"
  }

  /// The scope that pupils are entered in.
  public var school: ScopeID {
    get throws { try replicas[0].scopes().last?.id ?? .shared }
  }

  /// A bundle of everything that a laptop holds.
  public func bundle(from index: Int) throws -> String {
    let path = path("bundle")
    try replicas[index].writeBundle(to: path)
    return path
  }

  /// Lets laptops in, by an admin; each knows all that the admin held then.
  ///
  /// - Returns: Their member IDs.
  @discardableResult
  public func admit(
    _ names: [String], _ role: Role = .editor, by admin: Int = 0, scopes: Set<ScopeID>? = nil
  ) throws -> [ReplicaID] {
    let standing = Standing(role, try scopes ?? [school])
    var asked: [(laptop: Laptop, member: ReplicaID, welcome: String)] = []
    for name in names {
      let laptop = Laptop(name, in: folder, seed: 7)
      let (request, welcome) = (path("request"), path("welcome"))
      let member = try Replica.requestAdmission(to: request, environment: laptop.environment).member
      try replicas[admin].admit(
        requestAt: request, label: name, person: "author \(name)", standing: standing, welcome: welcome)
      asked.append((laptop, member, welcome))
    }
    let bundle = try bundle(from: admin)
    for (laptop, _, welcome) in asked {
      replicas.append(
        try Replica.join(
          at: laptop.path, from: bundle, welcome: welcome, label: laptop.name, author: "author \(laptop.name)",
          environment: laptop.environment
        ).replica)
      laptops.append(laptop)
    }
    return asked.map(\.member)
  }

  /// Enters a pupil on a laptop; the schema has pupils with names.
  @discardableResult
  public func pupil(_ name: String, on index: Int) throws -> RecordID {
    guard let kind = try replicas[index].schema().kind(named: "pupil"), let field = kind.field(named: "name") else {
      throw StoreError(.notFound, "there is no such kind", subject: "pupil")
    }
    return try replicas[index].write { try $0.create(kind.id, [field.id: [.text(name)]]) }
  }
}
