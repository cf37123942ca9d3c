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
  private var allRuns = ColumnOfLists<TextRun>()
  private var allDeleted = ColumnOfLists<UInt8>()
  /// The parents of edits that continue others than the one before, by number.
  private var ownParents = ColumnOfLists<Int>()
  /// The edits that are the newest beside each one when it has been taken in, by number.
  private var otherHeads = ColumnOfLists<Int>()

  init(first: Int) { self.first = first }

  /// The number of the last edit; of none the one before the first.
  var last: Int { first + dots.count - 1 }

  func dot(_ number: Int) -> LocalDot { dots[number - first] }
  func length(_ number: Int) -> Int { lengths[number - first] }
  /// The edits that an edit continues, ascending; none for just the one before.
  func parents(_ number: Int) -> ArraySlice<Int> { ownParents[number - first] }
  /// The oldest of them.
  func oldestParent(_ number: Int) -> Int { parents(number).first ?? number - 1 }
  /// The edits that no other had seen when it had been taken in, ascending.
  func heads(_ number: Int) -> [Int] { otherHeads[number - first] + [number] }
  /// Whether it was the only one then.
  func isAlone(_ number: Int) -> Bool { otherHeads.places(number - first).isEmpty }
  /// What an edit did, in positions of its own version.
  func runs(_ number: Int) -> ArraySlice<TextRun> { allRuns[number - first] }
  /// What an edit deleted that was still there, in UTF-8.
  func deleted(_ number: Int) -> ArraySlice<UInt8> { allDeleted[number - first] }

  /// Adds an edit behind all others.
  ///
  /// - Parameters:
  ///   - parents: The edits that it continues, ascending; none for just the one before.
  ///   - others: The edits that are the newest beside it, ascending.
  mutating func append(
    _ dot: LocalDot, parents: some Collection<Int>, others: some Collection<Int>, length: Int,
    runs: some Collection<TextRun>, deleted: some Collection<UInt8>
  ) {
    dots.append(dot)
    lengths.append(length)
    ownParents.append(parents)
    otherHeads.append(others)
    allRuns.append(runs)
    allDeleted.append(deleted)
  }

  /// Adds an edit that continues the last one: what is the newest beside that is the newest beside it too.
  mutating func appendNext(
    _ dot: LocalDot, length: Int, runs: some Collection<TextRun>, deleted: some Collection<UInt8>
  ) {
    dots.append(dot)
    lengths.append(length)
    ownParents.append(EmptyCollection())
    otherHeads.repeatLast()
    allRuns.append(runs)
    allDeleted.append(deleted)
  }

  /// Adds all of the edits that follow.
  mutating func append(_ later: EditColumns) {
    dots.append(contentsOf: later.dots)
    lengths.append(contentsOf: later.lengths)
    ownParents.append(later.ownParents)
    otherHeads.append(later.otherHeads)
    allRuns.append(later.allRuns)
    allDeleted.append(later.allDeleted)
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
      let runs = allRuns.places(number - first)
      let parents = ownParents.places(number - first)
      let isAlone = isAlone(number)
      let growth = (number == last ? end : length(number + 1)) - length(number)
      var sum = 0
      for place in runs {
        let run = allRuns.elements[place]
        sum += run.kind == .insert ? run.count : -run.count
      }
      var mark: UInt8 = 0
      if let before, before.rowID + 1 == dot.rowID { mark |= Mark.follows }
      if parents.isEmpty { mark |= Mark.continues }
      if isAlone { mark |= Mark.alone }
      if growth == sum { mark |= Mark.grows }
      if runs.count == 1 { mark |= Mark.single }
      let deleted = allDeleted.places(number - first)
      if !deleted.isEmpty { mark |= Mark.deletes }
      writer.byte(mark)
      if mark & Mark.follows == 0 {
        writer.varint(UInt64(dot.stream))
        writer.varint(dot.counter)
      }
      if !parents.isEmpty {
        writer.varint(UInt64(parents.count))
        for place in parents { writer.varint(UInt64(number - ownParents.elements[place])) }
      }
      if !isAlone {
        let others = otherHeads[number - first]
        writer.varint(UInt64(others.count + 1))
        for other in others { writer.varint(UInt64(number - other)) }
        writer.varint(0)
      }
      if mark & Mark.grows == 0 { writer.zigzag(Int64(growth)) }
      if mark & Mark.single == 0 { writer.varint(UInt64(runs.count)) }
      for place in runs {
        let run = allRuns.elements[place]
        writer.varint(UInt64(run.count) << 1 | UInt64(run.kind.rawValue))
        writer.zigzag(Int64(run.position - cursor))
        cursor = run.kind == .insert ? run.position + run.count : run.position
      }
      if !deleted.isEmpty {
        writer.varint(UInt64(deleted.count))
        writer.append(allDeleted.elements[deleted])
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
      func numbers(_ mark: UInt8) throws -> [Int] {
        guard mark == 0 else { return [] }
        let count = try reader.count("parents")
        guard count > 0 else { throw damage }
        return try (0..<count).map { _ in
          let distance = try reader.varint()
          guard distance <= UInt64(number) else { throw damage }
          return number - Int(distance)
        }
      }
      let parents = try numbers(mark & Mark.continues)
      let heads = try numbers(mark & Mark.alone)
      guard heads.isEmpty || heads.last == number else { throw damage }
      let growth = mark & Mark.grows == 0 ? try reader.zigzag() : nil
      let runCount = mark & Mark.single == 0 ? try reader.count("runs", minimum: 2) : 1
      var runs: [TextRun] = []
      var sum = 0
      for _ in 0..<runCount {
        let head = try reader.varint()
        guard let kind = TextRun.Kind(rawValue: UInt8(head & 1)) else { throw damage }
        let step = try reader.zigzag()
        guard step.magnitude <= SegmentLimits.position else { throw damage }
        let place = cursor + Int(step)
        let run = TextRun(kind, at: try position(UInt64(bitPattern: Int64(place))), count: try position(head >> 1))
        runs.append(run)
        sum += kind == .insert ? run.count : -run.count
        cursor = kind == .insert ? run.position + run.count : run.position
      }
      let deleted = mark & Mark.deletes == 0 ? [] : try reader.take(try reader.count("deleted text"))
      edits.append(dot, parents: parents, others: heads.dropLast(), length: length, runs: runs, deleted: deleted)
      if let growth {
        guard growth.magnitude <= SegmentLimits.position else { throw damage }
        length = try position(UInt64(bitPattern: Int64(length) + growth))
      } else {
        length = max(0, length + sum)
      }
    }
    return edits
  }

  private static func position(_ value: UInt64) throws -> Int {
    guard value <= SegmentLimits.position else { throw damage }
    return Int(value)
  }
}

/// Lists, one after another in one array.
private struct ColumnOfLists<Element> {
  private var ends: [Int] = []
  private(set) var elements: [Element] = []

  subscript(place: Int) -> ArraySlice<Element> { elements[places(place)] }

  /// Where the elements of a list are.
  func places(_ place: Int) -> Range<Int> { (place == 0 ? 0 : ends[place - 1])..<ends[place] }

  mutating func append(_ list: some Collection<Element>) {
    elements.append(contentsOf: list)
    ends.append(elements.count)
  }

  /// Adds the last list once more.
  mutating func repeatLast() {
    let end = elements.count
    for place in (ends.count > 1 ? ends[ends.count - 2] : 0)..<end { elements.append(elements[place]) }
    ends.append(elements.count)
  }

  mutating func append(_ later: ColumnOfLists) {
    let before = elements.count
    elements.append(contentsOf: later.elements)
    for end in later.ends { ends.append(before + end) }
  }
}
