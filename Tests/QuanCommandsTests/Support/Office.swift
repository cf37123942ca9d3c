import QuanTesting
import Testing

/// Laptops of one open workspace that only meet over sticks and files, each driven through the built tool.
///
/// A laptop is a replica file and a private state folder: `A` is `A/A.quan` with `A/state`, written by `person A`.
final class Office: Sendable {
  let folder = TemporaryFolder(inMemory: true)
  let stick: String
  let laptops: [String]

  /// Laptops with these names: the first makes the workspace, the others join over the stick, and all know of all.
  init(_ laptops: [String] = ["A", "B"]) throws {
    stick = folder.folder("stick")
    self.laptops = laptops
    for (index, laptop) in laptops.enumerated() {
      _ = folder.folder(laptop)
      let command = index == 0 ? ["init", replica(laptop), "--open"] : ["join", replica(laptop), "--from", stick]
      try tool(command + ["--name", "laptop \(laptop)", "--author", "person \(laptop)", "--state", state(laptop)])
      try quan(laptop, "sync", stick)
    }
    try exchange()
  }

  /// The replica of a laptop.
  func replica(_ laptop: String) -> String { "\(folder.path)/\(laptop)/\(laptop).quan" }
  /// The private state of a laptop.
  func state(_ laptop: String) -> String { "\(folder.path)/\(laptop)/state" }
  /// A path in the office's folder.
  func path(_ name: String) -> String { folder.path + "/" + name }

  /// Runs the tool; it is expected to end with `status`, and says nothing on standard output when it fails.
  @discardableResult
  func tool(
    _ arguments: [String], status: Int32 = 0, environment: [String: String] = [:],
    at location: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    let outcome = try Program.run(try Built.quan.get(), arguments, environment: environment)
    #expect(outcome.status == status, "\(arguments.first ?? "") said: \(outcome.err)", sourceLocation: location)
    return outcome
  }

  /// Runs a command on a laptop.
  @discardableResult
  func quan(
    _ laptop: String, _ arguments: String..., status: Int32 = 0, at location: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    try tool(arguments + own(laptop), status: status, at: location)
  }

  /// What makes a command run on a laptop.
  func own(_ laptop: String) -> [String] { ["-r", replica(laptop), "--state", state(laptop)] }

  /// Each laptop syncs with the stick until nothing moves.
  func exchange() throws {
    for _ in 0..<2 { for laptop in laptops { try quan(laptop, "sync", stick) } }
  }

  /// A new student, known to all; gives the full ID.
  func student(_ fields: String..., on laptop: String = "A") throws -> String {
    let id = try tool(["add", "student"] + fields + own(laptop)).text
    try exchange()
    return id
  }
}

extension Office {
  /// An office whose laptops' IDs, which are random, come as their names do: sides and records are in their order.
  static func inOrder() throws -> Office {
    while true {
      let office = try Office()
      let identities = try office.laptops.map { laptop in
        try #require(try office.quan(laptop, "status", "--json").json["replica"].string)
      }
      if identities == identities.sorted() { return office }
    }
  }

  /// The open conflicts that a laptop lists.
  func conflicts(_ laptop: String) throws -> [JSONValue] {
    let listed = try quan(laptop, "conflict", "list", "--json").json.items
    #expect(try quan(laptop, "status", "--json").json["conflicts"].int == listed.count)
    return listed
  }

  /// The one conflict that a laptop lists.
  func onlyConflict(_ laptop: String, at location: SourceLocation = #_sourceLocation) throws -> JSONValue {
    let listed = try conflicts(laptop)
    #expect(listed.count == 1, sourceLocation: location)
    return try #require(listed.first, sourceLocation: location)
  }

  /// What a field shows on a laptop.
  func shown(_ id: String, _ field: String, on laptop: String) throws -> JSONValue {
    try quan(laptop, "show", id, "--json").json["fields"][field]
  }

  /// Everything that a laptop shows of the students, in an order that does not depend on who was met first.
  func students(_ laptop: String) throws -> [Substring] {
    try quan(laptop, "export", "--kind", "student").out.split(separator: "\n").sorted()
  }

  /// Expects that all laptops are sound, and show and dispute the same.
  func expectEqual(_ laptops: [String]? = nil, at location: SourceLocation = #_sourceLocation) throws {
    let laptops = laptops ?? self.laptops
    for laptop in laptops {
      let sound = try quan(laptop, "verify")
      #expect(sound.out.hasPrefix("Sound"), sourceLocation: location)
      #expect(try students(laptop) == students(laptops[0]), sourceLocation: location)
      #expect(try conflicts(laptop) == conflicts(laptops[0]), sourceLocation: location)
    }
  }
}

/// The values of a conflict's sides, with who wrote them.
func sides(_ conflict: JSONValue) -> Set<String> {
  Set(
    conflict["sides"].items.map { side in
      "\(side["value"].string ?? "-") by \(side["author"].string ?? "-") on \(side["replica"].string ?? "-")"
    })
}
