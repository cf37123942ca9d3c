import Quan

/// Whom records are about, so that what belongs to one pupil stands together.
///
/// A record is about whom its reference field `student` leads to, itself or over the records that it refers to; in a
/// workspace without students, about what its first reference field leads to; else about itself.
struct Subjects {
  private static let kind = "student"
  private static let steps = 3

  private let replica: Replica
  private let schema: Schema
  private let paths: [KindID: [FieldID]]

  init(_ replica: Replica, _ schema: Schema) {
    self.replica = replica
    self.schema = schema
    var paths: [KindID: [FieldID]] = [:]
    for kind in schema.kinds { paths[kind.id] = Self.path(from: kind, in: schema) }
    self.paths = paths
  }

  /// The subject of each of the given records.
  func of(_ records: [(record: RecordID, scope: ScopeID, kind: KindID)]) throws -> [RecordID] {
    try replica.follow(records.map { Trail(from: $0.record, in: $0.scope, along: paths[$0.kind] ?? []) })
  }

  /// The shortest way over reference fields to a student.
  static func path(from kind: KindDefinition, in schema: Schema) -> [FieldID] {
    guard schema.kind(named: Self.kind) != nil else { return references(of: kind).prefix(1).map(\.id) }
    if kind.name == Self.kind { return [] }
    var queue: [(kind: KindDefinition, path: [FieldID])] = [(kind, [])]
    while !queue.isEmpty {
      let (place, path) = queue.removeFirst()
      let references = references(of: place)
      if let field = references.first(where: { $0.name == Self.kind || $0.target == Self.kind }) {
        return path + [field.id]
      }
      guard path.count + 1 < steps else { continue }
      for field in references {
        if let target = schema.kind(named: field.target) { queue.append((target, path + [field.id])) }
      }
    }
    return []
  }

  private static func references(of kind: KindDefinition) -> [FieldDefinition] {
    kind.fields.filter { $0.type == .reference && $0.container == .register }
  }
}
