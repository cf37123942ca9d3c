import Quan

/// Writes kinds as a schema file that people can read and change, one field a line.
struct SchemaFileWriter {
  /// Whether to write also what goes without saying.
  let isComplete: Bool

  /// The file, line by line.
  func lines(_ kinds: [KindDefinition]) -> [String] {
    var lines = ["{", "\"kinds\": ["]
    for (index, kind) in kinds.enumerated() {
      var head = [JSON.Member(name: "code", value: .string(kind.name)), Self.labels(kind.labels)]
      if !kind.naturalKeys.isEmpty {
        head.append(JSON.Member(name: "keys", value: .array(kind.naturalKeys.map { .string($0.text) })))
      }
      if kind.isAppendOnly || isComplete {
        head.append(JSON.Member(name: "append_only", value: .string(kind.isAppendOnly ? "yes" : "no")))
      }
      let fields = kind.fields.filter { $0.name != BuiltIn.externalIDName }
      var start = String(JSON.object(head).line.dropLast())
      if !kind.invariants.isEmpty {
        lines.append(start + ", \"rules\": [")
        for (index, rule) in kind.invariants.enumerated() {
          lines.append("  " + Self.line(rule) + (index + 1 < kind.invariants.count ? "," : ""))
        }
        start = "]"
      }
      lines.append(start + ", \"fields\": [")
      for (index, field) in fields.enumerated() {
        lines.append("  " + JSON.object(members(field)).line + (index + 1 < fields.count ? "," : ""))
      }
      lines.append("]}" + (index + 1 < kinds.count ? "," : ""))
    }
    return lines + ["]", "}"]
  }

  private static func line(_ rule: Invariant) -> String {
    JSON.object([
      JSON.Member(name: "code", value: .string(rule.name)),
      JSON.Member(name: "expression", value: .string(rule.expression)), labels(rule.labels),
    ]).line
  }

  private static func labels(_ labels: Labels) -> JSON.Member {
    JSON.Member(name: "labels", value: .object(["zh": .string(labels.chinese), "en": .string(labels.english)]))
  }

  private func members(_ field: FieldDefinition) -> [JSON.Member] {
    var members = [JSON.Member(name: "code", value: .string(field.name)), Self.labels(field.labels)]
    func add(_ name: String, _ text: String, unless usual: String) {
      if text != usual || isComplete { members.append(JSON.Member(name: name, value: .string(text))) }
    }
    add("type", FieldText.write(field.type, scale: field.scale), unless: "text")
    add("container", FieldText.write(field.container), unless: "register")
    add("rule", field.rule.text, unless: "ask")
    add("sensitivity", field.sensitivity.rawValue, unless: "N")
    add("target", field.target, unless: "")
    add("belongs", field.belongs ? "yes" : "no", unless: "no")
    if !field.choices.isEmpty {
      let choices = field.choices.map { choice in
        JSON.object([JSON.Member(name: "code", value: .string(choice.code)), Self.labels(choice.labels)])
      }
      members.append(JSON.Member(name: "choices", value: .array(choices)))
    }
    return members
  }
}
