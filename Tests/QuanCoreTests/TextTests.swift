import Foundation
import QuanCore
import QuanTesting
import Testing

/// Edits of one text on several laptops, played by the walker and by the reference.
struct TextPlay {
  var events: [TextEvent] = []
  var edits: [TextEdit] = []
  var reference: ReferenceText
  let start: String
  private var counters: [UInt64: UInt64] = [:]

  init(_ start: String = "") {
    self.start = start
    reference = ReferenceText(start)
  }

  /// Adds an edit; `parents` by place, none for the beginning.
  @discardableResult
  mutating func edit(_ replica: UInt64, _ parents: [Int], _ body: (inout TextRuns) -> Void) -> Int {
    add(replica, parents, isReferred: true, body)
  }

  /// Adds an edit, also to the reference or, where that would take too long, not.
  @discardableResult
  mutating func add(
    _ replica: UInt64, _ parents: [Int], isReferred: Bool, _ body: (inout TextRuns) -> Void
  ) -> Int {
    var runs = TextRuns()
    body(&runs)
    counters[replica, default: 0] += 1
    let counter = counters[replica, default: 0]
    let own = parents.isEmpty ? [-1] : parents.sorted()
    let dot = Dot(ReplicaID(rawValue: replica), counter)
    events.append(TextEvent(dot: dot, parents: own, runs: runs.runs))
    edits.append(TextEdit(parents: [], runs: runs.runs, utf8: runs.utf8))
    if isReferred { reference.apply(dot, parents: own, edits[edits.count - 1]) }
    return events.count - 1
  }

  /// The text after taking the edits in an order, in portions that end at `cuts`.
  func text(order: [Int]? = nil, cuts: [Int] = []) -> String {
    let order = order ?? Array(events.indices)
    var place = [Int](repeating: -1, count: events.count)
    for (new, old) in order.enumerated() { place[old] = new }
    let ordered = order.map { old in
      TextEvent(
        dot: events[old].dot, parents: events[old].parents.map { $0 < 0 ? -1 : place[$0] }.sorted(),
        runs: events[old].runs)
    }
    var rope = Rope(start)
    let length = rope.count
    var known = 0
    for cut in cuts + [order.count] where cut > known {
      var walker = TextWalker(Array(ordered[..<cut]))
      var source = Rope.Source()
      var deleted: [UInt8] = []
      walker.run(known: known, length: length) { step in
        rope.apply(step, of: edits[order[step.event]].utf8, from: &source, deleted: &deleted)
      }
      known = cut
    }
    return rope.string
  }
}

@Suite("Collaborative text")
struct TextTests {
  /// Types a text as separate edits, each continuing the one before.
  func type(_ play: inout TextPlay, _ replica: UInt64, _ keys: [(String, Int)], after: [Int] = []) -> Int {
    var last = after
    for (text, position) in keys { last = [play.edit(replica, last) { $0.insert(text, at: position) }] }
    return last[0]
  }

  func expectBoth(_ play: TextPlay, _ allowed: Set<String>) {
    #expect(allowed.contains(play.text()), "\(play.text())")
    #expect(play.text() == play.reference.text)
  }

  /// Expects one of some texts in a hundred causal orders, taken in at once and in portions.
  func expectInAllOrders(_ play: TextPlay, _ allowed: Set<String>) {
    expectBoth(play, allowed)
    var random = SeededGenerator(seed: 5)
    for _ in 0..<100 {
      let order = Self.shuffled(play.events.map(\.parents), &random)
      let cut = Int.random(in: 0...order.count, using: &random)
      #expect(play.text(order: order) == play.reference.text && play.text(order: order, cuts: [cut]) == play.text())
    }
  }

  @Test("T-1 runs typed forwards at once stand one after the other, the lower replica's first")
  func forward() {
    var play = TextPlay()
    _ = type(&play, 1, "Hello".enumerated().map { (String($1), $0) })
    _ = type(&play, 2, " World!".enumerated().map { (String($1), $0) })
    expectBoth(play, ["Hello World!"])
  }

  @Test("T-2 runs typed backwards at once do not interleave")
  func backward() {
    var play = TextPlay()
    _ = type(&play, 1, "olleH".map { (String($0), 0) })
    _ = type(&play, 2, "!dlroW ".map { (String($0), 0) })
    expectBoth(play, ["Hello World!"])
  }

  @Test("T-3 runs typed in mixed directions at once do not interleave")
  func mixed() {
    var play = TextPlay()
    _ = type(&play, 1, [("ll", 0), ("He", 0), ("o", 4)])
    _ = type(&play, 2, [(" !", 0), ("W", 1), ("d", 2), ("l", 2), ("r", 2), ("o", 2)])
    expectBoth(play, ["Hello World!"])
  }

  @Test("T-4 a concurrent insertion does not come between an insertion and what it was put before")
  func betweenNeighbours() {
    for (a, b, c) in [(1, 2, 3), (2, 1, 3), (3, 1, 2), (1, 3, 2), (2, 3, 1), (3, 2, 1)] {
      var play = TextPlay()
      let two = play.edit(UInt64(c), []) { $0.insert("2", at: 0) }
      play.edit(UInt64(a), [two]) { $0.insert("1", at: 0) }
      play.edit(UInt64(b), []) { $0.insert("b", at: 0) }
      expectBoth(play, ["b12", "12b"])
    }
  }

  @Test("T-5 the reference vectors of the field come out, in a hundred causal orders each")
  func vectors() {
    var play = TextPlay()
    play.edit(1, []) { $0.insert("a", at: 0) }
    play.edit(2, []) { $0.insert("b", at: 0) }
    expectInAllOrders(play, ["ab"])

    play = TextPlay()
    _ = type(&play, 1, [("a", 0), ("a", 1), ("a", 2)])
    _ = type(&play, 2, [("b", 0), ("b", 1), ("b", 2)])
    expectInAllOrders(play, ["aaabbb"])

    play = TextPlay()
    _ = type(&play, 1, [("a", 0), ("a", 0), ("a", 0)])
    _ = type(&play, 2, [("b", 0), ("b", 0), ("b", 0)])
    expectInAllOrders(play, ["aaabbb"])

    play = TextPlay()
    _ = type(&play, 1, [("a", 0), ("a0", 0), ("a1", 3)])
    _ = type(&play, 2, [("b", 0), ("b0", 0), ("b1", 3)])
    expectInAllOrders(play, ["a0aa1b0bb1"])

    play = TextPlay()
    let a = play.edit(1, []) { $0.insert("a", at: 0) }
    let c = play.edit(3, [a]) { $0.insert("c", at: 1) }
    play.edit(2, [a]) { $0.insert("b", at: 1) }
    play.edit(4, [c]) { $0.insert("d", at: 1) }
    expectInAllOrders(play, ["adbc", "abdc"])
  }

  @Test("T-7 an insertion behind a scalar that was deleted at once is there once, in its place")
  func behindDeleted() {
    var play = TextPlay("abc")
    play.edit(1, []) { $0.delete(1, at: 1) }
    play.edit(2, []) { $0.insert("X", at: 2) }
    expectBoth(play, ["aXc"])
  }

  @Test("positions behind the end mean the end")
  func clamped() {
    var play = TextPlay("ab")
    play.edit(1, []) { $0.insert("X", at: 99) }
    play.edit(2, []) { $0.delete(50, at: 1) }
    #expect(play.text() == "aX")
    #expect(play.text(order: [1, 0]) == "aX")
  }

  /// Random edits by random authors who have seen random versions.
  static func random(_ seed: UInt64, edits: Int, start: String = "") -> TextPlay {
    var random = SeededGenerator(seed: seed)
    var play = TextPlay(start)
    let authors = 2 + Int(seed % 4)
    var versions = [[Int]](repeating: [], count: authors)
    let letters = Array("ab家访é\u{301}👩‍👧x\n".unicodeScalars)
    for _ in 0..<edits {
      let author = Int.random(in: 0..<authors, using: &random)
      if random.chance(0.25), let other = versions.randomElement(using: &random) {
        // What the author sees now; places that are in the past of others do no harm.
        versions[author] = Array(Set(versions[author] + other)).sorted()
      }
      var count = play.reference.count(at: versions[author])
      let place = play.edit(UInt64(author + 1), versions[author]) { runs in
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          if count > 0 && random.chance(0.35) {
            let at = Int.random(in: 0..<count, using: &random)
            let length = min(Int.random(in: 1...4, using: &random), count - at)
            runs.delete(length, at: at)
            count -= length
          } else {
            let at = random.chance(0.3) ? min(count, 1) : Int.random(in: 0...count, using: &random)
            let length = Int.random(in: 1...4, using: &random)
            let scalars = (0..<length).compactMap { _ in letters.randomElement(using: &random) }
            runs.insert(String(String.UnicodeScalarView(scalars)), at: at)
            count += length
          }
        }
      }
      versions[author] = [place]
    }
    return play
  }

  /// The edits in another order in which each comes after its parents.
  static func shuffled(_ parents: [[Int]], _ random: inout SeededGenerator) -> [Int] {
    var waiting = parents.map { $0.count { $0 >= 0 } }
    var children = [[Int]](repeating: [], count: parents.count)
    for (place, own) in parents.enumerated() { for parent in own where parent >= 0 { children[parent].append(place) } }
    var ready = waiting.indices.filter { waiting[$0] == 0 }
    var order: [Int] = []
    while !ready.isEmpty {
      let next = ready.remove(at: Int.random(in: 0..<ready.count, using: &random))
      order.append(next)
      for child in children[next] {
        waiting[child] -= 1
        if waiting[child] == 0 { ready.append(child) }
      }
    }
    return order
  }

  /// How many operations are compared; `Tools/test --operations N` asks for more.
  private static let operations =
    ProcessInfo.processInfo.environment["QUAN_OPERATIONS"].flatMap { Int($0) } ?? 100_800

  @Test("100,000 random operations and more end as the reference does, in any order and grouping", arguments: 0..<8)
  func differential(part: Int) throws {
    var operations = 0
    var seed = UInt64(part) * 1_000_000
    while operations < Self.operations / 8 {
      seed += 1
      // Most are short, so that much happens at once; some are long, so that what is kept of them is cut up.
      let edits = seed % 40 == 0 ? 400 : 40
      let play = Self.random(seed, edits: edits, start: seed % 3 == 0 ? "今天家访" : "")
      operations += play.events.reduce(0) { $0 + $1.runs.reduce(0) { $0 + $1.count } }
      let expected = play.reference.text
      var random = SeededGenerator(seed: seed)
      for round in 0..<3 {
        let order = round == 0 ? nil : Self.shuffled(play.events.map(\.parents), &random)
        let cuts = round < 2 ? [] : (0..<4).map { _ in Int.random(in: 0...edits, using: &random) }.sorted()
        let text = play.text(order: order, cuts: cuts)
        try #require(
          text.unicodeScalars.elementsEqual(expected.unicodeScalars), "seed \(seed), round \(round): TextTests.random")
      }
    }
  }

  @Test("T-8 all laptops order everything ever inserted alike")
  func totalOrder() {
    for seed in UInt64(1)...60 {
      let play = Self.random(seed, edits: 30)
      var random = SeededGenerator(seed: seed)
      var orders: Set<[String]> = []
      for _ in 0..<4 {
        let order = Self.shuffled(play.events.map(\.parents), &random)
        var place = [Int](repeating: -1, count: order.count)
        for (new, old) in order.enumerated() { place[old] = new }
        var walker = TextWalker(
          order.map { old in
            TextEvent(
              dot: play.events[old].dot, parents: play.events[old].parents.map { $0 < 0 ? -1 : place[$0] }.sorted(),
              runs: play.events[old].runs)
          })
        walker.run(known: 0, length: 0, isWhole: true) { _ in }
        var all: [String] = []
        for stretch in walker.stretches() {
          for index in 0..<stretch.count {
            all.append("\(play.events[order[stretch.event]].dot)#\(stretch.source + index)")
          }
        }
        orders.insert(all)
      }
      #expect(orders.count == 1, "seed \(seed): TextTests.random")
    }
  }

  @Test("a rope is what an array of scalars is")
  func rope() {
    var random = SeededGenerator(seed: 7)
    var rope = Rope()
    var plain: [Unicode.Scalar] = []
    let letters = Array("abc家访é👩\n".unicodeScalars)
    for _ in 0..<4000 {
      if !plain.isEmpty && random.chance(0.4) {
        let at = Int.random(in: 0..<plain.count, using: &random)
        let count = min(plain.count - at, Int.random(in: 1...(random.chance(0.02) ? 3000 : 9), using: &random))
        rope.delete(count, at: at)
        plain.removeSubrange(at..<at + count)
      } else {
        let at = Int.random(in: 0...plain.count, using: &random)
        let count = Int.random(in: 1...(random.chance(0.02) ? 3000 : 9), using: &random)
        let scalars = (0..<count).compactMap { _ in letters.randomElement(using: &random) }
        rope.insert(String(String.UnicodeScalarView(scalars)), at: at)
        plain.insert(contentsOf: scalars, at: at)
      }
    }
    #expect(rope.count == plain.count)
    #expect(Array(rope.string.unicodeScalars) == plain)
  }

  @Test("a difference leads from one text to the other and cuts no character that people see as one")
  func difference() {
    var random = SeededGenerator(seed: 3)
    let letters = ["a", "b", "家", "访", "e\u{301}", "é", "👩‍👧", "🇨🇳", "\n", "\r\n"]
    for round in 0..<300 {
      let size = round % 10 == 0 ? 6000 : 40
      let old = (0..<size).compactMap { _ in letters.randomElement(using: &random) }
      var new = old
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        let at = Int.random(in: 0..<max(1, new.count), using: &random)
        if random.chance(0.5), !new.isEmpty { new.remove(at: at) } else { new.insert("新", at: min(at, new.count)) }
      }
      let difference = TextDifference(from: old.joined(), to: new.joined())
      var scalars = Array(old.joined().unicodeScalars)
      let target = Array(new.joined().unicodeScalars)
      for replacement in difference.replacements.reversed() {
        scalars.replaceSubrange(replacement.old, with: target[replacement.new])
      }
      #expect(scalars == target)
      #expect(difference.replacements.reduce(0) { $0 + $1.old.count } <= 60)
    }
    let joined = TextDifference(from: "👩‍👧x", to: "👩‍👦x")
    #expect(joined.replacements.map(\.old) == [0..<3])
    #expect(TextDifference(from: "é", to: "e\u{301}").replacements.count == 1)
  }

  @Test("a difference of long texts with very many changes still leaves what is alike, however the changes lie")
  func manyDifferences() {
    let lines = (0..<5000).map { "第\($0)行：今天家访了解到学生\($0 * 7919 % 1009)在家的学习情况。" }
    /// The lines with some of them changed in one place.
    func changed(_ isChanged: (Int) -> Bool) -> [String] {
      lines.indices.map { isChanged($0) ? lines[$0].replacing("情况", with: "近况") : lines[$0] }
    }
    let base = lines.joined(separator: "\n")
    for isChanged in [{ $0 % 3 == 0 }, { _ in true }, { $0 % 2 == 0 || $0 > 2000 }] as [(Int) -> Bool] {
      let difference = TextDifference(from: base, to: changed(isChanged).joined(separator: "\n"))
      let count = lines.indices.count(where: isChanged)
      #expect(difference.replacements.count <= count)
      #expect(difference.replacements.reduce(0) { $0 + $1.old.count } <= 3 * count)
    }
    // A line that one has added stays where it was put, beside lines that the other has changed.
    var extended = lines
    extended[1003] += "奶奶照料。"
    let merged = TextDifference.merged(
      base: base, changed { $0 % 3 == 0 }.joined(separator: "\n"), extended.joined(separator: "\n"))
    var expected = changed { $0 % 3 == 0 }
    expected[1003] += "奶奶照料。"
    #expect(merged == expected.joined(separator: "\n"))
  }

  @Test("edits in the order of their branches come after those that they continue, and turn between branches seldom")
  func branches() {
    // Two people who type in turns without seeing each other, then one who has seen both.
    let turns: [[Int]] = (0..<1000).map { $0 < 2 ? [] : [$0 - 2] } + [[998, 999]]
    let order = BranchOrder.places(turns.count) { turns[$0].forEach($1) }
    #expect(order == Array(stride(from: 0, to: 1000, by: 2)) + Array(stride(from: 1, to: 1000, by: 2)) + [1000])
    var random = SeededGenerator(seed: 11)
    for _ in 0..<50 {
      let parents = (0..<60).map { place in
        (0..<min(place, Int.random(in: 0...3, using: &random))).map { _ in Int.random(in: 0..<place, using: &random) }
      }
      let order = BranchOrder.places(parents.count) { parents[$0].forEach($1) }
      #expect(order.sorted() == Array(parents.indices))
      var isDone = [Bool](repeating: false, count: parents.count)
      for place in order {
        #expect(parents[place].allSatisfy { isDone[$0] })
        isDone[place] = true
      }
    }
  }
}

@Suite("Texts of every sort and size")
struct TextSizeTests {
  @Test("two versions of a text are merged by what each changed")
  func merged() {
    #expect(TextDifference.merged(base: "甲乙丙", "甲新乙丙", "甲乙丁") == "甲新乙丁")
    #expect(TextDifference.merged(base: "", "a", "b") == "ab")
    #expect(TextDifference.merged(base: "ab", "", "ab") == "")
  }

  @Test("clusters, joiners, NFC and NFD are scalars like others, and none is cut or changed by what another does")
  func scalars() {
    let start = "👩‍👧é e\u{301} 泉🇨🇳"
    var play = TextPlay(start)
    play.edit(1, []) { $0.insert("👨‍👩‍👧‍👦", at: 0) }
    play.edit(2, []) { $0.insert("e\u{301}", at: start.unicodeScalars.count) }
    let text = play.text()
    #expect(text.unicodeScalars.elementsEqual(("👨‍👩‍👧‍👦" + start + "e\u{301}").unicodeScalars))
    #expect(text == play.reference.text)
  }

  @Test("10,000 single scalars put in front of everything at once by each of two people do not take long")
  func prepended() {
    let count = 10_000
    var events: [TextEvent] = []
    for replica in UInt64(1)...2 {
      for counter in 1...count {
        events.append(
          TextEvent(
            dot: Dot(ReplicaID(rawValue: replica), UInt64(counter)), parents: [counter == 1 ? -1 : events.count - 1],
            runs: [TextRun(.insert, at: 0, count: 1)]))
      }
    }
    var walker = TextWalker(events)
    var steps = 0
    let spent = ContinuousClock().measure { walker.run(known: 0, length: 5) { _ in steps += 1 } }
    #expect(steps == 2 * count)
    // Walking over the other's for each would be 10^8 steps.
    #expect(spent < .seconds(20))
    let stretches = walker.stretches()
    #expect(stretches.first?.event == count - 1 && stretches.last?.event == -1)
  }

  @Test("a text of 10 MB takes a million edits, a hundred thousand of them with somebody else's at once")
  func large() {
    var rope = Rope(String(repeating: "泉水叮咚.\n", count: 760_000))
    let length = rope.count
    #expect(rope.byteCount > 10 << 20)
    var random = SeededGenerator(seed: 2)
    var plain = 0
    // Unoptimised a tenth of them has to do.
    #if DEBUG
      let edits = 100_000
    #else
      let edits = 1_000_000
    #endif
    for _ in 0..<edits {
      let place = Int(random.next() % UInt64(rope.count))
      if random.next() % 4 == 0 {
        rope.delete(1, at: place)
        plain -= 1
      } else {
        rope.insert("x", at: place)
        plain += 1
      }
    }
    #expect(rope.count == length + plain)
    var events: [TextEvent] = []
    for replica in UInt64(1)...2 {
      for counter in 1...50_000 {
        let place = Int(random.next() % 5_000_000)
        events.append(
          TextEvent(
            dot: Dot(ReplicaID(rawValue: replica), UInt64(counter)), parents: [counter == 1 ? -1 : events.count - 1],
            runs: [TextRun(counter % 5 == 0 ? .delete : .insert, at: place, count: 1)]))
      }
    }
    var walker = TextWalker(events)
    walker.run(known: 0, length: rope.count) { step in
      if step.run.kind == .delete {
        rope.delete(step.run.count, at: step.run.position)
      } else {
        rope.insert("y", at: step.run.position)
      }
    }
    #expect(rope.count <= length + plain + 80_000 && rope.count >= length + plain + 80_000 - 20_000)
  }
}
