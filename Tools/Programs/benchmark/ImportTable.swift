import ArgumentParser
import Foundation

/// `benchmark import`: a large roster as CSV through the tool, and what people then do with it.
struct ImportTable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "A roster as CSV: taken in, taken in again, listed and searched with the tool.")

  @Option(help: "How many pupils.")
  var rows = 155_000
  @Option(help: "The seed that the roster is made of.")
  var seed: UInt64 = 1
  @Option(help: "Where the files go; by default a temporary folder.")
  var work: String?
  @Option(help: "The tool.")
  var tool: String
  @Option(help: "How many times each step runs; the median counts.")
  var runs = 3
  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let temporary = FileManager.default.temporaryDirectory.appending(path: "quan-import-\(getpid())").path
    let work = work ?? temporary
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
    defer { if self.work == nil { try? FileManager.default.removeItem(atPath: work) } }
    let table = work + "/roster.csv"
    var roster = Roster(seed: seed)
    let name = try roster.write(rows, to: table)
    let here = ["-r", work + "/roster.quan", "--state", work + "/state"]
    let taking = ["import", table, "--kind", "student"] + here

    // Of so many pupils a few have name and birthday alike: these rows wait for a person, and the tool says so.
    let taken: Set<Int32> = [0, 3]

    let floor = try median { try Launched.well(own, ["roster-floor", table, work + "/floor.db"], work: work) }
    let searchFloor = try median {
      try Launched.well(own, ["roster-floor", table, work + "/floor.db", "--search", name], work: work)
    }
    let imported = try median {
      for file in ["/roster.quan", "/roster.quan-wal", "/roster.quan-shm"] {
        try? FileManager.default.removeItem(atPath: work + file)
      }
      _ = try Launched.output(
        tool,
        ["init", work + "/roster.quan", "--open", "--name", "bench", "--author", "bench", "--state", work + "/state"],
        work: work)
      return try Launched.well(tool, taking, work: work, statuses: taken)
    }
    let again = try median { try Launched.well(tool, taking, work: work, statuses: taken) }
    let searched = try median { try Launched.well(tool, ["search", name] + here, work: work) }
    let listed = try median {
      try Launched.well(tool, ["list", "student", "--where", "name=\(name)"] + here, work: work)
    }
    let exported = try median {
      try Launched.well(
        tool, ["export", "--kind", "student", "--format", "csv", "--force", "--output", work + "/out.csv"] + here,
        work: work)
    }
    Results.show(
      [
        "csv_import_s": imported.seconds, "csv_import_user_s": imported.userSeconds,
        "csv_import_rss_mb": imported.megabytes, "csv_import_vs_floor": imported.seconds / floor.seconds,
        "csv_floor_s": floor.seconds, "csv_reimport_s": again.seconds, "csv_reimport_user_s": again.userSeconds,
        "csv_reimport_rss_mb": again.megabytes, "csv_reimport_vs_floor": again.seconds / floor.seconds,
        "csv_export_s": exported.seconds, "search_s": searched.seconds, "search_floor_s": searchFloor.seconds,
        "search_vs_floor": searched.seconds / searchFloor.seconds, "list_s": listed.seconds,
        "rows": Double(rows), "csv_bytes": try size(table), "replica_bytes": try size(work + "/roster.quan"),
      ], json: json)
  }

  /// This program.
  private var own: String { CommandLine.arguments[0] }

  private func size(_ path: String) throws -> Double {
    (try FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)?.doubleValue ?? 0
  }

  /// The run that took the median time.
  private func median(_ body: () throws -> Launched) throws -> Launched {
    try (0..<max(runs, 1)).map { _ in try body() }.sorted { $0.seconds < $1.seconds }[max(runs, 1) / 2]
  }
}
