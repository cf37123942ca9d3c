import Foundation
import QuanTesting
import Testing

/// GB 18030 and UTF-16 are read and written as the system's own converter does, without it.
@Suite("Encodings of tables")
struct EncodingTests {
  /// Every scalar that text may hold, a few a line, without those that a CSV file or a line of JSON would show otherwise.
  private static func scalars(_ range: ClosedRange<UInt32>) -> [Unicode.Scalar] {
    range.compactMap { Unicode.Scalar($0) }.filter { scalar in
      let value = scalar.value
      return value > 0xA0 && !(0xE000...0xF8FF).contains(value) && value != 0xFEFF && value & 0xFFFE != 0xFFFE
        && !(0xFDD0...0xFDEF).contains(value) && !scalar.properties.isWhitespace
        && scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format
    }
  }

  /// Records whose captions hold the scalars, 40 a record, as JSON Lines.
  private static func lines(_ scalars: [Unicode.Scalar]) -> [UInt8] {
    var lines: [String] = []
    for start in stride(from: 0, to: scalars.count, by: 40) {
      var text = String.UnicodeScalarView("“".unicodeScalars)
      text.append(contentsOf: scalars[start..<min(start + 40, scalars.count)])
      lines.append(#"{"id":"E-\#(start)","kind":"student","fields":{"name":"\#(String(text))"}}"#)
    }
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  @Test("a table written in GB 18030 is what the system's converter reads, and the tool reads it back")
  func everyCharacter() throws {
    let office = try Office(["A", "B"])
    let source = office.path("all.jsonl")
    // The first two planes: 4-byte codes below and above U+FFFF, and all 2-byte ones.
    TemporaryFolder.write(Self.lines(Self.scalars(0xA1...0x2FFFF)), to: source)
    try office.quan("A", "import", source)
    let csv = office.path("all.csv")
    try office.quan("A", "export", "--kind", "student", "--format", "csv", "--encoding", "gb18030", "--output", csv)
    let plain = office.path("plain.csv")
    try office.quan("A", "export", "--kind", "student", "--format", "csv", "--output", plain)
    let converted = try Program.run("/usr/bin/iconv", ["-f", "GB18030", "-t", "UTF-8", csv])
    #expect(converted.status == 0, "\(converted.err.prefix(200))")
    #expect(converted.out.utf8.elementsEqual(TemporaryFolder.read(plain).dropFirst(3)))
    // The tool reads it back, into a replica that knows nothing of it.
    try office.quan("B", "import", csv, "--kind", "student")
    func names(_ laptop: String) throws -> Set<String> {
      Set(try office.quan(laptop, "export", "--kind", "student").jsonLines.compactMap { $0["fields"]["name"].string })
    }
    let read = try names("B")
    #expect(read.count > 2000)
    #expect(try read == names("A"))
  }

  @Test("UTF-16 in both orders, with characters outside the first plane, is read as it is meant; a cut one is refused")
  func utf16() throws {
    let office = try Office(["A"])
    let text = "姓名,学校\r\n泉\u{20BB7}泉,第一小学\r\n"
    for (name, encoding) in [("little", String.Encoding.utf16LittleEndian), ("big", .utf16BigEndian)] {
      let mark: [UInt8] = name == "little" ? [0xFF, 0xFE] : [0xFE, 0xFF]
      let bytes = mark + Array(try #require(text.data(using: encoding)))
      let path = office.path(name + ".csv")
      TemporaryFolder.write(bytes, to: path)
      try office.quan("A", "import", path, "--kind", "student")
      TemporaryFolder.write(bytes.dropLast(), to: path)
      try office.tool(["import", path, "--kind", "student"] + office.own("A"), status: 1)
    }
    let names = try office.students("A")
    #expect(names.count == 2)
    #expect(names.allSatisfy { $0.contains("泉\u{20BB7}泉") })
  }
}
