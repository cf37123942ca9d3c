public import QuanCore

/// How a field of a record differs between two versions.
public struct FieldDifference: Hashable, Sendable {
  /// The field.
  public let definition: FieldDefinition
  /// What it showed in the first version.
  public let before: [Value]
  /// What it shows in the second.
  public let after: [Value]
  /// The operation of the second version that the first does not have and that wrote the field last, if there is one.
  public let operation: Dot?
  /// Who made that operation, and when by their clock.
  public let stamp: Stamp?

  /// A difference of a field.
  public init(definition: FieldDefinition, before: [Value], after: [Value], operation: Dot?, stamp: Stamp?) {
    self.definition = definition
    self.before = before
    self.after = after
    self.operation = operation
    self.stamp = stamp
  }
}

/// How a record differs between two versions.
public struct RecordDifference: Hashable, Sendable {
  /// What it was in the first version; `nil` when nobody had created it.
  public let before: Record?
  /// What it is in the second.
  public let after: Record?
  /// The fields that differ, in the schema's order.
  public let fields: [FieldDifference]

  /// A difference of a record.
  public init(before: Record?, after: Record?, fields: [FieldDifference]) {
    self.before = before
    self.after = after
    self.fields = fields
  }
}
