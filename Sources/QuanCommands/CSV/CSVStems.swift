import Quan

/// Finds the records whose number a spreadsheet may have damaged: of 18 digits it keeps 15, and the name stands beside.
///
/// Built when the first damaged number is met: most files have none.
struct CSVStems {
  /// How many digits a spreadsheet keeps.
  static let length = 15

  private let replica: Replica
  private let kind: KindDefinition
  private var records: [[UInt8]: [RecordID]]?

  init(_ replica: Replica, kind: KindDefinition) {
    self.replica = replica
    self.kind = kind
  }

  /// The records that a number begins like, with a name alike.
  mutating func records(like stem: String, named name: String) throws -> [RecordID] {
    if records == nil { records = try build() }
    return records?[Self.key(stem, name)] ?? []
  }

  private func build() throws -> [[UInt8]: [RecordID]] {
    var records: [[UInt8]: [RecordID]] = [:]
    guard let number = kind.field(named: "id_no"), let name = kind.field(named: "name") else { return [:] }
    try replica.values(of: kind.id, fields: [number.id, name.id]) { record, values in
      guard case .text(let number)? = values[0].first, case .text(let name)? = values[1].first else { return }
      let digits = ValueParser.halfWidth(number)
      if digits.utf8.count == 18 { records[Self.key(digits, name), default: []].append(record) }
    }
    return records
  }

  private static func key(_ digits: String, _ name: String) -> [UInt8] {
    Array(digits.utf8.prefix(length)) + NameFolding.utf8(name)
  }
}
