public import QuanCore

extension Replica {
  /// What happens to the replica from now on; ends when it is closed.
  public var changes: AsyncStream<ReplicaChange> { announcer.watch() }

  /// Writes: the acts in `body` become one change in one scope, durable when this returns.
  ///
  /// - Parameters:
  ///   - author: Who writes; by default the person that the replica belongs to.
  ///   - message: What they say about it.
  ///   - body: The acts. When it throws, nothing is written.
  /// - Throws: What `body` throws, or ``StoreError``: `inUse` when another process writes for longer than ten
  ///   seconds, `outOfSpace`, `readOnly`, `inputOutput`.
  @discardableResult
  public func write<T>(
    author: String? = nil, message: String? = nil, _ body: (inout Transaction) throws -> T
  ) throws -> T {
    try batch(author: author) { batch in try batch.write(message: message, body) }
  }

  /// Writes many changes in one durable transaction: all of them or none.
  public func batch<T>(author: String? = nil, _ body: (inout Batch) throws -> T) throws -> T {
    try batch(author: author, dryRun: false, body)
  }

  /// Writes many changes in one transaction, of which nothing is left when it is a dry run.
  func batch<T>(author: String?, dryRun: Bool, _ body: (inout Batch) throws -> T) throws -> T {
    var written: [Batch.Written] = []
    let result = try access { file in
      func work() throws -> T {
        try renewIdentityIfNeeded(file)
        var batch = Batch(file: file, author: author ?? file.meta.author, now: environment.now)
        let result = try body(&batch)
        try batch.log.finish(file)
        try file.contexts.save(file.connection)
        written = batch.written
        return result
      }
      return dryRun ? try file.trial(work) : try file.transaction(work)
    }
    if !dryRun {
      for one in written.suffix(1000) { announcer.announce(.written(one.change, records: one.records)) }
    }
    return result
  }
}

/// Many writes in one durable transaction; use it only inside the closure that it is given to.
public struct Batch {
  let file: ReplicaFile
  private let author: String
  private let now: @Sendable () -> Instant
  var log = LocalLog()
  /// What may be written, once it has been asked for; `nil` in an open workspace.
  private var standing: Standing??
  private(set) var written: [Written] = []
  /// What was held when the batch began.
  private let before: VersionVector

  /// A change that was written, and the records that it is about.
  struct Written {
    let change: ChangeID
    let records: [RecordID]
  }

  init(file: ReplicaFile, author: String, now: @escaping @Sendable () -> Instant) {
    self.file = file
    self.author = author
    self.now = now
    before = file.streams.vector()
  }

  /// Keeps a report on what the batch brought in, as an import does, under the next number; both are kept or neither.
  ///
  /// - Returns: The report with its number, the problems that the batch made, and the counts of what is open.
  public func keep(_ report: MergeReport, from source: MergeSource) throws -> MergeReport {
    try file.finishSchema()
    var report = report
    try file.tellProblems(in: &report)
    report.openConflicts = try file.conflictCount()
    report.number = try file.keep(report, from: source, at: now(), before: before)
    return report
  }

  /// Writes one change; see ``Replica/write(author:message:_:)``.
  ///
  /// - Parameter time: The time to claim; by default the laptop's clock.
  @discardableResult
  public mutating func write<T>(
    message: String? = nil, time: Instant? = nil, _ body: (inout Transaction) throws -> T
  ) throws -> T {
    try file.finishSchema()
    let standing = try self.standing ?? file.ownStanding()
    self.standing = .some(standing)
    var transaction = Transaction(file: file, firstCounter: file.nextCounter)
    let result = try body(&transaction)
    if let change = try file.commit(
      transaction, author: author, message: message, time: time ?? now(), standing: standing, log: &log)
    {
      written.append(Written(change: change, records: transaction.records))
    }
    return result
  }
}
