import QuanCore
import QuanFormat
import QuanTesting
import Testing

@Suite("What is written is read")
struct RoundTripTests {
  private let stream = StreamID(ReplicaID(rawValue: 77), ScopeID(Dot(ReplicaID(rawValue: 5), 3)))

  /// Some changes of every sort, as chance has it.
  private func changes(_ random: inout SeededGenerator, count: Int) -> [Change] {
    var counter: UInt64 = 1
    func dot(_ random: inout SeededGenerator) -> Dot {
      Dot(
        ReplicaID(rawValue: [77, 5, 9, .max][Int.random(in: 0..<4, using: &random)]),
        .random(in: 1...400, using: &random))
    }
    func value(_ random: inout SeededGenerator) -> Value {
      switch Int.random(in: 0..<10, using: &random) {
      case 0:
        .text(["泉", "", "e\u{301}", "\u{e9}", "👩‍👩‍👧", "01H967EHS58EKSKZ7BZ2PQSTTV"].randomElement(using: &random) ?? "")
      case 1: .integer([.min, -1, 0, 1, .max, 42].randomElement(using: &random) ?? 0)
      case 2: .decimal(.random(in: .min ... .max, using: &random))
      case 3: CivilDate(daysSince1970: .random(in: -700_000...700_000, using: &random)).map { .date($0) } ?? .text("")
      case 4: .instant(Instant(milliseconds: .random(in: -9_000_000_000_000...9_000_000_000_000, using: &random)))
      case 5: .triState([.yes, .no, .unknown].randomElement(using: &random) ?? .no)
      case 6: .choice(["day", "boarding"].randomElement(using: &random) ?? "")
      case 7: .reference(Reference(dot(&random), in: ScopeID(Dot(ReplicaID(rawValue: 5), 3))))
      case 8:
        .real(
          [-0.0, .nan, .infinity, 1.17549435082228751e-38, .leastNonzeroMagnitude].randomElement(using: &random) ?? 0)
      default: .attachment(Digest(words: (random.next(), random.next(), random.next(), random.next())))
      }
    }
    func entry(_ random: inout SeededGenerator) -> EntryID {
      EntryID(dot(&random), .random(in: 0...3, using: &random))
    }
    func place(_ random: inout SeededGenerator) -> ListPlace {
      let parent = random.chance(0.8) ? entry(&random) : nil
      return ListPlace(parent: parent, side: random.chance(0.5) ? .left : .right)
    }
    func mapKey(_ random: inout SeededGenerator) -> String {
      ["母亲", "", "e\u{301}", "\u{e9}", "."].randomElement(using: &random) ?? ""
    }
    func initialKey(_ random: inout SeededGenerator) -> FieldKey {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: FieldKey(dot(&random), .list)
      case 1: FieldKey(dot(&random), key: mapKey(&random))
      default: FieldKey(dot(&random))
      }
    }
    func values(_ random: inout SeededGenerator, _ limit: Int) -> [Value] {
      var values: [Value] = []
      for _ in 0..<Int.random(in: 1...limit, using: &random) { values.append(value(&random)) }
      return values
    }
    return (1...count).map { number in
      var operations: [Operation] = []
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let own = Dot(stream.replica, counter + UInt64(operations.count))
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1:
          let keys = Set((0..<Int.random(in: 0...4, using: &random)).map { _ in initialKey(&random) }).sorted()
          operations.append(
            Operation(own, .create(kind: dot(&random), fields: keys.map { InitialField($0, values(&random, 1)) })))
        case 6:
          operations.append(
            Operation(
              dot(&random),
              .insert(list: FieldKey(dot(&random), .list), place: place(&random), values: values(&random, 4))))
        case 7:
          operations.append(
            Operation(
              dot(&random),
              .move(
                list: FieldKey(dot(&random), .list), element: entry(&random), place: place(&random),
                overwrites: Set([entry(&random), entry(&random)]).sorted())))
        case 8:
          let key =
            random.chance(0.5)
            ? FieldKey(dot(&random), element: entry(&random)) : FieldKey(dot(&random), key: mapKey(&random))
          operations.append(
            Operation(
              dot(&random),
              .write(
                field: key, values: random.chance(0.2) ? [] : [WrittenValue(value(&random))],
                overwrites: [entry(&random)])))
        case 2:
          let written = values(&random, 3).map { WrittenValue($0, origin: random.chance(0.3) ? dot(&random) : nil) }
          let gone = Set(
            (0..<Int.random(in: 0...3, using: &random)).map { _ in
              EntryID(dot(&random), .random(in: 0...2, using: &random))
            })
          operations.append(
            Operation(
              dot(&random), .write(field: FieldKey(dot(&random), .set), values: written, overwrites: gone.sorted())))
        case 3:
          operations.append(
            Operation(
              dot(&random),
              .increment(field: FieldKey(dot(&random), .counter), amount: .random(in: -9...9, using: &random))))
        case 9:
          var runs = TextRuns()
          for _ in 0..<Int.random(in: 1...5, using: &random) {
            let place = Int.random(in: 0...300, using: &random)
            if random.chance(0.4) {
              runs.delete(Int.random(in: 1...9, using: &random), at: place)
            } else {
              runs.insert(["a", "泉城", "e\u{301}👩‍👩‍👧"].randomElement(using: &random) ?? "", at: place)
            }
          }
          let parents = Set((0..<Int.random(in: 0...2, using: &random)).map { _ in dot(&random) }).sorted()
          let edit = TextEdit(parents: parents, runs: runs.runs, utf8: runs.utf8)
          operations.append(Operation(dot(&random), .edit(field: FieldKey(dot(&random), .text), edit: edit)))
        case 4:
          operations.append(
            Operation(
              dot(&random),
              .delete(context: [stream.replica: 3, ReplicaID(rawValue: 9): .random(in: 1...99, using: &random)])))
        default:
          operations.append(Operation(dot(&random), .restore(deletes: Set([dot(&random), dot(&random)]).sorted())))
        }
      }
      let gap = UInt64.random(in: 0...2, using: &random)
      let first = counter + gap
      let shifted = operations.enumerated().map { index, operation in
        if case .create = operation.body {
          return Operation(Dot(stream.replica, first + UInt64(index)), operation.body)
        }
        return operation
      }
      counter = first + UInt64(operations.count)
      let dependencies = Set(
        (0..<Int.random(in: 0...2, using: &random)).map { _ in
          Dependency(
            StreamID(ReplicaID(rawValue: .random(in: 100...103, using: &random)), stream.scope),
            Tip(number: .random(in: 1...50, using: &random), check: random.next()))
        })
      return Change(
        stream: stream, number: UInt64(number), firstCounter: first,
        author: ["王老师", "李老师"].randomElement(using: &random) ?? "",
        time: Instant(milliseconds: .random(in: -1000...1_800_000_000_000, using: &random)),
        message: random.chance(0.2) ? "第一次" : nil, dependencies: dependencies.sorted(), operations: shifted)
    }
  }

  @Test("canonical bytes of a change are read back as the change", arguments: 0..<40)
  func canonicalChanges(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for change in changes(&random, count: 20) {
      let bytes = CanonicalChange.encode(change)
      let decoded = try CanonicalChange.decode(bytes, stream: stream)
      #expect(decoded == change, "seed \(seed)")
      #expect(CanonicalChange.encode(decoded) == bytes, "seed \(seed)")
    }
  }

  @Test("a segment gives back its changes and their digests", arguments: 0..<40)
  func segments(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let changes = changes(&random, count: 30)
    let start = Digest(sha256: [1])
    var encoder = SegmentEncoder(stream: stream, previous: start, forked: [])
    for change in changes { encoder.append(change, canonical: CanonicalChange.encode(change)) }
    let packed = encoder.finish(.fast)
    let (header, place) = try Segment.header(of: packed.bytes)
    let segment = try DecodedSegment(header, packed.bytes, place..<packed.bytes.count)
    #expect((0..<segment.changeCount).map { segment.change($0) } == changes, "seed \(seed)")
    var digest = start
    for (position, change) in changes.enumerated() {
      digest = DigestChain.next(digest, CanonicalChange.encode(change))
      #expect(segment.digests[position] == digest)
    }
  }

  @Test("the same changes packed in other cuts and efforts have the same digests", arguments: 0..<10)
  func packingIsNotIdentity(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let changes = changes(&random, count: 24)
    var ends: Set<Digest> = []
    for size in [1, 5, 24] {
      var digest = Digest(sha256: [1])
      for start in stride(from: 0, to: changes.count, by: size) {
        var encoder = SegmentEncoder(stream: stream, previous: digest, forked: [])
        for change in changes[start..<min(start + size, changes.count)] {
          encoder.append(change, canonical: CanonicalChange.encode(change))
        }
        digest = encoder.finish(size == 5 ? .small : .fast).header.digest
      }
      ends.insert(digest)
    }
    #expect(ends.count == 1)
  }

  @Test("texts of every sort survive their columns")
  func texts() throws {
    let sorts: [[String]] = [
      [], [""], ["", "", "泉"], (0..<500).map { "pupil \($0 % 7)" }, (0..<300).map { "家长反映孩子近期\($0)" },
      ["e\u{301}", "\u{e9}", "👩‍👩‍👧‍👦", "\u{0}\u{1F}", "𠮷野家"],
      (0..<50).map { "01H967EHS58EKSKZ7BZ2PQST" + String(format2($0)) },
    ]
    for texts in sorts {
      let changes = texts.enumerated().map { index, text in
        Change(
          stream: stream, number: UInt64(index + 1), firstCounter: UInt64(index + 1), author: "王老师",
          time: Instant(milliseconds: 0),
          operations: [
            Operation(
              Dot(stream.replica, UInt64(index + 1)),
              .create(kind: Dot(.builtIn, 1), fields: [InitialField(FieldKey(Dot(.builtIn, 16)), [.text(text)])]))
          ])
      }
      guard !changes.isEmpty else { continue }
      var encoder = SegmentEncoder(stream: stream, previous: Digest(sha256: []), forked: [])
      for change in changes { encoder.append(change, canonical: CanonicalChange.encode(change)) }
      let packed = encoder.finish(.small)
      let (header, place) = try Segment.header(of: packed.bytes)
      let segment = try DecodedSegment(header, packed.bytes, place..<packed.bytes.count)
      #expect((0..<segment.changeCount).map { segment.change($0) } == changes)
    }
  }

  private func format2(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  @Test("a vector file gives back its vector")
  func vectorFiles() throws {
    var vector = VersionVector()
    vector.insert(Dependency(stream, Tip(number: 9, check: 5)))
    vector.insert(Dependency(stream, Tip(number: 7, check: 6)))
    let file = VectorFile(
      workspace: WorkspaceID(high: 1, low: 2), replica: stream.replica, time: Instant(milliseconds: 3), vector: vector)
    let bytes = file.encode()
    #expect(try VectorFile(bytes) == file)
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] ^= 0x20
      #expect(throws: BundleError.self) { _ = try VectorFile(damaged) }
      #expect(throws: BundleError.self) { _ = try VectorFile(Array(bytes[..<place])) }
    }
  }
}
