import QuanCore
import QuanFormat

extension Replica {
  /// Has every member that may read a scope hold its keys, and begins a new epoch where somebody holds the latest key who
  /// may not read any more; done by an admin's laptop, whenever it is about to give something away.
  ///
  /// What says so is itself sealed under the keys that were: whoever is to have the new ones can read it, and whoever is
  /// not finds nothing in it that opens.
  func provideKeys(_ file: ReplicaFile) throws {
    guard let membership = try file.membership(), membership.standing(of: file.meta.member).role == .admin else {
      return
    }
    try file.refreshKeyring()
    let lacking = try file.lackingGrants(membership, make: newKey)
    guard !lacking.isEmpty else { return }
    try renewIdentityIfNeeded(file)
    file.pinnedKey = try file.sealingKey(of: .shared)?.id
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
    for row in file.streams.leaves where row.id == StreamID(file.meta.replica, .shared) { try file.packTail(row.index) }
    for (key, _) in lacking { file.keyring.add(key) }
  }

  private func newKey() -> [UInt8] {
    (0..<4).flatMap { _ in
      let word = environment.random()
      return (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
    }
  }
}
