public import QuanCore
import QuanFormat
public import QuanSync

/// Attachments travel as files of their own, one for each content: written once, never changed, found by their name.
extension Replica {
  private static let attachmentEnding = ".quanattachment"
  private static let damagedEnding = ".damaged"

  /// Where a content's file lies in a folder; a subfolder for each pair of digits keeps folders small.
  private func attachmentPath(_ hash: Digest, in folder: String) -> (path: String, name: String) {
    let name = AttachmentFile.name(of: hash, in: workspace)
    return (
      "\(folder)/quan-attachments/\(name.prefix(2))/\(name)\(Self.attachmentEnding)", name + Self.attachmentEnding
    )
  }

  /// Takes in what is lacked here, then writes what the folder lacks.
  func exchangeAttachments(_ folder: String) throws -> AttachmentReport {
    var report = try takeAttachments(from: folder)
    let given = try writeAttachments(into: folder)
    report.written = given.written
    report.bytesWritten = given.bytesWritten
    report.overLimit += given.overLimit
    return report
  }

  /// Takes in the attachments that records here refer to and a folder holds.
  ///
  /// Each is checked by its hash and is durable before the next is looked at. A file that is damaged is said and
  /// set aside under another name, so that who has the content writes it anew; nothing else is harmed by it.
  @discardableResult
  public func takeAttachments(from folder: String) throws -> AttachmentReport {
    var report = AttachmentReport()
    for (hash, limit) in try lackedAttachments() {
      let (path, name) = attachmentPath(hash, in: folder)
      guard File.kind(of: path) == .file else {
        report.waiting += 1
        continue
      }
      do {
        let source = try FileReader(path)
        let start = try source.read(at: 0, count: Int(AttachmentFile.contentOffset))
        let file = try AttachmentFile(header: start, fileSize: source.count)
        guard file.hash == hash, file.workspace == workspace else { throw BundleError.damaged(part: "header") }
        guard file.size <= limit else {
          report.overLimit += 1
          report.waiting += 1
          continue
        }
        try file.verify { try source.read(at: $0, count: $1) }
        try access { replica in
          try replica.transaction {
            try replica.store(hash, size: file.size) { offset, count in
              try source.read(at: AttachmentFile.contentOffset + offset, count: count)
            }
          }
        }
        report.taken += 1
        try? File.remove(path + Self.damagedEnding)
      } catch let error as BundleError {
        report.waiting += 1
        // Out of the way, so that who has the content sees that the folder lacks it. Nothing is thrown away.
        if case .newerFormat = error {} else { try? File.rename(path, to: path + Self.damagedEnding) }
        report.skipped.append(SkippedFile(name: name, reason: Self.reason(error).message))
      }
    }
    return report
  }

  private static func reason(_ error: BundleError) -> StoreError {
    if case .newerFormat(let version) = error {
      return StoreError(.newerFormat, "the file of the attachment has format \(version); update quan")
    }
    return StoreError(.damaged, "the file of the attachment is damaged or cut short")
  }

  /// Writes the attachments that records here refer to and a folder lacks.
  ///
  /// - Parameters:
  ///   - receiver: Leaves out what this replica is known to have heard of: what it refers to came along then.
  ///   - cap: The greatest size that is written, beside the limits of the scopes.
  @discardableResult
  public func writeAttachments(
    into folder: String, for receiver: ReplicaID? = nil, upTo cap: UInt64 = .max
  ) throws -> AttachmentReport {
    var report = AttachmentReport()
    let (own, used) = try read { file in
      let lacked = try receiver.map { try file.attachments(lackedBy: try file.peerVector($0)) }
      var used: [(hash: Digest, size: UInt64, limit: UInt64)] = []
      for use in try file.usedAttachments() {
        guard let size = try file.content(use.hash)?.size else { continue }
        if lacked?.contains(use.hash) ?? true {
          used.append((use.hash, size, min(use.limit, cap)))
        } else {
          report.heard += 1
        }
      }
      return (file.meta.replica, used)
    }
    for (hash, size, limit) in used {
      let (path, _) = attachmentPath(hash, in: folder)
      // A file of another size is one that was cut while it was copied: it is written anew.
      if let there = try? FileReader(path), there.count == size + AttachmentFile.overhead { continue }
      guard size <= limit else {
        report.overLimit += 1
        continue
      }
      try environment.progress(WorkProgress(.writing, report.written, of: used.count))
      try File.makeDirectory(File.parent(of: path), mode: 0o755)
      if report.written == 0 { try Self.removeAbandoned(by: own, in: folder) }
      // It grows under a name of this replica, which no other tidies away.
      let temporary = File.temporaryName(of: "\(folder)/\(Self.prefix(own))-\(File.name(of: path))")
      try read { file in
        let header = AttachmentFile(workspace: workspace, hash: hash, size: size).header
        try File.writeDurably(to: path, by: temporary) { sink in
          var whole = DigestHasher()
          whole.update(header)
          try sink(header)
          try file.eachChunk(of: hash) { bytes in
            whole.update(bytes)
            try sink(bytes)
          }
          try sink(whole.finish().bytes)
        }
      }
      report.written += 1
      report.bytesWritten += size + AttachmentFile.overhead
    }
    return report
  }

  /// Takes in the attachments that records here refer to and another replica within reach holds.
  func takeAttachments(of other: Replica) throws {
    for (hash, limit) in try lackedAttachments() {
      guard let size = try other.read({ try $0.content(hash)?.size }), size <= limit else { continue }
      try access { file in
        try file.transaction {
          try file.store(hash, size: size) { offset, _ in try other.read { try $0.chunk(of: hash, at: offset) } }
        }
      }
    }
  }

  /// The attachments that records here refer to and that are not here, with the limits of their scopes.
  private func lackedAttachments() throws -> [(hash: Digest, limit: UInt64)] {
    try read { file in try file.usedAttachments().filter { try file.content($0.hash) == nil } }
  }
}
