import Foundation
import QuanTesting
import Testing

/// Tables as people really send them: every row's verdict is compared.
@Suite("CSV")
struct CSVTests {
  private let office: Office

  init() throws { office = try Office(["A"]) }

  /// A synthetic ID number with a right check character: the area code 999999 belongs to nobody.
  private static func id(_ serial: Int, birth: String = "20990101") -> String {
    let digits = "999999" + birth + String(String(serial + 1000).suffix(3))
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    let sum = zip(weights, digits.utf8).reduce(0) { $0 + $1.0 * (Int($1.1) - 48) }
    return digits + String(Array("10X98765432")[sum % 11])
  }

  /// Imports bytes as students; gives the verdict of each line that the report names.
  private func take(
    _ bytes: [UInt8], _ more: [String] = [], status: Int32 = 0, at location: SourceLocation = #_sourceLocation
  ) throws -> [Int: String] {
    TemporaryFolder.write(bytes, to: office.path("t.csv"))
    try office.tool(
      ["import", office.path("t.csv"), "--kind", "student"] + more + office.own("A"), status: status, at: location)
    return report()
  }

  private func take(
    _ text: String, _ more: [String] = [], status: Int32 = 0, at location: SourceLocation = #_sourceLocation
  ) throws -> [Int: String] {
    try take(Array(text.utf8), more, status: status, at: location)
  }

  private var reportText: String { String(decoding: TemporaryFolder.read(office.path("t.report.csv")), as: UTF8.self) }

  private func report() -> [Int: String] {
    var verdicts: [Int: String] = [:]
    for line in reportText.replacingOccurrences(of: "\r\n", with: "\n").split(separator: "\n").dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      if let number = Int(cells[0]) { verdicts[number] = String(cells[1]) }
    }
    return verdicts
  }

  private static let table =
    "学生花名册,,,\r\n姓名*,证件号码（必填）,出生日期,建档立卡\r\n泉泉,\(id(1)),2099.1.1,是\r\n\"阿依古丽·买买提\",\(id(2)),2099年1月1日,\r\n"
    + "䶮䶮,\(id(3)),20990101,否\r\n合计,3,,\r\n"

  private static func encoded(_ name: String) throws -> [UInt8] {
    switch name {
    case "utf-8": return Array(table.utf8)
    case "utf-8 with mark": return [0xEF, 0xBB, 0xBF] + Array(table.utf8)
    case "utf-16le": return [0xFF, 0xFE] + table.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    case "semicolons": return Array(table.replacingOccurrences(of: ",", with: ";").utf8)
    case "tabs": return Array(table.replacingOccurrences(of: ",", with: "\t").utf8)
    default:
      let path = TemporaryFolder(inMemory: true)
      TemporaryFolder.write(Array(table.utf8), to: path.path + "/u")
      let outcome = try Program.run(
        "/bin/sh", ["-c", "iconv -f UTF-8 -t GB18030 \(path.path)/u > \(path.path)/g"])
      #expect(outcome.status == 0)
      return TemporaryFolder.read(path.path + "/g")
    }
  }

  @Test(
    "every encoding and separator gives the same verdicts, and the same file twice changes nothing",
    arguments: ["utf-8", "utf-8 with mark", "utf-16le", "gb18030", "semicolons", "tabs"])
  func encodings(name: String) throws {
    let bytes = try Self.encoded(name)
    let preview = try take(bytes, ["--dry-run"])
    #expect(preview == [3: "created", 4: "created", 5: "created", 6: "skipped"])
    #expect(try office.quan("A", "list", "student", "--json").jsonLines.isEmpty)
    #expect(try take(bytes) == preview)
    #expect(try take(bytes) == [3: "same", 4: "same", 5: "same", 6: "skipped"])
    let students = try office.quan("A", "list", "student", "--json").jsonLines.map { $0["fields"] }
    #expect(students.map { $0["name"].string } == ["泉泉", "阿依古丽·买买提", "䶮䶮"])
    #expect(students.map { $0["birth"].string } == ["2099-01-01", "2099-01-01", "2099-01-01"])
    #expect(students.map { $0["poverty_file"].string } == ["yes", nil, "no"])
    #expect(students.map { $0["id_no"].string } == [Self.id(1), Self.id(2), Self.id(3)])
  }

  @Test("damaged numbers are refused, unverified ones are flagged, and the report says no value")
  func damage() throws {
    let wrong = String(Self.id(4).dropLast()) + (Self.id(4).last == "1" ? "2" : "1")
    let lost = "999999209901011000"
    let verdicts = try take(
      "name,id_no\n甲,9.99999E+17\n乙,\(lost)\n丙,\(wrong)\n丁,9991234567890123456\n戊,999123456789012345\n己,/\n",
      status: 3)
    #expect(verdicts == [2: "refused", 3: "refused", 4: "created", 5: "created", 6: "created", 7: "created"])
    #expect(!reportText.contains(lost) && !reportText.contains("9.99999E+17") && !reportText.contains(wrong))
    #expect(reportText.contains("damaged by a spreadsheet"))
    #expect(reportText.components(separatedBy: "unverified").count == 3)
  }

  @Test("a row with a damaged number is refused, and told whose it may be: by another key, or by name and first digits")
  func damageHints() throws {
    let known = Self.id(7)
    _ = try take("name,id_no,student_no\n泉泉,\(known),G\(known)\n趵突,\(Self.id(8)),\n")
    let damaged = String(known.prefix(15)) + "000"
    let verdicts = try take(
      "name,id_no,student_no\n泉泉,\(damaged),\n某某,9.99999E+17,G\(known)\n泉 泉,\(damaged),G\(known)\n生人,\(damaged),\n"
        + "趵突,9.99999E+17,\n", status: 3)
    #expect(verdicts == [2: "needs-you", 3: "needs-you", 4: "needs-you", 5: "refused", 6: "refused"])
    let record = try #require(try office.quan("A", "list", "student", "--json").jsonLines.first?["id"].string)
    let lines = reportText.components(separatedBy: "\r\n")
    #expect(lines[1...3].allSatisfy { $0.contains(record) }, "\(reportText)")
    #expect(lines[1].contains("name and the first 15 digits") && lines[2].contains("student_no alike"))
    #expect(!reportText.contains(known) && !reportText.contains(damaged))
    #expect(try office.quan("A", "show", record, "--json").json["fields"]["id_no"].string == known)
  }

  @Test("a preview shows the first changes, sensitive ones masked, and writes nothing but the report")
  func preview() throws {
    _ = try take("name,id_no,class\n泉泉,\(Self.id(5)),1班\n")
    TemporaryFolder.write(
      Array("name,id_no,class\n泉泉,\(Self.id(5)),2班\n新生,\(Self.id(6)),3班\n".utf8), to: office.path("t.csv"))
    let shown = try office.tool(
      ["import", office.path("t.csv"), "--kind", "student", "--match", "id_no", "--dry-run"] + office.own("A")
    ).out
    #expect(shown.contains("class: 1班 -> 2班") && shown.contains("name: 新生"), "\(shown)")
    #expect(!shown.contains(Self.id(6)) && shown.contains("999****"), "\(shown)")
    let records = try office.quan("A", "list", "student", "--json").jsonLines
    #expect(records.map { $0["fields"]["class"].string } == ["1班"])
  }

  @Test(
    "letters of two bytes are read as what they are, and 泉 in GB18030 is 泉",
    arguments: [
      ("name,class\nMüller,Ä\nRené,É\n", "utf-8", "Müller"), ("name,class\nПётр,1\nИван,2\n", "utf-8", "Пётр"),
      ("name,class\n泉泉,茅\n枚,1\n", "gb18030", "泉泉"),
    ])
  func lettersOfTwoBytes(text: String, encoding: String, first: String) throws {
    var bytes = Array(text.utf8)
    if encoding == "gb18030" {
      TemporaryFolder.write(bytes, to: office.path("u"))
      let made = "iconv -f UTF-8 -t GB18030 \(office.path("u")) > \(office.path("g"))"
      #expect(try Program.run("/bin/sh", ["-c", made]).status == 0)
      bytes = TemporaryFolder.read(office.path("g"))
    }
    _ = try take(bytes)
    #expect(try office.quan("A", "list", "student", "--json").jsonLines.first?["fields"]["name"].string == first)
  }

  @Test("dates are read in the forms people write, and a month is no date")
  func dates() throws {
    let forms = ["2020-06-08", "2020/6/8", "2020.6.8", "20200608", "2020年6月8日", "43990", "2020/6/8 0:00", "２０２０-０６-０８"]
    let text = "name,birth\n" + forms.enumerated().map { "生\($0.offset),\($0.element)\n" }.joined()
    _ = try take(text)
    let births = Set(
      try office.quan("A", "list", "student", "--json").jsonLines.map { $0["fields"]["birth"].string ?? "" })
    #expect(births == ["2020-06-08"])
    #expect(try take("name,birth\n某,202009\n", status: 3) == [2: "refused"])
  }

  @Test("a row whose key is known needs a person, unless it was said that the key decides; only changed cells change")
  func matching() throws {
    _ = try take("name,id_no,class\n泉泉,\(Self.id(5)),1班\n")
    let changed = "name,id_no,class\n泉泉,\(Self.id(5)),2班\n"
    #expect(try take(changed, status: 3) == [2: "needs-you"])
    #expect(try take(changed, ["--match", "id_no"]) == [2: "changed"])
    #expect(try take(changed, ["--match", "id_no"]) == [2: "same"])
    let twice = changed + "泉泉,\(Self.id(5)),3班\n"
    #expect(try take(twice, ["--match", "id_no"], status: 3) == [2: "same", 3: "needs-you"])
    let record = try #require(try office.quan("A", "list", "student", "--json").jsonLines.first)
    #expect(record["fields"]["class"].string == "2班")
    let steps = try office.quan("A", "history", try #require(record["id"].string), "--json").out
    #expect(steps.components(separatedBy: "\"dot\"").count - 1 <= 2)
  }

  @Test("what annoys is told: an empty file, a directory, heads alone, one name twice, a row without end")
  func annoyances() throws {
    func refused(_ bytes: [UInt8], _ status: Int32, _ words: String, at location: SourceLocation = #_sourceLocation)
      throws
    {
      TemporaryFolder.write(bytes, to: office.path("bad.csv"))
      let outcome = try office.tool(
        ["import", office.path("bad.csv"), "--kind", "student"] + office.own("A"), status: status, at: location)
      #expect(outcome.err.contains(words), "\(outcome.err)", sourceLocation: location)
      #expect(!FileManager.default.fileExists(atPath: office.path("bad.report.csv")), sourceLocation: location)
    }
    try refused([], 1, "empty")
    try refused(Array("some,thing\n1,2\n".utf8), 1, "no heads")
    try refused(Array("name,姓名\nx,y\n".utf8), 1, "columns 1 and 2")
    try refused(Array("name\n\"".utf8) + [UInt8](repeating: 97, count: 9 << 20), 17, "longer than 8 MiB")
    let directory = try office.tool(["import", office.folder.path, "--kind", "student"] + office.own("A"), status: 1)
    #expect(directory.err.contains("directory"))
    #expect(try take("name,id_no\n") == [:])
    let long = String(repeating: "长", count: 200)
    #expect(try take("name\n\(long)\n") == [2: "created"])
  }

  @Test("what is exported opens rightly, is no formula, and is taken back unchanged", arguments: ["utf-8", "gb18030"])
  func export(encoding: String) throws {
    _ = try take("name,id_no,birth,school\n泉泉,\(Self.id(6)),2099-01-01,=1+1\n\"@a,b\",,,-x\n")
    let path = office.path("out.csv")
    try office.quan(
      "A", "export", "--kind", "student", "--format", "csv", "--output", path, "--encoding", encoding, "--reveal")
    let bytes = TemporaryFolder.read(path)
    #expect(bytes.starts(with: [0xEF, 0xBB, 0xBF]) == (encoding == "utf-8"))
    #expect(bytes.suffix(2) == [13, 10])
    if encoding == "utf-8" {
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(text.contains("'=1+1") && text.contains("\"'@a,b\"") && text.contains("'-x"))
      #expect(text.contains(Self.id(6)))
    }
    #expect(Set(try take(bytes).values) == ["same"])
    try office.quan("A", "export", "--kind", "student", "--format", "csv", "--output", path)
    #expect(!String(decoding: TemporaryFolder.read(path), as: UTF8.self).contains(Self.id(6)))
  }

  @Test(
    "a disk that fills up during an export leaves neither the file nor a part of it", .enabled(if: Mounts.areAvailable))
  func fullDisk() throws {
    let prose = String(repeating: "泉", count: 100)
    _ = try take("name,remark\n" + (0..<2000).map { "生\($0),\(prose)\n" }.joined())
    let disk = office.folder.folder("disk")
    let own = office.own("A").joined(separator: " ")
    let outcome = try Mounts.script(
      """
      mount -t tmpfs -o size=128k none \(disk)
      status=0
      quan export --kind student --format csv --reveal --output \(disk)/out.csv \(own) || status=$?
      test "$status" = 1
      test -z "$(ls -A \(disk))"
      mount -o remount,size=4m \(disk)
      quan export --kind student --format csv --reveal --output \(disk)/out.csv \(own)
      test "$(ls -A \(disk))" = out.csv
      """)
    #expect(outcome.status == 0, "\(outcome.err)")
    #expect(outcome.err.contains("the disk is full"))
  }
}
