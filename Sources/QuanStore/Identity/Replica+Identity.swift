public import QuanCore

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
    let identity = try Self.newIdentity(of: file.meta.member, environment)
    file.meta.replica = identity.replica
    if let owner = identity.owner { try file.note(owner, of: identity.replica) }
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

  /// Takes a new identity now, whether or not anything asks for it; ``settleRenewal(retireOld:)`` says what becomes of
  /// the old one.
  ///
  /// - Returns: The new identity.
  @discardableResult
  public func renewIdentity() throws -> ReplicaID {
    try access { file in
      try file.transaction {
        try renewIdentity(file, .requested)
        return file.meta.replica
      }
    }
  }

  /// Calls this laptop something else; the others learn of it with the next exchange.
  ///
  /// - Parameter author: Who writes; by default the person that the replica belongs to.
  /// - Throws: ``StoreError`` with code `invalid` when the label is empty.
  public func rename(label: String, author: String? = nil) throws {
    guard label.contains(where: { !$0.isWhitespace }) else {
      throw StoreError(.invalid, "a laptop's label is empty")
    }
    try batch(author: author) { batch in
      try access { file in
        var own: RecordID?
        let identity = file.meta.replica.description
        try file.eachRecord(of: BuiltIn.replicaKind, where: []) { record in
          if record["identity"]?.shown.first?.plainText == identity { own = record.id }
        }
        guard let own else { throw StoreError(.damaged, "the replica has not introduced itself") }
        try batch.write { try $0.set(own, BuiltIn.label, to: .text(label)) }
        file.meta.label = label
        try file.meta.save(file.connection)
      }
    }
  }

  /// Says that another laptop will not come back: nothing waits for it any more, neither to forget superseded values nor
  /// to clear a folder of bundles that all others hold.
  ///
  /// Everything it wrote stays, and should it come back after all, what it wrote meanwhile is taken in as ever.
  /// - Throws: ``StoreError`` with code `refused` for this replica's own identity, `notFound` for one not known.
  public func retire(_ replica: ReplicaID) throws {
    try access { file in
      try file.transaction {
        guard replica != file.meta.replica else {
          throw StoreError(.invalid, "a replica cannot retire itself", subject: replica.description)
        }
        guard try file.knownReplicas().contains(where: { $0.id == replica }) else {
          throw StoreError(.notFound, "there is no such replica", subject: replica.description)
        }
        try file.retire(replica)
      }
    }
  }

  /// Answers "copy or restore?" after the replica took a new identity.
  ///
  /// - Parameter retireOld: Whether the old identity is gone for good: the file was restored, and no other copy
  ///   writes under it. Others then wait for nothing from it.
  public func settleRenewal(retireOld: Bool) throws {
    try access { file in
      try file.transaction {
        if retireOld, let old = file.meta.renewal?.predecessor {
          try file.retire(old)
        }
        file.meta.renewal = nil
        try file.meta.save(file.connection)
      }
    }
  }
}

extension ReplicaFile {
  /// Waits for nothing from an identity any more.
  fileprivate func retire(_ replica: ReplicaID) throws {
    if !meta.retired.contains(replica) { meta.retired.append(replica) }
    let statement = try connection.statement("DELETE FROM quan_peer WHERE replica=?")
    statement.bind(1, bits: replica.rawValue)
    try statement.run()
    try meta.save(connection)
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
