extension RecordState {
  /// Several records that are the same thing, read as one: its fields are the union of the members' sides.
  ///
  /// Nothing is copied: the entries keep their identities, so equal values are one side and different ones stand beside
  /// each other until a write has seen all. Sets are united, counters added up and lists stand one
  /// behind another. Members that are deleted contribute
  /// nothing, unless all are. The one of the smallest ID lends its ID.
  ///
  /// - Precondition: `members` are of one kind and one scope.
  public init?(joining members: [RecordState]) {
    let present = members.filter { $0.presence != .deleted }
    guard let first = members.min(by: { $0.id < $1.id }) else { return nil }
    self.init(id: first.id, kind: first.kind)
    for member in present.isEmpty ? members : present {
      for (key, field) in member.fields {
        guard let known = fields[key] else {
          fields[key] = field
          continue
        }
        fields[key] = FieldState(
          key: key, entries: known.entries + field.entries, writes: known.writes + field.writes,
          total: known.total &+ field.total)
      }
      for (key, list) in member.lists {
        let known = lists[key] ?? ListState()
        lists[key] = ListState(Array(known.placements.values) + Array(list.placements.values))
      }
      for (replica, counter) in member.seen { seen[replica] = max(seen[replica] ?? 0, counter) }
      deletes.merge(member.deletes) { one, _ in one }
    }
  }
}
