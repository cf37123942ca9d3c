import ArgumentParser
import Foundation
import GRDBSQLite

/// Plain SQLite doing with a roster what the tool does: the file split at its commas, one row a pupil in one
/// transaction, no check, no key, no history; and a name looked for in every text.
struct RosterFloor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roster-floor", abstract: "Plain SQLite, in this process.", shouldDisplay: false)

  @Argument var table: String
  @Argument var database: String
  @Option var search: String?

  func run() throws {
    let floor = try Floor(database, fresh: search == nil)
    if let search {
      let conditions = Roster.heads.indices.map { "instr(c\($0),'\(search)')" }.joined(separator: " OR ")
      print("found \(floor.number("SELECT count(*) FROM student WHERE \(conditions)"))")
    } else {
      let columns = Roster.heads.indices.map { "c\($0) TEXT" }.joined(separator: ", ")
      floor.run("CREATE TABLE student (id INTEGER PRIMARY KEY, \(columns))")
      floor.run("BEGIN")
      let bytes = try Data(contentsOf: URL(filePath: table), options: .mappedIfSafe)
      for line in bytes.split(separator: UInt8(ascii: "\n")).dropFirst() {
        floor.insert(
          line.dropLast().split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
          }, into: "student")
      }
      floor.run("COMMIT")
    }
    floor.close()
  }
}

extension Floor {
  /// Inserts texts as a row, with the next row ID.
  func insert(_ texts: [String], into table: String) {
    let marks = Array(repeating: "?", count: texts.count).joined(separator: ",")
    insert(texts, with: "INSERT INTO \(table) VALUES (NULL,\(marks))")
  }
}
