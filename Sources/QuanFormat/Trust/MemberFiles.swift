package import QuanCore

/// What a laptop asks admission with: its public keys and nothing about a person; see *Format*, "Requests and welcomes".
package struct RequestFile: Hashable, Sendable {
  private static let magic = Array("QUANMREQ".utf8)

  /// The keys of who asks.
  package let keys: MemberPublicKeys

  /// A request of given keys.
  package init(keys: MemberPublicKeys) { self.keys = keys }

  /// The identity that follows from the keys.
  package var member: ReplicaID { MemberPublicKeys.identity(of: keys.signing, nonce: 0) }

  /// The bytes of the file.
  package func encode() -> [UInt8] {
    var writer = ByteWriter()
    writer.varint(0)
    writer.append(keys.signing)
    writer.append(keys.agreement)
    return MemberFile.seal(Self.magic, writer.bytes)
  }

  /// Reads the bytes of a file.
  package init(_ bytes: [UInt8]) throws(BundleError) {
    keys = try MemberFile.open(Self.magic, bytes, part: "request") { reader throws(FormatError) in
      MemberPublicKeys(signing: Array(try reader.take(32)), agreement: Array(try reader.take(32)))
    }
  }

  /// What both people compare aloud: 60 bits that hang on the keys and on the workspace, and so on its founder's key.
  package func code(for workspace: WorkspaceID) -> String {
    var writer = ByteWriter()
    writer.append(Array("quan code 0".utf8))
    writer.append(keys.signing)
    writer.append(keys.agreement)
    writer.fixed64(workspace.high)
    writer.fixed64(workspace.low)
    let digits = CrockfordBase32.encode(Digest(sha256: writer.bytes).check).suffix(12)
    return [digits.prefix(4), digits.dropFirst(4).prefix(4), digits.suffix(4)].joined(separator: "-")
  }
}

/// What a laptop enters a workspace with: who founded it, whom it admits, and the keys of `shared`; see *Format*, "Requests and welcomes".
package struct WelcomeFile: Hashable, Sendable {
  private static let magic = Array("QUANWELC".utf8)

  /// The member that is welcome.
  package let member: ReplicaID
  /// The founder's keys; the workspace's ID follows from them.
  package let founder: MemberPublicKeys
  /// The keys of scope `shared`, sealed to the member: with them it reads what grants it all else.
  package let keys: [SealedKey]

  /// A key of scope `shared`, sealed to who is welcome.
  package struct SealedKey: Hashable, Sendable {
    /// Which epoch, from 1.
    package let epoch: UInt64
    /// What names the key in the clear.
    package let id: UInt64
    /// What ``KeyGrant`` makes of it.
    package let sealed: [UInt8]

    /// A key of given parts.
    package init(epoch: UInt64, id: UInt64, sealed: [UInt8]) {
      self.epoch = epoch
      self.id = id
      self.sealed = sealed
    }
  }

  /// A welcome of given parts.
  package init(member: ReplicaID, founder: MemberPublicKeys, keys: [SealedKey]) {
    self.member = member
    self.founder = founder
    self.keys = keys
  }

  /// The keys of `shared` that it brings, opened with the member's own.
  package func open(with own: MemberKeys) -> [ScopeKey] {
    keys.compactMap { key in
      KeyGrant.open(key.sealed, scope: .shared, epoch: key.epoch, id: key.id, with: own, in: workspace)
    }
  }

  /// The workspace.
  package var workspace: WorkspaceID { MemberPublicKeys.workspace(foundedBy: founder.signing) }

  /// The bytes of the file.
  package func encode() -> [UInt8] {
    var writer = ByteWriter()
    writer.varint(0)
    writer.fixed64(member.rawValue)
    writer.append(founder.signing)
    writer.append(founder.agreement)
    writer.varint(UInt64(keys.count))
    for key in keys {
      writer.varint(key.epoch)
      writer.fixed64(key.id)
      writer.append(key.sealed)
    }
    return MemberFile.seal(Self.magic, writer.bytes)
  }

  /// Reads the bytes of a file.
  package init(_ bytes: [UInt8]) throws(BundleError) {
    self = try MemberFile.open(Self.magic, bytes, part: "welcome") { reader throws(FormatError) in
      let member = ReplicaID(rawValue: try reader.fixed64())
      let founder = MemberPublicKeys(signing: Array(try reader.take(32)), agreement: Array(try reader.take(32)))
      var keys: [SealedKey] = []
      for _ in 0..<(try reader.count("keys", minimum: 9 + KeyGrant.size)) {
        let epoch = try reader.varint()
        let id = try reader.fixed64()
        keys.append(SealedKey(epoch: epoch, id: id, sealed: Array(try reader.take(KeyGrant.size))))
      }
      return WelcomeFile(member: member, founder: founder, keys: keys)
    }
  }
}

/// What requests, welcomes and offers have alike: a magic, a version, a hash at the end.
enum MemberFile {
  static func seal(_ magic: [UInt8], _ body: [UInt8]) -> [UInt8] {
    let bytes = magic + body
    return bytes + Digest(sha256: bytes).bytes
  }

  static func open<T>(
    _ magic: [UInt8], _ bytes: [UInt8], part: String, _ read: (inout ByteReader) throws(FormatError) -> T
  ) throws(BundleError) -> T {
    guard bytes.count >= magic.count, bytes.prefix(magic.count).elementsEqual(magic) else { throw .notABundle }
    guard bytes.count > magic.count + 32 else { throw .tooShort }
    let end = bytes.count - 32
    guard Digest(sha256: Array(bytes[..<end])) == Digest(bytes[end...]) else { throw .damaged(part: part) }
    do {
      var reader = ByteReader(bytes, magic.count..<end)
      let version = try reader.varint()
      guard version == 0 else { throw BundleError.newerFormat(version) }
      let result = try read(&reader)
      try reader.finish()
      return result
    } catch let error as BundleError {
      throw error
    } catch {
      throw .damaged(part: part)
    }
  }
}
