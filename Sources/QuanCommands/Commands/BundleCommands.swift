import ArgumentParser
import Quan

/// `quan bundle`: files of changes, for mail and for people who want to see.
struct BundleCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle", abstract: say("制作、应用、检查包文件", "Make, apply, check and show bundles."),
    subcommands: [Create.self, Apply.self, VerifyBundle.self, ShowBundle.self])

  /// `quan bundle create`.
  struct Create: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: say("制作包文件", "Make a bundle."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("包文件", "The bundle."), valueName: "OUT"), completion: .file())
    var file: String
    @Option(
      name: .customLong("for"),
      help: ArgumentHelp(say("只含这台电脑没有的更改", "Only what that laptop lacks."), valueName: "LAPTOP"),
      completion: LiveValues.laptops)
    var receiver: String?
    @Flag(help: ArgumentHelp(say("不带附件", "Leave the attachments out.")))
    var noAttachments = false
    @Flag(help: ArgumentHelp(say("也带那台电脑已知道的附件", "With --for, also the attachments that laptop has heard of.")))
    var allAttachments = false
    @Option(
      help: ArgumentHelp(say("附件的大小上限, 如 5M", "Carry attachments up to this size, such as 5M."), valueName: "SIZE"))
    var attachmentsUpTo: String?
    @Flag(help: ArgumentHelp(say("替换已有的文件", "Replace a file that is there.")))
    var force = false

    func run() throws {
      try options.withReplica { replica in
        let receiver = try receiver.map { try ReplicaFinder.replica($0, replica) }
        let cap = attachmentsUpTo.map { AttachmentText.bytes($0) } ?? .max
        guard let cap else {
          throw CommandFailure(
            .usage, say("大小应如 500K、20M", "a size is written like 500K or 20M"), hint: say("如 20M", "such as 20M"))
        }
        try OutputFile.check(file, isReplaced: force)
        let summary = try replica.writeBundle(to: file, for: receiver?.id)
        if !noAttachments {
          let report = try replica.writeAttachments(
            into: BundleText.attachmentFolder(of: file), for: allAttachments ? nil : receiver?.id, upTo: cap)
          AttachmentText.talk(report)
        }
        if options.json {
          Terminal.print(BundleText.json(summary).line)
        } else {
          Terminal.print(
            say(
              "已写入 \(summary.changeCount) 个更改, \(summary.size) 字节: \(file)",
              "Wrote \(summary.changeCount) changes, \(summary.size) bytes: \(file)"))
          if let receiver, receiver.acknowledged == nil {
            Terminal.remark(
              say("尚不知道对方有什么, 因此包含全部更改", "What they hold is not known yet, so it carries everything"))
          }
        }
      }
    }
  }

  /// `quan bundle apply`.
  struct Apply: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: say("应用包文件", "Apply a bundle."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("包文件", "The bundle."), valueName: "FILE"), completion: .file())
    var file: String
    @Flag(help: ArgumentHelp(say("只看结果, 什么也不改", "Show what would happen and keep nothing.")))
    var dryRun = false
    @Flag(help: ArgumentHelp(say("有未处理的冲突时以状态 1 退出", "Exit with status 1 while conflicts are open.")))
    var failOnConflict = false

    func run() throws {
      let (isPartial, conflicts) = try options.withReplica { replica in
        let text = MergeText(replica: replica, options: options, isTrial: dryRun)
        let merge = try replica.apply(bundleAt: file, dryRun: dryRun) { try text.talk($0) }
        if !dryRun {
          try text.talk(merge)
          let attachments = try replica.takeAttachments(from: BundleText.attachmentFolder(of: file))
          AttachmentText.talk(attachments)
          if !attachments.skipped.isEmpty { return (true, try text.openConflicts(merge)) }
        }
        return (!merge.pending.isEmpty, try text.openConflicts(merge))
      }
      if isPartial { throw ExitCode(CommandFailure.Status.pending.rawValue) }
      if failOnConflict && conflicts > 0 { throw ExitCode(1) }
    }
  }

  /// `quan bundle verify`: the file alone, and against a replica when there is one.
  struct VerifyBundle: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify", abstract: say("检查包文件是否完好、能否应用", "Check a bundle, and whether it can be applied here."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("包文件", "The bundle."), valueName: "FILE"), completion: .file())
    var file: String

    func run() throws {
      let isMissing = try BundleText.withSummary(of: file, options) { summary, people in
        if options.json {
          Terminal.print(BundleText.json(summary).line)
        } else {
          Terminal.print(
            say(
              "完好: \(summary.changeCount) 个更改, \(summary.size) 字节",
              "Sound: \(summary.changeCount) changes, \(summary.size) bytes"))
          for place in summary.missing {
            Terminal.print(
              say(
                "缺少: \(people?.laptop(place.stream.replica) ?? "") 的更改 \(place.tip.number)",
                "Missing: change \(place.tip.number) of \(people?.laptop(place.stream.replica) ?? "")"))
          }
        }
        return !summary.missing.isEmpty
      }
      if isMissing { throw ExitCode(CommandFailure.Status.pending.rawValue) }
    }
  }

  /// `quan bundle show`: what a bundle holds.
  struct ShowBundle: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: say("显示包文件的内容", "Show what a bundle holds."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("包文件", "The bundle."), valueName: "FILE"), completion: .file())
    var file: String
    @Flag(help: ArgumentHelp(say("逐条输出更改 (JSON Lines)", "Print every change as a line of JSON.")))
    var changes = false

    func run() throws {
      if changes {
        guard options.reveal else {
          throw CommandFailure(
            .usage, say("更改含敏感信息", "the changes hold sensitive values"), hint: say("加上 --reveal", "add --reveal"))
        }
        try Replica.changes(ofBundleAt: file) { change, digest in Terminal.print(ChangeDump.json(change, digest).line) }
        return
      }
      try BundleText.withSummary(of: file, options) { summary, people in
        if options.json {
          Terminal.print(BundleText.json(summary).line)
        } else {
          BundleText.talk(summary, people)
        }
      }
    }
  }
}
