import Quan
import QuanFormat
import QuanTesting
import Testing

private let hostileSchema = SchemaDraft([
  KindDraft(
    "pupil", Labels("学生", "pupil"),
    [
      FieldDraft("plan", Labels("计划", "plan"), container: .list),
      FieldDraft("story", Labels("经过", "story"), container: .text),
      FieldDraft("contacts", Labels("联系人", "contacts"), container: .map),
      FieldDraft("visits", Labels("家访数", "visits"), .integer, container: .counter),
    ])
])

/// Operations as no Quan writes them, in segments whose hashes are right: those that the format has no room for are
/// refused and change nothing; the others say something about places that nobody made, and mean the same to everybody.
@Suite("Hostile edits of texts and lists")
struct HostileEditTests {
  private static let stranger = ReplicaID(rawValue: 77)
  private let bureau: Bureau
  private let id: RecordID
  private let scope: ScopeID
  private let plan: FieldKey
  private let story: FieldKey

  init() throws {
    bureau = try Bureau(2, schema: hostileSchema)
    plan = FieldKey(try bureau.field("plan"), .list)
    story = FieldKey(try bureau.field("story"), .text)
    let values: [FieldID: [Value]] = [plan.id: [.text("一"), .text("二")], story.id: [.text("父亲在外打工。")]]
    let kind = try bureau.kind()
    id = try bureau.replicas[0].write { try $0.create(kind, values) }
    scope = try #require(try bureau.replicas[0].record(id)).scope
    try bureau.exchange()
  }

  /// The dot of an operation of the stranger.
  private func own(_ counter: UInt64) -> Dot { Dot(Self.stranger, counter) }

  /// A bundle with one change of a stranger, in which some bytes stand in the place of as many others: what a writer
  /// of our own would not write.
  private func bundle(
    _ operations: [Operation], firstCounter: UInt64 = 1, putting bytes: [UInt8]? = nil, for letters: [UInt8] = []
  ) throws -> String {
    func changed(_ old: [UInt8]) throws -> [UInt8] {
      guard let bytes else { return old }
      let place = try #require(old.indices.first { old[$0...].starts(with: letters) })
      return Array(old[..<place]) + bytes + old[(place + letters.count)...]
    }
    let stream = StreamID(Self.stranger, scope)
    let change = Change(
      stream: stream, number: 1, firstCounter: firstCounter, author: "x", time: Instant(milliseconds: 0),
      operations: operations)
    let workspace = bureau.replicas[0].workspace
    var encoder = SegmentEncoder(
      stream: stream, previous: DigestChain.start(workspace: workspace, stream: stream), forked: [])
    encoder.append(change, canonical: try changed(CanonicalChange.encode(change)))
    var segment = encoder.finish(.fast).bytes
    if bytes != nil {
      let (header, start) = try Segment.header(of: segment)
      let body = try Deflate.inflate(segment, start..<segment.count, size: header.inflatedSize)
      segment = Array(segment[..<start]) + Deflate.deflate(try changed(body), .fast)
    }
    let header = BundleHeader(
      workspace: workspace, sender: Self.stranger, time: Instant(milliseconds: 0), schemaVersion: 1,
      segments: [try BundleSegment(segment)])
    var written: [UInt8] = []
    try BundleWriter.write(header, segment: { _ in segment }, to: { written += $0 })
    bureau.bundleCount += 1
    let path = bureau.folder.path + "/hostile-\(bureau.bundleCount)"
    TemporaryFolder.write(written, to: path)
    return path
  }

  private func edit(_ runs: [TextRun], _ utf8: [UInt8] = [], parents: [Dot] = []) -> Operation {
    Operation(id, .edit(field: story, edit: TextEdit(parents: parents, runs: runs, utf8: utf8)))
  }

  /// Expects that operations are refused by an error and leave everything as it was.
  private func expectRefused(
    _ name: String, _ operations: [Operation], firstCounter: UInt64 = 1, _ codes: Set<StoreError.Code> = [.damaged],
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    try expectRefused(name, bundleAt: try bundle(operations, firstCounter: firstCounter), codes, location)
  }

  private func expectRefused(
    _ name: String, bundleAt path: String, _ codes: Set<StoreError.Code> = [.damaged],
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let replica = bureau.replicas[0]
    let before = (try bureau.canonical(0), try replica.vector(), try replica.status())
    do {
      try replica.apply(bundleAt: path)
      Issue.record("\(name) was taken in", sourceLocation: location)
    } catch let error as StoreError {
      #expect(codes.contains(error.code), "\(name): \(error)", sourceLocation: location)
    }
    #expect(try bureau.canonical(0) == before.0, "\(name)", sourceLocation: location)
    #expect(try replica.vector() == before.1, "\(name)", sourceLocation: location)
    #expect(try replica.status() == before.2, "\(name)", sourceLocation: location)
    #expect(try replica.verify() == [], "\(name)", sourceLocation: location)
  }

  /// Expects that a bundle is taken in, that laptops that get it before and after other work agree, and that the list and
  /// the text can be worked on afterwards.
  private func expectHarmless(
    _ name: String, _ operations: [Operation], _ location: SourceLocation = #_sourceLocation
  ) throws {
    let path = try bundle(operations)
    try bureau.replicas[0].apply(bundleAt: path)
    for replica in bureau.replicas {
      try replica.write { transaction in
        let last = try transaction.elements(id, plan.id).last?.element
        try transaction.insert(id, plan.id, [.text("后")], after: last)
        try transaction.insert("补", at: 1, in: id, story.id)
      }
    }
    try bureau.replicas[1].apply(bundleAt: path)
    try bureau.exchange()
    let views = try bureau.replicas.map { try #require(try $0.record(id)).fields }
    #expect(views[0] == views[1], "\(name)", sourceLocation: location)
    let elements = views[0].flatMap(\.items).compactMap(\.element)
    #expect(Set(elements).count == elements.count, "\(name): an element stands twice", sourceLocation: location)
    try bureau.expectEqual(location)
    // Who takes in everything at once agrees, and so does what is made anew from the log.
    let newcomer = try bureau.newcomer("N", from: 1)
    #expect(try newcomer.canonicalForm(of: scope) == bureau.replicas[0].canonicalForm(of: scope), "\(name)")
    #expect(try newcomer.record(id)?.fields == views[0], "\(name)", sourceLocation: location)
    #expect(try newcomer.passages(of: id, story.id).map(\.text).joined() == text(newcomer), "\(name)")
    try newcomer.close()
  }

  private func text(_ replica: Replica) throws -> String {
    if case .text(let text)? = try replica.record(id)?["story"]?.shown.first { text } else { "" }
  }

  @Test("edits that say something impossible are refused: no runs, other lengths than the text's, invalid scalars")
  func impossibleEdits() throws {
    let letters = Array("abc".utf8)
    try expectRefused("no runs", [edit([])])
    try expectRefused("an empty run", [edit([TextRun(.delete, at: 0, count: 0)])])
    try expectRefused("more than typed", [edit([TextRun(.insert, at: 0, count: 4)], letters)])
    try expectRefused("less than typed", [edit([TextRun(.insert, at: 0, count: 2)], letters)])
    try expectRefused("typed by nobody", [edit([TextRun(.delete, at: 0, count: 2)], letters)])
    for (name, bytes) in [
      ("a lone surrogate", [0xED, 0xA0, 0x80]), ("an overlong form", [0xC0, 0x80]), ("a cut scalar", [0xE5, 0xAE]),
      ("behind the last scalar", [0xF4, 0x90, 0x80, 0x80]), ("no UTF-8", [0xFF]),
    ] as [(String, [UInt8])] {
      let letters = Array("qjxz".utf8.prefix(bytes.count))
      let typed = edit([TextRun(.insert, at: 0, count: letters.count)], letters)
      try expectRefused(name, bundleAt: try bundle([typed], putting: bytes, for: letters))
    }
  }

  @Test("places and lengths beyond the format's limit are refused, and so are counters that sums would overflow")
  func beyondLimits() throws {
    let far = 1 << 33
    try expectRefused("a far insertion", [edit([TextRun(.insert, at: far, count: 1)], [0x61])])
    try expectRefused("a far deletion", [edit([TextRun(.delete, at: far, count: 1)])])
    try expectRefused("a long deletion", [edit([TextRun(.delete, at: 0, count: far)])])
    let counter = Operation(id, .increment(field: FieldKey(try bureau.field("visits"), .counter), amount: .max))
    for first: UInt64 in [1 << 40, 1 << 62, UInt64(Int64.max) - 1] {
      try expectRefused("counter \(first)", [counter], firstCounter: first, [.damaged, .overLimit])
    }
  }

  @Test("an edit may name places behind the end, which mean the end, and lengths that reach beyond it")
  func behindTheEnd() throws {
    let spent = try ContinuousClock().measure {
      try expectHarmless(
        "behind the end",
        [
          edit(
            [
              TextRun(.delete, at: 3, count: 1 << 31), TextRun(.insert, at: 1 << 31, count: 1),
              TextRun(.delete, at: 1 << 31, count: 1 << 31), TextRun(.delete, at: 0, count: 1),
            ], [0x61])
        ])
    }
    #expect(spent < .seconds(60))
    #expect(try text(bureau.replicas[0]).contains("a"))
  }

  @Test("an edit may name edits that nobody made, later ones and itself as what it continues")
  func unknownParents() throws {
    let typed = [TextRun(.insert, at: 2, count: 1)]
    let known = try bureau.replicas[0].id
    try expectHarmless(
      "unknown parents",
      [
        edit(typed, [0x61], parents: [Dot(ReplicaID(rawValue: 9), 5)]), edit(typed, [0x62], parents: [own(2)]),
        edit(typed, [0x63], parents: [own(4)]), edit(typed, [0x64], parents: [own(3)]),
        edit(typed, [0x65], parents: [own(1), own(2)].sorted()), edit(typed, [0x66], parents: [Dot(known, 1 << 39)]),
      ])
  }

  @Test("names with counters that no operation can have are refused or mean nothing, wherever they stand")
  func farNames() throws {
    let known = try bureau.replicas[0].id
    let right = ListPlace(parent: nil, side: .right)
    for far in [Dot(known, UInt64.max), Dot(known, 1 << 41), Dot(ReplicaID(rawValue: 9), UInt64.max)] {
      let place = ListPlace(parent: EntryID(far), side: .left)
      let first = EntryID(id, 0)
      let operations: [(String, Operation)] = [
        ("parent of an edit", edit([TextRun(.insert, at: 0, count: 1)], [0x61], parents: [far])),
        ("place of an insert", Operation(id, .insert(list: plan, place: place, values: [.text("x")]))),
        ("place of a move", Operation(id, .move(list: plan, element: first, place: place, overwrites: []))),
        (
          "element of a move", Operation(id, .move(list: plan, element: EntryID(far), place: right, overwrites: []))
        ),
        (
          "what a move leaves",
          Operation(id, .move(list: plan, element: first, place: right, overwrites: [EntryID(far)]))
        ),
        (
          "element of a write",
          Operation(id, .write(field: FieldKey(plan.id, element: EntryID(far)), values: [], overwrites: []))
        ),
        (
          "what a write overwrites",
          Operation(
            id,
            .write(
              field: FieldKey(plan.id, element: first), values: [WrittenValue(.text("y"), origin: far)],
              overwrites: [EntryID(far)]))
        ),
        ("delete", Operation(id, .delete(context: [far.replica: far.counter]))),
        ("restore", Operation(id, .restore(deletes: [far]))), ("record", Operation(far, .restore(deletes: []))),
      ]
      for (name, operation) in operations {
        let path = try bundle([operation])
        let before = try bureau.replicas[0].canonicalForm(of: scope)
        // Each to a laptop of its own, which took in nothing before.
        let newcomer = try bureau.newcomer("F\(bureau.bundleCount)", from: 0)
        do {
          try newcomer.apply(bundleAt: path)
          #expect(try newcomer.verify() == [], "\(name) \(far)")
        } catch let error as StoreError {
          #expect([.damaged, .overLimit].contains(error.code), "\(name) \(far): \(error)")
          #expect(try newcomer.canonicalForm(of: scope) == before, "\(name) \(far)")
          #expect(try newcomer.verify() == [], "\(name) \(far)")
        }
        try newcomer.close()
      }
    }
  }

  @Test("list elements beside nobody's places, beside themselves and in circles are there once, in one order")
  func circles() throws {
    func insert(_ parent: Dot?, _ side: ListPlace.Side, _ text: String) -> Operation {
      Operation(
        id, .insert(list: plan, place: ListPlace(parent: parent.map { EntryID($0) }, side: side), values: [.text(text)])
      )
    }
    try expectHarmless(
      "inserts",
      [
        insert(Dot(ReplicaID(rawValue: 9), 5), .left, "nobody's"), insert(own(2), .left, "its own left"),
        insert(own(3), .right, "its own right"), insert(own(5), .left, "circle"), insert(own(4), .right, "circle"),
        insert(own(7), .left, "later"), insert(nil, .right, "first"),
      ])
  }

  @Test("moves of nobody's elements, beside themselves, in circles and from places to come leave each element once")
  func moves() throws {
    let (one, two) = (EntryID(id, 0), EntryID(id, 1))
    func move(_ element: EntryID, _ parent: EntryID?, _ side: ListPlace.Side, _ left: [EntryID] = []) -> Operation {
      Operation(
        id, .move(list: plan, element: element, place: ListPlace(parent: parent, side: side), overwrites: left))
    }
    try expectHarmless(
      "moves",
      [
        move(EntryID(Dot(ReplicaID(rawValue: 9), 5)), nil, .right), move(one, EntryID(own(2)), .left, [one]),
        move(one, EntryID(own(4)), .right, [EntryID(own(2))]), move(two, EntryID(own(3)), .left, [two]),
        move(two, one, .right, [EntryID(own(5)), EntryID(own(9))]), move(one, EntryID(own(6), 7), .left),
        move(EntryID(own(7)), nil, .right),
      ])
  }
}
