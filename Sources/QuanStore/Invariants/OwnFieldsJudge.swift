import Dispatch
import QuanCore
import Synchronization

/// Judges records on another core by the rules that look at nothing but a record's own fields.
///
/// Whoever reads the records hands them over a piece at a time; when the judge lags behind, the reader judges itself, so
/// that no more than a few pieces ever wait. Few records are not worth another core: they are judged where they are read.
final class OwnFieldsJudge: Sendable {
  /// A record's row, with what it shows in the fields that rules look at.
  typealias Row = (id: Int64, values: [[Value]])
  /// That a record breaks a rule, by the rule's place.
  typealias Breach = (id: Int64, rule: Int)

  private struct Rule {
    let place: Int
    let expression: InvariantExpression
    /// The places of the fields that it looks at.
    let looksAt: [Int]
    let ofEmpty: Bool?
  }

  private struct State {
    var waiting = 0
    var breaches: [Breach] = []
    var failure: (any Error)?
  }

  /// How many records make a piece.
  static let pieceCount = 512
  private static let piecesAhead = 4
  private static let queue = DispatchQueue(label: "quan.judge")

  private let rules: [Rule]
  private let fields: ShownFields
  private let state = Mutex(State())
  private let group = DispatchGroup()

  /// A judge by those of some rules that look at nothing else.
  init(_ rules: [InvariantPlan.Rule], of fields: ShownFields) {
    self.fields = fields
    self.rules = rules.enumerated().filter(\.element.looksOnlyAtOwnFields).map { place, rule in
      Rule(
        place: place, expression: rule.expression, looksAt: rule.fields.compactMap { fields.place(of: $0) },
        ofEmpty: rule.ofEmpty)
    }
  }

  /// Takes records, at most ``pieceCount``.
  func take(_ rows: [Row]) {
    guard !rules.isEmpty else { return }
    guard rows.count == Self.pieceCount, state.withLock({ $0.waiting < Self.piecesAhead }) else {
      judge(rows)
      return
    }
    state.withLock { $0.waiting += 1 }
    Self.queue.async(group: group) { [self] in
      judge(rows)
      state.withLock { $0.waiting -= 1 }
    }
  }

  private func judge(_ rows: [Row]) {
    let source = OwnFields(fields)
    var found: [Breach] = []
    do {
      for row in rows {
        source.shown.values = row.values
        for rule in rules {
          if rule.ofEmpty != false, rule.looksAt.allSatisfy({ row.values[$0].isEmpty }) { continue }
          if try rule.expression.holds(in: source) == false { found.append((row.id, rule.place)) }
        }
      }
      if !found.isEmpty { state.withLock { $0.breaches += found } }
    } catch {
      state.withLock { $0.failure = error }
    }
  }

  /// Waits for what is being judged; what was found, by record and rule.
  func finish() throws -> [Breach] {
    group.wait()
    return try state.withLock { state in
      if let failure = state.failure { throw failure }
      return state.breaches.sorted { ($0.id, $0.rule) < ($1.id, $1.rule) }
    }
  }

  /// Records, one after another, of which nothing but their own fields is looked at.
  private final class OwnFields: InvariantSource {
    var shown: ShownFields

    init(_ shown: ShownFields) { self.shown = shown }

    func values(at path: [String]) -> [InvariantOperand] {
      shown.operands(at: path[0])
    }

    func value(at path: [String]) -> InvariantOperand { shown.value(at: path[0]) }

    func timeWritten(_ field: String) -> Instant? { nil }

    func count(of kind: String, in field: String, _ condition: (any InvariantSource) throws -> Bool) -> Int { 0 }
  }
}
