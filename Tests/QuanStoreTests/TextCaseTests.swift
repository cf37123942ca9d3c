import Quan
import QuanTesting
import Testing

private let textSchema = SchemaDraft([
  KindDraft(
    "visit", Labels("家访", "visit"),
    [
      FieldDraft("title", Labels("标题", "title")),
      FieldDraft("notes", Labels("记录", "notes"), container: .text),
    ])
])

@Suite("Collaborative texts in replicas")
struct TextCaseTests {
  private func setUp(_ count: Int = 2, notes: String? = nil) throws -> (Bureau, RecordID, FieldID) {
    let bureau = try Bureau(count, schema: textSchema)
    let notesField = try bureau.field("notes", of: "visit")
    let id = try bureau.replicas[0].write { transaction in
      try transaction.create(try bureau.kind("visit"), notes.map { [notesField: [.text($0)]] } ?? [:])
    }
    try bureau.exchange()
    return (bureau, id, notesField)
  }

  private func text(_ bureau: Bureau, _ id: RecordID, on index: Int) throws -> String {
    if case .text(let text)? = try bureau.shown(id, "notes", on: index).first { text } else { "" }
  }

  @Test("T-1 two laptops type into an empty text at once: one run after the other")
  func forward() throws {
    let (bureau, id, notes) = try setUp()
    for (index, letters) in ["Hello", "你好吗"].enumerated() {
      for (place, letter) in letters.enumerated() {
        try bureau.replicas[index].write { try $0.insert(String(letter), at: place, in: id, notes) }
      }
    }
    try bureau.exchange()
    #expect(["Hello你好吗", "你好吗Hello"].contains(try text(bureau, id, on: 0)))
    #expect(try bureau.replicas[0].conflicts().isEmpty)
    try bureau.expectEqual()
  }

  /// Types letters on a laptop, each in a write of its own, and hands each on in a bundle of its own.
  private func type(
    _ keys: [(text: String, place: Int)], on index: Int, of bureau: Bureau, _ id: RecordID, _ notes: FieldID
  ) throws -> [String] {
    try keys.map { key in
      let before = try bureau.replicas[index].vector()
      try bureau.replicas[index].write { try $0.insert(key.text, at: key.place, in: id, notes) }
      return try bureau.bundle(from: index, lackedBy: before)
    }
  }

  /// Expects one of some texts on all laptops after each took in all bundles in an order of its own.
  private func expect(
    _ allowed: Set<String>, _ bureau: Bureau, _ id: RecordID, _ bundles: [String],
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    var random = SeededGenerator(seed: 21)
    for index in bureau.replicas.indices {
      for bundle in bundles.shuffled(using: &random) { try bureau.replicas[index].apply(bundleAt: bundle) }
      let text = try text(bureau, id, on: index)
      #expect(allowed.contains(text), "\(text)", sourceLocation: location)
      #expect(try self.text(bureau, id, on: 0) == text, sourceLocation: location)
    }
    try bureau.exchange()
    try bureau.expectEqual(location)
  }

  @Test("T-2 runs typed backwards at once on two laptops do not interleave, in whatever order the letters arrive")
  func backward() throws {
    let (bureau, id, notes) = try setUp(3)
    let bundles =
      try type("olleH".map { (String($0), 0) }, on: 0, of: bureau, id, notes)
      + type("!dlroW ".map { (String($0), 0) }, on: 1, of: bureau, id, notes)
    try expect(["Hello World!", " World!Hello"], bureau, id, bundles)
  }

  @Test("T-3 runs typed in mixed directions at once on two laptops do not interleave")
  func mixed() throws {
    let (bureau, id, notes) = try setUp(3)
    let bundles =
      try type([("ll", 0), ("He", 0), ("o", 4)], on: 0, of: bureau, id, notes)
      + type([(" !", 0), ("W", 1), ("d", 2), ("l", 2), ("r", 2), ("o", 2)], on: 1, of: bureau, id, notes)
    try expect(["Hello World!", " World!Hello"], bureau, id, bundles)
  }

  @Test("T-4 what a third laptop inserts does not come between an insertion and what it was put before")
  func betweenNeighbours() throws {
    for (first, second, third) in [(0, 1, 2), (1, 0, 2), (2, 0, 1), (0, 2, 1), (1, 2, 0), (2, 1, 0)] {
      let (bureau, id, notes) = try setUp(3)
      var bundles = try type([("2", 0)], on: first, of: bureau, id, notes)
      try bureau.replicas[second].apply(bundleAt: bundles[0])
      bundles += try type([("1", 0)], on: second, of: bureau, id, notes)
      bundles += try type([("b", 0)], on: third, of: bureau, id, notes)
      try expect(["b12", "12b"], bureau, id, bundles)
    }
  }

  @Test("T-7 an insertion behind what was deleted at once stands in its place")
  func behindDeleted() throws {
    let (bureau, id, notes) = try setUp(notes: "父亲在外打工. 奶奶照料.")
    try bureau.replicas[0].write { try $0.delete(2..<6, from: id, notes) }
    try bureau.replicas[1].write { try $0.insert("县", at: 6, in: id, notes) }
    try bureau.exchange()
    #expect(try text(bureau, id, on: 0) == "父亲县. 奶奶照料.")
    try bureau.expectEqual()
  }

  @Test("a whole new text changes only what differs, so that both laptops' changes stand")
  func wholeTexts() throws {
    let (bureau, id, notes) = try setUp(notes: "第一段.\n第二段.\n第三段.\n")
    try bureau.replicas[0].write { try $0.set(id, notes, to: .text("第一段, 补充.\n第二段.\n第三段.\n")) }
    try bureau.replicas[1].write { try $0.set(id, notes, to: .text("第一段.\n第二段.\n第三段.\n第四段.\n")) }
    try bureau.exchange()
    #expect(try text(bureau, id, on: 1) == "第一段, 补充.\n第二段.\n第三段.\n第四段.\n")
    try bureau.expectEqual()
  }

  @Test("three laptops write for a while and meet in any order: one text")
  func manyRounds() throws {
    let (bureau, id, notes) = try setUp(3)
    var random = SeededGenerator(seed: 11)
    for _ in 0..<40 {
      let index = Int.random(in: 0..<3, using: &random)
      try bureau.replicas[index].write { transaction in
        for _ in 0..<3 {
          let count = try transaction.textCount(id, notes)
          let place = Int.random(in: 0...count, using: &random)
          if random.chance(0.3) {
            try transaction.delete(place..<min(count, place + 3), from: id, notes)
          } else {
            try transaction.insert(["家访", "ab", "👩‍👧"][Int.random(in: 0..<3, using: &random)], at: place, in: id, notes)
          }
        }
      }
      if random.chance(0.3) { try bureau.give(index, to: (index + 1) % 3) }
    }
    try bureau.exchange()
    try bureau.expectEqual()
  }

  @Test("a settled text is its plain text and a few bytes, and is there after reopening")
  func settled() throws {
    let (bureau, id, notes) = try setUp()
    let long = String(repeating: "今天家访, 情况良好. ", count: 2000)
    try bureau.replicas[0].write { try $0.setText(id, notes, to: long) }
    try bureau.replicas[0].write { try $0.insert("完", at: 5, in: id, notes) }
    try bureau.reopen(0)
    #expect(try text(bureau, id, on: 0).count == long.count + 1)
    try bureau.exchange()
    try bureau.expectEqual()
  }

  @Test("a text of a deleted record is merged and there again when the record is restored")
  func deleted() throws {
    let (bureau, id, notes) = try setUp(notes: "ab")
    try bureau.replicas[0].write { try $0.delete(id) }
    try bureau.replicas[1].write { try $0.insert("c", at: 2, in: id, notes) }
    try bureau.exchange()
    try bureau.expectEqual()
    #expect(try text(bureau, id, on: 0) == "abc")
  }

  @Test("a failed write leaves the text as it was")
  func failed() throws {
    struct Stop: Error {}
    let (bureau, id, notes) = try setUp(notes: "ab")
    #expect(throws: Stop.self) {
      try bureau.replicas[0].write { transaction in
        try transaction.insert("x", at: 1, in: id, notes)
        throw Stop()
      }
    }
    #expect(throws: StoreError.self) { try bureau.replicas[0].write { try $0.insert("x", at: 9, in: id, notes) } }
    #expect(try text(bureau, id, on: 0) == "ab")
  }
}

@Suite("Sentences that several people changed at once")
struct SharedPassageTests {
  private func merge(
    _ start: String, _ one: (inout Transaction, RecordID, FieldID) throws -> Void,
    _ other: (inout Transaction, RecordID, FieldID) throws -> Void
  ) throws -> (text: String, notices: [MergeReport.Notice], again: [MergeReport.Notice]) {
    let bureau = try Bureau(2, schema: textSchema)
    let notes = try bureau.field("notes", of: "visit")
    let kind = try bureau.kind("visit")
    let id = try bureau.replicas[0].write { try $0.create(kind, [notes: [.text(start)]]) }
    try bureau.exchange()
    try bureau.replicas[0].write(author: "王老师") { try one(&$0, id, notes) }
    try bureau.replicas[1].write(author: "李老师") { try other(&$0, id, notes) }
    let report = try bureau.give(1, to: 0)
    let again = try bureau.give(1, to: 0)
    var text = ""
    if case .text(let found)? = try bureau.shown(id, "notes", on: 0).first { text = found }
    try bureau.exchange()
    try bureau.expectEqual()
    func passages(_ report: MergeReport) -> [MergeReport.Notice] { report.notices.filter { $0.class == .samePassage } }
    return (text, passages(report), passages(again))
  }

  @Test("a sentence changed by two people at once is merged, and a notice has both versions with their authors")
  func sameSentence() throws {
    let (text, notices, again) = try merge("第一句. 父亲在外打工。第三句。") { transaction, id, notes in
      try transaction.insert("县城", at: 8, in: id, notes)
    } _: { transaction, id, notes in
      try transaction.replace(5..<7, with: "母亲", in: id, notes)
    }
    #expect(text == "第一句. 母亲在县城外打工。第三句。")
    let notice = try #require(notices.first)
    #expect(notices.count == 1 && again.isEmpty)
    #expect(notice.base == [.text(" 父亲在外打工。")] || notice.base == [.text("父亲在外打工。")])
    #expect(notice.sides.map(\.stamp.author).sorted() == ["李老师", "王老师"].sorted())
    let versions = notice.sides.compactMap { side -> String? in
      if case .text(let text)? = side.value { text.trimmingPrefix(" ").description } else { nil }
    }
    #expect(Set(versions) == ["父亲在县城外打工。", "母亲在外打工。"])
  }

  @Test("a sentence that one cut in two while another changed it is told of")
  func cutSentence() throws {
    let (text, notices, _) = try merge("父亲打工奶奶照料。") { transaction, id, notes in
      try transaction.insert("。", at: 4, in: id, notes)
    } _: { transaction, id, notes in
      try transaction.replace(2..<4, with: "生病", in: id, notes)
    }
    #expect(text == "父亲生病。奶奶照料。")
    #expect(Set(notices.flatMap(\.sides).map(\.value)) == [.text("父亲打工。奶奶照料。"), .text("父亲生病奶奶照料。")])
  }

  @Test("a sentence that two people bring back at once stands twice, and is told of")
  func broughtBackTwice() throws {
    let (text, notices, _) = try merge("甲乙丙。丁丁。") { transaction, id, notes in
      try transaction.insert("第二段。", at: 4, in: id, notes)
    } _: { transaction, id, notes in
      try transaction.insert("第二段。", at: 4, in: id, notes)
    }
    #expect(text == "甲乙丙。第二段。第二段。丁丁。")
    #expect(notices.count == 1)
  }

  @Test(
    "a sentence that two of twelve people changed at once is told of, whichever two they are and however they arrive")
  func manyVersions() throws {
    let bureau = try Bureau(2, schema: textSchema)
    let notes = try bureau.field("notes", of: "visit")
    let start = (0..<12).map { "第\($0)句。" }.joined()
    let kind = try bureau.kind("visit")
    let id = try bureau.replicas[0].write { try $0.create(kind, [notes: [.text(start)]]) }
    try bureau.exchange()
    let whole = try bureau.bundle(from: 0)
    var texts: [String] = []
    for person in 0..<12 {
      let replica = try Laptop("P\(person)", in: bureau.folder, seed: 5).join(from: whole)
      // The first two change the same sentence, each other one that of their own.
      let sentence = start.firstRange(of: "第\(max(1, person))句")
      let place = start[..<(try #require(sentence)).lowerBound].unicodeScalars.count + 1
      try replica.write(author: "person \(person)") { try $0.insert("\(person)号", at: place, in: id, notes) }
      texts.append(bureau.folder.path + "/person-\(person)")
      _ = try replica.writeBundle(to: texts[person])
      try replica.close()
    }
    func passages(_ reports: [MergeReport]) -> [MergeReport.Notice] {
      reports.flatMap(\.notices).filter { $0.class == .samePassage }
    }
    // One takes them in one after another; another gets all at once.
    let reports = try texts.map { try bureau.replicas[0].apply(bundleAt: $0) }
    let told = try #require(passages(reports).first)
    #expect(told.sides.map(\.stamp.author).sorted() == ["person 0", "person 1"])
    let atOnce = passages([try bureau.give(0, to: 1)])
    #expect(atOnce.map { Set($0.sides.map(\.stamp.author)) } == [["person 0", "person 1"]])
    try bureau.exchange()
    try bureau.expectEqual()
  }

  @Test("a sentence that one deleted and another extended is told of; sentences apart are not")
  func deletedSentence() throws {
    let (text, notices, _) = try merge("甲甲。乙乙。丙丙。") { transaction, id, notes in
      try transaction.delete(3..<6, from: id, notes)
    } _: { transaction, id, notes in
      try transaction.insert("新", at: 4, in: id, notes)
    }
    #expect(text == "甲甲。新丙丙。")
    #expect(notices.count == 1)
    #expect(Set(notices.flatMap(\.sides).map(\.value)) == [.text(""), .text("乙新乙。")])

    let (_, none, _) = try merge("甲甲。乙乙。丙丙。") { transaction, id, notes in
      try transaction.insert("一", at: 1, in: id, notes)
    } _: { transaction, id, notes in
      try transaction.insert("二", at: 7, in: id, notes)
    }
    #expect(none.isEmpty)
  }
}
