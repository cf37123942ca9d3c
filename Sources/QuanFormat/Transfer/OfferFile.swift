import Crypto
package import QuanCore

/// What somebody hands over to a scope that they may not write in, or that the other laptop does not share with them yet:
/// a file by mail or stick; see *Format*, "Offers".
///
/// In a workspace of members it is signed by who offers, and sealed to each member of the other scope.
package struct OfferFile: Hashable, Sendable {
  private static let magic = Array("QUANOFFR".utf8)
  private static let use = Array("quan offer 0".utf8)
  private static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly

  /// The workspace.
  package let workspace: WorkspaceID
  /// The scope that the records come from.
  package let from: ScopeID
  /// The scope that they go to.
  package let to: ScopeID
  /// The member that signs; `nil` in an open workspace.
  package let signer: ReplicaID?
  /// The content's key for each member that may open it.
  private let keys: [SealedKey]
  private let content: [UInt8]
  private let signature: [UInt8]

  private struct SealedKey: Hashable {
    let member: ReplicaID
    /// HPKE's encapsulated key (RFC 9180), 32 bytes.
    let encapsulated: [UInt8]
    /// The content's key and its tag, 48 bytes.
    let sealed: [UInt8]
  }

  /// Why an offer cannot be made or opened.
  package enum Refusal: Error {
    /// It is sealed to others.
    case notForUs
    /// The cipher failed, or the system has no randomness.
    case cipher
  }

  // MARK: Making

  /// An offer in the clear, for a workspace that is open to everybody.
  package init(_ parcels: [Parcel], in workspace: WorkspaceID, from: ScopeID, to: ScopeID) {
    self.init(
      workspace: workspace, from: from, to: to, signer: nil, keys: [], content: Self.encode(parcels), signature: [])
  }

  /// An offer that is signed and sealed.
  ///
  /// - Parameters:
  ///   - signer: The member that signs, with its keys.
  ///   - members: Who may open it: members with their X25519 keys.
  package init(
    _ parcels: [Parcel], in workspace: WorkspaceID, from: ScopeID, to: ScopeID,
    signer: (member: ReplicaID, keys: MemberKeys), sealedTo members: [(member: ReplicaID, key: [UInt8])]
  ) throws {
    let key = SymmetricKey(size: .bits256)
    let secret = unsafe key.withUnsafeBytes { unsafe Array($0) }
    var keys: [SealedKey] = []
    for (member, agreement) in members {
      let recipient = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: agreement)
      var sender = try HPKE.Sender(
        recipientKey: recipient, ciphersuite: Self.suite, info: recipient.rawRepresentation)
      let sealed = try sender.seal(secret, authenticating: Self.use)
      keys.append(
        SealedKey(member: member, encapsulated: Array(sender.encapsulatedKey), sealed: Array(sealed)))
    }
    let open = OfferFile(
      workspace: workspace, from: from, to: to, signer: signer.member, keys: keys, content: [], signature: [])
    let box = try ChaChaPoly.seal(
      Self.encode(parcels), using: key, authenticating: open.head)
    let sealed = OfferFile(
      workspace: workspace, from: from, to: to, signer: signer.member, keys: keys, content: Array(box.combined),
      signature: [])
    guard let signature = signer.keys.sign(Self.magic + sealed.body) else { throw Refusal.cipher }
    self.init(
      workspace: workspace, from: from, to: to, signer: signer.member, keys: keys, content: sealed.content,
      signature: signature)
  }

  private init(
    workspace: WorkspaceID, from: ScopeID, to: ScopeID, signer: ReplicaID?, keys: [SealedKey], content: [UInt8],
    signature: [UInt8]
  ) {
    self.workspace = workspace
    self.from = from
    self.to = to
    self.signer = signer
    self.keys = keys
    self.content = content
    self.signature = signature
  }

  // MARK: Opening

  /// Whether the signature is by a key.
  package func isSigned(by key: [UInt8]) -> Bool {
    MemberPublicKeys.verify(signature, over: Self.magic + body, by: key)
  }

  /// What it brings.
  ///
  /// - Parameter member: The member that opens it, with its keys; needed when it is sealed.
  package func parcels(for member: (member: ReplicaID, keys: MemberKeys)?) throws -> [Parcel] {
    guard signer != nil else { return try Self.parcels(content) }
    guard let member, let own = keys.first(where: { $0.member == member.member }) else { throw Refusal.notForUs }
    let plain: [UInt8]
    do {
      let key = try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: member.keys.agreement)
      let encapsulated = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: own.encapsulated)
      var recipient = try HPKE.Recipient(
        privateKey: key, ciphersuite: Self.suite, info: key.publicKey.rawRepresentation,
        encapsulatedKey: encapsulated.rawRepresentation)
      let secret = SymmetricKey(data: try recipient.open(own.sealed, authenticating: Self.use))
      let open = OfferFile(
        workspace: workspace, from: from, to: to, signer: signer, keys: keys, content: [], signature: [])
      plain = Array(
        try ChaChaPoly.open(ChaChaPoly.SealedBox(combined: content), using: secret, authenticating: open.head))
    } catch {
      throw Refusal.cipher
    }
    return try Self.parcels(plain)
  }

  // MARK: Bytes

  private static func encode(_ parcels: [Parcel]) -> [UInt8] {
    var writer = ByteWriter()
    writer.varint(UInt64(parcels.count))
    for parcel in parcels {
      let bytes = parcel.encode()
      writer.varint(UInt64(bytes.count))
      writer.append(bytes)
    }
    return writer.bytes
  }

  private static func parcels(_ bytes: [UInt8]) throws(FormatError) -> [Parcel] {
    var reader = ByteReader(bytes)
    var parcels: [Parcel] = []
    for _ in 0..<(try reader.count("parcels")) {
      let size = try reader.count("parcel")
      parcels.append(try Parcel(try reader.take(size)))
    }
    try reader.finish()
    return parcels
  }

  /// What stands before the content.
  private var head: [UInt8] {
    var writer = ByteWriter()
    writer.varint(0)
    writer.fixed64(workspace.high)
    writer.fixed64(workspace.low)
    writer.dot(from.dot)
    writer.dot(to.dot)
    writer.byte(signer == nil ? 0 : 1)
    if let signer { writer.fixed64(signer.rawValue) }
    writer.varint(UInt64(keys.count))
    for key in keys {
      writer.fixed64(key.member.rawValue)
      writer.append(key.encapsulated)
      writer.append(key.sealed)
    }
    return writer.bytes
  }

  private var body: [UInt8] {
    var writer = ByteWriter()
    writer.append(head)
    writer.varint(UInt64(content.count))
    writer.append(content)
    return writer.bytes
  }

  /// The bytes of the file.
  package func encode() -> [UInt8] { MemberFile.seal(Self.magic, body + signature) }

  /// Reads the bytes of a file.
  package init(_ bytes: [UInt8]) throws(BundleError) {
    self = try MemberFile.open(Self.magic, bytes, part: "offer") { reader throws(FormatError) in
      let workspace = WorkspaceID(high: try reader.fixed64(), low: try reader.fixed64())
      let from = ScopeID(try reader.dot())
      let to = ScopeID(try reader.dot())
      let isSealed = try reader.byte() != 0
      let signer = isSealed ? ReplicaID(rawValue: try reader.fixed64()) : nil
      var keys: [SealedKey] = []
      for _ in 0..<(try reader.count("keys", minimum: 88)) {
        keys.append(
          SealedKey(
            member: ReplicaID(rawValue: try reader.fixed64()), encapsulated: try reader.take(32),
            sealed: try reader.take(48)))
      }
      let size = try reader.count("content")
      return OfferFile(
        workspace: workspace, from: from, to: to, signer: signer, keys: keys, content: try reader.take(size),
        signature: isSealed ? try reader.take(64) : [])
    }
  }
}
