import QuanCore
import QuanFormat

/// The private keys of the members that this laptop writes for: a file each in the private state folder, which only
/// its owner may read; never in a replica's file.
///
/// A text file. In the clear it has the lines `signing HEX` and `agreement HEX`; under a passphrase `public HEX`, the key
/// that others check signatures with, `scrypt ROUNDS SALT`, and `sealed HEX`.
struct KeyFile {
  private let environment: Environment

  init(_ environment: Environment) { self.environment = environment }

  private func path(_ member: ReplicaID) -> String {
    environment.stateDirectory + "/" + member.description.lowercased() + ".keys"
  }

  private enum Content {
    case plain(MemberKeys)
    case sealed(signing: [UInt8], SealedMemberKeys)
  }

  /// Makes keys and keeps them, durably.
  func make() throws -> (member: ReplicaID, keys: MemberKeys) {
    guard let keys = MemberKeys(signing: random(32), agreement: random(32)) else {
      throw StoreError(.inputOutput, "no keys can be made")
    }
    let member = MemberPublicKeys.identity(of: keys.public.signing, nonce: 0)
    try write(.plain(keys), of: member)
    return (member, keys)
  }

  /// The keys of a member, when this laptop has them.
  ///
  /// - Throws: ``StoreError`` with code `stranger` when they are under a passphrase that is not given, or another one.
  func keys(of member: ReplicaID) throws -> MemberKeys? {
    switch try read(member) {
    case nil: return nil
    case .plain(let keys)?: return keys
    case .sealed(_, let sealed)?:
      guard let passphrase = try environment.passphrase() else {
        throw StoreError(.stranger, "the member's keys are under a passphrase", subject: path(member))
      }
      guard let keys = sealed.open(of: member, passphrase: passphrase) else {
        throw StoreError(.stranger, "the passphrase is wrong", subject: path(member))
      }
      return keys
    }
  }

  /// The key that others check a member's signatures with, when this laptop has its keys; no passphrase is asked for.
  func signingKey(of member: ReplicaID) throws -> [UInt8]? {
    switch try read(member) {
    case nil: nil
    case .plain(let keys)?: keys.public.signing
    case .sealed(let signing, _)?: signing
    }
  }

  // MARK: Passphrases

  /// Whether a member's keys are under a passphrase.
  func isSealed(_ member: ReplicaID) throws -> Bool {
    if case .sealed? = try read(member) { true } else { false }
  }

  /// Puts a member's keys under a passphrase, or in the clear for `nil`.
  func setPassphrase(_ passphrase: String?, of member: ReplicaID) throws {
    guard let keys = try keys(of: member) else {
      throw StoreError(.stranger, "the member's keys are not on this laptop", subject: path(member))
    }
    guard let passphrase else { return try write(.plain(keys), of: member) }
    guard !passphrase.isEmpty else { throw StoreError(.invalid, "the passphrase is empty") }
    guard let sealed = SealedMemberKeys(keys, of: member, passphrase: passphrase, salt: random(16)) else {
      throw StoreError(.inputOutput, "the keys cannot be sealed", subject: path(member))
    }
    try write(.sealed(signing: keys.public.signing, sealed), of: member)
  }

  // MARK: The file

  private func random(_ count: Int) -> [UInt8] {
    (0..<count / 8).flatMap { _ in
      let word = environment.random()
      return (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
    }
  }

  private func write(_ content: Content, of member: ReplicaID) throws {
    let lines =
      switch content {
      case .plain(let keys): ["signing \(Hex.encode(keys.signing))", "agreement \(Hex.encode(keys.agreement))"]
      case .sealed(let signing, let sealed):
        [
          "public \(Hex.encode(signing))", "scrypt \(sealed.rounds) \(Hex.encode(sealed.salt))",
          "sealed \(Hex.encode(sealed.sealed))",
        ]
      }
    try File.makeDirectory(environment.stateDirectory)
    let text = lines.joined(separator: "\n") + "\n"
    try File.writeDurably(to: path(member), mode: 0o600) { sink in try sink(Array(text.utf8)) }
  }

  private func read(_ member: ReplicaID) throws -> Content? {
    guard File.kind(of: path(member)) == .file else { return nil }
    var parts: [Substring: [Substring]] = [:]
    let text = String(decoding: try File.read(path(member), limit: 1 << 16), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if let name = words.first { parts[name] = Array(words.dropFirst()) }
    }
    func bytes(_ name: Substring, _ place: Int = 0) -> [UInt8]? {
      parts[name].flatMap { $0.indices.contains(place) ? Hex.decode($0[place]) : nil }
    }
    if let sealed = bytes("sealed"), let signing = bytes("public"), let salt = bytes("scrypt", 1),
      let rounds = parts["scrypt"]?.first.flatMap({ Int($0) }),
      MemberPublicKeys.identity(of: signing, nonce: 0) == member
    {
      return .sealed(signing: signing, SealedMemberKeys(rounds: rounds, salt: salt, sealed: sealed))
    }
    guard let keys = MemberKeys(signing: bytes("signing") ?? [], agreement: bytes("agreement") ?? []),
      MemberPublicKeys.identity(of: keys.public.signing, nonce: 0) == member
    else {
      throw StoreError(.damaged, "the file of a member's keys is damaged", subject: path(member))
    }
    return .plain(keys)
  }
}

extension Replica {
  /// Whether the private keys of the member that it writes for are under a passphrase.
  ///
  /// - Throws: ``StoreError`` with code `invalid` when the workspace is open to everybody, `damaged`, `inputOutput`.
  public var hasPassphrase: Bool {
    get throws { try KeyFile(environment).isSealed(try ownMember()) }
  }

  /// Puts the private keys of the member that it writes for under a passphrase, or in the clear for `nil`.
  ///
  /// The passphrase that they are under is asked of ``Environment/passphrase``. Without it nobody gets at the keys again:
  /// the laptop must ask for admission anew.
  /// - Throws: ``StoreError`` with code `stranger` when the passphrase is another one or is not given, or the keys are not
  ///   on this laptop; `invalid` when the new one is empty, or the workspace is open to everybody; `outOfSpace`, `readOnly`,
  ///   `inputOutput`.
  public func setPassphrase(_ passphrase: String?) throws {
    try KeyFile(environment).setPassphrase(passphrase, of: try ownMember())
  }

  private func ownMember() throws -> ReplicaID {
    try read { file in
      guard let member = file.meta.member else {
        throw StoreError(
          .invalid, "the workspace is open to everybody and has no members", subject: file.meta.label)
      }
      return member
    }
  }
}
