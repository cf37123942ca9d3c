import QuanTesting
import Testing

/// Five laptops settle the same hundred conflicts with the built tool, and nothing comes back.
@Suite("Settling by several laptops, with the tool")
struct SettlingToolTests {
  private static let laptops = ["A", "B", "C", "D", "E"]

  @Test(
    "five laptops settle a hundred conflicts at random, alike and differently, over a stick in any order, and agree")
  func noPingPong() throws {
    var random = SeededGenerator(seed: 20_200_601)
    let office = try Office(Self.laptops)
    let ids = try pupils(office)
    // Each laptop settles most of them in a table of its own: takes a side, writes what all would write, or its own.
    var settled: [String: Set<String>] = [:]
    var order = Self.laptops + Self.laptops
    order.shuffle(using: &random)
    for laptop in order {
      if Bool.random(using: &random) { try office.quan(laptop, "sync", office.stick) }
      let conflicts = try office.conflicts(laptop)
      var table = try Table(office, laptop)
      for conflict in conflicts.shuffled(using: &random) {
        guard let record = conflict["record"].string, let first = conflict["sides"].items.first?["value"].string else {
          continue
        }
        let choice = Int.random(in: 0..<5, using: &random)
        guard choice < 4 else { continue }
        let value = [first, "agreed", "own \(laptop)", conflict["sides"].items.last?["value"].string ?? first][choice]
        let decision = choice == 0 ? "1" : choice == 3 ? "\(conflict["sides"].items.count)" : "value:\(value)"
        if table.decide(record, decision) { settled[record, default: []].insert(value) }
      }
      try office.quan(laptop, "conflict", "resolve", "--from", try table.write(), "--yes")
    }
    try office.exchange()
    try office.exchange()
    try office.expectEqual()
    let left = try office.conflicts("A")
    for conflict in left {
      // Only what two settled differently is left, or what nobody settled.
      let values = settled[conflict["record"].string ?? ""] ?? []
      let sides = conflict["sides"].items.compactMap { $0["value"].string }
      #expect(sides.count > 1)
      #expect(values.isEmpty ? sides.count == 5 : sides.allSatisfy { values.contains($0) }, "\(sides) of \(values)")
    }
    // All settle the rest by one rule without having met: it is settled, and stays so.
    for laptop in Self.laptops where !left.isEmpty {
      try office.quan(laptop, "conflict", "resolve", "--prefer-latest", "--yes", "--author", "all")
    }
    try office.exchange()
    for laptop in Self.laptops { #expect(try office.conflicts(laptop).isEmpty) }
    try office.expectEqual()
    #expect(try office.students("A").count == ids.count)
    let again = try office.quan("A", "sync", office.stick, "--json").json
    #expect(again["received"].int == 0 && again["new_conflict_count"].int == 0)
  }

  /// A hundred pupils of whom each laptop has written another class at once.
  private func pupils(_ office: Office) throws -> [String] {
    let rows = office.path("rows.jsonl")
    let text = (0..<100).map {
      "{\"id\":\"s\($0)\",\"kind\":\"student\",\"fields\":{\"name\":\"p\($0)\",\"class\":\"base\"}}"
    }
    TemporaryFolder.write(Array(text.joined(separator: "\n").utf8), to: rows)
    try office.quan("A", "import", rows)
    try office.exchange()
    for laptop in Self.laptops {
      let edits = (0..<100).map { "{\"id\":\"s\($0)\",\"field\":\"class\",\"value\":\"from \(laptop)\"}" }
      TemporaryFolder.write(Array(edits.joined(separator: "\n").utf8), to: rows)
      try office.quan(laptop, "import", rows)
    }
    try office.exchange()
    for laptop in Self.laptops { #expect(try office.conflicts(laptop).count == 100) }
    return try office.quan("A", "list", "student", "--json").jsonLines.compactMap { $0["id"].string }
  }

  /// The table of a laptop's conflicts, in which decisions are written.
  private struct Table {
    let path: String
    private var rows: [[String]]
    private let record: Int
    private let decision: Int

    init(_ office: Office, _ laptop: String) throws {
      path = office.path("table-\(laptop).csv")
      try office.tool(
        ["conflict", "list", "--format", "csv", "--output", path, "--force", "--lang", "en"] + office.own(laptop))
      rows = CSVText.cells(String(decoding: TemporaryFolder.read(path), as: UTF8.self))
      record = try #require(rows[0].firstIndex { $0.hasSuffix("record") || $0 == "ID" || $0 == "id" })
      decision = try #require(rows[0].firstIndex(of: "decision"))
    }

    /// Writes a decision about a record; `false` when it is not in the table.
    mutating func decide(_ id: String, _ text: String) -> Bool {
      guard let row = rows.firstIndex(where: { $0[record] == id }) else { return false }
      rows[row][decision] = text
      return true
    }

    func write() throws -> String {
      TemporaryFolder.write(CSVText.bytes(rows), to: path)
      return path
    }
  }
}
