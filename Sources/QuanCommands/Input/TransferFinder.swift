import Quan

/// Finds the transfers that people mean by their ID or that of their record.
struct TransferFinder {
  let replica: Replica

  /// The one transfer that a text means; of several about one record the one that is open, else the latest.
  func transfer(_ text: String) throws -> Transfer {
    let wanted = ValueParser.halfWidth(text).trimmed.uppercased()
    let all = try replica.transfers()
    var matches = all.filter { Self.isMeant($0.id, wanted) }
    if matches.isEmpty {
      matches = all.filter { Self.isMeant($0.record, wanted) || $0.results.contains { Self.isMeant($0, wanted) } }
      let records = Set(matches.map(\.record))
      if records.count == 1 { matches = Array((matches.filter { $0.state == .offered } + matches).prefix(1)) }
    }
    guard matches.count == 1 else {
      throw CommandFailure(
        .failed,
        matches.isEmpty
          ? say("没有这个转学 '\(wanted)'", "there is no such transfer '\(wanted)'")
          : say("编号 '\(wanted)' 不唯一", "'\(wanted)' fits several transfers"),
        details: matches.prefix(10).map(\.id.description),
        hint: say("列出: quan transfer list", "list them: quan transfer list"))
    }
    return matches[0]
  }

  private static func isMeant(_ id: RecordID, _ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return false }
    return !parts[0].isEmpty && id.replica.description.hasPrefix(parts[0]) && parts[1] == "\(id.counter)"
  }

  /// The transfers that this laptop may accept now.
  func waiting() throws -> [Transfer] {
    try replica.transfers().filter { try $0.state == .offered && $0.isAtHand && mayWrite(in: $0.to) }
  }

  /// Whether this laptop may write in a scope.
  func mayWrite(in scope: ScopeID) throws -> Bool {
    guard try !replica.isOpen else { return true }
    return try replica.members().first { $0.isOwn }?.standing.canWrite(in: scope) ?? false
  }

  /// The records about which something is left to forward.
  func left() throws -> [RecordID] {
    let troubles = [TransferTrouble.edited, .deleted, .stray].map(\.rawValue)
    return try replica.problems(class: .transfer).filter { !troubles.filter($0.rules.contains).isEmpty }.map {
      problem in
      problem.rules == [TransferTrouble.stray.rawValue]
        ? problem.others.first?.record ?? problem.record : problem.record
    }
  }

  /// The transfers by which records went, one for each record that was handed over.
  func gone(_ records: [RecordID]) throws -> [Transfer] {
    var found: [Transfer] = []
    for record in records {
      let transfers = try replica.transfers(about: record)
      let accepted = transfers.filter { $0.state == .accepted }
      guard !accepted.isEmpty else {
        throw CommandFailure(
          .failed, say("这条记录没有转出 '\(record)'", "the record has not been handed over '\(record)'"),
          hint: say("列出: quan transfer list", "list them: quan transfer list"))
      }
      // What is on its way already need not be sent again.
      if transfers.contains(where: { $0.state == .offered }) { continue }
      for transfer in accepted where !found.contains(where: { ($0.record, $0.to) == (transfer.record, transfer.to) }) {
        found.append(transfer)
      }
    }
    return found
  }
}
