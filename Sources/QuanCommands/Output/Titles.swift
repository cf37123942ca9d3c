import Quan

/// What a record is called among people: the first text that it shows.
enum Titles {
  static func title(_ record: Record, reveal: Bool) -> String {
    for field in record.fields where field.definition.id != BuiltIn.externalID {
      if case .text(let text)? = field.shown.first, !text.isEmpty {
        return ValueText.masked(Terminal.neutral(text), .text(text), of: field.definition, reveal: reveal)
      }
    }
    return ""
  }

  /// The kind's label in the language of the process.
  static func kind(_ kind: KindDefinition) -> String { Terminal.neutral(say(kind.labels.chinese, kind.labels.english)) }

  /// A field's label in the language of the process.
  static func field(_ field: FieldDefinition) -> String {
    Terminal.neutral(say(field.labels.chinese, field.labels.english))
  }

  /// A field in a sentence: its label for people who read Chinese, else its code, which is an English word.
  static func named(_ field: FieldDefinition) -> String { say(self.field(field), field.name) }

  /// A natural key in a sentence, as ``named(_:)`` has its fields.
  static func named(_ key: NaturalKey, of kind: KindDefinition) -> String {
    let parts = key.parts.filter { !$0.isEmpty }.map { part in
      kind.field(named: part.field).map { field($0) } ?? part.field
    }
    return say(parts.joined(separator: "+"), key.text)
  }

  /// What a container is called.
  static func container(_ container: ContainerType) -> String {
    switch container {
    case .register: say("单个值", "single value")
    case .set: say("集合", "set")
    case .counter: say("计数", "counter")
    case .map: say("映射", "map")
    case .text: say("文本", "text")
    case .list: say("列表", "list")
    }
  }
}
