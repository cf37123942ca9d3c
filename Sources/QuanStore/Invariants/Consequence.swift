public import QuanCore

/// Something that would follow from taking a side of a conflict, as far as declared rules, natural keys and references know.
public struct Consequence: Hashable, Sendable {
  /// What would follow.
  public enum Matter: Hashable, Sendable {
    /// Records would break a rule of their kind, by its name.
    case breaks(String)
    /// So many rules that look at the field would hold, and none would not.
    case keeps(Int)
    /// Other records have the same in the fields of a natural key of the kind, in its written form.
    case shares(String)
    /// The field would refer to something that is deleted or not there.
    case refersToNothing
    /// Records would refer to something deleted.
    case leavesReferences
  }

  /// What would follow.
  public let matter: Matter
  /// The kind whose rule or key it is, or that of the records.
  public let kind: KindID
  /// The records concerned, other than the one in conflict, at most ``limit``.
  public let records: [RecordID]

  /// How many records are named.
  public static let limit = 20

  /// Something that would follow.
  public init(_ matter: Matter, kind: KindID, records: [RecordID] = []) {
    self.matter = matter
    self.kind = kind
    self.records = records
  }
}

extension Replica {
  /// What would follow from taking each side of a conflict, in the order of the sides.
  ///
  /// - Complexity: O(log *n*) in the records and the rules that look at the field; nothing where none does.
  public func consequences(of conflict: Conflict) throws -> [[Consequence]] {
    let now = environment.now()
    return try read { file in
      try conflict.sides.map { side in
        guard conflict.field != nil else {
          return side.event == "deleted" ? try file.consequences(ofDeleting: conflict) : []
        }
        return try file.consequences(of: conflict, showing: side.value, at: now)
      }
    }
  }

  /// What would follow from writing a value instead of all sides of a conflict; `nil` clears the field.
  public func consequences(of conflict: Conflict, writing value: Value?) throws -> [Consequence] {
    let now = environment.now()
    return try read { file in try file.consequences(of: conflict, showing: value, at: now) }
  }
}

extension ReplicaFile {
  fileprivate func consequences(ofDeleting conflict: Conflict) throws -> [Consequence] {
    guard let local = streams.local(conflict.record, in: conflict.scope) else { return [] }
    let referrers = try referrers(to: try members(of: local.rowID), limit: Consequence.limit)
    guard !referrers.isEmpty else { return [] }
    return [Consequence(.leavesReferences, kind: conflict.kind, records: records(referrers))]
  }

  fileprivate func consequences(
    of conflict: Conflict, showing value: Value?, at now: Instant
  ) throws -> [Consequence] {
    // Rules look at fields as a whole, not at what stands under one key.
    guard conflict.item == nil, let kind = catalog.schema.kind(conflict.kind),
      let field = conflict.field.flatMap({ kind.field($0) }),
      let local = streams.local(conflict.record, in: conflict.scope)
    else { return [] }
    let rows = try members(of: local.rowID)
    let assumption = InvariantRow.Assumption(
      rows: Set(rows), field: field.id, values: value.map { [$0] } ?? [], time: now)
    var found: [Consequence] = []
    var kept = 0
    for rule in invariants.rules[kind.id] ?? [] where rule.expression.looks(at: field.name) {
      let row = InvariantRow(self, try representative(of: local.rowID), kind, assuming: assumption)
      switch try rule.expression.holds(in: row) {
      case false?: found.append(Consequence(.breaks(rule.invariant.name), kind: kind.id))
      case true?: kept += 1
      case nil: break
      }
    }
    found += try broken(by: assumption, field, kind, rows)
    var index = KeyIndex(self)
    for (key, sharers) in try index.sharers(of: rows, kind, field, assumption.values, conflict.scope) {
      found.append(Consequence(.shares(key), kind: kind.id, records: records(sharers)))
    }
    if case .reference(let target)? = value {
      switch try standing(of: try followed(target), hint: catalog.schema.kind(named: field.target)?.id) {
      case .deleted, .missing: found.append(Consequence(.refersToNothing, kind: kind.id))
      case .here, .elsewhere: break
      }
    }
    let isBroken = found.contains { if case .breaks = $0.matter { $0.records.isEmpty } else { false } }
    if kept > 0 && !isBroken { found.append(Consequence(.keeps(kept), kind: kind.id)) }
    return found
  }

  /// The rules of other records that would be broken: those that look at the field over references, or count by it.
  private func broken(
    by assumption: InvariantRow.Assumption, _ field: FieldDefinition, _ kind: KindDefinition, _ rows: [Int64]
  ) throws -> [Consequence] {
    var owners: [KindID: Set<Int64>] = [:]
    for dependent in invariants.dependents[kind.id] ?? [] where dependent.field == field.id {
      owners[dependent.kind, default: []].formUnion(
        try InvariantSearch.walkBack(self, from: rows, dependent.path).sorted().prefix(Consequence.limit))
    }
    for counted in invariants.counted[kind.id] ?? []
    where counted.looksAt.contains(field.id) && counted.field != field.id {
      guard let reference = kind.field(counted.field), let target = catalog.schema.kind(named: reference.target) else {
        continue
      }
      for row in rows {
        guard let state = try load(LocalDot(rowID: row), hint: kind.id)?.state else { continue }
        owners[target.id, default: []].formUnion(try targets(of: reference, in: state))
      }
    }
    var broken: [KindID: [String: [Int64]]] = [:]
    for (owner, records) in owners {
      guard let definition = catalog.schema.kind(owner) else { continue }
      for row in Set(try records.map { try representative(of: $0) }) where !assumption.rows.contains(row) {
        for rule in invariants.rules[owner] ?? [] {
          let source = InvariantRow(self, row, definition, assuming: assumption)
          guard try rule.expression.holds(in: source) == false, source.usedAssumption else { continue }
          broken[owner, default: [:]][rule.invariant.name, default: []].append(row)
        }
      }
    }
    return broken.sorted { $0.key < $1.key }.flatMap { owner, rules in
      rules.sorted { $0.key < $1.key }.map { name, rows in
        Consequence(.breaks(name), kind: owner, records: records(rows))
      }
    }
  }

  private func records(_ rows: [Int64]) -> [RecordID] {
    rows.prefix(Consequence.limit).compactMap { reference($0)?.record }.sorted()
  }
}
