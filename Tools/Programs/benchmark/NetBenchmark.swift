import ArgumentParser
import Foundation
import Quan
import QuanTesting

/// `benchmark net`: what an exchange over a network costs beside one through a folder, and what a server with many laptops does.
struct Networks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "net", abstract: "Exchanges over a network beside a folder, and a server with many laptops at once.")

  @Option(help: "The folder of the workload: base, edits and conflicts as JSON lines.")
  var data: String
  @Option(help: "The tool that is measured.")
  var tool: String
  @Option(help: "How many laptops come to one server at once.")
  var clients = 200
  @Option(help: "How many pupils the server holds when they come.")
  var pupils = 2000
  @Option(help: "How many times each exchange runs; the median counts.")
  var runs = 5
  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let work = FileManager.default.temporaryDirectory.appending(path: "quan-net-\(getpid())").path
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: work) }
    let child = Child(data: data, work: work, runs: 1, isSealed: true)
    for step in [Step.create, .importFull, .editA, .editB] { _ = try child.median(step) }
    var results = try DeltaExchange(work: work, tool: tool).measure(runs: runs)
    try results.merge(Crowd(work: work, tool: tool, clients: clients, pupils: pupils).measure()) { $1 }
    Results.show(results, json: json)
  }
}

/// A server that runs as a process of its own.
private struct Served {
  let port: Int
  private let process: Spawned

  init(_ tool: String, _ replica: String, _ state: String, log: String) throws {
    process = try Spawned(
      tool, ["serve", "--listen", "127.0.0.1:0", "--json", "-r", replica, "--state", state], output: log)
    var found: Int?
    for _ in 0..<500 where found == nil {
      usleep(10_000)
      let text = (try? String(contentsOf: URL(filePath: log), encoding: .utf8)) ?? ""
      let address = text.split(separator: "\n").first?.split(separator: "\"address\":\"127.0.0.1:").last
      found =
        text.contains("started")
        ? address?.prefix { $0.isNumber }.description.split(separator: " ").first.flatMap { Int($0) } : nil
    }
    guard let found else { throw ValidationError("the server does not start; see '\(log)'") }
    port = found
  }

  /// The most memory that it has held, in megabytes.
  var peak: Double {
    let text = (try? String(contentsOfFile: "/proc/\(process.id)/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }
    return (kilobytes ?? 0) / 1024
  }

  /// Stops it as its operator does.
  func stop() throws {
    kill(process.id, SIGINT)
    guard try process.wait().status == 0 else { throw ValidationError("the server did not stop well") }
  }
}

/// Two laptops that hold the same but for what each has edited, which meet over a folder, and over a network.
private struct DeltaExchange: WorkFolder {
  let work: String
  let tool: String

  func measure(runs: Int) throws -> [String: Double] {
    for name in Self.laptops { try copy("\(name).quan", to: "\(name).kept") }
    var times: [String: [Double]] = [:]
    for _ in 0..<max(1, runs) {
      // Both have edited: each gives and takes. Then one that has edited nothing: it only takes.
      for (key, other) in [("", "laptop-B"), ("_one_way", "copy")] {
        try reset()
        // What both hold lies in the folder already.
        try? FileManager.default.removeItem(atPath: path("share"))
        try FileManager.default.createDirectory(atPath: path("share"), withIntermediateDirectories: true)
        try copy("full.bundle", to: "share/base.quanbundle")
        var folder = try sync("laptop-A", path("share")) + sync(other, path("share"))
        if key.isEmpty { folder += try sync("laptop-A", path("share")) }
        times["folder\(key)_s", default: []].append(folder)
        try reset()
        let server = try Served(tool, path("laptop-A.quan"), path("state-laptop-A"), log: path("server.log"))
        times["net\(key)_s", default: []].append(try sync(other, "127.0.0.1:\(server.port)"))
        try server.stop()
      }
    }
    var results = times.mapValues { $0.sorted()[$0.count / 2] }
    for key in ["", "_one_way"] {
      results["net\(key)_vs_folder"] = (results["net\(key)_s"] ?? 0) / (results["folder\(key)_s"] ?? 1)
    }
    return results
  }

  private static let laptops = ["laptop-A", "laptop-B", "copy"]

  private func copy(_ name: String, to target: String) throws {
    try? FileManager.default.removeItem(atPath: path(target))
    try FileManager.default.copyItem(atPath: path(name), toPath: path(target))
  }

  /// The laptops as they were; into the same files, so that none takes itself for a copy.
  private func reset() throws {
    for name in Self.laptops {
      for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path("\(name).quan") + ending) }
      let kept = try Data(contentsOf: URL(filePath: path("\(name).kept")))
      let file = try FileHandle(forWritingTo: URL(filePath: path("\(name).quan")))
      try file.truncate(atOffset: 0)
      try file.write(contentsOf: kept)
      try file.close()
    }
  }

  private func sync(_ laptop: String, _ other: String) throws -> Double {
    try Launched.well(
      tool, ["sync", other, "-r", path("\(laptop).quan"), "--state", path("state-\(laptop)"), "--quiet", "--json"],
      work: work
    ).seconds
  }
}

/// One server and many laptops that come to it at once, each with something new.
private struct Crowd: WorkFolder {
  let work: String
  let tool: String
  let clients: Int
  let pupils: Int

  func measure() throws -> [String: Double] {
    let schema = SchemaDraft([KindDraft("pupil", Labels("学生", "pupil"), [FieldDraft("name", Labels("姓名", "name"))])])
    let members = try MemberLaptops(schema: schema)
    let kind = try members.replicas[0].schema().kind(named: "pupil")
    guard let kind, let name = kind.field(named: "name") else { return [:] }
    try members.replicas[0].batch { batch in
      for number in 0..<pupils {
        try batch.write { _ = try $0.create(kind.id, [name.id: [.text("学生 \(number)")]]) }
      }
    }
    try members.admit((1...clients).map { "L\($0)" })
    for index in 1...clients {
      for number in 0..<5 { try members.pupil("学生 \(index)-\(number)", on: index) }
    }
    for replica in members.replicas { try replica.close() }
    let laptops = members.laptops
    let server = try Served(tool, laptops[0].path, laptops[0].environment.stateDirectory, log: path("crowd.log"))
    var failed = 0
    /// Everybody comes at once; those that are turned away come again, as people do.
    func round() throws -> Double {
      try seconds {
        var waiting = Array(1...clients)
        for _ in 0..<5 where !waiting.isEmpty {
          let running = try waiting.map { index in
            (
              index,
              try Spawned(
                tool,
                [
                  "sync", "127.0.0.1:\(server.port)", "-r", laptops[index].path, "--state",
                  laptops[index].environment.stateDirectory, "--quiet",
                ], output: "/dev/null")
            )
          }
          waiting = try running.filter { try $0.1.wait().status != 0 }.map(\.0)
          failed += waiting.count
        }
        if !waiting.isEmpty { throw ValidationError("\(waiting.count) laptops were never served") }
      }
    }
    let first = try round()
    let second = try round()
    let peak = server.peak
    try server.stop()
    let held = try laptops.map { laptop in
      let replica = try laptop.open()
      let forms = try replica.scopes().map(\.id).map { try replica.canonicalForm(of: $0) }
      var count = 0
      try replica.records(of: kind.id) { _ in count += 1 }
      try replica.close()
      return (forms: forms, count: count)
    }
    let equal = held.filter { $0.forms == held[0].forms && $0.count == pupils + clients * 5 }.count
    return [
      "clients": Double(clients), "clients_round_s": first, "clients_second_round_s": second,
      "clients_equal": Double(equal - 1), "clients_again": Double(failed), "server_rss_mb": peak,
    ]
  }
}
