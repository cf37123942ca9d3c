import QuanCore
import QuanFormat

/// An attachment that records refer to.
struct AttachmentNeed {
  let hash: Digest
  /// The scopes of the records.
  var scopes: Set<ScopeID>
  /// Up to which size in bytes it travels.
  var limit: UInt64
}

extension ReplicaFile {
  /// How many bytes a chunk has; the last may have fewer.
  static let chunkSize = 1 << 18
  /// How large an attachment may be that travels, where its scope does not say: 20 MiB.
  static let defaultAttachmentLimit: UInt64 = 20 << 20

  // MARK: Contents

  /// Where the content with a hash is kept, and its size; `nil` when it is not here.
  func content(_ hash: Digest) throws -> (id: Int64, size: UInt64)? {
    let statement = try connection.statement("SELECT id, size FROM quan_attachment WHERE hash=?")
    statement.bind(1, hash.bytes)
    defer { statement.reset() }
    return try statement.step() ? (statement.integer(0), statement.bits(1)) : nil
  }

  /// Keeps a content, once, within a transaction that fails when it is not what its hash says.
  ///
  /// - Parameter part: Gives the bytes at a place of the content, as many as asked for.
  func store(_ hash: Digest, size: UInt64, part: (_ offset: UInt64, _ count: Int) throws -> [UInt8]) throws {
    guard try content(hash) == nil else { return }
    let insert = try connection.statement("INSERT INTO quan_attachment (hash, size) VALUES (?,?)")
    insert.bind(1, hash.bytes)
    insert.bind(2, bits: size)
    try insert.run()
    guard let id = try content(hash)?.id else { throw Self.mismatch(hash) }
    var hasher = DigestHasher()
    var offset: UInt64 = 0
    while offset < size {
      let bytes = try part(offset, Int(min(size - offset, UInt64(Self.chunkSize))))
      guard !bytes.isEmpty else { throw Self.mismatch(hash) }
      hasher.update(bytes)
      let chunk = try connection.statement("INSERT INTO quan_attachment_chunk VALUES (?,?)")
      chunk.bind(1, Self.chunks(of: id).lowerBound + Int64(offset) / Int64(Self.chunkSize))
      chunk.bind(2, bytes)
      try chunk.run()
      offset += UInt64(bytes.count)
    }
    guard offset == size, hasher.finish() == hash else { throw Self.mismatch(hash) }
  }

  private static func mismatch(_ hash: Digest) -> StoreError {
    StoreError(.damaged, "an attachment is not what its hash says", subject: hash.description)
  }

  private static func chunks(of id: Int64) -> ClosedRange<Int64> { id << 24...(id << 24 | 0xFF_FFFF) }

  /// The chunk at a place of a content.
  func chunk(of hash: Digest, at offset: UInt64) throws -> [UInt8] {
    guard let (id, _) = try content(hash) else {
      throw StoreError(.notFound, "the attachment is not here yet", subject: hash.description)
    }
    let statement = try connection.statement("SELECT bytes FROM quan_attachment_chunk WHERE id=?")
    statement.bind(1, Self.chunks(of: id).lowerBound + Int64(offset / UInt64(Self.chunkSize)))
    defer { statement.reset() }
    return try statement.step() ? statement.blob(0) : []
  }

  /// Gives a content in parts.
  func eachChunk(of hash: Digest, _ body: ([UInt8]) throws -> Void) throws {
    guard let (_, size) = try content(hash) else {
      throw StoreError(.notFound, "the attachment is not here yet", subject: hash.description)
    }
    var offset: UInt64 = 0
    while offset < size {
      let bytes = try chunk(of: hash, at: offset)
      guard !bytes.isEmpty else { throw Self.mismatch(hash) }
      try body(bytes)
      offset += UInt64(bytes.count)
    }
  }

  /// Compares every content with its hash.
  func attachmentFindings() throws -> [VerificationFinding] {
    var hashes: [Digest] = []
    let statement = try connection.statement("SELECT hash FROM quan_attachment ORDER BY id")
    while try statement.step() { if let hash = Digest(statement.blob(0)) { hashes.append(hash) } }
    var findings: [VerificationFinding] = []
    for hash in hashes {
      var hasher = DigestHasher()
      var size: UInt64 = 0
      do {
        try eachChunk(of: hash) { bytes in
          hasher.update(bytes)
          size += UInt64(bytes.count)
        }
      } catch let error as StoreError where error.code == .damaged {}
      guard try content(hash)?.size != size || hasher.finish() != hash else { continue }
      findings.append(
        VerificationFinding(
          invariant: 7, subject: hash.description, message: "an attachment is not what its hash says"))
    }
    return findings
  }

  // MARK: Uses

  /// Where the records that are there refer to attachments, in what they show and in the sides of conflicts.
  func attachmentUses() throws -> [AttachmentUse] {
    try uses(of: try attachmentTables().flatMap { try rows(of: $0) })
  }

  /// Where a record and those that refer to it, or to what it is joined with, refer to attachments.
  func attachmentUses(of record: RecordID) throws -> [AttachmentUse] {
    let target = try known(record).local
    let referring = try referrers(to: members(of: target.rowID)).map { LocalDot(rowID: $0) }
    return try uses(of: [target] + referring)
  }

  /// The contents that records refer to by what a replica with a vector lacks.
  func attachments(lackedBy vector: VersionVector) throws -> Set<Digest> {
    let held = try held(by: vector)
    var counters: [Int: UInt64] = [:]
    for (index, number) in held { counters[index] = try counter(at: number, in: streams.rows[index]) }
    var found: Set<Digest> = []
    for table in try attachmentTables() {
      for row in try rows(of: table) {
        guard let stored = try load(row) else { continue }
        for entry in stored.state.fields.values.flatMap(\.entries) {
          guard case .attachment(let hash)? = entry.value else { continue }
          guard let local = streams.local(entry.id.dot, in: stored.scope),
            local.counter <= counters[local.stream] ?? 0
          else {
            found.insert(hash)
            continue
          }
        }
      }
    }
    return found
  }

  /// The tables of the kinds that have fields for attachments, but not of that which describes them.
  private func attachmentTables() throws -> [KindTable] {
    catalog.ordered.filter { table in
      table.kind.id != BuiltIn.fileKind && table.columns.contains { $0.definition.type == .attachment }
    }
  }

  /// The rows of a table that hold attachments.
  private func rows(of table: KindTable) throws -> [LocalDot] {
    let isHeld = table.columns.filter { $0.definition.type == .attachment }
      .map { $0.quotedName + " IS NOT NULL" }.joined(separator: " OR ")
    let statement = try connection.statement("SELECT id FROM \(table.quotedName) WHERE \(isHeld) ORDER BY id")
    var rows: [LocalDot] = []
    while try statement.step() { rows.append(LocalDot(rowID: statement.integer(0))) }
    return rows
  }

  /// Where records refer to attachments; joined ones are one.
  private func uses(of rows: [LocalDot]) throws -> [AttachmentUse] {
    var uses: [AttachmentUse] = []
    var met: Set<LocalDot> = []
    for row in rows {
      let row = try representative(of: row)
      guard met.insert(row).inserted, let record = try record(row) else { continue }
      for field in record.fields where field.definition.type == .attachment {
        var seen: Set<Digest> = []
        for case .attachment(let hash) in field.shown + field.sides.map(\.value) where seen.insert(hash).inserted {
          uses.append(AttachmentUse(record: record.id, scope: record.scope, field: field.definition.id, hash: hash))
        }
      }
    }
    return uses
  }

  /// Whether a record of a scope says the name and size of a content.
  func isDescribed(_ hash: Digest, in scope: ScopeID) throws -> Bool {
    var isDescribed = false
    try eachRecord(of: BuiltIn.fileKind, where: [(BuiltIn.fileContent, .attachment(hash))]) { record in
      if record.scope == scope { isDescribed = true }
    }
    return isDescribed
  }

  /// The attachments that records refer to, each with the scopes that do, and the greatest of their limits.
  func usedAttachments() throws -> [AttachmentNeed] {
    var limits: [ScopeID: UInt64] = [:]
    var order: [Digest] = []
    var found: [Digest: AttachmentNeed] = [:]
    for use in try attachmentUses() {
      let limit = try limits[use.scope] ?? attachmentLimit(of: use.scope)
      limits[use.scope] = limit
      if found[use.hash] == nil { order.append(use.hash) }
      var need = found[use.hash] ?? AttachmentNeed(hash: use.hash, scopes: [], limit: 0)
      need.scopes.insert(use.scope)
      need.limit = max(need.limit, limit)
      found[use.hash] = need
    }
    return order.compactMap { found[$0] }
  }

  /// The size up to which a scope's attachments travel.
  func attachmentLimit(of scope: ScopeID) throws -> UInt64 {
    guard scope != .shared, let local = streams.local(scope.dot, in: .shared), let record = try record(local),
      case .integer(let limit)? = record["attachment_limit"]?.shown.first, limit >= 0
    else { return Self.defaultAttachmentLimit }
    return UInt64(limit)
  }

  /// What is known of an attached file.
  func attachment(_ hash: Digest) throws -> Attachment {
    var name = ""
    var size = try content(hash)?.size
    let isHere = size != nil
    var replica: ReplicaID?
    try eachRecord(of: BuiltIn.fileKind, where: [(BuiltIn.fileContent, .attachment(hash))]) { record in
      guard replica == nil else { return }
      replica = record.id.replica
      name = record["name"]?.shown.first?.plainText ?? ""
      if size == nil, case .integer(let number)? = record["size"]?.shown.first, number >= 0 { size = UInt64(number) }
    }
    return Attachment(hash: hash, name: name, size: size, isHere: isHere, attachedBy: replica)
  }
}
