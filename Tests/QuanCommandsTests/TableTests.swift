import QuanTesting
import Testing

/// Tables line up by the columns that a terminal shows: Chinese characters take two.
@Suite("Tables")
struct TableTests {
  /// The columns that a character takes, by a rule of its own that is good enough for the characters used here.
  private func width(_ character: Character) -> Int {
    let value = character.unicodeScalars.first?.value ?? 0
    return (0x2E80...0xFF60).contains(value) || (0x1F300...0x1FAFF).contains(value) ? 2 : 1
  }

  private func width(_ text: Substring) -> Int { text.reduce(0) { $0 + width($1) } }

  /// What stands in each column of a line: a space wherever a column has nothing, the second half of a wide character too.
  private func cells(_ line: Substring) -> [Character] {
    line.flatMap { character in [character] + Array(repeating: "~", count: width(character) - 1) }
  }

  private func table(columns: Int, _ language: String) throws -> [Substring] {
    let office = try Office(["A"])
    for fields in [
      ["name=泉泉", "school=济南市历城第二中学", "class=1"], ["name=Quanquan", "school=No. 2", "class=二班"],
      ["name=a王b李c", "school=🌊学校", "class=x"], ["name=é", "school=", "class=３班"],
    ] {
      try office.tool(["add", "student"] + fields + office.own("A"))
    }
    return try office.tool(
      ["list", "student", "--lang", language] + office.own("A"), environment: ["COLUMNS": "\(columns)"]
    ).out.split(separator: "\n")
  }

  @Test("columns begin at the same place in every row", arguments: ["zh", "en"])
  func alignment(language: String) throws {
    let lines = try table(columns: 200, language)
    #expect(lines.count == 6)
    let rule = cells(lines[1])
    let starts = rule.indices.filter { rule[$0] == "-" && ($0 == 0 || rule[$0 - 1] == " ") }
    #expect(starts.count == 4)
    for line in lines {
      let cells = cells(line)
      for start in starts where start < cells.count {
        #expect(cells[start] != "~", "\(line)")
        if start > 0 { #expect(cells[(start - 2)..<start] == [" ", " "], "\(line)") }
      }
    }
  }

  @Test("a narrow terminal gets cut cells, never a longer line or half a character", arguments: [34, 38, 42])
  func narrow(columns: Int) throws {
    let lines = try table(columns: columns, "zh")
    #expect(lines.allSatisfy { width($0) <= columns })
    #expect(lines.contains { $0.contains("..") })
    #expect(!lines.joined().contains("\u{FFFD}"))
  }

  @Test("a table with more columns than a narrow terminal has room for is set upright, with nothing left out")
  func upright() throws {
    let office = try Office(["A"])
    let lines = try office.tool(["replica", "list"] + office.own("A"), environment: ["COLUMNS": "40"]).out
      .split(separator: "\n")
    let id = try #require(try office.quan("A", "status", "--json").json["replica"].string)
    #expect(lines.allSatisfy { width($0) <= 40 }, "\(lines)")
    for text in ["laptop A", "person A", id, "this one"] { #expect(lines.contains { $0.contains(text) }, "\(text)") }
  }

  @Test("upright, a cell that is longer than a line goes on below where it began", arguments: ["zh", "en"])
  func uprightLongCell(language: String) throws {
    let office = try Office(["A"])
    let name = "济南市历城区第二实验小学东校区学生资助与家访办公室一号电脑"
    try office.quan("A", "replica", "rename", name)
    let lines = try office.tool(
      ["replica", "list", "--lang", language] + office.own("A"), environment: ["COLUMNS": "40"]
    ).out.split(separator: "\n")
    #expect(lines.allSatisfy { width($0) <= 40 }, "\(lines)")
    let first = try #require(lines.firstIndex { $0.contains("济南市") })
    let start = cells(lines[first]).firstIndex(of: "济") ?? 0
    let parts = lines[first...].prefix { $0 == lines[first] || $0.prefix(start).allSatisfy { $0 == " " } }
    #expect(parts.count > 1)
    let whole = parts.map { String(cells($0).dropFirst(start).filter { $0 != "~" }) }.joined()
    #expect(whole == name, "\(lines)")
  }
}

@Suite("Display width")
struct DisplayWidthTests {
  @Test("each sort of character takes the columns that a terminal gives it")
  func widths() throws {
    let sorts: [(text: String, width: Int)] = [
      ("a", 1), ("é", 1), ("e\u{301}", 1), ("泉", 2), ("㐀", 2), ("𠀀", 2), ("豈", 2), ("、", 2), ("Ａ", 2), ("ｱ", 1),
      ("ﾞ", 1),
      ("한", 2), ("ㄱ", 2), ("あ", 2), ("🌊", 2), ("👩‍👧‍👦", 2), ("🇨🇳", 2), ("👍🏽", 2), ("❤️", 2), ("①", 1), ("—", 1), ("…", 1),
      ("·", 1), ("π", 1), ("Ж", 1), ("ß", 1), ("\u{0378}", 1), ("\u{0590}", 1), ("\u{2FFFF}", 1), ("\u{2A6E0}", 2),
      ("\u{1FAE8}", 2),
    ]
    let office = try Office(["A"])
    for (number, sort) in sorts.enumerated() {
      try office.tool(["add", "student", "name=x\(sort.text)", "class=班\(100 + number)"] + office.own("A"))
    }
    let lines = try office.tool(
      ["list", "student"] + office.own("A"), environment: ["COLUMNS": "60"]
    ).out.split(separator: "\n")
    for (number, sort) in sorts.enumerated() {
      let line = try #require(lines.first { $0.contains("班\(100 + number)") })
      let start = try #require(line.firstRange(of: "x\(sort.text)"))
      let gap = line[start.upperBound...].prefix { $0 == " " }.count
      // The names are all of one letter and one sign: what stands behind them shows how wide the sign was taken to be.
      let widest = try #require(lines.first { $0.contains("班101") })
      let room = try #require(widest.firstRange(of: "xé")).upperBound
      let reach = widest[room...].prefix { $0 == " " }.count + 1
      #expect(reach - gap == sort.width, "\(sort.text.unicodeScalars.map(\.value)): \(line)")
    }
  }
}
