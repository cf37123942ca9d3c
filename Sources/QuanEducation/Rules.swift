import Quan

/// What must hold of records, as far as one record and those around it tell: INV-5, INV-6 and INV-8 of the domain.
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
  ]

  /// INV-8.
  static let placement = [
    rule(
      "approval", "kind in ('deferred', 'suspended') implies approval_no is set", "延缓入学或休学没有批准文号",
      "deferred or suspended without a number of approval"),
    rule("order", "from <= to", "止早于起", "it ends before it begins"),
  ]

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
    past("date", "家访日期", "the visit"), past("follow_up_done_on", "跟进完成日", "the day of following up"),
  ]

  /// INV-5.
  static let ledger = [
    rule("order", "opened_on <= closed_on", "销号早于登记", "it is closed before it is opened"),
    rule("checked", "visit.date <= closed_on", "销号早于最后核实家访", "it is closed before the last visit that checked it"),
    past("opened_on", "登记日期", "the day of opening"), past("closed_on", "销号日期", "the day of closing"),
  ]

  /// INV-5: notices hang for five working days before a determination is approved; holidays are not known here.
  static let determination = [
    rule(
      "notice", "status = 'approved' implies workdays(notice_from, notice_to) >= 5", "公示不足五个工作日",
      "the notice hung for less than five working days")
  ]
}
