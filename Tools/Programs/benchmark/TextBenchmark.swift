import ArgumentParser
import EditingTraces
import Foundation
import GRDBSQLite
import Quan
import QuanTesting

/// `benchmark text`: replaying, bundling and merging collaborative texts.
struct Texts: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "text", abstract: "Collaborative texts: a trace replayed, bundled and merged; laptops long apart.")

  @Option(help: "A sequential trace; conc-friendsforever.json.gz is looked for beside it.")
  var trace: String
  @Option(help: "How many times each step runs; the median counts.")
  var runs = 5
  @Option(help: "Only one part: \(Part.allCases.map(\.rawValue).joined(separator: ", ")).")
  var part: Part?
  @Flag(help: "Print JSON.")
  var json = false

  enum Part: String, CaseIterable, ExpressibleByArgument {
    case sequential
    case concurrent
    case long
  }

  func run() throws {
    let work = FileManager.default.temporaryDirectory.appending(path: "quan-text-\(getpid())").path
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: work) }
    var results: [String: Double] = [:]
    func isDue(_ wanted: Part) -> Bool { part == nil || part == wanted }
    if isDue(.sequential) {
      let sequential = try TextRunner(work: work + "/seq", runs: runs)
      results.merge(try sequential.sequential(EditingTrace(path: trace))) { $1 }
    }
    let beside = URL(filePath: trace).deletingLastPathComponent().appending(path: "conc-friendsforever.json.gz").path
    if isDue(.concurrent), FileManager.default.fileExists(atPath: beside) {
      let concurrent = try TextRunner(work: work + "/conc", runs: runs)
      results.merge(try concurrent.concurrent(EditingTrace(path: beside))) { $1 }
    }
    if isDue(.long) {
      let once = try TextRunner(work: work + "/long", runs: runs).longBranch(edits: 20_000)
      let twice = try TextRunner(work: work + "/longer", runs: runs).longBranch(edits: 40_000)
      results["long_branch_s"] = once
      results["long_branch_twice_s"] = twice
      results["long_branch_growth"] = twice / once
    }
    Results.show(results, json: json)
  }
}

/// Runs the steps of the text benchmark in a folder.
private struct TextRunner: WorkFolder {
  let work: String
  let runs: Int

  static let schema = SchemaDraft([
    KindDraft(
      "visit", Labels("家访", "visit"),
      [
        FieldDraft("title", Labels("标题", "title")),
        FieldDraft("notes", Labels("记录", "notes"), container: .text),
      ])
  ])

  init(work: String, runs: Int) throws {
    self.work = work
    self.runs = runs
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
  }

  private func median(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }

  private func size(_ path: String) -> Double {
    ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.doubleValue ?? 0
  }

  /// A replica that holds nothing but the schema, and the bundle with which others join.
  private func founder() throws -> Replica {
    remove("founder.quan")
    let replica = try Replica.create(
      at: path("founder.quan"), label: "founder", author: "王老师", schema: Self.schema, scopeLabel: "school",
      environment: environment("founder"))
    _ = try replica.writeBundle(to: path("empty.quanbundle"))
    return replica
  }

  private func join(_ name: String, from bundle: String = "empty.quanbundle") throws -> Replica {
    remove("\(name).quan")
    return try Replica.join(
      at: path("\(name).quan"), from: path(bundle), label: name, author: "\(name)老师", environment: environment(name)
    ).replica
  }

  private func visit(_ replica: Replica, _ text: String) throws -> (record: RecordID, notes: FieldID) {
    let kind = try replica.schema().kind(named: "visit")
    guard let kind, let notes = kind.field(named: "notes") else { throw ValidationError("the schema has no visit") }
    let record = try replica.write { try $0.create(kind.id, text.isEmpty ? [:] : [notes.id: [.text(text)]]) }
    return (record, notes.id)
  }

  private func text(_ replica: Replica, _ record: RecordID) throws -> String {
    if case .text(let text)? = try replica.record(record)?["notes"]?.shown.first { text } else { "" }
  }

  /// How long an empty replica takes to apply a bundle durably and read the text; each run in a new replica.
  private func merge(_ bundle: String, _ record: RecordID, expecting end: String, keeping name: String) throws -> Double
  {
    try median(
      (0..<runs).map { _ in
        let replica = try join(name)
        let spent = try seconds {
          _ = try replica.apply(bundleAt: path(bundle))
          let read = try text(replica, record)
          precondition(read.unicodeScalars.elementsEqual(end.unicodeScalars), "the merged text is another one")
        }
        try replica.close()
        return spent
      })
  }

  // MARK: One author

  func sequential(_ trace: EditingTrace) throws -> [String: Double] {
    var results: [String: Double] = [:]
    var record = RecordID(.builtIn, 0)
    results["replay_s"] = try median(
      (0..<runs).map { _ in
        let replica = try founder()
        let (id, notes) = try visit(replica, trace.start)
        record = id
        let spent = try seconds {
          try replica.write { transaction in
            for step in trace.steps { try transaction.play(step, in: id, notes) }
          }
        }
        let read = try text(replica, id)
        precondition(read.unicodeScalars.elementsEqual(trace.end.unicodeScalars), "the replayed text is another one")
        results["bundle_s"] = try seconds { _ = try replica.writeBundle(to: path("full.quanbundle")) }
        try replica.close()
        return spent
      })
    results["edits"] = Double(trace.steps.reduce(0) { $0 + $1.patches.count })
    results["bundle_bytes"] = size(path("full.quanbundle"))
    results["merge_s"] = try merge("full.quanbundle", record, expecting: trace.end, keeping: "merged")
    results["open_ms"] = try openTime(record) * 1000
    results.merge(try stored()) { $1 }
    results["floor_store_s"] = try median(
      (0..<runs).map { _ in
        let floor = try Floor(path("floor.db"), fresh: true)
        let spent = seconds {
          floor.run("CREATE TABLE visit (id INTEGER PRIMARY KEY, notes TEXT)")
          floor.run("INSERT INTO visit VALUES (1, '\(trace.end.replacingOccurrences(of: "'", with: "''"))')")
        }
        floor.close()
        return spent
      })
    return results
  }

  /// How long reading the text takes in a replica that has just been opened.
  private func openTime(_ record: RecordID) throws -> Double {
    try median(
      (0..<max(runs, 11)).map { _ in
        let replica = try Replica.open(at: path("merged.quan"), environment: environment("merged"))
        _ = try replica.conflictCount()
        var read = ""
        let spent = try seconds { read = try text(replica, record) }
        precondition(!read.isEmpty)
        try replica.close()
        return spent
      })
  }

  /// Bytes beside the plain text in its row, and what is kept of its edits elsewhere.
  private func stored() throws -> [String: Double] {
    let floor = try Floor(path("merged.quan"), fresh: false)
    defer { floor.close() }
    return [
      "stored_overhead": floor.number("SELECT 8 + ifnull(length(quan_state),0) + ifnull(length(title),0) FROM visit"),
      "stored_edits_bytes": floor.number(
        "SELECT ifnull(sum(length(bytes)+24),0) FROM quan_edit"),
    ]
  }

  // MARK: Several authors

  func concurrent(_ trace: EditingTrace) throws -> [String: Double] {
    let first = try founder()
    let (record, notes) = try visit(first, trace.start)
    _ = try first.writeBundle(to: path("begun.quanbundle"))
    let second = try join("second", from: "begun.quanbundle")
    try trace.play(on: [first, second], in: record, notes, folder: work)
    _ = try second.writeBundle(to: path("second.quanbundle"))
    _ = try first.apply(bundleAt: path("second.quanbundle"))
    _ = try first.writeBundle(to: path("all.quanbundle"))
    try first.close()
    try second.close()
    return [
      "concurrent_merge_s": try merge("all.quanbundle", record, expecting: trace.end, keeping: "merged"),
      "concurrent_bundle_bytes": size(path("all.quanbundle")),
    ]
  }

  /// How long a laptop takes to merge what another did in a long time apart, both having made so many edits in one text
  /// of 100,000 characters.
  func longBranch(edits: Int) throws -> Double {
    let first = try founder()
    var random = SeededGenerator(seed: 5)
    let letters = Array("今天家访了解到学生在家的学习情况良好家长表示支持. \n".unicodeScalars)
    let start = String(
      String.UnicodeScalarView((0..<100_000).compactMap { _ in letters.randomElement(using: &random) }))
    let (record, notes) = try visit(first, start)
    _ = try first.writeBundle(to: path("begun.quanbundle"))
    let second = try join("second", from: "begun.quanbundle")
    for replica in [first, second] {
      try replica.batch { batch in
        var place = 50_000
        for _ in 0..<edits {
          try batch.write { transaction in
            let count = try transaction.textCount(record, notes)
            // People type on for a while, then go elsewhere.
            if random.chance(0.05) { place = Int.random(in: 0...count, using: &random) }
            place = min(place, count)
            if random.chance(0.2), place > 0 {
              place -= 1
              try transaction.delete(place..<place + 1, from: record, notes)
            } else {
              try transaction.insert(
                String(letters[Int.random(in: 0..<letters.count, using: &random)]), at: place, in: record, notes)
              place += 1
            }
          }
        }
      }
    }
    _ = try second.writeBundle(to: path("second.quanbundle"))
    try first.close()
    let spent = try (0..<runs).map { _ in
      for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path("run.quan") + ending) }
      try FileManager.default.copyItem(atPath: path("founder.quan"), toPath: path("run.quan"))
      let replica = try Replica.open(at: path("run.quan"), environment: environment("founder"))
      var read = ""
      let time = try seconds {
        _ = try replica.apply(bundleAt: path("second.quanbundle"))
        read = try text(replica, record)
      }
      precondition(!read.isEmpty)
      try replica.close()
      return time
    }
    try second.close()
    return median(spent)
  }
}
