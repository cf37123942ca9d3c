/// A civil date: a day of the proleptic Gregorian calendar, without time or zone.
public struct CivilDate: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Days since 1970-01-01; negative before.
  public let daysSince1970: Int32

  /// The first and last day that have four-digit years, 0001-01-01 and 9999-12-31.
  public static let range: ClosedRange<Int32> = -719_162...2_932_896

  /// Makes the date that many days after 1970-01-01, or `nil` outside ``range``.
  public init?(daysSince1970: Int32) {
    guard Self.range.contains(daysSince1970) else { return nil }
    self.daysSince1970 = daysSince1970
  }

  /// Makes a date of its parts, or returns `nil` when the calendar has no such day.
  ///
  /// The arithmetic is that of Howard Hinnant, *chrono-Compatible Low-Level Date Algorithms*.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.length(ofMonth: month, year: year)
    else { return nil }
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    self.daysSince1970 = Int32(era * 146_097 + dayOfEra - 719_468)
  }

  /// Reads `YYYY-MM-DD`, or returns `nil`.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      var value = 0
      for byte in bytes[range] {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        value = value * 10 + Int(byte - UInt8(ascii: "0"))
      }
      return value
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// Year, month and day.
  public var parts: (year: Int, month: Int, day: Int) {
    let shifted = Int(daysSince1970) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }

  /// `YYYY-MM-DD`.
  public var description: String {
    let (year, month, day) = parts
    return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
  }

  /// Orders by day.
  public static func < (one: Self, other: Self) -> Bool { one.daysSince1970 < other.daysSince1970 }

  static func length(ofMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: return 30
    default: return 31
    }
  }

  static func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

/// A moment as milliseconds since 1970-01-01T00:00:00Z; a claim of some laptop's clock.
public struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Milliseconds since 1970 in universal time, leap seconds not counted; negative before.
  public let milliseconds: Int64

  /// Makes the moment that many milliseconds after 1970.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// ISO 8601 in universal time with milliseconds, `2026-06-03T08:30:00.000Z`; outside the years 1 to 9999 the
  /// plain number of milliseconds followed by `ms`.
  public var description: String { written(offsetMinutes: 0) }

  /// ISO 8601 in the zone that is `offsetMinutes` ahead of universal time.
  public func written(offsetMinutes: Int, milliseconds withMilliseconds: Bool = true) -> String {
    let (local, overflow) = milliseconds.addingReportingOverflow(Int64(offsetMinutes) * 60_000)
    let day = Self.floor(local, 86_400_000)
    guard !overflow, let days = Int32(exactly: day), let date = CivilDate(daysSince1970: days) else {
      return "\(milliseconds)ms"
    }
    let rest = Int(local - day * 86_400_000)
    let pad = CivilDate.padded
    let clock = "\(pad(rest / 3_600_000, 2)):\(pad(rest / 60_000 % 60, 2)):\(pad(rest / 1000 % 60, 2))"
    let fraction = withMilliseconds ? ".\(pad(rest % 1000, 3))" : ""
    let sign = offsetMinutes < 0 ? "-" : "+"
    let size = abs(offsetMinutes)
    let zone = offsetMinutes == 0 ? "Z" : "\(sign)\(pad(size / 60, 2)):\(pad(size % 60, 2))"
    return "\(date)T\(clock)\(fraction)\(zone)"
  }

  /// Reads what ``description`` writes, also without milliseconds or with an offset `+08:00`; or returns `nil`.
  public init?(_ text: some StringProtocol) {
    if text.hasSuffix("ms"), let plain = Int64(text.dropLast(2)) {
      self.init(milliseconds: plain)
      return
    }
    let parts = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let date = CivilDate(parts[0]) else { return nil }
    var clock = parts[1]
    var offset = 0
    if clock.hasSuffix("Z") {
      clock = clock.dropLast()
    } else if let sign = clock.lastIndex(where: { $0 == "+" || $0 == "-" }) {
      let zone = clock[clock.index(after: sign)...].split(separator: ":", omittingEmptySubsequences: false)
      guard zone.count == 2, let hours = Self.digits(zone[0], 2), let minutes = Self.digits(zone[1], 2),
        hours < 24, minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (clock[sign] == "-" ? -1 : 1)
      clock = clock[..<sign]
    } else {
      return nil
    }
    let fields = clock.split(separator: ":", omittingEmptySubsequences: false)
    guard fields.count == 3, let hour = Self.digits(fields[0], 2), let minute = Self.digits(fields[1], 2) else {
      return nil
    }
    let seconds = fields[2].split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(seconds.count), let second = Self.digits(seconds[0], 2) else { return nil }
    var milli = 0
    if seconds.count == 2 {
      guard let fraction = Self.digits(seconds[1], 3) else { return nil }
      milli = fraction
    }
    guard hour < 24, minute < 60, second < 60 else { return nil }
    let ofDay = Int64(((hour * 60 + minute - offset) * 60 + second) * 1000 + milli)
    self.init(milliseconds: Int64(date.daysSince1970) * 86_400_000 + ofDay)
  }

  /// The day in universal time, as days since 1970-01-01.
  var day: Int64 { Self.floor(milliseconds, 86_400_000) }

  /// Orders by moment.
  public static func < (one: Self, other: Self) -> Bool { one.milliseconds < other.milliseconds }

  private static func digits(_ text: some StringProtocol, _ count: Int) -> Int? {
    guard text.utf8.count == count, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(text)
  }

  private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }
}
