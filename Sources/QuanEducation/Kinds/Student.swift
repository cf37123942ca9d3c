import Quan

/// Pupils and the adults who answer for them.
enum Student {
  static let kinds = [student, guardian, consent]

  /// The school stands as text, as forms have it: a pupil's school may be outside the workspace.
  ///
  /// One that is in it can be referred to beside the name.
  static let student = kind(
    "student", "学生", "student", key: "id_no; student_no; name+birth?",
    rules: Rules.student,
    [
      line("name", "姓名", "name", .personal),
      lines("name_aliases", "曾用名或异体", "other names", .personal),
      choice("sex", "性别", "sex", Choices.sexes, .personal),
      day("birth", "出生日期", "date of birth", .sensitive),
      choice("id_type", "证件类型", "type of ID", Choices.idTypes, .personal),
      line("id_no", "证件号码", "ID number", .sensitive),
      line("student_no", "学籍号", "student number", .sensitive, rule: .upgrade(["L", "G"])),
      lines("student_no_history", "历史学籍号", "former student numbers", .sensitive),
      line("ethnicity", "民族", "ethnicity", .personal),
      choice("ethnic_group", "民族代码", "ethnic group (GB/T 3304)", Choices.ethnicGroups, .personal),
      reachable("registered_address", "户籍地", "registered address"),
      checked("registered_address", "户籍地", "registered address"),
      reachable("home_address", "现住址", "home address"),
      checked("home_address", "现住址", "home address"),
      reachable("phone", "联系电话", "phone"),
      checked("phone", "联系电话", "phone"),
      lines("other_phones", "其他电话", "other phones", .sensitive),
      line("guardian_name", "监护人姓名", "guardian's name", .personal),
      reachable("guardian_phone", "监护人电话", "guardian's phone"),
      checked("guardian_phone", "监护人电话", "guardian's phone"),
      entries("contacts", "其他联系人电话", "other contacts' phones", .sensitive), line("school", "学校", "school", .personal),
      schoolRecord(.personal), choice("stage", "学段", "stage", Choices.stages, .personal),
      line("grade", "年级", "grade", .personal, rule: .latest(by: "enrolled_since")),
      line("class", "班级", "class", .personal, rule: .latest(by: "enrolled_since")),
      choice(
        "boarding", "就读方式", "day or boarding", codes("day/走读/day", "boarding/住校/boarding"), .personal,
        rule: .latest(by: "boarding_since")),
      day("boarding_since", "就读方式起始日", "day or boarding since", .personal, rule: .max),
      day("enrolled_since", "入班日期", "in class since", .personal, rule: .max),
      choice(
        "enrol_status", "在籍状态", "enrolment",
        codes(
          "enrolled/在籍在校/enrolled", "enrolled_absent/在籍不在校/enrolled, absent",
          "unregistered/无正常学籍/not registered", "suspended/休学/suspended", "left/转出/left", "graduated/毕业/graduated"),
        .sensitive),
      status("poverty_file", "建档立卡", "on the poverty register"), status("low_income", "低保", "low-income family"),
      status("destitute", "特困", "destitute"), status("orphan", "孤儿", "orphan"),
      status("de_facto_orphan", "事实无人抚养", "de facto without care"), status("disabled", "残疾", "disabled"),
      choice(
        "left_behind", "留守", "left behind",
        codes("0/非留守/no", "1/单亲留守/one parent away", "2/双亲留守/both parents away", "unknown/未知/unknown"), .sensitive,
        rule: .knownBeatsUnknownLatest(by: "statuses_proved_on")),
      status("migrant", "随迁", "migrant worker's child"), status("single_parent", "单亲", "single parent"),
      status("martyr_family", "烈士或优抚家庭", "martyr's or entitled family"),
      status("front_line_child", "一线医务人员子女", "front-line medical worker's child"),
      day("statuses_proved_on", "身份证明日期", "proof of status seen on", .sensitive, rule: .max),
      line("disability", "残疾类别与等级", "disability and degree", .sensitive),
      choice("disability_type", "残疾类别", "type of disability", Choices.disabilities, .sensitive),
      choice("disability_level", "残疾等级", "degree of disability", Choices.disabilityLevels, .sensitive),
      prose("remark", "备注", "remark"),
    ])

  static let guardian = kind(
    "guardian", "监护人", "guardian", key: "student+relation+name?",
    [
      link("student", "学生", "student", to: "student", .personal, belongs: true), line("name", "姓名", "name", .personal),
      choice("relation", "关系", "relation", Choices.relations, .personal),
      reachable("phone", "联系电话", "phone"), checked("phone", "联系电话", "phone"),
      lines("other_phones", "其他电话", "other phones", .sensitive),
      reachable("home_address", "住址", "address"), checked("home_address", "住址", "address"),
      line("id_no", "证件号码", "ID number", .sensitive),
      flag("is_main", "主要监护人", "main guardian", .personal),
      flag("away_for_work", "外出务工", "away for work"),
    ])

  /// One record says one thing that was asked, as the natural key has it.
  ///
  /// A withdrawal wins over what else was said at once, and people look at it: the law asks for the first.
  static let consent = kind(
    "consent", "告知同意", "consent", key: "subject+scope?",
    [
      link("subject", "学生", "pupil", to: "student", .personal, belongs: true),
      link("guardian", "监护人", "guardian", to: "guardian", .personal),
      line("scope", "同意事项", "what for", .personal),
      choice(
        "state", "状态", "state", codes("given/同意/given", "withdrawn/撤回/withdrawn", "refused/拒绝/refused"), .personal,
        rule: .ladder(["withdrawn", "refused", "given"])),
      day("date", "日期", "date", .personal), link("evidence", "佐证", "evidence", to: "evidence", .personal),
    ])
}
