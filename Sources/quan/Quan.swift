import QuanCommands

@main
struct Main {
  static func main() { Tool.run(Array(CommandLine.arguments.dropFirst())) }
}
