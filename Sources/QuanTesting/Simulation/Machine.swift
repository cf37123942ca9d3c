import Quan

/// A simulated laptop: its disk, its clock, its replica, and the model of what the replica must be.
///
/// Disks are told apart by a number of the simulation's own, so that a whole machine can be cloned.
final class Machine {
  let name: String
  let laptop: Laptop
  private(set) var environment: Environment
  private(set) var replica: Replica
  var model = ReferenceModel()
  /// A copy of the file made earlier, with what the model was then.
  private var backup: (bytes: [UInt8], model: ReferenceModel)?
  private var inode: UInt64

  var path: String { laptop.path }

  /// A laptop whose replica is made by `make`.
  init(
    _ name: String, in folder: TemporaryFolder, seed: UInt64, inode: UInt64,
    make: (_ path: String, _ environment: Environment) throws -> Replica
  ) throws {
    self.name = name
    self.inode = inode
    laptop = Laptop(name, in: folder, seed: seed)
    environment = Self.environment(laptop, inode)
    replica = try make(laptop.path, environment)
  }

  private static func environment(_ laptop: Laptop, _ inode: UInt64) -> Environment {
    var environment = laptop.environment
    environment.place = { _ in (1, inode) }
    return environment
  }

  // MARK: Disk

  /// The file as it would be found after a power cut now, with its log.
  private var bytes: (file: [UInt8], log: [UInt8]) {
    (TemporaryFolder.read(path), TemporaryFolder.read(path + "-wal"))
  }

  private func write(_ file: [UInt8], _ log: [UInt8]) {
    for ending in ["-wal", "-shm"] { TemporaryFolder.remove(path + ending) }
    TemporaryFolder.write(file, to: path)
    if !log.isEmpty { TemporaryFolder.write(log, to: path + "-wal") }
  }

  /// The power fails, and comes back: what was acknowledged is there.
  func crash() throws {
    let (file, log) = bytes
    try replica.close()
    write(file, log)
    replica = try Replica.open(at: path, environment: environment)
  }

  /// Closes the replica, so that its file alone holds everything, and opens it again.
  private func settledBytes() throws -> [UInt8] {
    try replica.close()
    let bytes = TemporaryFolder.read(path)
    replica = try Replica.open(at: path, environment: environment)
    return bytes
  }

  /// Keeps a copy of the file aside.
  func makeBackup() throws { backup = (try settledBytes(), model) }

  /// Puts the copy that was kept aside back, in place or as a new file.
  ///
  /// - Returns: Whether there was one.
  func restoreBackup(asNewFile: Bool, inode newInode: UInt64) throws -> Bool {
    guard let backup else { return false }
    try replica.close()
    write(backup.bytes, [])
    model = backup.model
    if asNewFile { inode = newInode }
    environment = Self.environment(laptop, inode)
    replica = try Replica.open(at: path, environment: environment)
    return true
  }

  /// Another laptop to which the file is copied, or a clone of the whole machine with all it remembers.
  func copy(
    _ name: String, in folder: TemporaryFolder, seed: UInt64, inode newInode: UInt64, isClone: Bool
  ) throws -> Machine {
    let bytes = try settledBytes()
    let state = environment.stateDirectory
    let copy = try Machine(name, in: folder, seed: seed, inode: isClone ? inode : newInode) { path, environment in
      TemporaryFolder.write(bytes, to: path)
      if isClone {
        _ = folder.folder("\(name)/state")
        for file in TemporaryFolder.names(in: state) {
          TemporaryFolder.copy(state + "/" + file, to: environment.stateDirectory + "/" + file)
        }
      }
      return try Replica.open(at: path, environment: environment)
    }
    copy.model = model
    return copy
  }

  // MARK: Comparing

  /// What of the replica is not as the model says.
  func differences() throws -> [String] {
    var differences: [String] = []
    let vector = try replica.vector()
    guard let accepted = model.changes(behind: vector) else { return ["\(name) holds what it never received"] }
    let acceptedDigests = Set(accepted.map(\.digest))
    let acceptable = model.acceptable()
    for held in accepted where !acceptable.contains(held.digest) {
      let place = "\(held.change.stream) \(held.change.number)"
      differences.append("\(name) accepted \(place), which misses some of \(held.change.dependencies)")
    }

    let pending = try replica.status().pending
    for held in model.held.values where !acceptedDigests.contains(held.digest) {
      let isListed = pending.contains {
        $0.stream == held.change.stream && $0.range.contains(held.change.number)
      }
      if !isListed { differences.append("\(name) lost \(held.change.stream) \(held.change.number)") }
    }
    for held in model.held.values where acceptable.contains(held.digest) && !acceptedDigests.contains(held.digest) {
      differences.append("\(name) keeps \(held.change.stream) \(held.change.number) waiting for nothing")
    }

    let state = ModelState(accepted)
    for scope in Set(accepted.map(\.change.stream.scope)) {
      let mine = try replica.canonicalForm(of: scope).records
      let wanted = state.canonical(of: scope)
      guard mine != wanted else { continue }
      for record in mine where !wanted.contains(record) { differences.append("\(name) has \(record)") }
      for record in wanted where !mine.contains(record) { differences.append("\(name) lacks \(record)") }
    }
    for scope in Set(accepted.map(\.change.stream.scope)) {
      for (id, wanted) in state.lists(of: scope) {
        // A cloned machine may have given one ID in two scopes.
        guard let record = try? replica.record(id), record.scope == scope else { continue }
        for (field, elements) in wanted {
          let mine = record.fields.first { $0.definition.id == field }?.items.compactMap(\.element) ?? []
          if mine != elements { differences.append("\(name) has the list \(mine) in \(id), not \(elements)") }
        }
      }
    }
    var listed: Set<RecordID> = []
    for kind in try replica.schema().kinds where kind.id.replica != .builtIn {
      try replica.records(of: kind.id) { listed.insert($0.id) }
    }
    let wanted = state.listed
    for id in listed.symmetricDifference(wanted).sorted() {
      differences.append("\(name) \(listed.contains(id) ? "lists" : "does not list") \(id)")
    }
    let conflicts = Set(try replica.conflicts().map { ModelState.Conflict($0) })
    for conflict in conflicts.subtracting(state.conflicts) { differences.append("\(name) lists \(conflict)") }
    for conflict in state.conflicts.subtracting(conflicts) { differences.append("\(name) does not list \(conflict)") }
    return differences
  }
}
