import Quan
import QuanFormat

/// Laptops of one workspace that do, as a seed has it, everything that laptops do: write, exchange by stick, mail and
/// relay, lose, repeat and reorder bundles, set their clocks wrong, crash, are copied, restored and cloned, and learn
/// late of new fields.
///
/// After every step the replica that moved is compared with the ``ReferenceModel``.
public struct Simulation {
  /// A step after which something was not as it must be.
  public struct Failure: Error, CustomStringConvertible {
    /// The seed.
    public let seed: UInt64
    /// How many laptops there were at the start.
    public let laptops: Int
    /// The step, from 1.
    public let step: Int
    /// What was done.
    public let act: String
    /// What is wrong.
    public let differences: [String]
    /// What the replay needs beside.
    var options = ""

    /// For people: what happened and how to see it again.
    public var description: String {
      let listed = differences.prefix(12).map { "  " + $0 }.joined(separator: "\n")
      return """
        seed \(seed), step \(step): \(act)
        \(listed)
        replay: Tools/simulate \(options)--laptops \(laptops) --steps \(step) --from \(seed) --seeds 1 --trace
        """
    }
  }

  private let folder = TemporaryFolder(inMemory: true)
  private let stick: String
  /// Carries a folder from one to another, where they share no stick.
  private var courier: Courier?
  private let seed: UInt64
  private let laptopCount: Int
  private var random: SeededGenerator
  private var machines: [Machine] = []
  private var nextInode: UInt64 = 100
  /// Bundles on their way, with what they carry.
  private var mail: [(path: String, changes: [HeldChange])] = []
  private var mailCount = 0
  /// Vectors that laptops once had, for bundles that presume something.
  private var vectors: [VersionVector] = [VersionVector()]
  private var extraScope: ScopeID?
  private var currentStep = 0
  private let trace: (@Sendable (String) -> Void)?

  /// Prepares a simulation.
  ///
  /// - Parameters:
  ///   - laptops: How many laptops there are at the start, at least 2; copies and clones join them.
  ///   - isCarried: Whether each laptop has a folder of its own that something carries, late and in parts, to the others.
  ///   - trace: Is told each step.
  public init(
    seed: UInt64, laptops: Int, isCarried: Bool = false, trace: (@Sendable (String) -> Void)? = nil
  ) throws {
    self.seed = seed
    self.trace = trace
    laptopCount = laptops
    random = SeededGenerator(seed: seed)
    stick = folder.folder("stick")
    let folder = folder
    let stick = stick
    machines.append(
      try Machine("A", in: folder, seed: seed, inode: inode()) { path, environment in
        try Replica.create(
          at: path, label: "A", author: "author A", schema: SimulatedWork.schema, scopeLabel: "school",
          environment: environment)
      })
    machines[0].model.receive(try all(of: machines[0]))
    for index in 1..<laptops {
      _ = try sync(machines[0])
      let name = Self.names[index]
      let machine = try Machine(name, in: folder, seed: seed, inode: inode()) { path, environment in
        try Replica.join(
          at: path, from: stick, label: name, author: "author \(name)", environment: environment
        ).replica
      }
      machine.model.receive(try all(of: machine))
      machines.append(machine)
      _ = try sync(machine)
    }
    guard isCarried else { return }
    courier = Courier()
    for machine in machines { courier?.add(folder.folder("carried-\(machine.name)")) }
  }

  /// The folder that a laptop exchanges with.
  private func exchangeFolder(of machine: Machine) -> String {
    guard let courier, let index = machines.firstIndex(where: { $0 === machine }) else { return stick }
    return courier.folders[index]
  }

  private static let names = (0..<26).map { String(Character(Unicode.Scalar(UInt8(65 + $0)))) }

  private mutating func inode() -> UInt64 {
    nextInode += 1
    return nextInode
  }

  /// Takes steps, then lets everybody exchange until nothing moves, and expects them all to be equal and sound.
  public mutating func run(steps: Int) throws {
    for number in 1...max(1, steps) {
      currentStep = number
      var act = ""
      do {
        let machine = machines.randomElement(using: &random) ?? machines[0]
        act = try step(machine)
        trace?("\(number) \(machine.name) \(act)")
        let differences = try machine.differences()
        if !differences.isEmpty { throw failure(number, "\(machine.name) \(act)", differences) }
      } catch let failure as Failure {
        throw failure
      } catch {
        throw failure(number, act, ["\(error)"])
      }
    }
    try settle(after: steps)
  }

  private func failure(_ step: Int, _ act: String, _ differences: [String]) -> Failure {
    Failure(
      seed: seed, laptops: laptopCount, step: step, act: act, differences: differences,
      options: courier == nil ? "" : "--carried ")
  }

  // MARK: Steps

  private mutating func step(_ machine: Machine) throws -> String {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<46:
      if courier != nil, random.chance(0.6), let moved = courier?.move(&random) { return "waits: the courier \(moved)" }
      return try write(machine)
    case 46..<62:
      return try sync(machine)
    case 62..<70:
      return try send(machine)
    case 70..<84:
      return try receive(machine)
    case 84..<87:
      guard let other = machines.randomElement(using: &random), other !== machine else { return "nothing" }
      return try meet(machine, other)
    case 87..<90:
      let hours = Int64.random(in: -9000...9000, using: &random)
      machine.laptop.moveClock(byMilliseconds: hours * 3_600_000)
      return "sets its clock by \(hours) hours"
    case 90..<94:
      try machine.crash()
      return "crashes"
    case 94..<96:
      try machine.makeBackup()
      return "makes a backup"
    case 96..<98:
      let asNewFile = random.chance(0.5)
      return try machine.restoreBackup(asNewFile: asNewFile, inode: inode()) ? "restores its backup" : "has no backup"
    default:
      guard machines.count < laptopCount + 3 else { return "nothing" }
      let isClone = random.chance(0.5)
      let copy = try machine.copy(
        Self.names[machines.count], in: folder, seed: seed &+ UInt64(machines.count), inode: inode(), isClone: isClone)
      machines.append(copy)
      courier?.add(folder.folder("carried-\(copy.name)"))
      return isClone ? "is cloned as \(copy.name)" : "is copied to \(copy.name)"
    }
  }

  private mutating func write(_ machine: Machine) throws -> String {
    let before = try machine.replica.vector()
    var work = SimulatedWork(replica: machine.replica, random: random, extraScope: extraScope)
    let act: String
    do {
      act = try work.act()
    } catch let error as StoreError where error.code == .ambiguous {
      // A cloned machine gave one ID in two scopes: nobody can say which record is meant.
      act = "cannot tell two records apart"
    } catch let error as StoreError where error.code == .refused {
      // It has been handed over, is on its way already, or was accepted twice.
      act = "is refused: \(error.message)"
    }
    random = work.random
    extraScope = work.extraScope
    machine.model.receive(try changes(of: machine, since: before))
    return act
  }

  /// What a laptop holds beyond a vector.
  private func changes(of machine: Machine, since vector: VersionVector) throws -> [HeldChange] {
    let path = folder.path + "/since.bundle"
    guard try machine.replica.writeBundle(to: path, lackedBy: vector) != nil else { return [] }
    return try HeldChange.read(bundleAt: path)
  }

  private func all(of machine: Machine) throws -> [HeldChange] { try changes(of: machine, since: VersionVector()) }

  private mutating func sync(_ machine: Machine) throws -> String {
    var offered: [String: [HeldChange]] = [:]
    let place = exchangeFolder(of: machine)
    for name in TemporaryFolder.names(in: place) where name.hasSuffix(".quanbundle") {
      // One that is not whole is not taken in either.
      offered[name] = try? HeldChange.read(bundleAt: place + "/" + name)
    }
    let report = try machine.replica.sync(folder: place).sync
    for name in report.bundlesApplied { machine.model.receive(offered[name] ?? []) }
    vectors.append(try machine.replica.vector())
    return "syncs with the folder: \(report.bundlesApplied.count) in, \(report.bundlesWritten.count) out"
  }

  /// Makes a bundle for someone, presuming what they hold: all of it, part of it, or wrongly too much.
  private mutating func send(_ machine: Machine) throws -> String {
    mailCount += 1
    let path = folder.path + "/mail-\(mailCount).bundle"
    var presumed = VersionVector()
    if random.chance(0.8), let one = vectors.randomElement(using: &random),
      let other = vectors.randomElement(using: &random)
    {
      for (stream, tips) in one.tips.sorted(by: { $0.key < $1.key }) where random.chance(0.7) {
        presumed.set(tips, for: stream)
      }
      for (stream, tips) in other.tips.sorted(by: { $0.key < $1.key }) where random.chance(0.3) {
        presumed.set(tips, for: stream)
      }
    }
    guard try machine.replica.writeBundle(to: path, lackedBy: presumed) != nil else { return "has nothing to send" }
    mail.append((path, try HeldChange.read(bundleAt: path)))
    return "sends mail \(mailCount)"
  }

  /// Takes in some bundle that is on its way, maybe for the second time, in no order; now and then one is lost.
  private mutating func receive(_ machine: Machine) throws -> String {
    guard let index = mail.indices.randomElement(using: &random) else { return "has no mail" }
    if random.chance(0.1) {
      mail.remove(at: index)
      return "loses mail"
    }
    let (path, changes) = mail[index]
    _ = try machine.replica.apply(bundleAt: path)
    machine.model.receive(changes)
    vectors.append(try machine.replica.vector())
    return "takes in \(path.split(separator: "/").last ?? "")"
  }

  private mutating func meet(_ machine: Machine, _ other: Machine) throws -> String {
    let theirs = try all(of: other)
    try machine.replica.sync(with: other.replica)
    machine.model.receive(theirs)
    // What was given may have released what had been waiting: that was given back at once.
    other.model.receive(try all(of: machine))
    let differences = try other.differences()
    if !differences.isEmpty { throw failure(currentStep, "meets \(other.name)", differences) }
    return "meets \(other.name)"
  }

  // MARK: The end

  /// Whether bytes end in the hash of all before it, as bundles and vectors do.
  private static func isWhole(_ bytes: [UInt8]) -> Bool {
    bytes.count > 32 && Digest(sha256: Array(bytes.dropLast(32))).bytes.elementsEqual(bytes.suffix(32))
  }

  /// Everybody exchanges; all must be equal, sound and waiting for nothing.
  private mutating func settle(after step: Int) throws {
    for _ in 0..<3 {
      courier?.finish(Self.isWhole)
      for machine in machines { _ = try sync(machine) }
    }
    let scopes = try machines[0].replica.scopes().map(\.id)
    for machine in machines {
      var differences = try machine.differences()
      if try !machine.replica.status().pending.isEmpty { differences.append("\(machine.name) still waits") }
      for scope in scopes
      where try machine.replica.canonicalForm(of: scope) != machines[0].replica.canonicalForm(of: scope) {
        differences.append("\(machine.name) and \(machines[0].name) differ in \(scope)")
      }
      differences += try machine.replica.verify().map {
        "\(machine.name): INV-\($0.invariant) \($0.subject) \($0.message)"
      }
      if !differences.isEmpty { throw failure(step, "everybody exchanges", differences) }
    }
  }
}
