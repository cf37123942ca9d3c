import QuanCore

extension Replica {
  /// Takes a new identity if this file is a copy or a restored backup; to be called before anything is written.
  ///
  /// The file says which laptop and which place on its disk it was written in; the laptop's private state says how
  /// far the identity got. If either disagrees, some other copy may write under the old identity.
  func renewIdentityIfNeeded(_ file: ReplicaFile) throws {
    guard let reason = try reasonToRenew(file) else { return }
    try renewIdentity(file, reason)
  }

  /// Why the identity cannot be written under any more; `nil` when it can.
  func reasonToRenew(_ file: ReplicaFile) throws -> Renewal.Reason? {
    let state = LaptopState(environment)
    let place = try environment.place(path)
    let laptop = try state.laptop()
    if place.inode != file.meta.inode || laptop != file.meta.laptop { return .moved }
    if try state.given(by: file.meta.replica) >= file.nextCounter { return .behind }
    let own = file.streams.rows.filter { $0.id.replica == file.meta.replica }
    if file.meta.isOvertaken || own.contains(where: { $0.parent != nil }) { return .overtaken }
    return nil
  }

  /// Takes a new identity, keeps the old one as predecessor, and introduces the new one to the others.
  func renewIdentity(_ file: ReplicaFile, _ reason: Renewal.Reason) throws {
    let old = file.meta.replica
    let place = try environment.place(path)
    file.meta.renewal = Renewal(predecessor: old, reason: reason)
    file.meta.predecessors.append(old)
    file.meta.isOvertaken = false
    file.meta.replica = Self.newIdentity(environment)
    file.meta.laptop = try LaptopState(environment).laptop()
    file.meta.device = place.device
    file.meta.inode = place.inode
    try file.meta.save(file.connection)
    var batch = Batch(file: file, author: file.meta.author, now: environment.now)
    let meta = file.meta
    try batch.write { transaction in
      try transaction.introduce(label: meta.label, author: meta.author, predecessor: old)
    }
    try batch.log.finish(file)
    try file.contexts.save(file.connection)
  }

  /// Answers "copy or restore?" after the replica took a new identity.
  ///
  /// - Parameter retireOld: Whether the old identity is gone for good: the file was restored, and no other copy
  ///   writes under it. Others then wait for nothing from it.
  public func settleRenewal(retireOld: Bool) throws {
    try access { file in
      try file.transaction {
        if retireOld, let old = file.meta.renewal?.predecessor {
          file.meta.retired.append(old)
          let statement = try file.connection.statement("DELETE FROM quan_peer WHERE replica=?")
          statement.bind(1, bits: old.rawValue)
          try statement.run()
        }
        file.meta.renewal = nil
        try file.meta.save(file.connection)
      }
    }
  }
}

extension Transaction {
  /// Tells the others who writes under this identity.
  mutating func introduce(label: String, author: String, predecessor: ReplicaID?) throws {
    var values: [FieldID: [Value]] = [
      BuiltIn.label: [.text(label)], BuiltIn.replicaIdentity: [.text(file.meta.replica.description)],
      BuiltIn.replicaPerson: [.text(author)],
    ]
    if let predecessor { values[BuiltIn.replicaPredecessor] = [.text(predecessor.description)] }
    try create(BuiltIn.replicaKind, in: .shared, values)
  }
}
