import ArgumentParser
import Foundation
import Quan
import QuanFormat

/// `benchmark folder`: what an exchange with a folder costs in which many laptops have left their vectors.
struct Folders: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "folder",
    abstract: "What a sync with a folder of many laptops' vectors costs, beside reading and hashing the files.")

  @Option(help: "How many laptops have left a vector.")
  var laptops = 1000
  @Option(help: "How many times each sync runs; the median counts.")
  var runs = 5
  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let work = FileManager.default.temporaryDirectory.appending(path: "quan-folder-\(getpid())").path
    defer { try? FileManager.default.removeItem(atPath: work) }
    try FileManager.default.createDirectory(atPath: work + "/share", withIntermediateDirectories: true)
    Results.show(try FolderWorkload(laptops: laptops, work: work).measure(runs: runs), json: json)
  }
}

/// A replica that has heard of many laptops, each with a change in `shared` and one in the school, and their vectors.
private struct FolderWorkload: WorkFolder {
  let laptops: Int
  let work: String
  private var share: String { path("share") }

  func measure(runs: Int) throws -> [String: Double] {
    let schema = SchemaDraft([KindDraft("note", Labels("便条", "note"), [FieldDraft("text", Labels("内容", "text"))])])
    let replica = try Replica.create(
      at: path("own.quan"), label: "own", author: "王老师", schema: schema, scopeLabel: "school",
      environment: environment("own"))
    guard let kind = try replica.schema().kind(named: "note"), let text = kind.field(named: "text") else { return [:] }
    // Each laptop begins as a copy that takes an identity of its own, and has not heard of the others.
    try replica.close()
    try FileManager.default.copyItem(atPath: path("own.quan"), toPath: path("first.quan"))
    let own = try Replica.open(at: path("own.quan"), environment: environment("own"))
    let start = try own.vector()
    var identities: [ReplicaID] = []
    for number in 0..<laptops {
      try FileManager.default.copyItem(atPath: path("first.quan"), toPath: path("laptop.quan"))
      let laptop = try Replica.open(at: path("laptop.quan"), environment: environment("laptop"))
      try laptop.write { try $0.create(kind.id, [text.id: [.text("\(number)")]]) }
      identities.append(try laptop.id)
      _ = try laptop.writeBundle(to: path("news.bundle"), lackedBy: start)
      try own.apply(bundleAt: path("news.bundle"))
      try laptop.close()
      remove("laptop.quan")
    }
    try own.sync(folder: share)
    // Bundles of another laptop, for which every vector must be looked at.
    let (other, _) = try Replica.join(
      at: path("other.quan"), from: share, label: "other", author: "李老师", environment: environment("other"))
    for number in 0..<4 {
      try other.write { try $0.create(kind.id, [text.id: [.text("other \(number)")]]) }
      try other.sync(folder: share)
    }
    try other.close()
    try own.sync(folder: share)
    let places = try own.vector().places
    var results = ["laptops": Double(laptops), "places": Double(places.count)]
    results["sync_without_s"] = try median(of: runs) { try own.sync(folder: share) }
    results["vectors_floor_s"] = try leave(identities, own, places, lag: 0)
    results["sync_first_s"] = try seconds { try own.sync(folder: share) }
    results["sync_level_s"] = try median(of: runs) { try own.sync(folder: share) }
    // Every laptop has stopped at another moment, and none holds the last tenth.
    _ = try leave(identities, own, places, lag: max(1, places.count / 10))
    results["sync_all_new_s"] = try seconds { try own.sync(folder: share) }
    results["sync_lagging_s"] = try median(of: runs) { try own.sync(folder: share) }
    let bundles = try FileManager.default.contentsOfDirectory(atPath: share).filter { $0.hasSuffix(".quanbundle") }
    results["bundles"] = Double(bundles.count)
    results["bundle_bytes"] = bundles.reduce(0) { total, name in
      let attributes = try? FileManager.default.attributesOfItem(atPath: share + "/" + name)
      return total + ((attributes?[.size] as? NSNumber)?.doubleValue ?? 0)
    }
    for key in ["level", "lagging"] {
      let cost = (results["sync_\(key)_s"] ?? 0) - (results["sync_without_s"] ?? 0)
      results["vectors_\(key)_s"] = cost
      results["vectors_\(key)_vs_floor"] = cost / max(results["vectors_floor_s"] ?? 0, 1e-9)
    }
    try own.close()
    return results
  }

  /// Leaves the vector of each laptop; returns how long reading and hashing all of them takes.
  private func leave(
    _ identities: [ReplicaID], _ replica: Replica, _ places: [Dependency], lag: Int
  ) throws -> Double {
    var generator = SystemRandomNumberGenerator()
    for identity in identities {
      var held = places
      for _ in 0..<lag { held.remove(at: Int.random(in: held.indices, using: &generator)) }
      let file = VectorFile(
        workspace: replica.workspace, replica: identity, time: Instant(milliseconds: 0), vector: VersionVector(held))
      let path = "\(share)/\(identity.description.lowercased()).quanvector"
      try Data(file.encode()).write(to: URL(filePath: path))
    }
    return try seconds {
      for identity in identities {
        let path = "\(share)/\(identity.description.lowercased()).quanvector"
        _ = Digest(sha256: Array(try Data(contentsOf: URL(filePath: path))))
      }
    }
  }

  private func median(of runs: Int, _ body: () throws -> Void) rethrows -> Double {
    let times = try (0..<max(1, runs)).map { _ in try seconds(body) }.sorted()
    return times[times.count / 2]
  }
}
