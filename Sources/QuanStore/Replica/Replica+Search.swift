public import QuanCore

/// Where a text was found: a record, and the field that shows it.
public struct SearchHit: Hashable, Sendable {
  /// The record.
  public let record: RecordID
  /// Its kind.
  public let kind: KindID
  /// The first field, in the schema's order, that shows the text.
  public let field: FieldID

  /// Where a text was found.
  public init(record: RecordID, kind: KindID, field: FieldID) {
    self.record = record
    self.kind = kind
    self.field = field
  }
}

extension Replica {
  /// Finds the records that show a text in some field of text, folded as `FoldedText` does, in the order of the file.
  ///
  /// Records that are deleted and values that lost to others are not looked at.
  /// - Parameters:
  ///   - text: What to look for; nothing is found for an empty one.
  ///   - kinds: The kinds to look through; `nil` for all but the built-in ones.
  ///   - limit: How many hits are enough.
  /// - Complexity: O(*n*) in the texts of these kinds; no record is built.
  public func search(_ text: String, kinds: [KindID]? = nil, limit: Int = .max) throws -> [SearchHit] {
    let wanted = FoldedText.bytes(of: text)
    guard !wanted.isEmpty, limit > 0 else { return [] }
    return try read { file in
      var hits: [SearchHit] = []
      for table in file.catalog.ordered {
        guard kinds?.contains(table.kind.id) ?? (table.kind.id.replica != .builtIn) else { continue }
        try file.search(wanted, in: table, limit: limit, environment.progress, &hits)
        if hits.count >= limit { break }
      }
      return hits
    }
  }
}

extension ReplicaFile {
  /// Scans the text columns of one table: bytes are compared where SQLite holds them.
  fileprivate func search(
    _ wanted: [UInt8], in table: KindTable, limit: Int, _ progress: (WorkProgress) throws -> Void,
    _ hits: inout [SearchHit]
  ) throws {
    let columns = table.columns.filter { $0.definition.type == .text && $0.definition.container != .counter }
    guard !columns.isEmpty else { return }
    let names = columns.map { $0.quotedName }.joined(separator: ",")
    let statement = try connection.ownStatement("SELECT id,\(names) FROM \(table.quotedName) ORDER BY id")
    let joined = try joinedRows()
    var seen = try handedOverRows()
    let isSifted = !joined.isEmpty || !seen.isEmpty
    var folded: [UInt8] = []
    var row = 0
    while try statement.step() {
      if row % 4096 == 0 { try progress(WorkProgress(.searching, row, of: 0)) }
      row += 1
      for (position, column) in columns.enumerated() {
        guard try shows(wanted, column.shape, statement, Int32(position + 1), &folded) else { continue }
        let place = joined[statement.integer(0)] ?? statement.integer(0)
        guard let (id, _) = streams.dot(LocalDot(rowID: place)), !isSifted || seen.insert(place).inserted else {
          break
        }
        hits.append(SearchHit(record: id, kind: table.kind.id, field: column.definition.id))
        if hits.count >= limit { return }
        break
      }
    }
  }

  /// Whether a column shows folded bytes; of a set, list or map, one of its items or keys does: how they stand in the
  /// column is not what people see.
  private func shows(
    _ wanted: [UInt8], _ shape: ColumnShape, _ statement: Statement, _ column: Int32, _ folded: inout [UInt8]
  ) throws -> Bool {
    guard shape.container == .set || shape.container == .list || shape.container == .map else {
      return statement.contains(wanted, column, &folded)
    }
    if statement.isNull(column) { return false }
    // What is never escaped stands in the column as it does in an item: most rows are ruled out unread.
    guard wanted.contains(where: ColumnCodec.isEscaped) || statement.contains(wanted, column, &folded) else {
      return false
    }
    return try ColumnCodec.elements(statement.text(column)).contains { item in
      Statement.contains(wanted, in: FoldedText.bytes(of: item))
    }
  }
}
