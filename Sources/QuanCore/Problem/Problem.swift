/// What kind of rule the merged data breaks although no field is in conflict.
public enum ProblemClass: String, Hashable, Sendable, CaseIterable {
  /// Several records have one number that only one should have.
  case unique
  /// Several records may be the same thing entered twice.
  case duplicate
  /// A reference leads to a record that is nowhere, though its scope is held.
  case dangling
  /// A reference leads to a record that somebody deleted.
  case deletedTarget = "deleted-but-referenced"
  /// A rule that the schema declares does not hold.
  case invariant
  /// Something about a record that has been handed over to another scope; ``TransferTrouble`` says what.
  case transfer
}

/// The identity of a problem: a function of what it is about, so that it is the same on every laptop.
public struct ProblemID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The bits.
  public let rawValue: UInt64

  /// A problem's identity by its bits.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The identity of a problem of a class, by a rule, over records.
  ///
  /// - Parameter rule: What tells it from others of the class over the same records: a field's ID, an invariant's name.
  public init(_ class: ProblemClass, rule: String, records: [Reference]) {
    var hash = KeyHash(kind: .builtIn(0), key: 0, scope: nil)
    hash.feed(`class`.rawValue)
    hash.feed(rule)
    for record in records.sorted() {
      hash.feed(record.scope.dot)
      hash.feed(record.record)
    }
    rawValue = hash.value
  }

  /// 13 digits of base 32, of which a few at the start are enough to tell it from others.
  public var description: String { CrockfordBase32.encode(rawValue) }

  /// Orders by bits.
  public static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}

/// A rule that the merged data breaks: it belongs to the records, and is there on every replica that holds the same
/// changes, until somebody mends it or says that it is right as it is.
public struct Problem: Hashable, Sendable {
  /// That somebody has looked at a problem and says that it is right as it is.
  public struct Verdict: Hashable, Sendable {
    /// The record that says so.
    public let record: RecordID
    /// Why; may be empty.
    public let reason: String

    /// A verdict.
    public init(record: RecordID, reason: String) {
      self.record = record
      self.reason = reason
    }
  }

  /// Its identity.
  public let id: ProblemID
  /// What kind of rule is broken.
  public let `class`: ProblemClass
  /// The scope of the record that it is about.
  public let scope: ScopeID
  /// The kind of the record that it is about.
  public let kind: KindID
  /// The record that it is about: the one that refers, that breaks the rule, or the first of several.
  public let record: RecordID
  /// The other records: what is referred to, or the others that are like the first; ascending.
  public let others: [Reference]
  /// For references, the field.
  public let field: FieldID?
  /// For several records, what they share: natural keys as ``NaturalKey/text`` writes them; for an invariant, its name.
  public let rules: [String]
  /// Whether so many records have the same in common that there may be more than ``others`` lists.
  public let isCut: Bool
  /// Who says that it is right as it is; `nil` while it is open.
  public let verdict: Verdict?

  /// A problem.
  public init(
    id: ProblemID, class: ProblemClass, scope: ScopeID, kind: KindID, record: RecordID, others: [Reference],
    field: FieldID?, rules: [String], isCut: Bool = false, verdict: Verdict?
  ) {
    self.id = id
    self.class = `class`
    self.scope = scope
    self.kind = kind
    self.record = record
    self.others = others
    self.field = field
    self.rules = rules
    self.isCut = isCut
    self.verdict = verdict
  }

  /// What tells it from others of its class over the same records: the field of a reference, the name of an invariant.
  public var distinction: String {
    switch `class` {
    case .unique, .duplicate: ""
    case .dangling, .deletedTarget: field?.description ?? ""
    case .invariant, .transfer: rules.first ?? ""
    }
  }

  /// All records that it is about, the first in front.
  public var records: [Reference] { [Reference(record, in: scope)] + others }
}
