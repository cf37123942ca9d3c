public import Quan
import Synchronization

/// A laptop of a test: its own state folder, a clock that the test sets, and randomness that follows from a seed.
public final class Laptop: Sendable {
  /// Its name, which is also that of its replica's file.
  public let name: String
  /// What replicas on it are opened with.
  public let environment: Environment
  /// The path of its replica.
  public let path: String
  private let clock: Clock
  private final class Clock: Sendable {
    let now = Mutex<Int64>(0)
    let random: Mutex<SeededGenerator>
    init(_ seed: UInt64) { random = Mutex(SeededGenerator(seed: seed)) }
  }

  /// A laptop in a folder; its clock starts at 2026-06-01 and moves a second each time it is read.
  public init(_ name: String, in folder: TemporaryFolder, seed: UInt64) {
    self.name = name
    let clock = Clock(seed &* 0x9E37_79B9 &+ UInt64(name.utf8.reduce(0) { $0 &* 31 &+ Int($1) }))
    clock.now.withLock { $0 = 1_780_272_000_000 }
    self.clock = clock
    let home = folder.folder(name)
    path = home + "/\(name).quan"
    environment = Environment(
      now: {
        clock.now.withLock { now in
          now += 1000
          return Instant(milliseconds: now)
        }
      },
      random: { clock.random.withLock { $0.next() } }, stateDirectory: home + "/state")
  }

  /// Sets the clock.
  public func setClock(_ instant: Instant) { clock.now.withLock { $0 = instant.milliseconds } }

  /// Moves the clock, forwards or backwards.
  public func moveClock(byMilliseconds step: Int64) { clock.now.withLock { $0 += step } }

  /// Makes a workspace with its first replica.
  public func create(schema: SchemaDraft) throws -> Replica {
    try Replica.create(
      at: path, label: name, author: "author \(name)", schema: schema, scopeLabel: "school", environment: environment)
  }

  /// Joins a workspace from a folder or bundle.
  public func join(from source: String) throws -> Replica {
    try Replica.join(at: path, from: source, label: name, author: "author \(name)", environment: environment).replica
  }

  /// Opens its replica.
  public func open() throws -> Replica { try Replica.open(at: path, environment: environment) }
}
