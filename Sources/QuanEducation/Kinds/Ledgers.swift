import Quan

/// Ledgers, what happened on them, and where pupils are placed.
enum Ledgers {
  static let kinds = [ledger, event, placement, importedList]

  /// The step that is less closed is shown while two differ, and people look at it.
  ///
  /// The state follows from the events; no merge rule reads other records, so it stands as a field of its own.
  static let ledger = kind(
    "ledger", "台账", "ledger entry", key: "type+student+episode?", rules: Rules.ledger,
    [
      choice(
        "type", "台账类型", "ledger",
        codes(
          "poverty_file/建档立卡/poverty register", "unregistered/无正常学籍/not registered",
          "school_age/适龄儿童/of school age", "suspected_dropout/疑似辍学/suspected dropout", "dropout/辍学/dropout",
          "disability/残疾安置/placement of disabled"), .sensitive),
      link("student", "学生", "student", to: "student", .personal, belongs: true),
      count("episode", "第几次", "episode", .personal), choice("reason", "致贫或失学原因", "reason", Choices.reasons, .sensitive),
      choice(
        "state", "状态", "state",
        codes(
          "reported/待核实/reported", "open/在办/open", "placed/已安置/placed",
          "closure_requested/申请销号/closure requested", "school_ok/校级已审/school agreed", "closed/已销号/closed",
          "transfer_offered/转出待接收/transfer offered", "transfer_accepted/转入接收/transfer accepted", "void/误登/void"),
        .sensitive,
        rule: .ladder([
          "reported", "open", "placed", "closure_requested", "school_ok", "transfer_offered", "transfer_accepted",
          "closed", "void",
        ])),
      day("opened_on", "登记日期", "opened on", .personal), line("responsible", "责任人", "responsible", .personal),
      staffRecord("responsible", "责任人", "responsible"), day("due", "期限", "due", .personal, rule: .earliest),
      choice(
        "ground", "销号依据", "ground of closing",
        codes(
          "returned/复学/back at school", "inclusive/随班就读/in a regular class", "special_school/特教学校/special school",
          "home_teaching/送教上门/taught at home", "elsewhere/异地就读/at school elsewhere",
          "deferred/批准延缓或休学/deferral approved", "graduated/毕业或超龄/graduated or over age",
          "gone/死亡或出境/dead or abroad", "void/误登/entered by mistake"), .sensitive),
      day("until", "有效至", "holds until", .personal, rule: .earliest),
      day("closed_on", "销号日期", "closed on", .personal),
      line("requested_by", "申请人", "requested by", .personal), staffRecord("requested_by", "申请人", "requested by"),
      line("approved_by", "批准人", "approved by", .personal), staffRecord("approved_by", "批准人", "approved by"),
      link("placement", "安置", "placement", to: "placement", .personal),
      link("visit", "最后核实家访", "last visit that checked", to: "visit", .personal),
      link("survivor", "并入", "entry that stays", to: "ledger", .personal),
      links("evidence", "佐证", "evidence", to: "evidence", .personal), prose("remark", "备注", "remark"),
    ])

  /// What happened once stands as it was recorded; what was entered wrongly is put right by an event after it.
  static let event = kind(
    "ledger_event", "劝返与销号", "ledger event", key: "ledger+kind+date?",
    rules: [Rules.past("date", "日期", "the date")], isAppendOnly: true,
    [
      link("ledger", "台账", "ledger entry", to: "ledger", .personal, belongs: true),
      count("seq", "序号", "number", .personal),
      choice(
        "kind", "事项", "what",
        codes(
          "registered/登记/registered", "checked/核实/checked", "persuaded/劝返/persuaded", "placed/安置/placed",
          "closure_requested/申请销号/closure requested", "school_reviewed/校审/reviewed by school",
          "county_reviewed/县复核/reviewed by county", "returned/退回/sent back", "relapsed/复发/relapsed",
          "transferred/转出/transferred", "transfer_accepted/转入接收/transfer accepted", "void/误登/entered by mistake"),
        .sensitive), day("date", "日期", "date", .personal),
      line("by", "经办人", "by", .personal), staffRecord("by", "经办人", "by"), prose("note", "说明", "note"),
      links("evidence", "佐证", "evidence", to: "evidence", .personal),
    ])

  static let placement = kind(
    "placement", "安置", "placement", key: "student+kind+from?", rules: Rules.placement,
    [
      link("student", "学生", "student", to: "student", .personal, belongs: true),
      choice(
        "kind", "安置方式", "how",
        codes(
          "regular/普通就读/regular", "inclusive/随班就读/inclusive", "special_class/特教班/special class",
          "special_school/特教学校/special school", "home_teaching/送教上门/taught at home",
          "institution/送教进机构/taught in an institution", "remote/远程/remote", "elsewhere/异地就读/elsewhere",
          "deferred/延缓入学/deferred", "suspended/休学/suspended", "vocational/中职/vocational"), .sensitive),
      line("school", "学校", "school", .sensitive), schoolRecord(.sensitive), day("from", "起", "from", .personal),
      day("to", "止", "to", .personal), line("approval_no", "批准文号", "number of approval", .sensitive),
      day("approved_on", "批准日期", "approved on", .personal),
      flag("acknowledged", "学校确认", "school acknowledges", .personal),
      links("evidence", "佐证", "evidence", to: "evidence", .personal),
    ])

  /// A person on a list of another office, for the comparisons of registers.
  static let importedList = kind(
    "imported_list", "比对名单", "imported list", key: "list+id_no; list+student_no",
    [
      choice(
        "list", "名单", "list",
        codes(
          "hukou/户籍/household register", "registered/学籍/school register", "attending/在校/attending",
          "poverty/脱贫户/poverty register", "dropout/辍学/dropout", "other/其他/other"), .sensitive),
      line("batch", "批次", "batch", .personal), day("as_of", "数据日期", "as of", .personal),
      line("name", "姓名", "name", .personal),
      day("birth", "出生日期", "date of birth", .sensitive), line("id_no", "证件号码", "ID number", .sensitive),
      line("student_no", "学籍号", "student number", .sensitive), line("school", "学校", "school", .personal),
      schoolRecord(.personal),
      line("address", "地址", "address", .sensitive), line("label", "标签", "label", .sensitive),
      link("student", "对应学生", "pupil", to: "student", .personal),
    ])
}
