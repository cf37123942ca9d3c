import ArgumentParser
import Quan

/// `quan search`: the records that show a text.
struct Search: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("查找文字, 说明在哪一项", "Find records by a text in them; says in which field."),
    discussion: say(
      "全角半角、大小写、姓名中的各种间隔点视为相同. 敏感项也查, 但打码显示.",
      "Full width, capitals and the dots in names make no difference. Sensitive fields are searched too, and shown masked."
    ))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("要找的文字", "What to look for."), valueName: "TEXT"))
  var text: String
  @Option(
    help: ArgumentHelp(say("只找这一类", "Only this kind."), valueName: "KIND"), completion: LiveValues.kinds)
  var kind: String?
  @Option(help: ArgumentHelp(say("最多几条, 0 为不限", "At most so many; 0 for all."), valueName: "N"))
  var limit = 100

  func run() throws {
    options.beginPages()
    guard !text.trimmed.isEmpty else {
      throw CommandFailure(
        .usage, say("没有要找的文字", "there is nothing to look for"),
        hint: say("例: quan search 泉泉", "such as: quan search Quanquan"))
    }
    try options.withReplica { replica in
      let schema = try replica.schema()
      let kinds = try kind.map { [try Assignment.kind(named: $0, in: schema).id] }
      let most = limit > 0 ? limit : Int.max - 1
      let hits = try replica.search(text.trimmed, kinds: kinds, limit: most + 1)
      let records = RecordText(replica: replica, options: options)
      var table = Table(
        [say("编号", "ID"), say("类型", "kind"), say("名称", "title"), say("所在项", "field"), say("内容", "shows")],
        whole: [0])
      for hit in hits.prefix(most) {
        try Interrupt.check()
        guard let record = try replica.record(hit.record) else { continue }
        let field = record.fields.first { $0.definition.id == hit.field }
        if options.json {
          Terminal.print(
            JSON.object([
              "id": .string(record.id.description), "kind": .string(record.kind.name),
              "field": field.map { .string($0.definition.name) } ?? .null,
              "value": field.map { ValueText.json($0) } ?? .null,
              "fields": RecordText.fields(record),
            ]).line)
        } else {
          table.add([
            try replica.shortForm(of: record.id), Titles.kind(record.kind),
            Titles.title(record, reveal: options.reveal), field.map { Titles.field($0.definition) } ?? "",
            field.map { records.text($0) } ?? "",
          ])
        }
      }
      if options.json { return }
      if !table.isEmpty { table.print() }
      let count = min(hits.count, most)
      Terminal.remark(
        hits.count > most
          ? say("前 \(count) 条; 更多: --limit 0", "The first \(count); all with --limit 0")
          : say("共 \(count) 条", count == 1 ? "1 record" : "\(count) records"))
    }
  }
}
