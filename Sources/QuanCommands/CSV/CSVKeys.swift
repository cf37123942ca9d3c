import Quan

/// The records of a kind by what tells them apart: the IDs of outside systems and their natural keys, folded.
///
/// Hashes stand for the texts, so that it stays small; what it finds is compared again before anything is written.
struct CSVKeys {
  private let kind: KindDefinition
  private var records: [UInt64: [RecordID]] = [:]

  init(kind: KindDefinition, replica: Replica) throws {
    self.kind = kind
    try replica.records(of: kind.id) { record in
      let values = Dictionary(uniqueKeysWithValues: record.fields.map { ($0.definition.name, $0.shown) })
      insert(record.id, values)
    }
  }

  /// Makes a record findable.
  mutating func insert(_ record: RecordID, _ values: [String: [Value]]) {
    for (_, hash) in hashes(values) where records[hash]?.contains(record) != true {
      records[hash, default: []].append(record)
    }
  }

  /// The records that have a key alike, with the key.
  func matches(_ values: [String: [Value]]) -> [(key: String, records: [RecordID])] {
    hashes(values).compactMap { key, hash in records[hash].map { (key, $0) } }
  }

  private func hashes(_ values: [String: [Value]]) -> [(key: String, hash: UInt64)] {
    let keys = [NaturalKey([BuiltIn.externalIDName])] + kind.naturalKeys
    return keys.compactMap { key in
      var hasher = Hasher()
      hasher.combine(key.text)
      for field in key.fields {
        guard let value = values[field]?.first else { return nil }
        if case .text(let text) = value { hasher.combine(Self.fold(text)) } else { hasher.combine(value) }
      }
      return (key.text, UInt64(bitPattern: Int64(hasher.finalize())))
    }
  }

  /// A text without width, case, spaces and the dots of names.
  static func fold(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 && $0 > 0x20 && $0 != 0x2E }) { return text.lowercased() }
    return ValueParser.halfWidth(text).lowercased().filter { !$0.isWhitespace && !"·∙•・●.‧⋅".contains($0) }
  }
}
