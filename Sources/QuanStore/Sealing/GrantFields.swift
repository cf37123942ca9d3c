import QuanCore
import QuanFormat

/// That a scope's key was sealed to a member, by an admin, in `shared`.
struct Grant: Hashable {
  let scope: ScopeID
  let epoch: UInt64
  /// What names the key in the clear.
  let key: UInt64
  let member: ReplicaID
  let sealed: [UInt8]
  /// Whether its author was an admin there; one that does not count opens what was sealed under its key, and nothing new
  /// is sealed under it.
  var counts: Bool
}

/// Grants as records of ``BuiltIn/grantKind`` hold them.
enum GrantFields {
  /// The grant that initial fields make; `nil` when something is missing.
  static func grant(_ fields: [InitialField]) -> Grant? {
    func value(_ field: FieldID) -> Value? { fields.first { $0.key.id == field }?.values.first }
    guard let member = value(BuiltIn.grantMember)?.plainText.flatMap({ ReplicaID($0) }),
      let scope = value(BuiltIn.grantScope)?.plainText.flatMap({ Dot($0) }),
      case .integer(let epoch)? = value(BuiltIn.grantEpoch), epoch > 0,
      let key = value(BuiltIn.grantKey)?.plainText.flatMap({ UInt64($0, radix: 16) }),
      let sealed = value(BuiltIn.grantSealed)?.plainText.flatMap({ Hex.decode($0) })
    else { return nil }
    return Grant(
      scope: ScopeID(scope), epoch: UInt64(epoch), key: key, member: member, sealed: sealed, counts: false)
  }

  /// The fields that make a grant.
  static func values(_ key: ScopeKey, to member: ReplicaID, sealed: [UInt8]) -> [FieldID: [Value]] {
    [
      BuiltIn.grantMember: [.text(member.description)], BuiltIn.grantScope: [.text(key.scope.dot.description)],
      BuiltIn.grantEpoch: [.integer(Int64(clamping: key.epoch))], BuiltIn.grantKey: [.text(String(key.id, radix: 16))],
      BuiltIn.grantSealed: [.text(Hex.encode(sealed))],
    ]
  }
}
