import ArgumentParser
import Quan

/// `quan attach`: attaches a file to a record.
struct Attach: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("给记录附加照片或签字表", "Attach a photo or a signed form to a record."))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("记录编号", "The record."), valueName: "ID"))
  var record: String
  @Argument(
    help: ArgumentHelp(
      say(
        "[字段] 文件; 类型只有一个附件字段时可省略字段", "[FIELD] FILE; the field may be left out when the kind has one for attachments."),
      valueName: "FILE"))
  var words: [String]
  @Option(name: .shortAndLong, help: ArgumentHelp(say("附言", "What you say about it."), valueName: "TEXT"))
  var message: String?

  func run() throws {
    guard let file = words.last, words.count <= 2 else {
      throw CommandFailure(.usage, say("写: quan attach 编号 [字段] 文件", "write: quan attach ID [FIELD] FILE"))
    }
    try options.withReplica { replica in
      let id = try RecordFinder(replica: replica).record(record)
      guard let found = try replica.record(id) else { throw CommandFailure(StoreError(.notFound, "", subject: record)) }
      let field = try field(of: found.kind)
      let attachment = try replica.attach(
        fileAt: file, to: id, field: field.id, author: options.author, message: message)
      if options.json {
        Terminal.print(
          JSON.object([
            "id": .string(id.description), "field": .string(field.name), "hash": .string(attachment.hash.description),
            "size": .integer(attachment.size ?? 0),
          ]).line)
      }
      let limit = try replica.attachmentLimit(of: found.scope)
      if (attachment.size ?? 0) > limit {
        Terminal.talk(
          say(
            "注意: 超过上限 \(AttachmentText.size(limit)), 只留在本机; 调整: quan scope limit 范围 大小",
            "Note: it is over the limit of \(AttachmentText.size(limit)) and stays here; raise it: quan scope limit SCOPE SIZE"
          ))
      }
    }
  }

  private func field(of kind: KindDefinition) throws -> FieldDefinition {
    let fields = kind.fields.filter { $0.type == .attachment }
    let wanted = words.count == 2 ? words[0] : nil
    let matches = fields.filter { field in
      wanted == nil || [field.name, field.labels.chinese, field.labels.english].contains(wanted)
    }
    guard matches.count == 1, let match = matches.first else {
      throw CommandFailure(
        .failed,
        matches.isEmpty
          ? say("类型 '\(kind.name)' 没有这个附件字段", "kind '\(kind.name)' has no such field for attachments")
          : say("请写明附件字段", "say which field it is for"),
        details: fields.map { $0.name },
        hint: say("写: quan attach 编号 字段 文件", "write: quan attach ID FIELD FILE"))
    }
    return match
  }
}

/// `quan attachment`: the files that records refer to.
struct AttachmentCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attachment", abstract: say("记录的附件", "The files attached to records."),
    subcommands: [ListAttachments.self, GetAttachment.self])

  /// `quan attachment list`.
  struct ListAttachments: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: say("列出附件", "List them."))
    @OptionGroup var options: GlobalOptions
    @Argument(help: ArgumentHelp(say("只列这条记录的", "Only those of this record."), valueName: "ID"))
    var record: String?

    func run() throws {
      try options.withReplica { replica in
        let wanted = try record.map { try RecordFinder(replica: replica).record($0) }
        let schema = try replica.schema()
        var table = Table([say("记录", "record"), say("字段", "field"), say("附件", "attachment"), say("哈希", "hash")])
        for use in try replica.attachmentUses() where wanted == nil || use.record == wanted {
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
        valueName: "HASH|ID"))
    var attachment: String
    @Argument(help: ArgumentHelp(say("写入的文件", "The file to write."), valueName: "OUT"))
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
            hint: say("与那台电脑同步: quan sync 目录", "exchange with that laptop: quan sync DIR"))
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
      let uses = try replica.attachmentUses()
      let text = attachment.lowercased()
      var hashes = Set(uses.map(\.hash).filter { text.count >= 6 && $0.description.hasPrefix(text) })
      if hashes.isEmpty {
        let id = try RecordFinder(replica: replica).record(attachment)
        hashes = Set(uses.filter { $0.record == id }.map(\.hash))
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
