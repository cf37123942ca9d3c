import Glibc
import QuanFormat

/// A history of real keystrokes, read from a file as published with *editing-traces* and *egwalker-paper*.
///
/// Positions count Unicode scalars.
public struct EditingTrace: Sendable {
  /// One replacement of a step.
  public struct Patch: Sendable {
    /// Where.
    public let position: Int
    /// How many scalars go.
    public let deleted: Int
    /// What comes.
    public let inserted: String
  }

  /// What one author did in one go.
  public struct Step: Sendable {
    /// The steps that it continues, by place, ascending; none for the first.
    public let parents: [Int]
    /// Which author.
    public let author: Int
    /// What it did, each patch in the text as the one before left it.
    public let patches: [Patch]
  }

  /// The text before all steps.
  public let start: String
  /// The text after them.
  public let end: String
  /// The steps, each after those that it continues.
  public let steps: [Step]

  /// The file is no trace.
  public struct Failure: Error {}

  /// Reads a trace of one text.
  public init(path: String) throws {
    self = try Self(JSONScanner.item(try Self.contents(path)))
  }

  /// Reads a file of several histories.
  public static func histories(path: String) throws -> [EditingTrace] {
    guard let items = try JSONScanner.item(try contents(path)).array else { throw Failure() }
    return try items.map { try EditingTrace($0) }
  }

  private init(_ item: JSONItem) throws {
    start = item["startContent"]?.string ?? ""
    end = item["endContent"]?.string ?? ""
    // Some files name parents by step, some by the last of a span of operations.
    var stepOfOperation: [Int: Int] = [:]
    var steps: [Step] = []
    var authors: [String: Int] = [:]
    for transaction in item["txns"]?.array ?? [] {
      guard let patches = (transaction["patches"] ?? transaction["ops"])?.array else { throw Failure() }
      var parents = steps.isEmpty ? [] : [steps.count - 1]
      if let given = transaction["parents"]?.array {
        parents = given.compactMap(\.number).map { stepOfOperation[$0] ?? $0 }.sorted()
      }
      if let end = transaction["span"]?.array?.last?.number { stepOfOperation[end - 1] = steps.count }
      let author: Int
      switch transaction["agent"] {
      case .number(let number)?: author = number
      case .string(let name)?:
        author = authors[name] ?? authors.count
        authors[name] = author
      default: author = 0
      }
      steps.append(Step(parents: parents, author: author, patches: try patches.map { try Self.patch($0) }))
    }
    self.steps = steps
  }

  private static func patch(_ item: JSONItem) throws -> Patch {
    guard let parts = item.array, parts.count == 3, let position = parts[0].number, let deleted = parts[1].number,
      let inserted = parts[2].string
    else { throw Failure() }
    return Patch(position: position, deleted: deleted, inserted: inserted)
  }

  /// The bytes of a file, unpacked when they are packed by gzip (RFC 1952).
  private static func contents(_ path: String) throws -> [UInt8] {
    guard let file = unsafe fopen(path, "rb") else { throw Failure() }
    defer { unsafe fclose(file) }
    unsafe fseek(file, 0, SEEK_END)
    let size = unsafe ftell(file)
    unsafe rewind(file)
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = unsafe fread(buffer.baseAddress, 1, size, file)
    }
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
