import Quan
import QuanEducation

/// Reads the cells of a column of a CSV file as values of its field.
struct CSVCell {
  /// Why a cell cannot be taken.
  struct Refusal: Error, Sendable {
    let why: RowReason
    /// The number that a spreadsheet has damaged, as far as it is left.
    var damaged: String?
    /// Whether the number may be right, so that a person has to look.
    var isDoubtful = false
  }

  /// How a number may have been damaged.
  private enum Numbers { case none, anyNumber, residentID }

  let field: FieldDefinition
  /// Finds the records that cells name; only for fields that refer to some.
  private let finder: RecordFinder?
  private let numbers: Numbers
  private let isNumber: Bool
  /// "None" is one of the values.
  private let hasNone: Bool
  /// What texts have been found to mean: most columns have few different ones.
  private var known: [String: [Value]] = [:]
  private let isRemembered: Bool

  private static let rememberedLimit = 8192

  init(_ field: FieldDefinition, _ finder: RecordFinder? = nil) {
    self.field = field
    self.finder = finder
    isNumber = field.name.hasSuffix("_no")
    numbers =
      field.type != .text
      ? .none : field.name == "id_no" ? .residentID : isNumber || field.name.hasSuffix("phone") ? .anyNumber : .none
    hasNone = field.type == .triState || field.choices.contains { $0.labels.chinese == "无" }
    switch field.type {
    case .choice, .triState, .date, .integer, .decimal: isRemembered = true
    case .text, .instant, .reference, .attachment, .real: isRemembered = false
    }
  }

  /// Reads a cell into a row, its values or why it cannot be taken.
  mutating func read(_ text: String, at place: Int, into row: inout CSVRow) throws {
    do {
      if field.container == .map {
        let pairs = try pairs(text)
        row.pairs[place] = pairs
        row.values[place] = pairs.map(\.value)
      } else {
        row.values[place] = try values(text, warnings: &row.warnings)
      }
    } catch let refusal as Refusal {
      row.refusals.append(refusal)
    }
  }

  /// The values that a cell means; none for an empty one, which says nothing about the field.
  ///
  /// - Throws: ``Refusal``.
  private mutating func values(_ text: String, warnings: inout [RowReason]) throws -> [Value] {
    if text.isEmpty { return [] }
    guard isRemembered else { return try read(text, &warnings) }
    if let values = known[text] { return values }
    let values = try read(text, &warnings)
    if known.count < Self.rememberedLimit { known[text] = values }
    return values
  }

  private func read(_ text: String, _ warnings: inout [RowReason]) throws -> [Value] {
    let plain = SpreadsheetText.plain(text.trimmed)
    if isEmpty(plain) { return [] }
    // Not cut at their ends: a space there may be part of an item, a line break of a text.
    switch field.container {
    case .set, .list:
      return try ItemCell.items(SpreadsheetText.plain(text), of: field.container).map { try value($0) }
    case .text: return [.text(SpreadsheetText.plain(text))]
    case .register, .map, .counter: break
    }
    guard numbers != .none else { return [try value(plain)] }
    let number = Self.withoutTextMark(plain)
    try check(number, &warnings)
    return [try value(number)]
  }

  /// A number without the apostrophe that people and programs put before one so that a spreadsheet takes it for text.
  private static func withoutTextMark(_ text: String) -> String {
    let rest = text.dropFirst()
    return text.first == "'" && rest.first?.isNumber == true ? String(rest) : text
  }

  /// The keys and values that a cell of a map means; none for an empty one.
  ///
  /// - Throws: ``Refusal``.
  private func pairs(_ text: String) throws -> [(key: String, value: Value)] {
    let plain = SpreadsheetText.plain(text.trimmed)
    if isEmpty(plain) { return [] }
    guard let pairs = ItemCell.pairs(SpreadsheetText.plain(text)) else {
      throw Refusal(why: .noPairs(field: Titles.named(field)))
    }
    guard Set(pairs.map { MapKey($0.key) }).count == pairs.count else {
      throw Refusal(why: .repeatedKey(field: Titles.named(field)))
    }
    return try pairs.map { ($0.key, try value($0.value)) }
  }

  /// The first bytes of what people write where there is nothing to write.
  private static let emptyBeginnings = Array("/-\\".utf8) + ["／", "—", "－", "无"].compactMap(\.utf8.first)

  /// What people write where there is nothing to write.
  private func isEmpty(_ text: String) -> Bool {
    guard text.utf8.count <= 6 else { return false }
    // Most cells begin otherwise, and need not be compared with each.
    if let first = text.utf8.first, !Self.emptyBeginnings.contains(first) { return false }
    switch text {
    case "", "/", "／", "-", "—", "——", "－", "\\": return true
    case "无": return !hasNone
    default: return false
    }
  }

  /// Finds numbers that a spreadsheet has damaged.
  private func check(_ text: String, _ warnings: inout [RowReason]) throws {
    let damaged: Bool
    if numbers == .residentID {
      let verdict = ResidentID.verdict(ValueParser.halfWidth(text))
      damaged = verdict == .damaged
      if verdict == .doubtful {
        throw Refusal(
          why: .doubtful(field: Titles.named(field)), damaged: ValueParser.halfWidth(text), isDoubtful: true)
      }
      if verdict == .unverified {
        warnings.append(.unverified(field: Titles.named(field)))
      }
    } else {
      damaged = ResidentID.isScientific(text)
    }
    guard !damaged else {
      throw Refusal(why: .damaged(field: Titles.named(field)), damaged: ValueParser.halfWidth(text))
    }
  }

  private func value(_ text: String) throws -> Value {
    switch field.type {
    case .text: return .text(isNumber ? ValueParser.halfWidth(text).trimmed : text)
    case .date: if let date = Self.date(text) { return .date(date) }
    case .decimal:
      let plain = ValueParser.halfWidth(text).filter { !",元¥￥ ".contains($0) }
      if let minor = ValueParser.minorUnits(plain, scale: field.scale) { return .decimal(minor) }
    default: break
    }
    do {
      if let value = try ValueParser.plain(text, of: field) { return value }
      guard let finder else { preconditionFailure("cells that name records are read where these are") }
      return .reference(try finder.reference(text, kind: field.target))
    } catch let failure as CommandFailure {
      throw Refusal(why: RowReason(failure))
    }
  }

  /// A date as people write it, also one that a spreadsheet shows as a number of days or with a time of day.
  private static func date(_ text: String) -> CivilDate? {
    if let date = CivilDate(text) { return date }
    let plain = ValueParser.halfWidth(text).trimmed
    // Day 1 of the 1900 system is 1 January 1900, and it counts a 29 February 1900 that never was.
    if plain.utf8.count == 5, let serial = Int32(plain), (20_000...80_000).contains(serial) {
      return CivilDate(daysSince1970: serial - 25_569)
    }
    return DateForms.date(plain, dropsTime: true)
  }
}
