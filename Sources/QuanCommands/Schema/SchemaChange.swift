import Quan

/// A step by which a workspace's schema grows.
enum SchemaChange {
  case newKind(KindDraft)
  case newField(FieldDraft, KindDefinition)
  case labels(Labels, KindDefinition, FieldDefinition?)
  case keys([NaturalKey], KindDefinition)
  case invariants([Invariant], KindDefinition)
  case appendOnly(Bool, KindDefinition)
  case rule(MergeRule, KindDefinition, FieldDefinition)
  case sensitivity(Sensitivity, KindDefinition, FieldDefinition)
  case choices([Choice], KindDefinition, FieldDefinition)
  case belongs(Bool, KindDefinition, FieldDefinition)

  /// The steps from what is there to what a file says.
  static func steps(to file: SchemaFile, from schema: Schema) -> [SchemaChange] {
    file.kinds.flatMap { kind -> [SchemaChange] in
      guard let old = schema.kind(named: kind.code) else { return [.newKind(kind.draft)] }
      var steps: [SchemaChange] = []
      let labels = kind.labels.over(old.labels)
      if labels != old.labels { steps.append(.labels(labels, old, nil)) }
      for field in kind.fields {
        if let known = old.field(named: field.code) {
          steps += self.steps(to: field, from: known, of: old)
        } else {
          steps.append(.newField(field.draft, old))
        }
      }
      if let keys = kind.keys, keys != old.naturalKeys { steps.append(.keys(keys, old)) }
      if let isAppendOnly = kind.isAppendOnly, isAppendOnly != old.isAppendOnly {
        steps.append(.appendOnly(isAppendOnly, old))
      }
      if let rules = kind.rules?.map(\.invariant), rules != old.invariants { steps.append(.invariants(rules, old)) }
      return steps
    }
  }

  private static func steps(
    to field: SchemaFile.FileField, from old: FieldDefinition, of kind: KindDefinition
  ) -> [SchemaChange] {
    let before = FieldDraft(
      old.code, old.labels, old.type, scale: old.scale, container: old.container, rule: old.rule,
      sensitivity: old.sensitivity, choices: old.choices, target: old.target, belongs: old.belongs)
    let after = field.over(before)
    var steps: [SchemaChange] = []
    if after.labels != before.labels { steps.append(.labels(after.labels, kind, old)) }
    if after.choices != before.choices { steps.append(.choices(after.choices, kind, old)) }
    if after.rule != before.rule { steps.append(.rule(after.rule, kind, old)) }
    if after.sensitivity != before.sensitivity { steps.append(.sensitivity(after.sensitivity, kind, old)) }
    if after.belongs != before.belongs { steps.append(.belongs(after.belongs, kind, old)) }
    return steps
  }

  /// Takes the step.
  func apply(_ transaction: inout Transaction) throws {
    switch self {
    case .newKind(let kind): try transaction.define(kind)
    case .newField(let field, let kind): try transaction.define(field, of: kind.id)
    case .labels(let labels, let kind, let field):
      let old = field?.labels ?? kind.labels
      let id = field?.id ?? kind.id
      if labels.chinese != old.chinese { try transaction.set(id, BuiltIn.labelChinese, to: .text(labels.chinese)) }
      if labels.english != old.english { try transaction.set(id, BuiltIn.labelEnglish, to: .text(labels.english)) }
    case .keys(let keys, let kind):
      try transaction.set(kind.id, BuiltIn.kindNaturalKeys, to: .text(NaturalKey.write(keys)))
    case .invariants(let invariants, let kind):
      // Checked with the whole file: the fields that it names may be new with this write.
      try transaction.set(
        kind.id, BuiltIn.kindInvariants, to: invariants.isEmpty ? nil : .text(Invariant.write(invariants)))
    case .appendOnly(let isAppendOnly, let kind):
      try transaction.set(kind.id, BuiltIn.kindAppendOnly, to: .triState(isAppendOnly ? .yes : .no))
    case .rule(let rule, _, let field): try transaction.set(field.id, BuiltIn.fieldRule, to: .text(rule.text))
    case .sensitivity(let sensitivity, _, let field):
      try transaction.set(field.id, BuiltIn.fieldSensitivity, to: .text(sensitivity.rawValue))
    case .choices(let choices, _, let field):
      try transaction.set(field.id, BuiltIn.fieldChoices, to: .text(FieldText.write(choices)))
    case .belongs(let belongs, _, let field):
      try transaction.set(field.id, BuiltIn.fieldBelongs, to: .triState(belongs ? .yes : .no))
    }
  }

  // MARK: Telling

  /// What the step is about: a kind, or `kind.field`.
  var subject: String {
    switch self {
    case .newKind(let kind): kind.code
    case .newField(let field, let kind): "\(kind.name).\(field.code)"
    case .labels(_, let kind, let field): field.map { "\(kind.name).\($0.name)" } ?? kind.name
    case .keys(_, let kind), .invariants(_, let kind), .appendOnly(_, let kind): kind.name
    case .rule(_, let kind, let field), .sensitivity(_, let kind, let field), .choices(_, let kind, let field),
      .belongs(_, let kind, let field):
      "\(kind.name).\(field.name)"
    }
  }

  /// The step's name for programs.
  var name: String {
    switch self {
    case .newKind: "new-kind"
    case .newField: "new-field"
    case .labels: "labels"
    case .keys: "keys"
    case .invariants: "rules"
    case .appendOnly: "append-only"
    case .rule: "rule"
    case .sensitivity: "sensitivity"
    case .choices: "choices"
    case .belongs: "belongs"
    }
  }

  /// What the step does, for people.
  var text: String {
    func list(_ texts: [String]) -> String { texts.joined(separator: ", ") }
    switch self {
    case .newKind(let kind):
      let fields = list(kind.fields.map(\.code))
      return say("+ 类型 \(subject): \(fields)", "+ kind \(subject): \(fields)")
    case .newField(let field, _):
      let type = FieldText.write(field.type, scale: field.scale)
      return say("+ 字段 \(subject) (\(type))", "+ field \(subject) (\(type))")
    case .labels(let labels, let kind, let field):
      let old = field?.labels ?? kind.labels
      let change = "\(old.chinese)/\(old.english) -> \(labels.chinese)/\(labels.english)"
      return say("~ 名称 \(subject): \(change)", "~ labels \(subject): \(change)")
    case .keys(let keys, let kind):
      let change = "\(NaturalKey.write(kind.naturalKeys)) -> \(NaturalKey.write(keys))"
      return say("~ 键 \(subject): \(change)", "~ keys \(subject): \(change)")
    case .invariants(let invariants, _):
      let names = list(invariants.map(\.name))
      return say("~ 规则 \(subject): \(names)", "~ rules \(subject): \(names)")
    case .appendOnly(let isAppendOnly, _):
      return isAppendOnly
        ? say("~ 只增不改 \(subject)", "~ only added to \(subject)")
        : say("~ 可以改 \(subject)", "~ may be changed \(subject)")
    case .rule(let rule, _, let field):
      return say(
        "~ 合并规则 \(subject): \(field.rule.text) -> \(rule.text)",
        "~ merge rule \(subject): \(field.rule.text) -> \(rule.text)")
    case .sensitivity(let sensitivity, _, let field):
      let change = "\(field.sensitivity.rawValue) -> \(sensitivity.rawValue)"
      return say("~ 敏感级别 \(subject): \(change)", "~ sensitivity \(subject): \(change)")
    case .choices(let choices, _, let field):
      let new = list(
        choices.filter { !field.choices.contains($0) }.map { "\($0.code) \(say($0.labels.chinese, $0.labels.english))" }
      )
      return say("~ 选项 \(subject): \(new)", "~ choices \(subject): \(new)")
    case .belongs(let belongs, _, _):
      return belongs
        ? say("~ 随之转移 \(subject)", "~ goes along \(subject)")
        : say("~ 不随之转移 \(subject)", "~ stays behind \(subject)")
    }
  }
}
