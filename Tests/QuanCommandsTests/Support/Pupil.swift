import Foundation

/// An invented pupil of a roster.
///
/// The number on the ID card has the area code 999999, which belongs to nobody.
struct Pupil {
  let number: Int
  var name: String
  let birth: (year: Int, month: Int, day: Int)
  let idNumber: String
  let studentNumber: String
  var grade = "七年级"
  var schoolClass: String
  var phone: String
  var address = "历城区泉城路1号"
  var remark = ""

  /// The outside ID, as another system has it.
  var outsideID: String { "S/\(number)" }
  var isBoarding: Bool { number.isMultiple(of: 3) }
  var isGirl: Bool { number.isMultiple(of: 2) }

  /// Families' and given names, among them rare characters within and beyond the first plane, and names with a dot.
  private static let families = ["王", "李", "欧阳", "𠮷", "䶮", "買", "章", "亓", "逄", "仝"]
  private static let givenNames = ["泉", "龑龑", "頔", "𬍛", "志\u{2B765}", "子涵", "㛃", "国龙", "一", "·买买提"]

  /// A pupil who differs from all others in name and date of birth together, in number and in student number.
  ///
  /// - Parameter serial: The first digit of the ID card's serial number, of which a spreadsheet keeps no more.
  init(_ number: Int, serial: Int = 1) {
    self.number = number
    name = Self.families[number % 10] + Self.givenNames[number / 10 % 10]
    birth = (2008 + number % 8, 1 + number / 8 % 12, 1 + number / 96 % 28)
    let digits = "999999" + Self.compact(birth) + "\(serial)" + Self.padded(number % 100, 2)
    idNumber = digits + String(Self.checkCharacter(digits))
    studentNumber = "G" + idNumber
    schoolClass = "\(1 + number % 9)班"
    phone = "138" + Self.padded(number, 8)
  }

  /// The date of birth as `2012-03-04`.
  var birthDate: String { "\(birth.year)-\(Self.padded(birth.month, 2))-\(Self.padded(birth.day, 2))" }

  /// The ID card's number as a spreadsheet leaves it: 15 digits, and zeros.
  var damagedIDNumber: String { idNumber.prefix(15) + "000" }

  /// The check character of 17 digits (GB 11643): written out here once more, to find mistakes in the one that is tested.
  static func checkCharacter(_ digits: String) -> Character {
    var sum = 0
    var weight = 1
    for digit in digits.reversed() {
      weight = weight * 2 % 11
      sum += weight * (digit.wholeNumberValue ?? 0)
    }
    return Array("10X98765432")[sum % 11]
  }

  private static func padded(_ number: Int, _ length: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, length - digits.count)) + digits
  }

  private static func compact(_ date: (year: Int, month: Int, day: Int)) -> String {
    padded(date.year, 4) + padded(date.month, 2) + padded(date.day, 2)
  }

  // MARK: Dates

  /// The date of birth in every form in which people and spreadsheets write dates.
  var birthForms: [String] {
    let (year, month, day) = birth
    let forms = [
      birthDate, "\(year)-\(month)-\(day)", "\(year)/\(month)/\(day)", "\(year).\(month).\(day)", Self.compact(birth),
      "\(year)年\(month)月\(day)日", "\(year) 年 \(month) 月 \(day) 日", "\(year)年\(month)月\(day)号", "\(serialNumber)",
      "\(year)/\(month)/\(day) 0:00", "\(birthDate) 00:00:00", "\(year)。\(month)。\(day)",
      "\(year)".map { String(Self.numerals[$0.wholeNumberValue ?? 0]) }.joined()
        + "年\(Self.numeral(month))月\(Self.numeral(day))日",
    ]
    return forms + forms.prefix(6).map(Self.fullWidth)
  }

  /// The number of days by which spreadsheets keep the date.
  private var serialNumber: Int {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    func day(_ year: Int, _ month: Int, _ day: Int) -> Date? {
      calendar.date(from: DateComponents(year: year, month: month, day: day))
    }
    guard let zero = day(1899, 12, 30), let birth = day(birth.year, birth.month, birth.day) else { return 0 }
    return calendar.dateComponents([.day], from: zero, to: birth).day ?? 0
  }

  private static let numerals = Array("〇一二三四五六七八九")

  private static func numeral(_ number: Int) -> String {
    let ones = number % 10 == 0 ? "" : String(numerals[number % 10])
    return number < 10 ? ones : number < 20 ? "十" + ones : String(numerals[number / 10]) + "十" + ones
  }

  /// ASCII in the width of Chinese characters.
  static func fullWidth(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.isASCII && $0 != " " ? Unicode.Scalar($0.value + 0xFEE0) ?? $0 : $0 }))
  }
}
