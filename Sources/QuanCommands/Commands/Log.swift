import ArgumentParser
import Quan

/// `quan log`: the changes held.
struct Log: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: say("最近的更改", "The changes held, latest first."))

  @OptionGroup var options: GlobalOptions
  @Option(help: ArgumentHelp(say("最多几条", "At most so many."), valueName: "N"))
  var limit = 20

  func run() throws {
    options.beginPages()
    try options.withReplica { replica in
      let people = try People(replica)
      for entry in try replica.log(limit: limit) {
        let replicaID = entry.id.stream.replica
        if options.json {
          Terminal.print(
            JSON.object([
              "change": .string(entry.id.description), "author": .string(entry.stamp.author),
              "replica": .string(people.laptop(replicaID)), "time": .string(entry.stamp.time.description),
              "message": entry.message.map { .string($0) } ?? .null, "operations": .integer(entry.operationCount),
              "records": .array(entry.records.map { .string($0.description) }),
            ]).line)
          continue
        }
        let records = try entry.records.prefix(3).map { try replica.shortForm(of: $0) }.joined(separator: " ")
        let more = entry.records.count > 3 ? " ..." : ""
        let message = entry.message.map { "  \"\(Terminal.neutral($0))\"" } ?? ""
        Terminal.print(
          people.name(entry.stamp, replicaID) + "  "
            + say("\(entry.operationCount) 处", "\(entry.operationCount) operations") + "  \(records)\(more)\(message)")
      }
    }
  }
}
