import Quan

/// What a lost laptop held, as people read it and as programs do.
struct IncidentText {
  private let incident: Incident
  private let label: String
  private let person: String
  private let replica: Replica
  private let reveal: Bool
  private let schema: Schema
  private let scopes: [ScopeID: String]
  /// The kinds that others belong to and that belong to nothing themselves: people.
  private let people: Set<KindID>

  init(_ incident: Incident, _ label: String, _ person: String, _ replica: Replica, reveal: Bool) throws {
    self.incident = incident
    self.label = label
    self.person = person
    self.replica = replica
    self.reveal = reveal
    schema = try replica.schema()
    scopes = Dictionary(try replica.scopes().map { ($0.id, $0.label) }) { first, _ in first }
    let owners = Set(schema.kinds.flatMap { $0.fields.filter(\.belongs).map(\.target) })
    people = Set(schema.kinds.filter { owners.contains($0.name) && !$0.fields.contains(where: \.belongs) }.map(\.id))
  }

  private func scope(_ id: ScopeID) -> String { Terminal.neutral(scopes[id] ?? id.description) }

  private func time(_ time: Instant?) -> String { time.map { ValueText.time($0) } ?? say("不详", "unknown") }

  private func title(_ held: Incident.Held) throws -> String {
    guard let record = try? replica.record(held.record.record) else { return "" }
    return Titles.title(record, reveal: reveal)
  }

  // MARK: People

  /// Prints what was held, of people at most so many, and what to do.
  func print(limit: Int) throws {
    let name = label.isEmpty ? incident.replicas.first?.description ?? "" : label
    Terminal.print(
      say("电脑 ", "Laptop ") + Terminal.neutral(name)
        + (person.isEmpty ? "" : ", \(Terminal.neutral(person))"))
    Terminal.print(
      say("  最后一次听到: ", "  last heard of: ") + time(incident.lastHeard)
        + (incident.revoked.map { say("; 撤销: ", "; revoked: ") + ValueText.time($0) } ?? ""))
    for access in incident.access {
      let role = access.role.map { MemberText.role($0) + ", " } ?? ""
      Terminal.print("  \(scope(access.scope))  \(role)" + say("自 ", "since ") + time(access.since))
    }
    var table = Table([
      say("类型", "kind"), say("条数", "records"), say("其中已确认", "confirmed"), say("敏感级别", "sensitivity"),
      say("敏感字段", "sensitive fields"),
    ])
    for kind in incident.kinds {
      let fields = kind.fields.filter { $0.sensitivity == .sensitive || $0.sensitivity == .confidential }
      table.add([
        Titles.kind(kind.kind), String(kind.count), String(kind.confirmedCount), kind.sensitivity.rawValue,
        fields.map { Titles.field($0) }.joined(separator: say("、", ", ")),
      ])
    }
    if !table.isEmpty { table.print() }
    let named = incident.records.filter { people.contains($0.kind) }
    for held in named.prefix(max(0, limit)) {
      let mark = held.isConfirmed ? " " : "?"
      Terminal.print(
        "\(mark) [\(try replica.shortForm(of: held.record.record))] \(try title(held))  \(scope(held.record.scope))  "
          + say("自 ", "since ") + time(held.since))
    }
    if named.count > limit { Terminal.print(say("... 共 \(named.count) 人", "... \(named.count) in all")) }
    tellNext(name)
  }

  private func tellNext(_ name: String) {
    Terminal.remark(
      say(
        "已确认: 那台电脑写过或说过它有; ? 和其余: 在它可读的范围内, 可能经别的途径到过那里",
        "Confirmed: it made the record or said that it holds it; the others were in scopes that it could read and may have reached it on ways not known here"
      ))
    Terminal.remark(
      say("全部记录: quan incident --laptop \(name) --csv", "All records: quan incident --laptop \(name) --csv"))
    if incident.member != nil && incident.revoked == nil {
      Terminal.remark(
        say(
          "下一步: quan member revoke \(name), 再 quan sync 文件夹", "Next: quan member revoke \(name), then quan sync FOLDER")
      )
    } else if incident.member == nil {
      Terminal.remark(say("下一步: quan replica retire \(name)", "Next: quan replica retire \(name)"))
    }
  }

  // MARK: Programs

  /// All records, a line of CSV each, behind a head.
  func rows() throws -> [String] {
    let sensitivity = Dictionary(incident.kinds.map { ($0.kind.id, $0.sensitivity.rawValue) }) { first, _ in first }
    let head = ["scope", "kind", "record", "title", "confirmed", "since", "sensitivity"]
    return try [CSVWriter.line(head)]
      + incident.records.map { held in
        CSVWriter.line([
          scopes[held.record.scope] ?? held.record.scope.description, schema.kind(held.kind)?.name ?? "",
          held.record.record.description, SpreadsheetText.guarded(try title(held)), held.isConfirmed ? "yes" : "no",
          held.since?.description ?? "", sensitivity[held.kind] ?? "",
        ])
      }
  }

  func json() throws -> JSON {
    let records = try incident.records.map { try json($0) }
    return .object([
      "laptop": .string(label), "person": .string(person),
      "replicas": .array(incident.replicas.map { .string($0.description) }),
      "member": incident.member.map { .string($0.description) } ?? .null, "revoked": Self.json(incident.revoked),
      "last_heard": Self.json(incident.lastHeard), "scopes": .array(incident.access.map { json($0) }),
      "kinds": .array(incident.kinds.map { json($0) }), "records": .array(records),
    ])
  }

  private static func json(_ time: Instant?) -> JSON { time.map { .string($0.description) } ?? .null }

  private func json(_ access: Incident.Access) -> JSON {
    .object([
      "scope": .string(access.scope.description), "label": .string(scopes[access.scope] ?? ""),
      "role": access.role.map { .string($0.rawValue) } ?? .null, "since": Self.json(access.since),
    ])
  }

  private func json(_ kind: Incident.Kind) -> JSON {
    .object([
      "kind": .string(kind.kind.name), "records": .integer(kind.count), "confirmed": .integer(kind.confirmedCount),
      "sensitivity": .string(kind.sensitivity.rawValue), "fields": .array(kind.fields.map { .string($0.name) }),
    ])
  }

  private func json(_ held: Incident.Held) throws -> JSON {
    .object([
      "record": .string(held.record.record.description), "scope": .string(held.record.scope.description),
      "kind": .string(schema.kind(held.kind)?.name ?? ""), "title": .string(try title(held)),
      "confirmed": .bool(held.isConfirmed), "since": Self.json(held.since),
    ])
  }
}
