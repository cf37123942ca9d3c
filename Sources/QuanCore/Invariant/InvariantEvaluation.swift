/// Where an invariant finds the values that it is about.
public protocol InvariantSource {
  /// What a path leads to from the record: the values that its last field shows; none when it breaks off.
  func values(at path: [String]) throws -> [InvariantOperand]
  /// The one value that a path leads to; nothing when it leads to none or several.
  func value(at path: [String]) throws -> InvariantOperand
  /// When what a field of the record shows was written, by its writer's clock; `nil` when it shows nothing, or several
  /// values.
  func timeWritten(_ field: String) throws -> Instant?
  /// How many records of a kind refer to the record in a field and fulfil a condition.
  ///
  /// - Parameter condition: Is asked with the source of each of them.
  func count(of kind: String, in field: String, _ condition: (any InvariantSource) throws -> Bool) throws -> Int
}

extension InvariantSource {
  /// The one value that a path leads to; nothing when it leads to none or several.
  public func value(at path: [String]) throws -> InvariantOperand { .only(try values(at: path)) }
}

extension InvariantExpression {
  /// Whether what it says holds; `nil` when too little is known to say.
  public func holds(in source: any InvariantSource) throws -> Bool? {
    try Self.truth(root, source)
  }

  private static func truth(_ node: Node, _ source: any InvariantSource) throws -> Bool? {
    if case .truth(let truth) = try value(node, source) { truth } else { nil }
  }

  private static func value(_ node: Node, _ source: any InvariantSource) throws -> InvariantOperand {
    switch node {
    case .literal(let operand, _): return operand
    case .path(let path, _): return try source.value(at: path)
    case .not(let one): return wrap(try truth(one, source).map { !$0 })
    case .both(let one, let other):
      let first = try truth(one, source)
      return first == false ? .truth(false) : wrap(and(first, try truth(other, source)))
    case .either(let one, let other):
      let first = try truth(one, source)
      return first == true ? .truth(true) : wrap(or(first, try truth(other, source)))
    case .implies(let one, let other):
      let condition = try truth(one, source)
      if condition == false { return .truth(true) }
      return wrap(or(condition.map { !$0 }, try truth(other, source)))
    case .isEmpty(let one, let isEmpty):
      if case .path(let path, _) = one {
        let values = try source.values(at: path).filter { $0 != .nothing }
        return .truth(values.isEmpty == isEmpty)
      }
      return .truth((try value(one, source) == .nothing) == isEmpty)
    case .compare(let comparison, let one, let other, _):
      return wrap(compare(comparison, try value(one, source), try value(other, source)))
    case .oneOf(let one, let list, _):
      let left = try value(one, source)
      guard left != .nothing else { return .nothing }
      return .truth(try list.contains { try value($0, source) == left })
    case .elementOf(let one, let path, _):
      let left = try value(one, source)
      guard left != .nothing else { return .nothing }
      return .truth(try source.values(at: path).contains(left))
    case .calculate(let calculation, let one, let other, _):
      return calculate(calculation, try value(one, source), try value(other, source))
    case .call(let function, let arguments, _):
      func argument(_ place: Int) throws -> InvariantOperand {
        place < arguments.count ? try value(arguments[place], source) : .nothing
      }
      return call(function, try argument(0), try argument(1), try argument(2))
    case .written(let field, _):
      return try source.timeWritten(field).map { .date($0.day) } ?? .nothing
    case .count(let kind, let field, let filter, _):
      let count = try source.count(of: kind, in: field) { counted in
        try filter.map { try truth($0, counted) == true } ?? true
      }
      return .number(Int128(count) * InvariantOperand.one)
    }
  }

  // MARK: Yes, no, and unknown

  private static func wrap(_ truth: Bool?) -> InvariantOperand { truth.map { .truth($0) } ?? .nothing }

  private static func and(_ one: Bool?, _ other: Bool?) -> Bool? {
    if one == false || other == false { return false }
    return one == nil || other == nil ? nil : true
  }

  private static func or(_ one: Bool?, _ other: Bool?) -> Bool? {
    if one == true || other == true { return true }
    return one == nil || other == nil ? nil : false
  }

  private static func compare(
    _ comparison: Comparison, _ one: InvariantOperand, _ other: InvariantOperand
  ) -> Bool? {
    guard one != .nothing, other != .nothing else { return nil }
    if comparison == .equal { return one == other }
    if comparison == .unequal { return one != other }
    let order: (less: Bool, equal: Bool)
    switch (one, other) {
    case (.number(let left), .number(let right)): order = (left < right, left == right)
    case (.date(let left), .date(let right)), (.instant(let left), .instant(let right)):
      order = (left < right, left == right)
    case (.text(let left), .text(let right)):
      order = (left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars), left == right)
    default: return nil
    }
    switch comparison {
    case .less: return order.less
    case .lessOrEqual: return order.less || order.equal
    case .greater: return !order.less && !order.equal
    case .greaterOrEqual: return !order.less
    case .equal, .unequal: return nil
    }
  }

  // MARK: Numbers, dates and texts

  private static func calculate(
    _ calculation: Calculation, _ one: InvariantOperand, _ other: InvariantOperand
  ) -> InvariantOperand {
    switch (one, calculation, other) {
    case (.number(let left), .plus, .number(let right)): return .number(left &+ right)
    case (.number(let left), .minus, .number(let right)): return .number(left &- right)
    case (.number(let left), .remainder, .number(let right)): return right == 0 ? .nothing : .number(left % right)
    case (.date(let left), .minus, .date(let right)): return .number(Int128(left - right) * InvariantOperand.one)
    case (.date(let left), .plus, .number(let days)): return date(left, days / InvariantOperand.one)
    case (.date(let left), .minus, .number(let days)): return date(left, -days / InvariantOperand.one)
    default: return .nothing
    }
  }

  private static func date(_ start: Int64, _ days: Int128) -> InvariantOperand {
    abs(days) < 10_000_000 ? .date(start + Int64(days)) : .nothing
  }

  private static func call(
    _ function: InvariantFunction, _ first: InvariantOperand, _ second: InvariantOperand, _ third: InvariantOperand
  ) -> InvariantOperand {
    switch function {
    case .length:
      guard case .text(let text) = first else { return .nothing }
      return .number(Int128(isPlain(text) ? text.utf8.count : text.count) * InvariantOperand.one)
    case .slice:
      guard case .text(let text) = first, case .number(let from) = second, case .number(let count) = third else {
        return .nothing
      }
      return slice(text, from: from, count)
    case .number:
      guard case .text(let text) = first, let number = Int64(text) else { return .nothing }
      return .number(Int128(number) * InvariantOperand.one)
    case .date:
      guard case .text(let text) = first else { return .nothing }
      let parts = text.count == 8 ? "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))" : text
      return CivilDate(parts).map { .date(Int64($0.daysSince1970)) } ?? .nothing
    case .year:
      guard case .date(let days) = first, let date = CivilDate(daysSince1970: Int32(clamping: days)) else {
        return .nothing
      }
      return .number(Int128(date.parts.year) * InvariantOperand.one)
    case .workdays:
      guard case .date(let from) = first, case .date(let to) = second else { return .nothing }
      return .number(Int128(workdays(from, to)) * InvariantOperand.one)
    case .mod11Check:
      guard case .text(let text) = first else { return .nothing }
      return .truth(isChecked(text))
    }
  }

  /// Part of a text: from a character, the first being 1, so many; both are numbers as operands have them.
  private static func slice(_ text: String, from: Int128, _ count: Int128) -> InvariantOperand {
    let start = Int(clamping: from / InvariantOperand.one) - 1
    let length = Int(clamping: count / InvariantOperand.one)
    guard start >= 0, length >= 0 else { return .nothing }
    return .text(
      isPlain(text)
        ? String(Substring(text.utf8.dropFirst(start).prefix(length)))
        : String(text.dropFirst(start).prefix(length)))
  }

  /// Whether each byte of a text is a character, as in numbers: then none needs to be told from the next by tables.
  private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 && $0 != 0x0D } }

  /// Days from Monday to Friday in a half-open range of days; negative when it runs backwards.
  private static func workdays(_ from: Int64, _ to: Int64) -> Int64 {
    guard from <= to else { return -workdays(to, from) }
    // 1970-01-01 was a Thursday, three days after a Monday.
    func before(_ day: Int64) -> Int64 {
      let since = day + 3
      let week = since >= 0 ? since / 7 : (since - 6) / 7
      return week * 5 + min(since - week * 7, 5)
    }
    return before(to) - before(from)
  }

  private static func isChecked(_ text: String) -> Bool {
    var sum = 0
    var last: UInt8?
    for byte in text.utf8 {
      if let last {
        guard (48...57).contains(last) else { return false }
        sum = ((sum + Int(last) - 48) * 2) % 11
      }
      last = byte
    }
    guard let last, text.utf8.count >= 2 else { return false }
    let check = (12 - sum) % 11
    return check == 10 ? last | 0x20 == UInt8(ascii: "x") : last == UInt8(48 + check)
  }
}
