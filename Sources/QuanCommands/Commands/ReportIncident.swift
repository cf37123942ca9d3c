import ArgumentParser
import Quan

/// `quan incident`: what a lost laptop held.
struct ReportIncident: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "incident",
    abstract: say("电脑丢失时: 它上面可能有哪些人、哪些资料", "A laptop is lost: which people's records it held, and what to do."),
    discussion: say(
      "宁多勿少: 凡它获准读取的范围内的记录都列出, 也包括已删除和已转出的. 本机没有的范围不在其中, 请在管理员的电脑上运行.",
      "Rather too much than too little: all records of the scopes that it was admitted to, also deleted ones and those handed over. Run it on an admin's laptop: scopes not held here are not listed."
    ))
  @OptionGroup var options: GlobalOptions
  @Option(
    name: .customLong("laptop"),
    help: ArgumentHelp(
      say(
        "丢失的电脑: 名称或编号; 也可写成 --replica 名称", "The laptop: its label or the start of its ID; --replica NAME says it too."),
      valueName: "NAME"))
  var laptop: String?
  @Flag(help: ArgumentHelp(say("以 CSV 列出全部记录", "All its records as CSV.")))
  var csv = false
  @Option(help: ArgumentHelp(say("最多列几个人; 缺省 50", "At most so many people; 50 by default."), valueName: "N"))
  var limit = 50

  mutating func run() throws {
    if !csv { options.beginPages() }
    // What --replica names is a laptop, unless it is a file.
    var wanted = laptop
    if wanted == nil, let name = options.replica, !Directory.isThere(name) {
      wanted = name
      options.replica = nil
    }
    guard let wanted else {
      throw CommandFailure(
        .usage, say("没有说是哪台电脑", "nothing says which laptop"),
        hint: say("写 --laptop 名称; 列出: quan replica list", "write --laptop NAME; list them: quan replica list"))
    }
    try options.withReplica { replica in
      let laptop = try Self.laptop(wanted, replica)
      let incident = try replica.incident(of: laptop.id)
      let text = try IncidentText(incident, laptop.label, laptop.person, replica, reveal: options.reveal)
      if options.json {
        Terminal.print(try text.json().line)
      } else if csv {
        for row in try text.rows() { Terminal.print(row) }
      } else {
        try text.print(limit: limit)
      }
    }
  }

  /// The laptop that a text means: a member that was let in may never have synced, so that no replica of it is known.
  private static func laptop(
    _ text: String, _ replica: Replica
  ) throws -> (id: ReplicaID, label: String, person: String) {
    let known = try replica.replicas().filter { $0.label == text }
    if let member = try replica.members().first(where: { $0.label == text }), known.isEmpty {
      return (member.id, member.label, member.person)
    }
    let found = try ReplicaFinder.replica(text, replica)
    return (found.id, found.label, found.person)
  }
}
