import Quan

/// Records as people read them and as programs do.
struct RecordText {
  let replica: Replica
  let options: GlobalOptions

  /// The lines that show a record with all its fields, conflicts marked.
  ///
  /// - Parameter isPast: Whether it is shown as it was, so that there is nothing to do about it.
  func lines(_ record: Record, isPast: Bool = false) throws -> [String] {
    let short = try replica.shortForm(of: record.id)
    var lines = ["[\(short)] \(Titles.kind(record.kind)) \(Titles.title(record, reveal: options.reveal))"]
    if !record.others.isEmpty {
      let others = try record.others.map { try replica.shortForm(of: $0) }.joined(separator: say("、", ", "))
      lines.append("  " + say("由几条合并而成, 也叫 \(others)", "joined of several; also goes by \(others)"))
    }
    switch record.presence {
    case .present: break
    case .deleted:
      lines.append(
        "  "
          + (isPast
            ? say("(已删除)", "(deleted)")
            : say("(已删除; 恢复: quan restore \(short))", "(deleted; quan restore \(short) brings it back)")))
    case .disputed:
      lines.append(
        "  ! " + say("有人删除, 有人修改", "deleted by one, edited by another")
          + (isPast ? "" : ": quan conflict show \(short)"))
    }
    if !isPast { lines += try TransferText.lines(about: record, replica) }
    let width = record.fields.map { DisplayWidth.of(Titles.field($0.definition)) }.max() ?? 0
    for field in record.fields {
      if !field.items.isEmpty {
        lines += try itemLines(field, short)
        lines += otherLines(field)
        continue
      }
      if let prose = prose(field) {
        lines += prose
        continue
      }
      let label = Titles.field(field.definition)
      let mark = field.isConflicted ? "!" : " "
      let padding = String(repeating: " ", count: width - DisplayWidth.of(label))
      let head = "\(mark) \(label)\(padding)  "
      var wait = ""
      if field.isConflicted {
        wait =
          "<- " + say("\(field.sides.count) 个值待定", "\(field.sides.count) values wait")
          + (isPast ? "" : ": quan conflict show \(short) \(field.definition.name)")
      }
      let line = head + text(field) + (wait.isEmpty ? "" : "   " + wait)
      if DisplayWidth.of(line) <= Terminal.columns {
        lines.append(line)
      } else {
        // The command stands on a line of its own, so that it can be copied.
        let indent = String(repeating: " ", count: DisplayWidth.of(head))
        lines += Wrap.lines(head, text(field), columns: Terminal.columns)
        if !wait.isEmpty { lines += Wrap.lines(indent, wait, columns: Terminal.columns) }
      }
      lines += otherLines(field)
    }
    if !isPast { lines += try problems(of: record) }
    return lines
  }

  /// A text of several lines as it was written, its label above it; `nil` for all else, and for what is masked.
  private func prose(_ field: FieldView) -> [String]? {
    guard field.definition.container == .text, !field.isConflicted, case .text(let text)? = field.shown.first,
      text.contains("\n"), options.reveal || !ValueText.isMasked(field.definition)
    else { return nil }
    let body = text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
      Wrap.lines("    ", Terminal.neutral(String(line)), columns: Terminal.columns)
    }
    return ["  \(Titles.field(field.definition))"] + body + otherLines(field)
  }

  /// What a field holds in other forms than its definition says, a line each.
  private func otherLines(_ field: FieldView) -> [String] {
    field.otherForms.map { form in
      let values = form.values.map {
        ValueText.human($0, of: field.definition, replica: replica, reveal: options.reveal)
      }
      return "    "
        + say("另有写成\(Titles.container(form.container))的: ", "also there as a \(Titles.container(form.container)): ")
        + values.joined(separator: say("、", ", "))
    }
  }

  /// The lines of a map or list: one an item, keys in order, elements by number.
  private func itemLines(_ field: FieldView, _ short: String) throws -> [String] {
    let labels = field.items.enumerated().map { index, item in
      item.key.map { Terminal.neutral($0) } ?? "\(index + 1)."
    }
    let width = labels.map { DisplayWidth.of($0) }.max() ?? 0
    var lines = ["\(field.isConflicted ? "!" : " ") \(Titles.field(field.definition))"]
    for (label, item) in zip(labels, field.items) {
      let padding = String(repeating: " ", count: width - DisplayWidth.of(label))
      let values = item.shown.map {
        ValueText.human($0, of: field.definition, replica: replica, reveal: options.reveal)
      }
      var line = "\(item.isConflicted ? "!" : " ")   \(label)\(padding)  \(values.joined(separator: " | "))"
      if item.isConflicted {
        let name = ConflictText.quoted(field.definition.name + ItemText.suffix(item.item, of: field))
        line +=
          "   <- " + say("\(item.sides.count) 个值待定: ", "\(item.sides.count) values wait: ")
          + "quan conflict show \(short) \(name)"
      }
      if !item.otherPlaces.isEmpty {
        line += "   " + say("(多人同时移动过)", "(moved by several people at once)")
      }
      lines.append(line)
    }
    return lines
  }

  /// What the record breaks, with how to look at it.
  private func problems(of record: Record) throws -> [String] {
    let problems = try replica.problems(of: record.id, limit: 10)
    guard !problems.isEmpty else { return [] }
    let text = try ProblemText(replica, reveal: options.reveal)
    return problems.map { "? \(text.title($0))   <- quan problem show \(text.code($0))" }
  }

  /// What a field shows.
  func text(_ field: FieldView) -> String {
    if field.definition.container == .map {
      return field.items.map { item in
        let values = item.shown.map {
          ValueText.human($0, of: field.definition, replica: replica, reveal: options.reveal)
        }
        return "\(Terminal.neutral(item.key ?? "")): \(values.joined(separator: " | "))"
      }.joined(separator: say("、", ", "))
    }
    return field.shown.map { ValueText.human($0, of: field.definition, replica: replica, reveal: options.reveal) }
      .joined(separator: field.definition.container == .register ? " | " : say("、", ", "))
  }

  /// A record for programs.
  func json(_ record: Record) -> JSON {
    var members: [JSON.Member] = [
      JSON.Member(name: "id", value: .string(record.id.description)),
      JSON.Member(name: "kind", value: .string(record.kind.name)),
      JSON.Member(name: "fields", value: Self.fields(record)),
      JSON.Member(name: "scope", value: .string(record.scope.description)),
      JSON.Member(name: "state", value: .string(Self.state(record.presence))),
      JSON.Member(
        name: "conflicts", value: .array(record.fields.filter(\.isConflicted).map { .string($0.definition.name) })),
    ]
    if !record.others.isEmpty {
      members.append(JSON.Member(name: "also", value: .array(record.others.map { .string($0.description) })))
    }
    if let external = record[BuiltIn.externalIDName]?.shown.first {
      members.append(JSON.Member(name: "external_id", value: ValueText.json(external, of: nil)))
    }
    return .object(members)
  }

  /// The fields of a record that show something, the outside ID left out.
  static func fields(_ record: Record) -> JSON {
    .object(
      record.fields.filter { $0.definition.name != BuiltIn.externalIDName && !$0.shown.isEmpty }
        .map { JSON.Member(name: $0.definition.name, value: ValueText.json($0)) })
  }

  /// The word for programs.
  static func state(_ presence: Presence) -> String {
    switch presence {
    case .present: "present"
    case .deleted: "deleted"
    case .disputed: "disputed"
    }
  }
}
