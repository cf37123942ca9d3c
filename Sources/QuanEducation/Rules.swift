import Quan

/// What must hold of records, as far as one record and those around it tell.
///
/// What joins records that do not refer to each other no rule can say: that two programmes exclude each other (INV-3), that
/// an award has a determination of its year (INV-10), and sums of payments (INV-2).
///
/// A record that breaks a rule with good reason, such as an ID number that the police gave wrongly, is said to be right
/// as it is, with the reason; nobody is asked again.
enum Rules {
  /// INV-6, the same of student numbers for good, and that one pupil has one place and one main guardian.
  static let student = [
    rule(
      "id_no_check",
      """
      (id_type is empty or id_type = '1') and not (slice(id_no, 1, 3) = '999' and slice(id_no, 1, 6) != '999999') \
      implies length(id_no) = 18 and mod11_2(id_no)
      """, "证件号码校验位不符", "the ID number's check character does not fit"),
    rule(
      "id_no_birth", "length(id_no) = 18 and mod11_2(id_no) implies date(slice(id_no, 7, 8)) = birth",
      "出生日期与证件号码不符", "the date of birth is not that of the ID number"),
    rule(
      "id_no_sex",
      """
      length(id_no) = 18 and mod11_2(id_no) and sex in ('1', '2') \
      implies (number(slice(id_no, 17, 1)) % 2 = 1) = (sex = '1')
      """, "性别与证件号码不符", "the sex is not that of the ID number"),
    rule(
      "student_no_check",
      """
      slice(student_no, 1, 1) = 'G' implies length(student_no) = 19 and mod11_2(slice(student_no, 2, 18))
      """, "学籍号校验位不符", "the student number's check character does not fit"),
    rule(
      "one_place", "count(placement.student where to is empty) <= 1", "同时有几处安置", "several placements at once"),
    rule(
      "one_main_guardian", "count(guardian.student where is_main = yes) <= 1", "有几位主要监护人",
      "several main guardians"),
    rule(
      "disability", "disability_type is set or disability_level is set implies disabled = yes", "有残疾类别或等级, 却记为不残疾",
      "a type or degree of disability, and yet not disabled"),
  ]

  /// INV-8.
  static let placement = [
    rule(
      "approval", "kind in ('deferred', 'suspended') implies approval_no is set", "延缓入学或休学没有批准文号",
      "deferred or suspended without a number of approval"),
    period,
  ]

  /// What begins ends no earlier.
  static let period = rule("order", "from <= to", "止早于起", "it ends before it begins")

  /// A school's number, and a division's of GB/T 2260.
  static let school = [
    rule("school_code_length", "length(school_code) = 10", "学校标识码不是 10 位", "the school code has not 10 digits"),
    rule("division_length", "length(division) = 6", "行政区划代码不是 6 位", "the division's code has not 6 digits"),
  ]

  /// A time of day is written as a clock shows it, `08:30`: then the earlier one also comes first in order.
  static func clock(_ field: String, _ chinese: String, _ english: String) -> Invariant {
    let digits = "('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')"
    return rule(
      "\(field)_clock",
      """
      length(\(field)) = 5 and slice(\(field), 1, 2) < '24' and slice(\(field), 1, 1) in ('0', '1', '2') \
      and slice(\(field), 2, 1) in \(digits) and slice(\(field), 3, 1) = ':' \
      and slice(\(field), 4, 1) in ('0', '1', '2', '3', '4', '5') and slice(\(field), 5, 1) in \(digits)
      """, "\(chinese)应写成 08:30 这样", "\(english) should be written as 08:30")
  }

  /// INV-5: what is said to have happened lies at most a day after it was written, by the writer's own clock.
  ///
  /// The day is for laptops east of Greenwich, and for evenings. That the clock itself is right is nobody's to promise: it
  /// is compared with others' when changes are exchanged.
  static func past(_ field: String, _ chinese: String, _ english: String) -> Invariant {
    rule(
      "\(field)_to_come", "\(field) <= written(\(field)) + 1", "\(chinese)晚于填写之日",
      "\(english) lies after the day on which it was written")
  }

  /// INV-5.
  static let visit = [
    rule("after_birth", "student.birth < date", "家访早于学生出生", "the visit is before the pupil's birth"),
    rule("follow_up", "date <= follow_up_due", "跟进期限早于家访", "the follow-up is due before the visit"),
    rule("followed_up", "date <= follow_up_done_on", "跟进早于家访", "it was followed up before the visit"),
    clock("start", "开始时间", "the start"), clock("end", "结束时间", "the end"),
    rule("time", "start <= end", "结束时间早于开始时间", "it ends before it begins"),
    past("date", "家访日期", "the visit"), past("follow_up_done_on", "跟进完成日", "the day of following up"),
  ]

  /// INV-5, and INV-4: what closes an entry, on what evidence, and that nobody agrees to what he asked for himself.
  static let ledger = [
    rule("order", "opened_on <= closed_on", "销号早于登记", "it is closed before it is opened"),
    rule("checked", "visit.date <= closed_on", "销号早于最后核实家访", "it is closed before the last visit that checked it"),
    past("opened_on", "登记日期", "the day of opening"), past("closed_on", "销号日期", "the day of closing"),
    rule(
      "ground", "state = 'closed' implies ground is set and closed_on is set", "已销号却没有依据或日期",
      "closed without a ground or a date"),
    rule(
      "proof", "state = 'closed' and ground in ('returned', 'elsewhere') implies evidence is set",
      "复学或异地就读没有佐证", "back at school or at school elsewhere without evidence"),
    rule(
      "place",
      """
      state = 'closed' and ground in ('inclusive', 'special_school', 'home_teaching') implies placement is set
      """, "按安置销号却没有安置记录", "closed for a placement, of which there is no record"),
    rule(
      "deferral", "state = 'closed' and ground = 'deferred' implies placement.approval_no is set and until is set",
      "延缓或休学没有批准文号或期限", "deferred or suspended without a number of approval or an end"),
    rule(
      "mistake", "state = 'closed' and ground = 'void' implies survivor is set", "误登没有指明保留的台账",
      "entered by mistake, and the entry that stays is not named"),
    rule(
      "two_people", "requested_by != approved_by and requested_by_ref != approved_by_ref", "申请人与批准人是同一人",
      "who asked for it also agreed to it"),
  ]

  /// INV-2, as far as one payment after another tells.
  static let award = [
    rule(
      "paid", "status = 'paid' implies count(payment.award) >= 1", "已发却没有发放记录", "paid, and no payment is recorded"),
    rule(
      "tier_amount",
      """
      override_reason is empty and tier_ref is set \
      implies (programme.pay_per = 'year' implies amount = tier_ref.amount) \
      and (programme.pay_per = 'term' implies amount + amount = tier_ref.amount)
      """, "金额不是该档次的金额, 也没有说明原因", "the amount is not that of the tier, and no reason is given"),
    rule(
      "override", "override_reason is set implies override_approver is set or override_approver_ref is set",
      "非标准金额没有批准人", "another amount, and nobody is named who agreed"),
    rule(
      "determination_year", "determination.school_year = school_year", "认定不是本学年的",
      "the determination is of another school year"),
  ]

  /// INV-2.
  static let payment = [
    rule("amount", "amount <= award.amount", "发放多于资助金额", "more is paid than was granted")
  ]

  /// INV-7.
  static let loan = [
    rule("order", "lent_on <= returned_on", "归还早于借出", "it is returned before it is lent"),
    rule("due_order", "lent_on <= due", "应还日期早于借出", "it is due before it is lent"),
  ]

  /// INV-9, by the day on which the next step was written down.
  static let careCase = [
    rule(
      "watched",
      """
      risk in ('3', '4') and state in ('open', 'monitoring', 'referred') \
      implies next_due is set and (owner is set or owner_ref is set)
      """, "高风险个案没有下次期限或负责人", "a high risk without a next step or an owner"),
    rule(
      "soon",
      """
      risk in ('3', '4') and state in ('open', 'monitoring', 'referred') implies next_due <= written(next_due) + 7
      """, "高风险个案的下次期限超过七天", "a high risk, and the next step is more than seven days off"),
    rule(
      "calmed", "state = 'closed' implies risk in ('0', '1', '2')", "高风险个案不能结案", "a case of high risk is closed"),
  ]

  /// INV-5: notices hang for five working days before a determination is approved; holidays are not known here.
  static let determination = [
    rule(
      "notice", "status = 'approved' implies workdays(notice_from, notice_to) >= 5", "公示不足五个工作日",
      "the notice hung for less than five working days")
  ]
}
