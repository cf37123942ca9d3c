import ArgumentParser
import Quan

/// `quan attach`: attaches a file to a record.
struct Attach: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: say("给记录附加照片或签字表", "Attach a photo or a signed form to a record."),
    discussion: say(
      "记录的类型有附件字段时放入该字段; 没有时新增一条关于它的佐证, 输出其编号.\n例: quan attach W3F9-17 家访.jpg kind=照片 caption=家长签字",
      "Goes into the record's own field for attachments; where its kind has none, a record about it is added, and its ID printed.\nExample: quan attach W3F9-17 form.jpg kind=signature"
    ))

  @OptionGroup var options: GlobalOptions
  @Argument(help: ArgumentHelp(say("记录编号", "The record."), valueName: "ID"), completion: LiveValues.records)
  var record: String
  @Argument(help: ArgumentHelp(say("文件", "The file."), valueName: "FILE"), completion: .file())
  var file: String
  @Argument(
    help: ArgumentHelp(say("新增的佐证的其他字段", "Further fields of a record that is added."), valueName: "FIELD=VALUE"))
  var fields: [String] = []
  @Option(help: ArgumentHelp(say("放入哪个字段", "The field that it goes into."), valueName: "FIELD"))
  var field: String?
  @Option(name: .shortAndLong, help: ArgumentHelp(say("附言", "What you say about it."), valueName: "TEXT"))
  var message: String?
  @Flag(help: ArgumentHelp(say("只看会放到哪里, 什么也不写", "Only say where it would go; write nothing.")))
  var dryRun = false

  /// Takes back what a dry run has written.
  private struct DryRun: Error {
    let hash: Digest
    let size: UInt64
  }

  func run() throws {
    try options.withReplica { replica in
      let id = try RecordFinder(replica: replica).record(record)
      guard let found = try replica.record(id) else { throw CommandFailure(StoreError(.notFound, "", subject: record)) }
      let place = try place(of: found, in: try replica.schema())
      let values = try values(place, replica)
      let (hash, holder, size) = try attach(to: found, place, values, replica)
      if options.json {
        Terminal.print(
          JSON.object([
            "id": holder.map { .string($0.description) } ?? .null, "field": .string(place.field.name),
            "hash": .string(hash.description), "size": .integer(size),
          ]).line)
      } else if dryRun {
        let title = "[\(try replica.shortForm(of: id))] \(Titles.title(found, reveal: options.reveal))"
        let target = "\(Titles.kind(place.kind)) · \(Titles.field(place.field))"
        Terminal.print(
          say(
            "将附加 \(Terminal.neutral(file)) (\(AttachmentText.size(size))) 到 \(title), 放入 \(target)",
            "Would attach \(Terminal.neutral(file)) (\(AttachmentText.size(size))) to \(title), as \(target)"))
        Terminal.remark(say("只是预览, 什么也没有写入", "A preview: nothing was written"))
      } else if place.about != nil, let holder {
        Terminal.print(holder.description)
      }
      let limit = try replica.attachmentLimit(of: found.scope)
      if size > limit {
        Terminal.talk(
          say(
            "注意: 超过上限 \(AttachmentText.size(limit)), 只留在本机; 调整: quan scope limit 范围 大小",
            "Note: it is over the limit of \(AttachmentText.size(limit)) and stays here; raise it: quan scope limit SCOPE SIZE"
          ))
      }
    }
  }

  /// Takes the file in; gives also the record that holds it, unless that would be a new one in a dry run.
  private func attach(
    to found: Record, _ place: Place, _ values: [FieldID: [Value]], _ replica: Replica
  ) throws -> (hash: Digest, holder: RecordID?, size: UInt64) {
    do {
      return try replica.write(author: options.author, message: message) { transaction in
        let hash = try transaction.attach(fileAt: file, in: found.scope, progress: Work.report)
        var holder = found.id
        if let about = place.about {
          var values = values
          values[about.id] = [.reference(Reference(found.id, in: found.scope))]
          values[place.field.id] = [.attachment(hash)]
          holder = try transaction.create(place.kind.id, in: found.scope, values)
        } else if place.field.container == .set {
          try transaction.add(found.id, place.field.id, .attachment(hash))
        } else {
          try transaction.set(found.id, place.field.id, to: .attachment(hash))
        }
        let size = try replica.attachment(hash).size ?? 0
        if dryRun { throw DryRun(hash: hash, size: size) }
        return (hash, holder, size)
      }
    } catch let trial as DryRun {
      return (trial.hash, place.about == nil ? found.id : nil, trial.size)
    }
  }

  // MARK: Where it goes

  /// Where a file goes: a field of the record itself, or of a new record that is about it.
  private struct Place {
    let kind: KindDefinition
    let field: FieldDefinition
    /// The field of the new record that refers to the old; `nil` when the file goes into the record itself.
    let about: FieldDefinition?
  }

  private func place(of record: Record, in schema: Schema) throws -> Place {
    if let field {
      let definition = try Assignment.field(named: field, of: record.kind)
      guard definition.type == .attachment else {
        throw CommandFailure(
          .failed, say("字段 '\(definition.name)' 不放附件", "field '\(definition.name)' takes no attachments"),
          hint: say(
            "查看字段: quan schema show \(record.kind.name)", "see the fields: quan schema show \(record.kind.name)"))
      }
      return Place(kind: record.kind, field: definition, about: nil)
    }
    let own = Self.fields(of: record.kind).map { Place(kind: record.kind, field: $0, about: nil) }
    let others = schema.kinds.filter { $0.id.replica != .builtIn && $0.id != record.kind.id }.compactMap { kind in
      let about = kind.fields.filter { field in
        field.type == .reference && field.container == .register
          && (field.target.isEmpty || field.target == record.kind.name)
      }
      let files = Self.fields(of: kind)
      return files.count == 1 && about.count == 1 ? Place(kind: kind, field: files[0], about: about[0]) : nil
    }
    let places = own.isEmpty ? others : own
    guard let place = places.first, places.count == 1 else {
      throw CommandFailure(
        .failed,
        places.isEmpty
          ? say("类型 '\(record.kind.name)' 放不了附件", "kind '\(record.kind.name)' has no place for attachments")
          : say("请写明附件字段", "say which field it is for"),
        details: places.map { "\($0.kind.name) \($0.field.name)" },
        hint: say("写明字段: quan attach 编号 文件 --field 字段", "name the field: quan attach ID FILE --field FIELD"))
    }
    return place
  }

  private static func fields(of kind: KindDefinition) -> [FieldDefinition] {
    kind.fields.filter { $0.type == .attachment && ($0.container == .register || $0.container == .set) }
  }

  /// The further fields of a record that is to be added.
  private func values(_ place: Place, _ replica: Replica) throws -> [FieldID: [Value]] {
    guard place.about != nil || fields.isEmpty else {
      throw CommandFailure(
        .usage, say("文件放入记录自己的字段, 不能再写其他字段", "the file goes into the record itself, so no further fields are taken"),
        hint: say("修改字段: quan edit 编号 字段=值", "change fields with: quan edit ID FIELD=VALUE"))
    }
    let parser = ValueParser(finder: RecordFinder(replica: replica))
    var values: [FieldID: [Value]] = [:]
    for argument in fields {
      let assignment = try Assignment(argument, of: place.kind)
      guard assignment.act == .set || assignment.act == .add else { continue }
      values[assignment.field.id, default: []].append(try parser.value(assignment.text, of: assignment.field))
    }
    return values
  }
}
