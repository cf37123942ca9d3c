import QuanCore
import QuanFormat

/// Something in a replica's file that is not as it must be.
public struct VerificationFinding: Hashable, Sendable {
  /// The number of the invariant that is broken, as `Tables` lists them.
  public let invariant: Int
  /// What it is about.
  public let subject: String
  /// What is wrong.
  public let message: String

  /// A finding.
  public init(invariant: Int, subject: String, message: String) {
    self.invariant = invariant
    self.subject = subject
    self.message = message
  }
}

extension Replica {
  /// Checks the file against its invariants: SQLite's own check, the log's digests, and every row against the fold of its
  /// operations.
  ///
  /// - Returns: What is wrong, at most 1,000 findings; none when the file is sound.
  /// - Complexity: O(*n*) in everything held.
  public func verify() throws -> [VerificationFinding] {
    try access { file in
      var findings = try file.reading {
        let findings = try file.integrityFindings()
        return findings.isEmpty
          ? try file.logFindings(environment.progress) + file.pendingFindings() : findings
      }
      if findings.isEmpty { findings += try file.reading { try file.attachmentFindings() } }
      if findings.isEmpty { findings += try file.reading { try file.editFindings() } }
      if findings.isEmpty { findings += try file.foldFindings(environment.progress) }
      return Array(findings.prefix(1000))
    }
  }
}

extension ReplicaFile {
  fileprivate func integrityFindings() throws -> [VerificationFinding] {
    var findings: [VerificationFinding] = []
    let statement = try connection.statement("PRAGMA integrity_check(100)")
    while try statement.step() {
      let text = statement.text(0)
      if text != "ok" { findings.append(VerificationFinding(invariant: 6, subject: "file", message: text)) }
    }
    return findings
  }

  /// Follows each stream's digests from its start to where it stands.
  fileprivate func logFindings(_ progress: (WorkProgress) throws -> Void) throws -> [VerificationFinding] {
    var findings: [VerificationFinding] = []
    let total = streams.rows.reduce(0) { $0 + Int($1.number - $1.forkNumber) }
    var done = 0
    for row in streams.rows where row.number > row.forkNumber {
      var digest = try digestBefore(row.forkNumber + 1, in: row)
      var number = row.forkNumber
      func report(_ message: String) {
        findings.append(VerificationFinding(invariant: 2, subject: row.id.description, message: message))
      }
      do {
        for id in try segments(of: row.index) {
          try progress(WorkProgress(.checking, done, of: total))
          let segment = try decode(try segmentBytes(id))
          done += segment.changeCount
          if segment.header.range.lowerBound != number + 1 || segment.header.previous != digest {
            report("change \(number + 1) does not follow")
          }
          number = segment.header.range.upperBound
          digest = segment.header.digest
        }
        try eachChange(of: row.index, from: number + 1) { change in
          if change.number != number + 1 { report("change \(number + 1) does not follow") }
          number = change.number
          digest = DigestChain.next(digest, CanonicalChange.encode(change))
        }
      } catch let error as StoreError {
        report(error.message)
        continue
      }
      if number != row.number || digest != row.digest {
        report("the log ends at change \(number), the table says \(row.number)")
      }
    }
    return findings
  }

  fileprivate func pendingFindings() throws -> [VerificationFinding] {
    try pendingSegments().filter { $0.missing.isEmpty && $0.reason == .missing }.map {
      VerificationFinding(invariant: 5, subject: $0.stream.description, message: "a pending segment misses nothing")
    }
  }

  /// Reads every chunk of the edits of texts.
  fileprivate func editFindings() throws -> [VerificationFinding] {
    var findings: [VerificationFinding] = []
    let statement = try connection.statement(
      "SELECT record, field, first, count, bytes FROM quan_edit ORDER BY record, field, first")
    var before: (record: Int64, field: Int64, last: Int)?
    while try statement.step() {
      let (record, field) = (statement.integer(0), statement.integer(1))
      let (first, count) = (Int(statement.integer(2)), Int(statement.integer(3)))
      var isSound = first > 0 && count > 0
      if let before, before.record == record, before.field == field, first != before.last + 1 { isSound = false }
      if isSound, let (edits, _) = try? EditColumns.unpack(statement.blob(4), first: first, count: count) {
        isSound = edits.dots.allSatisfy { streams.dot($0) != nil }
      } else {
        isSound = false
      }
      before = (record, field, first + max(0, count) - 1)
      if !isSound {
        findings.append(
          VerificationFinding(
            invariant: 11, subject: reference(record)?.record.description ?? "\(record)",
            message: "the edits of a text cannot be read; the next edit makes them anew"))
      }
    }
    return findings
  }

  /// Makes all rows anew in a transaction that is rolled back, and compares.
  fileprivate func foldFindings(_ progress: (WorkProgress) throws -> Void) throws -> [VerificationFinding] {
    let (before, after) = try trial {
      let before = try snapshot()
      try rebuild(nil, progress: progress)
      return (before, try snapshot())
    }
    var findings: [VerificationFinding] = []
    for key in Set(before.records.keys).union(after.records.keys).sorted()
    where before.records[key] != after.records[key] {
      findings.append(
        VerificationFinding(
          invariant: 1, subject: key.record.description, message: "the row is not the fold of its operations"))
    }
    for key in Set(before.conflicts.keys).union(after.conflicts.keys)
    where before.conflicts[key] != after.conflicts[key] {
      findings.append(
        VerificationFinding(invariant: 4, subject: key, message: "the listed conflict is not the one that stands"))
    }
    for id in Set(before.problems.keys).union(after.problems.keys).sorted()
    where before.problems[id] != after.problems[id] {
      findings.append(
        VerificationFinding(
          invariant: 8, subject: id.description, message: "the listed problem is not one that the records have"))
    }
    for row in Set(before.aliases.keys).union(after.aliases.keys).sorted()
    where before.aliases[row] != after.aliases[row] {
      findings.append(
        VerificationFinding(
          invariant: 9, subject: reference(row)?.record.description ?? "\(row)",
          message: "the record is not joined as its edges say"))
    }
    for row in before.handovers.symmetricDifference(after.handovers).sorted() {
      findings.append(
        VerificationFinding(
          invariant: 10, subject: reference(row)?.record.description ?? "\(row)",
          message: "the record is not handed over as the answers to its transfers say"))
    }
    return findings
  }

  private struct Snapshot {
    var records: [Reference: CanonicalRecord] = [:]
    var conflicts: [String: Conflict] = [:]
    var problems: [ProblemID: Problem] = [:]
    var aliases: [Int64: Int64] = [:]
    var handovers: Set<Int64> = []
  }

  private func snapshot() throws -> Snapshot {
    var snapshot = Snapshot()
    for scope in Set(streams.rows.map(\.id.scope)) {
      for record in try canonicalForm(of: scope).records { snapshot.records[Reference(record.id, in: scope)] = record }
    }
    for conflict in try conflicts(of: nil, limit: nil) {
      snapshot.conflicts[
        "\(conflict.record) \(conflict.scope) \(conflict.field?.description ?? "") \(conflict.item.map { "\($0)" } ?? "")"
      ] =
        conflict
    }
    for problem in try problems(ProblemSelection(accepted: nil)) { snapshot.problems[problem.id] = problem }
    let aliases = try connection.statement("SELECT member, representative FROM quan_alias")
    while try aliases.step() { snapshot.aliases[aliases.integer(0)] = aliases.integer(1) }
    let handovers = try connection.statement("SELECT record FROM quan_handover")
    while try handovers.step() { snapshot.handovers.insert(handovers.integer(0)) }
    return snapshot
  }
}
