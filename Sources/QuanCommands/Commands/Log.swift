import ArgumentParser
import Quan

/// `quan log`: the changes held.
struct Log: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("最近的更改", "The changes held, latest first."),
    discussion: say(
      "--graph 画成图: 每台电脑一列, * 是一次更改, 横线连到写入时刚收到其更改的电脑. --author 姓名: 只看这个人写的.",
      "--graph draws a lane for each laptop: * is a change, and a line leads to each laptop whose changes it had newly taken in. --author PERSON shows only what that person wrote."
    ))

  @OptionGroup var options: GlobalOptions
  @Option(help: ArgumentHelp(say("最多几条, 0 为不限", "At most so many, 0 for all."), valueName: "N"))
  var limit = 20
  @Flag(help: ArgumentHelp(say("画出各电脑与合并", "Draw the laptops and their merges.")))
  var graph = false
  @Option(
    help: ArgumentHelp(say("只看此时或此日以后写的", "Only what was written then or later."), valueName: "TIME"))
  var since: String?

  func validate() throws {
    if let since, MomentForms.moment(since, endOfDay: false) == nil {
      throw ValidationError(say("--since 应为日期或时间", "--since takes a date or a moment"))
    }
  }

  func run() throws {
    options.beginPages()
    try options.withReplica { replica in
      let entries = try replica.log(
        limit: limit > 0 ? limit : nil, author: options.author,
        since: since.flatMap { MomentForms.moment($0, endOfDay: false) })
      let text = try LogText(replica, options)
      if options.json {
        for entry in entries { Terminal.print(text.json(entry).line) }
        return
      }
      for line in try text.lines(entries, isGraph: graph, columns: Terminal.columns) { Terminal.print(line) }
      Terminal.remark(
        entries.isEmpty
          ? say("没有符合的更改", "no change fits")
          : say("细看一次更改: quan diff 编号; 撤销它: quan undo 编号", "look at one: quan diff NAME; take it back: quan undo NAME"))
    }
  }
}
