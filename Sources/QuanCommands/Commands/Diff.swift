import ArgumentParser
import Quan

/// `quan diff`: what differs between two versions.
struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("两个版本之间有什么不同", "What differs between two versions."),
    discussion: say(
      """
      版本的写法: 更改的编号 (如 W3F9-17; 加 ^ 为它之前), merge:3 (合并 3 之后; merge:3^ 为之前), 时间或日期, now, \
      或保存的版本文件 (*.quanvector, 由 quan status --save 写成). 只写一个版本: 更改或合并与它之前相比, 其他与现在相比.
      """,
      """
      A version is a change (W3F9-17; with ^ what was before it), merge:3 (after merge 3; merge:3^ before it), a moment or \
      date, now, or a saved version (*.quanvector, as quan status --save writes it). With one version alone, a change or merge is \
      compared with what was before it, anything else with now.
      """))

  /// How many records people are shown unless they ask for all.
  private static let usualLimit = 50

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("版本", "The version."), valueName: "VERSION"), completion: LiveValues.changes)
  var first: String
  @Argument(
    help: ArgumentHelp(say("另一个版本", "The other version."), valueName: "VERSION"), completion: LiveValues.changes)
  var second: String?
  @Flag(help: ArgumentHelp(say("全部列出", "Write out all of it.")))
  var all = false

  func run() throws {
    options.beginPages()
    try options.withReplica { replica in
      let finder = VersionFinder(replica: replica)
      var one = try finder.version(first)
      let other: VersionFinder.Found
      if let second {
        other = try finder.version(second)
      } else if let before = try? finder.version(first + "^"), before.version != one.version {
        other = one
        one = before
      } else {
        other = try finder.version("now")
      }
      let differences = try replica.differences(from: one.version, to: other.version)
      let text = DifferenceText(text: try ConflictText(replica, reveal: options.reveal))
      if options.json {
        for difference in differences { Terminal.print(text.json(difference).line) }
        return
      }
      let shown = all ? differences : Array(differences.prefix(Self.usualLimit))
      for line in try text.lines(shown) { Terminal.print(line) }
      if shown.count < differences.count {
        let rest = differences.count - shown.count
        Terminal.print(say("... 另有 \(rest) 条; 全部: --all", "... \(rest) more; all of it: --all"))
      }
      Terminal.remark(
        say(
          "\(one.name) -> \(other.name): \(differences.count) 条记录不同",
          "\(one.name) -> \(other.name): \(differences.count) \(differences.count == 1 ? "record differs" : "records differ")"
        ))
    }
  }
}
