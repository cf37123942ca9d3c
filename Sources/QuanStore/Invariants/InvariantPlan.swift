import QuanCore

/// The invariants of a schema, and what each must be looked at again for.
///
/// A rule that this version cannot read or that does not fit the schema is passed over: it says nothing until it does.
struct InvariantPlan {
  /// A rule, read.
  struct Rule {
    let invariant: Invariant
    let expression: InvariantExpression
    /// The record's own fields that it looks at, or walks on from.
    let fields: Set<String>
    /// What it counts.
    let counts: [InvariantExpression.Count]
    /// Whether it looks at nothing but what the record itself shows.
    let looksOnlyAtOwnFields: Bool
    /// What it says of a record that holds nothing and to which nothing refers.
    let ofEmpty: Bool?

    init(_ invariant: Invariant, _ expression: InvariantExpression) {
      self.invariant = invariant
      self.expression = expression
      fields = Set(expression.paths.compactMap(\.first))
      counts = expression.counts
      looksOnlyAtOwnFields = expression.looksOnlyAtOwnFields
      ofEmpty = try? expression.holds(in: Empty())
    }
  }

  /// A record that holds nothing.
  private struct Empty: InvariantSource {
    func values(at path: [String]) -> [InvariantOperand] { [] }
    func timeWritten(_ field: String) -> Instant? { nil }
    func count(of kind: String, in field: String, _ condition: (any InvariantSource) throws -> Bool) -> Int { 0 }
  }

  /// Records of a kind whose rules look, over reference fields, at a field of others.
  struct Dependent: Hashable {
    /// The kind of the records whose rules they are.
    let kind: KindID
    /// The reference fields that lead from there to the record looked at.
    let path: [FieldID]
    /// The field looked at.
    let field: FieldID
  }

  /// Records that rules count.
  struct Counted: Hashable {
    /// The field that refers to the record that the rule is about.
    let field: FieldID
    /// The fields that decide whether it is counted, the reference among them.
    let looksAt: Set<FieldID>
  }

  /// The rules of each kind.
  private(set) var rules: [KindID: [Rule]] = [:]
  /// The fields of each kind that its own rules look at, or walk on from.
  private(set) var fields: [KindID: [FieldDefinition]] = [:]
  /// By the kind of the records looked at.
  private(set) var dependents: [KindID: Set<Dependent>] = [:]
  /// By the kind of the records counted.
  private(set) var counted: [KindID: Set<Counted>] = [:]
  /// The codes of all fields and kinds that rules name: whatever changes about others changes no problem.
  private(set) var names: Set<String> = []

  var isEmpty: Bool { rules.isEmpty }

  init(_ schema: Schema) {
    guard schema.kinds.contains(where: { !$0.invariants.isEmpty }) else { return }
    let known = InvariantSchema(schema)
    for kind in schema.kinds {
      for invariant in kind.invariants {
        guard let expression = try? InvariantExpression(invariant.expression),
          (try? known.check(expression, of: kind.name)) != nil
        else { continue }
        rules[kind.id, default: []].append(Rule(invariant, expression))
        note(expression, of: kind, schema)
      }
      let names = (rules[kind.id] ?? []).reduce(into: Set<String>()) { $0.formUnion($1.fields) }
      fields[kind.id] = kind.fields.filter { names.contains($0.name) }
    }
  }

  private mutating func note(_ expression: InvariantExpression, of kind: KindDefinition, _ schema: Schema) {
    for path in expression.paths {
      names.formUnion(path)
      var place = kind
      var walked: [FieldID] = []
      for name in path {
        guard let field = place.field(named: name) else { break }
        if !walked.isEmpty {
          dependents[place.id, default: []].insert(Dependent(kind: kind.id, path: walked, field: field.id))
        }
        walked.append(field.id)
        guard let next = schema.kind(named: field.target) else { break }
        place = next
      }
    }
    for count in expression.counts {
      guard let place = schema.kind(named: count.kind), let field = place.field(named: count.field) else { continue }
      names.formUnion(count.looksAt.union([count.field]))
      let fields = count.looksAt.compactMap { place.field(named: $0)?.id } + [field.id]
      counted[place.id, default: []].insert(Counted(field: field.id, looksAt: Set(fields)))
    }
  }
}
