import ArgumentParser
import Quan

/// Tells a mistyped command for what it is: the argument parser would take it for an argument too many.
enum CommandFinder {
  /// Looks along the commands that arguments name, up to the first that is none.
  ///
  /// - Throws: ``CommandFailure`` with the command that may have been meant.
  static func check(_ arguments: [String]) throws {
    var command: any ParsableCommand.Type = Tool.self
    var path = "quan"
    for argument in arguments {
      let nested = command.configuration.subcommands
      guard !nested.isEmpty, command.configuration.defaultSubcommand == nil, !argument.hasPrefix("-"),
        argument != "help"
      else { return }
      guard let next = nested.first(where: { $0._commandName == argument }) else {
        let meant = nearest(to: argument, in: nested.map { $0._commandName })
        throw CommandFailure(
          .usage, say("没有命令 '\(path) \(argument)'", "there is no command '\(path) \(argument)'"),
          hint: meant.map { say("是否想写: \(path) \($0)", "did you mean: \(path) \($0)") }
            ?? say("列出: \(path) --help", "list them: \(path) --help"))
      }
      command = next
      path += " " + argument
    }
  }

  /// The name that is at most two letters off, if there is one.
  private static func nearest(to text: String, in names: [String]) -> String? {
    let near = names.map { ($0, distance($0, text)) }.filter { $0.1 <= min(2, text.count / 2) }
    return near.min { $0.1 < $1.1 }?.0
  }

  /// How many letters are to be added, dropped or changed to get from one text to another.
  private static func distance(_ one: String, _ other: String) -> Int {
    let other = Array(other)
    var row = Array(0...other.count)
    for (index, letter) in one.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for place in other.indices {
        let changed = diagonal + (letter == other[place] ? 0 : 1)
        diagonal = row[place + 1]
        row[place + 1] = min(changed, row[place] + 1, diagonal + 1)
      }
    }
    return row[other.count]
  }
}
