import ArgumentParser
import Quan

/// `quan manual`: the manual page, made from the commands themselves.
struct Manual: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("输出手册页 (mdoc): quan manual | man -l -", "Print the manual page (mdoc): quan manual | man -l -"),
    shouldDisplay: false)

  @OptionGroup var options: GlobalOptions

  func run() throws {
    Style.beginData()
    for line in try ManualPage.lines() { Terminal.print(line) }
  }
}
