import ArgumentParser
import Quan

/// `quan add`: a new record.
struct Add: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("新增记录, 输出它的完整编号", "Add a record; prints its full ID."),
    discussion: say("例: quan add student name=泉泉 phone=13800000000", "quan add student name=Quanquan phone=13800000000")
  )

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("类型", "The kind."), valueName: "KIND"), completion: LiveValues.kinds)
  var kind: String
  @Argument(
    help: ArgumentHelp(
      say("字段=值; 集合和列表可重复; 映射用 字段.键=值", "Fields; repeat one for a set or list; maps take FIELD.KEY=V."),
      valueName: "FIELD=VALUE"),
    completion: LiveValues.assignments)
  var fields: [String] = []
  @Option(
    help: ArgumentHelp(say("范围(学校)的编号或名称", "The scope, by ID or label."), valueName: "SCOPE"),
    completion: LiveValues.scopes)
  var scope: String?
  @Option(name: .shortAndLong, help: ArgumentHelp(say("附言", "What you say about it."), valueName: "TEXT"))
  var message: String?

  func run() throws {
    try options.withReplica { replica in
      let kind = try Assignment.kind(named: kind, in: try replica.schema())
      let parser = ValueParser(finder: RecordFinder(replica: replica))
      var values: [FieldID: [Value]] = [:]
      var maps: [FieldID: [(key: String, value: Value)]] = [:]
      for argument in fields {
        let assignment = try Assignment(argument, of: kind)
        guard assignment.act != .remove else {
          throw CommandFailure(
            .usage, say("新记录没有可去掉的值", "a new record has nothing to remove"),
            hint: say("写成 字段=值", "write it as FIELD=VALUE"))
        }
        if assignment.act == .clear { continue }
        let value = try parser.value(assignment.text, of: assignment.field)
        if assignment.field.container == .map, case .key(let key)? = assignment.item {
          maps[assignment.field.id, default: []].append((key, value))
          continue
        }
        guard assignment.item == nil, assignment.act != .move, assignment.field.container != .map else {
          throw CommandFailure(
            .usage,
            say("新记录的列表用 字段=值, 可重复; 映射用 字段.键=值", "a new record's lists take FIELD=V, repeated, its maps FIELD.KEY=V"),
            hint: say("查看字段: quan schema show", "see the fields: quan schema show"))
        }
        let isMany = assignment.field.container == .set || assignment.field.container == .list
        if !isMany && values[assignment.field.id] != nil {
          throw CommandFailure(
            .usage, say("字段 '\(assignment.field.name)' 写了两次", "field '\(assignment.field.name)' is given twice"),
            hint: say("只写一次", "give it once"))
        }
        values[assignment.field.id, default: []].append(value)
      }
      let keyed = maps
      let scope = try scope.map { try ScopeFinder.scope($0, replica) }
      let id = try replica.write(author: options.author, message: message) { transaction in
        try transaction.create(kind.id, in: scope, values, maps: keyed)
      }
      Terminal.print(options.json ? JSON.object(["id": .string(id.description)]).line : id.description)
    }
  }
}
