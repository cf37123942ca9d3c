import Quan

/// A merge report as people read it: what it came to in the first line, what needs a person on top, then what was merged
/// by rule and why, then what is good to know, then the next command.
struct MergeText {
  let replica: Replica
  let options: GlobalOptions
  /// Whether all of it is written out, or the first of each sort.
  var isWhole = false
  /// Whether the merge is a trial, of which nothing is kept.
  var isTrial = false

  /// How many of each sort are written out.
  private static let shown = 10

  // MARK: After a merge

  func talk(_ report: MergeReport, sync: SyncReport? = nil) throws {
    if options.json {
      Terminal.print(try MergeJSON(replica, report).object(sync).line)
      return
    }
    let text = try ConflictText(replica, reveal: options.reveal, labels: report.labels)
    var counts = report.counts
    counts.openConflicts = try openConflicts(report)
    for line in head(counts, number: report.number) { Terminal.print(line) }
    if !report.newConflicts.isEmpty {
      Terminal.print("")
      Terminal.print(
        say("需要您处理 (新出现 \(counts.newConflicts) 处):", "Needs you (\(counts.newConflicts) new):"))
      for line in try text.lines(part(report.newConflicts)) { Terminal.print(line) }
      rest(report.newConflicts.count, say("全部: quan conflict list", "all: quan conflict list"))
    }
    try talkProblems(report, counts)
    try talkRest(report, counts, text)
    OpenMatters.remark(conflicts: counts.openConflicts, problems: try openProblems(report))
  }

  /// How many conflicts are open: as the merge left them, also when it is not kept.
  func openConflicts(_ report: MergeReport) throws -> Int {
    report == MergeReport() ? try replica.conflictCount() : report.openConflicts
  }

  /// How many problems are open: as the merge left them, also when it is not kept.
  private func openProblems(_ report: MergeReport) throws -> Int {
    report == MergeReport() ? try replica.problemCount() : report.openProblems
  }

  /// What the merged data breaks that it did not break before.
  private func talkProblems(_ report: MergeReport, _ counts: MergeCounts) throws {
    guard !report.newProblems.isEmpty else { return }
    let text = try ProblemText(replica, reveal: options.reveal)
    Terminal.print("")
    Terminal.print(say("需要核实 (新出现 \(counts.newProblems) 个):", "To be looked into (\(counts.newProblems) new):"))
    for problem in part(report.newProblems) { for line in try text.brief(problem) { Terminal.print(line) } }
    rest(counts.newProblems, say("全部: quan problem list", "all: quan problem list"))
  }

  // MARK: Seen again

  /// A merge that was kept, with what has become of its conflicts.
  func talk(_ merge: SavedMerge) throws {
    if options.json {
      Terminal.print(try MergeJSON(replica, merge.report).object(saved: merge).line)
      return
    }
    let text = try ConflictText(replica, reveal: options.reveal, labels: merge.report.labels)
    Terminal.print("\(ValueText.time(merge.time))  \(Self.name(of: merge.source))")
    for line in head(merge.counts, number: merge.number) { Terminal.print(line) }
    if !merge.report.newConflicts.isEmpty {
      let open = try merge.report.newConflicts.filter { try current($0) != nil }
      Terminal.print("")
      Terminal.print(
        say(
          "需要您处理 (当时 \(merge.counts.newConflicts) 处, 现在还有 \(open.count) 处):",
          "Needs you (\(merge.counts.newConflicts) then, \(open.count) still open):"))
      for group in try text.grouped(part(merge.report.newConflicts)) {
        Terminal.print(try text.head(group.subject, group.scope))
        for conflict in group.items {
          let lines =
            try current(conflict).map { try text.lines($0, in: group.subject) }
            ?? Wrap.lines(
              "", try settled(MergeReport.Place(conflict), in: group.subject, text), columns: text.columns - 2)
          for line in lines { Terminal.print("  " + line) }
        }
      }
      rest(
        merge.counts.newConflicts,
        say("全部: quan merge show \(merge.number) --all", "all: quan merge show \(merge.number) --all"))
    }
    try talkProblems(merge.report, merge.counts)
    try talkRest(merge.report, merge.counts, text)
    OpenMatters.remark(conflicts: try replica.conflictCount(), problems: try replica.problemCount())
  }

  /// Where a merge came from, in words.
  static func name(of source: MergeSource) -> String {
    let name = Terminal.neutral(source.name)
    switch source {
    case .folder: return say("来自文件夹 \(name)", "from the folder \(name)")
    case .bundle: return say("来自包文件 \(name)", "from the bundle \(name)")
    case .replica: return say("来自副本 \(name)", "from the replica \(name)")
    case .laptop: return say("来自网络上的 \(name)", "from \(name) on the network")
    case .file: return say("导入自 \(name)", "imported from \(name)")
    }
  }

  /// The conflict as it stands, if it does.
  private func current(_ conflict: Conflict) throws -> Conflict? {
    do {
      return try replica.conflicts(of: conflict.record).first { $0.field == conflict.field && $0.item == conflict.item }
    } catch let error as StoreError where error.code == .notFound {
      return nil
    }
  }

  // MARK: Parts

  private func part<T>(_ items: [T]) -> [T] { isWhole ? items : Array(items.prefix(Self.shown)) }

  /// Says that there are more than are written out.
  private func rest(_ count: Int, _ hint: String) {
    guard !isWhole, count > Self.shown else { return }
    Terminal.print("  " + say("... 另有 \(count - Self.shown) 处; ", "... \(count - Self.shown) more; ") + hint)
  }

  /// What the merge came to: on one line if there is room.
  func head(_ counts: MergeCounts, number: Int64?) -> [String] {
    let name =
      isTrial
      ? say("试合并 (不保留)", "Trial merge, not kept")
      : number.map { say("合并 \($0)", "Merge \($0)") } ?? say("合并", "Merge")
    let first = say(
      "\(name): 新增 \(counts.created)  变更 \(counts.changed)  相同 \(counts.known)  待您处理 \(counts.openConflicts)  疑似重复 \(counts.possibleDuplicates)",
      "\(name): \(counts.created) new, \(counts.changed) changed, \(counts.known) same, \(counts.openConflicts) need you, \(counts.possibleDuplicates) possible duplicates"
    )
    let refused =
      counts.refused > 0 ? say(" + 未导入 \(counts.refused)", " + \(counts.refused) left out") : ""
    let carried =
      counts.carried > 0 ? say(" + 代传 \(counts.carried)", " + \(counts.carried) carried for others") : ""
    let verdict =
      counts.isBalanced
      ? say("没有丢失", "nothing lost") : say("数目不符, 请运行 quan verify", "the counts differ; run quan verify")
    let balance = say(
      "(收到 \(counts.received) = 并入 \(counts.applied) + 相同 \(counts.known) + 等待 \(counts.pending)\(carried)\(refused); \(verdict))",
      "(\(counts.received) in = \(counts.applied) taken in + \(counts.known) same + \(counts.pending) waiting\(carried)\(refused); \(verdict))"
    )
    let line = first + "  " + balance
    if DisplayWidth.of(line) <= Terminal.columns { return [line] }
    return Wrap.lines("", first, columns: Terminal.columns) + Wrap.lines("  ", balance, columns: Terminal.columns)
  }

  /// What was merged by rule, what is good to know, and what waits.
  private func talkRest(_ report: MergeReport, _ counts: MergeCounts, _ text: ConflictText) throws {
    let notices = NoticeText(text: text)
    let more = say("全部: quan merge show --all", "all: quan merge show --all")
    let decided = report.notices.filter { $0.class != .parallelUpdate }
    if !decided.isEmpty {
      Terminal.print("")
      Terminal.print(say("自动合并 (\(decided.count) 处):", "Merged by rule (\(decided.count)):"))
      for line in try notices.lines(part(decided)) { Terminal.print(line) }
      rest(decided.count, more)
    }
    let parallel = report.notices.filter { $0.class == .parallelUpdate }
    if !report.rows.isEmpty {
      Terminal.print("")
      Terminal.print(say("未导入的行 (\(counts.refused)):", "Lines left out (\(counts.refused)):"))
      for row in part(report.rows) {
        let record = try row.record.map { try text.name(of: $0) + ": " } ?? ""
        for line in Wrap.lines(
          "  " + say("第 \(row.line) 行: ", "line \(row.line): "), record + row.text, columns: text.columns)
        {
          Terminal.print(line)
        }
      }
      rest(counts.refused, more)
    }
    let joins = try part(report.joins).map { try notices.line($0) }
    let news =
      try joins + part(report.settled).map { try settled($0, in: nil, text) } + notices.parallel(part(parallel))
    let others = RemarkText.lines(report, text.people)
    guard !news.isEmpty || !others.isEmpty else { return }
    Terminal.print("")
    Terminal.print(say("供参考:", "Good to know:"))
    for line in news { for part in Wrap.lines("  ", line, columns: text.columns) { Terminal.print(part) } }
    rest(max(parallel.count, counts.settled, counts.joins), more)
    for line in others { for part in Wrap.lines("  ", line, columns: text.columns) { Terminal.print(part) } }
  }

  /// That a conflict is settled: what holds now, and by whom.
  private func settled(_ place: MergeReport.Place, in subject: RecordID?, _ text: ConflictText) throws -> String {
    let name = place.record == subject ? "" : try text.name(of: place.record) + " "
    let done = say("已处理: ", "settled: ")
    guard let field = text.field(place.field, of: place.kind) else {
      let isThere = try replica.record(place.record)?.presence == .present
      return name + done + (isThere ? say("记录保留", "the record stays") : say("记录已删除", "the record is deleted"))
    }
    let origin = try replica.origins(of: place.record, field: field.id, item: place.item).first
    let value = (origin?.shown ?? []).map {
      ValueText.human($0, of: field, replica: replica, reveal: options.reveal)
    }.joined(separator: " | ")
    let who = try origin?.sides.first.map { "  <- " + (try text.who($0, in: place.scope)) } ?? ""
    let item = try text.suffix(place.item, of: place.field, in: place.record)
    return
      "\(name)\(Titles.field(field))\(item) (\(field.name)\(item)) \(done)\(value.isEmpty ? say("(空)", "(empty)") : value)\(who)"
  }
}
