import QuanCore
import QuanFormat

/// Edits of a text in columns, in the order in which they were taken in; numbered on from the first one.
///
/// Most edits continue the one before and are the newest when they have been taken in: only others are written out.
struct EditColumns {
  /// The number of the first edit.
  private(set) var first: Int
  private(set) var dots: [LocalDot] = []
  /// How many scalars the text had before each edit was taken in.
  private(set) var lengths: [Int] = []
  private var runEnds: [Int] = []
  private var allRuns: [TextRun] = []
  private var deletedEnds: [Int] = []
  private var allDeleted: [UInt8] = []
  /// The parents of edits that continue others than the one before, by number.
  private var ownParents: [Int: [Int]] = [:]
  /// The newest edits after those that leave others the newest beside them, by number.
  private var ownHeads: [Int: [Int]] = [:]

  init(first: Int) { self.first = first }

  /// The number of the last edit; of none the one before the first.
  var last: Int { first + dots.count - 1 }

  func dot(_ number: Int) -> LocalDot { dots[number - first] }
  func length(_ number: Int) -> Int { lengths[number - first] }
  /// The edits that an edit continues, ascending; never none.
  func parents(_ number: Int) -> [Int] { ownParents[number] ?? [number - 1] }
  /// The oldest of them.
  func oldestParent(_ number: Int) -> Int { ownParents[number]?.first ?? number - 1 }
  /// The edits that no other had seen when it had been taken in.
  func heads(_ number: Int) -> [Int] { ownHeads[number] ?? [number] }
  /// Whether it was the only one then.
  func isAlone(_ number: Int) -> Bool { ownHeads[number] == nil }

  /// What an edit did, in positions of its own version.
  func runs(_ number: Int) -> ArraySlice<TextRun> {
    let place = number - first
    return allRuns[(place == 0 ? 0 : runEnds[place - 1])..<runEnds[place]]
  }

  /// What an edit deleted that was still there, in UTF-8.
  func deleted(_ number: Int) -> ArraySlice<UInt8> {
    let place = number - first
    return allDeleted[(place == 0 ? 0 : deletedEnds[place - 1])..<deletedEnds[place]]
  }

  /// Adds an edit behind all others.
  mutating func append(
    _ dot: LocalDot, parents: [Int], heads: [Int], length: Int, runs: some Collection<TextRun>, deleted: [UInt8]
  ) {
    let number = last + 1
    dots.append(dot)
    lengths.append(length)
    allRuns.append(contentsOf: runs)
    runEnds.append(allRuns.count)
    allDeleted.append(contentsOf: deleted)
    deletedEnds.append(allDeleted.count)
    if parents != [number - 1] { ownParents[number] = parents }
    if heads != [number] { ownHeads[number] = heads }
  }

  /// Adds all of the edits that follow.
  mutating func append(_ later: EditColumns) {
    let before = allRuns.count
    let deletedBefore = allDeleted.count
    dots.append(contentsOf: later.dots)
    lengths.append(contentsOf: later.lengths)
    allRuns.append(contentsOf: later.allRuns)
    for end in later.runEnds { runEnds.append(before + end) }
    allDeleted.append(contentsOf: later.allDeleted)
    for end in later.deletedEnds { deletedEnds.append(deletedBefore + end) }
    ownParents.merge(later.ownParents) { $1 }
    ownHeads.merge(later.ownHeads) { $1 }
  }

  // MARK: Chunks

  /// Up to how many bytes make a chunk, before they are deflated.
  private static let chunkLimit = 16 << 10
  /// From how many bytes on deflating is worth its time.
  private static let deflateLimit = 512

  private enum Mark {
    static let follows: UInt8 = 1  // The dot is the next of the stream of the one before.
    static let continues: UInt8 = 2  // The parent is the edit before.
    static let alone: UInt8 = 4
    static let grows: UInt8 = 8  // The next edit finds the text as long as the runs say.
    static let single: UInt8 = 16  // One run.
    static let deletes: UInt8 = 32  // What it deleted follows.
  }

  /// Packs edits from a number on, as many as make a chunk.
  ///
  /// - Parameter end: How many scalars the text has after the last one.
  /// - Returns: The chunk, the number of its last edit, and its size before it was deflated.
  func chunk(from number: Int, end: Int) -> (bytes: [UInt8], last: Int, size: Int) {
    var writer = ByteWriter()
    writer.varint(UInt64(length(number)))
    var cursor = 0
    var number = number
    var before: LocalDot?
    while true {
      let dot = dot(number)
      let runs = runs(number)
      let growth = (number == last ? end : length(number + 1)) - length(number)
      let sum = runs.reduce(0) { $0 + ($1.kind == .insert ? $1.count : -$1.count) }
      var mark: UInt8 = 0
      if let before, before.rowID + 1 == dot.rowID { mark |= Mark.follows }
      if ownParents[number] == nil { mark |= Mark.continues }
      if ownHeads[number] == nil { mark |= Mark.alone }
      if growth == sum { mark |= Mark.grows }
      if runs.count == 1 { mark |= Mark.single }
      let deleted = deleted(number)
      if !deleted.isEmpty { mark |= Mark.deletes }
      writer.byte(mark)
      if mark & Mark.follows == 0 {
        writer.varint(UInt64(dot.stream))
        writer.varint(dot.counter)
      }
      for numbers in [ownParents[number], ownHeads[number]].compactMap({ $0 }) {
        writer.varint(UInt64(numbers.count))
        for other in numbers { writer.varint(UInt64(number - other)) }
      }
      if mark & Mark.grows == 0 { writer.zigzag(Int64(growth)) }
      if mark & Mark.single == 0 { writer.varint(UInt64(runs.count)) }
      for run in runs {
        writer.varint(UInt64(run.count) << 1 | UInt64(run.kind.rawValue))
        writer.zigzag(Int64(run.position - cursor))
        cursor = run.kind == .insert ? run.position + run.count : run.position
      }
      if !deleted.isEmpty {
        writer.varint(UInt64(deleted.count))
        writer.append(deleted)
      }
      before = dot
      if number == last || writer.bytes.count >= Self.chunkLimit { break }
      number += 1
    }
    let raw = writer.bytes
    var packed = ByteWriter()
    packed.varint(raw.count > Self.deflateLimit ? UInt64(raw.count) : 0)
    packed.append(raw.count > Self.deflateLimit ? Deflate.deflate(raw, .fast) : raw)
    return (packed.bytes, number, raw.count)
  }

  static let damage = StoreError(.damaged, "the history of a text is damaged")

  /// Unpacks a chunk whose first edit has a number.
  ///
  /// - Returns: The edits, and the chunk's size before it was deflated.
  static func unpack(_ blob: [UInt8], first: Int, count: Int) throws -> (edits: EditColumns, size: Int) {
    do {
      var reader = ByteReader(blob)
      let size = try reader.varint()
      guard size <= UInt64(SegmentLimits.inflated) * 4 else { throw damage }
      if size > 0 {
        reader = ByteReader(try Deflate.inflate(blob, reader.offset..<blob.count, size: Int(size)))
      }
      let raw = reader.remaining
      let edits = try read(&reader, first: first, count: count)
      guard reader.isAtEnd else { throw damage }
      return (edits, raw)
    } catch is FormatError { throw damage }
  }

  private static func read(_ reader: inout ByteReader, first: Int, count: Int) throws -> EditColumns {
    var edits = EditColumns(first: first)
    var length = try position(reader.varint())
    var cursor = 0
    for number in first..<first + count {
      let mark = try reader.byte()
      let dot: LocalDot
      if mark & Mark.follows != 0 {
        guard let before = edits.dots.last else { throw damage }
        dot = LocalDot(rowID: before.rowID + 1)
      } else {
        let stream = try reader.varint()
        guard stream < UInt64(LocalDot.indexLimit) else { throw damage }
        dot = LocalDot(stream: Int(stream), counter: try reader.varint())
      }
      func numbers(_ mark: UInt8) throws -> [Int]? {
        guard mark == 0 else { return nil }
        let count = try reader.count("parents")
        guard count > 0 else { throw damage }
        return try (0..<count).map { _ in
          let distance = try reader.varint()
          guard distance <= UInt64(number) else { throw damage }
          return number - Int(distance)
        }
      }
      if let parents = try numbers(mark & Mark.continues) { edits.ownParents[number] = parents }
      if let heads = try numbers(mark & Mark.alone) { edits.ownHeads[number] = heads }
      let growth = mark & Mark.grows == 0 ? try reader.zigzag() : nil
      let runCount = mark & Mark.single == 0 ? try reader.count("runs", minimum: 2) : 1
      let start = edits.allRuns.count
      for _ in 0..<runCount {
        let head = try reader.varint()
        guard let kind = TextRun.Kind(rawValue: UInt8(head & 1)) else { throw damage }
        let step = try reader.zigzag()
        guard step.magnitude <= SegmentLimits.position else { throw damage }
        let place = cursor + Int(step)
        let run = TextRun(kind, at: try position(UInt64(bitPattern: Int64(place))), count: try position(head >> 1))
        edits.allRuns.append(run)
        cursor = kind == .insert ? run.position + run.count : run.position
      }
      edits.dots.append(dot)
      edits.lengths.append(length)
      edits.runEnds.append(edits.allRuns.count)
      if mark & Mark.deletes != 0 {
        let count = try reader.count("deleted text")
        edits.allDeleted.append(contentsOf: try reader.take(count))
      }
      edits.deletedEnds.append(edits.allDeleted.count)
      if let growth {
        guard growth.magnitude <= SegmentLimits.position else { throw damage }
        length = try position(UInt64(bitPattern: Int64(length) + growth))
      } else {
        for run in edits.allRuns[start...] { length += run.kind == .insert ? run.count : -run.count }
        length = max(0, length)
      }
    }
    return edits
  }

  private static func position(_ value: UInt64) throws -> Int {
    guard value <= SegmentLimits.position else { throw damage }
    return Int(value)
  }
}
