import QuanTesting
import Testing

/// Rosters as schools send them, in every form, with every damage: each row's verdict and reason is compared.
@Suite("Rosters")
struct RosterTests {
  private let folder = TemporaryFolder(inMemory: true)
  private var table: String { folder.path + "/roster.csv" }

  init() throws { try quan("init", "--open", "--name", "n", "--author", "王老师") }

  @discardableResult
  private func quan(
    _ arguments: String..., status: Int32 = 0, at location: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    let replica = folder.path + "/a.quan"
    let own = (arguments[0] == "init" ? [replica] : ["-r", replica]) + ["--state", folder.path + "/state"]
    let outcome = try Program.run(try Built.quan.get(), arguments + own)
    #expect(outcome.status == status, "\(arguments[0]) said: \(outcome.err)", sourceLocation: location)
    return outcome
  }

  /// A row of the report beside the table.
  private struct Told: Hashable, CustomStringConvertible {
    let line: Int
    let verdict: String
    let why: String
    var description: String { "line \(line): \(verdict) (\(why))" }
  }

  private func report() -> [(told: Told, record: String)] {
    let text = String(decoding: TemporaryFolder.read(folder.path + "/roster.report.csv"), as: UTF8.self)
    return CSVText.cells(text).dropFirst().map { cells in
      let why = cells[4].replacing(/\b[0-9A-HJKMNP-TV-Z]{4,13}-[0-9]+\b(?!-)/, with: "ID")
      return (Told(line: Int(cells[0]) ?? 0, verdict: cells[1], why: why), cells[3])
    }
  }

  /// Imports the table; gives what the report says, having compared the counts.
  private func take(
    _ expected: [Told], isTrial: Bool = false, at location: SourceLocation = #_sourceLocation
  ) throws -> [String] {
    let outcome = try quan(
      "import", table, "--kind", "student", "--json", isTrial ? "--dry-run" : "--no-pager", status: 3, at: location)
    let rows = report()
    for (told, row) in zip(rows, expected) where told.told != row {
      Issue.record("the report says \(told.told), not \(row)", sourceLocation: location)
    }
    #expect(rows.count == expected.count, sourceLocation: location)
    let counts = try outcome.json
    for (verdict, rows) in Dictionary(grouping: expected, by: \.verdict) {
      #expect(counts[verdict].int == rows.count, "\(verdict)", sourceLocation: location)
    }
    #expect(counts["merge_report"]["received"].int == expected.count, sourceLocation: location)
    #expect(outcome.err.contains("left out: " + Roster.unknownHeads.joined(separator: ", ")), sourceLocation: location)
    return rows.map(\.record)
  }

  @Test(
    "every row has the verdict that its damage deserves, in a preview, in the import and again",
    arguments: RosterForm.all)
  func rows(form: RosterForm) throws {
    let seed = UInt64(RosterForm.all.firstIndex { $0.testDescription == form.testDescription } ?? 0)
    let roster = Roster(seed: seed)
    TemporaryFolder.write(try form.write(roster.known).bytes, to: table)
    try quan("import", table, "--kind", "student")

    let (bytes, lines) = try form.write(roster.rows.map(\.cells))
    TemporaryFolder.write(bytes, to: table)
    let told = zip(roster.rows, lines).compactMap { row, line in row.fate.map { (fate: $0, line: line) } }
    func expected(_ verdict: (Roster.Fate) -> Roster.Verdict) -> [Told] {
      told.map { Told(line: $0.line, verdict: verdict($0.fate).rawValue, why: $0.fate.why.joined(separator: "; ")) }
    }
    _ = try take(expected(\.first), isTrial: true)
    let records = try take(expected(\.first))
    let export = try quan("export", "--kind", "student").out
    #expect(try take(expected(\.again)) == records)
    #expect(try quan("export", "--kind", "student").out == export)

    // Every record holds what its row says, and there are no others.
    var fields: [String?: JSONValue] = [:]
    for pupil in try export.split(separator: "\n").map({ try JSONValue(String($0)) }) {
      fields[pupil["fields"]["student_no"].string] = pupil["fields"]
    }
    #expect(Set(fields.keys) == roster.studentNumbers)
    for (row, record) in zip(told, records) {
      // A row that is not taken names the record that its number leads to.
      let isLeft = [.refused, .skipped].contains(row.fate.first)
      #expect(record.isEmpty == (isLeft && row.fate.shown.isEmpty) || row.fate.first == .needsYou, "line \(row.line)")
      guard let number = row.fate.shown["student_no"] else { continue }
      for (name, value) in row.fate.shown {
        #expect(fields[number]?[name].string == value, "line \(row.line), \(name)")
      }
    }
  }

  @Test("totals and remarks below a table are passed over in tables of every kind")
  func everyKind() throws {
    for kind in try quan("schema", "show", "--json").json["kinds"].items {
      let name = try #require(kind["code"].string)
      let heads = kind["fields"].items.prefix(4).compactMap { $0["code"].string }
      let asides = Roster.totals + Roster.footers
      let (bytes, _) = try RosterForm.all[0].write([heads] + asides.map { Array($0.prefix(4)) })
      TemporaryFolder.write(bytes, to: table)
      let counts = try quan("import", table, "--kind", name, "--json").json
      #expect(counts["skipped"].int == asides.count, "\(name)")
    }
  }
}
