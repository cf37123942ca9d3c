import Quan

/// Tutoring, equipment, and the check before a term begins.
enum Support {
  static let kinds = [tutoring, session, loan, checklist, checklistItem]

  static let tutoring = kind(
    "tutoring", "一对一辅导", "tutoring", key: "student+tutor+from?", rules: [Rules.period],
    [
      link("student", "学生", "student", to: "student", .personal, belongs: true),
      line("tutor", "辅导人", "tutor", .personal), staffRecord("tutor", "辅导人", "tutor"),
      lines("subjects", "辅导内容", "subjects", .personal), day("from", "起", "from", .personal),
      day("to", "止", "to", .personal),
      prose("remark", "备注", "remark", .personal),
    ])

  static let session = kind(
    "session", "辅导记录", "session", key: "tutoring+date+start?",
    rules: [Rules.past("date", "辅导日期", "the session"), Rules.clock("start", "开始时间", "the start")],
    [
      link("tutoring", "结对", "pair", to: "tutoring", .personal, belongs: true), day("date", "日期", "date", .personal),
      line("start", "开始时间", "start", .personal), count("minutes", "时长（分钟）", "minutes", .personal),
      choice("strand", "类别", "strand", codes("study/学业/study", "emotional/心灵/emotional"), .personal),
      line("topic", "内容", "topic", .personal), text("feedback", "反馈", "feedback", .personal),
    ])

  /// One serial number is lent once while it is not returned: INV-7.
  static let loan = kind(
    "support_loan", "线上支持", "support loan", key: "serial+lent_on?; serial+returned_on!?", rules: Rules.loan,
    [
      link("student", "学生", "student", to: "student", .personal),
      choice(
        "need", "困难", "need",
        codes(
          "device/无设备/no device", "network/无网络/no network", "television/无电视/no television",
          "guidance/无人指导/no one to help", "away/异地/away"), .personal),
      choice(
        "item", "支持方式", "item",
        codes(
          "computer/电脑/computer", "tablet/平板/tablet", "phone/手机/phone", "sim/SIM卡/SIM card", "data/流量/data",
          "television/电视/television", "print/纸质/paper"), .personal),
      line("serial", "设备编号", "serial number", .personal), day("lent_on", "借出日期", "lent on", .personal),
      day("due", "应还日期", "due", .personal, rule: .earliest), day("returned_on", "归还日期", "returned on", .personal),
      line("provider", "提供单位", "provider", .personal), prose("remark", "备注", "remark", .personal),
    ])

  /// Checked against one version of a list; a run that names none is told apart from those that do.
  static let checklist = kind(
    "checklist_run", "开学核验", "checklist run",
    key: "school+template+version+date+inspector; school+template+date+inspector+version!",
    [
      line("school", "学校", "school"), schoolRecord(.normal), line("template", "核验标准", "checklist"),
      line("version", "版本", "version"),
      day("date", "日期", "date"), line("inspector", "核验人", "inspector", .personal),
      staffRecord("inspector", "核验人", "inspector"),
      day("rectify_due", "整改期限", "mend by", rule: .earliest), prose("remark", "备注", "remark", .normal),
    ])

  /// One item of a run, a record of its own: two inspectors then fill a run in parallel.
  static let checklistItem = kind(
    "checklist_item", "核验项", "checklist item", key: "run+number",
    [
      link("run", "核验", "run", to: "checklist_run"), count("number", "序号", "number"), line("title", "标准", "standard"),
      choice(
        "result", "结果", "result",
        codes("pass/合格/pass", "fail/不合格/fail", "na/不适用/not applicable", "unseen/未查/not looked at"),
        rule: .ladder(["fail", "unseen", "na", "pass"])),
      prose("note", "说明", "note", .normal), day("mended_on", "整改完成日", "mended on"),
    ])
}
