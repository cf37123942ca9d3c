import Quan
import QuanCore
import QuanFormat
import QuanStore
import QuanTesting
import Testing

/// A workspace of members: A founds it; the others ask for admission when a test says so.
final class Guild {
  private let members: MemberLaptops
  let stick: String
  var folder: TemporaryFolder { members.folder }
  var laptops: [Laptop] { members.laptops }
  var replicas: [Replica] { members.replicas }

  init(seed: UInt64 = 1, schema: SchemaDraft = sampleSchema) throws {
    members = try MemberLaptops(seed: seed, schema: schema)
    stick = members.folder.folder("stick")
  }

  func path(_ name: String) -> String { members.path(name) }

  var school: ScopeID { get throws { try members.school } }

  /// Lets a laptop in, by an admin; gives its member ID.
  @discardableResult
  func admit(_ name: String, _ role: Role = .editor, by admin: Int = 0, scopes: Set<ScopeID>? = nil) throws -> ReplicaID
  {
    try #require(try members.admit([name], role, by: admin, scopes: scopes).first)
  }

  /// A bundle of everything that a laptop holds.
  func bundle(from index: Int) throws -> String { try members.bundle(from: index) }

  @discardableResult
  func give(_ source: Int, to target: Int) throws -> MergeReport {
    try replicas[target].apply(bundleAt: try bundle(from: source))
  }

  func pupil(_ name: String, on index: Int) throws -> RecordID { try members.pupil(name, on: index) }

  /// Expects that laptops are equal in every scope, and sound.
  func expectEqual(_ indices: [Int], _ location: SourceLocation = #_sourceLocation) throws {
    for scope in try replicas[indices[0]].scopes().map(\.id) {
      let forms = try indices.map { try replicas[$0].canonicalForm(of: scope) }
      #expect(forms.allSatisfy { $0 == forms[0] }, sourceLocation: location)
    }
    for index in indices { #expect(try replicas[index].verify() == [], sourceLocation: location) }
  }

  // MARK: Bundles byte by byte

  private struct Source: ByteSource {
    let bytes: [UInt8]
    var count: UInt64 { UInt64(bytes.count) }
    func read(at offset: UInt64, count wanted: Int) -> [UInt8] {
      Array(bytes.dropFirst(Int(min(offset, count))).prefix(wanted))
    }
  }

  func reader(_ path: String) throws -> BundleReader { try BundleReader(Source(bytes: TemporaryFolder.read(path))) }

  /// A member's private keys, as its laptop keeps them.
  func keys(of index: Int) throws -> (member: ReplicaID, keys: MemberKeys) {
    let state = laptops[index].environment.stateDirectory
    let name = try #require(TemporaryFolder.names(in: state).first { $0.hasSuffix(".keys") })
    var parts: [String: [UInt8]] = [:]
    for line in String(decoding: TemporaryFolder.read(state + "/" + name), as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ").map { String($0) }
      parts[words[0]] = stride(from: 0, to: words[1].count, by: 2).compactMap {
        UInt8(words[1].dropFirst($0).prefix(2), radix: 16)
      }
    }
    let keys = try #require(MemberKeys(signing: parts["signing"] ?? [], agreement: parts["agreement"] ?? []))
    return (try #require(ReplicaID(name.dropLast(5).uppercased())), keys)
  }

  /// The keys of scopes that a member can open with what has been granted to it.
  func keyring(of index: Int) throws -> Keyring {
    let (member, keys) = try keys(of: index)
    let keyring = Keyring()
    let workspace = replicas[index].workspace
    try replicas[index].records(of: BuiltIn.grantKind) { record in
      func text(_ name: String) -> String {
        if case .text(let text)? = record[name]?.shown.first { text } else { "" }
      }
      guard text("member") == member.description, case .integer(let epoch)? = record["epoch"]?.shown.first,
        let scope = Dot(text("scope")), let key = UInt64(text("key"), radix: 16)
      else { return }
      let sealed = stride(from: 0, to: text("sealed").count, by: 2).compactMap {
        UInt8(text("sealed").dropFirst($0).prefix(2), radix: 16)
      }
      let opened = KeyGrant.open(
        sealed, scope: ScopeID(scope), epoch: UInt64(epoch), id: key, with: keys, in: workspace)
      keyring.add(try #require(opened))
    }
    return keyring
  }

  /// Writes a bundle like another, as a member could who means harm: its segments opened, changed or left out, and sealed
  /// again.
  ///
  /// - Parameters:
  ///   - lie: Changes what has been sealed.
  func rewrite(
    _ source: String, to target: String, by index: Int, lie: (Segment) throws -> Segment = { $0 },
    changing: (Segment) throws -> Segment?
  ) throws {
    let reader = try reader(source)
    let (member, keys) = try keys(of: index)
    let keyring = try keyring(of: index)
    var segments: [[UInt8]] = []
    for place in reader.header.segments.indices {
      let bytes = try reader.segment(place)
      let seal = try #require(reader.header.segments[place].header.seal)
      guard let key = keyring[seal.key] else {
        segments.append(bytes)
        continue
      }
      guard let changed = try changing(try Segment(try Envelope.open(bytes, with: keyring))) else { continue }
      let sealed = try Envelope.seal(
        changed.bytes, under: key, in: reader.header.workspace, by: member, with: keys)
      segments.append(try lie(try Segment(sealed)).bytes)
    }
    let old = reader.header
    let written = BundleHeader(
      workspace: old.workspace, sender: old.sender, time: old.time, schemaVersion: old.schemaVersion,
      segments: try segments.map { try BundleSegment($0) })
    var bytes: [UInt8] = []
    try BundleWriter.write(written, segment: { segments[$0] }, to: { bytes += $0 })
    TemporaryFolder.write(bytes, to: target)
  }
}
