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
      """,
      """
      FIELD=VALUE sets (writing the same value confirms it); FIELD= clears; sets take FIELD+=V and FIELD-=V; counters FIELD+=N.
      Lists: FIELD+=V appends, 'FIELD[2]=V' sets the second, 'FIELD[2]+=V' inserts before it, 'FIELD[2]=' removes it, 'FIELD[3]>1' moves the third to be the first.
      Maps: FIELD.KEY=V sets, FIELD.KEY= takes the key away. Quote what has brackets or > in it.
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

  func run() throws {
    try options.withReplica { replica in
      let finder = RecordFinder(replica: replica)
      let id = try finder.record(record)
      guard let current = try replica.record(id) else {
        throw CommandFailure(StoreError(.notFound, "", subject: record))
      }
      let parser = ValueParser(finder: finder)
      let assignments = try fields.map { try Assignment($0, of: current.kind) }
      try replica.write(author: options.author, message: message) { transaction in
        var replaced: Set<FieldID> = []
        for assignment in assignments {
          try apply(assignment, to: current, parser, &transaction, &replaced)
        }
      }
      if options.json { Terminal.print(JSON.object(["id": .string(id.description)]).line) }
      if current.presence == .deleted {
        Terminal.talk(
          say("注意: 这条记录已被删除, 修改使它成为待处理的冲突", "Note: the record is deleted; your edit makes a conflict of it"))
      }
    }
  }

  private func apply(
    _ assignment: Assignment, to record: Record, _ parser: ValueParser, _ transaction: inout Transaction,
    _ replaced: inout Set<FieldID>
  ) throws {
    let field = assignment.field
    let items = ItemEdit(record: record.id, parser: parser)
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
