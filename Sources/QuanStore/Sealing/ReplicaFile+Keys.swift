import QuanCore
import QuanFormat

/// The keys of scopes: out of the grants in the log of `shared`, opened with the member's own keys, and kept in memory
/// alone.
extension ReplicaFile {
  /// Whether bundles are sealed: the workspace has members.
  var isSealed: Bool { meta.founder != nil && !meta.isOpen }

  /// Opens what has been granted to the own member since it was looked at last.
  ///
  /// - Throws: ``StoreError`` with code `stranger` when the member's keys are not on this laptop.
  func refreshKeyring() throws {
    guard isSealed, let member = meta.member else { return }
    let lacking = try grants().filter { $0.member == member && keyring[$0.key] == nil && !unopened.contains($0) }
    guard !lacking.isEmpty else { return }
    guard let keys = try ownKeys() else { throw Self.noKeys(meta) }
    for grant in lacking {
      let key = KeyGrant.open(
        grant.sealed, scope: grant.scope, epoch: grant.epoch, id: grant.key, with: keys, in: meta.workspace)
      // One that does not open is no key: whoever wrote it cannot have meant it.
      if let key { keyring.add(key) } else { unopened.insert(grant) }
    }
  }

  private static func noKeys(_ meta: Meta) -> StoreError {
    StoreError(
      .stranger, "the keys of the member that the replica writes for are not on this laptop", subject: meta.label)
  }

  /// The keys of a scope that an admin granted, the latest first: what is new is sealed under the first one at hand.
  func currentKeys(of scope: ScopeID) throws -> [(key: UInt64, epoch: UInt64)] {
    var epochs: [UInt64: UInt64] = [:]
    for grant in try grants() where grant.scope == scope && grant.counts { epochs[grant.key] = grant.epoch }
    return epochs.map { (key: $0.key, epoch: $0.value) }.sorted { ($1.epoch, $0.key) < ($0.epoch, $1.key) }
  }

  /// The key that new segments of a scope are sealed under; `nil` in an open workspace, and before one has been granted.
  func sealingKey(of scope: ScopeID) throws -> ScopeKey? {
    guard isSealed else { return nil }
    try refreshKeyring()
    for (key, _) in try currentKeys(of: scope) { if let known = keyring[key] { return known } }
    return nil
  }

  /// The ID of the key to note beside a segment that is being packed here; no key is opened for it.
  func keyToNote(for scope: ScopeID) throws -> UInt64? {
    guard isSealed, let member = meta.member else { return nil }
    if let pinnedKey, scope == .shared { return pinnedKey }
    let own = Set(try grants().filter { $0.member == member && $0.scope == scope }.map(\.key))
    return try currentKeys(of: scope).first { own.contains($0.key) }?.key
  }

  /// The first key of `shared`, which every member has.
  var firstKey: ScopeKey? {
    keyring.all.filter { $0.scope == .shared }.min { ($0.epoch, $0.id) < ($1.epoch, $1.id) }
  }

  /// Packs what this replica has written in `shared`.
  func packShared() throws {
    for row in streams.leaves where row.id == StreamID(meta.replica, .shared) { try packTail(row.index) }
  }

  /// Opens what a segment of `shared` grants to the own member, also when the segment cannot be taken in yet: what stands before
  /// it may be sealed under the very key that it grants.
  ///
  /// - Returns: Whether a key was new.
  func harvest(_ segment: DecodedSegment) throws -> Bool {
    guard isSealed, let member = meta.member, let keys = try ownKeys() else { return false }
    var isNew = false
    for change in 0..<segment.changeCount {
      for case .create(BuiltIn.grantKind, let fields) in segment.change(change).operations.map(\.body) {
        guard let grant = GrantFields.grant(fields), grant.member == member, keyring[grant.key] == nil,
          let key = KeyGrant.open(
            grant.sealed, scope: grant.scope, epoch: grant.epoch, id: grant.key, with: keys, in: meta.workspace)
        else { continue }
        keyring.add(key)
        isNew = true
      }
    }
    return isNew
  }

  // MARK: Who is to have which key

  /// The scopes that there are.
  private func scopeIDs() throws -> [ScopeID] {
    var scopes: [ScopeID] = [.shared]
    try eachRecord(of: BuiltIn.scopeKind, where: []) { scopes.append(ScopeID($0.id)) }
    return scopes
  }

  /// The grants that are lacking: a key for each scope that has none, or whose latest one somebody holds who may not read
  /// the scope any more; and every key of a scope for every member that may read it.
  ///
  /// - Parameter make: Gives the 32 bytes of a new key.
  func lackingGrants(_ membership: Membership, make: () -> [UInt8]) throws -> [(
    key: ScopeKey, member: Membership.Member
  )] {
    let grants = try grants()
    var lacking: [(key: ScopeKey, member: Membership.Member)] = []
    for scope in try scopeIDs() {
      let readers = membership.ordered.filter { membership.standing(of: $0.id).canRead(scope) }
      let known = grants.filter { $0.scope == scope }
      var held = known.reduce(into: [UInt64: Set<ReplicaID>]()) { $0[$1.key, default: []].insert($1.member) }
      var keys = Set(held.keys).compactMap { keyring[$0] }
      let current = try currentKeys(of: scope).first
      let isFit = current.flatMap { held[$0.key] }?.isSubset(of: readers.map(\.id)) ?? false
      if !isFit {
        let epoch = (known.map(\.epoch).max() ?? 0) + 1
        let key = ScopeKey(scope: scope, epoch: epoch, bytes: make())
        keys.append(key)
        held[key.id] = []
      }
      for key in keys.sorted(by: { ($0.epoch, $0.id) < ($1.epoch, $1.id) }) {
        for reader in readers where held[key.id]?.contains(reader.id) != true { lacking.append((key, reader)) }
      }
    }
    return lacking
  }
}

extension Standing {
  /// Whether what is in a scope may be read.
  func canRead(_ scope: ScopeID) -> Bool {
    switch role {
    case .admin: true
    case .editor, .reader: scope == .shared || scopes.contains(scope)
    case nil: false
    }
  }
}
