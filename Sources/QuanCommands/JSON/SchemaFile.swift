import Quan

/// The schema as a JSON file:
/// `{"kinds":[{"code","labels":{"zh","en"},"fields":[{"code","labels","type","container","rule","sensitivity","choices","target"}]}]}`;
/// of a field everything but the code may be left out.
enum SchemaFile {
  /// Reads a file.
  ///
  /// - Throws: ``CommandFailure`` that says where in the file something is wrong.
  static func read(_ path: String) throws -> SchemaDraft {
    do {
      let root = try JSONParser.parse(try FileInput(path).whole)
      return SchemaDraft(try array(root["kinds"], "kinds").map { try kind($0) })
    } catch let error as JSONError {
      throw CommandFailure(
        .failed,
        say(
          "'\(path)' 不是正确的 JSON: 第 \(error.offset) 字节处 \(error.message)",
          "'\(path)' is no JSON: \(error.message) at byte \(error.offset)"))
    }
  }

  private static func kind(_ json: JSON) throws -> KindDraft {
    let code = try text(json["code"], "kinds.code")
    let fields = try array(json["fields"], "\(code).fields").map { try field($0, kind: code) }
    return KindDraft(code, try labels(json["labels"], code), fields)
  }

  private static func field(_ json: JSON, kind: String) throws -> FieldDraft {
    let code = try text(json["code"], "\(kind).fields.code")
    let place = "\(kind).\(code)"
    let typeText = json["type"]?.text ?? "text"
    guard let (type, scale) = FieldText.type(typeText) else {
      throw wrong(place, "type", FieldText.types.map(\.name).joined(separator: ", "))
    }
    guard let container = FieldText.container(json["container"]?.text ?? "register") else {
      throw wrong(place, "container", FieldText.containers.map(\.name).joined(separator: ", "))
    }
    guard let rule = MergeRule(json["rule"]?.text ?? "ask") else {
      throw wrong(place, "rule", "ask, keep-all, max, ...")
    }
    guard let sensitivity = Sensitivity(rawValue: json["sensitivity"]?.text ?? "N") else {
      throw wrong(place, "sensitivity", "N, P, S, C")
    }
    let choices = try json["choices"].map { choices in
      try array(choices, "\(place).choices").map { choice in
        let code = try choice.text ?? text(choice["code"], "\(place).choices.code")
        return Choice(code, try labels(choice["labels"], code))
      }
    }
    return FieldDraft(
      code, try labels(json["labels"], code), type, scale: scale, container: container, rule: rule,
      sensitivity: sensitivity, choices: choices ?? [], target: json["target"]?.text ?? "")
  }

  private static func labels(_ json: JSON?, _ code: String) throws -> Labels {
    Labels(json?["zh"]?.text ?? code, json?["en"]?.text ?? code)
  }

  private static func text(_ json: JSON?, _ place: String) throws -> String {
    guard let text = json?.text else {
      throw CommandFailure(.failed, say("表结构文件缺少 '\(place)'", "the schema file lacks the text '\(place)'"))
    }
    return text
  }

  private static func array(_ json: JSON?, _ place: String) throws -> [JSON] {
    guard case .array(let items)? = json else {
      throw CommandFailure(.failed, say("表结构文件缺少列表 '\(place)'", "the schema file lacks the list '\(place)'"))
    }
    return items
  }

  private static func wrong(_ place: String, _ member: String, _ known: String) -> CommandFailure {
    CommandFailure(
      .failed, say("表结构文件中 '\(place)' 的 \(member) 不认识", "the schema file's '\(place)' has an unknown \(member)"),
      details: [known])
  }

  /// Kinds in the form that ``read(_:)`` takes.
  static func json(_ kinds: [KindDefinition]) -> JSON {
    func labels(_ labels: Labels) -> JSON { .object(["zh": .string(labels.chinese), "en": .string(labels.english)]) }
    return .object([
      "kinds": .array(
        kinds.map { kind in
          .object([
            "code": .string(kind.name), "labels": labels(kind.labels),
            "fields": .array(
              kind.fields.filter { $0.name != BuiltIn.externalIDName }.map { field in
                .object([
                  "code": .string(field.name), "labels": labels(field.labels),
                  "type": .string(FieldText.write(field.type, scale: field.scale)),
                  "container": .string(FieldText.write(field.container)), "rule": .string(field.rule.text),
                  "sensitivity": .string(field.sensitivity.rawValue),
                  "choices": .array(
                    field.choices.map { .object(["code": .string($0.code), "labels": labels($0.labels)]) }),
                  "target": .string(field.target),
                ])
              }),
          ])
        })
    ])
  }
}
