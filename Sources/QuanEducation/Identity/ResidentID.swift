/// What an 18-character citizen identification number looks like (GB 11643).
public enum ResidentID {
  /// What can be said about a text in a column of ID numbers.
  public enum Verdict: Hashable, Sendable {
    /// The check character fits; or a temporary number, which begins with 999 and has none.
    case sound
    /// A spreadsheet took it for a number: the last digits are lost.
    case damaged
    /// The check character fits, but the number ends as one that a spreadsheet took for a number: one in eleven damaged
    /// ones looks so, and one in some thousand sound ones.
    case doubtful
    /// Not of the form, or the check character does not fit.
    case unverified
  }

  /// Judges a text; area codes are not looked up, because pupils carry those of areas that are no more.
  public static func verdict(_ text: String) -> Verdict {
    if isScientific(text) { return .damaged }
    let digits = Array(text.uppercased().utf8)
    guard digits.count == 18, digits.dropLast().allSatisfy({ (48...57).contains($0) }) else { return .unverified }
    if text.hasPrefix("999") && !text.hasPrefix("999999") { return .sound }
    let fits = checkCharacter(digits.dropLast()) == digits[17]
    if text.hasSuffix("000") { return fits ? .doubtful : .damaged }
    return fits ? .sound : .unverified
  }

  /// Whether a text is a number as spreadsheets shorten it, such as `3.70102E+17`.
  public static func isScientific(_ text: String) -> Bool {
    guard text.utf8.contains(where: { $0 == 0x45 || $0 == 0x65 }) else { return false }
    let parts = text.uppercased().split(separator: "E", omittingEmptySubsequences: false)
    guard parts.count == 2, let exponent = Int(parts[1]), exponent > 0 else { return false }
    // Without a sign only what no number of a class or house looks like.
    guard parts[1].hasPrefix("+") || exponent > 8 && parts[0].contains(".") else { return false }
    return !parts[0].isEmpty && parts[0].utf8.allSatisfy { (48...57).contains($0) || $0 == 46 }
  }

  /// The check character of 17 digits: ISO 7064, MOD 11-2.
  public static func checkCharacter(_ digits: some Sequence<UInt8>) -> UInt8 {
    let sum = zip(weights, digits).reduce(0) { $0 + $1.0 * (Int($1.1) - 48) }
    return characters[sum % 11]
  }

  private static let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  private static let characters = Array("10X98765432".utf8)
}
