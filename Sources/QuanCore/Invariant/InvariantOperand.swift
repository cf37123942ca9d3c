/// A value while an invariant is evaluated.
public enum InvariantOperand: Hashable, Sendable {
  /// Nothing is known: an empty field, an unknown tri-state, a path that leads nowhere.
  case nothing
  /// Yes or no.
  case truth(Bool)
  /// A number, in thousand-millionths.
  case number(Int128)
  /// A text, or the code of a choice.
  case text(String)
  /// A date, in days since 1970-01-01.
  case date(Int64)
  /// A moment, in milliseconds since 1970.
  case instant(Int64)
  /// A reference, or an attachment: it can only be empty or not, or equal to another.
  case other(Value)

  static let one: Int128 = 1_000_000_000

  /// The one of some values; nothing when there are none or several.
  public static func only(_ values: [InvariantOperand]) -> InvariantOperand {
    values.count == 1 ? values[0] : .nothing
  }

  /// A value of a field; `scale` is that of its decimals.
  public init(_ value: Value, scale: Int) {
    switch value {
    case .text(let text), .choice(let text): self = text.isEmpty ? .nothing : .text(text)
    case .integer(let number): self = .number(Int128(number) * Self.one)
    case .decimal(let units):
      self = .number((0..<max(0, min(scale, 9))).reduce(Int128(units) * Self.one) { number, _ in number / 10 })
    case .date(let date): self = .date(Int64(date.daysSince1970))
    case .instant(let instant): self = .instant(instant.milliseconds)
    case .triState(let state): self = state == .unknown ? .nothing : .truth(state == .yes)
    case .real(let real):
      let number = real * 1e9
      self = number.isFinite && abs(number) < 1e30 ? .number(Int128(number)) : .nothing
    case .reference, .attachment: self = .other(value)
    }
  }
}
