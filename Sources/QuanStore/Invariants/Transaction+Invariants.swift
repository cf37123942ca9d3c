public import QuanCore

extension Transaction {
  /// Says what must hold of a kind's records, instead of what was said before.
  ///
  /// - Throws: ``StoreError`` with code `notFound` when there is no such kind; `invalid` when an expression cannot be
  ///   read or does not fit the schema, with the character in the message.
  public mutating func setInvariants(_ invariants: [Invariant], of kind: KindID) throws {
    guard let definition = file.catalog.schema.kind(kind) else {
      throw StoreError(.notFound, "there is no such kind", subject: kind.description)
    }
    try check(invariants, of: definition.name, InvariantSchema(file.catalog.schema))
    try set(kind, BuiltIn.kindInvariants, to: invariants.isEmpty ? nil : .text(Invariant.write(invariants)))
  }

  /// Finds what is wrong with invariants, if anything is.
  ///
  /// A kind that is not there yet may come with a later write, or with the schema of another laptop.
  func check(_ invariants: [Invariant], of kind: String, _ schema: InvariantSchema) throws {
    for invariant in invariants {
      do throws(InvariantError) {
        try schema.check(try InvariantExpression(invariant.expression), of: kind)
      } catch {
        if case .unknownKind = error.reason { continue }
        throw StoreError(
          .invalid, "the rule is wrong at character \(error.position)", subject: "\(kind).\(invariant.name)",
          details: [error.message])
      }
    }
  }
}
