package import QuanCore
package import QuanFormat

/// A member as it appears on a network.
package struct NetworkParty: Hashable, Sendable {
  /// The identity that it was admitted by.
  package let member: ReplicaID
  /// What its laptop is called.
  package let label: String
  /// The Ed25519 key that it proves itself with.
  package let signingKey: [UInt8]
}

extension Replica {
  /// The keys that this laptop proves itself with on a network.
  ///
  /// - Throws: ``StoreError`` with code `invalid` when the workspace is open to everybody: nobody could be told from a
  ///   stranger; `notPermitted` when this laptop is no member any more; `stranger` when the keys are not here.
  package func networkKeys() throws -> MemberKeys {
    try read { file in
      guard let membership = try file.membership() else {
        throw StoreError(
          .invalid, "the workspace is open to everybody, and only members exchange over a network",
          subject: file.meta.label)
      }
      guard let member = file.meta.member, membership.standing(of: member).role != nil else {
        throw StoreError(
          .notPermitted, "this laptop is not, or no longer, a member of the workspace", subject: file.meta.label)
      }
      guard let keys = try file.ownKeys() else {
        throw StoreError(
          .stranger, "the keys of the member that the replica writes for are not on this laptop",
          subject: file.meta.label)
      }
      return keys
    }
  }

  /// The member with a key, if it is one now; `nil` for strangers and for those whose right has ended.
  package func networkParty(withKey key: [UInt8]) throws -> NetworkParty? {
    try read { file in
      guard let membership = try file.membership(),
        let known = membership.members.values.first(where: { $0.signingKey == key }),
        membership.standing(of: known.id).role != nil
      else { return nil }
      let own = try file.knownReplicas().first { try file.owners()[$0.id]?.member == known.id && !$0.label.isEmpty }
      return NetworkParty(
        member: known.id, label: known.label.isEmpty ? own?.label ?? "" : known.label, signingKey: key)
    }
  }

  /// Whether a key is that of a member whose right has ended.
  package func isRevoked(key: [UInt8]) throws -> Bool {
    try read { file in
      guard let membership = try file.membership() else { return false }
      return membership.members.values.contains {
        $0.signingKey == key && membership.standing(of: $0.id).role == nil
      }
    }
  }
}
