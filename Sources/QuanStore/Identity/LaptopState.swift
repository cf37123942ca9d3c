import QuanCore

/// The laptop's private state file: which laptop this is, and how far each replica on it is known to have got.
///
/// A text file, one fact a line: `laptop NUMBER`, then `replica ID COUNTER` for each replica, the counter being that
/// of the last operation that others may have been given. It is written before anything is given away, so a
/// replica that stands below it was restored from a backup.
struct LaptopState {
  private let environment: Environment
  private var path: String { environment.stateDirectory + "/laptop" }

  init(_ environment: Environment) { self.environment = environment }

  /// The laptop's number, made at first use.
  func laptop() throws -> UInt64 {
    if let laptop = try read().laptop { return laptop }
    return try alone {
      let facts = try read()
      if let laptop = facts.laptop { return laptop }
      let made = environment.random()
      try write(made, facts.replicas)
      return made
    }
  }

  /// The counter up to which a replica's operations may have been given away; 0 when none.
  func given(by replica: ReplicaID) throws -> UInt64 { try read().replicas[replica] ?? 0 }

  /// Notes, durably, that a replica's operations up to `counter` may be given away from now on.
  func give(_ counter: UInt64, by replica: ReplicaID) throws {
    let laptop = try laptop()
    guard (try read().replicas[replica] ?? 0) < counter else { return }
    try alone {
      var facts = try read()
      facts.replicas[replica] = max(facts.replicas[replica] ?? 0, counter)
      try write(laptop, facts.replicas)
    }
  }

  /// Runs `body` while no other process changes the state.
  private func alone<T>(_ body: () throws -> T) throws -> T {
    try File.makeDirectory(environment.stateDirectory)
    return try File.locked(path + ".lock", body)
  }

  private func read() throws -> (laptop: UInt64?, replicas: [ReplicaID: UInt64]) {
    guard File.kind(of: path) == .file else { return (nil, [:]) }
    var laptop: UInt64?
    var replicas: [ReplicaID: UInt64] = [:]
    let text = String(decoding: try File.read(path, limit: 1 << 20), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, words[0] == "laptop" { laptop = UInt64(words[1], radix: 16) }
      if words.count == 3, words[0] == "replica", let replica = ReplicaID(words[1]), let counter = UInt64(words[2]) {
        replicas[replica] = counter
      }
    }
    return (laptop, replicas)
  }

  private func write(_ laptop: UInt64, _ replicas: [ReplicaID: UInt64]) throws {
    var lines = ["laptop \(String(laptop, radix: 16))"]
    for (replica, counter) in replicas.sorted(by: { $0.key < $1.key }) { lines.append("replica \(replica) \(counter)") }
    let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
    try File.writeDurably(to: path, mode: 0o600) { sink in try sink(bytes) }
  }
}
