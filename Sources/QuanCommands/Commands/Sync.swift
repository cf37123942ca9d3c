import ArgumentParser
import Quan
import QuanTransport
import Synchronization

/// `quan sync`: exchanges with a folder, another replica, or a server.
struct Sync: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("与U盘、共享文件夹、另一个副本或服务器同步", "Exchange with a stick, a folder, another replica or a server."))

  @OptionGroup var options: GlobalOptions
  @Argument(
    help: ArgumentHelp(
      say("文件夹, 另一个 .quan 文件, 或服务器的 主机:端口", "A folder, another .quan file, or a server's HOST:PORT."),
      valueName: "FOLDER|OTHER.quan|HOST:PORT"),
    completion: .directory)
  var other: String
  @Flag(help: ArgumentHelp(say("只看结果, 什么也不改", "Show what would happen and keep nothing.")))
  var dryRun = false
  @Flag(help: ArgumentHelp(say("有未处理的冲突时以状态 1 退出", "Exit with status 1 while conflicts are open.")))
  var failOnConflict = false

  func run() throws {
    let (isPartial, conflicts) = try options.withReplica { replica in
      let merge: MergeReport
      var report = SyncReport()
      let text = MergeText(replica: replica, options: options, isTrial: dryRun)
      // A trial is shown while it lasts: the names and records that it brings are there to be read.
      var isShown = false
      let examine = { (trial: MergeReport) in
        isShown = true
        try text.talk(trial)
      }
      if other.hasSuffix(".quan"), !Directory.isDirectory(other) {
        let peer = try options.open(other)
        merge = try options.closing(peer) { try replica.sync(with: $0, dryRun: dryRun, examine: examine).here }
      } else if let address {
        let outcome = try exchange(replica, with: address)
        merge = dryRun ? try outcome.trial(examine) : outcome.merge
        report = outcome.sync
      } else {
        (merge, report) = try replica.sync(folder: other, dryRun: dryRun, examine: examine)
      }
      if !isShown { try text.talk(merge, sync: report) }
      if !options.json { talk(report) }
      // What could not be read may be what somebody waits for: a script has to know.
      let hasSkipped = !report.skipped.isEmpty || !report.attachments.skipped.isEmpty
      return (hasSkipped || !merge.pending.isEmpty, try text.openConflicts(merge))
    }
    if isPartial { throw ExitCode(CommandFailure.Status.pending.rawValue) }
    if failOnConflict && conflicts > 0 { throw ExitCode(1) }
  }

  /// The place on a network that is meant, unless there is a folder of that name.
  private var address: NetworkAddress? { Directory.isThere(other) ? nil : NetworkAddress(other) }

  private func exchange(_ replica: Replica, with address: NetworkAddress) throws -> SyncClient.Outcome {
    ProgressBar.isForNetwork.store(true, ordering: .relaxed)
    let dryRun = dryRun
    return try Waiting.wait {
      try await SyncClient(replica).sync(host: address.host, port: address.port, dryRun: dryRun)
    }
  }

  private func talk(_ report: SyncReport) {
    AttachmentText.talk(report.attachments)
    for skipped in report.skipped {
      Terminal.talk(
        say(
          "跳过 '\(Terminal.neutral(skipped.name))': \(StoreWords.said(skipped.reason))",
          "Skipped '\(Terminal.neutral(skipped.name))': \(StoreWords.said(skipped.reason))"))
    }
    if !dryRun, address != nil {
      Terminal.remark(
        say(
          "已与 \(Terminal.neutral(other)) 同步, 送出 \(AttachmentText.size(report.bytesWritten)).",
          "Exchanged with \(Terminal.neutral(other)), sent \(AttachmentText.size(report.bytesWritten))."))
    }
    guard !dryRun, Directory.isDirectory(other) else { return }
    Terminal.remark(
      report.bundlesWritten.isEmpty
        ? say("没有需要送出的更改. 可以安全拔出.", "Nothing to send. Safe to remove.")
        : say("已写入 \(report.bytesWritten) 字节. 可以安全拔出.", "Wrote \(report.bytesWritten) bytes. Safe to remove."))
  }
}
