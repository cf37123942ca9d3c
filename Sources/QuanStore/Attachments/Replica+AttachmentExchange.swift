public import QuanCore
import QuanFormat
public import QuanSync

/// Attachments travel as files of their own, one for each content: written once, never changed, found by their name.
extension Replica {
  private static let attachmentEnding = ".quanattachment"
  private static let damagedEnding = ".damaged"

  /// Where a content's file lies in a folder; a subfolder for each pair of digits keeps folders small.
  private func path(_ carrier: AttachmentCarrier, in folder: String) -> String {
    "\(folder)/quan-attachments/\(carrier.name.prefix(2))/\(carrier.name)\(Self.attachmentEnding)"
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
    let lacked = try lackedAttachments().map { use in
      let files = try read { try $0.carriers(of: use.hash, for: use.scopes) }.map { ($0, path($0, in: folder)) }
      return (use: use, files: files.filter { File.kind(of: $0.1) == .file })
    }
    let sizes = lacked.map { $0.files.first.flatMap { try? FileReader($0.1).count } ?? 0 }
    let meter = ByteMeter(.collecting, of: sizes.reduce(0, +), environment.progress)
    for (use, files) in lacked {
      var isTaken = false
      for (carrier, path) in files where !isTaken {
        isTaken = try take(use, by: carrier, fileAt: path, meter, &report)
      }
      if isTaken { report.taken += 1 } else { report.waiting += 1 }
    }
    return report
  }

  /// Takes in one attachment from the file that carries it, if that is there and sound.
  func take(
    _ use: AttachmentNeed, by carrier: AttachmentCarrier, fileAt path: String, _ meter: ByteMeter?,
    _ report: inout AttachmentReport
  ) throws -> Bool {
    guard File.kind(of: path) == .file else { return false }
    do {
      guard let (size, part) = try carrier.open(try FileReader(path)) else { return false }
      guard size <= use.limit else {
        report.overLimit += 1
        return false
      }
      try access { replica in
        try replica.transaction {
          do {
            try replica.store(use.hash, size: size) { offset, count in
              try meter?.add(count)
              return try part(offset, count)
            }
            // What stands around the content.
            try meter?.add(Int(carrier.fileSize(size) - size))
          } catch let error as StoreError where error.code == .damaged {
            throw BundleError.damaged(part: "content")
          }
        }
      }
      try? File.remove(path + Self.damagedEnding)
      return true
    } catch let error as BundleError {
      // Out of the way, so that who has the content sees that the folder lacks it. Nothing is thrown away.
      if case .newerFormat = error {} else { try? File.rename(path, to: path + Self.damagedEnding) }
      report.skipped.append(SkippedFile(name: File.name(of: path), reason: Self.reason(error).message))
      return false
    }
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
      var used: [(hash: Digest, size: UInt64, limit: UInt64, carrier: AttachmentCarrier)] = []
      for use in try file.usedAttachments() {
        guard let size = try file.content(use.hash)?.size else { continue }
        if lacked?.contains(use.hash) ?? true {
          for carrier in try file.carriers(of: use.hash, for: use.scopes) {
            used.append((use.hash, size, min(use.limit, cap), carrier))
          }
        } else {
          report.heard += 1
        }
      }
      return (file.meta.replica, used)
    }
    // A file of another size is one that was cut while it was copied: it is written anew.
    let lacking = used.filter { (try? FileReader(path($0.carrier, in: folder)).count) != $0.carrier.fileSize($0.size) }
    report.overLimit = lacking.count { $0.size > $0.limit }
    let given = lacking.filter { $0.size <= $0.limit }
    let meter = ByteMeter(
      .carrying, of: given.reduce(0) { $0 + $1.carrier.fileSize($1.size) }, environment.progress)
    for (hash, size, _, carrier) in given {
      let path = path(carrier, in: folder)
      try File.makeDirectory(File.parent(of: path), mode: 0o755)
      if report.written == 0 { try Self.removeAbandoned(by: own, in: folder) }
      // It grows under a name of this replica, which no other tidies away.
      let temporary = File.temporaryName(of: "\(folder)/\(Self.prefix(own))-\(File.name(of: path))")
      try File.writeDurably(to: path, by: temporary) { sink in
        try write(hash, size: size, by: carrier) { bytes in
          try sink(bytes)
          try meter.add(bytes.count)
        }
      }
      report.written += 1
      report.bytesWritten += carrier.fileSize(size)
    }
    return report
  }

  /// Writes the file that carries a content.
  func write(_ hash: Digest, size: UInt64, by carrier: AttachmentCarrier, to sink: ([UInt8]) throws -> Void) throws {
    try read { file in
      var whole = DigestHasher()
      var offset: UInt64 = 0
      let header = carrier.header(size)
      whole.update(header)
      try sink(header)
      try file.eachChunk(of: hash) { bytes in
        let written = try carrier.chunk(bytes, offset, size)
        whole.update(written)
        try sink(written)
        offset += UInt64(bytes.count)
      }
      try sink(whole.finish().bytes)
    }
  }

  /// Takes in the attachments that records here refer to and another replica within reach holds.
  func takeAttachments(of other: Replica) throws {
    let found = try lackedAttachments().compactMap { use in
      try other.read { try $0.content(use.hash)?.size }.flatMap { $0 <= use.limit ? (hash: use.hash, size: $0) : nil }
    }
    let meter = ByteMeter(.collecting, of: found.reduce(0) { $0 + $1.size }, environment.progress)
    for (hash, size) in found {
      try access { file in
        try file.transaction {
          try file.store(hash, size: size) { offset, count in
            try meter.add(count)
            return try other.read { try $0.chunk(of: hash, at: offset) }
          }
        }
      }
    }
  }

  /// The attachments that records here refer to and that are not here, with the limits of their scopes.
  func lackedAttachments() throws -> [AttachmentNeed] {
    try read { file in try file.usedAttachments().filter { try file.content($0.hash) == nil } }
  }
}
