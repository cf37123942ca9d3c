/// What an invariant says, read: a tree.
public struct InvariantExpression: Hashable, Sendable {
  /// How many fields a path has at most: a field of the record, of one that it refers to, and of one that that refers
  /// to.
  public static let longestPath = 3
  /// How many characters an expression has at most.
  static let longest = 2000
  /// How deeply one may be nested.
  static let deepest = 40

  let root: Node

  /// Reads an expression.
  ///
  /// - Throws: ``InvariantError``, with the character where it is noticed.
  public init(_ text: String) throws(InvariantError) {
    var parser = try InvariantParser(text)
    root = try parser.whole()
  }

  /// A part of an expression, with the character at which it stands.
  indirect enum Node: Hashable, Sendable {
    case literal(InvariantOperand, Int)
    case path([String], Int)
    case not(Node)
    case both(Node, Node)
    case either(Node, Node)
    case implies(Node, Node)
    case compare(Comparison, Node, Node, Int)
    case isEmpty(Node, Bool)
    case oneOf(Node, [Node], Int)
    case elementOf(Node, [String], Int)
    case calculate(Calculation, Node, Node, Int)
    case call(InvariantFunction, [Node], Int)
    /// The day on which what a field of the record shows was written.
    case written(String, Int)
    /// The records of a kind whose field refers to the record, and that fulfil something.
    case count(kind: String, field: String, filter: Node?, Int)

    /// The character at which it stands.
    var position: Int {
      switch self {
      case .literal(_, let position), .path(_, let position), .compare(_, _, _, let position),
        .oneOf(_, _, let position), .elementOf(_, _, let position), .calculate(_, _, _, let position),
        .call(_, _, let position), .written(_, let position), .count(_, _, _, let position):
        position
      case .not(let one), .both(let one, _), .either(let one, _), .implies(let one, _), .isEmpty(let one, _):
        one.position
      }
    }
  }

  enum Comparison: String, Hashable, Sendable {
    case equal = "="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
  }

  enum Calculation: String, Hashable, Sendable {
    case plus = "+"
    case minus = "-"
    case remainder = "%"
  }

  // MARK: What it looks at

  /// Records that an expression counts: those of a kind that refer to the record in a field.
  public struct Count: Hashable, Sendable {
    /// The kind of the records counted.
    public let kind: String
    /// Their field that refers to the record.
    public let field: String
    /// Their fields that the condition looks at.
    public let looksAt: Set<String>
  }

  /// The paths that it follows from the record: the codes of one to ``longestPath`` fields.
  public var paths: Set<[String]> {
    var found: Set<[String]> = []
    walk(root) { node in
      switch node {
      case .path(let path, _), .elementOf(_, let path, _): found.insert(path)
      case .written(let field, _): found.insert([field])
      default: break
      }
    }
    return found
  }

  /// Whether it looks at nothing but what the record itself shows: at no other record, and at no time of writing.
  public var looksOnlyAtOwnFields: Bool {
    var isSo = true
    walk(root) { node in
      switch node {
      case .path(let path, _), .elementOf(_, let path, _): isSo = isSo && path.count == 1
      case .written, .count: isSo = false
      default: break
      }
    }
    return isSo
  }

  /// Whether it looks at a field of the record itself.
  public func looks(at field: String) -> Bool { paths.contains { $0.first == field } }

  /// What it counts.
  public var counts: [Count] {
    var found: [Count] = []
    walk(root) { node in
      guard case .count(let kind, let field, let filter, _) = node else { return }
      var fields: Set<String> = []
      if let filter {
        walk(filter) { inner in
          switch inner {
          case .path(let path, _), .elementOf(_, let path, _): fields.formUnion(path.prefix(1))
          case .written(let field, _): fields.insert(field)
          default: break
          }
        }
      }
      found.append(Count(kind: kind, field: field, looksAt: fields))
    }
    return found
  }

  /// Visits a node and all below it; conditions of counts are not gone into, they are about other records.
  private func walk(_ node: Node, _ visit: (Node) -> Void) {
    visit(node)
    switch node {
    case .literal, .path, .written, .count: return
    case .not(let one), .isEmpty(let one, _), .elementOf(let one, _, _): walk(one, visit)
    case .both(let one, let other), .either(let one, let other), .implies(let one, let other),
      .compare(_, let one, let other, _), .calculate(_, let one, let other, _):
      walk(one, visit)
      walk(other, visit)
    case .oneOf(let one, let list, _):
      walk(one, visit)
      for item in list { walk(item, visit) }
    case .call(_, let arguments, _): for argument in arguments { walk(argument, visit) }
    }
  }
}

/// What invariants can call.
public enum InvariantFunction: String, Hashable, Sendable, CaseIterable {
  /// How many characters a text has.
  case length
  /// Part of a text: from a character, the first being 1, so many, or as many as there are.
  case slice
  /// The number that a text of digits is.
  case number
  /// The date that a text of the form 20120304 or 2012-03-04 is.
  case date
  /// The year of a date.
  case year
  /// How many days from Monday to Friday lie between two dates, the first counted and the last not.
  case workdays
  /// Whether the last character of a text checks the others by ISO 7064 MOD 11-2, as in GB 11643.
  case mod11Check = "mod11_2"
}
