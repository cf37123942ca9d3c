import Quan

/// Evidence, and what is recorded about the records themselves.
enum Records {
  static let kinds = [evidence, mergeDecision, accessEvent, exportEvent, erasure]

  static let evidence = kind(
    "evidence", "佐证", "evidence", key: "file",
    [
      link("about", "对象", "about", .personal, belongs: true),
      choice(
        "kind", "类型", "what",
        codes(
          "photo/照片/photo", "signature/签名/signature", "certificate/证明/certificate",
          "screenshot/学籍截图/screenshot", "receipt/收据/receipt", "recording/录音/recording"), .personal),
      FieldDraft("file", Labels("文件", "file"), .attachment, sensitivity: .sensitive),
      count("bytes", "字节数", "bytes", .personal), day("taken_on", "拍摄日期", "taken on", .personal),
      line("caption", "说明", "caption", .sensitive),
      flag("redacted", "已脱敏", "redacted", .personal),
    ])

  /// What every record about records says: who, when, on which laptop, about what, and why.
  ///
  /// It stands as it was written.
  private static func trail(_ code: String, _ chinese: String, _ english: String, _ more: [FieldDraft]) -> KindDraft {
    kind(
      code, chinese, english, isAppendOnly: true,
      [
        line("who", "谁", "who", .personal), staffRecord("who", "谁", "who"),
        FieldDraft("at", Labels("时刻", "when"), .instant, sensitivity: .personal),
        line("laptop", "电脑", "laptop", .personal), link("about", "对象", "about", .personal),
      ] + more + [line("reason", "原因", "why", .personal)])
  }

  static let mergeDecision = trail(
    "merge_decision", "合并决定", "merge decision",
    [line("field", "字段", "field", .personal), line("decision", "决定", "decision", .sensitive)])
  static let accessEvent = trail(
    "access_event", "查阅记录", "access",
    [choice("act", "行为", "act", codes("open/打开/opened", "reveal/显示敏感信息/revealed", "print/打印/printed"), .personal)])
  static let exportEvent = trail(
    "export_event", "导出记录", "export",
    [
      line("what", "内容", "what", .personal), lines("fields", "字段", "fields", .personal),
      count("records", "记录数", "records", .personal), line("recipient", "接收方", "recipient", .personal),
    ])
  static let erasure = trail(
    "erasure", "删除令", "erasure",
    [
      line("subject", "对象编号", "subject", .personal), line("ordered_by", "批准人", "ordered by", .personal),
      staffRecord("ordered_by", "批准人", "ordered by"),
    ])
}
