/// Reads an invariant's expression: a parser by descent, one function a level of the grammar.
struct InvariantParser {
  private enum Token: Equatable {
    case word(String)
    case text(String)
    case number(Int128)
    case date(Int64)
    case sign(String)
    case end
  }

  private var tokens: [(token: Token, position: Int)] = []
  private var place = 0
  private var depth = 0

  init(_ text: String) throws(InvariantError) {
    guard text.unicodeScalars.count <= InvariantExpression.longest else { throw InvariantError(.tooLarge, at: 1) }
    try scan(Array(text.unicodeScalars))
  }

  // MARK: Tokens

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { (48...57).contains(scalar.value) }
  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    isDigit(scalar) || (97...122).contains(scalar.value) || scalar == "_"
  }

  private mutating func scan(_ scalars: [Unicode.Scalar]) throws(InvariantError) {
    var at = 0
    func run(_ isPart: (Unicode.Scalar) -> Bool) -> String {
      var end = at
      while end < scalars.count && isPart(scalars[end]) { end += 1 }
      return String(String.UnicodeScalarView(scalars[at..<end]))
    }
    while at < scalars.count {
      let position = at + 1
      let scalar = scalars[at]
      if scalar == " " || scalar == "\n" || scalar == "\t" {
        at += 1
      } else if Self.isDigit(scalar) {
        // A date is digits and hyphens without spaces; a difference of numbers is written with spaces.
        let literal = run { Self.isDigit($0) || $0 == "." || $0 == "-" }
        at += literal.unicodeScalars.count
        tokens.append((try Self.literal(literal, position), position))
      } else if Self.isWord(scalar) {
        let word = run(Self.isWord)
        at += word.unicodeScalars.count
        tokens.append((.word(word), position))
      } else if scalar == "'" || scalar == "\"" {
        guard let end = scalars[(at + 1)...].firstIndex(of: scalar) else {
          throw InvariantError(.openText, at: position)
        }
        tokens.append((.text(String(String.UnicodeScalarView(scalars[(at + 1)..<end]))), position))
        at = end + 1
      } else {
        let pair = at + 1 < scalars.count ? String(scalar) + String(scalars[at + 1]) : ""
        if ["!=", "<=", ">="].contains(pair) {
          tokens.append((.sign(pair), position))
          at += 2
        } else if "=<>+-%(),.".unicodeScalars.contains(scalar) {
          tokens.append((.sign(String(scalar)), position))
          at += 1
        } else {
          throw InvariantError(.unexpectedCharacter(String(scalar)), at: position)
        }
      }
    }
    tokens.append((.end, scalars.count + 1))
  }

  private static func literal(_ text: String, _ position: Int) throws(InvariantError) -> Token {
    if let date = CivilDate(text) { return .date(Int64(date.daysSince1970)) }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = Int64(parts[0]), whole < 1_000_000_000_000_000 else {
      throw InvariantError(.badLiteral(text), at: position)
    }
    var number = Int128(whole) * InvariantOperand.one
    if parts.count == 2 {
      guard (1...9).contains(parts[1].count), let fraction = UInt32(parts[1]) else {
        throw InvariantError(.badLiteral(text), at: position)
      }
      number += (0..<(9 - parts[1].count)).reduce(Int128(fraction)) { number, _ in number * 10 }
    }
    return .number(number)
  }

  private var token: Token { tokens[place].token }
  private var position: Int { tokens[place].position }

  private mutating func take(_ sign: String) -> Bool {
    guard token == .sign(sign) else { return false }
    place += 1
    return true
  }

  private mutating func take(word: String) -> Bool {
    guard token == .word(word) else { return false }
    place += 1
    return true
  }

  private mutating func expect(_ sign: String) throws(InvariantError) {
    guard take(sign) else { throw InvariantError(.expected("'\(sign)'"), at: position) }
  }

  private mutating func name() throws(InvariantError) -> String {
    guard case .word(let word) = token, !Self.reserved.contains(word) else {
      throw InvariantError(.expected("a name"), at: position)
    }
    place += 1
    return word
  }

  private static let reserved: Set<String> = [
    "and", "or", "not", "implies", "is", "empty", "set", "in", "yes", "no", "count", "where",
  ]

  // MARK: Grammar

  typealias Node = InvariantExpression.Node

  /// The whole expression, with nothing behind it.
  mutating func whole() throws(InvariantError) -> Node {
    let node = try implication()
    guard token == .end else { throw InvariantError(.expected("the end"), at: position) }
    return node
  }

  private mutating func implication() throws(InvariantError) -> Node {
    depth += 1
    defer { depth -= 1 }
    guard depth <= InvariantExpression.deepest else { throw InvariantError(.tooLarge, at: position) }
    let condition = try alternative()
    return take(word: "implies") ? .implies(condition, try implication()) : condition
  }

  private mutating func alternative() throws(InvariantError) -> Node {
    var node = try conjunction()
    while take(word: "or") { node = .either(node, try conjunction()) }
    return node
  }

  private mutating func conjunction() throws(InvariantError) -> Node {
    var node = try negation()
    while take(word: "and") { node = .both(node, try negation()) }
    return node
  }

  private mutating func negation() throws(InvariantError) -> Node {
    var isNegated = false
    while take(word: "not") { isNegated.toggle() }
    let node = try comparison()
    return isNegated ? .not(node) : node
  }

  private mutating func comparison() throws(InvariantError) -> Node {
    let left = try sum()
    let start = position
    if case .sign(let sign) = token, let comparison = InvariantExpression.Comparison(rawValue: sign) {
      place += 1
      return .compare(comparison, left, try sum(), start)
    }
    if take(word: "is") {
      if take(word: "empty") { return .isEmpty(left, true) }
      if take(word: "set") { return .isEmpty(left, false) }
      throw InvariantError(.expected("'empty' or 'set'"), at: position)
    }
    guard take(word: "in") else { return left }
    guard take("(") else {
      let path = try self.path(try name())
      return .elementOf(left, path, start)
    }
    var list = [try sum()]
    while take(",") { list.append(try sum()) }
    try expect(")")
    return .oneOf(left, list, start)
  }

  private mutating func sum() throws(InvariantError) -> Node {
    var node = try remainder()
    while case .sign(let sign) = token, sign == "+" || sign == "-",
      let calculation = InvariantExpression.Calculation(rawValue: sign)
    {
      let start = position
      place += 1
      node = .calculate(calculation, node, try remainder(), start)
    }
    return node
  }

  private mutating func remainder() throws(InvariantError) -> Node {
    var node = try operand()
    while token == .sign("%") {
      let start = position
      place += 1
      node = .calculate(.remainder, node, try operand(), start)
    }
    return node
  }

  private mutating func operand() throws(InvariantError) -> Node {
    let start = position
    switch token {
    case .text(let text):
      place += 1
      return .literal(.text(text), start)
    case .number(let number):
      place += 1
      return .literal(.number(number), start)
    case .date(let date):
      place += 1
      return .literal(.date(date), start)
    case .sign("("):
      place += 1
      let node = try implication()
      try expect(")")
      return node
    case .word("yes"), .word("no"):
      let isYes = token == .word("yes")
      place += 1
      return .literal(.truth(isYes), start)
    case .word("count"):
      place += 1
      return try count(start)
    default:
      let name = try name()
      return token == .sign("(") ? try call(name, start) : .path(try path(name), start)
    }
  }

  private mutating func path(_ first: String) throws(InvariantError) -> [String] {
    var path = [first]
    while take(".") {
      guard path.count < InvariantExpression.longestPath else { throw InvariantError(.longPath, at: position) }
      path.append(try name())
    }
    return path
  }

  private mutating func call(_ name: String, _ start: Int) throws(InvariantError) -> Node {
    if name == "written" {
      try expect("(")
      let field = try self.name()
      try expect(")")
      return .written(field, start)
    }
    guard let function = InvariantFunction(rawValue: name) else {
      throw InvariantError(.unknownFunction(name), at: start)
    }
    try expect("(")
    var arguments = [try sum()]
    while take(",") { arguments.append(try sum()) }
    try expect(")")
    let wanted = function.parameters.count
    guard arguments.count == wanted else { throw InvariantError(.argumentCount(name, wanted), at: start) }
    return .call(function, arguments, start)
  }

  private mutating func count(_ start: Int) throws(InvariantError) -> Node {
    try expect("(")
    let kind = try name()
    try expect(".")
    let field = try name()
    let filter = take(word: "where") ? try implication() : nil
    try expect(")")
    return .count(kind: kind, field: field, filter: filter, start)
  }
}
