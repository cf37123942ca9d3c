import QuanCore

/// The rows of a run that some field of other records refers to, for a walk in ascending order.
final class ReferredRows {
  private let statement: Statement
  /// The row that the walk has come to; `nil` behind the last.
  private var next: Int64?

  /// - Returns: `nil` when the field has no column of its own.
  init?(_ file: ReplicaFile, _ run: Touched.Run, _ count: InvariantExpression.Count) throws {
    guard let kind = file.catalog.schema.kind(named: count.kind), let table = file.catalog.tables[kind.id],
      let field = kind.field(named: count.field), let position = table.position[field.key]
    else { return nil }
    let name = table.columns[position].quotedName
    statement = try file.connection.ownStatement(
      "SELECT DISTINCT \(name) FROM \(table.quotedName) WHERE \(name) BETWEEN ? AND ? ORDER BY \(name)")
    statement.bind(1, run.first)
    statement.bind(2, run.last)
    try advance()
  }

  private func advance() throws { next = try statement.step() ? statement.integer(0) : nil }

  /// Whether a row is among them; rows must be asked about in ascending order.
  func contains(_ row: Int64) throws -> Bool {
    while let place = next, place < row { try advance() }
    return next == row
  }
}
