import ArgumentParser
import Quan

/// The manual page of the tool in mdoc: its one home are the commands, as the argument parser describes them.
enum ManualPage {
  /// Thrown when the argument parser describes its commands in a form that is not known.
  private struct Unknown: Error {}

  /// The lines of the page, in the language of the process.
  static func lines() throws -> [String] {
    let dump = try JSONParser.parse(Array(Tool._dumpHelp().utf8)[...])
    guard let tool = dump["command"] else { throw Unknown() }
    var lines = [
      ".Dd $Mdocdate$", ".Dt QUAN 1", ".Os", ".Sh " + say("名称", "NAME"), ".Nm quan",
      ".Nd " + escaped(tool["abstract"]?.text ?? ""), ".Sh " + say("概要", "SYNOPSIS"), ".Nm",
      ".Ar "
        + say("命令", "command"), ".Op Ar " + say("选项", "options"), ".Sh " + say("说明", "DESCRIPTION"),
      escaped(tool["discussion"]?.text ?? ""), ".Sh " + say("通用选项", "COMMON OPTIONS"),
    ]
    let commands = subcommands(tool)
    // What every command takes is said once.
    let common = (commands.first.map { arguments($0) } ?? []).filter { argument in
      isOption(argument) && commands.allSatisfy { command in all(command).contains(spelling(argument)) }
    }
    lines += list(common)
    lines.append(".Sh " + say("命令", "COMMANDS"))
    let known = Set(common.map { spelling($0) })
    for command in commands { lines += section(command, ["quan"], known) }
    for topic in HelpTopics.Topic.allCases {
      let isStatus = topic == .exitStatus
      lines.append(".Sh " + (isStatus ? say("退出状态", "EXIT STATUS") : HelpTopics.title(topic).uppercased()))
      lines.append(".Bl -tag -width Ds")
      for line in HelpTopics.lines(topic) { lines += [".It " + escaped(line.name), escaped(line.text)] }
      lines.append(".El")
    }
    return lines.filter { !$0.isEmpty }
  }

  private static func section(_ command: JSON, _ path: [String], _ known: Set<String>) -> [String] {
    let name = path + [command["commandName"]?.text ?? ""]
    let nested = subcommands(command)
    if !nested.isEmpty { return nested.flatMap { section($0, name, known) } }
    let own = arguments(command).filter { !known.contains(spelling($0)) && $0["shouldDisplay"] != .bool(false) }
    let usage = own.filter { !isOption($0) }.map { argument in
      let value = (argument["valueName"]?.text ?? "") + (argument["isRepeating"] == .bool(true) ? " ..." : "")
      return argument["isOptional"] == .bool(true) ? "[\(value)]" : value
    }
    var lines = [".Ss " + escaped((name + usage).joined(separator: " ")), escaped(command["abstract"]?.text ?? "")]
    if let discussion = command["discussion"]?.text { lines += [".Pp", escaped(discussion)] }
    return lines + list(own)
  }

  private static func list(_ arguments: [JSON]) -> [String] {
    guard !arguments.isEmpty else { return [] }
    var lines = [".Bl -tag -width Ds"]
    for argument in arguments {
      lines += [".It " + escaped(spelling(argument)), escaped(argument["abstract"]?.text ?? "")]
    }
    return lines + [".El"]
  }

  // MARK: What the parser says

  private static func items(_ json: JSON?) -> [JSON] {
    if case .array(let items)? = json { items } else { [] }
  }

  private static func subcommands(_ command: JSON) -> [JSON] {
    items(command["subcommands"]).filter {
      $0["shouldDisplay"] != .bool(false) && $0["commandName"]?.text != "help"
    }
  }

  private static func arguments(_ command: JSON) -> [JSON] {
    items(command["arguments"]).filter { $0["shouldDisplay"] != .bool(false) }
  }

  /// The options of a command, or those that all its subcommands take.
  private static func all(_ command: JSON) -> Set<String> {
    let nested = subcommands(command).map { all($0) }
    guard let first = nested.first else { return Set(arguments(command).map { spelling($0) }) }
    return nested.dropFirst().reduce(first) { $0.intersection($1) }
  }

  private static func isOption(_ argument: JSON) -> Bool { argument["kind"]?.text != "positional" }

  /// An option's names with its value: `-r, --replica FILE`.
  private static func spelling(_ argument: JSON) -> String {
    let value = argument["valueName"]?.text ?? ""
    guard isOption(argument) else { return value }
    let names = items(argument["names"]).map { name in
      (name["kind"]?.text == "short" ? "-" : "--") + (name["name"]?.text ?? "")
    }
    return names.joined(separator: ", ") + (argument["kind"]?.text == "option" ? " " + value : "")
  }

  /// A text that mdoc takes as it is, in one line.
  private static func escaped(_ text: String) -> String {
    var line = text.replacing("\n", with: " ").replacing("\\", with: "\\e").replacing("-", with: "\\-")
    if line.hasPrefix(".") || line.hasPrefix("'") { line = "\\&" + line }
    return line
  }
}
