import Quan

/// Looks for what is wrong with a schema file, by itself and over the kinds that are there.
struct SchemaCheck {
  private let file: SchemaFile
  private let schema: Schema
  private(set) var problems: [SchemaProblem] = []

  init(_ file: SchemaFile, over schema: Schema) {
    self.file = file
    self.schema = schema
    var kinds: Set<String> = []
    for kind in file.kinds {
      code(kind.code, kind.line)
      if !kinds.insert(kind.code).inserted { twice(kind.code, kind.line) }
      check(kind)
    }
  }

  private mutating func add(_ line: Int, _ what: String, _ help: String) {
    problems.append(SchemaProblem(line: line, what: what, help: help))
  }

  private mutating func twice(_ code: String, _ line: Int) {
    add(line, say("'\(code)' 出现了两次", "'\(code)' is there twice"), say("删去或改名其中一个", "remove or rename one of them"))
  }

  private mutating func code(_ code: String, _ line: Int) {
    guard let problem = SchemaDraft.problem(withCode: code) else { return }
    add(
      line, "'\(code)': " + say(StoreWords.chinese(problem) ?? problem, problem),
      say("如 visit_plan", "such as visit_plan"))
  }

  // MARK: Kinds

  private mutating func check(_ kind: SchemaFile.FileKind) {
    let known = schema.kind(named: kind.code)
    var fields: Set<String> = []
    for field in kind.fields {
      code(field.code, field.line)
      if field.code == BuiltIn.externalIDName {
        add(
          field.line, say("每个类型已有 '\(field.code)'", "every kind has '\(field.code)' already"),
          say("删去它", "leave it out"))
      }
      if !fields.insert(field.code).inserted { twice(field.code, field.line) }
      check(field, of: kind, known?.field(named: field.code))
    }
    for name in (kind.keys ?? []).flatMap(\.parts).map(\.field)
    where !fields.contains(name) && known?.field(named: name) == nil {
      add(
        kind.line, say("键中的字段 '\(name)' 不存在", "a key names the field '\(name)', which is not there"),
        say("改键或加上字段", "change the key or add the field"))
    }
    check(kind.rules ?? [], of: kind)
  }

  private mutating func check(_ rules: [SchemaFile.FileRule], of kind: SchemaFile.FileKind) {
    let known = InvariantSchema(schema, drafts: file.kinds.map(\.draft))
    var codes: Set<String> = []
    for rule in rules {
      code(rule.invariant.name, rule.line)
      if !codes.insert(rule.invariant.name).inserted { twice(rule.invariant.name, rule.line) }
      do throws(InvariantError) {
        try known.check(try InvariantExpression(rule.invariant.expression), of: kind.code)
      } catch {
        add(
          rule.line, "'\(rule.invariant.name)': " + InvariantWords.text(error),
          say("写法见 quan topic rules", "how to write it: quan topic rules"))
      }
    }
  }

  // MARK: Fields

  private mutating func check(_ field: SchemaFile.FileField, of kind: SchemaFile.FileKind, _ old: FieldDefinition?) {
    if let old { compare(field, old) }
    let type = field.type ?? old?.type ?? .text
    let container = field.container ?? old?.container ?? .register
    if container == .counter && type != .integer {
      add(
        field.line, say("计数字段的类型应为 integer", "a counter's type is integer"),
        say("写 \"type\":\"integer\"", "write \"type\":\"integer\""))
    }
    choices(field, type, old)
    if let target = field.target, !target.isEmpty {
      if type != .reference {
        add(
          field.line, say("只有引用才有 target", "only a reference has a target"),
          say("写 \"type\":\"reference\" 或删去 target", "write \"type\":\"reference\", or leave target out"))
      } else if schema.kind(named: target) == nil && !file.kinds.contains(where: { $0.code == target }) {
        add(
          field.line, say("引用的类型 '\(target)' 不存在", "it refers to the kind '\(target)', which is not there"),
          say("改名, 或把那个类型也写进来", "name another, or write that kind too"))
      }
    }
    if field.belongs == true && (type != .reference || container != .register) {
      add(
        field.line, say("只有单个引用才有 belongs", "only a reference to one record has belongs"),
        say("删去 belongs", "leave belongs out"))
    }
    if let rule = field.rule { check(rule, field, kind, type, container, old) }
  }

  /// What a field has been written with cannot become something else.
  private mutating func compare(_ field: SchemaFile.FileField, _ old: FieldDefinition) {
    func text(_ type: ValueType, _ scale: Int, _ container: ContainerType) -> String {
      (container == .register ? "" : FieldText.write(container) + " ") + FieldText.write(type, scale: scale)
    }
    let type = field.type ?? old.type
    let scale = field.type == nil ? old.scale : field.scale
    let container = field.container ?? old.container
    if type != old.type || scale != old.scale || container != old.container {
      let before = text(old.type, old.scale, old.container)
      let after = text(type, scale, container)
      add(
        field.line,
        say(
          "'\(field.code)' 已是 \(before), 不能变成 \(after)", "'\(field.code)' is a \(before) and cannot become a \(after)"),
        say("用另一个代码加一个新字段", "add a field with another code"))
    }
    if let target = field.target, target != old.target {
      add(
        field.line,
        say(
          "'\(field.code)' 已引用 '\(old.target)', 不能改", "'\(field.code)' refers to '\(old.target)', which cannot change"),
        say("用另一个代码加一个新字段", "add a field with another code"))
    }
  }

  private mutating func choices(_ field: SchemaFile.FileField, _ type: ValueType, _ old: FieldDefinition?) {
    let choices = field.choices ?? []
    if type == .choice {
      if choices.isEmpty && old?.choices.isEmpty ?? true {
        add(
          field.line, say("没有选项", "it has no choices"),
          say("写 \"choices\":[{\"code\":..}]", "write \"choices\":[{\"code\":..}]"))
      }
    } else if !choices.isEmpty {
      add(
        field.line, say("只有 choice 类型才有选项", "only the type choice has choices"),
        say("写 \"type\":\"choice\" 或删去选项", "write \"type\":\"choice\", or leave the choices out"))
    }
    var codes: Set<String> = []
    for choice in choices {
      if !codes.insert(choice.code).inserted { twice(choice.code, field.line) }
      let texts = [choice.code, choice.labels.chinese, choice.labels.english]
      if choice.code.isEmpty || texts.contains(where: { $0.utf8.contains { $0 < 0x20 } }) {
        add(
          field.line, say("选项的代码为空或含有控制字符", "a choice has no code, or a tab or line break in it"),
          say("写一行之内的代码和名称", "write code and labels in one line each"))
      }
    }
  }

  private mutating func check(
    _ rule: MergeRule, _ field: SchemaFile.FileField, _ kind: SchemaFile.FileKind, _ type: ValueType,
    _ container: ContainerType, _ old: FieldDefinition?
  ) {
    if container != .register && rule != .ask {
      add(
        field.line, say("只有单值字段才有合并规则", "only a field of one value has a merge rule"),
        say("删去 rule", "leave the rule out"))
    }
    switch rule {
    case .latest(let name), .keepAllLatest(let name): check(dates: name, field, kind)
    case .knownBeatsUnknown: checkUnknown(type, field, old)
    case .knownBeatsUnknownLatest(let name):
      checkUnknown(type, field, old)
      check(dates: name, field, kind)
    case .upgrade:
      if type != .text {
        add(
          field.line, say("这条规则只用于 text", "that rule is for the type text"), say("换一条规则", "choose another rule"))
      }
    case .ladder(let steps):
      let codes = (old?.choices ?? []).map(\.code) + (field.choices ?? []).map(\.code)
      for step in steps where !codes.contains(step) {
        add(
          field.line, say("规则中的 '\(step)' 不是选项", "the rule's step '\(step)' is none of the choices"),
          say("写选项的代码", "write codes of choices"))
      }
    case .ask, .max, .min, .earliest, .keepAll: break
    }
  }

  /// Whether a value can say that nothing is known.
  private mutating func checkUnknown(_ type: ValueType, _ field: SchemaFile.FileField, _ old: FieldDefinition?) {
    let codes = (old?.choices ?? []).map(\.code) + (field.choices ?? []).map(\.code)
    guard type != .triState, type != .choice || !codes.contains(MergeRule.unknown) else { return }
    add(
      field.line,
      say(
        "这条规则只用于 tri-state, 或有选项 unknown 的 choice",
        "that rule is for the type tri-state, or a choice with the code unknown"),
      say("换一条规则", "choose another rule"))
  }

  /// The field whose dates go with the sides.
  private mutating func check(dates name: String, _ field: SchemaFile.FileField, _ kind: SchemaFile.FileKind) {
    let inFile = kind.fields.first { $0.code == name }
    let known = schema.kind(named: kind.code)?.field(named: name)
    guard inFile != nil || known != nil else {
      add(
        field.line, say("规则中的字段 '\(name)' 不存在", "the rule names the field '\(name)', which is not there"),
        say("写同一类型的一个日期字段", "name a date of the same kind"))
      return
    }
    let type = known?.type ?? inFile?.type ?? .text
    if type != .date && type != .instant {
      add(
        field.line, say("规则中的字段 '\(name)' 不是日期", "the rule's field '\(name)' is no date"),
        say("写一个日期字段", "name a date"))
    }
  }
}
