import QuanCore
import QuanFormat

/// Statements about members as records of ``BuiltIn/memberKind`` hold them.
enum MemberFields {
  /// How a revocation says that there is no role.
  private static let noRole = "none"

  /// The statement that initial fields make; `nil` when something is missing or unknown, or the keys are another's.
  static func statement(
    _ fields: [InitialField], record: RecordID, change: ChangeID, seen: [StreamID: UInt64]
  ) -> MemberStatement? {
    func texts(_ field: FieldID) -> [String] {
      fields.filter { $0.key.id == field }.flatMap(\.values).compactMap(\.plainText)
    }
    guard let member = texts(BuiltIn.replicaIdentity).first.flatMap({ ReplicaID($0) }),
      let name = texts(BuiltIn.memberRole).first, name == noRole || Role(rawValue: name) != nil
    else { return nil }
    let signingKey = texts(BuiltIn.memberSigningKey).first.flatMap { Hex.decode($0) } ?? []
    guard MemberPublicKeys.identity(of: signingKey, nonce: 0) == member else { return nil }
    let scopes = Set(texts(BuiltIn.memberScopes).compactMap { Dot($0).map { ScopeID($0) } })
    return MemberStatement(
      record: record, change: change, seen: seen, member: member, label: texts(BuiltIn.label).first ?? "",
      person: texts(BuiltIn.replicaPerson).first ?? "",
      signingKey: signingKey,
      agreementKey: texts(BuiltIn.memberAgreementKey).first.flatMap { Hex.decode($0) } ?? [],
      standing: Standing(Role(rawValue: name), scopes),
      cuts: Set(texts(BuiltIn.memberCuts).compactMap { place(.text($0)) }))
  }

  /// The fields that make a statement.
  static func values(
    member: ReplicaID, label: String, person: String, signingKey: [UInt8], agreementKey: [UInt8], standing: Standing,
    cuts: [Dependency]
  ) -> [FieldID: [Value]] {
    [
      BuiltIn.replicaIdentity: [.text(member.description)], BuiltIn.label: [.text(label)],
      BuiltIn.replicaPerson: [.text(person)], BuiltIn.memberSigningKey: [.text(Hex.encode(signingKey))],
      BuiltIn.memberAgreementKey: [.text(Hex.encode(agreementKey))],
      BuiltIn.memberRole: [.text(standing.role?.rawValue ?? noRole)],
      BuiltIn.memberScopes: standing.scopes.sorted().map { .text($0.dot.description) },
      BuiltIn.memberCuts: cuts.sorted().map(value),
    ]
  }

  /// A place in a stream as a value.
  static func value(_ place: Dependency) -> Value {
    let check = String(place.tip.check, radix: 16)
    return .text("\(place.stream.replica) \(place.stream.scope.dot) \(place.tip.number) \(check)")
  }

  /// The place that a value says; `nil` when it says none.
  static func place(_ value: Value) -> Dependency? {
    let words = (value.plainText ?? "").split(separator: " ")
    guard words.count == 4, let replica = ReplicaID(words[0]), let scope = Dot(words[1]), let number = UInt64(words[2]),
      let check = UInt64(words[3], radix: 16)
    else { return nil }
    return Dependency(StreamID(replica, ScopeID(scope)), Tip(number: number, check: check))
  }
}
