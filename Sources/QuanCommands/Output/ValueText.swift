import Quan

/// How values are shown to people and written for programs.
enum ValueText {
  /// A value as people read it; sensitive values are masked unless revealed.
  static func human(_ value: Value, of field: FieldDefinition?, replica: Replica, reveal: Bool) -> String {
    if case .attachment(let hash) = value {
      let isOpen = field.map { !isMasked($0) } ?? true
      return AttachmentText.human(hash, replica, showsName: reveal || isOpen)
    }
    return masked(plain(value, of: field, replica: replica), value, of: field, reveal: reveal)
  }

  /// A value's text, masked when its field is sensitive and nothing asks to reveal it.
  static func masked(_ text: String, _ value: Value, of field: FieldDefinition?, reveal: Bool) -> String {
    guard let field, !reveal, isMasked(field) else { return text }
    return mask(text, value)
  }

  /// Whether the values of a field are masked unless somebody asks to reveal them.
  static func isMasked(_ field: FieldDefinition) -> Bool {
    field.sensitivity == .sensitive || field.sensitivity == .confidential
  }

  /// Of texts the middle is hidden, of dates the day; of all else everything, because it is one of a few.
  private static func mask(_ text: String, _ value: Value) -> String {
    switch value {
    case .text:
      let characters = Array(text)
      if characters.count <= 4 { return text.isEmpty ? "" : String(characters[0]) + "***" }
      let shown = characters.count >= 11 ? (3, 4) : (1, 1)
      return String(characters.prefix(shown.0)) + "****" + String(characters.suffix(shown.1))
    case .date: return String(text.prefix(4)) + "-**-**"
    case .integer, .decimal, .instant, .triState, .choice, .reference, .attachment, .real: return "****"
    }
  }

  private static func plain(_ value: Value, of field: FieldDefinition?, replica: Replica) -> String {
    switch value {
    case .text(let text): return Terminal.neutral(text)
    case .integer(let number): return String(number)
    case .decimal(let minor): return decimal(minor, scale: field?.scale ?? 0)
    case .date(let date): return date.description
    case .instant(let instant): return time(instant)
    case .triState(let state):
      switch state {
      case .yes: return say("是", "yes")
      case .no: return say("否", "no")
      case .unknown: return say("未知", "unknown")
      }
    case .choice(let code):
      let choice = field?.choices.first { $0.code == code }
      return Terminal.neutral(choice.map { say($0.labels.chinese, $0.labels.english) } ?? code)
    case .reference(let reference):
      let short = (try? replica.shortForm(of: reference.record)) ?? reference.record.description
      guard let record = try? replica.record(reference.record) else { return short }
      let title = Titles.title(record, reveal: false)
      return title.isEmpty ? short : "\(short) \(title)"
    case .attachment(let digest): return String(digest.description.prefix(12))
    case .real(let real): return String(real)
    }
  }

  /// A value for programs: texts, codes, ISO dates and full IDs as strings, integers and decimals as exact numbers.
  static func json(_ value: Value, of field: FieldDefinition?) -> JSON {
    switch value {
    case .text(let text), .choice(let text): .string(text)
    case .integer(let number): .integer(number)
    case .decimal(let minor): .number(decimal(minor, scale: field?.scale ?? 0))
    case .date(let date): .string(date.description)
    case .instant(let instant): .string(instant.description)
    case .triState(let state): .string(state.code)
    case .reference(let reference): .string(reference.record.description)
    case .attachment(let digest): .string(digest.description)
    case .real(let real): real.isFinite ? .number(String(real)) : .string(String(real))
    }
  }

  /// What a field shows, for programs: sets, lists and fields that show several values as arrays, maps as objects.
  static func json(_ field: FieldView) -> JSON {
    func json(_ values: [Value]) -> JSON {
      let values = values.map { Self.json($0, of: field.definition) }
      return values.count == 1 ? values[0] : .array(values)
    }
    switch field.definition.container {
    case .map: return .object(field.items.map { JSON.Member(name: $0.key ?? "", value: json($0.shown)) })
    case .list: return .array(field.items.map { json($0.shown) })
    case .set: return .array(field.shown.map { Self.json($0, of: field.definition) })
    case .register, .counter, .text: return json(field.shown)
    }
  }

  /// A moment as people here read it: the time of day in China.
  ///
  /// - Parameter seconds: Whether the seconds are written too, as in a log.
  static func time(_ instant: Instant, seconds: Bool = false) -> String {
    guard instant.milliseconds > Int64.min / 2 else { return say("时间不详", "time unknown") }
    let text = instant.written(offsetMinutes: 480, milliseconds: false)
    return text.count == 25 ? String(text.prefix(seconds ? 19 : 16)).replacing("T", with: " ") : text
  }

  /// An integer of minor units with its decimal point.
  static func decimal(_ minor: Int64, scale: Int) -> String {
    guard scale > 0 else { return String(minor) }
    var digits = String(minor.magnitude)
    while digits.count <= scale { digits = "0" + digits }
    return (minor < 0 ? "-" : "") + digits.dropLast(scale) + "." + digits.suffix(scale)
  }
}
