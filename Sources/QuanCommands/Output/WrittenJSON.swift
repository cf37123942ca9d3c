import Quan

extension ConflictText {
  /// A value, or a passage of a text, with who wrote it, for programs.
  func written(
    _ value: Value?, _ dot: Dot, _ stamp: Stamp, of field: FieldDefinition, in scope: ScopeID
  ) throws -> JSON {
    let source = try replica.provenance(of: dot, in: scope)
    return .object([
      "value": value.map { ValueText.json($0, of: field) } ?? .null, "author": .string(stamp.author),
      "replica": .string(people.laptop(dot.replica)), "time": .string(stamp.time.description),
      "change": source.map { .string($0.first.description) } ?? .null,
      "message": source?.message.map { .string($0) } ?? .null,
    ])
  }
}
