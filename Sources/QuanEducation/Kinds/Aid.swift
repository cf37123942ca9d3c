import Quan

/// Student aid: who needs it, what there is, what was granted and what was paid.
enum Aid {
  static let kinds = [determination, programme, tier, award, payment]

  static let determination = kind(
    "determination", "困难认定", "determination", key: "student+school_year", rules: Rules.determination,
    [
      link("student", "学生", "student", to: "student", .personal, belongs: true),
      line("school_year", "学年", "school year", .personal),
      choice(
        "level", "认定等级", "level",
        codes("severe/特别困难/severe", "moderate/比较困难/moderate", "mild/一般困难/mild", "none/不困难/none"), .sensitive),
      lines("grounds", "认定依据", "grounds", .sensitive), line("reviewed_by", "评审", "reviewed by", .personal),
      staffRecord("reviewed_by", "评审", "reviewed by"), day("notice_from", "公示起", "notice from", .personal),
      day("notice_to", "公示止", "notice to", .personal),
      text("objection", "异议", "objection"),
      choice(
        "status", "状态", "status",
        codes(
          "applied/申请/applied", "reviewed/评审/reviewed", "on_notice/公示/on notice", "approved/认定/approved",
          "rejected/不予认定/rejected"), .sensitive),
      link("visit", "核实家访", "visit that checked", to: "visit", .personal),
    ])

  static let programme = kind(
    "aid_programme", "资助项目", "aid programme", key: "code+version",
    [
      line("code", "项目代码", "code"), line("version", "版本", "version"),
      choice("stage", "学段", "stage", Choices.stages),
      line("name", "项目名称", "name"), line("issuer", "发文单位", "issuer"), line("doc_no", "文号", "document number"),
      choice("pay_per", "发放周期", "paid per", codes("term/学期/term", "year/学年/year")),
      flag("needs_based", "需困难认定", "needs a determination", .normal),
      links("excludes", "互斥项目", "excludes", to: "aid_programme"),
      day("valid_from", "生效日期", "valid from"), day("valid_to", "失效日期", "valid to"),
    ])

  /// A tier of a programme; a record of its own, so that amounts are money and not text.
  static let tier = kind(
    "aid_tier", "资助档次", "aid tier", key: "programme+code",
    [
      link("programme", "项目", "programme", to: "aid_programme"), line("code", "档次", "tier"),
      line("name", "名称", "name"), yuan("amount", "每年金额（元）", "amount a year (yuan)"),
    ])

  /// Money and its status are never decided by a rule: paid here and void there is for people.
  static let award = kind(
    "aid_award", "资助", "aid award", key: "student+programme+school_year+term", rules: Rules.award,
    [
      link("student", "学生", "student", to: "student", .personal, belongs: true),
      link("programme", "项目", "programme", to: "aid_programme", .sensitive),
      line("school_year", "学年", "school year", .personal), choice("term", "学期", "term", Choices.terms, .personal),
      line("tier", "档次", "tier", .sensitive),
      link("tier_ref", "档次（档次记录）", "tier (tier record)", to: "aid_tier", .sensitive),
      link("determination", "困难认定", "determination", to: "determination", .personal),
      yuan("amount", "金额（元）", "amount (yuan)", .sensitive),
      choice(
        "status", "状态", "status",
        codes(
          "applied/申请/applied", "reviewed/评审/reviewed", "on_notice/公示/on notice", "approved/审批/approved",
          "allocated/预拨/allocated", "paid/已发/paid", "returned/退回/returned", "void/取消/void"), .sensitive),
      line("override_reason", "非标准金额原因", "why another amount", .sensitive),
      line("override_approver", "批准人", "who agreed", .personal),
      staffRecord("override_approver", "批准人", "who agreed"), prose("remark", "备注", "remark"),
    ])

  static let payment = kind(
    "payment", "发放", "payment", key: "batch+award", rules: Rules.payment,
    [
      link("award", "资助", "award", to: "aid_award", .personal, belongs: true),
      yuan("amount", "金额（元）", "amount (yuan)", .sensitive),
      day("paid_on", "发放日期", "paid on", .personal), line("batch", "批次", "batch", .personal),
      choice("payee", "收款人", "payee", codes("self/本人/self", "guardian/监护人/guardian"), .sensitive),
      line("card_last4", "卡号后四位", "last four of the card", .sensitive),
      line("card_hash", "卡号校验值", "keyed hash of the card", .sensitive),
      link("receipt", "回执", "receipt", to: "evidence", .personal),
      link("reversal_of", "冲正", "reverses", to: "payment", .personal),
    ])
}
