import Foundation
import QuanFormat

/// A history of real keystrokes, read from a file as published with *editing-traces* and *egwalker-paper*.
///
/// Positions count Unicode scalars.
package struct EditingTrace: Sendable {
  /// One replacement of a step.
  package struct Patch: Sendable {
    /// Where.
    package let position: Int
    /// How many scalars go.
    package let deleted: Int
    /// What comes.
    package let inserted: String
  }

  /// What one author did in one go.
  package struct Step: Sendable {
    /// The steps that it continues, by place, ascending; none for the first.
    package let parents: [Int]
    /// Which author.
    package let author: Int
    /// What it did, each patch in the text as the one before left it.
    package let patches: [Patch]
  }

  /// The text before all steps.
  package let start: String
  /// The text after them.
  package let end: String
  /// The steps, each after those that it continues.
  package let steps: [Step]

  /// The file is no trace.
  package struct Failure: Error {}

  /// Where the traces are that were taken over beside this repository, if they are there.
  package static var folder: String? {
    var top = URL(filePath: #filePath)
    for _ in 0..<4 { top.deleteLastPathComponent() }
    let folder = top.deletingLastPathComponent().appending(path: "shared/data/traces").path
    return FileManager.default.fileExists(atPath: folder) ? folder : nil
  }

  /// Reads a trace of one text.
  package init(path: String) throws {
    self = try Self(Self.json(path))
  }

  /// The first steps alone; what they end at is not recorded.
  package func beginning(_ count: Int) -> EditingTrace {
    EditingTrace(start: start, end: "", steps: Array(steps.prefix(count)))
  }

  /// The same steps by other authors: each continues at once what it did before, as people at laptops do, so that
  /// somebody who went on in two versions becomes several.
  package func asChains() -> (trace: EditingTrace, authors: Int) {
    var pasts: [Set<Int>] = []
    var last: [Int] = []
    var steps: [Step] = []
    for (place, step) in self.steps.enumerated() {
      var past: Set<Int> = [place]
      for parent in step.parents { past.formUnion(pasts[parent]) }
      pasts.append(past)
      let author = last.firstIndex { past.contains($0) } ?? last.count
      if author == last.count { last.append(place) } else { last[author] = place }
      steps.append(Step(parents: step.parents, author: author, patches: step.patches))
    }
    return (EditingTrace(start: start, end: "", steps: steps), last.count)
  }

  private init(start: String, end: String, steps: [Step]) {
    self.start = start
    self.end = end
    self.steps = steps
  }

  /// Reads a file of several histories.
  package static func histories(path: String) throws -> [EditingTrace] {
    guard let items = try json(path) as? [Any] else { throw Failure() }
    return try items.map { try EditingTrace($0) }
  }

  private init(_ item: Any) throws {
    guard let item = item as? [String: Any] else { throw Failure() }
    start = item["startContent"] as? String ?? ""
    end = item["endContent"] as? String ?? ""
    // Some files name parents by step, some by the last of a span of operations.
    var stepOfOperation: [Int: Int] = [:]
    var steps: [Step] = []
    var authors: [String: Int] = [:]
    for transaction in item["txns"] as? [[String: Any]] ?? [] {
      guard let patches = (transaction["patches"] ?? transaction["ops"]) as? [Any] else { throw Failure() }
      var parents = steps.isEmpty ? [] : [steps.count - 1]
      if let given = transaction["parents"] as? [Int] {
        parents = given.map { stepOfOperation[$0] ?? $0 }.sorted()
      }
      if let end = (transaction["span"] as? [Int])?.last { stepOfOperation[end - 1] = steps.count }
      let author: Int
      switch transaction["agent"] {
      case let number as Int: author = number
      case let name as String:
        author = authors[name] ?? authors.count
        authors[name] = author
      default: author = 0
      }
      steps.append(Step(parents: parents, author: author, patches: try patches.map { try Self.patch($0) }))
    }
    self.steps = steps
  }

  private static func patch(_ item: Any) throws -> Patch {
    guard let parts = item as? [Any], parts.count == 3, let position = parts[0] as? Int, let deleted = parts[1] as? Int,
      let inserted = parts[2] as? String
    else { throw Failure() }
    return Patch(position: position, deleted: deleted, inserted: inserted)
  }

  private static func json(_ path: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(try contents(path)))
  }

  /// The bytes of a file, unpacked when they are packed by gzip (RFC 1952).
  private static func contents(_ path: String) throws -> [UInt8] {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    guard bytes.count > 18, bytes[0] == 0x1F, bytes[1] == 0x8B else { return bytes }
    var start = 10
    if bytes[3] & 4 != 0 { start += 2 + Int(bytes[10]) + Int(bytes[11]) << 8 }
    for flag in [UInt8(8), 16] where bytes[3] & flag != 0 {
      while bytes[start] != 0 { start += 1 }
      start += 1
    }
    if bytes[3] & 2 != 0 { start += 2 }
    let inflated = (0..<4).reduce(0) { $0 | Int(bytes[bytes.count - 4 + $1]) << ($1 * 8) }
    return try Deflate.inflate(bytes, start..<bytes.count - 8, size: inflated)
  }
}
