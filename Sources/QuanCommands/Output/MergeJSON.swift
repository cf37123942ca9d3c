import Quan

/// A merge report for programs; values are not masked.
struct MergeJSON {
  private let report: MergeReport
  private let text: ConflictText

  init(_ replica: Replica, _ report: MergeReport) throws {
    self.report = report
    text = try ConflictText(replica, reveal: true, labels: report.labels)
  }

  /// A report as the command that merged gives it.
  func object(_ sync: SyncReport?) throws -> JSON {
    let isNothing = report == MergeReport()
    var counts = report.counts
    if isNothing {
      counts.openConflicts = try text.replica.conflictCount()
      counts.openProblems = try text.replica.problemCount()
    }
    return .object(
      [JSON.Member(name: "merge", value: report.number.map { .integer($0) } ?? .null)] + members(counts) + [
        JSON.Member(name: "exchange", value: sync.map { Self.json($0) } ?? .null)
      ])
  }

  /// A report that was kept, with whether each of its conflicts is still open.
  func object(saved merge: SavedMerge) throws -> JSON {
    let now = Set(try text.replica.conflicts().map { MergeReport.Place($0) })
    return .object(
      [
        JSON.Member(name: "merge", value: .integer(merge.number)),
        JSON.Member(name: "time", value: .string(merge.time.description)),
        JSON.Member(name: "source", value: .string(merge.source.name)),
        JSON.Member(
          name: "still_open",
          value: .array(
            report.newConflicts.filter { now.contains(MergeReport.Place($0)) }.map { json($0) })),
      ] + members(merge.counts))
  }

  private func json(_ conflict: Conflict) -> JSON {
    .object([
      "record": .string(conflict.record.description), "field": text.field(conflict).map { .string($0.name) } ?? .null,
      "item": ItemText.json(conflict.item),
    ])
  }

  private func members(_ counts: MergeCounts) -> [JSON.Member] {
    let members: KeyValuePairs<String, JSON> = [
      "received": .integer(counts.received), "changes_applied": .integer(counts.applied),
      "changes_known": .integer(counts.known), "changes_pending": .integer(counts.pending),
      "changes_void": .integer(counts.void), "changes_carried": .integer(counts.carried),
      "refused": .integer(counts.refused), "nothing_lost": .bool(counts.isBalanced),
      "operations_applied": .integer(counts.operations), "records_created": .integer(counts.created),
      "records_changed": .integer(counts.changed), "new_conflict_count": .integer(counts.newConflicts),
      "new_conflicts": .array(report.newConflicts.map { (try? text.jsonWithConsequences($0)) ?? text.json($0) }),
      "settled_conflicts": .integer(counts.settled), "open_conflicts": .integer(counts.openConflicts),
      "possible_duplicates": .integer(counts.possibleDuplicates), "new_problem_count": .integer(counts.newProblems),
      "new_problems": .array(report.newProblems.map { ProblemText.json($0, text.schema, text.replica) }),
      "settled_problems": .integer(counts.settledProblems), "open_problems": .integer(counts.openProblems),
      "join_count": .integer(counts.joins), "joins": .array(report.joins.map { join($0) }),
      "notice_count": .integer(counts.notices),
      "notices": .array(report.notices.map { notice($0) }),
      "forks": .array(
        report.forks.map { fork in
          .object([
            "replica": .string(fork.stream.replica.description),
            "laptop": .string(text.people.laptop(fork.stream.replica)),
            "after_change": .integer(fork.number),
            "branches": .array(
              fork.branches.map { branch in
                .object(["replica": .string(branch.name.description), "digest": .string(branch.digest.description)])
              }),
          ])
        }),
      "clocks": .array(
        report.clocks.map { clock in
          .object([
            "replica": .string(clock.replica.description), "laptop": .string(text.people.laptop(clock.replica)),
            "claimed": .string(clock.claimed.description), "class": .string(clock.isAhead ? "ahead" : "backwards"),
          ])
        }),
      "refused_segments": .array(
        report.refusedSegments.map { segment in
          .object([
            "replica": .string(segment.stream.replica.description), "first": .integer(segment.range.lowerBound),
            "last": .integer(segment.range.upperBound), "member": .string(segment.member.description),
            "reason": .string(segment.reason.rawValue),
          ])
        }),
      "pending": .array(report.pending.map { Self.json($0) }),
      "rows": .array(
        report.rows.map { row in
          .object([
            "line": .integer(row.line), "message": .string(row.text),
            "record": row.record.map { .string($0.description) } ?? .null,
          ])
        }),
    ]
    return members.map { JSON.Member(name: $0.key, value: $0.value) }
  }

  private func join(_ join: MergeReport.Join) -> JSON {
    .object([
      "act": .string(join.isJoined ? "joined" : "separated"),
      "records": .array(join.records.map { .string($0.description) }), "author": .string(join.stamp.author),
      "replica": .string(text.people.laptop(join.dot.replica)), "time": .string(join.stamp.time.description),
      "reason": join.reason.isEmpty ? .null : .string(join.reason),
    ])
  }

  private func notice(_ notice: MergeReport.Notice) -> JSON {
    let field = text.field(notice.field, of: notice.kind)
    return .object([
      "record": .string(notice.record.description), "class": .string(notice.class.rawValue),
      "field": field.map { .string($0.name) } ?? .null, "item": ItemText.json(notice.item),
      "people": .array(notice.people.map { .string($0.author) }),
      "rule": notice.rule.isEmpty ? .null : .string(notice.rule), "shown": text.json(notice.shown, of: field),
      "base": text.json(notice.base, of: field), "sides": text.json(notice.sides, of: field),
    ])
  }

  private static func json(_ report: SyncReport) -> JSON {
    .object([
      "bundles_applied": .integer(report.bundlesApplied.count),
      "bundles_written": .integer(report.bundlesWritten.count),
      "bytes_written": .integer(report.bytesWritten), "bundles_removed": .integer(report.bundlesRemoved),
      "attachments": AttachmentText.json(report.attachments),
      "skipped": .array(report.skipped.map { .object(["name": .string($0.name), "reason": .string($0.reason)]) }),
    ])
  }

  /// What waits, for programs.
  static func json(_ pending: PendingSegment) -> JSON {
    .object([
      "replica": .string(pending.stream.replica.description), "first": .integer(pending.range.lowerBound),
      "last": .integer(pending.range.upperBound), "reason": .string(pending.reason.rawValue),
      "missing": .array(
        pending.missing.map { place in
          .object(["replica": .string(place.stream.replica.description), "change": .integer(place.tip.number)])
        }),
    ])
  }
}
