import Quan

/// The forms in which dates are written: 2020-06-08, 2020/6/8, 2020.6.8, 20200608, 2020年6月8日, 二〇二〇年六月八日, also in
/// full width, with the marks of Chinese input (2020。6。8), and with a weekday behind them.
enum DateForms {
  /// The date that a text means, or `nil`.
  ///
  /// - Parameter dropsTime: Whether a time of day may stand behind it, as spreadsheets write it: it is let go of.
  static func date(_ text: String, dropsTime: Bool = false) -> CivilDate? {
    let whole = ValueParser.halfWidth(text).trimmed
    let plain = bare(dropsTime ? withoutTime(whole) : whole)
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

  /// A text up to the time of day behind a date, if there is one: what follows its last space, or a T.
  private static func withoutTime(_ text: String) -> String {
    guard let end = text.lastIndex(where: { $0 == " " || $0 == "T" }) else { return text }
    let parts = text[text.index(after: end)...].split(separator: ":", omittingEmptySubsequences: false)
    let isTime =
      (2...3).contains(parts.count)
      && parts.allSatisfy { part in
        (1...6).contains(part.utf8.count) && part.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 }
      }
    return isTime ? String(text[..<end]).trimmed : text
  }

  /// The date without a weekday, in digits and with plain dots.
  private static func bare(_ text: String) -> String {
    var plain = text
    for start in ["星期", "周"] {
      guard let range = plain.ranges(of: start).last else { continue }
      let day = plain[range.upperBound...]
      if day.count == 1 && "一二三四五六日天".contains(day) { plain = String(plain[..<range.lowerBound]).trimmed }
    }
    plain = String(plain.map { "。、．".contains($0) ? "." : $0 })
    if plain.hasSuffix("."), plain.count(where: { $0 == "." }) == 3 { plain.removeLast() }
    return plain.contains("年") ? digits(plain) : plain
  }

  /// Chinese numerals as digits: 二〇二〇 digit by digit, 十 and what is around it as tens.
  private static func digits(_ text: String) -> String {
    let numerals: [Character: Int] = [
      "〇": 0, "○": 0, "零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    ]
    guard text.contains(where: { numerals[$0] != nil || $0 == "十" }) else { return text }
    var found = ""
    var run: [Character] = []
    func end() {
      if let ten = run.firstIndex(of: "十") {
        let tens = ten == 0 ? 1 : numerals[run[0]] ?? 0
        let ones = ten + 1 < run.count ? numerals[run[ten + 1]] : 0
        // More numerals around it are no number of a month or day.
        if let ones, ten < 2, run.count - ten <= 2 { found += String(tens * 10 + ones) } else { found += "?" }
      } else {
        found += run.compactMap { numerals[$0].map(String.init) }.joined()
      }
      run = []
    }
    for character in text {
      if numerals[character] != nil || character == "十" {
        run.append(character)
      } else {
        end()
        found.append(character)
      }
    }
    end()
    return found
  }

  private static func date(_ year: String, _ month: String, _ day: String) -> CivilDate? {
    guard year.utf8.count == 4, (1...2).contains(month.utf8.count), (1...2).contains(day.utf8.count),
      let year = Int(year), let month = Int(month), let day = Int(day)
    else { return nil }
    return CivilDate(year: year, month: month, day: day)
  }
}
