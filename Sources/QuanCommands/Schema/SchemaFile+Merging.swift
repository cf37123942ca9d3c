import Quan

extension SchemaFile.FileField {
  /// The field that there is once the file has had its say about one that was there: choices are added, never taken away.
  func over(_ old: FieldDraft) -> FieldDraft {
    let given = choices ?? []
    let kept = old.choices.map { choice in given.first { $0.code == choice.code } ?? choice }
    let new = given.filter { choice in !old.choices.contains { $0.code == choice.code } }
    return FieldDraft(
      old.code, labels.over(old.labels), old.type, scale: old.scale, container: old.container, rule: rule ?? old.rule,
      sensitivity: sensitivity ?? old.sensitivity, choices: kept + new, target: old.target,
      belongs: belongs ?? old.belongs)
  }
}

extension SchemaFile {
  /// The schema of a new workspace that has the kinds of `base` and what the file adds to them.
  func over(_ base: SchemaDraft) -> SchemaDraft {
    let extended = base.kinds.map { old in
      guard let kind = kinds.first(where: { $0.code == old.code }) else { return old }
      let fields = old.fields.map { field in
        kind.fields.first { $0.code == field.code }.map { $0.over(field) } ?? field
      }
      let new = kind.fields.filter { field in !old.fields.contains { $0.code == field.code } }
      return KindDraft(
        old.code, kind.labels.over(old.labels), naturalKeys: kind.keys ?? old.naturalKeys,
        invariants: kind.rules?.map(\.invariant) ?? old.invariants, isAppendOnly: kind.isAppendOnly ?? old.isAppendOnly,
        fields + new.map(\.draft))
    }
    return SchemaDraft(
      extended + kinds.filter { kind in !base.kinds.contains { $0.code == kind.code } }.map(\.draft))
  }
}

extension Schema {
  /// The schema that a draft will be, under IDs that are good for looking only.
  init(_ draft: SchemaDraft) {
    let nobody = ReplicaID(rawValue: .max)
    var kinds: [KindDefinition] = []
    var fields: [FieldDefinition] = []
    for kind in draft.kinds {
      let id = Dot(nobody, UInt64(kinds.count + fields.count + 1))
      kinds.append(
        KindDefinition(
          id: id, code: kind.code, labels: kind.labels, order: Int64(kinds.count), naturalKeys: kind.naturalKeys,
          invariants: kind.invariants, isAppendOnly: kind.isAppendOnly))
      for field in kind.fields {
        fields.append(
          FieldDefinition(
            id: Dot(nobody, UInt64(kinds.count + fields.count + 1)), kind: id, code: field.code, labels: field.labels,
            type: field.type, scale: field.scale, container: field.container, rule: field.rule,
            sensitivity: field.sensitivity, choices: field.choices, target: field.target,
            belongs: field.belongs, order: Int64(fields.count)))
      }
    }
    self.init(kinds: kinds, fields: fields)
  }
}
