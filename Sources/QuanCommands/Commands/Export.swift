import ArgumentParser
import Quan

/// `quan export`: the records of a kind as JSON, unmasked.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("导出一类记录 (JSON Lines 或 JSON), 不打码", "Export the records of a kind, unmasked."))

  /// The forms of export.
  enum Format: String, ExpressibleByArgument, CaseIterable { case jsonl, json }

  @OptionGroup var options: GlobalOptions
  @Option(help: ArgumentHelp(say("类型", "The kind."), valueName: "KIND"), completion: LiveValues.kinds)
  var kind: String
  @Option(help: ArgumentHelp(say("jsonl 每行一条, json 一个列表", "jsonl, one a line; json, one list.")))
  var format = Format.jsonl

  func run() throws {
    try options.withReplica { replica in
      let kind = try Assignment.kind(named: kind, in: try replica.schema())
      var isFirst = true
      var done = 0
      let total = try replica.status().records.first { $0.kind.id == kind.id }?.count ?? 0
      if format == .json { Terminal.print("[") }
      try replica.records(of: kind.id) { record in
        var members: [JSON.Member] = [
          JSON.Member(name: "id", value: .string(record.id.description)),
          JSON.Member(name: "kind", value: .string(record.kind.name)),
          JSON.Member(name: "fields", value: RecordText.fields(record)),
        ]
        if let external = record[BuiltIn.externalIDName]?.shown.first {
          members.append(JSON.Member(name: "external_id", value: ValueText.json(external, of: nil)))
        }
        Terminal.print((format == .json && !isFirst ? "," : "") + JSON.object(members).line)
        isFirst = false
        done += 1
        try Work.step(.exporting, done, of: total)
      }
      if format == .json { Terminal.print("]") }
    }
  }
}
