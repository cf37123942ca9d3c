/// What a field shows when it has several sides.
///
/// A rule is a pure and total function of the sides, applied when reading and never written back, so that
/// laptops cannot answer each other for ever.
public enum MergeRule: Hashable, Sendable {
  /// People decide; until then the side with the latest claimed time is shown.
  case ask
  /// The side that goes with the latest date in another field of the record; ties ask.
  case latest(by: String)
  /// The greatest value.
  case max
  /// The least value.
  case min
  /// The earliest date or moment.
  case earliest
  /// A known value beats unknown, of a tri-state or of a choice with the code ``unknown``; two known ones ask.
  case knownBeatsUnknown
  /// As ``knownBeatsUnknown``; while two known ones ask, the one that goes with the latest date in another field of the
  /// record is shown, such as the day on which proof was seen.
  case knownBeatsUnknownLatest(by: String)
  /// All sides are shown, the earliest claimed first.
  case keepAll
  /// All sides are shown, first the one that goes with the latest date in another field of the record, such as the day on
  /// which a telephone number was checked, then the latest claimed; those without a date come last.
  case keepAllLatest(by: String)
  /// The text wins that begins with the later of some beginnings, such as a number for good over one for the time being;
  /// alike ones and texts that begin otherwise ask. From the lowest to the highest.
  case upgrade([String])
  /// The lower step is shown, and a dispute is listed. Codes from the lowest to the highest step.
  case ladder([String])

  /// Reads the written form: `ask`, `latest(by: FIELD)`, `max`, `min`, `earliest`, `known-beats-unknown`,
  /// `known-beats-unknown(by: FIELD)`, `keep-all`, `keep-all(by: FIELD)`, `upgrade(a<b)`, `ladder(a<b<c)`; or returns
  /// `nil`.
  public init?(_ text: String) {
    func argument(of name: String) -> Substring? {
      guard text.hasPrefix(name + "("), text.hasSuffix(")") else { return nil }
      return text.dropFirst(name.count + 1).dropLast()
    }
    func field(of name: String) -> String? {
      guard let field = argument(of: name), field.hasPrefix("by:") else { return nil }
      let code = String(field.dropFirst(3).drop { $0 == " " })
      return code.isEmpty ? nil : code
    }
    func steps(of name: String) -> [String]? {
      guard let steps = argument(of: name) else { return nil }
      let codes = steps.split(separator: "<", omittingEmptySubsequences: false).map(String.init)
      return codes.count >= 2 && !codes.contains("") && Set(codes).count == codes.count ? codes : nil
    }
    switch text {
    case "ask": self = .ask
    case "max": self = .max
    case "min": self = .min
    case "earliest": self = .earliest
    case "known-beats-unknown": self = .knownBeatsUnknown
    case "keep-all": self = .keepAll
    default:
      if let field = field(of: "latest") {
        self = .latest(by: field)
      } else if let field = field(of: "known-beats-unknown") {
        self = .knownBeatsUnknownLatest(by: field)
      } else if let field = field(of: "keep-all") {
        self = .keepAllLatest(by: field)
      } else if let codes = steps(of: "ladder") {
        self = .ladder(codes)
      } else if let beginnings = steps(of: "upgrade") {
        self = .upgrade(beginnings)
      } else {
        return nil
      }
    }
  }

  /// The form that ``init(_:)`` reads.
  public var text: String {
    switch self {
    case .ask: "ask"
    case .latest(let field): "latest(by: \(field))"
    case .max: "max"
    case .min: "min"
    case .earliest: "earliest"
    case .knownBeatsUnknown: "known-beats-unknown"
    case .knownBeatsUnknownLatest(let field): "known-beats-unknown(by: \(field))"
    case .keepAll: "keep-all"
    case .keepAllLatest(let field): "keep-all(by: \(field))"
    case .upgrade(let beginnings): "upgrade(\(beginnings.joined(separator: "<")))"
    case .ladder(let steps): "ladder(\(steps.joined(separator: "<")))"
    }
  }

  /// The field of the record whose dates go with the sides, if the rule looks at one.
  public var dateField: String? {
    switch self {
    case .latest(let field), .knownBeatsUnknownLatest(let field), .keepAllLatest(let field): field
    case .ask, .max, .min, .earliest, .knownBeatsUnknown, .keepAll, .upgrade, .ladder: nil
    }
  }
}

/// What a rule makes of the sides of a register.
public struct Decision: Hashable, Sendable {
  /// Whether people must decide.
  public enum Outcome: Hashable, Sendable {
    /// No more than one side.
    case agreed
    /// The rule decided; the other sides stay readable, and a notice says so.
    case decided
    /// People must decide: a value conflict.
    case asked
    /// The safe step is shown, and people must look: a dispute.
    case disputed
  }

  /// What is shown: nothing, one value, or several under ``MergeRule/keepAll``.
  public let shown: [Value]
  /// Who decides.
  public let outcome: Outcome

  /// A rule's answer.
  public init(shown: [Value], outcome: Outcome) {
    self.shown = shown
    self.outcome = outcome
  }
}

extension MergeRule {
  /// Decides between sides.
  ///
  /// - Parameters:
  ///   - sides: The sides of the field, in any order; the answer does not depend on it.
  ///   - dates: The sides of the field that the rule names as ``dateField``; else ignored.
  /// - Complexity: O(*n*²) in the number of sides, which is the number of people who wrote at once.
  public func decide(_ sides: [Side], dates: [Side] = []) -> Decision {
    guard sides.count > 1 else { return Decision(shown: sides.map(\.value), outcome: .agreed) }
    switch self {
    case .ask: return ask(sides)
    case .latest: return latest(sides, dates: dates) ?? ask(sides)
    case .max: return extreme(sides) { $0 > $1 }
    case .min: return extreme(sides) { $0 < $1 }
    case .earliest: return extreme(sides) { $0 < $1 }
    case .knownBeatsUnknown, .knownBeatsUnknownLatest:
      let known = sides.filter { $0.value != .triState(.unknown) && $0.value != .choice(Self.unknown) }
      if known.count == 1 { return Decision(shown: [known[0].value], outcome: .decided) }
      let shown = (latest(known, dates: dates) ?? ask(known)).shown
      return Decision(shown: shown, outcome: .asked)
    case .keepAll: return Decision(shown: Self.byTime(sides).map(\.value), outcome: .decided)
    case .keepAllLatest:
      let newestFirst = Array(Self.byTime(sides).reversed())
      let days = newestFirst.map { Self.date(of: $0, in: dates) }
      // The later day first, none last; of one day as they stand.
      let order = newestFirst.indices.sorted { one, other in
        guard let day = days[one] else { return days[other] == nil && one < other }
        return days[other].map { (day, other) > ($0, one) } ?? true
      }
      return Decision(shown: order.map { newestFirst[$0].value }, outcome: .decided)
    case .upgrade(let beginnings):
      let ranks = sides.map { side in
        if case .text(let text) = side.value { beginnings.lastIndex { text.hasPrefix($0) } } else { Int?.none }
      }
      let best = ranks.compactMap { $0 }.max()
      let winners = sides.indices.filter { ranks[$0] == best }
      guard !ranks.contains(nil), winners.count == 1 else { return ask(sides) }
      return Decision(shown: [sides[winners[0]].value], outcome: .decided)
    case .ladder(let steps):
      func step(_ side: Side) -> Int? {
        guard case .choice(let code) = side.value else { return nil }
        return steps.firstIndex(of: code)
      }
      // A code that the ladder does not know is no step; only when no side is on the ladder do people decide alone.
      let lowest = sides.filter { step($0) != nil }.min { (step($0) ?? 0) < (step($1) ?? 0) }
      return lowest.map { Decision(shown: [$0.value], outcome: .disputed) } ?? ask(sides)
    }
  }

  /// The code by which a choice says that nothing is known.
  public static let unknown = "unknown"

  /// The side with the latest claimed time, then the highest operation, is shown; people decide.
  private func ask(_ sides: [Side]) -> Decision {
    Decision(shown: Self.byTime(sides).last.map { [$0.value] } ?? [], outcome: .asked)
  }

  /// Sides by claimed time, the earliest first, then by operation.
  private static func byTime(_ sides: [Side]) -> [Side] {
    sides.sorted { ($0.latest.stamp.time, $0.latest.id) < ($1.latest.stamp.time, $1.latest.id) }
  }

  /// Compares values of one type; sides of several types ask.
  private func extreme(_ sides: [Side], wins: (Value, Value) -> Bool) -> Decision {
    guard Set(sides.map(\.value.type)).count == 1 else { return ask(sides) }
    var best = sides[0].value
    for side in sides.dropFirst() where wins(side.value, best) { best = side.value }
    return Decision(shown: [best], outcome: .decided)
  }

  /// The side with the latest date, if there is one.
  private func latest(_ sides: [Side], dates: [Side]) -> Decision? {
    let dated = sides.map { (side: $0, date: Self.date(of: $0, in: dates)) }
    guard let newest = dated.compactMap(\.date).max() else { return nil }
    let winners = dated.filter { $0.date == newest }.map(\.side)
    return winners.count == 1 ? Decision(shown: [winners[0].value], outcome: .decided) : nil
  }

  /// A side's date is the greatest that one of its writers has standing in the date field; none is before all.
  private static func date(of side: Side, in dates: [Side]) -> Value? {
    let writers = Set(side.entries.map(\.id.dot.replica))
    return dates.filter { $0.entries.contains { writers.contains($0.id.dot.replica) } }.map(\.value).max()
  }
}
