import Foundation
import QuanTesting

/// A school district's roster of pupils as a CSV file, made of a seed; nobody in it exists.
struct Roster {
  static let heads = [
    "外部编号", "姓名", "性别", "出生日期", "证件号码", "学籍号", "学校", "年级", "班级", "联系电话", "监护人姓名", "监护人电话", "现住址", "建档立卡",
    "在籍状态", "备注",
  ]

  private static let surnames = Array("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕")
  private static let given = Array("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文辉力健永世广志义兴良海山仁波宁贵福生")
  private static let words = Array("的一是了不在有个人这上中大为来我到出要以时和地们得可下对生也子就过能他会多发说而于自之用年行家方后作成开面事好小心前所道法")
  private static let grades = ["一", "二", "三", "四", "五", "六", "七", "八", "九"]
  private static let statuses = ["在籍在校", "在籍在校", "在籍在校", "在籍在校", "休学", "转出", "毕业", "无正常学籍"]

  private var generator: SeededGenerator
  private var serial = 0

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// Writes a file of so many pupils: UTF-8 with a byte order mark, as spreadsheets do.
  ///
  /// - Returns: The name of the pupil in the middle.
  mutating func write(_ count: Int, to path: String) throws -> String {
    guard FileManager.default.createFile(atPath: path, contents: nil) else { throw CocoaError(.fileWriteUnknown) }
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    var text = "\u{FEFF}" + Self.heads.joined(separator: ",") + "\r\n"
    var middle = ""
    for place in 0..<count {
      let cells = next()
      if place == count / 2 { middle = cells[1] }
      text += cells.joined(separator: ",") + "\r\n"
      if text.utf8.count > 1 << 20 {
        try file.write(contentsOf: Data(text.utf8))
        text = ""
      }
    }
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
    return middle
  }

  /// The cells of the next pupil.
  private mutating func next() -> [String] {
    let number = serial
    serial += 1
    // Nine years of 336 birthdays. No number ends in 00 before its check character, so that none looks as a spreadsheet
    // leaves it.
    let (day, place) = (number % 3024, number / 3024)
    let date = String(format: "%04d-%02d-%02d", 2008 + day / 336, day % 336 / 28 + 1, day % 28 + 1)
    let digits =
      date.replacingOccurrences(of: "-", with: "") + String(format: "%03d", place / 99 * 100 + place % 99 + 1)
    let id = Self.withCheck("999999" + digits)
    // The last digit before the check character tells the sex; in one row of 200 somebody has typed the other.
    let isMale = (place % 99 + 1) % 2 == 1
    let school = Int.random(in: 0..<130, using: &generator)
    return [
      "R\(100_000_000 + number)", name(), isMale != (number % 200 == 77) ? "男" : "女", date, id, "G" + id,
      "第\(school + 1)小学",
      (Self.grades.randomElement(using: &generator) ?? "一") + "年级", "\(number % 9 + 1)班", phone(), name(), phone(),
      "泉城区\(prose(4))街道\(Int.random(in: 1...160, using: &generator))号", number % 7 == 0 ? "是" : "否",
      Self.statuses.randomElement(using: &generator) ?? "在籍在校", prose(Int.random(in: 22...38, using: &generator)),
    ]
  }

  /// An ID number of an area that does not exist, with its check character (GB 11643).
  private static func withCheck(_ digits: String) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    let sum = zip(weights, digits.utf8).reduce(0) { $0 + $1.0 * (Int($1.1) - 48) }
    return digits + String(Array("10X98765432")[sum % 11])
  }

  private mutating func name() -> String {
    var name = String(Self.surnames.randomElement(using: &generator) ?? "王")
    for _ in 0..<Int.random(in: 1...2, using: &generator) {
      name.append(Self.given.randomElement(using: &generator) ?? "泉")
    }
    return name
  }

  private mutating func phone() -> String { "1\(Int.random(in: 3_000_000_000...8_999_999_999, using: &generator))" }

  private mutating func prose(_ length: Int) -> String {
    var text = ""
    for place in 0..<length {
      text.append(place % 9 == 8 ? "，" : Self.words.randomElement(using: &generator) ?? "的")
    }
    return text
  }
}
