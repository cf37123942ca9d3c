import Crypto
package import QuanCore

/// What somebody hands over to a scope that they may not write in, or that the other laptop does not share with them yet:
/// a file by mail or stick; see *Format*, "Offers".
///
/// In a workspace of members it is signed by who offers, and sealed to each member of the other scope.
package struct OfferFile: Hashable, Sendable {
  private static let magic = Array("QUANOFFR".utf8)
  /// What the content is sealed under is no key of the scope: those have epochs from 1.
  private static let epoch: UInt64 = 0

  /// The workspace.
  package let workspace: WorkspaceID
  /// The scope that the records come from.
  package let from: ScopeID
  /// The scope that they go to.
  package let to: ScopeID
  /// The member that signs; `nil` in an open workspace.
  package let signer: ReplicaID?
  /// What names the content's key; 0 when the content is in the clear.
  private let keyID: UInt64
  /// The content's key for each member that may open it.
  private let keys: [SealedKey]
  private let content: [UInt8]
  private let signature: [UInt8]

  private struct SealedKey: Hashable {
    let member: ReplicaID
    /// What ``KeyGrant`` makes of the content's key.
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
      workspace: workspace, from: from, to: to, signer: nil, keyID: 0, keys: [], content: Self.encode(parcels),
      signature: [])
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
    let secret = unsafe SymmetricKey(size: .bits256).withUnsafeBytes { unsafe Array($0) }
    let key = ScopeKey(scope: to, epoch: Self.epoch, bytes: secret)
    let keys = members.compactMap { member, agreement in
      KeyGrant.seal(key, to: agreement, in: workspace).map { SealedKey(member: member, sealed: $0) }
    }
    let open = OfferFile(
      workspace: workspace, from: from, to: to, signer: signer.member, keyID: key.id, keys: keys, content: [],
      signature: [])
    let box = try ChaChaPoly.seal(
      Self.encode(parcels), using: key.derived("quan offer 0"), authenticating: open.head)
    let sealed = OfferFile(
      workspace: workspace, from: from, to: to, signer: signer.member, keyID: key.id, keys: keys,
      content: Array(box.combined), signature: [])
    guard keys.count == members.count, let signature = signer.keys.sign(Self.magic + sealed.body) else {
      throw Refusal.cipher
    }
    self.init(
      workspace: workspace, from: from, to: to, signer: signer.member, keyID: key.id, keys: keys,
      content: sealed.content, signature: signature)
  }

  private init(
    workspace: WorkspaceID, from: ScopeID, to: ScopeID, signer: ReplicaID?, keyID: UInt64, keys: [SealedKey],
    content: [UInt8], signature: [UInt8]
  ) {
    self.workspace = workspace
    self.from = from
    self.to = to
    self.signer = signer
    self.keyID = keyID
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
    let open = OfferFile(
      workspace: workspace, from: from, to: to, signer: signer, keyID: keyID, keys: keys, content: [], signature: [])
    guard
      let key = KeyGrant.open(
        own.sealed, scope: to, epoch: Self.epoch, id: keyID, with: member.keys, in: workspace),
      let box = try? ChaChaPoly.SealedBox(combined: content),
      let plain = try? ChaChaPoly.open(box, using: key.derived("quan offer 0"), authenticating: open.head)
    else { throw Refusal.cipher }
    return try Self.parcels(Array(plain))
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
    if let signer {
      writer.fixed64(signer.rawValue)
      writer.fixed64(keyID)
    }
    writer.varint(UInt64(keys.count))
    for key in keys {
      writer.fixed64(key.member.rawValue)
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
      let keyID = isSealed ? try reader.fixed64() : 0
      var keys: [SealedKey] = []
      for _ in 0..<(try reader.count("keys", minimum: 8 + KeyGrant.size)) {
        let member = ReplicaID(rawValue: try reader.fixed64())
        keys.append(SealedKey(member: member, sealed: try reader.take(KeyGrant.size)))
      }
      let size = try reader.count("content")
      return OfferFile(
        workspace: workspace, from: from, to: to, signer: signer, keyID: keyID, keys: keys,
        content: try reader.take(size), signature: isSealed ? try reader.take(64) : [])
    }
  }
}
