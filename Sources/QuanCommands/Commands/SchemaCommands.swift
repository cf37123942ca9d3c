import ArgumentParser
import Quan

/// `quan schema`: the kinds and fields.
struct SchemaCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: say("查看类型与字段", "See the kinds and fields."), subcommands: [ShowSchema.self])

  /// `quan schema show`.
  struct ShowSchema: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: say("显示类型与字段", "Show the kinds, or the fields of one."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("类型", "The kind."), valueName: "KIND"), completion: LiveValues.kinds)
    var kind: String?

    func run() throws {
      options.beginPages()
      let schema = try options.withReplica { try $0.schema() }
      let kinds =
        try kind.map { [try Assignment.kind(named: $0, in: schema)] }
        ?? schema.kinds.filter { $0.id.replica != .builtIn }
      if options.json {
        Terminal.print(SchemaFile.json(kinds).line)
        return
      }
      for kind in kinds {
        Terminal.print("\(kind.name)  \(Titles.kind(kind))")
        var table = Table([
          say("字段", "field"), say("名称", "label"), say("类型", "type"), say("合并规则", "merge rule"), say("敏感", "class"),
        ])
        for field in kind.fields where field.name != BuiltIn.externalIDName {
          let type = field.container == .register ? "" : FieldText.write(field.container) + " "
          let choices =
            field.choices.isEmpty
            ? ""
            : " {"
              + field.choices.map { "\($0.code) \(say($0.labels.chinese, $0.labels.english))" }.joined(separator: ", ")
              + "}"
          table.add([
            field.name, Titles.field(field), type + FieldText.write(field.type, scale: field.scale) + choices,
            field.rule.text,
            field.sensitivity.rawValue,
          ])
        }
        table.print()
      }
    }
  }
}
