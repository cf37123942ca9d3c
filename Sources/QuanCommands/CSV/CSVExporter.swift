import Quan

/// Writes the records of a kind as CSV that a spreadsheet opens rightly and an import takes back unchanged.
///
/// Sensitive fields are left out unless revealed: a masked value would come back as a value.
struct CSVExporter {
  let replica: Replica
  let kind: KindDefinition
  let reveal: Bool

  /// Exports; gives the number of records, and the fields that were left out.
  func run(
    to path: String, fields: [FieldDefinition], encoding: TextEncoding
  ) throws -> (count: Int, leftOut: [FieldDefinition]) {
    let wanted = fields.filter { $0.name != BuiltIn.externalIDName }
    let leftOut = reveal ? [] : wanted.filter(ValueText.isMasked)
    let fields = wanted.filter { !leftOut.contains($0) }
    let total = try replica.status().records.first { $0.kind.id == kind.id }?.count ?? 0
    let writer = try CSVWriter(path, encoding: encoding)
    var count = 0
    try writer.write([BuiltIn.externalIDName] + fields.map { Titles.field($0) })
    try replica.records(of: kind.id) { record in
      let outside = record[BuiltIn.externalIDName]?.shown.first
      let id = if case .text(let text)? = outside { text } else { record.id.description }
      try writer.write([SpreadsheetText.kept(id)] + fields.map { cell(record[$0.name]) })
      count += 1
      try Work.step(.exporting, count, of: total)
    }
    try writer.finish()
    return (count, leftOut)
  }

  private func cell(_ field: FieldView?) -> String {
    guard let field else { return "" }
    switch field.definition.container {
    case .set:
      return SpreadsheetText.guarded(ItemCell.text(field.shown.map { text($0, of: field.definition) }, of: .set))
    case .list: return SpreadsheetText.guarded(ItemCell.text(field.items.map { text($0, field) }, of: .list))
    case .map: return SpreadsheetText.guarded(ItemCell.text(field.items.map { ($0.key ?? "", text($0, field)) }))
    case .register, .counter, .text: break
    }
    return field.shown.map { value in
      if case .text(let text) = value { SpreadsheetText.kept(text) } else { text(value, of: field.definition) }
    }.joined(separator: "；")
  }

  /// What an item of a map or list shows.
  private func text(_ item: ItemView, _ field: FieldView) -> String {
    item.shown.map { text($0, of: field.definition) }.joined(separator: " | ")
  }

  private func text(_ value: Value, of field: FieldDefinition) -> String {
    switch value {
    case .text(let text): return text
    case .choice(let code):
      return field.choices.first { $0.code == code }.map { say($0.labels.chinese, $0.labels.english) } ?? code
    case .triState(let state):
      return state == .yes ? say("是", "yes") : state == .no ? say("否", "no") : say("未知", "unknown")
    case .reference(let reference): return reference.record.description
    case .integer, .decimal, .date, .instant, .attachment, .real:
      switch ValueText.json(value, of: field) {
      case .string(let text), .number(let text): return text
      default: return ""
      }
    }
  }
}
