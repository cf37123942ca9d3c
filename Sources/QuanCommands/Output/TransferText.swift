import Quan

/// Transfers as people read them and as programs do.
struct TransferText {
  let replica: Replica
  let reveal: Bool
  private let scopes: [ScopeID: String]

  init(_ replica: Replica, reveal: Bool) throws {
    self.replica = replica
    self.reveal = reveal
    scopes = Dictionary(try replica.scopes().map { ($0.id, $0.label) }) { first, _ in first }
  }

  /// A scope by its label.
  func scope(_ scope: ScopeID) -> String { Terminal.neutral(scopes[scope] ?? scope.description) }

  /// How a transfer stands.
  static func state(_ state: Transfer.State) -> String {
    switch state {
    case .offered: say("待接收", "offered")
    case .accepted: say("已接收", "accepted")
    case .declined: say("拒收", "declined")
    case .withdrawn: say("已收回", "withdrawn")
    }
  }

  private func title(_ id: RecordID) throws -> String {
    let short = try replica.shortForm(of: id)
    guard let record = try? replica.record(id) else { return "[\(short)]" }
    return "[\(short)] \(Titles.title(record, reveal: reveal))"
  }

  /// A transfer on one line.
  func line(_ transfer: Transfer) throws -> String {
    let others = transfer.count > 1 ? say(" 及 \(transfer.count - 1) 条", " and \(transfer.count - 1) more") : ""
    return
      "\(try replica.shortForm(of: transfer.id))  \(Self.state(transfer.state))  \(try title(transfer.record))\(others)  "
      + "\(scope(transfer.from)) -> \(scope(transfer.to))"
  }

  func printTable(_ transfers: [Transfer]) throws {
    var table = Table(
      [
        say("转学", "transfer"), say("状态", "state"), say("记录", "record"), say("条数", "count"), say("从", "from"),
        say("到", "to"), say("提出", "offered by"), say("理由", "reason"),
      ], whole: [0, 2])
    for transfer in transfers {
      let by = transfer.stamp.map { "\(Terminal.neutral($0.author)), \(ValueText.time($0.time))" } ?? ""
      table.add([
        try replica.shortForm(of: transfer.id), Self.state(transfer.state), try title(transfer.record),
        String(transfer.count), scope(transfer.from), scope(transfer.to), by, transfer.reason,
      ])
    }
    if !table.isEmpty { table.print() }
  }

  func json(_ transfer: Transfer) throws -> JSON {
    .object([
      "transfer": .string(transfer.id.description), "record": .string(transfer.record.description),
      "records": .integer(transfer.count), "from": .string(transfer.from.description),
      "to": .string(transfer.to.description), "state": .string(transfer.state.rawValue),
      "results": .array(transfer.results.map { .string($0.description) }), "at_hand": .bool(transfer.isAtHand),
      "author": transfer.stamp.map { .string($0.author) } ?? .null,
      "time": transfer.stamp.map { .string($0.time.description) } ?? .null, "reason": .string(transfer.reason),
    ])
  }

  /// Says what has arrived; what a trial would bring has no ID.
  func tell(_ arrivals: [TransferArrival], _ options: GlobalOptions, isTrial: Bool = false) throws {
    if options.json {
      Terminal.print(
        JSON.array(
          arrivals.map { arrival in
            .object([
              "record": isTrial ? .null : .string(arrival.record.description),
              "scope": .string(arrival.scope.description),
              "records": .integer(arrival.count), "forwarded": .bool(arrival.isForwarded),
            ])
          }
        ).line)
      return
    }
    for arrival in arrivals { try tell(arrival) }
    if !arrivals.isEmpty {
      Terminal.talk(say("下一步: quan sync 文件夹, 让原来的范围知道", "Next: quan sync FOLDER, so that the other scope knows"))
    }
  }

  /// Says what has arrived, or in a trial would arrive.
  func tell(_ arrival: TransferArrival, isTrial: Bool = false) throws {
    let place = scope(arrival.scope)
    if isTrial {
      let name = try replica.record(arrival.record).map { Titles.title($0, reveal: reveal) } ?? ""
      Terminal.print(
        arrival.isForwarded
          ? say("将转送到 \(name) (\(place))", "Would be forwarded to \(name) (\(place))")
          : say(
            "将接收 \(name), 共 \(arrival.count) 条, 在 \(place)",
            "Would accept \(name), \(arrival.count) records, in \(place)"))
      return
    }
    let name = try title(arrival.record)
    Terminal.print(
      arrival.isForwarded
        ? say("已转送到 \(name) (\(place))", "Forwarded to \(name) (\(place))")
        : say(
          "已接收 \(name), 共 \(arrival.count) 条, 在 \(place)", "Accepted \(name), \(arrival.count) records, in \(place)"))
  }

  // MARK: Records

  /// Where a record came from and where it went, a line each.
  static func lines(about record: Record, _ replica: Replica) throws -> [String] {
    var lines: [String] = []
    for past in try replica.continuations(of: record.id) {
      let line = try TransferText(replica, reveal: false).cameFrom(past)
      if !lines.contains(line) { lines.append(line) }
    }
    for transfer in try replica.transfers(about: record.id) {
      let text = try TransferText(replica, reveal: false)
      let place = text.scope(transfer.to)
      switch transfer.state {
      case .accepted:
        let results = try transfer.results.map { try replica.shortForm(of: $0) }.joined(separator: say("、", ", "))
        let line =
          transfer.record == record.id
          ? say("已转往 \(place), 现在是 \(results)", "handed over to \(place), now \(results)")
          : say("已随转 \(place)", "went along to \(place)")
        if !lines.contains(line) { lines.append(line) }
      case .offered:
        let short = try replica.shortForm(of: transfer.id)
        lines.append(
          say(
            "已提出转往 \(place), 待接收; 收回: quan transfer withdraw \(short)",
            "offered to \(place); quan transfer withdraw \(short) takes it back"))
      case .declined, .withdrawn: break
      }
    }
    return lines.map { "  " + $0 }
  }

  /// Where a record came from.
  func cameFrom(_ past: Continuation) throws -> String {
    let short = try replica.shortForm(of: past.record.record)
    let place = scope(past.record.scope)
    return say("从 \(place) 转来, 接续 \(short)", "came from \(place), continues \(short)")
  }

  /// Who wrote a value that a record came with.
  func line(_ origin: Continuation.Origin, _ field: FieldDefinition?) -> String {
    let name = field.map { Titles.field($0) } ?? origin.field.description
    let item = origin.key.map { ".\(Terminal.neutral($0))" } ?? origin.place.map { "[\($0 + 1)]" } ?? ""
    let who = [origin.stamp.author, origin.laptop].map { Terminal.neutral($0) }.joined(separator: ", ")
    return "\(who), \(ValueText.time(origin.stamp.time))  " + say("写了 ", "wrote ") + name + item
  }

  /// Who wrote a value that a record came with, for programs.
  func json(_ origin: Continuation.Origin, _ field: FieldDefinition?, _ past: Continuation) -> JSON {
    .object([
      "act": .string("origin"), "field": .string(field?.name ?? origin.field.description),
      "key": origin.key.map { .string($0) } ?? .null, "place": origin.place.map { .integer(Int64($0 + 1)) } ?? .null,
      "author": .string(origin.stamp.author), "replica": .string(origin.laptop),
      "time": .string(origin.stamp.time.description), "continues": .string(past.record.record.description),
    ])
  }

  // MARK: Problems

  /// What is wrong, in a few words.
  static func name(of trouble: TransferTrouble?) -> String {
    switch trouble {
    case .edited: say("转出后在原处又修改", "edited where it came from")
    case .deleted: say("转出后在原处被删除", "deleted where it came from")
    case .stray: say("所属记录已转出, 这条留在原处", "stayed behind")
    case .withdrawn: say("收回的同时被接收", "withdrawn and accepted at once")
    case .twice: say("被两个范围接收", "accepted by two scopes")
    case nil: ""
    }
  }

  /// The ways to settle what is wrong about a transfer.
  static func ways(_ problem: Problem, _ replica: Replica) throws -> [ProblemWays.Way] {
    let short = try replica.shortForm(of: problem.record)
    func forward(_ id: String) -> ProblemWays.Way {
      ProblemWays.Way(
        words: say("应当跟着转走: 送到新的地方", "It belongs where the record went: send it after"),
        commands: ["quan transfer forward \(id)"])
    }
    func decline(_ ids: [String]) -> ProblemWays.Way {
      ProblemWays.Way(
        words: say("不该在这里接收: 事后拒收", "It should not have been accepted: decline it afterwards"),
        commands: ids.map { "quan transfer decline \($0) --afterwards" })
    }
    switch problem.rules.first.flatMap({ TransferTrouble(rawValue: $0) }) {
    case .edited, .deleted: return [forward(short)]
    case .stray: return [forward(try problem.others.first.map { try replica.shortForm(of: $0.record) } ?? short)]
    case .withdrawn:
      let ids = try replica.transfers(about: problem.record).filter { $0.state == .accepted }
        .map { try replica.shortForm(of: $0.id) }
      guard !ids.isEmpty else { return [] }
      let stands = ProblemWays.Way(
        words: say("转走是对的: 恢复转学", "The transfer is right: restore it"), commands: ids.map { "quan restore \($0)" })
      return [stands, decline(ids)]
    case .twice:
      let records = (problem.records.map(\.record))
      let ids = try replica.transfers().filter { $0.state == .accepted && records.contains($0.record) }
        .map { try replica.shortForm(of: $0.id) }
      return [decline(ids.isEmpty ? ["TRANSFER"] : ids)]
    case nil: return []
    }
  }
}
