public import QuanCore
import QuanFormat

/// Handing records over to another scope; see *Records are handed over, never moved*.
extension Replica {
  // MARK: Offering

  /// Offers a record, with what belongs to it, to another scope.
  ///
  /// Where this laptop may write there, what the transfer brings is laid ready there too, so that whoever holds that scope
  /// alone can accept it. Until the other scope accepts, the record stays where it is and can be worked on. A record that
  /// has been handed over to that scope already is offered again with what was done to it since.
  /// - Parameter reason: Why; may be empty. Members of the other scope read it.
  /// - Returns: The transfer.
  /// - Throws: ``StoreError`` with code `notFound`; `invalid` when the scope is the one that it is in or is none of its
  ///   own; `refused` when it is deleted, on its way already, or was handed over to another scope; `notPermitted`.
  @discardableResult
  public func offer(_ record: RecordID, to scope: ScopeID, reason: String = "", author: String? = nil) throws
    -> RecordID
  {
    let parcel = try offered(record, to: scope)
    return try batch(author: author) { batch in
      let transfer = try batch.write { transaction in try transaction.offer(parcel, reason) }
      try batch.lay(transfer, of: parcel)
      return transfer
    }
  }

  private func offered(_ record: RecordID, to scope: ScopeID) throws -> Transaction.OfferedRecords {
    try read { file in
      let known = try file.known(record)
      let row = try file.representative(of: known.local.rowID)
      let kind = try file.kind(of: LocalDot(rowID: row), hint: nil)
      guard kind.replica != .builtIn else {
        throw StoreError(
          .invalid, "records that describe the workspace are not handed over", subject: record.description)
      }
      guard scope != known.scope, scope != .shared, try file.isScope(scope) else {
        throw StoreError(.invalid, "a record is handed over to another scope", subject: scope.description)
      }
      let open = try file.transfers(about: row)
      let accepted = try open.filter { try !file.acceptances(of: $0).isEmpty }
      guard accepted.allSatisfy({ $0.to == scope }) else {
        throw StoreError(
          .refused, "the record has been handed over to another scope", subject: record.description)
      }
      if accepted.isEmpty {
        guard try file.loadJoined(LocalDot(rowID: row))?.state.presence != .deleted else {
          throw StoreError(.refused, "the record is deleted; restore it first", subject: record.description)
        }
      }
      for transfer in open where !transfer.isWithdrawn && !accepted.contains(where: { $0.row == transfer.row }) {
        let answers = try file.answers(where: BuiltIn.answerTransfer, leadsTo: transfer.row)
        guard answers.contains(where: { $0.word == .declined }) else {
          throw StoreError(
            .refused, "the record is on its way already", subject: record.description,
            details: [transfer.id.record.description])
        }
      }
      var rows = try file.household(of: row)
      for transfer in accepted {
        for gone in transfer.records { rows.append(try file.local(gone.record, in: gone.scope).rowID) }
      }
      let id = file.reference(row)?.record ?? record
      return Transaction.OfferedRecords(
        record: id, from: known.scope, to: scope,
        records: Set(rows.compactMap { file.reference($0) }).sorted())
    }
  }

  /// Takes an offer back that nobody has accepted.
  ///
  /// Should somebody accept it meanwhile, the record is handed over all the same, and the problem says so.
  /// - Throws: ``StoreError`` with code `notFound`, `refused` when it was accepted, `notPermitted`.
  public func withdraw(_ transfer: RecordID, author: String? = nil) throws {
    let facts = try read { file in try file.transfer(transfer) }
    guard try read({ file in try file.acceptances(of: facts).isEmpty }) else {
      throw StoreError(.refused, "the transfer has been accepted already", subject: transfer.description)
    }
    try batch(author: author) { batch in
      try batch.write { try $0.delete(transfer, force: true) }
      try batch.clearParcels(of: facts.id, in: facts.to)
    }
  }

  // MARK: Answering

  /// Accepts a transfer: its records begin in the scope that it goes to, and continue those that it is about.
  ///
  /// - Parameters:
  ///   - dryRun: Says what would arrive and keeps nothing.
  ///   - examine: Is called with what arrives in a dry run while the replica still is as it would be then.
  /// - Throws: ``StoreError`` with code `notFound` when what it brings is not here; `refused` when it was accepted or taken
  ///   back; `notPermitted`.
  @discardableResult
  public func accept(
    _ transfer: RecordID, author: String? = nil, dryRun: Bool = false,
    examine: ((TransferArrival) throws -> Void)? = nil
  ) throws -> TransferArrival {
    try accept(
      try read { file in try file.parcelAtHand(of: transfer) }, author: author, dryRun: dryRun, examine: examine)
  }

  func accept(
    _ parcel: Parcel, author: String?, dryRun: Bool, examine: ((TransferArrival) throws -> Void)?
  ) throws -> TransferArrival {
    let isForwarded = try read { file in
      try file.checkAcceptable(parcel)
      return try !file.arrivals(continuing: Reference(parcel.record, in: parcel.from), in: parcel.to).isEmpty
    }
    return try batch(author: author, dryRun: dryRun) { batch in
      let record = try batch.write { transaction in try transaction.open(parcel) }
      guard let record else {
        throw StoreError(.refused, "the transfer brings nothing", subject: parcel.transfer.record.description)
      }
      try batch.answer(.accepted, to: parcel, result: record)
      try batch.clearParcels(of: parcel.transfer, in: parcel.to)
      let arrival = TransferArrival(
        record: record, scope: parcel.to, count: parcel.items.count, isForwarded: isForwarded)
      if dryRun { try examine?(arrival) }
      return arrival
    }
  }

  /// Declines a transfer.
  ///
  /// One that this scope has accepted is given up with `isAfterwards`: the records that came by it are deleted here.
  /// - Throws: ``StoreError`` with code `notFound`; `refused` when it was accepted; `notPermitted`.
  public func decline(_ transfer: RecordID, isAfterwards: Bool = false, author: String? = nil) throws {
    let parcel = try read { file in try file.answerable(transfer) }
    let accepted = try read { file in try file.accepted(parcel.transfer) }
    guard accepted.isEmpty || isAfterwards else {
      throw StoreError(.refused, "the transfer has been accepted already", subject: transfer.description)
    }
    try batch(author: author) { batch in
      if !accepted.isEmpty { try batch.giveUp(parcel) }
      try batch.answer(.declined, to: parcel, overriding: accepted.map(\.id))
      try batch.clearParcels(of: parcel.transfer, in: parcel.to)
    }
  }

  // MARK: Looking

  /// The transfers that are known here: those of the scopes held, and those laid ready in them; the latest in front.
  public func transfers() throws -> [Transfer] {
    try read { file in try file.allTransfers() }
  }

  /// Where a record came from; none when it began where it is.
  public func continuations(of record: RecordID) throws -> [Continuation] {
    try read { file in
      try file.arrivals(of: try file.known(record).local.rowID).map { arrival in
        let old = file.streams.local(arrival.continues.record, in: arrival.continues.scope)
        return Continuation(
          record: arrival.continues, transfer: arrival.transfer, arrival: arrival.id.record,
          origins: arrival.origins.origins.map { origin in
            Continuation.Origin(
              field: origin.field, key: origin.item.hasPrefix("k") ? String(origin.item.dropFirst()) : nil,
              place: origin.item.hasPrefix("e") ? Int(origin.item.dropFirst()) : nil, stamp: origin.stamp,
              laptop: origin.laptop)
          }, isHeld: try old.map { try file.exists($0) } ?? false)
      }
    }
  }

  /// The transfers about a record, the latest in front.
  public func transfers(about record: RecordID) throws -> [Transfer] {
    try read { file in
      let row = try file.representative(of: try file.known(record).local.rowID)
      let covering = Set(try file.members(of: row).flatMap { try file.transfers(handingOver: $0) })
      let about = try file.transfers(about: row)
      let rest = try covering.subtracting(about.map(\.row)).compactMap { try file.transferFacts($0) }
      return try file.described(about + rest)
    }
  }

  /// The records of a kind that have been handed over.
  ///
  /// - Parameters:
  ///   - conditions: Fields with the value that they must show.
  ///   - body: Is called for each record; it must not use the replica.
  public func handedOver(
    of kind: KindID, where conditions: [(field: FieldID, value: Value)] = [], _ body: (Record) throws -> Void
  ) throws {
    try read { file in
      let gone = try file.handedOverRows()
      try file.eachRecord(of: kind, where: conditions, isWhole: true) { record in
        guard let local = file.streams.local(record.id, in: record.scope), gone.contains(local.rowID) else { return }
        try body(record)
      }
    }
  }
}
