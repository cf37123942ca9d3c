import Quan

/// Visits, what is planned of them, and what families are offered.
enum Visits {
  static let kinds = [visit, visitPlan, familyActivity, hotlineCall]

  /// Channel and line of visitors stand apart, so that either reading of "two lines" can be reported.
  static let visit = kind(
    "visit", "家访", "home visit", key: "student+date+lead_visitor+channel?", rules: Rules.visit,
    [
      link("student", "学生", "student", to: "student", .personal, belongs: true),
      links("siblings", "同访学生", "other pupils visited", to: "student", .personal),
      day("date", "日期", "date", .personal), line("start", "开始时间", "start", .personal),
      line("end", "结束时间", "end", .personal), choice("channel", "家访方式", "channel", Choices.channels, .personal),
      choice("visitor_line", "家访人员类别", "line of visitors", Choices.visitorLines, .personal),
      line("lead_visitor", "主访人", "lead visitor", .personal), staffRecord("lead_visitor", "主访人", "lead visitor"),
      lines("visitors", "家访人", "visitors", .personal), staffRecords("visitors", "家访人", "visitors"),
      lines("met", "见到的人", "people met", .sensitive),
      choices("met_relations", "见到的人的关系", "relations met", Choices.metRelations, .sensitive),
      entries("met_names", "见到的人（关系=姓名）", "people met by relation", .sensitive),
      choices("purpose", "家访目的", "purpose", Choices.purposes, .sensitive),
      choice(
        "outcome", "结果", "outcome",
        codes(
          "done/完成/done", "no_one_home/无人/no one home", "refused/拒访/refused", "wrong_address/地址错/wrong address",
          "rescheduled/改期/rescheduled"), .sensitive),
      line("family_type", "家庭类型", "type of family", .sensitive),
      choice("family_structure", "家庭结构", "family structure", Choices.families, .sensitive),
      lines("environment", "居住与学习环境", "living and study", .sensitive),
      text("findings", "发现的问题", "findings"), text("advice", "建议与措施", "advice"),
      text("guardian_feedback", "家长反馈", "guardian's feedback"),
      day("follow_up_due", "跟进期限", "follow-up due", .personal, rule: .earliest),
      line("follow_up_owner", "跟进人", "follow-up by", .personal), staffRecord("follow_up_owner", "跟进人", "follow-up by"),
      day("follow_up_done_on", "跟进完成日", "followed up on", .personal),
      flag("guardian_signed", "家长签字", "signed by guardian", .personal),
      flag("visitor_signed", "家访人签字", "signed by visitor", .personal),
      count("minutes", "时长（分钟）", "minutes", .personal),
      links("evidence", "佐证", "evidence", to: "evidence", .personal), prose("remark", "备注", "remark"),
    ])

  static let visitPlan = kind(
    "visit_plan", "家访计划", "visit plan", key: "student+school_year+term+channel?",
    [
      link("student", "学生", "student", to: "student", .personal, belongs: true),
      line("school_year", "学年", "school year", .personal), choice("term", "学期", "term", Choices.terms, .personal),
      choice("channel", "家访方式", "channel", Choices.channels, .personal),
      choices("purpose", "家访目的", "purpose", Choices.purposes, .sensitive),
      steps("steps", "家访步骤", "steps", .personal), day("due", "期限", "due", .personal, rule: .earliest),
      line("owner", "负责人", "responsible", .personal), staffRecord("owner", "负责人", "responsible"),
      link("visit", "完成的家访", "visit made", to: "visit", .personal),
      choice(
        "state", "状态", "state", codes("planned/已计划/planned", "done/已完成/done", "dropped/取消/dropped"), .personal),
      prose("remark", "备注", "remark"),
    ])

  static let familyActivity = kind(
    "family_activity", "家庭教育活动", "family-education activity", key: "title+date?",
    [
      line("title", "活动名称", "title"), day("date", "日期", "date"), line("programme", "所属项目", "programme"),
      choice(
        "form", "形式", "form",
        codes(
          "lecture/讲座/lecture", "class/家长课堂/parents' class", "salon/沙龙/salon", "online/线上/online",
          "parent_child/亲子活动/parent and child", "counselling/咨询/counselling")),
      line("place", "地点", "place"), lines("speakers", "主讲人", "speakers", .personal), line("topic", "主题", "topic"),
      count("families", "参加家庭数", "families"), count("people", "参加人数", "people"),
      links("students", "涉及学生", "pupils concerned", to: "student", .personal),
      text("summary", "活动小结", "summary", .normal), links("evidence", "佐证", "evidence", to: "evidence"),
    ])

  /// A call stands as it was taken down, a mandatory report with it.
  static let hotlineCall = kind(
    "hotline_call", "热线来电", "hotline call", key: "call_no",
    rules: [Rules.past("date", "来电日期", "the call"), Rules.clock("start", "时间", "the time")], isAppendOnly: true,
    [
      line("call_no", "来电编号", "call number", .personal), day("date", "日期", "date", .personal),
      line("start", "时间", "time", .personal),
      choice(
        "channel", "渠道", "channel", codes("phone/电话/phone", "online/网络/online", "in_person/来访/in person"), .personal),
      choice(
        "caller", "来电人", "caller",
        codes("self/本人/self") + Choices.relations + codes("teacher/教师/teacher"), .confidential),
      flag("anonymous", "匿名", "anonymous", .personal), line("topic", "主题", "topic", .confidential),
      choice("risk", "风险等级", "risk", Choices.risks, .confidential, rule: .max),
      text("action", "处理", "action", .confidential), line("referral", "转介", "referral", .confidential),
      line("operator", "接线员代码", "operator's code", .personal),
      link("care_case", "关联个案", "care case", to: "care_case", .confidential),
      flag("mandatory_report", "强制报告", "mandatory report", .confidential, rule: .max),
    ])
}
