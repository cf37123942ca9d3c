/// Yes, no, or nobody knows: not knowing is never no.
public enum TriState: UInt8, Hashable, Sendable, CaseIterable {
  /// Nobody knows.
  case unknown = 0
  /// Known not to be so.
  case no = 1
  /// Known to be so.
  case yes = 2

  /// `unknown`, `no` or `yes`: the form in files and tables.
  public var code: String {
    switch self {
    case .unknown: "unknown"
    case .no: "no"
    case .yes: "yes"
    }
  }

  /// Reads a ``code``, or returns `nil`.
  public init?(code: String) {
    guard let match = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = match
  }
}

/// A reference to a record, with the scope that it is in, so that a target not held can be told from one lost.
public struct Reference: Hashable, Comparable, Sendable {
  /// The record referred to.
  public let record: RecordID
  /// The scope it is in.
  public let scope: ScopeID

  /// Refers to a record in a scope.
  public init(_ record: RecordID, in scope: ScopeID) {
    self.record = record
    self.scope = scope
  }

  /// Orders by scope, then by record.
  public static func < (one: Self, other: Self) -> Bool { (one.scope, one.record) < (other.scope, other.record) }
}

/// The type of a value.
///
/// The raw values are those of the format.
public enum ValueType: UInt8, Hashable, Sendable, CaseIterable {
  /// A line or paragraph of text, replaced as a whole.
  case text = 1
  /// A 64-bit integer.
  case integer = 2
  /// A decimal number as an integer of minor units (money: fen); the schema gives the scale.
  case decimal = 3
  /// A civil date.
  case date = 4
  /// A moment.
  case instant = 5
  /// Yes, no or unknown.
  case triState = 6
  /// A code out of a list that the schema gives.
  case choice = 7
  /// A reference to a record.
  case reference = 8
  /// The SHA-256 of an attachment.
  case attachment = 9
  /// A binary64 number, kept to the bit.
  case real = 10
}

/// One value of a field.
///
/// Equality is exact: texts by their UTF-8 bytes (a composed and a decomposed é are two values), reals by their bits.
public enum Value: Sendable {
  /// See ``ValueType/text``.
  case text(String)
  /// See ``ValueType/integer``.
  case integer(Int64)
  /// See ``ValueType/decimal``.
  case decimal(Int64)
  /// See ``ValueType/date``.
  case date(CivilDate)
  /// See ``ValueType/instant``.
  case instant(Instant)
  /// See ``ValueType/triState``.
  case triState(TriState)
  /// See ``ValueType/choice``.
  case choice(String)
  /// See ``ValueType/reference``.
  case reference(Reference)
  /// See ``ValueType/attachment``.
  case attachment(Digest)
  /// See ``ValueType/real``.
  case real(Double)

  /// The type of the value.
  public var type: ValueType {
    switch self {
    case .text: .text
    case .integer: .integer
    case .decimal: .decimal
    case .date: .date
    case .instant: .instant
    case .triState: .triState
    case .choice: .choice
    case .reference: .reference
    case .attachment: .attachment
    case .real: .real
    }
  }
}

extension Value: Hashable, Comparable {
  /// Equal when type and content are, to the byte.
  public static func == (one: Value, other: Value) -> Bool {
    switch (one, other) {
    case (.text(let a), .text(let b)), (.choice(let a), .choice(let b)): return a.utf8.elementsEqual(b.utf8)
    case (.integer(let a), .integer(let b)), (.decimal(let a), .decimal(let b)): return a == b
    case (.date(let a), .date(let b)): return a == b
    case (.instant(let a), .instant(let b)): return a == b
    case (.triState(let a), .triState(let b)): return a == b
    case (.reference(let a), .reference(let b)): return a == b
    case (.attachment(let a), .attachment(let b)): return a == b
    case (.real(let a), .real(let b)): return a.bitPattern == b.bitPattern
    default: return false
    }
  }

  /// Feeds type and content.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(type)
    switch self {
    case .text(var text), .choice(var text):
      // By its bytes, as it is compared; String's own hash takes composed and decomposed for one.
      hasher.combine(text.utf8.count)
      text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    case .integer(let number), .decimal(let number): hasher.combine(number)
    case .date(let date): hasher.combine(date)
    case .instant(let instant): hasher.combine(instant)
    case .triState(let state): hasher.combine(state)
    case .reference(let reference): hasher.combine(reference)
    case .attachment(let digest): hasher.combine(digest)
    case .real(let real): hasher.combine(real.bitPattern)
    }
  }

  /// A total order: by type, then by content; texts by bytes, reals by IEEE 754 total order.
  public static func < (one: Value, other: Value) -> Bool {
    switch (one, other) {
    case (.text(let a), .text(let b)), (.choice(let a), .choice(let b)):
      return a.utf8.lexicographicallyPrecedes(b.utf8)
    case (.integer(let a), .integer(let b)), (.decimal(let a), .decimal(let b)): return a < b
    case (.date(let a), .date(let b)): return a < b
    case (.instant(let a), .instant(let b)): return a < b
    case (.triState(let a), .triState(let b)): return a.rawValue < b.rawValue
    case (.reference(let a), .reference(let b)): return a < b
    case (.attachment(let a), .attachment(let b)): return a < b
    case (.real(let a), .real(let b)): return a.bitPattern != b.bitPattern && a.isTotallyOrdered(belowOrEqualTo: b)
    default: return one.type.rawValue < other.type.rawValue
    }
  }
}
