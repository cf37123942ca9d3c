/// What a part of an invariant is.
enum InvariantType: String, Hashable, Sendable {
  case truth = "yes or no"
  case number = "a number"
  case text = "a text"
  case date = "a date"
  case instant = "a moment"
  case reference = "a reference"
  case several = "a set"

  init(_ field: InvariantSchema.Field) {
    if field.container != .register && field.container != .counter {
      self = .several
      return
    }
    switch field.type {
    case .text, .choice: self = .text
    case .integer, .decimal, .real: self = .number
    case .date: self = .date
    case .instant: self = .instant
    case .triState: self = .truth
    case .reference, .attachment: self = .reference
    }
  }
}

extension InvariantFunction {
  /// What its arguments must be.
  var parameters: [InvariantType] {
    switch self {
    case .length, .number, .date, .mod11Check: [.text]
    case .slice: [.text, .number, .number]
    case .year: [.date]
    case .workdays: [.date, .date]
    }
  }

  /// What it gives.
  var result: InvariantType {
    switch self {
    case .length, .number, .year, .workdays: .number
    case .slice: .text
    case .date: .date
    case .mod11Check: .truth
    }
  }
}

/// The kinds and fields that expressions are checked against.
public struct InvariantSchema: Sendable {
  /// A field, as far as an expression must know it.
  public struct Field: Hashable, Sendable {
    let type: ValueType
    let container: ContainerType
    let target: String
  }

  private var kinds: [String: [String: Field]] = [:]

  /// The kinds of a schema, and drafts that are to join it.
  public init(_ schema: Schema = Schema(), drafts: [KindDraft] = []) {
    for draft in drafts {
      kinds[draft.code, default: [:]][BuiltIn.externalIDName] = Field(type: .text, container: .register, target: "")
      for field in draft.fields {
        kinds[draft.code, default: [:]][field.code] = Field(
          type: field.type, container: field.container, target: field.target)
      }
    }
    // What is there already stays what it is: a draft may only add to it.
    for kind in schema.kinds where kind.id.replica != .builtIn {
      for field in kind.fields {
        kinds[kind.name, default: [:]][field.name] = Field(
          type: field.type, container: field.container, target: field.target)
      }
    }
  }

  /// Checks an expression over the records of a kind.
  ///
  /// - Throws: ``InvariantError`` for fields and kinds that there are not, and for types that do not fit.
  public func check(_ expression: InvariantExpression, of kind: String) throws(InvariantError) {
    try require(.truth, expression.root, kind, isFiltering: false)
  }

  private func field(_ path: [String], of kind: String, _ position: Int) throws(InvariantError) -> Field {
    var place = kind
    for (index, name) in path.enumerated() {
      guard let fields = kinds[place] else { throw InvariantError(.unknownKind(place), at: position) }
      guard let field = fields[name] else {
        throw InvariantError(.unknownField(name, kind: place), at: position)
      }
      if index == path.count - 1 { return field }
      guard field.type == .reference, field.container == .register, !field.target.isEmpty else {
        throw InvariantError(.noReference(name), at: position)
      }
      place = field.target
    }
    throw InvariantError(.expected("a name"), at: position)
  }

  private func require(
    _ wanted: InvariantType, _ node: InvariantExpression.Node, _ kind: String, isFiltering: Bool
  ) throws(InvariantError) {
    let found = try type(of: node, kind, isFiltering: isFiltering)
    guard found == wanted else {
      throw InvariantError(.wrongType(found: found.rawValue, wanted: wanted.rawValue), at: node.position)
    }
  }

  private func type(
    of node: InvariantExpression.Node, _ kind: String, isFiltering: Bool
  ) throws(InvariantError) -> InvariantType {
    switch node {
    case .literal(let operand, _): return Self.type(of: operand)
    case .path(let path, let position):
      // The condition of a count looks at the counted record alone, so that it is known when to count again.
      if isFiltering && path.count > 1 {
        throw InvariantError(.expected("a field of the counted record"), at: position)
      }
      return InvariantType(try field(path, of: kind, position))
    case .not(let one):
      try require(.truth, one, kind, isFiltering: isFiltering)
      return .truth
    case .both(let one, let other), .either(let one, let other), .implies(let one, let other):
      try require(.truth, one, kind, isFiltering: isFiltering)
      try require(.truth, other, kind, isFiltering: isFiltering)
      return .truth
    case .isEmpty(let one, _):
      _ = try type(of: one, kind, isFiltering: isFiltering)
      return .truth
    case .compare(let comparison, let one, let other, _):
      let left = try type(of: one, kind, isFiltering: isFiltering)
      try require(left, other, kind, isFiltering: isFiltering)
      let isOrdered = [.number, .text, .date, .instant].contains(left)
      guard left != .several, isOrdered || comparison == .equal || comparison == .unequal else {
        throw InvariantError(
          .wrongType(found: left.rawValue, wanted: InvariantType.number.rawValue), at: one.position)
      }
      return .truth
    case .oneOf(let one, let list, _):
      let left = try type(of: one, kind, isFiltering: isFiltering)
      for item in list { try require(left, item, kind, isFiltering: isFiltering) }
      return .truth
    case .elementOf(let one, let path, let position):
      _ = try type(of: one, kind, isFiltering: isFiltering)
      if isFiltering && path.count > 1 {
        throw InvariantError(.expected("a field of the counted record"), at: position)
      }
      let found = InvariantType(try field(path, of: kind, position))
      guard found == .several else {
        throw InvariantError(.wrongType(found: found.rawValue, wanted: InvariantType.several.rawValue), at: position)
      }
      return .truth
    case .calculate(let calculation, let one, let other, _):
      let left = try type(of: one, kind, isFiltering: isFiltering)
      let right = try type(of: other, kind, isFiltering: isFiltering)
      switch (left, calculation, right) {
      case (.number, _, .number), (.date, .minus, .date): return .number
      case (.date, .plus, .number), (.date, .minus, .number): return .date
      default:
        let wrong = left == .number || left == .date ? (right, other.position) : (left, one.position)
        throw InvariantError(
          .wrongType(found: wrong.0.rawValue, wanted: InvariantType.number.rawValue), at: wrong.1)
      }
    case .call(let function, let arguments, _):
      for (argument, wanted) in zip(arguments, function.parameters) {
        try require(wanted, argument, kind, isFiltering: isFiltering)
      }
      return function.result
    case .written(let name, let position):
      let field = try field([name], of: kind, position)
      guard field.container == .register else {
        throw InvariantError(
          .wrongType(found: InvariantType(field).rawValue, wanted: "a field of one value"), at: position)
      }
      return .date
    case .count(let counted, let name, let filter, let position):
      if isFiltering { throw InvariantError(.expected("a condition without count"), at: position) }
      let field = try field([name], of: counted, position)
      guard field.type == .reference, field.container == .register, field.target == kind else {
        throw InvariantError(.noReference(name), at: position)
      }
      if let filter { try require(.truth, filter, counted, isFiltering: true) }
      return .number
    }
  }

  private static func type(of operand: InvariantOperand) -> InvariantType {
    switch operand {
    case .truth: .truth
    case .number: .number
    case .date: .date
    case .instant: .instant
    case .text, .nothing: .text
    case .other: .reference
    }
  }
}

extension SchemaDraft {
  /// What is wrong with the invariants of the kinds, checked against these kinds and those of a schema.
  ///
  /// - Returns: The first error of each invariant that has one, with the kind and the invariant.
  public func invariantErrors(
    in schema: Schema = Schema()
  ) -> [(kind: String, invariant: Invariant, error: InvariantError)] {
    let known = InvariantSchema(schema, drafts: kinds)
    return kinds.flatMap { kind in
      kind.invariants.compactMap { invariant in
        do throws(InvariantError) {
          try known.check(try InvariantExpression(invariant.expression), of: kind.code)
          return nil
        } catch {
          return (kind.code, invariant, error)
        }
      }
    }
  }
}
