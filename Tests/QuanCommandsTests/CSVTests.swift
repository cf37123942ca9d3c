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

  @Test("dates are read in the forms people write, and neither a month nor a year of two digits is a date")
  func dates() throws {
    let forms = [
      "2020-06-08", "2020/6/8", "2020.6.8", "20200608", "2020年6月8日", "43990", "2020/6/8 0:00", "２０２０-０６-０８",
      "2020年6月8日 星期一", "2020年6月8日星期一", "2020。6。8", "2020、6、8", "2020.06.08.", "二〇二〇年六月八日", "二○二○年六月八号",
      "2020-06-08 08:30", "2020-06-08T00:00:00", "2020年6月8日 8:30",
    ]
    let text = "name,birth\n" + forms.enumerated().map { "生\($0.offset),\($0.element)\n" }.joined()
    _ = try take(text)
    let births = Set(
      try office.quan("A", "list", "student", "--json").jsonLines.map { $0["fields"]["birth"].string ?? "" })
    #expect(births == ["2020-06-08"])
    let late = try take("name,birth\n甲,二〇二〇年十二月三十一日\n乙,二〇二〇年十月二十日\n")
    #expect(late == [2: "created", 3: "created"])
    let more = try office.quan("A", "list", "student", "--json").jsonLines.map { $0["fields"]["birth"].string ?? "" }
    #expect(more.suffix(2) == ["2020-12-31", "2020-10-20"])
    let wrong = ["202009", "20.6.8", "2020年13月1日", "二〇二〇年十十月一日", "2020-06-08 abc"]
    for form in wrong { #expect(try take("name,birth\n某,\(form)\n", status: 3) == [2: "refused"], "\(form)") }
  }

  @Test("totals, remarks below a table and heads that are repeated are passed over, pupils of such names are not")
  func asides() throws {
    let rows = [
      "合计：3人,,", "总人数,3,", "共计,3,", "小 计(男),2,", "填表人：李老师,,2020-06-08", "制表日期: 2020-06-08,,", "注：以上属实,,",
      "姓名,证件号码,出生日期",
    ]
    let table = "姓名,证件号码,出生日期\n泉泉,,2099-01-01\n" + rows.map { $0 + "\n" }.joined() + "合欢,,\n总玲,,\n注明,,\n"
    var expected = [2: "created"]
    for line in rows.indices { expected[line + 3] = "skipped" }
    for line in 0..<3 { expected[rows.count + 3 + line] = "created" }
    #expect(try take(table) == expected)
    #expect(reportText.contains("the heads again") && reportText.contains("a remark below the table"))
  }

  @Test("the separator is the one that stands alike in all lines, whatever the cells are full of")
  func separators() throws {
    let text = "姓名;现住址\n泉泉;历下区,泉城路,1号\n趵突;市中区,经四路,2号,3单元\n"
    #expect(try take(text) == [2: "created", 3: "created"])
    let pupils = try office.quan("A", "list", "student", "--json").jsonLines
    #expect(pupils.map { $0["fields"]["home_address"].string } == ["历下区,泉城路,1号", "市中区,经四路,2号,3单元"])
  }

  @Test("a number that ends in 000 but has a right check digit is for a person to judge; short forms are found too")
  func doubtful() throws {
    let sound = try #require((1...60).lazy.map { Self.idEndingInZeros($0) }.first { $0.hasSuffix("000") })
    let verdicts = try take(
      "name,id_no,phone\n甲,\(sound),\n乙,6.22E17,\n丙,,1.38E+10\n丁,,13800000000\n", status: 3)
    #expect(verdicts == [2: "needs-you", 3: "refused", 4: "refused", 5: "created"])
    #expect(reportText.contains("its check digit fits") && !reportText.contains(sound))
  }

  /// A number whose serial number ends in 00, with its right check character.
  private static func idEndingInZeros(_ year: Int) -> String {
    let like = id(0, birth: "\(2000 + year)0101")
    let digits = like.dropLast(4) + "100"
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    let sum = zip(weights, digits.utf8).reduce(0) { $0 + $1.0 * (Int($1.1) - 48) }
    return digits + String(Array("10X98765432")[sum % 11])
  }

  @Test("a record matched by a key that decides takes the outside number that it lacks, and keeps the one that it has")
  func outsideNumbers() throws {
    _ = try take("name,id_no\n泉泉,\(Self.id(5))\n")
    let numbered = "外部编号,name,id_no\nS-1,泉泉,\(Self.id(5))\n"
    #expect(try take(numbered, ["--match", "id_no"]) == [2: "changed"])
    #expect(try take(numbered) == [2: "same"])
    #expect(try take("外部编号,name\nS-1,泉泉泉\n") == [2: "changed"])
    #expect(try take("外部编号,name,id_no\nS-2,泉泉泉,\(Self.id(5))\n", ["--match", "id_no"]) == [2: "same"])
    let record = try #require(try office.quan("A", "list", "student", "--json").jsonLines.first)
    #expect(record["external_id"].string == "S-1")
  }

  @Test("what a spreadsheet would change stands as text, and comes back as it was")
  func asText() throws {
    let values = ["0531", "1-2", "3/4", "2020-6-8", "1E5", "13800000000", "7", "3班", "1:30"]
    _ = try take("name,class\n" + values.enumerated().map { "生\($0.offset),\($0.element)\n" }.joined())
    let path = office.path("out.csv")
    try office.quan("A", "export", "--kind", "student", "--format", "csv", "--output", path, "--columns", "name,class")
    let text = String(decoding: TemporaryFolder.read(path), as: UTF8.self)
    for value in values {
      #expect(text.contains("\"=\"\"\(value)\"\"\"") == !["7", "3班"].contains(value), "\(value)")
    }
    #expect(Set(try take(TemporaryFolder.read(path)).values) == ["same"])
    // Others write IDs so, too.
    _ = try take("name,id_no\n独,\"=\"\"\(Self.id(9))\"\"\"\n")
    let numbers = try office.quan("A", "list", "student", "--json").jsonLines.map { $0["fields"]["id_no"].string }
    #expect(numbers.contains(Self.id(9)))
  }

  @Test("a file that is there is replaced only with --force, and a replica or the input never")
  func outputs() throws {
    _ = try take("name\n泉泉\n")
    let replica = try #require(office.own("A").first { $0.hasSuffix(".quan") })
    let before = TemporaryFolder.read(replica)
    let csv = ["export", "--kind", "student", "--format", "csv", "--output"]
    let commands = [csv, ["conflict", "list", "--format", "csv", "--output"], ["bundle", "create"]]
    for command in commands {
      for force in [[], ["--force"]] {
        let outcome = try office.tool(command + [replica] + force + office.own("A"), status: 1)
        #expect(outcome.err.contains("never replaced") && outcome.err.contains("Hint"), "\(outcome.err)")
      }
      let path = office.path("there")
      TemporaryFolder.write(Array("mine".utf8), to: path)
      let outcome = try office.tool(command + [path] + office.own("A"), status: 1)
      #expect(outcome.err.contains("is there already") && outcome.err.contains("--force"), "\(outcome.err)")
      #expect(TemporaryFolder.read(path) == Array("mine".utf8))
      try office.tool(command + [path, "--force"] + office.own("A"))
      #expect(TemporaryFolder.read(path) != Array("mine".utf8))
      try office.tool(command + [office.folder.path] + office.own("A"), status: 1)
    }
    #expect(TemporaryFolder.read(replica).prefix(16) == before.prefix(16))
    let input = office.path("t.csv")
    let whole = TemporaryFolder.read(input)
    for report in [input, replica] {
      try office.tool(["import", input, "--kind", "student", "--report", report] + office.own("A"), status: 1)
    }
    #expect(TemporaryFolder.read(input) == whole)
    #expect(try office.quan("A", "list", "student", "--json").jsonLines.count == 1)
  }

  @Test("bytes that are no text are named with their file and what to do", arguments: ["en", "zh"])
  func malformed(language: String) throws {
    for bytes in [Array("name,class\n泉泉,".utf8) + [0xC0, 0xFF, 0x0A], [0xFF, 0xFE, 0x6E, 0x00, 0x61]] {
      TemporaryFolder.write(bytes, to: office.path("bad.csv"))
      let outcome = try office.tool(
        ["import", office.path("bad.csv"), "--kind", "student", "--lang", language] + office.own("A"), status: 1)
      #expect(["bad.csv", "line 2", "第 2 行"].contains { outcome.err.contains($0) }, "\(outcome.err)")
      #expect(outcome.err.contains("--encoding"), "\(outcome.err)")
      #expect(!outcome.err.contains("Malformed"), "\(outcome.err)")
    }
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

  @Test("what annoys is told: an empty file, a folder, heads alone, one name twice, a row without end")
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
    try refused(Array("name\n\"".utf8) + [UInt8](repeating: 97, count: 33 << 20), 17, "longer than 32 MiB")
    let folder = try office.tool(["import", office.folder.path, "--kind", "student"] + office.own("A"), status: 1)
    #expect(folder.err.contains("is a folder"))
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
    try office.quan("A", "export", "--kind", "student", "--format", "csv", "--output", path, "--force")
    #expect(!String(decoding: TemporaryFolder.read(path), as: UTF8.self).contains(Self.id(6)))
  }

  @Test(
    "a disk that fills up during an export leaves the earlier file whole and no part of the new one",
    .enabled(if: Mounts.areAvailable))
  func fullDisk() throws {
    let prose = String(repeating: "泉", count: 100)
    _ = try take("name,remark\n" + (0..<2000).map { "生\($0),\(prose)\n" }.joined())
    let disk = office.folder.folder("disk")
    let own = office.own("A").joined(separator: " ")
    let export = "quan export --kind student --format csv --reveal --output \(disk)/out.csv \(own)"
    let outcome = try Mounts.script(
      """
      mount -t tmpfs -o size=128k none \(disk)
      status=0
      \(export) || status=$?
      test "$status" = 1
      test -z "$(ls -A \(disk))"
      echo earlier >\(disk)/out.csv
      status=0
      \(export) --force || status=$?
      test "$status" = 1
      test "$(ls -A \(disk))" = out.csv
      test "$(cat \(disk)/out.csv)" = earlier
      mount -o remount,size=4m \(disk)
      \(export) --force
      test "$(ls -A \(disk))" = out.csv
      test "$(wc -l <\(disk)/out.csv)" = 2001
      """)
    #expect(outcome.status == 0, "\(outcome.err)")
    #expect(outcome.err.contains("the disk is full"))
  }

  @Test(
    "an import whose report has no room on its disk takes nothing in, and the earlier report stays",
    .enabled(if: Mounts.areAvailable))
  func noRoomForReport() throws {
    let disk = office.folder.folder("disk")
    TemporaryFolder.write(Array(("name\n" + (0..<4000).map { "生\($0)\n" }.joined()).utf8), to: office.path("t.csv"))
    let own = office.own("A").joined(separator: " ")
    let command = "quan import \(office.path("t.csv")) --kind student --report \(disk)/rows.csv \(own)"
    let outcome = try Mounts.script(
      """
      mount -t tmpfs -o size=64k none \(disk)
      printf '\\357\\273\\277line,verdict,earlier\\r\\n' >\(disk)/rows.csv
      status=0
      \(command) || status=$?
      test "$status" = 1
      grep -q earlier \(disk)/rows.csv
      test "$(ls -A \(disk))" = rows.csv
      test -z "$(quan list student \(own))"
      mount -o remount,size=4m \(disk)
      \(command)
      test "$(wc -l <\(disk)/rows.csv)" = 4001
      """)
    #expect(outcome.status == 0 && outcome.err.contains("the disk is full"), "\(outcome)")
  }

  @Test("exports to one file at once do not mix, and what a killed one left goes; people's own files stay")
  func atOnce() throws {
    _ = try take("name,class\n" + (0..<2000).map { "生\($0),1班\n" }.joined())
    let folder = office.folder.folder("out")
    let path = folder + "/out.csv"
    for name in ["out.csv.part", "out.csv.tmp", "out.csv.old.tmp", "out.csv.4194305.tmp"] {
      TemporaryFolder.write(Array("mine".utf8), to: folder + "/" + name)
    }
    let arguments = ["export", "--kind", "student", "--format", "csv", "--force", "--output", path] + office.own("A")
    let first = try Program(try Built.quan.get(), arguments)
    let second = try Program(try Built.quan.get(), arguments)
    #expect(first.wait().status == 0)
    #expect(second.wait().status == 0)
    // No process has a number beyond 4194304 on Linux.
    #expect(TemporaryFolder.names(in: folder) == ["out.csv", "out.csv.old.tmp", "out.csv.part", "out.csv.tmp"])
    let cells = CSVText.cells(String(decoding: TemporaryFolder.read(path), as: UTF8.self))
    #expect(cells.count == 2001 && Set(cells.map(\.count)).count == 1)
    #expect(Set(try take(TemporaryFolder.read(path)).values) == ["same"])
  }
}
