/// A JSON value, as far as traces of editing need it.
enum JSONItem {
  case number(Int)
  case string(String)
  case array([JSONItem])
  case object([String: JSONItem])
  case other

  var number: Int? { if case .number(let number) = self { number } else { nil } }
  var string: String? { if case .string(let string) = self { string } else { nil } }
  var array: [JSONItem]? { if case .array(let array) = self { array } else { nil } }

  subscript(_ name: String) -> JSONItem? { if case .object(let items) = self { items[name] } else { nil } }
}

/// Reads JSON of whole numbers, texts, arrays and objects; other numbers and `true`, `false`, `null` are `other`.
struct JSONScanner {
  /// The text is no JSON.
  struct Failure: Error {
    /// Where, in bytes.
    let offset: Int
  }

  private let bytes: [UInt8]
  private var place = 0

  /// Reads a whole text.
  static func item(_ bytes: [UInt8]) throws -> JSONItem {
    var scanner = JSONScanner(bytes: bytes)
    let item = try scanner.item()
    scanner.skipSpace()
    guard scanner.place == bytes.count else { throw Failure(offset: scanner.place) }
    return item
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func skipSpace() {
    while place < bytes.count, bytes[place] <= 0x20 { place += 1 }
  }

  private mutating func next() throws -> UInt8 {
    skipSpace()
    guard place < bytes.count else { throw Failure(offset: place) }
    return bytes[place]
  }

  private mutating func item() throws -> JSONItem {
    switch try next() {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    default: return scalar()
    }
  }

  /// A number or a word.
  private mutating func scalar() -> JSONItem {
    let start = place
    while place < bytes.count, !"{}[],:\" \n\r\t".utf8.contains(bytes[place]) { place += 1 }
    return Int(String(decoding: bytes[start..<place], as: UTF8.self)).map { .number($0) } ?? .other
  }

  private mutating func array() throws -> JSONItem {
    var items: [JSONItem] = []
    place += 1
    if try next() == UInt8(ascii: "]") {
      place += 1
      return .array([])
    }
    while true {
      items.append(try item())
      if try isLast(UInt8(ascii: "]")) { return .array(items) }
    }
  }

  private mutating func object() throws -> JSONItem {
    var items: [String: JSONItem] = [:]
    place += 1
    if try next() == UInt8(ascii: "}") {
      place += 1
      return .object([:])
    }
    while true {
      guard try next() == UInt8(ascii: "\"") else { throw Failure(offset: place) }
      let name = try string()
      guard try next() == UInt8(ascii: ":") else { throw Failure(offset: place) }
      place += 1
      items[name] = try item()
      if try isLast(UInt8(ascii: "}")) { return .object(items) }
    }
  }

  /// Whether an array or object ends here; else steps over the comma.
  private mutating func isLast(_ end: UInt8) throws -> Bool {
    let byte = try next()
    guard byte == end || byte == UInt8(ascii: ",") else { throw Failure(offset: place) }
    place += 1
    return byte == end
  }

  private mutating func string() throws -> String {
    var text: [UInt8] = []
    place += 1
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
      if byte != UInt8(ascii: "\\") {
        text.append(byte)
        continue
      }
      guard place < bytes.count else { break }
      let escaped = bytes[place]
      place += 1
      switch escaped {
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0C)
      case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try escapedScalar())).utf8)
      default: text.append(escaped)
      }
    }
    throw Failure(offset: place)
  }

  private mutating func escapedScalar() throws -> Unicode.Scalar {
    let first = try unit()
    guard first & 0xFC00 == 0xD800 else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
    guard place + 1 < bytes.count, bytes[place] == UInt8(ascii: "\\"), bytes[place + 1] == UInt8(ascii: "u") else {
      return "\u{FFFD}"
    }
    place += 2
    let second = try unit()
    return Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF) ?? "\u{FFFD}"
  }

  /// Four hexadecimal digits.
  private mutating func unit() throws -> UInt32 {
    guard place + 4 <= bytes.count,
      let unit = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16)
    else { throw Failure(offset: place) }
    place += 4
    return unit
  }
}
