import QuanCore

/// What of a field's definition decides how its column is written: small, because it is looked at for every cell.
struct ColumnShape: Hashable {
  let container: ContainerType
  let type: ValueType

  init(_ definition: FieldDefinition) {
    self.init(container: definition.container, type: definition.type)
  }

  init(container: ContainerType, type: ValueType) {
    self.container = container
    self.type = type
  }
}

/// How a field's shown value stands in its column, and how it is read back where the column says it all.
///
/// Registers: text, choice codes, ISO dates and moments, `yes`/`no`/`unknown` and hexadecimal hashes as TEXT; integers,
/// decimals (in minor units) and references (the target's row ID) as INTEGER; reals as REAL. Sets and lists: a JSON array
/// of texts, of lists in their order. Maps: a JSON object of texts, keys ascending. Counters: INTEGER. NULL means that the
/// field holds nothing.
struct ColumnCodec {
  /// Finds the row ID of a referred record, making its stream known if need be.
  let rowID: (Reference) throws -> Int64
  /// The record that a row ID stands for.
  let reference: (Int64) -> Reference?

  // MARK: Writing

  /// Binds what a field shows.
  func bind(_ shown: [Value], of shape: ColumnShape, to statement: Statement, at index: Int32) throws {
    guard let first = shown.first else {
      statement.bindNull(index)
      return
    }
    if shape.container == .set || shape.container == .list {
      statement.bind(index, Self.array(shown.map { Self.text($0) }))
    } else if shown.count > 1 {
      statement.bind(index, shown.map { Self.text($0) }.joined(separator: "\n"))
    } else {
      try bind(first, to: statement, at: index)
    }
  }

  /// Binds what the keys of a map show.
  func bind(_ pairs: [(key: String, shown: [Value])], to statement: Statement, at index: Int32) {
    guard !pairs.isEmpty else {
      statement.bindNull(index)
      return
    }
    let texts = pairs.map { ($0.key, $0.shown.map { Self.text($0) }.joined(separator: "\n")) }
    statement.bind(index, Self.object(texts))
  }

  private func bind(_ value: Value, to statement: Statement, at index: Int32) throws {
    switch value {
    case .integer(let number), .decimal(let number): statement.bind(index, number)
    case .real(let real): statement.bind(index, real)
    case .reference(let reference): statement.bind(index, try rowID(reference))
    case .text, .choice, .date, .instant, .triState, .attachment: statement.bind(index, Self.text(value))
    }
  }

  // MARK: Reading

  /// The values that a column stands for when its field is as the record was created; `nil` when it is NULL.
  ///
  /// Of a map they are those under its keys.
  func values(of shape: ColumnShape, from statement: Statement, at column: Int32) throws -> [Value]? {
    if statement.isNull(column) { return nil }
    if shape.container == .set || shape.container == .list {
      return try Self.elements(statement.text(column)).map { text in
        guard let value = value(text, shape.type) else { throw Self.damage }
        return value
      }
    }
    if shape.container == .map {
      let texts = try Self.elements(statement.text(column))
      return try stride(from: 1, to: texts.count, by: 2).flatMap { index in
        // A key that shows several sides has them one a line.
        let shown = shape.type == .text ? [texts[index]] : texts[index].split(separator: "\n").map(String.init)
        return try shown.map { text in
          guard let value = value(text, shape.type) else { throw Self.damage }
          return value
        }
      }
    }
    switch shape.type {
    case .integer: return [.integer(statement.integer(column))]
    case .decimal: return [.decimal(statement.integer(column))]
    case .real: return [.real(statement.real(column))]
    case .reference:
      guard let reference = reference(statement.integer(column)) else { throw Self.damage }
      return [.reference(reference)]
    case .text, .choice, .date, .instant, .triState, .attachment:
      guard let value = value(statement.text(column), shape.type) else { throw Self.damage }
      return [value]
    }
  }

  /// What the keys of a map were created with, when its column tells all; none when it is NULL.
  func pairs(
    of shape: ColumnShape, from statement: Statement, at column: Int32
  ) throws -> [(key: String, value: Value)] {
    if statement.isNull(column) { return [] }
    let texts = try Self.elements(statement.text(column))
    return try stride(from: 0, to: texts.count - 1, by: 2).map { index in
      guard let value = value(texts[index + 1], shape.type) else { throw Self.damage }
      return (texts[index], value)
    }
  }

  /// Whether a column can say a field's initial values so that they are read back exactly.
  static func canHold(_ values: [Value], of shape: ColumnShape) -> Bool {
    let isMany = shape.container == .set || shape.container == .list
    guard isMany || values.count == 1 else { return false }
    guard shape.container != .set || Set(values).count == values.count else { return false }
    // A NUL would end the text for many readers of the file, though not for us.
    let isWritten = isMany || shape.container == .map
    let values = values.span
    for place in values.indices {
      guard values[place].type == shape.type else { return false }
      switch values[place] {
      case .real(let real) where real.isNaN || real == 0 && real.sign == .minus: return false
      case .text(let text) where isWritten && text.utf8.contains(0): return false
      default: continue
      }
    }
    return true
  }

  private func value(_ text: String, _ type: ValueType) -> Value? {
    switch type {
    case .text: return .text(text)
    case .choice: return .choice(text)
    case .integer: return Int64(text).map { .integer($0) }
    case .decimal: return Int64(text).map { .decimal($0) }
    case .date: return CivilDate(text).map { .date($0) }
    case .instant: return Instant(text).map { .instant($0) }
    case .triState: return TriState(code: text).map { .triState($0) }
    case .real: return UInt64(text, radix: 16).map { .real(Double(bitPattern: $0)) }
    case .attachment:
      var bytes: [UInt8] = []
      var rest = Substring(text)
      while let byte = UInt8(rest.prefix(2), radix: 16) {
        bytes.append(byte)
        rest = rest.dropFirst(2)
      }
      return Digest(bytes).map { .attachment($0) }
    case .reference:
      let parts = text.split(separator: "@")
      guard parts.count == 2, let record = Dot(parts[0]), let scope = Dot(parts[1]) else { return nil }
      return .reference(Reference(record, in: ScopeID(scope)))
    }
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .text(let text), .choice(let text): text
    case .integer(let number), .decimal(let number): String(number)
    case .date(let date): date.description
    case .instant(let instant): instant.description
    case .triState(let state): state.code
    case .attachment(let digest): digest.description
    case .real(let real): String(real.bitPattern, radix: 16)
    case .reference(let reference): "\(reference.record)@\(reference.scope.dot)"
    }
  }

  private static let damage = StoreError(.damaged, "a column holds what Quan did not write")

  // MARK: Arrays

  /// A JSON array of texts.
  static func array(_ texts: [String]) -> String {
    var bytes: [UInt8] = [UInt8(ascii: "[")]
    for (index, text) in texts.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      appendQuoted(text, to: &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A JSON object of texts.
  private static func object(_ members: [(key: String, text: String)]) -> String {
    var bytes: [UInt8] = [UInt8(ascii: "{")]
    for (index, member) in members.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      appendQuoted(member.key, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      appendQuoted(member.text, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether a byte of a text is escaped in an array or object.
  static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private static func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: Array("\\u00".utf8))
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// The texts of an array or object that a column holds, names and texts of an object by turns.
  static func elements(_ array: String) throws -> [String] {
    var texts: [String] = []
    var current: [UInt8]?
    var iterator = array.utf8.makeIterator()
    while let byte = iterator.next() {
      guard var text = current else {
        if byte == UInt8(ascii: "\"") { current = [] }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""):
        texts.append(String(decoding: text, as: UTF8.self))
        current = nil
        continue
      case UInt8(ascii: "\\"):
        guard let escaped = iterator.next() else { break }
        if escaped == UInt8(ascii: "u") {
          var code: [UInt8] = []
          for _ in 0..<4 { if let digit = iterator.next() { code.append(digit) } }
          guard let value = UInt8(String(decoding: code, as: UTF8.self), radix: 16) else {
            throw StoreError(.damaged, "a column holds what Quan did not write")
          }
          text.append(value)
        } else {
          text.append(escaped)
        }
      default: text.append(byte)
      }
      current = text
    }
    guard current == nil else { throw StoreError(.damaged, "a column holds what Quan did not write") }
    return texts
  }
}
