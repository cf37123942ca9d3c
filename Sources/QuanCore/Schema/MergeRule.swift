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
  /// A known value beats unknown; two known ones ask.
  case knownBeatsUnknown
  /// All sides are shown.
  case keepAll
  /// The lower step is shown, and a dispute is listed. Codes from the lowest to the highest step.
  case ladder([String])

  /// Reads the written form: `ask`, `latest(by: FIELD)`, `max`, `min`, `earliest`, `known-beats-unknown`,
  /// `keep-all`, `ladder(a<b<c)`; or returns `nil`.
  public init?(_ text: String) {
    func argument(of name: String) -> Substring? {
      guard text.hasPrefix(name + "("), text.hasSuffix(")") else { return nil }
      return text.dropFirst(name.count + 1).dropLast()
    }
    switch text {
    case "ask": self = .ask
    case "max": self = .max
    case "min": self = .min
    case "earliest": self = .earliest
    case "known-beats-unknown": self = .knownBeatsUnknown
    case "keep-all": self = .keepAll
    default:
      if let field = argument(of: "latest"), field.hasPrefix("by:") {
        let code = String(field.dropFirst(3).drop { $0 == " " })
        guard !code.isEmpty else { return nil }
        self = .latest(by: code)
      } else if let steps = argument(of: "ladder") {
        let codes = steps.split(separator: "<", omittingEmptySubsequences: false).map(String.init)
        guard codes.count >= 2, !codes.contains(""), Set(codes).count == codes.count else { return nil }
        self = .ladder(codes)
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
    case .keepAll: "keep-all"
    case .ladder(let steps): "ladder(\(steps.joined(separator: "<")))"
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
  ///   - dates: For ``latest(by:)``, the sides of the field that it names; else ignored.
  /// - Complexity: O(*n*²) in the number of sides, which is the number of people who wrote at once.
  public func decide(_ sides: [Side], dates: [Side] = []) -> Decision {
    guard sides.count > 1 else { return Decision(shown: sides.map(\.value), outcome: .agreed) }
    switch self {
    case .ask: return ask(sides)
    case .latest: return latest(sides, dates: dates)
    case .max: return extreme(sides) { $0 > $1 }
    case .min: return extreme(sides) { $0 < $1 }
    case .earliest: return extreme(sides) { $0 < $1 }
    case .knownBeatsUnknown:
      let known = sides.filter { $0.value != .triState(.unknown) }
      return known.count == 1 ? Decision(shown: [known[0].value], outcome: .decided) : ask(known)
    case .keepAll:
      let byTime = sides.sorted {
        ($0.latest.stamp.time, $0.latest.id) < ($1.latest.stamp.time, $1.latest.id)
      }
      return Decision(shown: byTime.map(\.value), outcome: .decided)
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

  /// The side with the latest claimed time, then the highest operation, is shown; people decide.
  private func ask(_ sides: [Side]) -> Decision {
    let shown = sides.max {
      ($0.latest.stamp.time, $0.latest.id) < ($1.latest.stamp.time, $1.latest.id)
    }
    return Decision(shown: shown.map { [$0.value] } ?? [], outcome: .asked)
  }

  /// Compares values of one type; sides of several types ask.
  private func extreme(_ sides: [Side], wins: (Value, Value) -> Bool) -> Decision {
    guard Set(sides.map(\.value.type)).count == 1 else { return ask(sides) }
    var best = sides[0].value
    for side in sides.dropFirst() where wins(side.value, best) { best = side.value }
    return Decision(shown: [best], outcome: .decided)
  }

  /// A side's date is the greatest that one of its writers has standing in the date field; none is before all.
  private func latest(_ sides: [Side], dates: [Side]) -> Decision {
    func date(of side: Side) -> Value? {
      let writers = Set(side.entries.map(\.id.dot.replica))
      return dates.filter { $0.entries.contains { writers.contains($0.id.dot.replica) } }.map(\.value).max()
    }
    let dated = sides.map { (side: $0, date: date(of: $0)) }
    guard let newest = dated.compactMap(\.date).max() else { return ask(sides) }
    let winners = dated.filter { $0.date == newest }.map(\.side)
    return winners.count == 1 ? Decision(shown: [winners[0].value], outcome: .decided) : ask(sides)
  }
}
