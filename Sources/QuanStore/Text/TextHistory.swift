import QuanCore

/// The edits that a text has taken in here, in the order in which it did: `quan_edit`, read from the end as far as need be.
///
/// Edits are numbered from 1 by their arrival in this file; 0 is the text as its record was created. They stand in
/// chunks; the last one is written anew until it is large enough, so that a single edit costs little. Chunks that nobody
/// is likely to ask for are let go of: the log has all edits.
struct TextHistory {
  private unowned let file: ReplicaFile
  private let record: Int64
  private let field: Int64
  /// The edits read, up to the last one.
  private var edits: EditColumns
  /// The number of the last edit in the table.
  private var saved: Int
  /// The number of the first edit of the chunk that is to be written next; one that is in the table is written anew.
  private var open: Int
  /// Whether older edits than those in the table have been let go of.
  let isPruned: Bool
  /// Edits that were looked for.
  private var found: [LocalDot: Int] = [:]

  /// From how many bytes on a chunk is left as it is.
  private static let enough = 4 << 10

  /// That edits are asked for that have been let go of.
  struct Pruned: Error {}

  /// The history as the table has it, or one that begins anew.
  init(_ file: ReplicaFile, _ place: TextPlace, isNew: Bool = false) throws {
    self.file = file
    record = place.record.rowID
    field = try file.local(place.key.id, in: .shared).rowID
    edits = EditColumns(first: 1)
    saved = 0
    open = 1
    let rows = try Self.span(of: record, field, file)
    isPruned = !isNew && rows > 1
    if !isNew, let (chunk, size) = try chunk(before: nil) {
      edits = chunk
      saved = chunk.last
      open = size < Self.enough ? chunk.first : chunk.last + 1
    }
  }

  /// The number of the first edit in the table; 0 for none.
  private static func span(of record: Int64, _ field: Int64, _ file: ReplicaFile) throws -> Int {
    let statement = try file.connection.statement(
      "SELECT ifnull(min(first),0) FROM quan_edit WHERE record=? AND field=?")
    statement.bind(1, record)
    statement.bind(2, field)
    defer { statement.reset() }
    return try statement.step() ? Int(statement.integer(0)) : 0
  }

  /// The last edit in the table, when all that follows has seen all that came before it, and its chunk is full: what came
  /// before can be let go of once everybody has it.
  var settled: LocalDot? {
    saved > 0 && open > saved && edits.isAlone(saved) ? edits.dot(saved) : nil
  }

  /// Lets go of all edits in the table but those of the last chunk.
  func prune() throws {
    let statement = try file.connection.statement(
      """
      DELETE FROM quan_edit WHERE record=?1 AND field=?2
        AND first<(SELECT max(first) FROM quan_edit WHERE record=?1 AND field=?2)
      """)
    statement.bind(1, record)
    statement.bind(2, field)
    try statement.run()
  }

  /// Lets go of all that is in the table.
  func forget() throws {
    let statement = try file.connection.statement("DELETE FROM quan_edit WHERE record=? AND field=?")
    statement.bind(1, record)
    statement.bind(2, field)
    try statement.run()
  }

  /// The number of the last edit; 0 for none.
  var last: Int { edits.last }

  /// The edits that no other has seen.
  var heads: [Int] { last == 0 ? [0] : edits.heads(last) }

  /// The edits from a number on, which are read if need be.
  mutating func edits(from number: Int) throws -> EditColumns {
    try read(from: number)
    return edits
  }

  /// The chunk of the edits that come before a number, or of the last ones.
  private func chunk(before number: Int?) throws -> (edits: EditColumns, size: Int)? {
    let statement = try file.connection.statement(
      """
      SELECT first, count, bytes FROM quan_edit WHERE record=? AND field=? AND first<? ORDER BY first DESC LIMIT 1
      """)
    statement.bind(1, record)
    statement.bind(2, field)
    statement.bind(3, number ?? Int.max)
    guard try statement.step() else { return nil }
    defer { statement.reset() }
    let first = Int(statement.integer(0))
    let count = Int(statement.integer(1))
    guard first > 0, count > 0, number == nil || first + count == number else { throw EditColumns.damage }
    return try EditColumns.unpack(statement.blob(2), first: first, count: count)
  }

  /// Reads as far back as an edit.
  private mutating func read(from number: Int) throws {
    guard number < edits.first, edits.first > 1 else { return }
    // Twice as much as there is, so that reading back costs no more than what is read.
    let from = max(1, min(number, edits.first - edits.dots.count))
    var chunks: [EditColumns] = []
    var first = edits.first
    while first > from {
      guard let (chunk, _) = try chunk(before: first) else {
        if first <= number { break }
        throw isPruned ? Pruned() : EditColumns.damage
      }
      chunks.append(chunk)
      first = chunk.first
    }
    var all = EditColumns(first: first)
    for chunk in chunks.reversed() { all.append(chunk) }
    all.append(edits)
    edits = all
  }

  /// The number of an edit; `nil` when the text has not taken it in.
  mutating func number(of dot: LocalDot) throws -> Int? {
    if let last = edits.dots.last, last == dot { return edits.last }
    if let known = found[dot] { return known }
    var end = edits.dots.count
    while true {
      if let place = edits.dots[..<end].lastIndex(of: dot) {
        found[dot] = edits.first + place
        return edits.first + place
      }
      if edits.first <= 1 { return nil }
      let before = edits.dots.count
      try read(from: edits.first - 1)
      end = edits.dots.count - before
    }
  }

  /// Whether an edit with these parents is the next one of all that is there.
  func isNext(after parents: [LocalDot]) -> Bool {
    last == 0 ? parents.isEmpty : parents.count == 1 && edits.isAlone(last) && edits.dots.last == parents[0]
  }

  /// Adds an edit behind all others; ``save(length:)`` writes it.
  ///
  /// - Parameter parents: The edits that it continues, ascending; none for just the one before.
  mutating func append(
    _ dot: LocalDot, parents: [Int], length: Int, runs: some Collection<TextRun>, deleted: some Collection<UInt8>
  ) {
    if last > 0, parents.isEmpty || parents.count == 1 && parents[0] == last {
      // What was the newest beside the one before still is.
      edits.appendNext(dot, length: length, runs: runs, deleted: deleted)
      return
    }
    let others = last == 0 ? [] : edits.heads(last).filter { !parents.contains($0) }
    let own = parents == [last] ? [] : parents
    edits.append(dot, parents: own, others: others, length: length, runs: runs, deleted: deleted)
  }

  /// Writes what has been added.
  ///
  /// - Parameter length: How many scalars the text has now.
  mutating func save(length: Int) throws {
    guard last > saved else { return }
    while open <= last {
      let chunk = edits.chunk(from: open, end: length)
      let statement = try file.connection.statement("INSERT OR REPLACE INTO quan_edit VALUES (?,?,?,?,?)")
      statement.bind(1, record)
      statement.bind(2, field)
      statement.bind(3, open)
      statement.bind(4, chunk.last - open + 1)
      statement.bind(5, chunk.bytes)
      try statement.run()
      if chunk.last == last && chunk.size < Self.enough { break }
      open = chunk.last + 1
    }
    saved = last
  }
}
