import Quan

/// A merge report as people read it: one line first, what needs a person on top, then the next command.
struct MergeText {
  let replica: Replica
  let options: GlobalOptions

  /// How many conflicts and notices are written out.
  private static let shown = 10

  func talk(_ report: MergeReport, sync: SyncReport? = nil) throws {
    if options.json {
      Terminal.print(try json(report, sync).line)
      return
    }
    let open = try openConflicts(report)
    let schema = try replica.schema()
    let changes = report.changesApplied
    Terminal.print(
      say(
        "合并: 更改 \(changes)  新增记录 \(report.recordsCreated)  变更记录 \(report.recordsChanged.count)  已有 \(report.changesKnown)  等待 \(report.changesPending)  待您处理 \(open)",
        "Merged: \(changes) changes, \(report.recordsCreated) new records, \(report.recordsChanged.count) changed, \(report.changesKnown) known, \(report.changesPending) waiting, \(open) need you"
      ))
    let text = try ConflictText(replica, reveal: options.reveal)
    for conflict in report.newConflicts.prefix(Self.shown) {
      for line in try text.lines(conflict, schema: schema) { Terminal.print(line) }
    }
    if report.newConflicts.count > Self.shown {
      let rest = report.newConflicts.count - Self.shown
      Terminal.print(say("    ... 另有 \(rest) 处: quan conflict list", "    ... \(rest) more: quan conflict list"))
    }
    try talkNotices(report, schema: schema)
    for fork in report.forks {
      let names = fork.branches.map { "\($0.name) (\($0.digest.description.prefix(16)))" }.joined(separator: ", ")
      let laptop = text.people.laptop(fork.stream.replica)
      Terminal.print(
        say(
          "注意: 电脑 \(laptop) 的身份被两台机器使用 (整机克隆?), 两边的更改都已保留: \(names)",
          "Note: the identity of \(laptop) was used by two machines (a whole clone?); both branches are kept: \(names)")
      )
    }
    for clock in report.clocks {
      let laptop = text.people.laptop(clock.replica)
      let time = ValueText.time(clock.claimed)
      Terminal.print(
        clock.isAhead
          ? say(
            "注意: 电脑 \(laptop) 的时钟超前 (写着 \(time)); 不影响合并",
            "Note: the clock of \(laptop) is ahead (it says \(time)); merging does not depend on it")
          : say(
            "注意: 电脑 \(laptop) 的时钟倒退过 (退到 \(time)); 不影响合并",
            "Note: the clock of \(laptop) went backwards (to \(time)); merging does not depend on it"))
    }
    for pending in report.pending.prefix(Self.shown) { Terminal.print(Self.line(pending, text.people)) }
    if let conflict = report.newConflicts.first {
      Terminal.remark(say("下一步: ", "Next: ") + (try text.hint(conflict, schema: schema)))
    } else if open > 0 {
      Terminal.remark(say("下一步: quan conflict list", "Next: quan conflict list"))
    }
  }

  /// How many conflicts are open: as the merge left them, also when it is not kept.
  func openConflicts(_ report: MergeReport) throws -> Int {
    report == MergeReport() ? try replica.conflictCount() : report.openConflicts
  }

  private func talkNotices(_ report: MergeReport, schema: Schema) throws {
    for notice in report.notices.prefix(Self.shown) {
      let field = notice.field.flatMap { schema.kind(notice.kind)?.field($0) }
      let what: String
      switch notice.class {
      case .parallelUpdate: what = say("多人同时改了不同的项, 已合并", "several people changed different fields; all kept")
      case .decidedByRule:
        what = say(
          "按规则 \(field?.rule.text ?? "") 取值, 其他值仍保留",
          "decided by rule \(field?.rule.text ?? ""); the other values are kept")
      case .cleared: what = say("有人清空, 有人填写, 保留填写的值", "cleared by one, set by another; the value stands")
      case .forked: what = say("身份分叉", "forked identity")
      }
      let short = try replica.shortForm(of: notice.record)
      Terminal.print("  - [\(short)] \(field.map { Titles.field($0) } ?? ""): \(what)")
    }
    if report.noticeCount > Self.shown {
      let rest = report.noticeCount - Self.shown
      Terminal.print(say("  - ... 另有 \(rest) 条", "  - ... \(rest) more"))
    }
  }

  /// What waits, and for what from whom.
  static func line(_ pending: PendingSegment, _ people: People) -> String {
    let who = people.laptop(pending.stream.replica)
    let range = "\(pending.range.lowerBound)-\(pending.range.upperBound)"
    let missing = pending.missing.map {
      say(
        "\(people.laptop($0.stream.replica)) 的更改 \($0.tip.number)",
        "change \($0.tip.number) of \(people.laptop($0.stream.replica))")
    }.joined(separator: ", ")
    return say("等待: \(who) 的更改 \(range), 缺少 \(missing)", "Waiting: changes \(range) of \(who), for \(missing)")
  }

  private func json(_ report: MergeReport, _ sync: SyncReport?) throws -> JSON {
    let text = try ConflictText(replica, reveal: true)
    let schema = try replica.schema()
    return .object([
      "changes_applied": .integer(report.changesApplied), "changes_known": .integer(report.changesKnown),
      "changes_pending": .integer(report.changesPending), "operations_applied": .integer(report.operationsApplied),
      "records_created": .integer(report.recordsCreated), "records_changed": .integer(report.recordsChanged.count),
      "new_conflicts": .array(report.newConflicts.map { text.json($0, schema: schema) }),
      "settled_conflicts": .integer(report.settledConflicts), "open_conflicts": .integer(try openConflicts(report)),
      "notices": .array(
        report.notices.map { notice in
          .object([
            "record": .string(notice.record.description), "class": .string(notice.class.rawValue),
            "field": notice.field.flatMap { schema.kind(notice.kind)?.field($0) }.map { .string($0.name) } ?? .null,
          ])
        }),
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
      "pending": .array(report.pending.map { Self.json($0) }), "exchange": sync.map { Self.json($0) } ?? .null,
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
      "last": .integer(pending.range.upperBound),
      "missing": .array(
        pending.missing.map { place in
          .object(["replica": .string(place.stream.replica.description), "change": .integer(place.tip.number)])
        }),
    ])
  }
}
