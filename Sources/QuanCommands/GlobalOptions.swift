import ArgumentParser
import Glibc
import Quan
import Synchronization

/// The options that every command takes.
struct GlobalOptions: ParsableArguments {
  @Option(
    name: [.short, .customLong("replica")],
    help: ArgumentHelp(
      say(
        "副本文件; 缺省用 QUAN_REPLICA, 再缺省用当前文件夹中唯一的 *.quan",
        "The replica's file; by default QUAN_REPLICA, else the only *.quan here."), valueName: "FILE"),
    completion: .file(extensions: ["quan"]))
  var replica: String?

  @Option(
    help: ArgumentHelp(
      say("以谁的名义写入; 缺省用 init 或 join 时的姓名", "Who writes; by default whom init or join was told."),
      valueName: "PERSON"))
  var author: String?

  @Option(
    help: ArgumentHelp(
      say("私有状态文件夹; 缺省用 XDG 状态文件夹", "The folder of the private state; by default in the XDG state folder."),
      valueName: "FOLDER"), completion: .directory)
  var state: String?

  @Option(
    help: ArgumentHelp(say("语言: zh 或 en", "The language: zh or en."), valueName: "LANG"),
    completion: .list(["zh", "en"]))
  var lang: String?

  @Flag(help: ArgumentHelp(say("以 JSON 输出", "Print JSON.")))
  var json = false

  @Flag(help: ArgumentHelp(say("显示敏感信息, 不打码", "Show sensitive values unmasked.")))
  var reveal = false

  @Flag(name: .shortAndLong, help: ArgumentHelp(say("不显示进度与提示", "Neither progress nor advice.")))
  var quiet = false

  @Option(
    help: ArgumentHelp(say("颜色: auto、always 或 never", "Colour: auto, always or never."), valueName: "WHEN"),
    completion: .list(Style.Colour.allCases.map(\.rawValue)))
  var color: Style.Colour?

  @Option(
    help: ArgumentHelp(
      say("宽度不定的字符占一列还是两列: narrow 或 wide", "Columns of ambiguous characters: narrow or wide."),
      valueName: "WIDTH"), completion: .list(Style.Ambiguous.allCases.map(\.rawValue)))
  var ambiguous: Style.Ambiguous?

  @Flag(help: ArgumentHelp(say("不分页", "Do not page long results.")))
  var noPager = false

  @Option(
    help: ArgumentHelp(
      say("口令文件: 第一行是本机密钥的口令", "A file whose first line is the passphrase of this laptop's keys."),
      valueName: "FILE"), completion: .file())
  var passphraseFile: String?

  @Option(help: .hidden)
  var now: String?

  func validate() throws {
    Style.set(colour: color, quiet: quiet, ambiguous: ambiguous, environment: Language.environment)
    if json { Style.beginData() }
    ProgressBar.isWanted.store(!quiet && !json && Terminal.isTerminal(2), ordering: .relaxed)
    if let lang, Language(rawValue: lang) == nil {
      throw ValidationError(say("--lang 只能是 zh 或 en", "--lang takes zh or en"))
    }
    if let now, Instant(now) == nil {
      throw ValidationError(say("--now 应为时刻", "--now takes a moment such as 2026-06-03T08:30:00Z"))
    }
  }

  // MARK: What they mean

  /// Clock, randomness and state folder of this laptop.
  func environment() throws -> Environment {
    var environment = Environment.system(stateDirectory: try stateDirectory())
    if let now, let instant = Instant(now) { environment.now = { instant } }
    environment.progress = Work.report
    let passphraseFile = passphraseFile
    environment.passphrase = { try Passphrase.current(file: passphraseFile) }
    return environment
  }

  private func stateDirectory() throws -> String {
    if let state { return state }
    if let base = Language.environment("XDG_STATE_HOME"), base.hasPrefix("/") { return base + "/quan" }
    if let home = Language.environment("HOME"), !home.isEmpty { return home + "/.local/state/quan" }
    throw CommandFailure(
      .usage, say("不知道私有状态放在哪里", "nothing says where the private state goes"),
      hint: say("加上 --state 文件夹", "add --state FOLDER"))
  }

  /// Options as when none is given.
  static func quiet() -> GlobalOptions {
    var options = GlobalOptions()
    options.replica = nil
    options.author = nil
    options.state = nil
    options.lang = nil
    options.json = true
    options.reveal = false
    options.quiet = true
    options.color = nil
    options.ambiguous = nil
    options.noPager = true
    options.passphraseFile = nil
    options.now = nil
    return options
  }

  /// Shows what follows page by page where that helps.
  func beginPages() { if !noPager && !json { Pager.begin() } }

  /// The replica that is meant.
  func replicaPath() throws -> String {
    if let replica { return replica }
    if let path = Language.environment("QUAN_REPLICA"), !path.isEmpty { return path }
    let found = Directory.names(in: ".").filter { $0.hasSuffix(".quan") }.sorted()
    if found.count == 1 { return found[0] }
    if found.isEmpty { throw CommandFailure(StoreError(.noReplica, "there is no replica here")) }
    throw CommandFailure(
      .noReplica, say("当前文件夹有多个副本", "there are several replicas here"), details: found,
      hint: say("用 -r 文件 指明", "say which with -r FILE"))
  }

  /// Opens the replica, runs `body`, and closes it again whatever happens.
  func withReplica<T>(_ body: (Replica) throws -> T) throws -> T {
    try closing(try open(try replicaPath()), body)
  }

  /// Opens a replica, and says when its version is not that of the tool.
  func open(_ path: String) throws -> Replica {
    let replica = try Replica.open(at: path, environment: try environment())
    if let migration = replica.migration {
      Terminal.talk(
        say(
          "'\(Terminal.neutral(path))' 已升级到版本 \(migration.to); 升级前的文件保留为 '\(Terminal.neutral(migration.backup))'",
          "Updated '\(Terminal.neutral(path))' to version \(migration.to); the file before it is kept as '\(Terminal.neutral(migration.backup))'"
        ))
    }
    if replica.isReadOnly {
      Terminal.talk(
        say("副本由更新的版本写成, 在这里只能查看; 请升级 quan", "A newer version made this replica: here it can only be read; update quan")
      )
    }
    return replica
  }

  /// Runs `body` on an open replica, and closes it whatever happens.
  func closing<T>(_ replica: Replica, _ body: (Replica) throws -> T) throws -> T {
    let result: T
    do {
      result = try body(replica)
    } catch {
      try? replica.close()
      throw error
    }
    try replica.close()
    return result
  }
}

/// What is in a folder.
enum Directory {
  /// The names in a folder; none when it cannot be read.
  static func names(in path: String) -> [String] {
    guard let stream = unsafe opendir(path) else { return [] }
    defer { _ = unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      names.append(name)
    }
    return names
  }

  /// Removes a folder with all that is in it.
  static func remove(_ path: String) {
    for name in names(in: path) where name != "." && name != ".." {
      let inner = path + "/" + name
      if isDirectory(inner) { remove(inner) } else { _ = unsafe unlink(inner) }
    }
    _ = unsafe rmdir(path)
  }

  /// Whether there is something at a path.
  static func isThere(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0
  }

  /// Whether a path leads to a folder.
  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
