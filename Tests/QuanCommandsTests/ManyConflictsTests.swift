import QuanTesting
import Testing

/// Many open conflicts in a large replica: a page of them costs what a page costs.
@Suite("Many conflicts")
struct ManyConflictsTests {
  @Test("the first page of many conflicts is there at once, and says how to go on")
  func page() throws {
    let office = try Office()
    let count = 250
    func lines(_ line: (Int) -> String, _ count: Int) -> String {
      let path = office.path("lines-\(count).jsonl")
      TemporaryFolder.write(Array((0..<count).map(line).joined(separator: "\n").utf8), to: path)
      return path
    }
    let pupils = lines(
      { #"{"id":"s\#($0)","kind":"student","fields":{"name":"学生\#($0)","school":"第一小学"}}"# }, count * 8)
    try office.quan("A", "import", pupils)
    try office.exchange()
    for laptop in office.laptops {
      let edits = lines({ #"{"id":"s\#($0 * 7)","field":"school","value":"第\#(laptop)小学"}"# }, count)
      try office.quan(laptop, "import", edits)
    }
    try office.exchange()
    #expect(try office.quan("A", "status", "--json").json["conflicts"].int == count)
    let clock = ContinuousClock()
    var best: Duration = .seconds(3600)
    // What else the machine does only adds to it.
    for _ in 0..<10 where best >= .seconds(1) {
      let start = clock.now
      let first = try office.quan("A", "conflict", "list")
      best = min(best, clock.now - start)
      #expect(first.err.contains("250 open, these are 1 to 50; go on with --offset 50"))
      #expect(first.out.split(separator: "\n").filter { $0.contains("at once") }.count == 50)
    }
    #expect(best < .seconds(1))
    let last = try office.quan("A", "conflict", "list", "--offset", "200", "--limit", "100", "--lang", "zh")
    #expect(last.err.contains("待处理 250 处, 这是第 201-250 处"))
    #expect(!last.err.contains("--offset"))
  }
}
