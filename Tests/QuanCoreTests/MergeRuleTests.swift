import QuanCore
import Testing

@Suite("Each merge rule is a pure and total function of the sides")
struct MergeRuleTests {
  private let replicas = (1...4).map { ReplicaID(rawValue: UInt64($0)) }

  /// A side that one replica wrote at a claimed time.
  private func side(_ value: Value, by replica: Int, at time: Int64 = 0) -> Side {
    let stamp = Stamp(author: "author \(replica)", time: Instant(milliseconds: time))
    return Side(
      value: value, entries: [Entry(id: EntryID(Dot(replicas[replica], 5)), value: value, origin: nil, stamp: stamp)])
  }

  private func decide(_ rule: MergeRule, _ sides: [Side], dates: [Side] = []) -> Decision {
    let decision = rule.decide(sides, dates: dates)
    // The answer does not depend on the order in which sides are given.
    #expect(rule.decide(sides.reversed(), dates: dates.reversed()) == decision)
    return decision
  }

  @Test("no side shows nothing, one side shows itself, whatever the rule")
  func few() {
    let rules: [MergeRule] = [
      .ask, .latest(by: "since"), .max, .min, .earliest, .knownBeatsUnknown, .knownBeatsUnknownLatest(by: "since"),
      .keepAll, .keepAllLatest(by: "since"), .upgrade(["a", "b"]), .ladder(["a", "b"]),
    ]
    for rule in rules {
      #expect(decide(rule, []) == Decision(shown: [], outcome: .agreed))
      #expect(decide(rule, [side(.text("x"), by: 0)]) == Decision(shown: [.text("x")], outcome: .agreed))
    }
  }

  @Test("ask shows the latest claimed time, then the highest replica, and is a conflict")
  func ask() {
    let decision = decide(.ask, [side(.text("late"), by: 0, at: 9), side(.text("early"), by: 1, at: 3)])
    #expect(decision == Decision(shown: [.text("late")], outcome: .asked))
    let tie = decide(.ask, [side(.text("one"), by: 0), side(.text("two"), by: 1)])
    #expect(tie == Decision(shown: [.text("two")], outcome: .asked))
  }

  @Test("max, min and earliest decide among values of one type, and ask among several")
  func extremes() {
    let sides = [side(.integer(3), by: 0), side(.integer(7), by: 1), side(.integer(5), by: 2)]
    #expect(decide(.max, sides) == Decision(shown: [.integer(7)], outcome: .decided))
    #expect(decide(.min, sides) == Decision(shown: [.integer(3)], outcome: .decided))
    let dates = [CivilDate("2026-02-01"), CivilDate("2026-01-31")].compactMap { $0 }.map { Value.date($0) }
    #expect(decide(.earliest, [side(dates[0], by: 0), side(dates[1], by: 1)]).shown == [dates[1]])
    #expect(decide(.max, [side(.integer(3), by: 0), side(.text("7"), by: 1)]).outcome == .asked)
  }

  @Test("known beats unknown; yes and no ask")
  func knownBeatsUnknown() {
    let unknown = side(.triState(.unknown), by: 0, at: 99)
    #expect(
      decide(.knownBeatsUnknown, [unknown, side(.triState(.no), by: 1)])
        == Decision(shown: [.triState(.no)], outcome: .decided))
    let both = decide(.knownBeatsUnknown, [unknown, side(.triState(.no), by: 1), side(.triState(.yes), by: 2)])
    #expect(both == Decision(shown: [.triState(.yes)], outcome: .asked))
  }

  @Test("keep-all shows all sides by claimed time, and asks nobody")
  func keepAll() {
    let decision = decide(.keepAll, [side(.text("b"), by: 0, at: 2), side(.text("a"), by: 1, at: 1)])
    #expect(decision == Decision(shown: [.text("a"), .text("b")], outcome: .decided))
  }

  @Test(
    "keep-all by a date shows first what was checked last, then what was written last, each with its date or without")
  func keepAllLatest() {
    let days = ["2026-02-01", "2026-09-01"].compactMap { CivilDate($0) }.map { Value.date($0) }
    let sides = [
      side(.text("old"), by: 0, at: 1), side(.text("new"), by: 1, at: 2), side(.text("checked"), by: 2, at: 0),
      side(.text("checked later"), by: 3, at: 0),
    ]
    let decision = decide(
      .keepAllLatest(by: "on"), sides, dates: [side(days[0], by: 2), side(days[1], by: 3)])
    #expect(decision.shown == ["checked later", "checked", "new", "old"].map { .text($0) })
    #expect(decision.outcome == .decided)
  }

  @Test("known beats unknown by a date: of yes and no the one with proof is shown, and people are asked")
  func knownBeatsUnknownLatest() {
    let rule = MergeRule.knownBeatsUnknownLatest(by: "on")
    let day = CivilDate("2026-02-01").map { Value.date($0) } ?? .integer(0)
    let both = [side(.triState(.yes), by: 0, at: 1), side(.triState(.no), by: 1, at: 2)]
    #expect(decide(rule, both) == Decision(shown: [.triState(.no)], outcome: .asked))
    #expect(
      decide(rule, both, dates: [side(day, by: 0)]) == Decision(shown: [.triState(.yes)], outcome: .asked))
    let unknown = side(.triState(.unknown), by: 2, at: 9)
    #expect(
      decide(rule, [both[0], unknown], dates: [side(day, by: 2)])
        == Decision(shown: [.triState(.yes)], outcome: .decided))
  }

  @Test("an upgrade takes what begins with the later beginning; two alike, and other beginnings, ask")
  func upgrade() {
    let rule = MergeRule.upgrade(["L", "G"])
    let (temporary, lasting) = (side(.text("L1"), by: 0, at: 9), side(.text("G1"), by: 1, at: 1))
    #expect(decide(rule, [temporary, lasting]) == Decision(shown: [.text("G1")], outcome: .decided))
    #expect(decide(rule, [lasting, side(.text("G2"), by: 2, at: 0)]).outcome == .asked)
    #expect(decide(rule, [lasting, side(.text("J1"), by: 2, at: 0)]).outcome == .asked)
    #expect(decide(rule, [temporary, lasting, side(.text("G2"), by: 2, at: 0)]).outcome == .asked)
  }

  @Test("a ladder shows the lower step and lists a dispute; codes off the ladder are no step")
  func ladder() {
    let rule = MergeRule.ladder(["open", "placed", "closed"])
    let sides = [side(.choice("closed"), by: 0), side(.choice("open"), by: 1)]
    #expect(decide(rule, sides) == Decision(shown: [.choice("open")], outcome: .disputed))
    let odd = [side(.choice("closed"), by: 0), side(.choice("elsewhere"), by: 1)]
    #expect(decide(rule, odd) == Decision(shown: [.choice("closed")], outcome: .disputed))
    let off = [side(.choice("x"), by: 0), side(.choice("y"), by: 1)]
    #expect(decide(rule, off).outcome == .asked)
  }

  @Test("latest goes by a date in the record, not by the clock; equal dates ask, no dates ask")
  func latest() {
    let old = Value.date(CivilDate("2026-02-01") ?? CivilDate(daysSince1970: 0)!)
    let new = Value.date(CivilDate("2026-09-01") ?? CivilDate(daysSince1970: 1)!)
    let sides = [side(.text("2班"), by: 0, at: 99), side(.text("3班"), by: 1, at: 1)]
    let rule = MergeRule.latest(by: "since")
    #expect(
      decide(rule, sides, dates: [side(old, by: 0), side(new, by: 1)])
        == Decision(shown: [.text("3班")], outcome: .decided))
    #expect(decide(rule, sides, dates: [side(new, by: 1)]) == Decision(shown: [.text("3班")], outcome: .decided))
    let both = Side(value: new, entries: side(new, by: 0).entries + side(new, by: 1).entries)
    #expect(decide(rule, sides, dates: [both]).outcome == .asked)
    #expect(decide(rule, sides).outcome == .asked)
  }

  @Test("rules are written and read back")
  func text() {
    let rules: [MergeRule] = [
      .ask, .latest(by: "since"), .max, .min, .earliest, .knownBeatsUnknown, .knownBeatsUnknownLatest(by: "since"),
      .keepAll, .keepAllLatest(by: "since"), .upgrade(["L", "G"]), .ladder(["a", "b", "c"]),
    ]
    for rule in rules { #expect(MergeRule(rule.text) == rule) }
    for text in ["", "newest", "latest(by: )", "ladder()", "ladder(a)", "upgrade(a)", "keep-all(since)"] {
      #expect(MergeRule(text) == nil, "\(text)")
    }
  }
}
