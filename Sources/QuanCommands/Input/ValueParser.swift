import Quan

/// Reads what people type as values of fields.
struct ValueParser {
  let finder: RecordFinder

  /// The value that a text means for a field.
  ///
  /// - Throws: ``CommandFailure`` that names the field and never the text.
  func value(_ text: String, of field: FieldDefinition) throws -> Value {
    try Self.plain(text, of: field) ?? .reference(try finder.reference(text, kind: field.target))
  }

  /// The value that a text means for a field, whatever records there are; `nil` where it would name one.
  ///
  /// - Throws: ``CommandFailure`` that names the field and never the text.
  static func plain(_ text: String, of field: FieldDefinition) throws -> Value? {
    switch field.container == .counter ? .integer : field.type {
    case .text: return .text(text)
    case .integer:
      guard let number = Int64(Self.halfWidth(text).trimmed) else {
        throw wrong(field, say("应为整数", "takes an integer"))
      }
      return .integer(number)
    case .decimal:
      guard let minor = Self.minorUnits(Self.halfWidth(text).trimmed, scale: field.scale) else {
        throw wrong(field, say("应为最多\(field.scale)位小数的数", "takes a number with at most \(field.scale) decimals"))
      }
      return .decimal(minor)
    case .real:
      guard let real = Double(Self.halfWidth(text).trimmed) else { throw wrong(field, say("应为数", "takes a number")) }
      return .real(real)
    case .date:
      guard let date = DateForms.date(text) else {
        throw wrong(field, say("应为日期, 如 2026-06-03", "takes a date such as 2026-06-03"))
      }
      return .date(date)
    case .instant:
      guard let instant = Instant(text.trimmed) else {
        throw wrong(field, say("应为时刻, 如 2026-06-03T08:30:00+08:00", "takes a moment such as 2026-06-03T08:30:00+08:00"))
      }
      return .instant(instant)
    case .triState:
      guard let state = Self.triState(text) else {
        throw wrong(field, say("应为 是、否 或 未知", "takes yes, no or unknown"))
      }
      return .triState(state)
    case .choice: return .choice(try choice(text, field))
    case .reference: return nil
    case .attachment: throw wrong(field, say("用 quan attach 编号 文件 附加", "takes a file: quan attach ID FILE"))
    }
  }

  private static func choice(_ text: String, _ field: FieldDefinition) throws -> String {
    let wanted = Self.halfWidth(text).trimmed
    let match = field.choices.first { choice in
      choice.code == wanted || choice.labels.chinese == wanted
        || choice.labels.english.lowercased() == wanted.lowercased()
    }
    guard let match else {
      let known = field.choices.map { "\($0.code) \(say($0.labels.chinese, $0.labels.english))" }
      throw CommandFailure(
        .failed, say("字段 '\(Titles.named(field))' 没有这个选项", "field '\(field.name)' has no such choice"), details: known,
        hint: say("写其中的代码或名称", "write one of the codes or labels"))
    }
    return match.code
  }

  private static func wrong(_ field: FieldDefinition, _ what: String) -> CommandFailure {
    CommandFailure(
      .failed, say("字段 '\(Titles.named(field))' \(what)", "field '\(field.name)' \(what)"),
      hint: say("查看字段: quan schema show", "see the fields: quan schema show"))
  }

  // MARK: Forms

  /// Full-width digits, letters and signs as ordinary ones.
  static func halfWidth(_ text: String) -> String {
    // The forms meant begin with these bytes.
    guard text.utf8.contains(where: { $0 == 0xEF || $0 == 0xE3 }) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if (0xFF01...0xFF5E).contains(scalar.value), let ascii = Unicode.Scalar(scalar.value - 0xFEE0) {
        result.append(ascii)
      } else if scalar.value == 0x3000 {
        result.append(" ")
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  /// Yes, no or unknown as people write them.
  static func triState(_ text: String) -> TriState? {
    switch halfWidth(text).trimmed.lowercased() {
    case "是", "有", "yes", "y", "true", "1": .yes
    case "否", "无", "no", "n", "false", "0": .no
    case "未知", "不详", "不清楚", "unknown", "?": .unknown
    default: nil
    }
  }

  /// A decimal number as an integer of minor units, exactly.
  static func minorUnits(_ text: String, scale: Int) -> Int64? {
    var rest = Substring(text)
    let isNegative = rest.hasPrefix("-")
    if isNegative { rest = rest.dropFirst() }
    let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count),
      parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } })
    else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard fraction.count <= scale else { return nil }
    let digits = parts[0] + fraction + String(repeating: "0", count: scale - fraction.count)
    return Int64((isNegative ? "-" : "") + digits)
  }
}

extension String {
  /// The text without white space at its ends.
  var trimmed: String {
    if hasPlainEnds { return self }
    let isSpace: (Character) -> Bool = { $0.isWhitespace }
    guard let start = firstIndex(where: { !isSpace($0) }), let end = lastIndex(where: { !isSpace($0) }) else {
      return ""
    }
    return String(self[start...end])
  }

  /// Whether neither end can be white space, by the first byte of the scalars there: all that is white space is in ASCII
  /// or begins with a byte below E4.
  private var hasPlainEnds: Bool {
    func isPlain(_ byte: UInt8) -> Bool { (0x21..<0x7F).contains(byte) || byte >= 0xE4 }
    guard let first = utf8.first else { return true }
    guard isPlain(first), let last = utf8.last(where: { !(0x80..<0xC0).contains($0) }) else { return false }
    return isPlain(last)
  }
}
