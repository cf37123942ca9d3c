import QuanCore
import QuanFormat

extension ReplicaFile {
  /// Whether a record describes a scope.
  func isScope(_ scope: ScopeID) throws -> Bool {
    guard let local = streams.local(scope.dot, in: .shared) else { return false }
    return try exists(local) && kind(of: local, hint: BuiltIn.scopeKind) == BuiltIn.scopeKind
  }

  /// The transfers whose subject is a record or one that it is joined with, also those taken back.
  func transfers(about row: Int64) throws -> [TransferFacts] {
    try members(of: row).flatMap { member in
      try rows(of: BuiltIn.transferKind, where: BuiltIn.transferRecord, leadsTo: member)
    }.compactMap { try transferFacts($0) }
  }

  /// A transfer of a scope that is held.
  func transfer(_ id: RecordID) throws -> TransferFacts {
    guard let facts = try transferFacts(try known(id).local.rowID) else { throw Self.noTransfer(id) }
    return facts
  }

  static func noTransfer(_ id: RecordID) -> StoreError {
    StoreError(.notFound, "there is no such transfer", subject: id.description)
  }

  // MARK: Parcels

  /// The parcels that lie ready, by row.
  func parcels() throws -> [(row: Int64, parcel: Parcel)] {
    guard let table = catalog.tables[BuiltIn.parcelKind] else { return [] }
    let statement = try connection.ownStatement("SELECT id, content FROM \(table.quotedName) ORDER BY id")
    var parcels: [(row: Int64, parcel: Parcel)] = []
    while try statement.step() {
      guard !statement.isNull(1), let bytes = Hex.decode(statement.text(1)), let parcel = try? Parcel(bytes),
        streams.dot(LocalDot(rowID: statement.integer(0)))?.scope == parcel.to
      else { continue }
      parcels.append((statement.integer(0), parcel))
    }
    return parcels
  }

  /// What a transfer brings: made now where its scope is held, else as it was laid ready.
  func parcelAtHand(of transfer: RecordID) throws -> Parcel {
    if let known = try? known(transfer), let facts = try transferFacts(known.local.rowID) {
      guard !facts.isWithdrawn else {
        throw StoreError(.refused, "the transfer was taken back", subject: transfer.description)
      }
      return try ParcelMaker(self).parcel(of: facts)
    }
    guard let parcel = try parcels().first(where: { $0.parcel.transfer.record == transfer })?.parcel else {
      throw Self.noTransfer(transfer)
    }
    return parcel
  }

  /// What an answer to a transfer needs: its parcel, or as much of one as is known when only its answers are.
  func answerable(_ transfer: RecordID) throws -> Parcel {
    if let known = try? known(transfer), let facts = try transferFacts(known.local.rowID) {
      return Parcel(
        transfer: facts.id, record: facts.record.record, to: facts.to, seen: [:], reason: "", items: [])
    }
    if let parcel = try parcels().first(where: { $0.parcel.transfer.record == transfer })?.parcel { return parcel }
    for row in streams.rows where row.name == transfer.replica {
      guard let local = streams.local(transfer, in: row.id.scope),
        let answer = try answers(where: BuiltIn.answerTransfer, leadsTo: local.rowID).first
      else { continue }
      return Parcel(
        transfer: Reference(transfer, in: row.id.scope), record: answer.record.record, to: answer.to, seen: [:],
        reason: "", items: [])
    }
    throw Self.noTransfer(transfer)
  }

  /// The answers that say that a transfer was accepted.
  func accepted(_ transfer: Reference) throws -> [AnswerFacts] {
    try answers(where: BuiltIn.answerTransfer, leadsTo: try local(transfer.record, in: transfer.scope).rowID)
      .filter { $0.word == .accepted }
  }

  /// Refuses what has been accepted or taken back already.
  func checkAcceptable(_ parcel: Parcel) throws {
    let id = parcel.transfer.record.description
    guard try accepted(parcel.transfer).isEmpty else {
      throw StoreError(.refused, "the transfer has been accepted already", subject: id)
    }
    let row = try local(parcel.transfer.record, in: parcel.transfer.scope).rowID
    if try transferFacts(row)?.isWithdrawn == true {
      throw StoreError(.refused, "the transfer was taken back", subject: id)
    }
  }

  // MARK: Listing

  func allTransfers() throws -> [Transfer] {
    var facts: [TransferFacts] = []
    if let table = catalog.tables[BuiltIn.transferKind] {
      let statement = try connection.ownStatement("SELECT id FROM \(table.quotedName)")
      var rows: [Int64] = []
      while try statement.step() { rows.append(statement.integer(0)) }
      // Of those that were taken back only the accepted ones matter any more.
      let kept = try connection.ownStatement("SELECT DISTINCT transfer FROM quan_handover")
      while try kept.step() { if !rows.contains(kept.integer(0)) { rows.append(kept.integer(0)) } }
      facts = try rows.compactMap { try transferFacts($0) }
    }
    let held = Set(facts.map(\.id))
    let laid = try parcels().filter { !held.contains($0.parcel.transfer) }
    return sorted(try described(facts) + laid.map { try described($0.row, $0.parcel) })
  }

  func described(_ facts: [TransferFacts]) throws -> [Transfer] {
    sorted(
      try facts.map { transfer in
        let answers = try acceptances(of: transfer)
        let isDeclined = try self.answers(where: BuiltIn.answerTransfer, leadsTo: transfer.row)
          .contains { $0.word == .declined }
        return Transfer(
          id: transfer.id.record, record: transfer.record.record, count: transfer.records.count,
          from: transfer.id.scope, to: transfer.to,
          state: !answers.isEmpty ? .accepted : transfer.isWithdrawn ? .withdrawn : isDeclined ? .declined : .offered,
          results: answers.compactMap { $0.result?.record }, isAtHand: true, reason: transfer.reason,
          stamp: try stamp(of: transfer.id.record, in: transfer.id.scope))
      })
  }

  private func described(_ row: Int64, _ parcel: Parcel) throws -> Transfer {
    let answers = try self.answers(
      where: BuiltIn.answerTransfer, leadsTo: try local(parcel.transfer.record, in: parcel.transfer.scope).rowID)
    let accepted = answers.filter { $0.word == .accepted }
    return Transfer(
      id: parcel.transfer.record, record: parcel.record, count: parcel.items.count, from: parcel.from, to: parcel.to,
      state: !accepted.isEmpty ? .accepted : answers.isEmpty ? .offered : .declined,
      results: accepted.compactMap { $0.result?.record }, isAtHand: true, reason: parcel.reason,
      stamp: try reference(row).flatMap { try stamp(of: $0.record, in: $0.scope) })
  }

  private func sorted(_ transfers: [Transfer]) -> [Transfer] {
    func time(_ transfer: Transfer) -> Instant { transfer.stamp?.time ?? Instant(milliseconds: .min) }
    return transfers.sorted { (time($1), $1.id) < (time($0), $0.id) }
  }
}

extension Transaction {
  /// What is offered.
  struct OfferedRecords {
    let record: RecordID
    let from: ScopeID
    let to: ScopeID
    let records: [Reference]
  }

  /// Whether a record is there.
  func isPresent(_ record: RecordID) throws -> Bool {
    try file.load(try file.known(record).local).map { $0.state.presence != .deleted } ?? false
  }

  /// Writes a transfer.
  mutating func offer(_ offered: OfferedRecords, _ reason: String) throws -> RecordID {
    let seen = file.lastOperations(in: offered.from).sorted { $0.key < $1.key }.map { Dot($0.key, $0.value) }
    var values: [FieldID: [Value]] = [
      BuiltIn.transferRecord: [.reference(Reference(offered.record, in: offered.from))],
      BuiltIn.transferRecords: offered.records.map { .reference($0) },
      BuiltIn.transferTo: [.reference(Reference(offered.to.dot, in: .shared))],
      BuiltIn.transferSeen: seen.map { .reference(Reference($0, in: offered.from)) },
    ]
    if !reason.isEmpty { values[BuiltIn.reason] = [.text(reason)] }
    return try create(BuiltIn.transferKind, in: offered.from, values)
  }
}

extension Batch {
  /// Lays ready what a transfer brings, where this laptop may write there.
  mutating func lay(_ transfer: RecordID, of offered: Transaction.OfferedRecords) throws {
    guard try mayWrite(in: offered.to) else { return }
    let facts = try file.transfer(transfer)
    let parcel = try ParcelMaker(file).parcel(of: facts)
    try write { transaction in
      try transaction.create(
        BuiltIn.parcelKind, in: offered.to,
        [
          BuiltIn.transferSource: [.reference(facts.id)],
          BuiltIn.transferContent: [.text(Hex.encode(parcel.encode()))],
        ])
    }
  }

  /// Takes away what was laid ready of a transfer.
  mutating func clearParcels(of transfer: Reference, in scope: ScopeID) throws {
    guard try mayWrite(in: scope) else { return }
    let row = try file.local(transfer.record, in: transfer.scope).rowID
    let parcels = try file.rows(of: BuiltIn.parcelKind, where: BuiltIn.transferSource, leadsTo: row)
      .compactMap { file.reference($0) }.filter { $0.scope == scope }
    guard !parcels.isEmpty else { return }
    try write { transaction in for parcel in parcels { try transaction.delete(parcel.record, force: true) } }
  }

  /// Says in `shared` what becomes of a transfer.
  mutating func answer(
    _ word: TransferAnswer, to parcel: Parcel, result: RecordID? = nil, overriding: [RecordID] = []
  ) throws {
    guard try mayWrite(in: parcel.to) else {
      throw StoreError(
        .notPermitted, "this laptop may not write in the scope", subject: parcel.to.description)
    }
    var values: [FieldID: [Value]] = [
      BuiltIn.answerTransfer: [.reference(parcel.transfer)],
      BuiltIn.answerRecord: [.reference(Reference(parcel.record, in: parcel.from))],
      BuiltIn.transferTo: [.reference(Reference(parcel.to.dot, in: .shared))],
      BuiltIn.answerWord: [.text(word.rawValue)],
    ]
    if let result { values[BuiltIn.answerResult] = [.reference(Reference(result, in: parcel.to))] }
    if !overriding.isEmpty {
      values[BuiltIn.answerOverrides] = overriding.map { .reference(Reference($0, in: .shared)) }
    }
    try write { try $0.create(BuiltIn.answerKind, in: .shared, values) }
  }

  /// Deletes what came by a transfer, as far as it has not come by another one too.
  mutating func giveUp(_ parcel: Parcel) throws {
    let row = try file.local(parcel.transfer.record, in: parcel.transfer.scope).rowID
    let arrivals = try file.rows(of: BuiltIn.arrivalKind, where: BuiltIn.transferSource, leadsTo: row)
      .compactMap { try file.arrivalFacts($0) }.filter { $0.id.scope == parcel.to }
    let records = Set(arrivals.map(\.record.record)).sorted()
    try write { transaction in
      for record in records where try transaction.isPresent(record) { try transaction.delete(record, force: true) }
    }
  }

  private func mayWrite(in scope: ScopeID) throws -> Bool { try file.ownStanding()?.canWrite(in: scope) ?? true }
}
