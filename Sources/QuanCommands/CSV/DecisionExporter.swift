import Quan

/// Writes conflicts, and what else a merge report holds, as a table that somebody decides in elsewhere.
struct DecisionExporter {
  let text: ConflictText

  /// The rows of conflicts that are open.
  func rows(_ conflicts: [Conflict]) throws -> [DecisionTable.Row] { try conflicts.map { try row($0, isOpen: true) } }

  /// The rows of a merge that was kept: its conflicts, those that are settled without a place to decide in; what rules
  /// decided; what several people did at once; and the rows of an import that were left out.
  func rows(_ merge: SavedMerge) throws -> [DecisionTable.Row] {
    var rows = try merge.report.newConflicts.map { conflict in
      let open = try? text.replica.conflicts(of: conflict.record).first {
        $0.field == conflict.field && $0.item == conflict.item
      }
      return try row(open ?? conflict, isOpen: open != nil)
    }
    rows += try merge.report.notices.map { try row($0) }
    rows += try merge.report.joins.map { join in
      let kind = try text.replica.record(join.records[0])?.kind.id ?? join.dot
      let what = join.isJoined ? say("合并为一条记录", "one record from now on") : say("又拆成两条记录", "two records again")
      var row = try self.row(what, join.records[0], join.scope, kind, nil)
      row.sides = [
        (
          try join.records.map { try text.replica.shortForm(of: $0) }.joined(separator: " + "),
          text.people.name(join.stamp, join.dot.replica)
        )
      ]
      row.reason = join.reason
      return row
    }
    rows += merge.report.rows.map { note in
      DecisionTable.Row(
        what: say("未导入的行 \(note.line)", "line \(note.line) left out"), record: note.record, reason: note.text)
    }
    return rows
  }

  private func row(_ conflict: Conflict, isOpen: Bool) throws -> DecisionTable.Row {
    let field = text.field(conflict)
    var row = try self.row(
      isOpen ? text.name(of: conflict.class) : say("冲突, 已处理", "conflict, settled"), conflict.record, conflict.scope,
      conflict.kind, field)
    row.was = values(conflict.base, field)
    row.sides = try conflict.sides.map { (text.text($0, field), try text.who($0, in: conflict.scope)) }
    if isOpen { row.check = DecisionTable.check(conflict) }
    return row
  }

  private func row(_ notice: MergeReport.Notice) throws -> DecisionTable.Row {
    let field = text.field(notice.field, of: notice.kind)
    let what =
      switch notice.class {
      case .parallelUpdate: say("多人同时改了不同的项, 都已保留", "different fields at once, all kept")
      case .decidedByRule: say("自动合并", "merged by rule")
      case .cleared: say("有人清空, 有人填写; 保留填写的值", "cleared by one, written by another; the value stands")
      case .moved: say("多人同时移动了同一项", "moved by several at once; it is at one place")
      case .samePassage: say("多人同时改了同一句, 都已保留", "one sentence changed by several at once, all kept")
      case .forked: say("电脑身份被两台机器使用", "an identity used by two machines")
      }
    var row = try self.row(what, notice.record, notice.scope, notice.kind, field)
    row.was = values(notice.base, field)
    row.sides = try notice.sides.map { (text.text($0, field), try text.who($0, in: notice.scope)) }
    if row.sides.isEmpty {
      row.sides = [(values(notice.shown, field), notice.people.map(\.author).joined(separator: ", "))]
    }
    if !notice.rule.isEmpty { row.reason = RuleText.reason(notice.rule, of: text.schema.kind(notice.kind)) }
    return row
  }

  private func row(
    _ what: String, _ record: RecordID, _ scope: ScopeID, _ kind: KindID, _ field: FieldDefinition?
  ) throws -> DecisionTable.Row {
    var row = DecisionTable.Row(what: what, record: record, field: field)
    row.kind = text.schema.kind(kind).map { Titles.kind($0) } ?? ""
    row.name = try text.replica.record(record).map { Titles.title($0, reveal: text.reveal) } ?? ""
    row.scope = text.label(of: scope)
    return row
  }

  private func values(_ values: [Value], _ field: FieldDefinition?) -> String {
    values.map { ValueText.human($0, of: field, replica: text.replica, reveal: text.reveal) }.joined(separator: " | ")
  }
}
