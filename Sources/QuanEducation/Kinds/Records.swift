import Quan

/// Evidence, and what is recorded about the records themselves.
enum Records {
  static let kinds = [evidence, mergeDecision, accessEvent, exportEvent, erasure]

  static let evidence = kind(
    "evidence", "佐证", "evidence", key: "file",
    [
      link("about", "对象", "about", belongs: true),
      choice(
        "kind", "类型", "what",
        codes(
          "photo/照片/photo", "signature/签名/signature", "certificate/证明/certificate",
          "screenshot/学籍截图/screenshot", "receipt/收据/receipt", "recording/录音/recording")),
      FieldDraft("file", Labels("文件", "file"), .attachment, sensitivity: .sensitive),
      count("bytes", "字节数", "bytes"), day("taken_on", "拍摄日期", "taken on"), line("caption", "说明", "caption", .sensitive),
      flag("redacted", "已脱敏", "redacted", .normal),
    ])

  /// What every record about records says: who, when, on which laptop, about what, and why.
  private static func trail(_ code: String, _ chinese: String, _ english: String, _ more: [FieldDraft]) -> KindDraft {
    kind(
      code, chinese, english,
      [
        line("who", "谁", "who", .personal), FieldDraft("at", Labels("时刻", "when"), .instant),
        line("laptop", "电脑", "laptop"), link("about", "对象", "about"),
      ] + more + [line("reason", "原因", "why")])
  }

  static let mergeDecision = trail(
    "merge_decision", "合并决定", "merge decision",
    [line("field", "字段", "field"), line("decision", "决定", "decision", .sensitive)])
  static let accessEvent = trail(
    "access_event", "查阅记录", "access",
    [choice("act", "行为", "act", codes("open/打开/opened", "reveal/显示敏感信息/revealed", "print/打印/printed"))])
  static let exportEvent = trail(
    "export_event", "导出记录", "export",
    [line("what", "内容", "what"), count("records", "记录数", "records"), line("recipient", "接收方", "recipient")])
  static let erasure = trail(
    "erasure", "删除令", "erasure",
    [line("subject", "对象编号", "subject"), line("ordered_by", "批准人", "ordered by", .personal)])
}
