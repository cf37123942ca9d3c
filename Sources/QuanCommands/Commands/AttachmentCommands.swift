import ArgumentParser
import Quan

/// `quan attachment`: the files that records refer to.
struct AttachmentCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attachment", abstract: say("记录的附件", "The files attached to records."),
    subcommands: [ListAttachments.self, GetAttachment.self])

  /// `quan attachment list`.
  struct ListAttachments: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: say("列出附件", "List them."))
    @OptionGroup var options: GlobalOptions
    @Argument(
      help: ArgumentHelp(say("只列这条记录和关于它的记录的", "Only those of this record and of records about it."), valueName: "ID"),
      completion: LiveValues.records)
    var record: String?

    func run() throws {
      try options.withReplica { replica in
        let wanted = try record.map { try RecordFinder(replica: replica).record($0) }
        let uses = try wanted.map { try replica.attachmentUses(of: $0) } ?? replica.attachmentUses()
        let schema = try replica.schema()
        var table = Table(
          [say("记录", "record"), say("字段", "field"), say("附件", "attachment"), say("哈希", "hash")], whole: [0, 3])
        for use in uses {
          let attachment = try replica.attachment(use.hash)
          let field = try replica.record(use.record).flatMap { schema.kind($0.kind.id)?.field(use.field) }
          if options.json {
            Terminal.print(
              JSON.object([
                "record": .string(use.record.description), "field": .string(field?.name ?? ""),
                "hash": .string(use.hash.description), "name": .string(attachment.name),
                "size": attachment.size.map { .integer($0) } ?? .null, "here": .bool(attachment.isHere),
              ]).line)
          } else {
            table.add([
              try replica.shortForm(of: use.record), field.map { Titles.field($0) } ?? "",
              ValueText.human(.attachment(use.hash), of: field, replica: replica, reveal: options.reveal),
              String(use.hash.description.prefix(12)),
            ])
          }
        }
        if !options.json { table.print() }
      }
    }
  }

  /// `quan attachment get`.
  struct GetAttachment: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "get", abstract: say("把附件取出为文件", "Write an attachment into a file."))
    @OptionGroup var options: GlobalOptions
    @Argument(
      help: ArgumentHelp(
        say("附件哈希的开头(至少6位), 或只有一个附件的记录", "The start of its hash (six digits or more), or a record that has just one."),
        valueName: "HASH|ID"), completion: LiveValues.attachments)
    var attachment: String
    @Argument(help: ArgumentHelp(say("写入的文件", "The file to write."), valueName: "OUT"), completion: .file())
    var file: String
    @Flag(help: ArgumentHelp(say("覆盖已有的文件", "Replace a file that is there.")))
    var force = false

    func run() throws {
      try options.withReplica { replica in
        let hash = try hash(replica)
        let found = try replica.attachment(hash)
        guard found.isHere else {
          throw CommandFailure(
            .pending,
            say(
              "附件 \(hash.description.prefix(12)) \(AttachmentText.waiting(found, replica))",
              "attachment \(hash.description.prefix(12)) is \(AttachmentText.waiting(found, replica))"),
            hint: say("与那台电脑同步: quan sync 文件夹", "exchange with that laptop: quan sync FOLDER"))
        }
        do {
          try replica.writeAttachment(hash, to: file, replacing: force)
        } catch let error as StoreError where error.code == .alreadyExists {
          throw CommandFailure(
            .failed, say("文件已存在 '\(file)'", "there is a file already '\(file)'"),
            hint: say("换一个文件名, 或加 --force", "choose another file name, or add --force"))
        }
      }
    }

    private func hash(_ replica: Replica) throws -> Digest {
      let text = attachment.lowercased()
      var hashes: Set<Digest> = []
      if text.count >= 6 {
        hashes = Set(try replica.attachmentUses().map(\.hash).filter { $0.description.hasPrefix(text) })
      }
      if hashes.isEmpty {
        hashes = Set(
          try replica.attachmentUses(of: RecordFinder(replica: replica).record(attachment)).map(\.hash))
      }
      guard let hash = hashes.first, hashes.count == 1 else {
        throw CommandFailure(
          .failed,
          hashes.isEmpty
            ? say("记录没有附件 '\(attachment)'", "the record has no attachment '\(attachment)'")
            : say("'\(attachment)' 有多个附件", "'\(attachment)' has several attachments"),
          details: hashes.map(\.description).sorted(),
          hint: say("列出: quan attachment list", "list them: quan attachment list"))
      }
      return hash
    }
  }
}
