import QuanCore
import QuanFormat

/// The private keys of the members that this laptop writes for: a file each in the private state directory, which only
/// its owner may read; never in a replica's file.
struct KeyFile {
  private let environment: Environment

  init(_ environment: Environment) { self.environment = environment }

  private func path(_ member: ReplicaID) -> String {
    environment.stateDirectory + "/" + member.description.lowercased() + ".keys"
  }

  /// Makes keys and keeps them, durably.
  func make() throws -> (member: ReplicaID, keys: MemberKeys) {
    func bytes() -> [UInt8] {
      (0..<4).flatMap { _ in
        let word = environment.random()
        return (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
      }
    }
    guard let keys = MemberKeys(signing: bytes(), agreement: bytes()) else {
      throw StoreError(.inputOutput, "no keys can be made")
    }
    let member = MemberPublicKeys.identity(of: keys.public.signing, nonce: 0)
    try File.makeDirectory(environment.stateDirectory)
    let text = "signing \(Hex.encode(keys.signing))\nagreement \(Hex.encode(keys.agreement))\n"
    try File.writeDurably(to: path(member), mode: 0o600) { sink in try sink(Array(text.utf8)) }
    return (member, keys)
  }

  /// The keys of a member, when this laptop has them.
  func keys(of member: ReplicaID) throws -> MemberKeys? {
    guard File.kind(of: path(member)) == .file else { return nil }
    var parts: [Substring: [UInt8]] = [:]
    let text = String(decoding: try File.read(path(member), limit: 1 << 16), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2 { parts[words[0]] = Hex.decode(words[1]) }
    }
    guard let keys = MemberKeys(signing: parts["signing"] ?? [], agreement: parts["agreement"] ?? []),
      MemberPublicKeys.identity(of: keys.public.signing, nonce: 0) == member
    else {
      throw StoreError(.damaged, "the file of a member's keys is damaged", subject: path(member))
    }
    return keys
  }
}
