import Quan

/// Psychological care: by pseudonym, without ID number or income.
enum Care {
  static let kinds = [careCase, note]

  /// The higher risk is shown until a counsellor rules.
  static let careCase = kind(
    "care_case", "心理个案", "care case", key: "case_no", rules: Rules.careCase,
    [
      line("case_no", "个案编号", "case number", .confidential), line("subject", "化名编号", "pseudonym", .confidential),
      day("opened", "建档日期", "opened", .confidential),
      choice(
        "source", "来源", "source",
        codes(
          "hotline/热线/hotline", "visit/家访/visit", "screening/筛查/screening", "teacher/教师/teacher",
          "parent/家长/parent", "self/自荐/self"), .confidential),
      choice("risk", "风险等级", "risk", Choices.risks, .confidential, rule: .max),
      choice(
        "state", "状态", "state",
        codes("open/在办/open", "monitoring/关注/monitoring", "referred/转介/referred", "closed/结案/closed"), .confidential,
        rule: .ladder(["open", "monitoring", "referred", "closed"])),
      line("owner", "负责人", "owner", .confidential),
      staffRecord("owner", "负责人", "owner", .confidential),
      day("next_due", "下次期限", "next due", .confidential, rule: .earliest),
      link("student", "密封关联", "sealed link", to: "student", .confidential),
    ])

  /// What was noted stands as it was written, a mandatory report with it; a later note puts it right.
  static let note = kind(
    "care_note", "随访", "care note", key: "care_case+date+kind?",
    rules: [Rules.past("date", "日期", "the date"), Rules.clock("start", "时间", "the time")], isAppendOnly: true,
    [
      link("care_case", "个案", "case", to: "care_case", .confidential), day("date", "日期", "date", .confidential),
      line("start", "时间", "time", .confidential),
      choice(
        "kind", "方式", "how",
        codes(
          "call/热线来电/call", "meeting/面谈/meeting", "parents/家长沟通/with parents", "conference/会商/conference",
          "referral/转介/referral", "crisis/危机处置/crisis"), .confidential),
      choice("risk_after", "随访后风险", "risk after", Choices.risks, .confidential, rule: .max),
      text("text", "记录", "text", .confidential),
      flag("mandatory_report", "强制报告", "mandatory report", .confidential, rule: .max),
      line("reported_to", "报告对象", "reported to", .confidential),
    ])
}
