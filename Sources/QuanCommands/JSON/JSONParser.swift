/// Why a text is not JSON.
struct JSONError: Error, Hashable, Sendable {
  /// What is wrong, in the language of the process.
  let message: String
  /// The byte at which it shows, from 0.
  let offset: Int
}

/// Reads JSON strictly (RFC 8259): no trailing commas, no comments, no duplicate names, no lone surrogates, at most
/// ``depthLimit`` levels deep.
struct JSONParser {
  static let depthLimit = 64

  private let bytes: ArraySlice<UInt8>
  private var index: Int
  private var depth = 0
  /// Where the values begin, in the order in which they do, for who wants to know.
  private var starts: [Int]?

  /// Reads all of `bytes` as one value.
  static func parse(_ bytes: ArraySlice<UInt8>) throws(JSONError) -> JSON {
    var parser = JSONParser(bytes)
    return try parser.whole()
  }

  /// Reads all of `bytes` as one value; gives also where it and the values in it begin, each before those in it.
  static func parseWithPlaces(_ bytes: ArraySlice<UInt8>) throws(JSONError) -> (JSON, starts: [Int]) {
    var parser = JSONParser(bytes)
    parser.starts = []
    let value = try parser.whole()
    return (value, parser.starts ?? [])
  }

  private mutating func whole() throws(JSONError) -> JSON {
    let value = try value()
    skipSpace()
    guard index == bytes.endIndex else { throw error(say("值的后面还有内容", "something stands behind the value")) }
    return value
  }

  /// Reads all of a text as one value.
  static func parse(_ text: String) throws(JSONError) -> JSON { try parse(Array(text.utf8)[...]) }

  private init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    index = bytes.startIndex
  }

  private func error(_ message: String) -> JSONError { JSONError(message: message, offset: index - bytes.startIndex) }

  private mutating func skipSpace() {
    while index < bytes.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard index < bytes.endIndex, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    for byte in word.description.utf8 {
      guard take(byte) else { throw error(say("不认识的词", "unknown word")) }
    }
    return value
  }

  private mutating func value() throws(JSONError) -> JSON {
    skipSpace()
    guard index < bytes.endIndex else { throw error(say("到了结尾, 缺一个值", "the text ends where a value should be")) }
    starts?.append(index - bytes.startIndex)
    switch bytes[index] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func descend() throws(JSONError) {
    depth += 1
    guard depth <= Self.depthLimit else {
      throw error(say("嵌套超过 \(Self.depthLimit) 层", "more than \(Self.depthLimit) levels deep"))
    }
    index += 1
  }

  private mutating func object() throws(JSONError) -> JSON {
    try descend()
    defer { depth -= 1 }
    var members: [JSON.Member] = []
    var names: Set<String> = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      guard index < bytes.endIndex, bytes[index] == UInt8(ascii: "\"") else {
        throw error(say("这里应是名称", "a name should be here"))
      }
      let name = try string()
      guard names.insert(name).inserted else { throw error(say("名称重复", "a name stands twice")) }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw error(say("这里应是冒号", "a colon should be here")) }
      members.append(JSON.Member(name: name, value: try value()))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw error(say("这里应是逗号或 }", "a comma or } should be here")) }
    }
  }

  private mutating func array() throws(JSONError) -> JSON {
    try descend()
    defer { depth -= 1 }
    var items: [JSON] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(items) }
    while true {
      items.append(try value())
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(items) }
      guard take(UInt8(ascii: ",")) else { throw error(say("这里应是逗号或 ]", "a comma or ] should be here")) }
    }
  }

  private mutating func number() throws(JSONError) -> JSON {
    let start = index
    _ = take(UInt8(ascii: "-"))
    func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    func digits(_ index: inout Int) -> Int {
      let start = index
      while index < bytes.endIndex, isDigit(bytes[index]) { index += 1 }
      return index - start
    }
    let first = index
    let count = digits(&index)
    guard count > 0, count == 1 || bytes[first] != UInt8(ascii: "0") else { throw error(say("这不是值", "no value")) }
    if take(UInt8(ascii: ".")) {
      guard digits(&index) > 0 else { throw error(say("这里应是数字", "digits should be here")) }
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      guard digits(&index) > 0 else { throw error(say("这里应是数字", "digits should be here")) }
    }
    return .number(String(decoding: bytes[start..<index], as: UTF8.self))
  }

  private mutating func string() throws(JSONError) -> String {
    index += 1
    var text: [UInt8] = []
    while true {
      guard index < bytes.endIndex else { throw error(say("文字没有结束的引号", "a text does not end")) }
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw error(say("文字不是 UTF-8", "a text is not UTF-8"))
        }
        return string
      case UInt8(ascii: "\\"): try escape(&text)
      case 0..<0x20: throw error(say("文字中有控制字符", "a control character stands in a text"))
      default: text.append(byte)
      }
    }
  }

  private mutating func escape(_ text: inout [UInt8]) throws(JSONError) {
    guard index < bytes.endIndex else { throw error(say("文字没有结束的引号", "a text does not end")) }
    let byte = bytes[index]
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if (0xD800..<0xDC00).contains(code), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw error(say("代理对只有一半", "half a surrogate pair")) }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw error(say("代理对只有一半", "half a surrogate pair")) }
      text.append(contentsOf: String(scalar).utf8)
    default: throw error(say("不认识的转义", "unknown escape"))
    }
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    guard bytes.endIndex - index >= 4,
      let code = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
    else { throw error(say("这里应是四位十六进制数", "four hexadecimal digits should be here")) }
    index += 4
    return code
  }
}
