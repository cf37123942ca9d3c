import Quan

/// Attachments as people read them: name, size, and whether the content is here.
enum AttachmentText {
  /// What a value stands for; the name may say who is on the photo, so it is shown where the field may be.
  static func human(_ hash: Digest, _ replica: Replica, showsName: Bool) -> String {
    guard let attachment = try? replica.attachment(hash) else { return String(hash.description.prefix(12)) }
    let name =
      showsName
      ? attachment.name.isEmpty ? String(hash.description.prefix(12)) : Terminal.neutral(attachment.name) : "****"
    let size = attachment.size.map { " (\(self.size($0)))" } ?? ""
    return name + size + (attachment.isHere ? "" : ", " + waiting(attachment, replica))
  }

  /// That a content is not here, and who has it.
  static func waiting(_ attachment: Attachment, _ replica: Replica) -> String {
    let laptop =
      attachment.attachedBy.flatMap { by in try? People(replica).laptop(by) } ?? say("附加它的电脑", "who attached it")
    return say("还未到, 在 \(laptop) 处", "not here yet, held by \(laptop)")
  }

  /// The attachments of the records that are about a record.
  static func lines(about record: RecordID, _ replica: Replica, _ options: GlobalOptions) throws -> [String] {
    let uses = try replica.attachmentUses(of: record).filter { $0.record != record }
    guard !uses.isEmpty else { return [] }
    let schema = try replica.schema()
    return [say("附件:", "Attachments:")]
      + (try uses.map { use in
        let field = try replica.record(use.record).flatMap { schema.kind($0.kind.id)?.field(use.field) }
        let text = ValueText.human(.attachment(use.hash), of: field, replica: replica, reveal: options.reveal)
        return "  [\(try replica.shortForm(of: use.record))] \(text)"
      })
  }

  /// A size in the unit that people read.
  static func size(_ bytes: UInt64) -> String {
    if bytes < 1000 { return "\(bytes) B" }
    let units = ["kB", "MB", "GB"]
    var value = Double(bytes) / 1000
    var unit = 0
    while value >= 999.95 && unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }

  /// What an exchange did with attachments, if anything.
  static func talk(_ report: AttachmentReport) {
    for skipped in report.skipped {
      Terminal.talk(
        say(
          "跳过附件 '\(Terminal.neutral(skipped.name))': \(StoreWords.said(skipped.reason))",
          "Skipped attachment '\(Terminal.neutral(skipped.name))': \(StoreWords.said(skipped.reason))"))
    }
    if report.taken > 0 || report.written > 0 || report.waiting > 0 {
      Terminal.talk(
        say(
          "附件: 收到 \(report.taken), 送出 \(report.written) (\(size(report.bytesWritten))), 还未到 \(report.waiting)",
          "Attachments: \(report.taken) taken in, \(report.written) written (\(size(report.bytesWritten))), \(report.waiting) not here yet"
        ))
    }
    if report.heard > 0 {
      Terminal.talk(
        say(
          "\(report.heard) 个附件对方已经知道, 没有再带; 要带: --all-attachments",
          "\(report.heard) attachments that laptop has heard of were left out; --all-attachments brings them"))
    }
    if report.overLimit > 0 {
      Terminal.talk(
        say(
          "\(report.overLimit) 个附件超过上限, 没有传送; 调整: quan scope limit 范围 大小",
          "\(report.overLimit) attachments are over the limit and stayed; raise it: quan scope limit SCOPE SIZE"))
    }
  }

  /// The same for programs.
  static func json(_ report: AttachmentReport) -> JSON {
    .object([
      "taken": .integer(report.taken), "written": .integer(report.written),
      "bytes_written": .integer(report.bytesWritten), "waiting": .integer(report.waiting),
      "over_limit": .integer(report.overLimit), "heard": .integer(report.heard),
      "skipped": .array(report.skipped.map { .object(["name": .string($0.name), "reason": .string($0.reason)]) }),
    ])
  }

  /// A limit as ``bytes(_:)`` reads it: 800K, 20M, 1G, or bytes where it is none of these.
  static func limit(_ bytes: UInt64) -> String {
    for (unit, shift) in [("G", 30), ("M", 20), ("K", 10)] where bytes > 0 && bytes % (1 << UInt64(shift)) == 0 {
      return "\(bytes >> UInt64(shift))\(unit)"
    }
    return String(bytes)
  }

  /// Reads a size such as 500000, 800K, 20M or 1G, in bytes; or returns `nil`.
  static func bytes(_ text: String) -> UInt64? {
    let text = ValueParser.halfWidth(text).trimmed.uppercased()
    let factors: [Character: UInt64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    guard let last = text.last else { return nil }
    let factor = factors[last] ?? 1
    guard let number = UInt64(factors[last] == nil ? text[...] : text.dropLast()) else { return nil }
    let (product, isTooLarge) = number.multipliedReportingOverflow(by: factor)
    return isTooLarge ? nil : product
  }
}
