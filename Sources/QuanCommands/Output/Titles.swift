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
}
