import EditingTraces
import QuanCore
import QuanTesting
import Testing

/// Recorded histories of several people who typed at once, through the walker; see `Tools/Programs/traces`.
@Suite("Recorded editing histories", .enabled(if: EditingTrace.folder != nil))
struct TraceTests {
  private func path(_ name: String) throws -> String { try #require(EditingTrace.folder) + "/\(name).json.gz" }

  /// A history as edits; each author is a replica, whose edits need not continue each other.
  private func play(_ trace: EditingTrace, isReferred: Bool) -> TextPlay {
    var play = TextPlay(trace.start)
    for step in trace.steps {
      play.add(UInt64(step.author + 1), step.parents, isReferred: isReferred) { runs in
        for patch in step.patches {
          if patch.deleted > 0 { runs.delete(patch.deleted, at: patch.position) }
          if !patch.inserted.isEmpty { runs.insert(patch.inserted, at: patch.position) }
        }
      }
    }
    return play
  }

  @Test(
    "two friends typing with their real concurrency end at the recorded text, in random orders and portions",
    arguments: 0..<6)
  func friends(seed: UInt64) throws {
    let trace = try EditingTrace(path: path("conc-friendsforever"))
    let play = play(trace, isReferred: false)
    func expectEnd(_ text: String, _ how: String) {
      #expect(text.unicodeScalars.elementsEqual(trace.end.unicodeScalars), "\(how), seed \(seed)")
    }
    if seed == 0 { expectEnd(play.text(), "as recorded") }
    var random = SeededGenerator(seed: seed)
    let order = TextTests.shuffled(play.events.map(\.parents), &random)
    expectEnd(play.text(order: order), "in another order")
    let cuts = (0..<6).map { _ in Int.random(in: 0...play.events.count, using: &random) }.sorted()
    expectEnd(play.text(order: order, cuts: cuts), "in portions")
  }

  @Test("each of 1,000 random histories gives one text in 20 causal orders, in random portions", arguments: 0..<8)
  func conformance(part: Int) throws {
    let histories = try EditingTrace.histories(path: path("egwalker-conformance"))
    #expect(histories.count == 1000)
    for (number, trace) in histories.enumerated() where number % 8 == part {
      let play = play(trace, isReferred: true)
      let expected = play.reference.text
      var random = SeededGenerator(seed: UInt64(number))
      for _ in 0..<20 {
        let order = TextTests.shuffled(play.events.map(\.parents), &random)
        let cuts = (0..<3).map { _ in Int.random(in: 0...play.events.count, using: &random) }.sorted()
        try #require(play.text(order: order, cuts: cuts) == expected, "history \(number)")
      }
    }
  }
}
