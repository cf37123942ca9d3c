import QuanCore
import QuanFormat

/// Takes a whole segment into the tables, straight from its columns where that can be done.
struct SegmentApplier {
  /// How the creates of one layout become rows: a statement over just their columns, and how each is bound.
  private struct Plan {
    let statement: Statement
    let positions: [Int]
  }

  private let file: ReplicaFile
  private let segment: DecodedSegment
  /// What names the segment among those that are not logged yet.
  private let held: Int
  /// The row of its stream.
  let index: Int
  private var plans: [Plan?] = []
  /// For each replica and scope of the segment's dictionary, the row of the stream; -1 when not looked up yet.
  private var streamRows: [Int]

  /// - Parameter held: What names the segment among those that are not logged yet.
  init(_ file: ReplicaFile, _ segment: DecodedSegment, held: Int, to index: Int) throws {
    self.file = file
    self.segment = segment
    self.held = held
    self.index = index
    streamRows = Array(repeating: -1, count: segment.dictionary.replicas.count * segment.dictionary.scopes.count)
    for layout in segment.layouts { plans.append(try Self.plan(layout, file)) }
  }

  /// The plan for a layout whose values all fit columns as they are; `nil` when rows must be made value by value.
  private static func plan(_ layout: DecodedSegment.Layout, _ file: ReplicaFile) throws -> Plan? {
    guard !file.streams.hasForks, !BuiltIn.isEdge(layout.kind), let table = file.catalog.tables[layout.kind] else {
      return nil
    }
    var names = ["id"]
    for (position, slot) in layout.slots.enumerated() {
      guard slot.key.container == .register, let place = table.position[slot.key], let type = slot.type,
        type == table.columns[place].definition.type, type != .real, type != .attachment,
        layout.columns[position].count == layout.starts[position].count - 1
      else { return nil }
      names.append(table.columns[place].quotedName)
    }
    let marks = Array(repeating: "?", count: names.count).joined(separator: ",")
    let statement = try file.connection.statement(
      "INSERT INTO \(table.quotedName) (\(names.joined(separator: ","))) VALUES (\(marks))")
    return Plan(statement: statement, positions: Array(layout.slots.indices))
  }

  /// Takes in changes of the segment that follow one another.
  mutating func apply(_ changes: Range<Int>, with applier: inout Applier) throws {
    let row = file.streams.rows[index]
    let scope = row.id.scope
    guard segment.header.lastCounter < LocalDot.counterLimit else {
      throw StoreError(.overLimit, "an operation's counter is above \(LocalDot.counterLimit)")
    }
    for change in changes {
      file.unlogged.begin(change, of: held)
      try applier.see(segment.dependencies(change), by: index)
      let context = try file.contexts.seen(by: index, file.connection)
      var stamp: Stamp?
      var counter = segment.firstCounters[change]
      for place in segment.operationStarts[change]..<segment.operationStarts[change + 1] {
        if case .create(let layout, let create) = segment.operation(place), let plan = plans[layout] {
          try insert(create, of: segment.layouts[layout], plan, counter)
          applier.noteCreated(
            Dot(row.name, counter), kind: segment.layouts[layout].kind, at: LocalDot(stream: index, counter: counter))
        } else {
          let stamp = stamp ?? Stamp(author: segment.author(change), time: segment.time(change))
          let arrival = Applier.Arrival(
            index: index, scope: scope, dot: Dot(row.name, counter), stamp: stamp, context: context)
          try applier.apply(segment.operation(place, counter: counter), arrival)
        }
        counter += 1
        stamp = stamp ?? Stamp(author: segment.author(change), time: segment.time(change))
      }
    }
    try applier.finish()
    applier.tally.report.changesApplied += changes.count
    applier.tally.report.operationsApplied +=
      segment.operationStarts[changes.upperBound] - segment.operationStarts[changes.lowerBound]
  }

  private mutating func insert(
    _ create: Int, of layout: DecodedSegment.Layout, _ plan: Plan, _ counter: UInt64
  ) throws {
    let statement = plan.statement
    statement.bind(1, LocalDot(stream: index, counter: counter).rowID)
    for position in plan.positions {
      try bind(layout.columns[position], create, to: statement, at: Int32(position + 2))
    }
    try statement.run()
  }

  private mutating func bind(_ column: ValueColumn, _ value: Int, to statement: Statement, at place: Int32) throws {
    switch column {
    case .texts(let texts, _):
      unsafe statement.bind(place, stayingText: texts.storage.utf8(texts.range(value)))
    case .numbers(let numbers, .integer), .numbers(let numbers, .decimal): statement.bind(place, numbers[value])
    case .numbers(let numbers, .date): statement.bind(place, isoDate: Int32(truncatingIfNeeded: numbers[value]))
    case .references(let replicas, let scopes, let counters):
      let stream = try streamRow(Int(replicas[value]), Int(scopes[value]))
      guard counters[value] < LocalDot.counterLimit else {
        throw StoreError(.overLimit, "an operation's counter is above \(LocalDot.counterLimit)")
      }
      statement.bind(place, LocalDot(stream: stream, counter: counters[value]).rowID)
    case .numbers, .others:
      switch column.value(value, segment.dictionary) {
      case .instant(let instant): statement.bind(place, instant.description)
      case .triState(let state): statement.bind(place, state.code)
      default: throw StoreError(.damaged, "a column of a segment has no plan")
      }
    }
  }

  private mutating func streamRow(_ replica: Int, _ scope: Int) throws -> Int {
    let place = scope * segment.dictionary.replicas.count + replica
    if streamRows[place] >= 0 { return streamRows[place] }
    let row = try file.local(Dot(segment.dictionary.replicas[replica], 0), in: segment.dictionary.scopes[scope]).stream
    streamRows[place] = row
    return row
  }
}
