import Quan

/// The changes held, for people and for programs.
struct LogText {
  let replica: Replica
  let options: GlobalOptions
  private let people: People

  init(_ replica: Replica, _ options: GlobalOptions) throws {
    self.replica = replica
    self.options = options
    people = try People(replica)
  }

  /// What is said of a change: what it goes by, when it was written, by whom on which laptop, and what it did.
  private struct Line {
    let name: String
    let time: String
    let who: String
    let what: String
  }

  /// The lines that show changes: one a change if the terminal is wide enough, else two.
  func lines(_ entries: [LogEntry], isGraph: Bool, columns: Int) throws -> [String] {
    let graph = isGraph ? LogGraph(entries, lanes: columns / 10) : nil
    let drawn = graph?.rows ?? entries.map { LogGraph.Row(entry: $0, node: "", below: "") }
    let lines = try drawn.map { try line($0.entry) }
    let margin = graph.map { $0.width + 2 } ?? 0
    let name = lines.map { DisplayWidth.of($0.name) }.max() ?? 0
    let who = min(lines.map { DisplayWidth.of($0.who) }.max() ?? 0, 40)
    let head = margin + name + 2 + 16 + 2 + who + 2
    let isWide = lines.allSatisfy { head + DisplayWidth.of($0.what) <= columns }
    var result: [String] = []
    for (row, line) in zip(drawn, lines) {
      let first =
        Self.padded(row.node, margin) + Self.padded(line.name, name + 2) + Self.padded(line.time, 18)
        + (isWide ? Self.padded(DisplayWidth.truncate(line.who, to: who), who + 2) + line.what : line.who)
      result.append(DisplayWidth.truncate(first, to: columns))
      if !isWide, !line.what.isEmpty {
        result.append(DisplayWidth.truncate(Self.padded(row.below, margin) + "    " + line.what, to: columns))
      }
    }
    return result
  }

  private func line(_ entry: LogEntry) throws -> Line {
    let laptop = entry.id.stream.replica
    let author = entry.stamp.author.isEmpty ? say("不详", "unknown") : Terminal.neutral(entry.stamp.author)
    var what = try self.what(entry)
    if let message = entry.message { what += "  " + (try MessageText.quoted(message, replica)) }
    let seen = seen(entry)
    if !seen.isEmpty {
      what += say("  <- 已收到 \(seen.joined(separator: "、"))", "  <- took in \(seen.joined(separator: ", "))")
    }
    return Line(
      name: try replica.shortForm(of: entry.first), time: ValueText.time(entry.stamp.time),
      who: "\(author), \(people.laptop(laptop))", what: what)
  }

  /// The laptops whose changes the author had newly taken in.
  private func seen(_ entry: LogEntry) -> [String] {
    var laptops: [String] = []
    for change in entry.seen where change.stream.replica != entry.id.stream.replica {
      let name = people.laptop(change.stream.replica)
      if !laptops.contains(name) { laptops.append(name) }
    }
    return laptops
  }

  /// The records that a change is about, definitions left out.
  private func what(_ entry: LogEntry) throws -> String {
    var names: [String] = []
    var count = 0
    for id in entry.records {
      guard let record = try replica.record(id), record.kind.id.replica != .builtIn else { continue }
      count += 1
      guard names.count < 2 else { continue }
      let title = Titles.title(record, reveal: options.reveal)
      names.append(
        "[\(try replica.shortForm(of: id))] \(Titles.kind(record.kind))\(title.isEmpty ? "" : " " + title)")
    }
    let operations = entry.operationCount == 1 ? "operation" : "operations"
    let places = say(" \(entry.operationCount) 处", ", \(entry.operationCount) \(operations)")
    if names.isEmpty { return say("表结构与设置", "definitions") + places }
    return names.joined(separator: say("、", ", ")) + (count > names.count ? " ..." : "") + places
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - DisplayWidth.of(text)))
  }

  /// A change for programs.
  func json(_ entry: LogEntry) -> JSON {
    .object([
      "change": .string(entry.id.description), "name": .string(entry.first.description),
      "author": .string(entry.stamp.author), "replica": .string(people.laptop(entry.id.stream.replica)),
      "time": .string(entry.stamp.time.description), "message": entry.message.map { .string($0) } ?? .null,
      "operations": .integer(entry.operationCount),
      "records": .array(entry.records.map { .string($0.description) }),
      "seen": .array(entry.seen.map { .string($0.description) }),
    ])
  }
}
