import QuanCore
import QuanFormat

/// The facts about a replica that are not records: `quan_meta`.
struct Meta {
  var workspace: WorkspaceID
  /// The identity it writes under.
  var replica: ReplicaID
  var label: String
  var author: String
  var homeScope: ScopeID
  /// The laptop and file that the identity was taken in; see ``Identity``.
  var laptop: UInt64
  var device: UInt64
  var inode: UInt64
  /// The identity given up, and why, until someone answers.
  var renewal: Renewal?
  /// The identities that this file has written under before.
  var predecessors: [ReplicaID]
  /// Those of them that nothing writes under any more: the file was restored, and the other copy is gone.
  var retired: [ReplicaID]
  /// The scopes that this laptop has left: what comes of them is not kept.
  var left: [ScopeID] = []
  /// Whether changes of the own identity have come in from elsewhere: it must not be written under any more.
  var isOvertaken = false

  /// The keys of who founded the workspace; `nil` when it is open and was made on another laptop.
  var founder: MemberPublicKeys?
  /// Whether the workspace that this laptop founded is open to everybody.
  var isOpen = false
  /// The member that the replica writes for.
  var member: ReplicaID?

  init(
    workspace: WorkspaceID, replica: ReplicaID, label: String, author: String, homeScope: ScopeID, laptop: UInt64,
    device: UInt64, inode: UInt64
  ) {
    self.workspace = workspace
    self.replica = replica
    self.label = label
    self.author = author
    self.homeScope = homeScope
    self.laptop = laptop
    self.device = device
    self.inode = inode
    self.renewal = nil
    self.predecessors = []
    self.retired = []
  }

  init(_ connection: Connection) throws {
    var texts: [String: String] = [:]
    let statement = try connection.statement("SELECT key, value FROM quan_meta")
    while try statement.step() { texts[statement.text(0)] = statement.text(1) }
    func damaged(_ key: String) -> StoreError {
      StoreError(.damaged, "the replica's own facts are damaged", subject: key)
    }
    func required<T>(_ key: String, _ read: (String) -> T?) throws -> T {
      guard let text = texts[key], let value = read(text) else { throw damaged(key) }
      return value
    }
    workspace = try required("workspace") { WorkspaceID($0) }
    replica = try required("replica") { ReplicaID($0) }
    label = texts["label"] ?? ""
    author = texts["author"] ?? ""
    homeScope = try required("home_scope") { Dot($0).map { ScopeID($0) } }
    laptop = try required("laptop") { UInt64($0) }
    device = try required("device") { UInt64($0) }
    inode = try required("inode") { UInt64($0) }
    if let reason = texts["renewal_reason"].flatMap({ Renewal.Reason(rawValue: $0) }),
      let predecessor = texts["renewal_predecessor"].flatMap({ ReplicaID($0) })
    {
      renewal = Renewal(predecessor: predecessor, reason: reason)
    }
    isOvertaken = texts["overtaken"] == "1"
    left = (texts["left"] ?? "").split(separator: " ").compactMap { Dot($0).map { ScopeID($0) } }
    func identities(_ key: String) -> [ReplicaID] {
      (texts[key] ?? "").split(separator: " ").compactMap { ReplicaID($0) }
    }
    if let signing = Hex.decode(texts["founder_signing"] ?? ""),
      let agreement = Hex.decode(texts["founder_agreement"] ?? ""), !signing.isEmpty
    {
      founder = MemberPublicKeys(signing: signing, agreement: agreement)
    }
    member = texts["member"].flatMap { ReplicaID($0) }
    isOpen = texts["open"] == "1"
    predecessors = identities("predecessors")
    retired = identities("retired")
  }

  func save(_ connection: Connection) throws {
    var texts = [
      "workspace": workspace.description, "replica": replica.description, "label": label, "author": author,
      "home_scope": homeScope.dot.description, "laptop": String(laptop), "device": String(device),
      "inode": String(inode), "predecessors": predecessors.map(\.description).joined(separator: " "),
      "retired": retired.map(\.description).joined(separator: " "),
    ]
    texts["overtaken"] = isOvertaken ? "1" : "0"
    texts["left"] = left.map(\.dot.description).joined(separator: " ")
    texts["founder_signing"] = founder.map { Hex.encode($0.signing) }
    texts["founder_agreement"] = founder.map { Hex.encode($0.agreement) }
    texts["member"] = member?.description
    texts["open"] = isOpen ? "1" : "0"
    texts["renewal_reason"] = renewal?.reason.rawValue
    texts["renewal_predecessor"] = renewal?.predecessor.description
    try connection.statement("DELETE FROM quan_meta WHERE key LIKE 'renewal_%'").run()
    let statement = try connection.statement("INSERT OR REPLACE INTO quan_meta VALUES (?,?)")
    for (key, value) in texts.sorted(by: { $0.key < $1.key }) {
      statement.bind(1, key)
      statement.bind(2, value)
      try statement.run()
    }
  }

  // MARK: Versions

  /// Notes which versions can read the file.
  static func saveOldestReader(_ connection: Connection) throws {
    let statement = try connection.statement("INSERT OR REPLACE INTO quan_meta VALUES ('oldest_reader',?)")
    statement.bind(1, Tables.oldestReader)
    try statement.run()
  }

  /// The oldest version that can read the file; `nil` when it does not say.
  static func oldestReader(_ connection: Connection) throws -> Int? {
    let statement = try connection.statement("SELECT value FROM quan_meta WHERE key='oldest_reader'")
    defer { statement.reset() }
    return try statement.step() ? Int(statement.text(0)) : nil
  }
}
