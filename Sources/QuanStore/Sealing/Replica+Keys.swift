import QuanCore
import QuanFormat

extension Replica {
  /// Has every member that may read a scope hold its keys, and begins a new epoch where somebody holds the latest key who
  /// may not read any more; done by an admin's laptop, whenever it is about to give something away.
  ///
  /// What says so is a segment of its own, sealed under the first key of `shared`, which every member has that ever was:
  /// whoever is to have the new keys can read it, whatever else it cannot read yet, and whoever is not finds nothing in it that
  /// opens.
  func provideKeys(_ file: ReplicaFile) throws {
    guard let membership = try file.membership(), membership.standing(of: file.meta.member).role == .admin else {
      return
    }
    try file.refreshKeyring()
    let lacking = try file.lackingGrants(membership, make: newKey)
    guard !lacking.isEmpty else { return }
    try renewIdentityIfNeeded(file)
    try file.packShared()
    file.pinnedKey = file.firstKey?.id ?? lacking.map(\.key).first { $0.scope == .shared }?.id
    defer { file.pinnedKey = nil }
    var batch = Batch(file: file, author: file.meta.author, now: environment.now)
    try batch.write { transaction in
      for (key, member) in lacking {
        guard let sealed = KeyGrant.seal(key, to: member.agreementKey, in: workspace) else { continue }
        try transaction.create(
          BuiltIn.grantKind, in: .shared, GrantFields.values(key, to: member.id, sealed: sealed))
      }
    }
    try batch.log.finish(file)
    try file.contexts.save(file.connection)
    try file.packShared()
    for (key, _) in lacking { file.keyring.add(key) }
  }

  private func newKey() -> [UInt8] {
    (0..<4).flatMap { _ in
      let word = environment.random()
      return (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
    }
  }
}
