import Quan

/// Reads what a schema file says, and notes what it does not understand.
struct SchemaFileReader {
  var problems: [SchemaProblem] = []

  mutating func read(_ root: LocatedJSON) -> SchemaFile {
    var file = SchemaFile()
    for member in members(root, ["extends", "kinds", "note"]) {
      switch member.name {
      case "extends":
        let base = text(member)
        if base != nil && base != "education" {
          note(member, say("不认识 '\(base ?? "")'", "nothing is called '\(base ?? "")'"), ["education"])
        }
        file.extendsBuiltIn = base == "education"
      case "kinds": file.kinds = items(member).compactMap { kind($0) }
      default: break
      }
    }
    if file.kinds.isEmpty && problems.isEmpty {
      problems.append(
        SchemaProblem(
          line: root.line, what: say("没有任何类型", "there are no kinds"),
          help: say("写一个列表 \"kinds\"", "write a list \"kinds\"")))
    }
    return file
  }

  private mutating func kind(_ json: LocatedJSON) -> SchemaFile.FileKind? {
    let members = members(json, ["code", "labels", "keys", "append_only", "rules", "fields", "note"])
    guard let code = code(members, json) else { return nil }
    var kind = SchemaFile.FileKind(line: json.line, code: code)
    for member in members {
      switch member.name {
      case "labels": kind.labels = labels(member)
      case "keys":
        kind.keys = items(member).compactMap { item in
          guard case .text(let text) = item.content, let key = NaturalKey(text) else {
            note(
              LocatedJSON.Member(name: "keys", value: item), say("键写得不对", "that is no key"),
              ["id_no", "name+birth", "name+birth?", "serial+returned_on!"])
            return nil
          }
          return key
        }
      case "append_only": kind.isAppendOnly = truth(member)
      case "rules": kind.rules = items(member).compactMap { rule($0) }
      case "fields": kind.fields = items(member).compactMap { field($0) }
      default: break
      }
    }
    return kind
  }

  private mutating func rule(_ json: LocatedJSON) -> SchemaFile.FileRule? {
    let members = members(json, ["code", "expression", "labels", "note"])
    guard let code = code(members, json) else { return nil }
    guard let expression = members.first(where: { $0.name == "expression" }) else {
      problems.append(
        SchemaProblem(
          line: json.line, what: say("缺少 \"expression\"", "\"expression\" is missing"),
          help: say("写上应成立的条件", "say what must hold")))
      return nil
    }
    let labels = members.first { $0.name == "labels" }.map { self.labels($0).complete(code) } ?? Labels(code, code)
    return text(expression).map { SchemaFile.FileRule(line: json.line, invariant: Invariant(code, $0, labels)) }
  }

  private mutating func field(_ json: LocatedJSON) -> SchemaFile.FileField? {
    let members = members(
      json, ["code", "labels", "type", "container", "rule", "sensitivity", "choices", "target", "belongs", "note"])
    guard let code = code(members, json) else { return nil }
    var field = SchemaFile.FileField(line: json.line, code: code)
    for member in members {
      switch member.name {
      case "labels": field.labels = labels(member)
      case "type":
        guard let text = text(member) else { continue }
        if let (type, scale) = FieldText.type(text) {
          field.type = type
          field.scale = scale
        } else {
          unknown(member, text, FieldText.types.map { $0.type == .decimal ? "decimal(2)" : $0.name })
        }
      case "container":
        guard let text = text(member) else { continue }
        field.container = FieldText.container(text)
        if field.container == nil { unknown(member, text, FieldText.containers.map(\.name)) }
      case "rule":
        guard let text = text(member) else { continue }
        field.rule = MergeRule(text)
        if field.rule == nil { unknown(member, text, Self.rules) }
      case "sensitivity":
        guard let text = text(member) else { continue }
        field.sensitivity = Sensitivity(rawValue: text)
        if field.sensitivity == nil { unknown(member, text, Sensitivity.allCases.map(\.rawValue)) }
      case "choices": field.choices = items(member).compactMap { choice($0) }
      case "target": field.target = text(member)
      case "belongs": field.belongs = truth(member)
      default: break
      }
    }
    return field
  }

  private static let rules = [
    "ask", "latest(by: FIELD)", "max", "min", "earliest", "known-beats-unknown",
    "known-beats-unknown(by: FIELD)", "keep-all", "keep-all(by: FIELD)", "upgrade(a<b)", "ladder(a<b<c)",
  ]

  private mutating func choice(_ json: LocatedJSON) -> Choice? {
    if case .text(let code) = json.content { return Choice(code, Labels(code, code)) }
    let members = members(json, ["code", "labels", "note"])
    guard let code = code(members, json) else { return nil }
    return Choice(code, members.first { $0.name == "labels" }.map { labels($0).complete(code) } ?? Labels(code, code))
  }

  private mutating func labels(_ member: LocatedJSON.Member) -> SchemaFile.FileLabels {
    var labels = SchemaFile.FileLabels()
    for member in members(member.value, ["zh", "en"]) {
      if member.name == "zh" { labels.chinese = text(member) } else { labels.english = text(member) }
    }
    return labels
  }

  // MARK: Parts

  private mutating func code(_ members: [LocatedJSON.Member], _ json: LocatedJSON) -> String? {
    if let member = members.first(where: { $0.name == "code" }) { return text(member) }
    if case .object = json.content {
      problems.append(
        SchemaProblem(
          line: json.line, what: say("缺少 \"code\"", "\"code\" is missing"),
          help: say("每个类型、字段和选项都要有代码", "each kind, field and choice has a code")))
    }
    return nil
  }

  /// The members of an object; a name that means nothing is a mistake: it may be a slip of the pen.
  private mutating func members(_ json: LocatedJSON, _ known: [String]) -> [LocatedJSON.Member] {
    guard case .object(let members) = json.content else {
      problems.append(
        SchemaProblem(
          line: json.line, what: say("这里应为 { }", "this should be an object { }"),
          help: say("可以写: \(known.joined(separator: ", "))", "it may have: \(known.joined(separator: ", "))")))
      return []
    }
    for member in members where !known.contains(member.name) {
      note(member, say("不认识 \"\(member.name)\"", "\"\(member.name)\" means nothing here"), known)
    }
    return members.filter { known.contains($0.name) }
  }

  private mutating func items(_ member: LocatedJSON.Member) -> [LocatedJSON] {
    if case .array(let items) = member.value.content { return items }
    problems.append(
      SchemaProblem(
        line: member.value.line, what: say("\"\(member.name)\" 应为列表", "\"\(member.name)\" should be a list"),
        help: say("写成 [ ]", "write it as [ ]")))
    return []
  }

  private mutating func text(_ member: LocatedJSON.Member) -> String? {
    if case .text(let text) = member.value.content { return text }
    problems.append(
      SchemaProblem(
        line: member.value.line, what: say("\"\(member.name)\" 应为文字", "\"\(member.name)\" should be a text"),
        help: say("写在双引号中", "write it in double quotes")))
    return nil
  }

  private mutating func truth(_ member: LocatedJSON.Member) -> Bool? {
    guard let text = text(member) else { return nil }
    if text != "yes" && text != "no" {
      unknown(member, text, ["yes", "no"])
      return nil
    }
    return text == "yes"
  }

  private mutating func unknown(_ member: LocatedJSON.Member, _ text: String, _ known: [String]) {
    note(member, say("\(member.name) 不能是 '\(text)'", "there is no \(member.name) '\(text)'"), known)
  }

  private mutating func note(_ member: LocatedJSON.Member, _ what: String, _ known: [String]) {
    let list = known.joined(separator: ", ")
    problems.append(
      SchemaProblem(line: member.value.line, what: what, help: say("可以写: \(list)", "known are: \(list)")))
  }
}
