import Quan

/// What a merge did that needs no decision, in words.
struct NoticeText {
  let text: ConflictText

  /// What rules decided, by pupil: what became of what, why, and whose values were kept beside it.
  func lines(_ notices: [MergeReport.Notice]) throws -> [String] {
    var lines: [String] = []
    for group in try text.grouped(notices, by: { ($0.record, $0.scope, $0.kind) }) {
      lines.append(try text.head(group.subject, group.scope))
      for notice in group.items { lines += try self.lines(notice, in: group.subject) }
    }
    return lines
  }

  private func lines(_ notice: MergeReport.Notice, in subject: RecordID) throws -> [String] {
    let field = text.field(notice.field, of: notice.kind)
    let place = notice.record == subject ? "" : try text.name(of: notice.record) + " · "
    let item = try text.suffix(notice.item, of: notice.field, in: notice.record)
    let name = field.map { "\(Titles.field($0))\(item) (\($0.name)\(item))" } ?? ""
    let shown = values(notice.shown, field)
    if notice.class == .moved {
      let who = names(notice.people)
      return Wrap.lines(
        "  ",
        place
          + say(
            "\(name): \(who) 同时移动了 \(shown); 它只在一处, 各处相同",
            "\(name): \(who) moved \(shown) at once; it is at one place, the same everywhere"),
        columns: text.columns)
    }
    if notice.class == .samePassage {
      var lines = Wrap.lines(
        "  ",
        place + say("\(name): 多人同时改了同一句; 合成 ", "\(name): several people changed one sentence at once; it reads ")
          + "\"\(shown)\"", columns: text.columns)
      for side in notice.sides {
        lines += Wrap.lines(
          "      ", "\"\(text.text(side, field))\"  <- \(try text.who(side, in: notice.scope))", columns: text.columns)
      }
      return lines
    }
    if notice.class == .cleared {
      let who = names(notice.people)
      return Wrap.lines(
        "  ",
        place
          + say(
            "\(name): \(who) 清空, 另有人填写; 保留填写的值 \(shown)",
            "\(name): cleared by \(who), written by another; the value \(shown) stands"),
        columns: text.columns)
    }
    let others = notice.sides.compactMap(\.value).filter { !notice.shown.contains($0) }
    let step = others.isEmpty ? shown : "\(values(others, field)) -> \(shown)"
    let reason = RuleText.reason(notice.rule, of: text.schema.kind(notice.kind))
    var lines = Wrap.lines("  ", "\(place)\(name): \(step)  (\(reason))", columns: text.columns)
    for side in notice.sides {
      lines += Wrap.lines(
        "      ", "\(text.text(side, field))  <- \(try text.who(side, in: notice.scope))", columns: text.columns)
    }
    return lines
  }

  /// Records on which several people changed different fields at once, a line each.
  func parallel(_ notices: [MergeReport.Notice]) throws -> [String] {
    var order: [RecordID] = []
    var byRecord: [RecordID: [MergeReport.Notice]] = [:]
    for notice in notices {
      if byRecord[notice.record] == nil { order.append(notice.record) }
      byRecord[notice.record, default: []].append(notice)
    }
    return try order.map { record in
      let own = byRecord[record] ?? []
      let fields = own.compactMap { text.field($0.field, of: $0.kind).map { Titles.field($0) } }
      let who = names(own.flatMap(\.people))
      return try text.name(of: record)
        + say(
          ": 多人同时改了不同的项, 都已保留: \(fields.joined(separator: "、")) (\(who))",
          ": several people changed different fields, all kept: \(fields.joined(separator: ", ")) (\(who))")
    }
  }

  /// That records were joined or separated: which, by whom and why.
  func line(_ join: MergeReport.Join) throws -> String {
    let names = try join.records.map { record in
      let title = try text.replica.record(record).map { Titles.title($0, reveal: text.reveal) } ?? ""
      return "[\(try text.replica.shortForm(of: record))]" + (title.isEmpty ? "" : " " + title)
    }
    let reason = join.reason.isEmpty ? "" : "  \"\(Terminal.neutral(join.reason))\""
    let who = text.people.name(join.stamp, join.dot.replica) + reason
    return names.joined(separator: " + ")
      + (join.isJoined
        ? say(": 合并为一条记录  <- \(who)", ": one record from now on  <- \(who)")
        : say(": 又拆成两条记录  <- \(who)", ": two records again  <- \(who)"))
  }

  private func values(_ values: [Value], _ field: FieldDefinition?) -> String {
    values.map { ValueText.human($0, of: field, replica: text.replica, reveal: text.reveal) }.joined(separator: " | ")
  }

  private func names(_ people: [Stamp]) -> String {
    var names: [String] = []
    for name in people.map({ Terminal.neutral($0.author) }) where !names.contains(name) { names.append(name) }
    return names.joined(separator: say("、", ", "))
  }
}

/// What a merge found out about laptops: forks, clocks, and what waits for whom.
enum RemarkText {
  static func lines(_ report: MergeReport, _ people: People) -> [String] {
    let forks = report.forks.map { fork in
      let names = fork.branches.map { "\($0.name) (\($0.digest.description.prefix(16)))" }.joined(separator: ", ")
      let laptop = people.laptop(fork.stream.replica)
      return say(
        "注意: 电脑 \(laptop) 的身份被两台机器使用 (整机克隆?), 两边的更改都已保留: \(names)",
        "Note: the identity of \(laptop) was used by two machines (a whole clone?); both branches are kept: \(names)")
    }
    let clocks = report.clocks.map { clock in
      let laptop = people.laptop(clock.replica)
      let time = ValueText.time(clock.claimed)
      return clock.isAhead
        ? say(
          "注意: 电脑 \(laptop) 的时钟超前 (写着 \(time)); 不影响合并",
          "Note: the clock of \(laptop) is ahead (it says \(time)); merging does not depend on it")
        : say(
          "注意: 电脑 \(laptop) 的时钟倒退过 (退到 \(time)); 不影响合并",
          "Note: the clock of \(laptop) went backwards (to \(time)); merging does not depend on it")
    }
    let void =
      report.changesVoid == 0
      ? []
      : [
        say(
          "作废: \(report.changesVoid) 个更改, 作者无权写入",
          "Void: \(report.changesVoid) changes whose authors had no right to make them")
      ]
    let refused = report.refusedSegments.prefix(10).map { segment in
      let range = "\(segment.range.lowerBound)-\(segment.range.upperBound)"
      return switch segment.reason {
      case .feigned:
        say(
          "拒收: 更改 \(range) 冒用成员 \(segment.member) 的签名",
          "Refused: changes \(range) feign the signature of member \(segment.member)")
      case .lying:
        say(
          "拒收: 更改 \(range) 的密封与内容不符, 封口署名是成员 \(segment.member)",
          "Refused: the seal of changes \(range), in the name of member \(segment.member), is not of what they hold")
      }
    }
    return forks + clocks + void + refused + report.pending.prefix(10).map { line($0, people) }
  }

  /// What waits, and for what from whom.
  static func line(_ pending: PendingSegment, _ people: People) -> String {
    let who = people.laptop(pending.stream.replica)
    let range = "\(pending.range.lowerBound)-\(pending.range.upperBound)"
    switch pending.reason {
    case .stranger:
      return say(
        "搁置: \(who) 的更改 \(range), 签名者不是成员",
        "Kept aside: changes \(range) of \(who), signed by no member")
    case .unsigned:
      return say("搁置: \(who) 的更改 \(range), 没有签名", "Kept aside: changes \(range) of \(who), not signed")
    case .sealed:
      return say(
        "搁置: \(who) 的更改 \(range), 工作区已密封; 申请加入: quan member request 文件",
        "Kept aside: changes \(range) of \(who): the workspace has been sealed; ask with: quan member request FILE")
    case .missing: break
    }
    let missing = pending.missing.map {
      say(
        "\(people.laptop($0.stream.replica)) 的更改 \($0.tip.number)",
        "change \($0.tip.number) of \(people.laptop($0.stream.replica))")
    }.joined(separator: ", ")
    return say("等待: \(who) 的更改 \(range), 缺少 \(missing)", "Waiting: changes \(range) of \(who), for \(missing)")
  }
}
