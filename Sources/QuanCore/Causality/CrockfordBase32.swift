/// Crockford's base 32: digits and capital letters without I, L, O and U.
///
/// Reads lower case, and the letters people type for digits (`O` for 0, `I` and `L` for 1).
/// - SeeAlso: Douglas Crockford, *Base 32*, https://www.crockford.com/base32.html.
public enum CrockfordBase32 {
  /// The digits in order of value.
  public static let alphabet: [Character] = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

  /// The number of digits that hold 64 bits.
  public static let digitsPerUInt64 = 13

  /// Writes 64 bits as 13 digits, most significant first.
  public static func encode(_ value: UInt64) -> String {
    var text = ""
    text.reserveCapacity(digitsPerUInt64)
    for position in (0..<digitsPerUInt64).reversed() {
      text.append(alphabet[Int(truncatingIfNeeded: value >> UInt64(position * 5)) & 31])
    }
    return text
  }

  /// The value of one digit, or `nil` for a character that is none.
  public static func value(of digit: Character) -> UInt8? {
    guard let ascii = digit.asciiValue else { return nil }
    switch ascii {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return ascii - UInt8(ascii: "0")
    case UInt8(ascii: "O"), UInt8(ascii: "o"): return 0
    case UInt8(ascii: "I"), UInt8(ascii: "i"), UInt8(ascii: "L"), UInt8(ascii: "l"): return 1
    default:
      let upper = ascii & 0xDF
      return alphabet.firstIndex { $0.asciiValue == upper }.map { UInt8($0) }
    }
  }

  /// Reads exactly 13 digits, or returns `nil`.
  public static func decode(_ text: some StringProtocol) -> UInt64? {
    guard text.count == digitsPerUInt64 else { return nil }
    var value: UInt64 = 0
    for (position, digit) in text.enumerated() {
      guard let bits = self.value(of: digit) else { return nil }
      if position == 0 && bits > 15 { return nil }
      value = value << 5 | UInt64(bits)
    }
    return value
  }
}
