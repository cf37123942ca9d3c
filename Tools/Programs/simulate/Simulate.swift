import ArgumentParser
import Glibc
import QuanTesting
import Synchronization

/// Plays laptops from seeds and compares each replica with the reference model after every step.
@main
struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Plays laptops from seeds; compares each replica with the reference model after every step.")

  @Option(help: "How many seeds to play.")
  var seeds: UInt64 = 300
  @Option(help: "The first seed.")
  var from: UInt64 = 1
  @Option(help: "How many laptops at the start; copies and clones join them.")
  var laptops = 6
  @Option(help: "How many steps each.")
  var steps = 300
  @Option(help: "How many seeds to play at once.")
  var jobs = 2
  @Flag(help: "Print every step.")
  var trace = false
  @Flag(help: "Play a sealed workspace: members, roles, scopes and revocations.")
  var members = false
  @Flag(help: "Let a courier carry folders between the laptops, late and in parts.")
  var carried = false

  func run() async throws {
    let work = Work(
      from: from, count: seeds, laptops: laptops, steps: steps, trace: trace, members: members, carried: carried)
    await withTaskGroup { group in
      for _ in 0..<max(1, jobs) { group.addTask { work.playAll() } }
    }
    for failure in work.failures { print(failure) }
    print("\(seeds) seeds from \(from), \(laptops) laptops, \(steps) steps: \(work.failures.count) failed")
    if !work.failures.isEmpty { throw ExitCode(1) }
  }
}

/// Seeds to be played by several at once.
final class Work: Sendable {
  private let next: Atomic<UInt64>
  private let end: UInt64
  private let laptops: Int
  private let steps: Int
  private let trace: Bool
  private let members: Bool
  private let carried: Bool
  private let found = Mutex<[String]>([])

  init(from first: UInt64, count: UInt64, laptops: Int, steps: Int, trace: Bool, members: Bool, carried: Bool) {
    next = Atomic(first)
    end = first + count
    self.laptops = laptops
    self.steps = steps
    self.trace = trace
    self.members = members
    self.carried = carried
  }

  var failures: [String] { found.withLock { $0 } }

  /// Plays seeds until none is left.
  func playAll() {
    while true {
      let seed = next.add(1, ordering: .relaxed).oldValue
      guard seed < end else { return }
      do {
        var show: (@Sendable (String) -> Void)?
        if trace { show = { line in print(line) } }
        if members {
          var simulation = try MemberSimulation(seed: seed, laptops: laptops, trace: show)
          try simulation.run(steps: steps)
        } else {
          var simulation = try Simulation(seed: seed, laptops: laptops, isCarried: carried, trace: show)
          try simulation.run(steps: steps)
        }
      } catch {
        found.withLock { $0.append("\(error)") }
      }
    }
  }
}
