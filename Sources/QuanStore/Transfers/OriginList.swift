import QuanCore

/// Who wrote the values of a record that has arrived from another scope, when and on which laptop, as its arrival keeps
/// it: a line a value, without the values.
///
/// `V`, field, item, author, milliseconds, laptop, or `T`, field and total for a counter; parts are divided by tabs. Items
/// are empty, `k` with the key of a map, or `e` with the place of an element in its list.
struct OriginList: Hashable {
  struct Origin: Hashable {
    let field: FieldID
    let item: String
    let stamp: Stamp
    let laptop: String
  }

  private(set) var origins: [Origin] = []
  /// What counters came with.
  private(set) var totals: [FieldID: Int64] = [:]

  init() {}

  /// Reads the text that ``text`` writes; what is not understood is passed over.
  init(_ text: String) {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      if parts.count == 6, parts[0] == "V", let field = Dot(parts[1]), let time = Int64(parts[4]) {
        origins.append(
          Origin(
            field: field, item: parts[2],
            stamp: Stamp(author: parts[3], time: Instant(milliseconds: time)), laptop: parts[5]))
      } else if parts.count == 3, parts[0] == "T", let field = Dot(parts[1]), let total = Int64(parts[2]) {
        totals[field] = total
      }
    }
  }

  mutating func add(_ field: FieldID, item: String, _ stamp: Stamp, laptop: String) {
    origins.append(Origin(field: field, item: item, stamp: stamp, laptop: laptop))
  }

  mutating func add(_ field: FieldID, total: Int64) { totals[field] = total }

  var text: String {
    func plain(_ text: String) -> String { String(text.map { $0 == "\t" || $0.isNewline ? " " : $0 }) }
    let values = origins.map { origin in
      [
        "V", origin.field.description, plain(origin.item), plain(origin.stamp.author),
        String(origin.stamp.time.milliseconds), plain(origin.laptop),
      ].joined(separator: "\t")
    }
    let totals = totals.sorted { $0.key < $1.key }.map { "T\t\($0.key)\t\($0.value)" }
    return (values + totals).joined(separator: "\n")
  }
}
