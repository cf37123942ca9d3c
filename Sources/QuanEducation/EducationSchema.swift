public import Quan

/// The built-in schema for home visits and student support.
///
/// It is data on top of the public API: the core knows nothing of it, and a district may replace it.
public enum EducationSchema {
  /// The kinds, in the order in which people meet them.
  public static let draft = SchemaDraft([student, visit])

  // MARK: Students

  static let student = KindDraft(
    "student", Labels("学生", "student"),
    [
      FieldDraft("name", Labels("姓名", "name"), sensitivity: .personal),
      FieldDraft("name_aliases", Labels("曾用名或异体", "other names"), container: .set, sensitivity: .personal),
      FieldDraft("sex", Labels("性别", "sex"), .choice, sensitivity: .personal, choices: sexes),
      FieldDraft("birth", Labels("出生日期", "date of birth"), .date, sensitivity: .sensitive),
      FieldDraft("id_type", Labels("证件类型", "type of ID"), .choice, sensitivity: .personal, choices: idTypes),
      FieldDraft("id_no", Labels("证件号码", "ID number"), sensitivity: .sensitive),
      FieldDraft("student_no", Labels("学籍号", "student number"), sensitivity: .sensitive),
      FieldDraft(
        "student_no_history", Labels("历史学籍号", "former student numbers"), container: .set, sensitivity: .sensitive),
      FieldDraft("ethnicity", Labels("民族", "ethnicity"), sensitivity: .personal),
      FieldDraft("registered_address", Labels("户籍地", "registered address"), rule: .keepAll, sensitivity: .sensitive),
      FieldDraft("home_address", Labels("现住址", "home address"), rule: .keepAll, sensitivity: .sensitive),
      FieldDraft("phone", Labels("联系电话", "phone"), rule: .keepAll, sensitivity: .sensitive),
      FieldDraft("school", Labels("学校", "school")),
      FieldDraft("stage", Labels("学段", "stage"), .choice, choices: stages),
      FieldDraft("grade", Labels("年级", "grade"), rule: .latest(by: "enrolled_since")),
      FieldDraft("class", Labels("班级", "class"), rule: .latest(by: "enrolled_since")),
      FieldDraft(
        "boarding", Labels("就读方式", "day or boarding"), .choice, rule: .latest(by: "boarding_since"), choices: boarding),
      FieldDraft("boarding_since", Labels("就读方式起始日", "day or boarding since"), .date, rule: .max),
      FieldDraft("enrolled_since", Labels("入班日期", "in class since"), .date, rule: .max),
      FieldDraft("enrol_status", Labels("在籍状态", "enrolment"), .choice, choices: enrolment),
      flag("poverty_file", "建档立卡", "on the poverty register"), flag("low_income", "低保", "low-income family"),
      flag("destitute", "特困", "destitute"), flag("orphan", "孤儿", "orphan"),
      flag("de_facto_orphan", "事实无人抚养", "de facto without care"), flag("disabled", "残疾", "disabled"),
      FieldDraft("left_behind", Labels("留守", "left behind"), .choice, sensitivity: .sensitive, choices: leftBehind),
      flag("migrant", "随迁", "migrant worker's child"), flag("single_parent", "单亲", "single parent"),
      flag("martyr_family", "烈士或优抚家庭", "martyr's or entitled family"),
      flag("front_line_child", "一线医务人员子女", "front-line medical worker's child"),
      FieldDraft("disability", Labels("残疾类别与等级", "disability and degree"), sensitivity: .sensitive),
      FieldDraft("remark", Labels("备注", "remark"), rule: .keepAll, sensitivity: .sensitive),
    ])

  /// A flag about a pupil: not knowing is never no, and knowing beats not knowing.
  private static func flag(_ code: String, _ chinese: String, _ english: String) -> FieldDraft {
    FieldDraft(code, Labels(chinese, english), .triState, rule: .knownBeatsUnknown, sensitivity: .sensitive)
  }

  // MARK: Visits

  static let visit = KindDraft(
    "visit", Labels("家访", "home visit"),
    [
      FieldDraft("student", Labels("学生", "student"), .reference, sensitivity: .personal, target: "student"),
      FieldDraft("date", Labels("日期", "date"), .date),
      FieldDraft("start", Labels("开始时间", "start")), FieldDraft("end", Labels("结束时间", "end")),
      FieldDraft("channel", Labels("家访方式", "channel"), .choice, choices: channels),
      FieldDraft("visitor_line", Labels("家访人员类别", "line of visitors"), .choice, choices: visitorLines),
      FieldDraft("visitors", Labels("家访人", "visitors"), container: .set, sensitivity: .personal),
      FieldDraft("met", Labels("见到的人", "people met"), container: .set, sensitivity: .sensitive),
      FieldDraft("purpose", Labels("家访目的", "purpose"), .choice, container: .set, choices: purposes),
      FieldDraft("outcome", Labels("结果", "outcome"), .choice, choices: outcomes),
      FieldDraft("family_type", Labels("家庭类型", "type of family"), sensitivity: .sensitive),
      FieldDraft("environment", Labels("居住与学习环境", "living and study"), container: .set, sensitivity: .sensitive),
      FieldDraft("findings", Labels("发现的问题", "findings"), rule: .keepAll, sensitivity: .sensitive),
      FieldDraft("advice", Labels("建议与措施", "advice"), rule: .keepAll, sensitivity: .sensitive),
      FieldDraft("guardian_feedback", Labels("家长反馈", "guardian's feedback"), rule: .keepAll, sensitivity: .sensitive),
      FieldDraft("follow_up_due", Labels("跟进期限", "follow-up due"), .date, rule: .earliest),
      FieldDraft("follow_up_owner", Labels("跟进人", "follow-up by"), sensitivity: .personal),
      FieldDraft("follow_up_done_on", Labels("跟进完成日", "followed up on"), .date),
      FieldDraft("guardian_signed", Labels("家长签字", "signed by guardian"), .triState, rule: .knownBeatsUnknown),
      FieldDraft("visitor_signed", Labels("家访人签字", "signed by visitor"), .triState, rule: .knownBeatsUnknown),
      FieldDraft("minutes", Labels("时长（分钟）", "minutes"), .integer),
      FieldDraft("remark", Labels("备注", "remark"), rule: .keepAll, sensitivity: .sensitive),
    ])

  // MARK: Choices

  static let sexes = [
    Choice("0", Labels("未知", "unknown")), Choice("1", Labels("男", "male")), Choice("2", Labels("女", "female")),
    Choice("9", Labels("未说明", "unstated")),
  ]
  static let idTypes = [
    Choice("1", Labels("居民身份证", "resident ID card")), Choice("6", Labels("香港证件", "Hong Kong ID")),
    Choice("7", Labels("澳门证件", "Macau ID")), Choice("8", Labels("台湾通行证", "Taiwan travel permit")),
    Choice("9", Labels("境外永居证", "permanent residence permit")), Choice("A", Labels("护照", "passport")),
    Choice("Z", Labels("其他", "other")),
  ]
  static let stages = [
    Choice("preschool", Labels("学前", "preschool")), Choice("primary", Labels("小学", "primary")),
    Choice("junior", Labels("初中", "junior secondary")), Choice("senior", Labels("高中", "senior secondary")),
    Choice("vocational", Labels("中职", "vocational")), Choice("tertiary", Labels("高校", "tertiary")),
    Choice("special", Labels("特教", "special education")),
  ]
  static let boarding = [Choice("day", Labels("走读", "day")), Choice("boarding", Labels("住校", "boarding"))]
  static let enrolment = [
    Choice("enrolled", Labels("在籍在校", "enrolled")), Choice("enrolled_absent", Labels("在籍不在校", "enrolled, absent")),
    Choice("unregistered", Labels("无正常学籍", "not registered")), Choice("suspended", Labels("休学", "suspended")),
    Choice("left", Labels("转出", "left")), Choice("graduated", Labels("毕业", "graduated")),
  ]
  static let leftBehind = [
    Choice("0", Labels("非留守", "no")), Choice("1", Labels("单亲留守", "one parent away")),
    Choice("2", Labels("双亲留守", "both parents away")),
  ]
  static let channels = [
    Choice("home", Labels("入户", "at home")), Choice("phone", Labels("电话", "by phone")),
    Choice("video", Labels("视频", "by video")), Choice("at_school", Labels("到校访", "at school")),
    Choice("community", Labels("校外或社区", "in the community")), Choice("message", Labels("线上文字", "by message")),
  ]
  static let visitorLines = [
    Choice("class_teacher", Labels("班主任", "class teacher")), Choice("teacher", Labels("任课教师", "teacher")),
    Choice("leader", Labels("学校领导", "school leader")), Choice("social_worker", Labels("社工", "social worker")),
    Choice("aid_officer", Labels("资助专干", "aid officer")), Choice("counsellor", Labels("心理教师", "counsellor")),
    Choice("supervisor", Labels("督导", "supervisor")),
  ]
  static let purposes = [
    Choice("routine", Labels("常规", "routine")), Choice("priority", Labels("重点", "priority")),
    Choice("study", Labels("学业", "study")), Choice("mental_health", Labels("心理", "mental health")),
    Choice("aid_check", Labels("资助核实", "aid check")), Choice("return_to_school", Labels("劝返", "return to school")),
    Choice("family_education", Labels("家庭教育", "family education")),
    Choice("home_teaching", Labels("送教", "teaching at home")),
  ]
  static let outcomes = [
    Choice("done", Labels("完成", "done")), Choice("no_one_home", Labels("无人", "no one home")),
    Choice("refused", Labels("拒访", "refused")), Choice("wrong_address", Labels("地址错", "wrong address")),
    Choice("rescheduled", Labels("改期", "rescheduled")),
  ]
}
