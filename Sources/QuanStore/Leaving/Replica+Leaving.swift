public import QuanCore
import QuanFormat

/// What leaving a scope takes off a laptop.
public struct ScopeLeaving: Hashable, Sendable {
  /// The scope.
  public let scope: ScopeID
  /// How many records go, by kind, in the schema's order; deleted ones and those handed over among them.
  public let records: [KindCount]
  /// How many changes of the log go.
  public let changes: UInt64
  /// How many attached files go, and their bytes: those that no other scope refers to.
  public let attachments: Int
  /// Their size in bytes.
  public let attachmentSize: UInt64
  /// How many changes of this laptop in the scope no other laptop is known to hold: while there are any, it cannot be left.
  public let unsent: UInt64
  /// How many changes of the scope wait for something.
  public let pending: UInt64

  /// What leaving a scope takes off a laptop.
  public init(
    scope: ScopeID, records: [KindCount], changes: UInt64, attachments: Int, attachmentSize: UInt64, unsent: UInt64,
    pending: UInt64
  ) {
    self.scope = scope
    self.records = records
    self.changes = changes
    self.attachments = attachments
    self.attachmentSize = attachmentSize
    self.unsent = unsent
    self.pending = pending
  }
}

extension Replica {
  /// What leaving a scope would take off this laptop.
  ///
  /// - Throws: ``StoreError`` with code `invalid` when the scope is `shared` or is none, `refused` when it was
  ///   left before.
  public func leaving(of scope: ScopeID) throws -> ScopeLeaving {
    try read { file in try file.leaving(of: scope) }
  }

  /// Takes a scope off this laptop: its records, its part of the log, what waits in it and its attached files, and
  /// overwrites the place where they stood.
  ///
  /// The others keep what they hold; what comes of the scope later is not kept here, until ``hold(_:)``. References into
  /// it are elsewhere from then on. The laptop takes a new identity, so that no number is ever used twice. What a disk keeps of
  /// overwritten files, and backups, is beyond it.
  /// - Throws: ``StoreError`` with code `refused` while changes made here are not known to be held by any other laptop, or
  ///   the scope is the home scope or was left before; `invalid` when it is `shared` or none; `outOfSpace`,
  ///   `readOnly`, `inUse`, `inputOutput`.
  /// - Complexity: O(*n*) in the size of the file.
  @discardableResult
  public func leave(_ scope: ScopeID) throws -> ScopeLeaving {
    try access { file in
      let leaving = try file.transaction {
        let leaving = try file.leaving(of: scope)
        guard leaving.unsent == 0 else {
          throw StoreError(
            .refused, "changes made here have not reached any other laptop yet", subject: scope.description,
            details: ["\(leaving.unsent)"])
        }
        guard scope != file.meta.homeScope else {
          throw StoreError(
            .refused, "new records go to the scope; choose another home first", subject: scope.description)
        }
        try file.connection.execute("PRAGMA secure_delete = ON")
        try file.remove(scope)
        file.meta.left.append(scope)
        try file.meta.save(file.connection)
        return leaving
      }
      try file.reload()
      try file.transaction {
        // Nothing of the scope is in the log any more: from here on all is made anew without it.
        file.touched.everything = true
        try renewIdentity(file, .requested)
        file.meta.renewal = nil
        try file.meta.save(file.connection)
      }
      try file.vacuum()
      return leaving
    }
  }

  /// Takes a scope in again that was left: with the next exchange it comes back whole.
  ///
  /// - Throws: ``StoreError`` with code `notFound` when it was not left.
  public func hold(_ scope: ScopeID) throws {
    try access { file in
      try file.transaction {
        guard file.meta.left.contains(scope) else {
          throw StoreError(.notFound, "the scope was not left", subject: scope.description)
        }
        file.meta.left.removeAll { $0 == scope }
        try file.meta.save(file.connection)
      }
    }
  }

  /// The scopes that were left here.
  public func leftScopes() throws -> [ScopeID] { try read { $0.meta.left } }
}

extension ReplicaFile {
  fileprivate func leaving(of scope: ScopeID) throws -> ScopeLeaving {
    guard scope != .shared, try isScope(scope) else {
      throw StoreError(.invalid, "there is no such scope to leave", subject: scope.description)
    }
    guard !meta.left.contains(scope) else {
      throw StoreError(.refused, "the scope was left already", subject: scope.description)
    }
    let rows = streams.rows.filter { $0.id.scope == scope }
    guard rows.allSatisfy({ $0.parent == nil }) else {
      throw StoreError(.refused, "an identity in the scope was found forked", subject: scope.description)
    }
    var counts: [KindID: Int] = [:]
    for row in rows {
      let range = LocalDot.rows(ofStream: row.index)
      for table in catalog.ordered where table.kind.id.replica != .builtIn {
        let statement = try connection.statement("SELECT count(*) FROM \(table.quotedName) WHERE id BETWEEN ? AND ?")
        statement.bind(1, range.lowerBound)
        statement.bind(2, range.upperBound)
        if try statement.step() { counts[table.kind.id, default: 0] += Int(statement.integer(0)) }
        statement.reset()
      }
      let aside = try connection.statement(
        "SELECT kind_replica, kind_counter, count(*) FROM quan_aside WHERE id BETWEEN ? AND ? GROUP BY 1, 2")
      aside.bind(1, range.lowerBound)
      aside.bind(2, range.upperBound)
      while try aside.step() {
        counts[Dot(ReplicaID(rawValue: aside.bits(0)), aside.bits(1)), default: 0] += Int(aside.integer(2))
      }
    }
    let own = Set([meta.replica] + meta.predecessors)
    let peers = try self.peers().map(\.vector)
    let unsent = streams.leaves.filter { $0.id.scope == scope && own.contains($0.id.replica) }
      .reduce(UInt64(0)) { sum, row in
        let known = peers.map { $0.number(of: row.id) }.max() ?? 0
        return sum + (row.number > known ? row.number - known : 0)
      }
    let hashes = try attachments(onlyOf: scope)
    return ScopeLeaving(
      scope: scope,
      records: catalog.ordered.compactMap { table in
        counts[table.kind.id].flatMap {
          $0 > 0 && table.kind.id.replica != .builtIn ? KindCount(kind: table.kind, count: $0) : nil
        }
      }, changes: rows.reduce(0) { $0 + ($1.number - $1.forkNumber) }, attachments: hashes.count,
      attachmentSize: try hashes.reduce(0) { $0 + (try content($1)?.size ?? 0) }, unsent: unsent,
      pending: try pendingSegments().filter { $0.stream.scope == scope }.reduce(0) { $0 + UInt64($1.range.count) })
  }

  /// The attachments that are here and that only records of one scope refer to.
  private func attachments(onlyOf scope: ScopeID) throws -> [Digest] {
    try usedAttachments().filter { $0.scopes == [scope] }.map(\.hash).filter { try content($0) != nil }
  }

  /// Takes all of a scope out of the tables.
  fileprivate func remove(_ scope: ScopeID) throws {
    for hash in try attachments(onlyOf: scope) { try removeContent(hash) }
    for id in try carriage().items.filter({ $0.header.stream.scope == scope }).map(\.id) { try stopCarrying(id) }
    let pending = try connection.statement("SELECT id, bytes FROM quan_pending")
    var waiting: [Int64] = []
    while try pending.step() {
      if let header = try? Segment.header(of: pending.blob(1)).0, header.stream.scope == scope {
        waiting.append(pending.integer(0))
      }
    }
    for id in waiting { try connection.execute("DELETE FROM quan_pending WHERE id=\(id)") }
    for row in streams.rows where row.id.scope == scope {
      let range = LocalDot.rows(ofStream: row.index)
      for table in catalog.ordered.map(\.quotedName) + ["quan_aside"] {
        try connection.execute("DELETE FROM \(table) WHERE id BETWEEN \(range.lowerBound) AND \(range.upperBound)")
      }
      for column in [
        "quan_conflict WHERE record", "quan_edge WHERE edge", "quan_alias WHERE member", "quan_edit WHERE record",
        "quan_reference WHERE record", "quan_key WHERE record", "quan_handover WHERE record",
      ] {
        try connection.execute("DELETE FROM \(column) BETWEEN \(range.lowerBound) AND \(range.upperBound)")
      }
      try connection.execute(
        """
        DELETE FROM quan_segment WHERE stream=\(row.index); DELETE FROM quan_tail WHERE stream=\(row.index);
        DELETE FROM quan_context WHERE stream=\(row.index) OR other=\(row.index);
        """)
      // The place in the table stays, because the numbers of others do; that anything is held goes.
      streams.advance(row.index, number: row.forkNumber, counter: 0, digest: start(of: row.id))
      try streams.save(row.index, connection)
    }
    // What was merged is told in sentences that may say values.
    try connection.execute("DELETE FROM quan_merge; DELETE FROM quan_problem; DELETE FROM quan_involved;")
    contexts = Contexts()
    cachedSegments = []
  }

  /// Forgets the content of an attachment.
  private func removeContent(_ hash: Digest) throws {
    guard let (id, _) = try content(hash) else { return }
    try connection.execute(
      """
      DELETE FROM quan_attachment WHERE id=\(id);
      DELETE FROM quan_attachment_chunk WHERE id BETWEEN \(id << 24) AND \(id << 24 | 0xFF_FFFF);
      """)
  }

  /// Writes the file anew without the places that are free, and folds its log back.
  fileprivate func vacuum() throws {
    connection.forgetStatements()
    try connection.execute("PRAGMA secure_delete = ON; VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")
    try reload()
  }
}
