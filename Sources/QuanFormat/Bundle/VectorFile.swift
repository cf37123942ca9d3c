package import QuanCore

/// The small file by which a replica tells an exchange folder what it holds; see *Format*, "Vector files".
package struct VectorFile: Hashable, Sendable {
  private static let magic: [UInt8] = Array("QUANVECT".utf8)
  private static let version: UInt64 = 0

  /// The workspace.
  package let workspace: WorkspaceID
  /// The replica that speaks.
  package let replica: ReplicaID
  /// When, by its clock.
  package let time: Instant
  /// What it durably holds, packed as it stands in the file.
  package let packed: PackedVector

  /// A file of given parts.
  package init(workspace: WorkspaceID, replica: ReplicaID, time: Instant, vector: VersionVector) {
    self.workspace = workspace
    self.replica = replica
    self.time = time
    packed = PackedVector(vector)
  }

  /// What it durably holds.
  ///
  /// - Throws: ``BundleError/damaged(part:)`` when behind a right hash stands no vector.
  package var vector: VersionVector {
    get throws(BundleError) {
      guard let places = packed.places else { throw .damaged(part: "vector") }
      return VersionVector(places)
    }
  }

  /// The bytes of the file.
  package func encode() -> [UInt8] {
    var writer = ByteWriter()
    writer.append(Self.magic)
    writer.varint(Self.version)
    writer.fixed64(workspace.high)
    writer.fixed64(workspace.low)
    writer.fixed64(replica.rawValue)
    writer.zigzag(time.milliseconds)
    writer.append(packed.bytes)
    writer.append(QuanCore.Digest(sha256: writer.bytes).bytes)
    return writer.bytes
  }

  /// Reads the bytes of a file; the vector stays packed, because most of those in a folder are known already.
  package init(_ bytes: [UInt8]) throws(BundleError) {
    guard bytes.count >= Self.magic.count, bytes.prefix(Self.magic.count).elementsEqual(Self.magic) else {
      throw .notABundle
    }
    guard bytes.count > 40 else { throw .tooShort }
    var start = ByteReader(bytes, Self.magic.count..<bytes.count)
    if let version = try? start.varint(), version > Self.version { throw .newerFormat(version) }
    let end = bytes.count - 32
    guard QuanCore.Digest(sha256: Array(bytes[..<end])) == QuanCore.Digest(bytes[end...]) else {
      throw .damaged(part: "vector")
    }
    do {
      var reader = ByteReader(bytes, Self.magic.count..<end)
      _ = try reader.varint()
      let high = try reader.fixed64()
      workspace = WorkspaceID(high: high, low: try reader.fixed64())
      replica = ReplicaID(rawValue: try reader.fixed64())
      time = Instant(milliseconds: try reader.zigzag())
      packed = PackedVector(bytes: Array(bytes[reader.offset..<end]))
    } catch {
      throw .damaged(part: "vector")
    }
  }
}
