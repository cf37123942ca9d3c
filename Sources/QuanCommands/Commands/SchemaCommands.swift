import ArgumentParser
import Quan
import QuanEducation

/// `quan schema`: the kinds and fields.
struct SchemaCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: say("查看和扩充类型与字段", "See the kinds and fields, and add to them."),
    discussion: say(
      "表结构只增不减: 可以加类型、字段、选项, 改名称和规则; 已有的字段不会消失, 类型也不变.",
      "A schema only grows: kinds, fields and choices can be added, labels and rules changed; what is there stays."),
    subcommands: [ShowSchema.self, CheckSchema.self, ApplySchema.self])

  /// `quan schema show`.
  struct ShowSchema: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: say("显示类型与字段", "Show the kinds, or the fields of one."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("类型", "The kind."), valueName: "KIND"), completion: LiveValues.kinds)
    var kind: String?
    @Flag(help: ArgumentHelp(say("写成表结构文件, 可改后再用", "Write a schema file, to be changed and used.")))
    var file = false
    @Flag(help: ArgumentHelp(say("显示内置的, 不看副本", "The built-in kinds, whatever the replica has.")))
    var builtIn = false

    func run() throws {
      options.beginPages()
      let schema = builtIn ? Schema(EducationSchema.draft) : try options.withReplica { try $0.schema() }
      let kinds =
        try kind.map { [try Assignment.kind(named: $0, in: schema)] }
        ?? schema.kinds.filter { $0.id.replica != .builtIn }
      if file || options.json {
        let lines = SchemaFileWriter(isComplete: options.json).lines(kinds)
        if options.json { Terminal.print(lines.joined()) } else { for line in lines { Terminal.print(line) } }
        return
      }
      for kind in kinds { print(kind) }
    }

    private func print(_ kind: KindDefinition) {
      Terminal.print("\(kind.name)  \(Titles.kind(kind))")
      if !kind.naturalKeys.isEmpty {
        let keys = NaturalKey.write(kind.naturalKeys)
        Terminal.print(say("键: \(keys)", "keys: \(keys)"))
      }
      if kind.isAppendOnly {
        Terminal.print(say("只增不改: 已登记的不能改, 也不能删", "only added to: what is recorded is never changed or deleted"))
      }
      for rule in kind.invariants {
        let line = "\(rule.name) (\(say(rule.labels.chinese, rule.labels.english))): \(rule.expression)"
        for part in Wrap.lines(say("规则: ", "rule: "), Terminal.neutral(line), columns: Terminal.columns) {
          Terminal.print(part)
        }
      }
      var table = Table(
        [say("字段", "field"), say("名称", "label"), say("类型", "type"), say("合并规则", "merge rule"), say("敏感", "class")],
        whole: [0, 2, 3])
      for field in kind.fields where field.name != BuiltIn.externalIDName {
        let container = field.container == .register ? "" : FieldText.write(field.container) + " "
        let rule = field.rule.text
        // What would make a column too wide stands below.
        let below = [
          field.target.isEmpty ? "" : "-> \(field.target)", rule.contains("(") ? rule : "",
          field.choices.map { "\($0.code) \(say($0.labels.chinese, $0.labels.english))" }.joined(separator: ", "),
        ]
        table.add(
          [
            field.name, Titles.field(field), container + FieldText.write(field.type, scale: field.scale),
            String(rule.prefix { $0 != "(" }), field.sensitivity.rawValue,
          ], below: below.filter { !$0.isEmpty }.joined(separator: "; "))
      }
      table.print()
    }
  }

  /// `quan schema check`.
  struct CheckSchema: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: say("检查表结构文件", "Check a schema file; tells the line of each mistake."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("表结构文件", "The schema file."), valueName: "FILE"), completion: .file())
    var path: String
    @Flag(
      help: ArgumentHelp(
        say("只看文件本身, 不与副本的类型对照", "By itself, not over the kinds that the replica has.")))
    var alone = false

    func run() throws {
      let present =
        alone || ((try? options.replicaPath()) == nil) ? nil : try options.withReplica { try $0.schema() }
      let file = try SchemaFile.read(path) { file in
        present ?? (file.extendsBuiltIn ? Schema(EducationSchema.draft) : Schema())
      }
      let fields = file.kinds.reduce(0) { $0 + $1.fields.count }
      if options.json {
        Terminal.print(JSON.object(["kinds": .integer(file.kinds.count), "fields": .integer(fields)]).line)
        return
      }
      Terminal.print(
        say("正确: \(file.kinds.count) 个类型, \(fields) 个字段", "Good: \(file.kinds.count) kinds, \(fields) fields"))
      if present != nil {
        Terminal.remark(
          say("看看会改什么: quan schema apply \(path) --dry-run", "See what it changes: quan schema apply \(path) --dry-run")
        )
      }
    }
  }

  /// `quan schema apply`.
  struct ApplySchema: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "apply", abstract: say("按文件扩充类型与字段", "Add what a schema file says to the workspace."),
      discussion: say(
        "文件里只写要加或要改的. 所有电脑在下次同步后都会有.",
        "The file says only what is to be added or changed. All laptops have it after the next sync."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("表结构文件", "The schema file."), valueName: "FILE"), completion: .file())
    var path: String
    @Flag(help: ArgumentHelp(say("只显示会改什么", "Only say what would change.")))
    var dryRun = false

    func run() throws {
      try options.withReplica { replica in
        let schema = try replica.schema()
        let file = try SchemaFile.read(path) { _ in schema }
        let steps = SchemaChange.steps(to: file, from: schema)
        if !dryRun && !steps.isEmpty {
          try replica.write(author: options.author) { transaction in
            for step in steps { try step.apply(&transaction) }
          }
        }
        if options.json {
          Terminal.print(
            JSON.object([
              "changes": .array(
                steps.map { .object(["change": .string($0.name), "subject": .string($0.subject)]) }),
              "applied": .bool(!dryRun),
            ]).line)
          return
        }
        for step in steps { Terminal.print(Terminal.neutral(step.text)) }
        Terminal.remark(
          steps.isEmpty
            ? say("没有要改的", "Nothing to change")
            : dryRun
              ? say("只是预览, 什么也没有写入", "A preview: nothing was written")
              : say(
                "已写入 \(steps.count) 处; 下次同步后各台电脑都有",
                "\(steps.count) changes made; other laptops have them after the next sync"))
      }
    }
  }
}
