import Quan

/// The forms in which dates are written: 2020-06-08, 2020/6/8, 2020.6.8, 20200608, 2020年6月8日, also in full width.
enum DateForms {
  /// The date that a text means, or `nil`.
  static func date(_ text: String) -> CivilDate? {
    let plain = ValueParser.halfWidth(text).trimmed
    if plain.utf8.count == 8, plain.utf8.allSatisfy({ (48...57).contains($0) }) {
      let digits = Array(plain)
      return date(String(digits[0..<4]), String(digits[4..<6]), String(digits[6..<8]))
    }
    var parts: [String]
    if plain.contains("年") {
      var rest = plain
      if rest.hasSuffix("日") || rest.hasSuffix("号") { rest.removeLast() }
      parts = rest.split(omittingEmptySubsequences: false) { $0 == "年" || $0 == "月" }.map { String($0).trimmed }
    } else {
      guard let separator = plain.first(where: { "-/.".contains($0) }) else { return nil }
      parts = plain.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
    guard parts.count == 3 else { return nil }
    return date(parts[0], parts[1], parts[2])
  }

  private static func date(_ year: String, _ month: String, _ day: String) -> CivilDate? {
    guard year.utf8.count == 4, (1...2).contains(month.utf8.count), (1...2).contains(day.utf8.count),
      let year = Int(year), let month = Int(month), let day = Int(day)
    else { return nil }
    return CivilDate(year: year, month: month, day: day)
  }
}
