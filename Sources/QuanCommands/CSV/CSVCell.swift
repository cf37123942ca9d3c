import Quan
import QuanEducation

/// Reads the cells of CSV files as values of fields.
struct CSVCell {
  /// Why a cell cannot be taken.
  struct Refusal: Error { let why: String }

  let parser: ValueParser

  /// The values that a cell means; none for an empty one, which says nothing about the field.
  func values(_ text: String, of field: FieldDefinition, warnings: inout [String]) throws -> [Value] {
    let plain = Self.unguarded(text.trimmed)
    if Self.isEmpty(plain, of: field) { return [] }
    if field.container == .set {
      let parts = plain.split { "；;、|\n".contains($0) }.map { String($0).trimmed }.filter { !$0.isEmpty }
      return try parts.map { try value($0, of: field) }
    }
    if field.type == .text { try check(plain, of: field, &warnings) }
    return [try value(plain, of: field)]
  }

  /// A text without the apostrophe that an export puts before what a spreadsheet would take for a formula.
  static func unguarded(_ text: String) -> String {
    guard text.hasPrefix("'") else { return text }
    let rest = String(text.dropFirst())
    return CSVWriter.guarded(rest) == text ? rest : text
  }

  /// What people write where there is nothing to write.
  private static func isEmpty(_ text: String, of field: FieldDefinition) -> Bool {
    switch text {
    case "", "/", "／", "-", "—", "——", "－", "\\": true
    case "无": field.type != .triState && !field.choices.contains { $0.labels.chinese == "无" }
    default: false
    }
  }

  /// Finds numbers that a spreadsheet has damaged.
  private func check(_ text: String, of field: FieldDefinition, _ warnings: inout [String]) throws {
    let damaged = say("号码被电子表格损坏, 末几位已丢失", "the number was damaged by a spreadsheet, its last digits are lost")
    if field.name == "id_no" {
      switch ResidentID.verdict(ValueParser.halfWidth(text)) {
      case .sound: break
      case .damaged: throw Refusal(why: "\(field.name): \(damaged)")
      case .unverified: warnings.append("\(field.name): " + say("校验位不符或不是身份证号, 照录", "unverified, taken as it is"))
      }
    } else if field.name.hasSuffix("_no") || field.name.hasSuffix("phone"), ResidentID.isScientific(text) {
      throw Refusal(why: "\(field.name): \(damaged)")
    }
  }

  private func value(_ text: String, of field: FieldDefinition) throws -> Value {
    switch field.type {
    case .text: return .text(field.name.hasSuffix("_no") ? ValueParser.halfWidth(text).trimmed : text)
    case .date: if let date = Self.date(text) { return .date(date) }
    case .decimal:
      let plain = ValueParser.halfWidth(text).filter { !",元¥￥ ".contains($0) }
      if let minor = ValueParser.minorUnits(plain, scale: field.scale) { return .decimal(minor) }
    default: break
    }
    do {
      return try parser.value(text, of: field)
    } catch let failure as CommandFailure {
      throw Refusal(why: failure.message)
    }
  }

  /// A date as people write it, also one that a spreadsheet shows as a number of days or with a time of midnight.
  private static func date(_ text: String) -> CivilDate? {
    if let date = CivilDate(text) { return date }
    var plain = ValueParser.halfWidth(text).trimmed
    for ending in [" 00:00:00", " 0:00:00", " 0:00", " 00:00"] where plain.hasSuffix(ending) {
      plain.removeLast(ending.count)
      break
    }
    // Day 1 of the 1900 system is 1 January 1900, and it counts a 29 February 1900 that never was.
    if plain.utf8.count == 5, let serial = Int32(plain), (20_000...80_000).contains(serial) {
      return CivilDate(daysSince1970: serial - 25_569)
    }
    return DateForms.date(plain)
  }
}
