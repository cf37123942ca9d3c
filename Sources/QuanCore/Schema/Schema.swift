/// The kinds and fields that a workspace knows: data in scope `shared`, read from its records.
///
/// Add-only. Where two definitions claim one code, the one with the lower ID keeps the name, and the other goes
/// by the code with its ID behind it; both keep their data.
public struct Schema: Hashable, Sendable {
  /// Two or more definitions of one code.
  public struct Clash: Hashable, Sendable {
    /// The kind whose fields clash, or `nil` when kinds do.
    public let kind: KindID?
    /// The code they claim.
    public let code: String
    /// The definitions, ascending; the first keeps the name.
    public let definitions: [Dot]
  }

  /// The kinds, in order, built-in ones first.
  public private(set) var kinds: [KindDefinition]
  /// Codes defined more than once.
  public private(set) var clashes: [Clash] = []
  private var positions: [KindID: Int] = [:]

  /// The schema of the given definitions: names are settled here.
  ///
  /// - Parameters:
  ///   - kinds: Kinds, whose own `fields` are ignored.
  ///   - fields: Fields of these or of unknown kinds; the latter are passed over.
  public init(kinds: [KindDefinition] = [], fields: [FieldDefinition] = []) {
    let all = (BuiltIn.kinds + kinds).sorted { ($0.order, $0.id) < ($1.order, $1.id) }
    self.kinds = all
    settleKindNames()
    var byKind: [KindID: [FieldDefinition]] = [:]
    for field in BuiltIn.fields + fields { byKind[field.kind, default: []].append(field) }
    for index in self.kinds.indices {
      positions[self.kinds[index].id] = index
      let own = byKind[self.kinds[index].id] ?? []
      self.kinds[index].fields = settleFieldNames(own + [BuiltIn.externalID(of: self.kinds[index].id)])
    }
  }

  /// The kind with an ID.
  public func kind(_ id: KindID) -> KindDefinition? { positions[id].map { kinds[$0] } }

  /// The kind that goes by a name.
  public func kind(named name: String) -> KindDefinition? { kinds.first { $0.name == name } }

  private mutating func settleKindNames() {
    let groups = Dictionary(grouping: kinds.indices) { kinds[$0].code }
    for (code, indices) in groups where indices.count > 1 {
      let ordered = indices.sorted { kinds[$0].id < kinds[$1].id }
      for index in ordered.dropFirst() { kinds[index].name = Self.name(code, kinds[index].id) }
      clashes.append(Clash(kind: nil, code: code, definitions: ordered.map { kinds[$0].id }))
    }
    clashes.sort { ($0.code, $0.definitions[0]) < ($1.code, $1.definitions[0]) }
  }

  private mutating func settleFieldNames(_ definitions: [FieldDefinition]) -> [FieldDefinition] {
    var fields = definitions.sorted { ($0.order, $0.id) < ($1.order, $1.id) }
    let groups = Dictionary(grouping: fields.indices) { fields[$0].code }
    for (code, indices) in groups.sorted(by: { $0.key < $1.key }) where indices.count > 1 {
      let ordered = indices.sorted { fields[$0].id < fields[$1].id }
      for index in ordered.dropFirst() { fields[index].name = Self.name(code, fields[index].id) }
      clashes.append(Clash(kind: fields[ordered[0]].kind, code: code, definitions: ordered.map { fields[$0].id }))
    }
    return fields
  }

  private static func name(_ code: String, _ id: Dot) -> String { "\(code)_\(id.replica)_\(id.counter)" }
}
