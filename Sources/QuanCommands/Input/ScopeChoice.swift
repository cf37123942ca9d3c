import ArgumentParser
import Quan

/// Which scopes a member is to read or write.
struct ScopeChoice: ParsableArguments {
  @Option(help: ArgumentHelp(say("范围; 可重复", "A scope; may be repeated."), valueName: "SCOPE"))
  var scope: [String] = []
  @Flag(
    help: ArgumentHelp(
      say("没有任何范围: 只代传, 读不了 (服务器用)", "No scope at all: it carries what it cannot read, as a server may.")))
  var noScope = false

  func validate() throws {
    if noScope && !scope.isEmpty {
      throw ValidationError(say("--scope 与 --no-scope 只能用一个", "give either --scope or --no-scope"))
    }
  }

  /// The scopes that were chosen; `nil` when nothing was said of them.
  func scopes(_ replica: Replica) throws -> Set<ScopeID>? {
    if noScope { return [] }
    return scope.isEmpty ? nil : Set(try scope.map { try ScopeFinder.scope($0, replica) })
  }
}
