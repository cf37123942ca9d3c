import Quan

/// What a person has answered about a row that waits: which record it is, or that it is a new one.
struct RowAnswer: Hashable, Sendable {
  /// What an answer says.
  enum Meaning: Hashable {
    /// The row is a record that is not there yet.
    case new
    /// It is the one record that it was told to resemble.
    case same
    /// It is the record with an ID.
    case record(String)
  }

  /// What was written.
  let text: String
  /// The check of the row that was seen.
  let check: String

  /// What it says; `nil` when it leaves the row for later.
  var meaning: Meaning? {
    let plain = ValueParser.halfWidth(text).trimmed
    switch plain.lowercased() {
    case "", "later", "keep", "稍后", "以后": return nil
    case "new", "新", "新增": return .new
    case "same", "相同", "同一条", "是": return .same
    default: return .record(plain)
    }
  }

  /// What tells whether a row is still the one that was seen.
  ///
  /// Four characters of a hash: enough to notice a change, too few to guess from what a row says.
  static func check(of cells: [String]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a.
    func take(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    for cell in cells {
      for byte in cell.utf8 { take(byte) }
      take(0)
    }
    let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    let folded = hash ^ hash >> 20 ^ hash >> 40
    return "#" + String((0..<4).map { digits[Int(folded >> (5 * $0) & 31)] })
  }
}

/// A row that waits for a person's answer.
struct RowQuestion {
  /// What tells whether the row is still the one that was seen; see ``RowAnswer/check(of:)``.
  let check: String
  /// The records that it may be.
  let candidates: [RecordID]
  /// What it says, field by field.
  let cells: [RowOutcome.Change]
}
