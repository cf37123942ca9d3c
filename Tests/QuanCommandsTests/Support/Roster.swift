import Foundation
import QuanTesting

/// A school's roster as schools send it: titles above the heads, remarks below the table, and damage of every sort in
/// known rows.
///
/// What an import is to say of each row follows from what is put into it here, never from the importer.
struct Roster {
  enum Verdict: String {
    case created, changed, same, refused, skipped
    case needsYou = "needs-you"
  }

  /// What is to become of a row.
  struct Fate {
    /// In the first import of the file.
    let first: Verdict
    /// When the file is imported once more.
    let again: Verdict
    /// The reasons that the report gives, in English; for the short ID of a record stands `ID`.
    var why: [String] = []
    /// What the row's record shows, by the codes of its fields; of a row that is not taken, what was there before.
    var shown: [String: String?] = [:]
  }

  /// A row of the file; of one without a fate the report says nothing.
  struct Row {
    let cells: [String]
    let fate: Fate?
  }

  /// The columns, some named by code, some by Chinese or English label; the first and the last two mean nothing.
  enum Column: Int, CaseIterable {
    case number, outsideID, name, sex, birth, idNumber, studentNumber, grade, schoolClass, phone, address, boarding
    case remark, shoeSize, nameless
  }

  static let heads = [
    "序号", "外部编号", "姓名*", "sex", "Date of birth", "身份证号（必填）", "student_no", "年 级", "CLASS", "联系电话", "现住址", "就读方式",
    "备注", "鞋码", "",
  ]
  /// The heads that mean nothing.
  static let unknownHeads = ["序号", "鞋码"]

  /// What adds rows that belong together.
  private typealias Group = @Sendable (inout Roster) -> Void

  /// Pupils whom the replica knows before, in a file of their own.
  private(set) var known: [[String]] = [Self.heads]
  /// The rows of the file, the heads among them.
  private(set) var rows: [Row] = []
  /// The student numbers of the pupils there are when the file has been imported.
  private(set) var studentNumbers: Set<String?> = []
  private var generator: SeededGenerator
  private var count = 0

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    for title in Self.titles { rows.append(Row(cells: title, fate: nil)) }
    rows.append(Row(cells: Self.heads, fate: nil))
    var groups: [Group] = Self.sound + Self.damaged + Self.alike + Self.familiar + Self.asides
    groups.shuffle(using: &generator)
    for group in groups {
      for _ in 0..<Int.random(in: 1...6, using: &generator) { addOrdinary() }
      group(&self)
    }
    for footer in Self.footers {
      add(footer, Fate(first: .skipped, again: .skipped, why: ["a remark below the table"]))
    }
  }

  // MARK: Rows

  /// The next pupil.
  private mutating func pupil(serial: Int = 1) -> Pupil {
    while true {
      count += 1
      let pupil = Pupil(count, serial: serial)
      // One that ends as damaged numbers do is no sound one.
      if !pupil.idNumber.hasSuffix("000") { return pupil }
    }
  }

  private mutating func add(_ cells: [String], _ fate: Fate?) { rows.append(Row(cells: cells, fate: fate)) }

  /// The cells of a pupil, with some of them written otherwise.
  private func cells(_ pupil: Pupil, _ other: [Column: String] = [:]) -> [String] {
    Column.allCases.map { column in
      if let text = other[column] { return text }
      switch column {
      case .number: return "\(rows.count)"
      case .outsideID: return pupil.outsideID
      case .name: return pupil.name
      case .sex: return pupil.isGirl ? ["女", "female", "2"][pupil.number % 3] : ["男", "Male", "１"][pupil.number % 3]
      case .birth: return pupil.birthDate
      case .idNumber: return pupil.idNumber
      case .studentNumber: return pupil.studentNumber
      case .grade: return pupil.grade
      case .schoolClass: return pupil.schoolClass
      case .phone: return pupil.phone
      case .address: return pupil.address
      case .boarding: return pupil.isBoarding ? "住校" : "day"
      case .remark: return pupil.remark
      case .shoeSize: return "36"
      case .nameless: return ""
      }
    }
  }

  /// What the record of a pupil shows.
  private func shown(_ pupil: Pupil, _ other: [String: String?] = [:]) -> [String: String?] {
    let own: [String: String?] = [
      "name": pupil.name, "sex": pupil.isGirl ? "2" : "1", "birth": pupil.birthDate, "id_no": pupil.idNumber,
      "student_no": pupil.studentNumber, "grade": pupil.grade, "class": pupil.schoolClass, "phone": pupil.phone,
      "home_address": pupil.address, "boarding": pupil.isBoarding ? "boarding" : "day",
      "remark": pupil.remark.isEmpty ? nil : pupil.remark,
    ]
    return own.merging(other) { $1 }
  }

  /// Adds a row that becomes a record, which the same row finds again.
  private mutating func addSound(
    _ pupil: Pupil, _ other: [Column: String] = [:], why: [String] = [], shown fields: [String: String?] = [:],
    columns: Int = Column.allCases.count, further: [String] = []
  ) {
    var shown = shown(pupil, fields)
    if columns <= Column.schoolClass.rawValue {
      for field in ["class", "phone", "home_address", "boarding", "remark"] { shown[field] = .some(nil) }
    }
    studentNumbers.insert(pupil.studentNumber)
    add(
      Array(cells(pupil, other).prefix(columns)) + further,
      Fate(first: .created, again: .same, why: why, shown: shown))
  }

  /// Adds a row that is not taken.
  private mutating func addRefused(_ pupil: Pupil, _ other: [Column: String], why: [String], further: [String] = []) {
    add(cells(pupil, other) + further, Fate(first: .refused, again: .refused, why: why))
  }

  private mutating func addOrdinary() {
    var pupil = pupil()
    pupil.remark = ["", "", "家访两次", "留守, 由祖母照顾; 见家访记录"].randomElement(using: &generator) ?? ""
    let forms = pupil.birthForms
    // Some lists have no numbers of other systems; the pupil is found again by what the row says.
    let outsideID = generator.chance(0.3) ? "" : pupil.outsideID
    addSound(
      pupil, [.birth: forms[Int.random(in: forms.indices, using: &generator)], .outsideID: outsideID])
  }

  // MARK: Sound rows

  private static let sound: [Group] = [
    { roster in
      // Every form of a date, whatever the seed.
      for place in Pupil(1).birthForms.indices {
        let pupil = roster.pupil()
        roster.addSound(pupil, [.birth: pupil.birthForms[place]])
      }
    },
    { roster in
      // What CSV quotes: other separators, quotes, ends of lines.
      for address in [
        "历下区,泉城路;1号\t东院", "\"东院\"3号楼, 2单元", "泉城路1号\n东院", "\"\"", "3号楼\n\n", ",", "a\"b",
      ] {
        var pupil = roster.pupil()
        pupil.address = address.trimmingCharacters(in: .whitespacesAndNewlines)
        roster.addSound(pupil, [.address: address])
      }
    },
    { roster in
      // Too short: what is left out says nothing. Too long, but with nothing in it.
      roster.addSound(roster.pupil(), columns: Column.schoolClass.rawValue)
      roster.addSound(roster.pupil(), further: ["", " ", ""])
    },
    { roster in
      // What people write where there is nothing.
      for mark in ["/", "无", "——", " ", "　"] {
        roster.addSound(
          roster.pupil(), [.phone: mark, .address: mark], shown: ["phone": nil, "home_address": nil])
      }
    },
    { roster in
      // Full width, spaces around, numbers marked as text.
      let wide = roster.pupil()
      roster.addSound(
        wide,
        [
          .idNumber: Pupil.fullWidth(wide.idNumber), .studentNumber: " \(wide.studentNumber)　",
          .schoolClass: " \(wide.schoolClass) ",
        ])
      let marked = roster.pupil()
      roster.addSound(marked, [.idNumber: "=\"\(marked.idNumber)\"", .phone: "'\(marked.phone)"])
    },
    { roster in
      // Numbers that nobody can vouch for are taken as they are, and that is said.
      let unverified = "id_no: unverified, taken as it is"
      for change: (String) -> String in [
        { $0.dropLast() + ($0.hasSuffix("1") ? "2" : "1") }, { String($0.prefix(15)) }, { $0.dropLast() + "A" },
        { _ in "H12345678" },
      ] {
        let pupil = roster.pupil()
        let number = change(pupil.idNumber)
        roster.addSound(pupil, [.idNumber: number], why: [unverified], shown: ["id_no": number])
      }
      // One that begins with 999 was given for the time being, and has no check character.
      let temporary = "999370102000000012"
      roster.addSound(roster.pupil(), [.idNumber: temporary], shown: ["id_no": temporary])
    },
    { roster in
      // What stands beside the table.
      roster.addSound(roster.pupil(), [.nameless: "转学来的"], why: ["column 15 has no head, left out"])
    },
    { roster in
      // Names that begin as totals and remarks do.
      for name in ["合欢", "总玲", "注明", "备战", "单位一", "小计然"] {
        var pupil = roster.pupil()
        pupil.name = name
        roster.addSound(pupil, [.number: ""])
      }
    },
  ]

  // MARK: Damaged rows

  private static let lost = "the number was damaged by a spreadsheet, its last digits are lost"

  private static let damaged: [Group] = [
    { roster in
      for form in ["9.99999E+17", "9.99999e+17", "9.99999201203E17", "９.９９９９９Ｅ＋１７"] {
        roster.addRefused(roster.pupil(), [.idNumber: form], why: ["id_no: " + lost])
      }
    },
    { roster in
      // The zeros are no check character, or happen to be one.
      let (wrong, fitting) = (roster.pupil(endingIn000Fits: false), roster.pupil(endingIn000Fits: true))
      roster.addRefused(wrong, [.idNumber: wrong.damagedIDNumber], why: ["id_no: " + lost])
      roster.add(
        roster.cells(fitting, [.idNumber: fitting.damagedIDNumber]),
        Fate(
          first: .needsYou, again: .needsYou,
          why: [
            "id_no: ends in 000 as damaged numbers do, but its check digit fits"
          ]))
    },
    { roster in
      roster.addRefused(roster.pupil(), [.phone: "1.38E+10"], why: ["phone: " + lost])
      roster.addRefused(roster.pupil(), [.studentNumber: "3.70102E+18"], why: ["student_no: " + lost])
    },
    { roster in
      for form in ["2012年13月1日", "2012-02-30", "12.3.4", "201203", "三月四日", "2012-3-4-5", "1234567"] {
        roster.addRefused(
          roster.pupil(), [.birth: form], why: ["field 'birth' takes a date such as 2026-06-03"])
      }
    },
    { roster in
      let why = "field 'boarding' has no such choice"
      roster.addRefused(roster.pupil(), [.boarding: "半走读"], why: [why])
      // All that is wrong is told.
      roster.addRefused(
        roster.pupil(), [.boarding: "?", .phone: "1.38E+10", .birth: "不详"],
        why: ["field 'birth' takes a date such as 2026-06-03", "phone: " + lost, why])
    },
    { roster in
      // A separator that was not quoted pushes all behind it into the next column.
      let width = Column.allCases.count
      roster.addRefused(
        roster.pupil(), [:],
        why: ["\(width + 1) cells under \(width) heads: a separator may stand unquoted in one of them"],
        further: ["36"])
    },
  ]

  /// A pupil whose number, damaged, has a right check character, or has not.
  private mutating func pupil(endingIn000Fits fits: Bool) -> Pupil {
    while true {
      let pupil = pupil(serial: count % 10)
      if (Pupil.checkCharacter(String(pupil.damagedIDNumber.dropLast())) == "0") == fits { return pupil }
    }
  }

  // MARK: Rows about one pupil

  private static let alike: [Group] = [
    { roster in
      // One number, one student number, or all of it, with other cells.
      let pupil = roster.pupil()
      roster.addSound(pupil)
      for (other, key) in [
        ([.studentNumber: "", .name: "某某"], "id_no"), ([.idNumber: "", .name: "某某"], "student_no"),
        ([:], "id_no, student_no, name+birth?"),
      ] as [([Column: String], String)] {
        roster.addNominated(pupil, other.merging([.outsideID: "", .schoolClass: "99班"]) { $1 }, key)
      }
    },
    { roster in
      // The name in another form: other characters for the same, spaces, width, and the dots of names.
      for (name, forms) in [
        ("张国龙", ["張國龍", "张 国 龙", "张　国龙"]), ("阿依·古丽", ["阿依•古丽", "阿依・古麗", "阿依．古丽"]), ("Anna李", ["ＡＮＮＡ李", "anna李"]),
      ] {
        var pupil = roster.pupil()
        pupil.name = name
        roster.addSound(pupil)
        for form in forms {
          roster.addNominated(
            pupil, [.name: form, .idNumber: "", .studentNumber: "", .outsideID: ""], "name+birth?")
        }
      }
    },
    { roster in
      // One outside ID in two rows.
      let (pupil, other) = (roster.pupil(), roster.pupil())
      roster.addSound(pupil)
      roster.add(
        roster.cells(other, [.outsideID: pupil.outsideID]),
        Fate(first: .needsYou, again: .needsYou, why: ["another row of the file is this record"]))
    },
    { roster in
      // Twins, and two of one name: neither is nominated.
      let first = roster.pupil()
      var (twin, namesake) = (roster.pupil(), roster.pupil())
      roster.addSound(first)
      namesake.name = first.name
      twin.name = "泉" + first.name
      roster.addSound(namesake)
      roster.addSound(twin, [.birth: first.birthDate], shown: ["birth": first.birthDate])
    },
  ]

  private mutating func addNominated(_ pupil: Pupil, _ other: [Column: String], _ key: String) {
    add(cells(pupil, other), Fate(first: .needsYou, again: .needsYou, why: ["\(key) as in ID"]))
  }

  // MARK: Pupils known before

  private mutating func knownPupil(serial: Int = 1) -> Pupil {
    let pupil = pupil(serial: serial)
    studentNumbers.insert(pupil.studentNumber)
    known.append(cells(pupil))
    return pupil
  }

  private static let familiar: [Group] = [
    { roster in
      // Found by the outside ID: nothing new, or only changed cells; what a row leaves empty stays.
      let same = roster.knownPupil()
      roster.add(
        roster.cells(same, [.birth: same.birthForms[5]]), Fate(first: .same, again: .same, shown: roster.shown(same)))
      var changed = roster.knownPupil()
      changed.schoolClass = "12班"
      changed.phone = "13900000000"
      roster.add(
        roster.cells(changed, [.address: "", .idNumber: "/"]),
        Fate(first: .changed, again: .same, shown: roster.shown(changed)))
    },
    { roster in
      // Found by other keys: the same again, or for a person to see.
      let same = roster.knownPupil()
      roster.add(roster.cells(same, [.outsideID: ""]), Fate(first: .same, again: .same, shown: roster.shown(same)))
      let other = roster.knownPupil()
      roster.addNominated(other, [.outsideID: "", .schoolClass: "12班"], "id_no, student_no, name+birth?")
    },
    { roster in
      // Whose a damaged number may be; it is repaired for nobody.
      let stem = roster.knownPupil(endingIn000Fits: false)
      let number = roster.knownPupil()
      let outside = roster.knownPupil()
      func add(_ cells: [String], _ why: String, _ pupil: Pupil) {
        roster.add(
          cells,
          Fate(
            first: .needsYou, again: .needsYou, why: ["id_no: " + lost, "perhaps ID: \(why) alike"],
            shown: roster.shown(pupil)))
      }
      let bare: [Column: String] = [.outsideID: "", .studentNumber: "", .birth: ""]
      add(
        roster.cells(
          stem, bare.merging([.idNumber: stem.damagedIDNumber, .name: stem.name.map { "\($0) " }.joined()]) { $1 }),
        "name and the first 15 digits", stem)
      add(
        roster.cells(number, [.idNumber: "9.99999E+17", .outsideID: "", .name: "某某"]), "student_no", number)
      add(
        roster.cells(outside, [.idNumber: "9.99999E+17", .schoolClass: "12班"]),
        "external_id, student_no, name+birth?", outside)
    },
    { roster in
      // A row is taken whole or not at all.
      let pupil = roster.knownPupil()
      roster.add(
        roster.cells(pupil, [.schoolClass: "12班", .boarding: "半走读"]),
        Fate(
          first: .refused, again: .refused, why: ["field 'boarding' has no such choice"], shown: roster.shown(pupil)))
    },
  ]

  private mutating func knownPupil(endingIn000Fits fits: Bool) -> Pupil {
    let pupil = pupil(endingIn000Fits: fits)
    studentNumbers.insert(pupil.studentNumber)
    known.append(cells(pupil))
    return pupil
  }

  // MARK: Rows about the table

  private static func skipped(_ why: String) -> Fate { Fate(first: .skipped, again: .skipped, why: [why]) }

  /// A row of few words; the columns behind are empty, as spreadsheets write them.
  private static func row(_ cells: String...) -> [String] {
    cells + Array(repeating: "", count: Column.allCases.count - cells.count)
  }

  private static let titles = [
    row("泉城中学2024级学生花名册"), row(""), row("填报单位：泉城中学", "", "", "填表日期：2024年9月1日"),
    // Heads are looked for where most columns are named.
    row("学校", "泉城中学", "班级", "1班"),
  ]

  static let totals = [
    row("合计", "", "30"), row("", "", "总计：30人"), row("一年级小计", "", "", "12"), row("小 计(男)", "15"), row("1班合计"),
    row("共 30 人"), row("合计30人"), row("全校总计：", "300"), row("Total", "", "30"),
  ]

  static let footers = [
    row("备注：以上信息均经家长确认"), row("备注:"), row("", "备注", "照片另附"), row("填表人：李老师", "", "", "审核人：王校长"),
    row("填表人", "李老师", "", "审核", "王校长"), row("审核：王校长"), row("审核"), row("制表日期：2024年9月1日"), row("注：本表一式两份"),
    row("校长（签字）："), row("负责人签名：", "", "", "联系电话：12345"), row("单位（盖章）"), row("说明：1. 如实填写, 不得漏项;\n2. 用黑色笔"),
    row("Remarks: none"),
  ]

  private static let asides: [Group] = [
    { roster in for total in totals { roster.add(total, skipped("a row of totals")) } },
    // A further page.
    { roster in
      roster.add(heads, skipped("the heads again"))
      roster.add(titles[0], skipped("the heads again"))
    },
    { roster in
      for blank in [row(""), [""], row(" ", "　", "\t"), ["", ""]] { roster.add(blank, nil) }
    },
    { roster in roster.add(row("31"), skipped("nothing in it")) },
  ]
}
