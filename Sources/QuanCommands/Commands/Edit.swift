import ArgumentParser
import Quan

/// `quan edit`: changes fields of a record.
struct Edit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("修改记录的字段", "Change fields of a record."),
    discussion: say(
      """
      字段=值 设置 (写回原值即为确认); 字段= 清空; 集合用 字段+=值、字段-=值; 计数用 字段+=数.
      列表: 字段+=值 加在末尾, '字段[2]=值' 改第2项, '字段[2]+=值' 插在第2项之前, '字段[2]=' 去掉第2项, '字段[3]>1' 把第3项移到第1.
      映射: 字段.键=值 设置, 字段.键= 去掉. 带方括号或 > 的写法请加引号.
      文字: 字段=新的全文 只改不同之处; 或 quan edit 编号 字段 --editor 在编辑器 (VISUAL 或 EDITOR) 中改.
      """,
      """
      FIELD=VALUE sets (writing the same value confirms it); FIELD= clears; sets take FIELD+=V and FIELD-=V; counters FIELD+=N.
      Lists: FIELD+=V appends, 'FIELD[2]=V' sets the second, 'FIELD[2]+=V' inserts before it, 'FIELD[2]=' removes it, 'FIELD[3]>1' moves the third to be the first.
      Maps: FIELD.KEY=V sets, FIELD.KEY= takes the key away. Quote what has brackets or > in it.
      Texts: FIELD=NEW TEXT changes only what differs; or quan edit ID FIELD --editor changes it in your editor (VISUAL or EDITOR).
      """
    ))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("记录编号", "The record."), valueName: "ID"), completion: LiveValues.records)
  var record: String
  @Argument(
    help: ArgumentHelp(say("字段=值", "What to change."), valueName: "FIELD=VALUE"), completion: LiveValues.assignments)
  var fields: [String]
  @Option(name: .shortAndLong, help: ArgumentHelp(say("附言", "What you say about it."), valueName: "TEXT"))
  var message: String?
  @Flag(help: ArgumentHelp(say("在编辑器中改一个字段的文字", "Change the text of one field in your editor.")))
  var editor = false

  func validate() throws {
    if editor && fields.count != 1 {
      throw ValidationError(
        say(
          "--editor 只用于一个字段: quan edit 编号 字段 --editor", "--editor takes one field: quan edit ID FIELD --editor"))
    }
  }

  func run() throws {
    try options.withReplica { replica in
      let finder = RecordFinder(replica: replica)
      let id = try finder.record(record)
      guard let current = try replica.record(id) else {
        throw CommandFailure(StoreError(.notFound, "", subject: record))
      }
      if editor { return try editText(of: current, replica) }
      let parser = ValueParser(finder: finder)
      let assignments = try fields.map { try Assignment($0, of: current.kind) }
      try replica.write(author: options.author, message: message) { transaction in
        var replaced: Set<FieldID> = []
        var items = ItemEdit(record: current.id, parser: parser)
        for assignment in assignments {
          try apply(assignment, to: current, parser, &items, &transaction, &replaced)
        }
      }
      if options.json { Terminal.print(JSON.object(["id": .string(id.description)]).line) }
      if current.presence == .deleted {
        Terminal.talk(
          say("注意: 这条记录已被删除, 修改使它成为待处理的冲突", "Note: the record is deleted; your edit makes a conflict of it"))
      }
    }
  }

  /// Lets the person change a text; what others change meanwhile stands.
  private func editText(of record: Record, _ replica: Replica) throws {
    let field = try Assignment.field(named: fields[0], of: record.kind)
    guard field.container == .text || (field.container == .register && field.type == .text) else {
      throw CommandFailure(
        .usage, say("字段 '\(field.name)' 不是文字", "field '\(field.name)' is no text"),
        hint: say("查看字段: quan schema show \(record.kind.name)", "see the fields: quan schema show \(record.kind.name)"))
    }
    guard options.reveal || !ValueText.isMasked(field) else {
      throw CommandFailure(
        .failed, say("字段 '\(field.name)' 是敏感的, 编辑器会显示它", "field '\(field.name)' is sensitive, and an editor shows it"),
        hint: say("确要显示, 加 --reveal", "to show it all the same, add --reveal"))
    }
    func text(_ record: Record?) -> String {
      if case .text(let text)? = record?[field.name]?.shown.first { text } else { "" }
    }
    let before = text(record)
    let edited = try Editor.edit(before)
    guard edited != before else {
      Terminal.talk(say("没有改动", "Nothing was changed"))
      return
    }
    try replica.write(author: options.author, message: message) { transaction in
      var whole = edited
      if field.container == .text {
        whole = TextDifference.merged(base: before, try transaction.wholeText(record.id, field.id), edited)
      }
      try transaction.set(record.id, field.id, to: whole.isEmpty ? nil : .text(whole))
    }
    if options.json { Terminal.print(JSON.object(["id": .string(record.id.description)]).line) }
  }

  private func apply(
    _ assignment: Assignment, to record: Record, _ parser: ValueParser, _ items: inout ItemEdit,
    _ transaction: inout Transaction, _ replaced: inout Set<FieldID>
  ) throws {
    let field = assignment.field
    if field.container == .map { return try items.map(assignment, record[field.name]?.items ?? [], &transaction) }
    if field.container == .list { return try items.list(assignment, &transaction) }
    let value = assignment.act == .clear ? nil : try parser.value(assignment.text, of: field)
    switch (field.container, assignment.act) {
    case (.register, .set), (.register, .clear), (.text, .set), (.text, .clear):
      try transaction.set(record.id, field.id, to: value)
    case (.set, .set), (.set, .clear):
      // The first "=" puts its element in the place of those shown; further ones join it.
      if replaced.insert(field.id).inserted {
        for element in record[field.name]?.shown ?? [] where element != value {
          try transaction.remove(record.id, field.id, element)
        }
      }
      if let value { try transaction.add(record.id, field.id, value) }
    case (.set, .add): if let value { try transaction.add(record.id, field.id, value) }
    case (.set, .remove): if let value { try transaction.remove(record.id, field.id, value) }
    case (.counter, .add), (.counter, .remove):
      guard case .integer(let amount)? = value, amount != .min else { return }
      try transaction.increment(record.id, field.id, by: assignment.act == .add ? amount : -amount)
    default:
      throw CommandFailure(
        .usage,
        field.container == .counter
          ? say("计数字段 '\(field.name)' 用 \(field.name)+=数", "the counter '\(field.name)' takes \(field.name)+=N")
          : say(
            "字段 '\(field.name)' 不是集合, 用 \(field.name)=值", "field '\(field.name)' is no set; write \(field.name)=VALUE"),
        hint: say("查看字段: quan schema show", "see the fields: quan schema show"))
    }
  }
}
