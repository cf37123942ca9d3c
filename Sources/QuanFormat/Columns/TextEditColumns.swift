import QuanCore

/// The edits of texts in columns; see *Format*, "Edits of texts".
///
/// Positions are kept as steps from where the run before left off, most of which are none; what is typed stands in one
/// column of text, apart from the rest.
struct TextEditColumns {
  /// What an edit is of, and its dot.
  struct Target {
    let record: Dot
    let slot: Int
    let dot: Dot
  }

  private struct Place: Hashable {
    let record: Dot
    let slot: Int
  }

  private var last: [Place: Dot] = [:]
  private var cursor = 0
  private var parentHeads: [UInt64] = []
  private var parentReplicas: [UInt64] = []
  private var parentCounters: [UInt64] = []
  private var runCounts: [UInt64] = []
  private var runs: [UInt64] = []
  private var steps: [UInt64] = []
  private var texts = TextColumn.Builder()

  // MARK: Encoding

  mutating func append(_ edit: TextEdit, record: Dot, slot: Int, dot: Dot, _ names: inout SegmentNames) {
    let place = Place(record: record, slot: slot)
    if edit.parents == (last[place].map { [$0] } ?? []) {
      parentHeads.append(0)
    } else {
      parentHeads.append(UInt64(edit.parents.count) + 1)
      for parent in edit.parents {
        parentReplicas.append(names.index(of: parent.replica))
        parentCounters.append(parent.counter)
      }
    }
    last[place] = dot
    runCounts.append(UInt64(edit.runs.count))
    for run in edit.runs {
      // Deleting mostly goes backwards from the cursor: its step leads to the end of what goes.
      let target = run.kind == .insert ? run.position : run.position + run.count
      let step = target - cursor
      runs.append(UInt64(run.count) << 2 | (step == 0 ? 0 : 2) | UInt64(run.kind.rawValue))
      if step != 0 { steps.append(ByteWriter.zigzagged(Int64(step))) }
      cursor = run.kind == .insert ? run.position + run.count : run.position
    }
    texts.append(utf8: edit.utf8)
  }

  func encode(to writer: inout ByteWriter) {
    for column in [parentHeads, parentReplicas, parentCounters, runCounts, runs, steps] {
      IntegerColumn.encode(column, to: &writer)
    }
    texts.encode(to: &writer)
  }

  // MARK: Decoding

  static func decode(
    _ targets: [Target], _ dictionary: SegmentDictionary, from reader: inout ByteReader, bytes: [UInt8]
  ) throws(FormatError) -> [TextEdit] {
    let offset = reader.offset
    let heads = try IntegerColumn.decode(targets.count, from: &reader)
    var parentCount = 0
    for head in heads where head > 0 {
      guard head - 1 <= UInt64(SegmentLimits.operations - parentCount) else { throw .invalid("count", offset: offset) }
      parentCount += Int(head - 1)
    }
    let replicas = try IntegerColumn.decode(parentCount, from: &reader)
    guard replicas.allSatisfy({ $0 < UInt64(dictionary.replicas.count) }) else {
      throw .invalid("replica", offset: offset)
    }
    let counters = try IntegerColumn.decode(parentCount, from: &reader)
    let runCounts = try IntegerColumn.decode(targets.count, from: &reader)
    var runCount = 0
    for count in runCounts {
      guard count > 0, count <= UInt64(SegmentLimits.elements - runCount) else { throw .invalid("run", offset: offset) }
      runCount += Int(count)
    }
    let runs = try IntegerColumn.decode(runCount, from: &reader)
    let steps = try IntegerColumn.decode(runs.count { $0 & 2 != 0 }, from: &reader)
    let texts = try TextColumn(targets.count, from: &reader, bytes: bytes)
    var last: [Place: Dot] = [:]
    // Most edits are of the text that the one before was of.
    var latest: (place: Place, dot: Dot)?
    var edits: [TextEdit] = []
    edits.reserveCapacity(targets.count)
    var next = (parent: 0, run: 0, step: 0)
    var cursor = 0
    for (index, target) in targets.enumerated() {
      let place = Place(record: target.record, slot: target.slot)
      var before = latest?.dot
      if let latest, latest.place != place {
        last[latest.place] = latest.dot
        before = last[place]
      }
      latest = (place, target.dot)
      var parents = before.map { [$0] } ?? []
      if heads[index] > 0 {
        let range = next.parent..<next.parent + Int(heads[index] - 1)
        parents = range.map { Dot(dictionary.replicas[Int(replicas[$0])], counters[$0]) }
        next.parent = range.upperBound
        guard zip(parents, parents.dropFirst()).allSatisfy({ $0 < $1 }) else {
          throw .invalid("order of dots", offset: offset)
        }
      }
      var own: [TextRun] = []
      own.reserveCapacity(Int(runCounts[index]))
      for run in runs[next.run..<next.run + Int(runCounts[index])] {
        var step: Int64 = 0
        if run & 2 != 0 {
          step = ByteReader.unzigzagged(steps[next.step])
          guard step != 0 else { throw .invalid("run", offset: offset) }
          next.step += 1
        }
        let count = run >> 2
        let (target, overflow) = Int64(cursor).addingReportingOverflow(step)
        let kind: TextRun.Kind = run & 1 == 0 ? .insert : .delete
        guard !overflow, count > 0, count <= SegmentLimits.position, target >= 0,
          let start = UInt64(exactly: kind == .insert ? target : target - Int64(count)),
          start <= SegmentLimits.position
        else { throw .invalid("run", offset: offset) }
        own.append(TextRun(kind, at: Int(start), count: Int(count)))
        cursor = kind == .insert ? Int(start + count) : Int(start)
      }
      next.run += Int(runCounts[index])
      let edit = TextEdit(parents: parents, runs: own, utf8: texts.bytes(index))
      guard edit.isConsistent else { throw .invalid("run", offset: offset) }
      edits.append(edit)
    }
    return edits
  }
}
