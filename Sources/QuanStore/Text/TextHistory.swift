import QuanCore
import QuanFormat

/// The edits that a text has taken in here, in the order in which it did: `quan_edit`, read from the end as far as need be.
///
/// Edits are numbered from 1 by their arrival in this file; 0 is the text as its record was created.
struct TextHistory {
  /// One edit.
  struct Row {
    let dot: LocalDot
    /// The edits that it continues, ascending; never none.
    let parents: [Int]
    /// The edits that no other had seen when it had been taken in.
    let heads: [Int]
    /// How many scalars the text had before it was taken in.
    let length: Int
    /// What it did, in positions of its own version.
    let runs: [TextRun]
  }

  private let file: ReplicaFile
  private let record: Int64
  private let field: Int64
  /// The rows read, up to the last one.
  private var rows: [Row] = []
  /// The number of the first row read.
  private var first: Int
  /// The number of the last row in the table.
  private let saved: Int

  private static let columns = "seq, stream, counter, parents, heads, length, runs"

  init(_ file: ReplicaFile, _ place: TextPlace) throws {
    self.file = file
    record = place.record.rowID
    field = try file.local(place.key.id, in: .shared).rowID
    let statement = try file.connection.statement(
      "SELECT \(Self.columns) FROM quan_edit WHERE record=? AND field=? ORDER BY seq DESC LIMIT 1")
    statement.bind(1, record)
    statement.bind(2, field)
    first = 1
    var last = 0
    if try statement.step() {
      last = Int(statement.integer(0))
      first = last
      rows = [try Self.row(last, statement)]
      statement.reset()
    }
    saved = last
  }

  /// The number of the last edit; 0 for none.
  var last: Int { first + rows.count - 1 }

  /// The edits that no other has seen.
  var heads: [Int] { rows.last?.heads ?? [0] }

  /// An edit, which must have been read.
  func row(_ number: Int) -> Row { rows[number - first] }

  /// Reads as far back as an edit.
  mutating func read(from number: Int) throws {
    guard number < first, first > 1 else { return }
    // Twice as much as there is, so that reading back costs no more than what is read.
    let from = max(1, min(number, first - rows.count))
    let statement = try file.connection.statement(
      "SELECT \(Self.columns) FROM quan_edit WHERE record=? AND field=? AND seq>=? AND seq<? ORDER BY seq")
    statement.bind(1, record)
    statement.bind(2, field)
    statement.bind(3, from)
    statement.bind(4, first)
    var older: [Row] = []
    while try statement.step() { older.append(try Self.row(from + older.count, statement)) }
    guard older.count == first - from else { throw Self.damage }
    rows = older + rows
    first = from
  }

  /// The number of an edit; `nil` when the text has not taken it in.
  mutating func number(of dot: LocalDot) throws -> Int? {
    var end = rows.count
    while true {
      if let place = rows[..<end].lastIndex(where: { $0.dot == dot }) { return first + place }
      if first <= 1 { return nil }
      let before = rows.count
      try read(from: first - 1)
      end = rows.count - before
    }
  }

  /// Adds an edit behind all others; ``save()`` writes it.
  mutating func append(_ dot: LocalDot, parents: [Int], length: Int, runs: [TextRun]) {
    let number = last + 1
    let heads = heads.filter { !parents.contains($0) } + [number]
    rows.append(Row(dot: dot, parents: parents, heads: heads, length: length, runs: runs))
  }

  /// Writes what has been added.
  func save() throws {
    for (place, row) in rows.enumerated() where first + place > saved {
      let number = first + place
      let statement = try file.connection.statement("INSERT INTO quan_edit VALUES (?,?,?,?,?,?,?,?,?)")
      statement.bind(1, record)
      statement.bind(2, field)
      statement.bind(3, number)
      statement.bind(4, row.dot.stream)
      statement.bind(5, bits: row.dot.counter)
      statement.bind(6, Self.distances(row.parents, number))
      if row.heads == [number] { statement.bindNull(7) } else { statement.bind(7, Self.distances(row.heads, number)) }
      statement.bind(8, row.length)
      statement.bind(9, Self.encode(row.runs))
      try statement.run()
    }
  }

  // MARK: Rows

  private static let damage = StoreError(.damaged, "the history of a text is damaged")

  private static func row(_ number: Int, _ statement: Statement) throws -> Row {
    guard Int(statement.integer(0)) == number else { throw damage }
    return Row(
      dot: LocalDot(stream: Int(statement.integer(1)), counter: statement.bits(2)),
      parents: try numbers(statement.blob(3), number),
      heads: statement.isNull(4) ? [number] : try numbers(statement.blob(4), number),
      length: Int(statement.integer(5)), runs: try decode(statement.blob(6)))
  }

  private static func distances(_ numbers: [Int], _ from: Int) -> [UInt8] {
    var writer = ByteWriter()
    for number in numbers { writer.varint(UInt64(from - number)) }
    return writer.bytes
  }

  private static func numbers(_ blob: [UInt8], _ from: Int) throws -> [Int] {
    var reader = ByteReader(blob)
    var numbers: [Int] = []
    do {
      while !reader.isAtEnd {
        let distance = try reader.varint()
        guard distance <= UInt64(from) else { throw damage }
        numbers.append(from - Int(distance))
      }
    } catch is FormatError { throw damage }
    guard !numbers.isEmpty else { throw damage }
    return numbers
  }

  /// Runs as varints, deflated behind a byte that says so when they are many.
  private static func encode(_ runs: [TextRun]) -> [UInt8] {
    var writer = ByteWriter()
    for run in runs {
      writer.varint(UInt64(run.count) << 1 | UInt64(run.kind.rawValue))
      writer.varint(UInt64(run.position))
    }
    guard writer.bytes.count > 256 else { return [0] + writer.bytes }
    var packed = ByteWriter()
    packed.byte(1)
    packed.varint(UInt64(writer.bytes.count))
    packed.append(Deflate.deflate(writer.bytes, .fast))
    return packed.bytes
  }

  private static func decode(_ blob: [UInt8]) throws -> [TextRun] {
    var runs: [TextRun] = []
    do {
      var reader = ByteReader(blob)
      if try reader.byte() == 1 {
        let size = try reader.varint()
        guard size <= UInt64(SegmentLimits.inflated) else { throw damage }
        reader = ByteReader(try Deflate.inflate(blob, reader.offset..<blob.count, size: Int(size)))
      }
      while !reader.isAtEnd {
        let head = try reader.varint()
        let position = try reader.varint()
        guard let kind = TextRun.Kind(rawValue: UInt8(head & 1)), head >> 1 <= SegmentLimits.position,
          position <= SegmentLimits.position
        else { throw damage }
        runs.append(TextRun(kind, at: Int(position), count: Int(head >> 1)))
      }
    } catch is FormatError { throw damage }
    return runs
  }
}
