import Quan

/// A row of a CSV file, read as far as that goes without the records that are there.
struct CSVRow: Sendable {
  /// A cell that names a record: what it means hangs on the records that are there.
  struct Reference: Sendable {
    /// The place of its field in the plan.
    let field: Int
    let text: String
  }

  /// The line that it begins in, from 1.
  let line: Int
  /// How many bytes of the file had been read when it was.
  let bytesRead: Int
  /// All its cells, as they were written.
  var cells: [String] = []
  /// Whether no cell holds anything.
  var isBlank = false
  /// What it is when it is about the table and not about a record.
  var aside: RowReason?

  /// The values of each of the plan's fields.
  var values: [[Value]] = []
  /// The keys of maps with their values, by field.
  var pairs: [Int: [(key: String, value: Value)]] = [:]
  var references: [Reference] = []
  var warnings: [RowReason] = []
  var refusals: [CSVCell.Refusal] = []
  /// The hash of each of the plan's keys; none while ``references`` are to be read.
  var hashes: [UInt64?] = []
}
