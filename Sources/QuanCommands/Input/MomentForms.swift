import Quan

/// The forms in which moments are written: a date, a date and a time of day in China, or an instant with its zone.
enum MomentForms {
  /// The moment that a text means, or `nil`; a date alone stands for its first moment or its last.
  static func moment(_ text: String, endOfDay: Bool) -> Instant? {
    let plain = ValueParser.halfWidth(text).trimmed
    if let instant = Instant(plain) { return instant }
    if let date = DateForms.date(plain) {
      return Instant("\(date)T\(endOfDay ? "23:59:59.999" : "00:00:00")+08:00")
    }
    guard let gap = plain.firstIndex(where: { $0 == "T" || $0 == " " }),
      let date = DateForms.date(String(plain[..<gap]))
    else { return nil }
    let clock = String(plain[plain.index(after: gap)...]).trimmed
    let seconds = clock.split(separator: ":").count == 2 ? ":\(endOfDay ? "59.999" : "00")" : ""
    return Instant("\(date)T\(clock)\(seconds)+08:00")
  }
}
