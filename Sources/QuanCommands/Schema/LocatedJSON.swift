/// A JSON value with the line that it begins in, for files that people write by hand.
struct LocatedJSON {
  /// What stands there.
  enum Content {
    case text(String)
    case array([LocatedJSON])
    case object([Member])
    /// A number, a truth value or null.
    case other
  }

  /// A member of an object.
  struct Member {
    let name: String
    let value: LocatedJSON
  }

  /// The line, from 1.
  let line: Int
  let content: Content

  /// Reads all of `bytes` as one value.
  static func parse(_ bytes: ArraySlice<UInt8>) throws(JSONError) -> LocatedJSON {
    let (json, starts) = try JSONParser.parseWithPlaces(bytes)
    var lines = Lines(bytes, starts)
    return build(json, &lines)
  }

  /// The number of lines that begin up to a byte.
  static func line(of offset: Int, in bytes: ArraySlice<UInt8>) -> Int {
    1 + bytes.prefix(offset).count { $0 == UInt8(ascii: "\n") }
  }

  /// Values come in the order in which the parser met them.
  private static func build(_ json: JSON, _ lines: inout Lines) -> LocatedJSON {
    let line = lines.next()
    let content: Content
    switch json {
    case .string(let text): content = .text(text)
    case .array(let items): content = .array(items.map { build($0, &lines) })
    case .object(let members):
      content = .object(members.map { Member(name: $0.name, value: build($0.value, &lines)) })
    case .null, .bool, .number: content = .other
    }
    return LocatedJSON(line: line, content: content)
  }

  /// The lines of places that only go forward.
  private struct Lines {
    private let bytes: ArraySlice<UInt8>
    private let starts: [Int]
    private var place = 0
    private var offset = 0
    private var line = 1

    init(_ bytes: ArraySlice<UInt8>, _ starts: [Int]) {
      self.bytes = bytes
      self.starts = starts
    }

    mutating func next() -> Int {
      let start = starts[place]
      place += 1
      line += bytes.dropFirst(offset).prefix(start - offset).count { $0 == UInt8(ascii: "\n") }
      offset = start
      return line
    }
  }
}
