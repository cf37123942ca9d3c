import ArgumentParser
import Glibc
import Quan

/// `quan join`: a replica of an existing workspace.
struct Join: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("加入已有的工作区", "Make a replica of an existing workspace."))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("新副本文件", "The new replica's file."), valueName: "FILE.quan"))
  var file: String
  @Option(
    help: ArgumentHelp(say("交换文件夹或包文件", "An exchange folder or a bundle."), valueName: "FOLDER|BUNDLE"),
    completion: .file()
  )
  var from: String
  @Option(help: ArgumentHelp(say("这台电脑的名称", "What this laptop is called."), valueName: "LAPTOP"))
  var name: String
  @Option(help: ArgumentHelp(say("管理员给的欢迎文件", "The welcome that an admin wrote."), valueName: "WELCOME"))
  var welcome: String?

  @Flag(help: ArgumentHelp(say("只看会得到什么, 不留下副本", "Only say what would be brought in; keep nothing.")))
  var dryRun = false

  func run() throws {
    guard let author = options.author else {
      throw CommandFailure(
        .usage, say("缺少 --author 姓名", "--author PERSON is missing"),
        hint: say("如 --author 王老师", "such as --author Wang"))
    }
    if dryRun {
      try look(as: author)
      return
    }
    let environment = try options.environment()
    let (replica, merge) = try join(at: file, as: author, environment)
    if let welcome, !options.json {
      let code = try Replica.code(ofWelcomeAt: welcome, environment: environment)
      Terminal.talk(
        say("核对码: \(code) (须与管理员看到的一致)", "Code: \(code) (it must be the one that the admin sees)"))
    }
    try options.closing(replica) { replica in
      try MergeText(replica: replica, options: options).talk(merge)
      let folder = Directory.isDirectory(from) ? from : BundleText.attachmentFolder(of: from)
      let attachments = try replica.takeAttachments(from: folder)
      AttachmentText.talk(attachments)
      if !merge.pending.isEmpty || !attachments.skipped.isEmpty {
        throw ExitCode(CommandFailure.Status.pending.rawValue)
      }
    }
  }

  /// Joins as a member with the welcome, if one is given.
  private func join(
    at path: String, as author: String, _ environment: Environment
  ) throws -> (replica: Replica, merge: MergeReport) {
    if let welcome {
      return try Replica.join(
        at: path, from: from, welcome: welcome, label: name, author: author, environment: environment)
    }
    return try Replica.join(at: path, from: from, label: name, author: author, environment: environment)
  }

  /// Joins beside where the replica would be, says what that brought in, and takes all of it away again.
  private func look(as author: String) throws {
    guard unsafe access(file, F_OK) != 0 else {
      throw CommandFailure(StoreError(.alreadyExists, "there is a file already", subject: file))
    }
    let folder = "\(file).dry-run-\(getpid())"
    guard unsafe mkdir(folder, 0o700) == 0 else {
      throw CommandFailure(StoreError(.notFound, "there is no such folder", subject: folder))
    }
    defer { Directory.remove(folder) }
    var environment = Environment.system(stateDirectory: folder + "/state")
    // A member's keys are in the laptop's own state.
    if welcome != nil { environment = try options.environment() }
    environment.progress = Work.report
    let (replica, merge) = try join(at: folder + "/trial.quan", as: author, environment)
    try options.closing(replica) { replica in
      try MergeText(replica: replica, options: options, isTrial: true).talk(merge)
    }
  }
}
