import ArgumentParser
import Foundation

/// Measures Quan beside the floors of the same run.
@main
struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures Quan beside the floors of the same run.",
    subcommands: [
      Records.self, Problems.self, ImportTable.self, Texts.self, Folders.self, Networks.self, RunStep.self,
      RosterFloor.self,
    ])
}

/// `benchmark records`: the records workload.
struct Records: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "The records workload: pupils, visits, two laptops' edits.")

  @Option(help: "The folder of the workload: base, edits and conflicts as JSON lines.")
  var data: String
  @Option(help: "The folder of a larger workload, for growth.")
  var large: String?
  @Option(help: "Where the files go; by default a temporary folder.")
  var work: String?
  @Option(help: "The tool whose start is measured.")
  var tool: String
  @Option(help: "How many times each step runs; the median counts.")
  var runs = 3
  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let temporary = FileManager.default.temporaryDirectory.appending(path: "quan-benchmark-\(getpid())").path
    let work = work ?? temporary
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
    defer { if self.work == nil { try? FileManager.default.removeItem(atPath: work) } }
    var results = try measure(data, work + "/normal")
    if let large {
      let big = try measure(large, work + "/large", isLarge: true)
      results["import_growth"] = ratio(big["import_full_s"], results["import_full_s"])
      results["import_rss_large_mb"] = big["import_rss_mb"]
      results["cold_show_growth"] = ratio(big["cold_show_ms"], results["cold_show_ms"])
      results["cold_show_large_ms"] = big["cold_show_ms"]
      results["import_full_large_vs_floor"] = big["import_full_vs_floor"]
    }
    try results.merge(trust(besides: Child(data: data, work: work + "/normal", runs: runs), work + "/sealed")) { $1 }
    Results.show(results, json: json)
  }

  /// What signing and sealing cost: the same steps in a workspace of members, as a share of those in an open one, which
  /// has been through them all.
  private func trust(besides open: Child, _ work: String) throws -> [String: Double] {
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
    let child = Child(data: data, work: work, runs: runs, isSealed: true)
    let bundle = try child.median(.create, runs: 1)
    let (imported, openlyImported) = try child.median(.importFull, inTurnsWith: open)
    let edit = try child.median(.editA, runs: 1)
    _ = try child.median(.editB, runs: 1)
    let (apply, openlyApplied) = try child.median(.deltaApply, inTurnsWith: open, resetting: "laptop-B.quan")
    let importCost = ratio(imported["import_s"], openlyImported["import_s"]).map { $0 - 1 }
    let applyCost = ratio(apply["apply_s"], openlyApplied["apply_s"]).map { $0 - 1 }
    return [
      "trust_import_full_s": imported["import_s"], "trust_delta_apply_s": apply["apply_s"],
      "trust_bundle_full_bytes": bundle["bundle_full_bytes"], "trust_delta_bytes": edit["bytes"],
      "trust_cost_import": importCost, "trust_cost_delta": applyCost,
      "trust_cost": importCost.flatMap { one in applyCost.map { max(one, $0) } },
    ].compactMapValues { $0 }
  }

  private func ratio(_ one: Double?, _ other: Double?) -> Double? {
    guard let one, let other, other > 0 else { return nil }
    return one / other
  }

  /// All keys for one workload.
  private func measure(_ data: String, _ work: String, isLarge: Bool = false) throws -> [String: Double] {
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
    let child = Child(data: data, work: work, runs: isLarge ? 1 : runs)
    let create = try child.median(.create)
    let createFloor = try child.median(.createFloor)
    let imported = try child.median(.importFull)
    var results = [
      "import_full_s": imported["import_s"],
      "import_full_vs_floor": ratio(imported["import_s"], createFloor["floor_s"]),
      "floor_create_s": createFloor["floor_s"], "import_rss_mb": imported["import_rss_mb"],
      "bundle_full_bytes": create["bundle_full_bytes"], "create_s": create["create_s"],
      "create_vs_floor": ratio(create["create_s"], createFloor["floor_s"]),
      "replica_vs_floor": ratio(imported["replica_bytes"], createFloor["floor_bytes"]),
      "replica_bytes": imported["replica_bytes"], "cold_show_ms": try child.coldShow(tool: tool),
    ]
    if !isLarge {
      let editA = try child.median(.editA, runs: 1)
      let editOne = try child.median(.editOne, runs: 1)
      _ = try child.median(.editB, runs: 1)
      let apply = try child.median(.deltaApply, resetting: "laptop-B.quan")
      let floor = try child.median(.deltaFloor, resetting: "floor.db")
      let conflicts = try child.median(.conflicts)
      let commit = try child.median(.commitEach, resetting: "laptop-A.quan")
      let commitFloor = try child.median(.commitFloor, resetting: "floor.db")
      results["delta_bytes"] = editA["bytes"]
      results["delta_one_bytes"] = editOne["bytes"]
      results["delta_apply_s"] = apply["apply_s"]
      results["delta_apply_vs_floor"] = ratio(apply["apply_s"], floor["floor_s"])
      results["conflicts_found"] = conflicts["right"]
      results["conflicts_false"] = ratio((conflicts["found"] ?? 0) - (conflicts["right"] ?? 0), 1)
      results["conflicts_planted"] = conflicts["planted"]
      results["conflicts_list_s"] = conflicts["conflicts_list_s"]
      results["commit_each_vs_floor"] = ratio(commit["commit_s"], commitFloor["floor_s"])
      results["commit_ms"] = ratio(commit["commit_s"].map { $0 * 1000 }, commit["commits"])
    }
    return results.compactMapValues { $0 }
  }
}

/// Runs steps in processes of their own.
struct Child {
  let data: String
  let work: String
  let runs: Int
  /// Whether the workspace is one of members.
  var isSealed = false

  /// The measurements of a step, each the median of its runs.
  func median(_ step: Step, runs count: Int? = nil) throws -> [String: Double] {
    try Self.medians((0..<(count ?? runs)).map { _ in try run(step) })
  }

  /// The measurements of a step that changes a file, which is put back before each run: what is written twice is not
  /// written at all the second time.
  func median(_ step: Step, resetting name: String) throws -> [String: Double] {
    try? FileManager.default.removeItem(atPath: kept(name))
    try keep(name)
    return try Self.medians((0..<runs).map { _ in try run(step, resetting: name) })
  }

  /// The measurements of a step here and in another folder, in turns, now the one first and now the other: so the order
  /// favours neither.
  func median(
    _ step: Step, inTurnsWith other: Child, resetting name: String? = nil
  ) throws -> (own: [String: Double], others: [String: Double]) {
    if let name { for child in [self, other] { try child.keep(name) } }
    var own: [[String: Double]] = []
    var others: [[String: Double]] = []
    for turn in 0..<runs {
      if turn.isMultiple(of: 2) { own.append(try run(step, resetting: name)) }
      others.append(try other.run(step, resetting: name))
      if !turn.isMultiple(of: 2) { own.append(try run(step, resetting: name)) }
    }
    return (Self.medians(own), Self.medians(others))
  }

  private func kept(_ name: String) -> String { work + "/" + name + ".kept" }

  /// Keeps a file as it is, unless it was kept before.
  private func keep(_ name: String) throws {
    guard !FileManager.default.fileExists(atPath: kept(name)) else { return }
    try FileManager.default.copyItem(atPath: work + "/" + name, toPath: kept(name))
  }

  private func run(_ step: Step, resetting name: String?) throws -> [String: Double] {
    if let name {
      let path = work + "/" + name
      for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + ending) }
      try FileManager.default.copyItem(atPath: kept(name), toPath: path)
    }
    return try run(step)
  }

  /// The median time of whole processes of the tool that show one record.
  func coldShow(tool: String) throws -> Double {
    let line = try String(contentsOf: URL(filePath: data).appending(path: "base.jsonl"), encoding: .utf8)
      .prefix(while: { $0 != "\n" })
    let id = line.split(separator: "\"")[3]
    var times: [Double] = []
    for _ in 0..<11 {
      let shown = try Launched.well(
        tool, ["show", String(id), "--json", "-r", work + "/copy.quan", "--state", work + "/state-copy"], work: work)
      times.append(shown.seconds * 1000)
    }
    return times.sorted()[times.count / 2]
  }

  private static func medians(_ results: [[String: Double]]) -> [String: Double] {
    var medians: [String: Double] = [:]
    for key in results.first.map({ Array($0.keys) }) ?? [] {
      let values = results.compactMap { $0[key] }.sorted()
      medians[key] = values[values.count / 2]
    }
    return medians
  }

  private func run(_ step: Step) throws -> [String: Double] {
    let output = try Launched.output(
      CommandLine.arguments[0],
      ["run-step", step.rawValue, "--data", data, "--work", work] + (isSealed ? ["--sealed"] : []), work: work)
    var results: [String: Double] = [:]
    for line in output.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, let value = Double(words[1]) { results[String(words[0])] = value }
    }
    return results
  }
}

/// One step in this process.
struct RunStep: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "One step, in this process.", shouldDisplay: false)

  @Argument var step: String
  @Option var data: String
  @Option var work: String
  @Flag var sealed = false

  func run() throws {
    guard let step = Step(rawValue: step) else { throw ValidationError("there is no such step") }
    for (key, value) in try step.run(Workload(folder: data), work: work, isSealed: sealed) { print("\(key) \(value)") }
  }
}
