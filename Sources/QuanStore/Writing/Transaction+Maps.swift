public import QuanCore

extension Transaction {
  /// Sets what stands under a key of a map, having seen all its sides; `nil` takes the key away.
  ///
  /// Each key is a register of its own: two people who write under different keys at once do not meet.
  /// - Throws: ``StoreError`` with code `notFound`, `invalid` or `refused`, as ``create(_:in:_:maps:)`` does.
  public mutating func set(_ record: RecordID, _ field: FieldID, key: String, to value: Value?) throws {
    let definition = try changeable(field, in: record, container: .map)
    if let value { try check(value, definition) }
    let place = FieldKey(field, key: key)
    if let index = creationIndex[record] {
      creations[index].fields[place] = value.map { [$0] }
      return
    }
    for (position, member) in try joined(record).enumerated() {
      let standing = try entries(of: place, in: member)
      // There is nothing to take away where nobody has written.
      let isDue = position == 0 && (value != nil || edits[member]?.writes[place] != nil)
      guard isDue || !standing.isEmpty else { continue }
      edits[member, default: Edit()].writes[place] = PendingWrite(
        values: value.map { [WrittenValue($0)] } ?? [], overwrites: Set(standing.map(\.id)))
    }
  }

  /// The initial fields that a map with some keys comes to.
  func start(
    _ id: FieldID, of kind: KindID, with pairs: [(key: String, value: Value)], _ fields: inout InitialFields
  ) throws {
    guard let definition = file.catalog.schema.kind(kind)?.field(id) else {
      throw StoreError(.notFound, "the kind has no such field", subject: id.description)
    }
    guard definition.container == .map else {
      throw StoreError(.invalid, "the field is no map", subject: definition.name)
    }
    for (key, value) in pairs {
      try check(value, definition)
      fields[FieldKey(id, key: key)] = [value]
    }
  }
}
